//! One point, or four consecutive ones, at a time.

use super::emit::Emitter;
use super::values::{Coord, LANES, Out, Place};
use super::{Parts, Shader, Tuning};
use crate::plan::kernel::Kernel;

pub(super) fn emit(kernel: &Kernel, tuning: &Tuning) -> Shader {
    let order = store_order(kernel);
    let lane = order
        .last()
        .copied()
        .filter(|&axis| kernel.domain[axis].is_multiple_of(LANES));
    let mut emitter = Emitter::new(kernel);
    emitter.expect_loads(&kernel.body, lane);
    emitter.expect_stores(lane);

    let mut extents: Vec<usize> = order.iter().map(|&axis| kernel.domain[axis]).collect();
    if let (Some(last), Some(_)) = (extents.last_mut(), lane) {
        *last /= LANES;
    }
    let vectors: usize = extents.iter().product();
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
    let place = Place {
        coords: &coords,
        lane,
        accumulators: &[],
    };
    let registers = emitter.body(&mut out, &kernel.body, &place);
    emitter.stores(&mut out, &registers, &place);

    let size = tuning.workgroup;
    let main = match out.blocks.as_slice() {
        [before, inside] => format!(
            "{}let first = (group * {size}u + local) * {per_invocation}u;\n\
             let end = min(first + {per_invocation}u, {vectors}u);\n\
             for (var vector = first; vector < end; vector++) {{\n{}}}\n",
            before.text(),
            inside.text()
        ),
        _ => format!(
            "let vector = group * {size}u + local;\nif (vector >= {vectors}u) {{\nreturn;\n}}\n{}",
            out.innermost().text()
        ),
    };
    Parts {
        declarations: emitter.declarations(),
        main,
        groups: vectors.div_ceil(per_invocation).div_ceil(size as usize),
        workgroup_size: size,
        workgroup_bytes: 0,
    }
    .into_shader()
}

/// The axes from the outermost to the innermost of what the first store writes, so that neighbours write neighbours.
pub(super) fn store_order(kernel: &Kernel) -> Vec<usize> {
    let mut order: Vec<usize> = (0..kernel.domain.len()).collect();
    if let Some(store) = kernel.stores.first() {
        order.sort_by_key(|&axis| std::cmp::Reverse(store.index.strides[axis].unsigned_abs()));
    }
    order
}
