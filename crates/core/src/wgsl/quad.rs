//! Quads: four neighbouring invocations that compute tiles side by side, need the same slice of one operand, and
//! exchange what they load of it. Each loads every fourth contracted point; the others' come by WebGPU's quad operations.

use super::emit::Emitter;
use super::values::{Coord, LANES, Out, Value};

/// How many multiplications and additions a load is worth, where quads pay at all (measured on SwiftShader).
const LOAD: usize = 5;

/// The operand of which the tiles of a quad need the same slice.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Shared {
    /// Rows: the tiles lie side by side along the columns.
    A,
    /// Columns: the tiles lie below each other, along the rows.
    B,
}

/// Tiles along rows and columns, and how they are numbered.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Grid {
    rows: usize,
    columns: usize,
    pub(super) shared: Option<Shared>,
}

impl Grid {
    /// Every invocation for itself.
    pub(super) fn alone([rows, columns]: [usize; 2]) -> Self {
        Grid {
            rows,
            columns,
            shared: None,
        }
    }

    /// Whatever takes least: sharing loads may need tiles past the end, since quads are whole.
    pub(super) fn cheapest([rows, columns]: [usize; 2], tile: [usize; 2]) -> Self {
        let shared_a = Grid {
            rows,
            columns: columns.next_multiple_of(LANES),
            shared: Some(Shared::A),
        };
        let shared_b = Grid {
            rows: rows.next_multiple_of(LANES),
            columns,
            shared: Some(Shared::B),
        };
        let grids = [Grid::alone([rows, columns]), shared_a, shared_b];
        let cost = |grid: &Grid| grid.rows * grid.columns * grid.work(tile);
        grids.into_iter().min_by_key(cost).unwrap_or(grids[0])
    }

    /// What one contracted point of a tile takes, times [`LANES`].
    fn work(self, [rows, columns]: [usize; 2]) -> usize {
        let loads = match self.shared {
            None => LANES * (rows + columns),
            Some(Shared::A) => rows + LANES * columns,
            Some(Shared::B) => LANES * rows + columns,
        };
        LOAD * loads + LANES * rows * columns
    }

    /// Tiles of one product.
    pub(super) fn tiles(self) -> usize {
        self.rows * self.columns
    }

    /// Statements that say where the invocation's tile begins: `first_row`, `first_column`, `batch`, and whether there is
    /// one (`present`). All four of a quad are needed for an exchange, so nobody returns early.
    pub(super) fn origins(self, tiles: usize, workgroup: usize, tile: [usize; 2]) -> String {
        let Grid { rows, columns, .. } = self;
        let [tile_rows, tile_columns] = tile;
        let (row, column) = match self.shared {
            None | Some(Shared::A) => (
                format!("(tile / {columns}u) % {rows}u"),
                format!("tile % {columns}u"),
            ),
            Some(Shared::B) => (
                format!("tile % {rows}u"),
                format!("(tile / {rows}u) % {columns}u"),
            ),
        };
        let number = format!("group * {workgroup}u + local");
        let tile = match self.shared {
            None => format!("let tile = {number};\nif (tile >= {tiles}u) {{\nreturn;\n}}\n"),
            Some(_) => format!(
                "let present = {number} < {tiles}u;\nlet tile = min({number}, {}u);\n",
                tiles - 1
            ),
        };
        format!(
            "{tile}let first_column = ({column}) * {tile_columns}u;\n\
             let first_row = ({row}) * {tile_rows}u;\nlet batch = tile / {}u;\n",
            self.tiles()
        )
    }
}

/// The contracted point that an invocation uses at a step, where a pass takes [`LANES`] of them from `first` on: at step 0
/// one of its own, then those of its neighbours, so that an exchange brings every operand's value for it.
pub(super) fn point(emitter: &mut Emitter<'_>, out: &mut Out, first: &Coord, step: usize) -> Coord {
    let own = emitter.bind(out, 0, "i32(local & 3u)".to_string());
    let place = match step {
        0 => own,
        _ => emitter.bind(out, 0, format!("{own} ^ {step}")),
    };
    let first_name = first.name.as_deref().unwrap_or("0");
    let name = emitter.bind(out, first.depth, format!("{first_name} + {place}"));
    Coord {
        name: Some(name),
        ..first.clone()
    }
}

/// What the neighbour has whose number in the quad differs by `step`, bit by bit.
pub(super) fn exchange(
    emitter: &mut Emitter<'_>,
    out: &mut Out,
    value: Value,
    step: usize,
) -> Value {
    let swap = match step {
        0 => return value,
        1 => "quadSwapX",
        2 => "quadSwapY",
        _ => "quadSwapDiagonal",
    };
    emitter.needs.subgroups = true;
    let name = emitter.bind(out, value.depth, format!("{swap}({})", value.name));
    Value { name, ..value }
}
