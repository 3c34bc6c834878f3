//! Matrix products for software rasterizers: every invocation computes a tile of its own in registers.

use super::Tuning;
use super::emit::Emitter;
use super::parts::{Frame, Parts, Pools};
use super::product::{Product, emit_coords};
use super::quad::{self, Grid, Shared};
use super::values::{Coord, LANES, Out, Place, Value};
use crate::plan::kernel::Operand;

/// The innermost contracted axis is unrolled whole up to this extent, by [`LANES`] where that divides it.
const UNROLL: usize = 8;

/// Along which axis an operand's loads are vectors.
#[derive(Clone, Copy)]
enum Along {
    /// Rows or columns: the operand's own axis.
    Free(usize),
    /// The contracted axis.
    Contracted(usize),
    /// None: one element at a time.
    Neither,
}

impl Along {
    fn lane(self) -> Option<usize> {
        match self {
            Along::Free(axis) | Along::Contracted(axis) => Some(axis),
            Along::Neither => None,
        }
    }
}

pub(super) fn emit(
    product: &Product<'_>,
    tuning: &Tuning,
    largest: (usize, usize),
    workgroup: usize,
    frame: &Frame,
) -> Parts {
    let workgroup = frame.workgroup.unwrap_or(workgroup);
    let kernel = product.kernel;
    let (batch, m, n) = (
        product.size(&product.batch),
        product.size(&product.m),
        product.size(&product.n),
    );
    let (rows, vectors) = tile(batch, m, n, largest, tuning.parallelism);
    let columns = vectors * LANES;
    let tiles = [m.div_ceil(rows), n.div_ceil(columns)];
    let steps = steps(product);
    let unroll = steps.last().copied().unwrap_or(1);
    let grid = if tuning.quads && unroll == LANES {
        Grid::cheapest(tiles, [rows, columns])
    } else {
        Grid::alone(tiles)
    };

    let free_a = product
        .vector_lane(product.a, &product.m)
        .filter(|_| rows.is_multiple_of(LANES));
    // Within a quad everyone takes the contracted points in an order of its own.
    let contracted = |operand: &Operand| match grid.shared {
        None => product.vector_lane(operand, &product.k),
        Some(_) => None,
    };
    let along = |operand: &Operand, free: Option<usize>| match (free, contracted(operand)) {
        (Some(axis), _) => Along::Free(axis),
        (None, Some(axis)) => Along::Contracted(axis),
        (None, None) => Along::Neither,
    };
    let along_a = along(product.a, free_a);
    let column_lane = product.lane(&product.n);
    let along_b = match (
        along(product.b, product.vector_lane(product.b, &product.n)),
        column_lane,
    ) {
        // Four loads side by side: still one vector from there on.
        (Along::Neither, Some(axis)) => Along::Free(axis),
        (along, _) => along,
    };

    let mut emitter = Emitter::new(kernel, frame);
    emitter.expect_loads(&product.a.body, along_a.lane());
    emitter.expect_loads(&product.b.body, along_b.lane());
    emitter.expect_loads(&kernel.body, column_lane);
    emitter.expect_stores(column_lane);

    let mut out = Out::new(product.k.len());
    let mut base = vec![Coord::default(); kernel.domain.len()];
    emit_coords(
        &mut emitter,
        &mut out,
        &mut base,
        product,
        &product.batch,
        "batch",
    );
    let mut heads = Vec::new();
    for (depth, (&axis, step)) in product.k.iter().zip(&steps).enumerate() {
        let extent = kernel.domain[axis];
        let name = emitter.name("k");
        heads.push(format!(
            "for (var {name} = 0; {name} < {extent}; {name} += {step}) {{\n"
        ));
        base[axis] = Coord::new(name, depth + 1);
    }
    let innermost = product.k.last().map(|&axis| base[axis].clone());
    let points: Vec<Coord> = (innermost.iter())
        .flat_map(|first| (0..unroll).map(move |step| (first, step)))
        .map(|(first, step)| match grid.shared {
            None => first.plus(step),
            Some(_) => quad::point(&mut emitter, &mut out, first, step),
        })
        .collect();

    let tile_a = Tile {
        product,
        operand: product.a,
        axes: &product.m,
        along: along_a,
        origin: "first_row",
        base: &base,
        points: &points,
        exchanged: grid.shared == Some(Shared::A),
    };
    let tile_b = Tile {
        product,
        operand: product.b,
        axes: &product.n,
        along: along_b,
        origin: "first_column",
        base: &base,
        points: &points,
        exchanged: grid.shared == Some(Shared::B),
    };
    // All loads first, then sum after sum, one element at a time and all of the pass's products at once: what SwiftShader
    // keeps in registers, since its loads end basic blocks and its assignments mask lanes.
    let slices: Vec<(Slice, Slice)> = (0..unroll)
        .map(|step| {
            let a = tile_a.load(&mut emitter, &mut out, rows, step);
            let b = tile_b.load(&mut emitter, &mut out, columns, step);
            (a, b)
        })
        .collect();
    for row in 0..rows {
        for column in 0..columns {
            let product =
                |(a, b): &(Slice, Slice)| format!("{} * {}", a.element(row), b.element(column));
            let products: Vec<String> = slices.iter().map(product).collect();
            let acc = format!("acc{row}_{column}");
            out.innermost()
                .line(&format!("{acc} = {acc} + {};", products.join(" + ")));
        }
    }

    let tiles = batch * grid.tiles();
    let mut main = grid.origins(tiles, workgroup, [rows, columns]);
    for row in 0..rows {
        for column in 0..columns {
            main += &format!("var acc{row}_{column} = 0.0;\n");
        }
    }
    for (depth, block) in out.blocks.iter().enumerate() {
        if depth > 0 {
            main += &heads[depth - 1];
        }
        main += block.text();
    }
    main += &"}\n".repeat(product.k.len());
    // A loop, since compilers would inline as many copies of the epilogue as there are vectors.
    let sum = |i: usize| {
        let (row, first) = (i / vectors, i % vectors * LANES);
        let four: Vec<String> = (first..first + LANES)
            .map(|column| format!("acc{row}_{column}"))
            .collect();
        format!("vec4<f32>({})", four.join(", "))
    };
    let sums: Vec<String> = (0..rows * vectors).map(sum).collect();
    let present = grid.shared.map_or("", |_| "present && ");
    main += &format!(
        "var sums = array<vec4<f32>, {count}>({});\n\
         for (var i = 0u; i < {count}u; i++) {{\n\
         let row = first_row + i / {vectors}u;\n\
         if ({present}row < {m}u) {{\n\
         finish{tag}(batch, row, first_column + (i % {vectors}u) * {LANES}u, sums[i]);\n}}\n}}\n",
        sums.join(", "),
        count = rows * vectors,
        tag = frame.tag,
    );
    let finish = product.finish(&mut emitter, &frame.tag);
    let groups = tiles.div_ceil(workgroup);
    emitter.parts(finish, main, groups, workgroup, Pools::default())
}

