//! Horizontal fusion: kernels that do not depend on each other share a dispatch, each in workgroups of its own.
//!
//! A device waits between dispatches, and a small kernel leaves most of it idle. A layer's kernel gradient, bias gradient
//! and input gradient, or the two passes of a network that a step needs, run at once instead.

use std::collections::HashMap;

use fixedbitset::FixedBitSet;

use super::fuse::MAX_BINDINGS;
use super::kernel::{Affine, Binding, BufferId, Instr, Kernel, Kind, share as share_bindings};

/// Kernels in a dispatch at most: compilers take their time over long shaders.
const MOST_KERNELS: usize = 4;

/// A kernel that occurs more often stays alone: one shader serves all its dispatches, where partners would differ.
const MOST_OCCURRENCES: usize = 2;

/// Puts kernels, in an order in which they may run, into dispatches: list scheduling, the longest chain first and the later
/// one among equals, for the leader of each dispatch and then for its partners (measured: it leaves fewest shaders).
/// Partners that occur as often as the leader come first; without one, a leader that occurs twice takes none that
/// occurs once, so that its shader serves it again.
pub(super) fn share(kernels: Vec<Kernel>) -> Vec<Vec<Kernel>> {
    let before = dependencies(&kernels);
    // How many kernels follow one after the other, at most.
    let mut heights = vec![0_usize; kernels.len()];
    let mut after = vec![Vec::new(); kernels.len()];
    for i in (0..kernels.len()).rev() {
        for other in before[i].ones() {
            heights[other] = heights[other].max(heights[i] + 1);
            after[other].push(i);
        }
    }
    let occurs = occurrences(&kernels);
    let mut waits_for: Vec<usize> = before.iter().map(|b| b.count_ones(..)).collect();
    let mut kernels: Vec<Option<Kernel>> = kernels.into_iter().map(Some).collect();
    // In order, the highest last.
    let mut ready = Vec::new();
    let add = |ready: &mut Vec<usize>, i: usize| {
        let key = |i: usize| (heights[i], i);
        ready.insert(ready.partition_point(|&other| key(other) < key(i)), i);
    };
    let free = (0..kernels.len()).filter(|&i| waits_for[i] == 0);
    free.for_each(|i| add(&mut ready, i));
    let mut dispatches = Vec::new();
    while let Some(&leader) = ready.last() {
        let mut dispatch = Dispatch::default();
        let partners = ready.iter().rev().copied().skip(1);
        let may_share = |i: usize| occurs[i].max(occurs[leader]) <= MOST_OCCURRENCES;
        let (alike, others): (Vec<usize>, Vec<usize>) = partners
            .filter(|&i| may_share(i))
            .partition(|&i| occurs[i] == occurs[leader]);
        let mut chosen = Vec::new();
        for i in std::iter::once(leader).chain(alike).chain(others) {
            let spoils = chosen.len() == 1 && occurs[i] < occurs[leader];
            if dispatch.kernels.len() == MOST_KERNELS || spoils {
                break;
            }
            if kernels[i]
                .as_ref()
                .is_some_and(|kernel| dispatch.has_room(kernel))
            {
                dispatch.add(kernels[i].take().expect("a kernel is dispatched once"));
                chosen.push(i);
            }
        }
        for i in chosen {
            ready.retain(|&other| other != i);
            for &next in &after[i] {
                waits_for[next] -= 1;
                if waits_for[next] == 0 {
                    add(&mut ready, next);
                }
            }
        }
        dispatches.push(dispatch.kernels);
    }
    let left = kernels.iter().flatten().count();
    assert_eq!(left, 0, "kernels do not wait for each other in a circle");
    dispatches
}

/// For each kernel the earlier ones that it has to come after.
fn dependencies(kernels: &[Kernel]) -> Vec<FixedBitSet> {
    // For each buffer who has touched it so far; those who only read it are not asked about by others who do.
    let mut readers: HashMap<BufferId, Vec<(usize, Touch)>> = HashMap::new();
    let mut writers: HashMap<BufferId, Vec<(usize, Touch)>> = HashMap::new();
    let mut before = Vec::with_capacity(kernels.len());
    for (i, kernel) in kernels.iter().enumerate() {
        let touches = touches(kernel);
        let mut earlier = FixedBitSet::with_capacity(kernels.len());
        for touch in &touches {
            let read = touch.written.then(|| readers.get(&touch.buffer)).flatten();
            let others = writers.get(&touch.buffer).into_iter().chain(read).flatten();
            earlier.extend(
                others
                    .filter(|(_, other)| touch.meets(other))
                    .map(|&(other, _)| other),
            );
        }
        for touch in touches {
            let all = match touch.written {
                true => &mut writers,
                false => &mut readers,
            };
            all.entry(touch.buffer).or_default().push((i, touch));
        }
        before.push(earlier);
    }
    before
}

/// How often each kernel is there but for the buffers that it uses: what a shader depends on is the same.
fn occurrences(kernels: &[Kernel]) -> Vec<usize> {
    let mut alike: HashMap<Kernel, Vec<usize>> = HashMap::new();
    for (i, kernel) in kernels.iter().enumerate() {
        let mut kernel = kernel.clone();
        kernel.name.clear();
        let bindings = kernel.bindings.iter_mut().enumerate();
        bindings.for_each(|(number, binding)| binding.buffer = number);
        alike.entry(kernel).or_default().push(i);
    }
    let mut occurs = vec![0; kernels.len()];
    for all in alike.values() {
        all.iter().for_each(|&i| occurs[i] = all.len());
    }
    occurs
}

/// A dispatch under construction.
#[derive(Default)]
struct Dispatch {
    kernels: Vec<Kernel>,
    bindings: Vec<Binding>,
}

impl Dispatch {
    /// Whether one more kernel leaves few enough buffers, each of one type: a shader declares a buffer once.
    fn has_room(&self, kernel: &Kernel) -> bool {
        let mut bindings = self.bindings.clone();
        share_bindings(&mut bindings, kernel);
        let one_type = |binding: &Binding| {
            let same =
                |other: &Binding| other.buffer == binding.buffer && other.dtype == binding.dtype;
            bindings.iter().any(same)
        };
        bindings.len() <= MAX_BINDINGS && kernel.bindings.iter().all(one_type)
    }

    fn add(&mut self, kernel: Kernel) {
        share_bindings(&mut self.bindings, &kernel);
        self.kernels.push(kernel);
    }
}

/// A range of a buffer that a kernel reads or writes.
struct Touch {
    buffer: BufferId,
    written: bool,
    first: i64,
    last: i64,
}

impl Touch {
    /// Whether two touches of one buffer have elements in common.
    fn meets(&self, other: &Touch) -> bool {
        self.first <= other.last && other.first <= self.last
    }
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
