//! Matrix products for GPUs: a workgroup stages slices of both operands in its memory, and every invocation computes
//! four rows by four columns.

use super::Tuning;
use super::emit::Emitter;
use super::parts::{Frame, Parts, Pools};
use super::product::{Product, emit_coords};
use super::values::{Coord, LANES, Out, Place};
use crate::plan::kernel::Operand;

/// Invocations in a workgroup at least, so that no half of a subgroup idles.
const FEWEST_INVOCATIONS: usize = 64;
/// Contracted points in a part of a divided sum at least.
const SHORTEST_PART: usize = 128;
/// Contracted points that a divided sum has to save every workgroup, to pay for one more dispatch and the partial sums: some
/// 20 microseconds by estimate, measured on no GPU.
const STEPS_OF_A_DISPATCH: usize = 512;

pub(super) fn emit(
    product: &Product<'_>,
    tuning: &Tuning,
    (edge, depth): (usize, usize),
    frame: &Frame,
) -> Parts {
    let kernel = product.kernel;
    let (batch, m, n) = (
        product.size(&product.batch),
        product.size(&product.m),
        product.size(&product.n),
    );
    let k = product.size(&product.k);
    let (rows, columns) = tile(batch, m, n, edge, tuning.parallelism);
    let (row_tiles, column_tiles) = (m.div_ceil(rows), n.div_ceil(columns));
    let (row_vectors, column_vectors) = (rows / LANES, columns / LANES);
    let threads = row_vectors * column_vectors;
    // Those beyond help to stage, and have no tile of their own.
    let workgroup = frame.workgroup.unwrap_or(threads);
    let column_lane = product.lane(&product.n);

    let mut emitter = Emitter::new(kernel, frame);
    emitter.expect_loads(&product.a.body, product.lane(&product.m));
    emitter.expect_loads(&product.b.body, column_lane);
    emitter.expect_loads(&kernel.body, column_lane);
    emitter.expect_stores(column_lane);

    let mut stage = |operand, axes: &[usize], vectors, origin, place| {
        Stage {
            product,
            operand,
            axes,
            vectors,
            origin,
            place,
            depth,
            workgroup,
        }
        .emit(&mut emitter)
    };
    let stage_a = stage(product.a, &product.m, row_vectors, "first_row", 0);
    let stage_b = stage(
        product.b,
        &product.n,
        column_vectors,
        "first_column",
        depth * row_vectors,
    );
    let finish = product.finish(&mut emitter, &frame.tag);

    let mut main = format!(
        "let first_column = (group % {column_tiles}u) * {columns}u;\n\
         let first_row = ((group / {column_tiles}u) % {row_tiles}u) * {rows}u;\n\
         let batch = group / {}u;\n\
         let my_column = local % {column_vectors}u;\nlet my_row = {};\n",
        row_tiles * column_tiles,
        match workgroup > threads {
            true => format!("min(local / {column_vectors}u, {}u)", row_vectors - 1),
            false => format!("local / {column_vectors}u"),
        }
    );
    for row in 0..LANES {
        main += &format!("var acc{row} = vec4<f32>();\n");
    }
    main += &format!("for (var first_step = 0u; first_step < {k}u; first_step += {depth}u) {{\n");
    main += &stage_a;
    main += &stage_b;
    main += &format!(
        "workgroupBarrier();\nfor (var step = 0u; step < {depth}u; step++) {{\n\
         let a = shared_vectors[step * {row_vectors}u + my_row];\n\
         let b = shared_vectors[{}u + step * {column_vectors}u + my_column];\n",
        depth * row_vectors
    );
    for (row, component) in ["x", "y", "z", "w"].iter().enumerate() {
        main += &format!("acc{row} = acc{row} + a.{component} * b;\n");
    }
    main += "}\nworkgroupBarrier();\n}\n";
    // A rectangle of workgroups may have more than there are tiles.
    let idle = match workgroup > threads {
        true => format!("batch >= {batch}u || local >= {threads}u"),
        false => format!("batch >= {batch}u"),
    };
    main += &format!("if ({idle}) {{\nreturn;\n}}\n");
    for row in 0..LANES {
        main += &format!(
            "if (first_row + my_row * {LANES}u + {row}u < {m}u) {{\n\
             finish{}(batch, first_row + my_row * {LANES}u + {row}u, first_column + my_column * {LANES}u, acc{row});\n}}\n",
            frame.tag
        );
    }
    let pools = Pools {
        vectors: depth * (row_vectors + column_vectors),
        floats: 0,
    };
    let groups = batch * row_tiles * column_tiles;
    emitter.parts(finish, main, groups, workgroup, pools)
}