/// How many points of each contracted axis a pass through its loop takes.
fn steps(product: &Product<'_>) -> Vec<usize> {
    let mut steps = vec![1; product.k.len()];
    if let (Some(step), Some(&axis)) = (steps.last_mut(), product.k.last()) {
        let extent = product.kernel.domain[axis];
        *step = if extent.is_multiple_of(LANES) {
            LANES
        } else if extent <= UNROLL {
            extent
        } else {
            1
        };
    }
    steps
}

/// Passes through all loops of an invocation together.
pub(super) fn passes(product: &Product<'_>) -> usize {
    let trips = product.extents(&product.k).into_iter().zip(steps(product));
    let nested = trips.scan(1, |outer, (extent, step)| {
        *outer *= extent / step;
        Some(*outer)
    });
    nested.sum()
}

/// The tile's rows and vectors of columns: the largest that leave enough invocations.
fn tile(
    batch: usize,
    m: usize,
    n: usize,
    largest: (usize, usize),
    parallelism: usize,
) -> (usize, usize) {
    let mut rows = largest.0.min(m.next_power_of_two());
    let mut vectors = largest.1.min(n.div_ceil(LANES).next_power_of_two());
    while batch * m.div_ceil(rows) * n.div_ceil(vectors * LANES) < parallelism && rows * vectors > 2
    {
        if rows >= 2 * vectors {
            rows /= 2;
        } else {
            vectors /= 2;
        }
    }
    (rows, vectors)
}

/// A tile's slice of one operand: its own axis times the unrolled steps.
struct Tile<'a> {
    product: &'a Product<'a>,
    operand: &'a Operand,
    axes: &'a [usize],
    along: Along,
    /// The name of the first row or column, a u32.
    origin: &'static str,
    /// Coordinates of the batch and of the contracted axes.
    base: &'a [Coord],
    /// The innermost contracted axis at each step of a pass.
    points: &'a [Coord],
    /// Whether each invocation of a quad loads for all four.
    exchanged: bool,
}

/// The registers of a slice, at one step.
struct Slice {
    along: Along,
    step: usize,
    /// By row or column, or by group of four of them.
    values: Vec<Value>,
}

impl Tile<'_> {
    fn load(&self, emitter: &mut Emitter<'_>, out: &mut Out, extent: usize, step: usize) -> Slice {
        let group = match self.along {
            Along::Free(_) => LANES,
            Along::Contracted(_) | Along::Neither => 1,
        };
        // One load serves all steps.
        let once = self.exchanged || matches!(self.along, Along::Contracted(_));
        let point = if once { 0 } else { step };
        let size = self.product.size(self.axes);
        let mut coords = self.base.to_vec();
        if let Some(&axis) = self.product.k.last() {
            coords[axis] = self.points[point].clone();
        }
        let values = (0..extent / group)
            .map(|i| {
                // Past the end, the last one once more: its sums are dropped.
                let last = size - group.min(size);
                let name = format!("min({} + {}u, {last}u)", self.origin, i * group);
                let name = emitter.bind(out, 0, name);
                emit_coords(emitter, out, &mut coords, self.product, self.axes, &name);
                let place = Place {
                    coords: &coords,
                    lane: self.along.lane(),
                    accumulators: &[],
                };
                let value =
                    emitter.body(out, &self.operand.body, &place)[self.operand.value].clone();
                match self.exchanged {
                    true => quad::exchange(emitter, out, value, step),
                    false => value,
                }
            })
            .collect();
        Slice {
            along: self.along,
            step,
            values,
        }
    }
}

impl Slice {
    /// One element, as an expression.
    fn element(&self, index: usize) -> String {
        match self.along {
            Along::Free(_) => self.values[index / LANES].component(index % LANES),
            Along::Contracted(_) => self.values[index].component(self.step),
            Along::Neither => self.values[index].component(0),
        }
    }
}
