//! Long sums of products in two stages, where one would leave most of an adapter idle.
//!
//! `sum over k of a b` becomes `sum over parts of (sum over the k of that part of a b)`. The first stage is the same
//! contraction with the part as one more batch axis, and keeps partial sums; the second adds those up and goes on with the
//! epilogue. Parts are of equal length, so a prime extent is divided into single points or not at all.

use super::coalesce::{coalesce, visit_body};
use super::fuse::{Fused, MAX_BINDINGS};
use super::hazard;
use super::home::VirtualId;
use super::kernel::{
    Access, Accumulator, Affine, Binding, Body, Instr, Kernel, Kind, Role, Store, Typed, View,
    farthest_first,
};
use super::store::{Virtual, VirtualRole};
use crate::dtype::DType;
use crate::op::Reducer;

#[cfg(test)]
mod tests;

/// Splits what `parts` wants in more than one part: it is asked about every contraction.
pub(super) fn split(fused: &mut Fused, parts: &dyn Fn(&Kernel) -> usize) {
    let mut totals = Vec::new();
    for kernel in std::mem::take(&mut fused.kernels) {
        let wanted = match &kernel.kind {
            Kind::Contract { .. } => parts(&kernel),
            Kind::Pointwise | Kind::Reduce { .. } => 1,
        };
        match stages(&kernel, wanted, fused.virtuals.len()) {
            None => fused.kernels.push(kernel),
            Some((len, stages)) => {
                let role = VirtualRole::Scratch;
                fused.virtuals.push(Virtual { role, len });
                fused.kernels.extend(stages);
                totals.push(fused.kernels.len() - 1);
            }
        }
    }
    // Gradients of several batches are added to each other: one kernel adds up the parts of all.
    let mut absorbed = Vec::new();
    for (i, &later) in totals.iter().enumerate() {
        for &earlier in &totals[..i] {
            if !absorbed.contains(&earlier) && absorb(fused, earlier, later) {
                absorbed.push(earlier);
            }
        }
    }
    absorbed.sort_unstable();
    for kernel in absorbed.into_iter().rev() {
        fused.kernels.remove(kernel);
    }
}

/// Lets the total `later` add up the parts of `earlier` as well, where that is a mere sum which `later` alone reads, and only
/// at the element that it computes.
fn absorb(fused: &mut Fused, earlier: usize, later: usize) -> bool {
    let Fused { virtuals, kernels } = fused;
    let sum = kernels[earlier].clone();
    let (
        Kind::Reduce {
            prologue: parts, ..
        },
        [store],
    ) = (&sum.kind, &*sum.stores)
    else {
        return false;
    };
    let buffer = sum.bindings[store.binding].buffer;
    let users = kernels.iter().filter(|k| hazard::binds(k, buffer)).count();
    let total = &mut kernels[later];
    let Some(place) = total.bindings.iter().position(|b| b.buffer == buffer) else {
        return false;
    };
    let here = |typed: &Typed| match &typed.instr {
        Instr::Load { binding, view } if *binding == place => {
            view.bounds.is_empty() && view.index == store.index
        }
        Instr::Gather { binding, .. } => *binding != place,
        _ => true,
    };
    let mere = *sum.body == [of_f32(Instr::Accumulator(0))];
    let alone = users == 2 && virtuals[buffer].role == VirtualRole::Scratch;
    let reads = total.body.iter().all(here) && !hazard::writes(total, buffer);
    if !(mere && alone && reads && sum.domain == total.domain) {
        return false;
    }
    let Kind::Reduce {
        prologue,
        accumulators,
        ..
    } = &mut total.kind
    else {
        return false;
    };
    for typed in &mut total.body {
        if matches!(&typed.instr, Instr::Load { binding, .. } if *binding == place) {
            typed.instr = Instr::Accumulator(accumulators.len());
        }
    }
    // The parts take the place of their sum.
    for typed in parts {
        if let Instr::Load { binding, view } = &typed.instr {
            total.bindings[place] = sum.bindings[*binding].clone();
            let view = view.clone();
            prologue.push(of_f32(Instr::Load {
                binding: place,
                view,
            }));
        }
    }
    let value = prologue.len() - 1;
    accumulators.push(Accumulator {
        reducer: Reducer::Sum,
        value,
    });
    total.name = total.describe();
    true
}

/// The two stages of a contraction in at most `wanted` parts, by way of so many partial sums in buffer `partial`. Nothing
/// where its axes cannot be divided, or where the second stage would need one buffer too many.
fn stages(kernel: &Kernel, wanted: usize, partial: VirtualId) -> Option<(usize, [Kernel; 2])> {
    if wanted <= 1 {
        return None;
    }
    let kernel = coalesce(kernel);
    let (mut first, divided) = divide(&kernel, wanted)?;
    let Kind::Contract { roles, .. } = &kernel.kind else {
        return None;
    };

    // Partial sums lie as the results do, so that both stages read and write neighbours: part by part, and in each the
    // result's axes from the farthest stride to the nearest.
    let rank = kernel.domain.len();
    let mut kept: Vec<usize> = (0..rank).filter(|&axis| roles[axis] != Role::K).collect();
    farthest_first(&mut kept, &|axis| {
        let stride = |store: &Store| store.index.strides[axis].unsigned_abs();
        (false, kernel.stores.first().map_or(0, stride))
    });
    let mut strides = vec![0; rank];
    let mut outputs = 1;
    for &axis in kept.iter().rev() {
        strides[axis] = outputs as i64;
        outputs *= kernel.domain[axis];
    }

    let parts: usize = first.domain[..divided].iter().product();
    let mut index = Affine {
        offset: 0,
        strides: [vec![0; divided], strides.clone()].concat(),
    };
    let mut len = outputs;
    for axis in (0..divided).rev() {
        index.strides[axis] = len as i64;
        len *= first.domain[axis];
    }
    first.bindings.push(scratch(partial, Access::Write));
    first.body = vec![of_f32(Instr::Accumulator(0))];
    first.stores = vec![Store {
        binding: first.bindings.len() - 1,
        index,
        value: 0,
    }];

    let second = total(&kernel, &kept, (parts, outputs), &strides, partial);
    let mut stages = [first, second];
    for stage in &mut stages {
        prune(stage);
        stage.name = stage.describe();
    }
    (stages[1].bindings.len() <= MAX_BINDINGS).then_some((len, stages))
}

