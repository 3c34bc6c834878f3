//! Horizontal fusion: kernels that do not depend on each other share a dispatch, each in workgroups of its own.
//!
//! A device waits between dispatches, and a small kernel leaves most of it idle. A layer's kernel gradient, bias gradient
//! and input gradient, or the two passes of a network that a step needs, run at once instead.

use std::cmp::Reverse;
use std::collections::HashMap;

use super::fuse::MAX_BINDINGS;
use super::kernel::{Affine, Binding, BufferId, Instr, Kernel, Kind, shared_bindings};

/// Kernels in a dispatch at most: compilers take their time over long shaders.
const MOST_KERNELS: usize = 4;

/// Puts kernels, in an order in which they may run, into dispatches: list scheduling, the longest chain first and the later
/// one among equals (measured: it leaves fewest shaders). A kernel that recurs stays alone: one shader serves all its
/// dispatches, where partners would differ.
pub(super) fn share(kernels: Vec<Kernel>) -> Vec<Vec<Kernel>> {
    let touched: Vec<Vec<Touch>> = kernels.iter().map(touches).collect();
    let waits = |i: usize| {
        let earlier = 0..i;
        earlier
            .filter(|&other| collide(&touched[other], &touched[i]))
            .collect()
    };
    let before: Vec<Vec<usize>> = (0..kernels.len()).map(waits).collect();
    // How many kernels follow one after the other, at most.
    let mut heights = vec![0_usize; kernels.len()];
    for i in (0..kernels.len()).rev() {
        for &other in &before[i] {
            heights[other] = heights[other].max(heights[i] + 1);
        }
    }
    let mut times: HashMap<Kernel, usize> = HashMap::new();
    kernels
        .iter()
        .for_each(|kernel| *times.entry(anonymous(kernel)).or_default() += 1);
    let recurs: Vec<bool> = kernels
        .iter()
        .map(|kernel| times[&anonymous(kernel)] > 1)
        .collect();

    let mut waiting: Vec<usize> = (0..kernels.len()).collect();
    waiting.sort_by_key(|&i| Reverse((heights[i], i)));
    let mut done = vec![false; kernels.len()];
    let mut dispatches = Vec::new();
    while !waiting.is_empty() {
        let ready = |&i: &usize| before[i].iter().all(|&other| done[other]);
        let mut ready = waiting.iter().copied().filter(ready);
        let leader = ready
            .next()
            .expect("kernels do not wait for each other in a circle");
        let mut chosen = vec![leader];
        let mut dispatch = vec![kernels[leader].clone()];
        for i in ready.filter(|&i| !recurs[leader] && !recurs[i]) {
            if fits(&dispatch, &kernels[i]) {
                chosen.push(i);
                dispatch.push(kernels[i].clone());
            }
        }
        chosen.iter().for_each(|&i| done[i] = true);
        waiting.retain(|&i| !done[i]);
        dispatches.push(dispatch);
    }
    dispatches
}

/// The kernel over numbered buffers: what its shader depends on.
fn anonymous(kernel: &Kernel) -> Kernel {
    let mut kernel = kernel.clone();
    kernel.name.clear();
    let bindings = kernel.bindings.iter_mut().enumerate();
    bindings.for_each(|(i, binding)| binding.buffer = i);
    kernel
}

fn fits(dispatch: &[Kernel], kernel: &Kernel) -> bool {
    let mut all = dispatch.to_vec();
    all.push(kernel.clone());
    let shared = shared_bindings(&all);
    // A shader declares a buffer once, with one type.
    let mut bindings = all.iter().flat_map(|kernel| &kernel.bindings);
    let one_type = bindings.all(|binding| {
        let same = |other: &Binding| other.buffer == binding.buffer && other.dtype == binding.dtype;
        shared.iter().any(same)
    });
    all.len() <= MOST_KERNELS && shared.len() <= MAX_BINDINGS && one_type
}

/// A range of a buffer that a kernel reads or writes.
struct Touch {
    buffer: BufferId,
    written: bool,
    first: i64,
    last: i64,
}

/// Whether one writes what the other reads or writes.
fn collide(a: &[Touch], b: &[Touch]) -> bool {
    let hit = |a: &Touch, b: &Touch| {
        a.buffer == b.buffer && (a.written || b.written) && a.first <= b.last && b.first <= a.last
    };
    a.iter().any(|a| b.iter().any(|b| hit(a, b)))
}

fn touches(kernel: &Kernel) -> Vec<Touch> {
    let touch = |binding: usize, index: &Affine, written: bool, reach: usize| {
        let (first, last) = index.range(&kernel.domain);
        Touch {
            buffer: kernel.bindings[binding].buffer,
            written,
            first,
            last: last + reach as i64,
        }
    };
    let inner = match &kernel.kind {
        Kind::Pointwise => vec![],
        Kind::Reduce { prologue, .. } => vec![prologue],
        Kind::Contract { a, b, .. } => vec![&a.body, &b.body],
    };
    let bodies = inner.into_iter().chain([&kernel.body]).flatten();
    let loads = bodies.filter_map(|typed| match &typed.instr {
        Instr::Load { binding, view } => Some(touch(*binding, &view.index, false, 0)),
        Instr::Gather {
            binding,
            rows,
            row_stride,
            view,
            ..
        } => Some(touch(*binding, &view.index, false, (rows - 1) * row_stride)),
        Instr::Coordinate(_)
        | Instr::Within(_)
        | Instr::Constant(_)
        | Instr::Random { .. }
        | Instr::Accumulator(_)
        | Instr::Unary(..)
        | Instr::Binary(..)
        | Instr::Select(..)
        | Instr::Cast(..) => None,
    });
    let stores = (kernel.stores.iter()).map(|store| touch(store.binding, &store.index, true, 0));
    loads.chain(stores).collect()
}
