//! One point, or four consecutive ones, at a time.

use super::Tuning;
use super::emit::Emitter;
use super::memory::{has_vector_load, has_vector_store};
use super::parts::{Frame, Parts, Pools};
use super::values::{Coord, LANES, Out, Place};
use crate::plan::kernel::{Kernel, farthest_first};

pub(super) fn emit(kernel: &Kernel, tuning: &Tuning, frame: &Frame) -> Parts {
    let order = store_order(kernel);
    let (lane, rest) = lane(kernel, &order);
    let mut emitter = Emitter::new(kernel, frame);
    emitter.expect_loads(&kernel.body, lane);
    emitter.expect_stores(lane);

    let mut extents: Vec<usize> = order.iter().map(|&axis| kernel.domain[axis]).collect();
    if let (Some(last), Some(_)) = (extents.last_mut(), lane) {
        *last /= LANES;
    }
    let whole: usize = extents.iter().product();
    // What is left over counts as one more vector.
    let vectors = whole + usize::from(rest > 0);
    // Small kernels are spread over the adapter before invocations get fat.
    let per_invocation = (tuning.vectors_per_invocation as usize)
        .min(vectors.div_ceil(tuning.parallelism))
        .max(1);

    let loops = usize::from(per_invocation > 1);
    let mut out = Out::new(loops);
    let mut coords = vec![Coord::default(); kernel.domain.len()];
    let names = emitter.decompose(&mut out, loops, "vector", &extents);
    for (&axis, name) in order.iter().zip(names) {
        let name = match lane {
            Some(lane) if lane == axis => {
                emitter.bind(&mut out, loops, format!("{name} * {LANES}"))
            }
            _ => name,
        };
        coords[axis] = Coord::new(name, loops);
    }
    run(&mut emitter, &mut out, kernel, &coords, lane);

    let mut body = out.innermost().text().to_string();
    if let (Some(axis), true) = (lane, rest > 0) {
        let extent = kernel.domain[axis];
        let mut out = Out::new(0);
        let mut coords = vec![Coord::default(); kernel.domain.len()];
        coords[axis] = Coord::new("point", 0);
        run(&mut emitter, &mut out, kernel, &coords, None);
        body = format!(
            "if (vector < {whole}u) {{\n{body}}} else {{\n\
             for (var point = {}; point < {extent}; point++) {{\n{}}}\n}}\n",
            extent - rest,
            out.innermost().text()
        );
    }
    let size = frame.workgroup.unwrap_or(tuning.workgroup as usize);
    let main = if loops > 0 {
        format!(
            "{}let first = (group * {size}u + local) * {per_invocation}u;\n\
             let end = min(first + {per_invocation}u, {vectors}u);\n\
             for (var vector = first; vector < end; vector++) {{\n{body}}}\n",
            out.blocks[0].text(),
        )
    } else {
        format!(
            "let vector = group * {size}u + local;\nif (vector >= {vectors}u) {{\nreturn;\n}}\n{body}"
        )
    };
    let groups = vectors.div_ceil(per_invocation).div_ceil(size);
    emitter.parts(String::new(), main, groups, size, Pools::default())
}

fn run(
    emitter: &mut Emitter<'_>,
    out: &mut Out,
    kernel: &Kernel,
    coords: &[Coord],
    lane: Option<usize>,
) {
    let place = Place {
        coords,
        lane,
        accumulators: &[],
    };
    let registers = emitter.body(out, &kernel.body, &place);
    emitter.stores(out, &registers, &place);
}

/// The axis along which registers hold four points, and how many points are left over at its end.
///
/// Only a single axis may leave some: rows of an odd length would not start at whole vectors.
fn lane(kernel: &Kernel, order: &[usize]) -> (Option<usize>, usize) {
    let Some(&axis) = order.last() else {
        return (None, 0);
    };
    let extent = kernel.domain[axis];
    let rest = extent % LANES;
    let worth_it = order.len() == 1
        && extent > LANES
        && (has_vector_load(&kernel.body, axis) || has_vector_store(kernel, axis));
    if rest == 0 || worth_it {
        (Some(axis), rest)
    } else {
        (None, 0)
    }
}

/// The axes from the outermost to the innermost of what the first store writes, so that neighbours write neighbours.
pub(super) fn store_order(kernel: &Kernel) -> Vec<usize> {
    let mut order: Vec<usize> = (0..kernel.domain.len()).collect();
    if let Some(store) = kernel.stores.first() {
        farthest_first(&mut order, &|axis| {
            (false, store.index.strides[axis].unsigned_abs())
        });
    }
    order
}