/// The contraction with its summed axes divided, farthest strides first: for each that could be there is a batch axis in
/// front of all others, and their number comes with it.
fn divide(kernel: &Kernel, wanted: usize) -> Option<(Kernel, usize)> {
    let mut kernel = kernel.clone();
    let Kind::Contract { roles, a, b } = &mut kernel.kind else {
        return None;
    };
    let mut summed: Vec<usize> = (0..roles.len())
        .filter(|&axis| roles[axis] == Role::K)
        .collect();
    let stride = |axis: usize| {
        let loads = a.body.iter().chain(&b.body);
        let strides = loads.map(|typed| match &typed.instr {
            Instr::Load { view, .. } | Instr::Gather { view, .. } => {
                view.index.strides[axis].unsigned_abs()
            }
            _ => 0,
        });
        strides.max().unwrap_or(0)
    };
    farthest_first(&mut summed, &|axis| (false, stride(axis)));
    let (mut parts, mut divided) = (1, 0);
    for axis in summed {
        let (axis, extent) = (axis + divided, kernel.domain[axis + divided]);
        let most = (wanted / parts).min(extent);
        let divisor = (1..=most).rev().find(|&d| extent.is_multiple_of(d));
        let count = divisor.unwrap_or(1);
        if count == 1 {
            continue;
        }
        let length = extent / count;
        kernel.domain[axis] = length;
        kernel.domain.insert(0, count);
        roles.insert(0, Role::Batch);
        for body in [&mut a.body, &mut b.body] {
            visit_body(body, &mut |part| {
                let strides = &mut part.affine().strides;
                strides.insert(0, strides[axis] * length as i64);
            });
        }
        (parts, divided) = (parts * count, divided + 1);
    }
    (divided > 0).then_some((kernel, divided))
}

/// Adds up the partial sums of each output and does what the contraction did with the sum.
fn total(
    kernel: &Kernel,
    kept: &[usize],
    (parts, outputs): (usize, usize),
    strides: &[i64],
    partial: VirtualId,
) -> Kernel {
    let at_part = |outer: i64, strides: &[i64]| -> Vec<i64> {
        let kept = kept.iter().map(|&axis| strides[axis]);
        std::iter::once(outer).chain(kept).collect()
    };
    let mut total = kernel.clone();
    total.domain = std::iter::once(parts)
        .chain(kept.iter().map(|&axis| kernel.domain[axis]))
        .collect();
    visit_body(&mut total.body, &mut |part| {
        let affine = part.affine();
        affine.strides = at_part(0, &affine.strides);
    });
    for store in &mut total.stores {
        store.index.strides = at_part(0, &store.index.strides);
    }
    total.bindings.push(scratch(partial, Access::Read));
    let load = Instr::Load {
        binding: total.bindings.len() - 1,
        view: View {
            index: Affine {
                offset: 0,
                strides: at_part(outputs as i64, strides),
            },
            bounds: vec![],
        },
    };
    total.kind = Kind::Reduce {
        reduced: (0..total.domain.len()).map(|axis| axis == 0).collect(),
        prologue: Body::from([of_f32(load)]),
        accumulators: vec![Accumulator {
            reducer: Reducer::Sum,
            value: 0,
        }],
    };
    total
}

fn scratch(buffer: VirtualId, access: Access) -> Binding {
    Binding {
        buffer,
        access,
        dtype: DType::F32,
    }
}

fn of_f32(instr: Instr) -> Typed {
    Typed {
        instr,
        dtype: DType::F32,
    }
}

/// Drops the bindings that a stage does not use, and says of the others how it does.
fn prune(kernel: &mut Kernel) {
    let mut loaded = vec![false; kernel.bindings.len()];
    let mut stored = loaded.clone();
    let stores = std::mem::take(&mut kernel.stores);
    kernel.visit_bindings(&mut |binding| loaded[*binding] = true);
    stores.iter().for_each(|store| stored[store.binding] = true);
    kernel.stores = stores;
    let mut places = Vec::new();
    let mut bindings = Vec::new();
    for (i, mut binding) in std::mem::take(&mut kernel.bindings).into_iter().enumerate() {
        places.push(bindings.len());
        binding.access = match (loaded[i], stored[i]) {
            (true, true) => Access::ReadWrite,
            (false, true) => Access::Write,
            (true, false) => Access::Read,
            (false, false) => continue,
        };
        bindings.push(binding);
    }
    kernel.bindings = bindings;
    kernel.visit_bindings(&mut |binding| *binding = places[*binding]);
}