/// Into how many parts the sums are divided, so that there are workgroups enough.
pub(super) fn parts(product: &Product<'_>, tuning: &Tuning, edge: usize) -> usize {
    let [batch, m, n, k] =
        [&product.batch, &product.m, &product.n, &product.k].map(|axes| product.size(axes));
    let (rows, columns) = tile(batch, m, n, edge, tuning.parallelism);
    let tiles = batch * m.div_ceil(rows) * n.div_ceil(columns);
    let parts = (workgroups_wanted(tuning.parallelism) / tiles).min(k / SHORTEST_PART);
    match k - k / parts.max(1) >= STEPS_OF_A_DISPATCH {
        true => parts,
        false => 1,
    }
}

/// Workgroups that keep the adapter busy.
fn workgroups_wanted(parallelism: usize) -> usize {
    (parallelism / 256).max(1)
}

/// Rows and columns of a workgroup's tile: little waste at the edges, much reuse, and enough workgroups.
fn tile(batch: usize, m: usize, n: usize, edge: usize, parallelism: usize) -> (usize, usize) {
    let wanted = workgroups_wanted(parallelism);
    let edges = || [1, 2, 4].map(|shrink| edge / shrink).into_iter();
    edges()
        .flat_map(|rows| edges().map(move |columns| (rows, columns)))
        .filter(|(rows, columns)| rows * columns / (LANES * LANES) >= FEWEST_INVOCATIONS)
        .min_by_key(|&(rows, columns)| {
            let tiles = batch * m.div_ceil(rows) * n.div_ceil(columns);
            // Loads and arithmetic of one tile, times the tiles that run after each other.
            tiles.div_ceil(wanted) * (4 * (rows + columns) + rows * columns / 4)
        })
        .unwrap_or((edge, edge))
}

/// Copies one operand's slice to workgroup memory, as vectors along the operand's own axis.
struct Stage<'a> {
    product: &'a Product<'a>,
    operand: &'a Operand,
    axes: &'a [usize],
    /// Vectors across the tile.
    vectors: usize,
    /// The name of the tile's first row or column.
    origin: &'static str,
    /// Where the slice begins in workgroup memory.
    place: usize,
    depth: usize,
    workgroup: usize,
}

impl Stage<'_> {
    fn emit(&self, emitter: &mut Emitter<'_>) -> String {
        let Stage {
            product,
            vectors,
            origin,
            place,
            depth,
            ..
        } = *self;
        let (size, k) = (product.size(self.axes), product.size(&product.k));
        let mut out = Out::new(0);
        let mut base = vec![Coord::default(); product.kernel.domain.len()];
        let exact = k.is_multiple_of(depth);
        let step = if exact {
            "step".to_string()
        } else {
            format!("min(step, {}u)", k - 1)
        };
        let step = emitter.bind(&mut out, 0, step);
        emit_coords(
            emitter,
            &mut out,
            &mut base,
            product,
            &product.batch,
            "batch",
        );
        emit_coords(emitter, &mut out, &mut base, product, &product.k, &step);

        // Edges repeat the last row or column, whose sums are dropped; past the last step there are zeros.
        let lane = product.lane(self.axes);
        let mut run = |offset: usize, lane: Option<usize>| {
            let last = size - if lane.is_some() { LANES } else { 1 };
            let linear = emitter.bind(
                &mut out,
                0,
                format!("min({origin} + {LANES}u * vector + {offset}u, {last}u)"),
            );
            let mut coords = base.clone();
            emit_coords(emitter, &mut out, &mut coords, product, self.axes, &linear);
            let place = Place {
                coords: &coords,
                lane,
                accumulators: &[],
            };
            emitter.body(&mut out, &self.operand.body, &place)[self.operand.value].clone()
        };
        let value = if lane.is_some() {
            run(0, lane).at(true)
        } else {
            let elements: Vec<String> = (0..LANES).map(|i| run(i, None).name).collect();
            format!("vec4<f32>({})", elements.join(", "))
        };
        let value = if exact {
            value
        } else {
            format!("select(vec4<f32>(), {value}, step < {k}u)")
        };

        // Neighbouring invocations read neighbours in memory.
        let along_k = product.vector_lane(self.operand, self.axes).is_none()
            && product.vector_lane(self.operand, &product.k).is_some();
        let units = vectors * depth;
        let (vector, within) = if along_k {
            (format!("unit / {depth}u"), format!("unit % {depth}u"))
        } else {
            (format!("unit % {vectors}u"), format!("unit / {vectors}u"))
        };
        format!(
            "for (var unit = local; unit < {units}u; unit += {}u) {{\n\
             let vector = {vector};\nlet within = {within};\nlet step = first_step + within;\n\
             {}shared_vectors[{place}u + within * {vectors}u + vector] = {value};\n}}\n",
            self.workgroup,
            out.innermost().text()
        )
    }
}
