//! Buffers without slots -> buffers of the plan. Scratch values that do not live at the same time share a slot.

use super::fuse::Fused;
use super::horizontal;
use super::kernel::{BufferId, Kernel};
use super::store::{Virtual, VirtualRole};
use super::{Buffer, EntryPlan, Plan, Role};
use crate::dtype::DType;
use crate::program::Entry;

/// Adds an entry to the plan. Slots of other entries are used again: entries do not run at the same time.
pub(super) fn place(plan: &mut Plan, entry: &Entry, fused: Fused) {
    let Fused { virtuals, kernels } = fused;
    let mut dispatches = horizontal::share(kernels);
    let lives = lifetimes(&dispatches, virtuals.len());
    let mut assigned: Vec<Option<BufferId>> = vec![None; virtuals.len()];
    let mut outputs = vec![BufferId::MAX; entry.outputs.len()];
    let inputs = plan
        .buffers
        .iter()
        .filter(|b| matches!(b.role, Role::Input(_)))
        .count();
    for (id, buffer) in virtuals.iter().enumerate() {
        match buffer.role {
            VirtualRole::Input(i) => assigned[id] = Some(i),
            VirtualRole::State(i) => assigned[id] = Some(inputs + i),
            VirtualRole::Output(i) => {
                plan.buffers.push(Buffer {
                    role: Role::Output,
                    dtype: DType::F32,
                    len: buffer.len,
                });
                outputs[i] = plan.buffers.len() - 1;
                assigned[id] = Some(outputs[i]);
            }
            VirtualRole::Scratch | VirtualRole::Update(_) => {}
        }
    }
    let live_bytes = most_live(&virtuals, &lives, &assigned, dispatches.len());
    let mut free: Vec<BufferId> = (0..plan.buffers.len())
        .filter(|&b| plan.buffers[b].role == Role::Slot)
        .collect();
    for step in 0..dispatches.len() {
        for (id, life) in lives.iter().enumerate() {
            if assigned[id].is_none() && life.is_some_and(|(first, _)| first == step) {
                assigned[id] = Some(take_slot(plan, &mut free, virtuals[id].len));
            }
        }
        for (id, life) in lives.iter().enumerate() {
            let ends = life.is_some_and(|(_, last)| last == step);
            if let (true, VirtualRole::Scratch, Some(slot)) =
                (ends, virtuals[id].role, assigned[id])
            {
                free.push(slot);
            }
        }
    }
    for kernel in dispatches.iter_mut().flatten() {
        for binding in &mut kernel.bindings {
            binding.buffer =
                assigned[binding.buffer].expect("every buffer that a kernel binds has a life");
        }
    }
    plan.entries.push(EntryPlan {
        name: entry.name.clone(),
        dispatches,
        outputs,
        live_bytes,
    });
}

/// First and last dispatch that binds each buffer.
fn lifetimes(dispatches: &[Vec<Kernel>], buffers: usize) -> Vec<Option<(usize, usize)>> {
    let mut lives: Vec<Option<(usize, usize)>> = vec![None; buffers];
    for (step, kernels) in dispatches.iter().enumerate() {
        for binding in kernels.iter().flat_map(|kernel| &kernel.bindings) {
            let life: &mut Option<(usize, usize)> = &mut lives[binding.buffer];
            *life = Some((life.map_or(step, |(first, _)| first), step));
        }
    }
    lives
}

/// Bytes of values that need slots at once, at most.
fn most_live(
    virtuals: &[Virtual],
    lives: &[Option<(usize, usize)>],
    assigned: &[Option<BufferId>],
    steps: usize,
) -> u64 {
    let mut bytes = vec![0; steps];
    for ((buffer, life), assigned) in virtuals.iter().zip(lives).zip(assigned) {
        if let (Some((first, last)), None) = (*life, assigned) {
            let live = &mut bytes[first..=last];
            live.iter_mut()
                .for_each(|bytes| *bytes += DType::F32.bytes(buffer.len) as u64);
        }
    }
    bytes.into_iter().max().unwrap_or(0)
}

/// The free slot that wastes least: the smallest that is large enough, or else the largest, enlarged.
fn take_slot(plan: &mut Plan, free: &mut Vec<BufferId>, len: usize) -> BufferId {
    let size = |b: BufferId| plan.buffers[b].len;
    let fits = (0..free.len())
        .filter(|&i| size(free[i]) >= len)
        .min_by_key(|&i| size(free[i]));
    let choice = fits.or_else(|| (0..free.len()).max_by_key(|&i| size(free[i])));
    match choice {
        Some(i) => {
            let slot = free.swap_remove(i);
            plan.buffers[slot].len = plan.buffers[slot].len.max(len);
            slot
        }
        None => {
            plan.buffers.push(Buffer {
                role: Role::Slot,
                dtype: DType::F32,
                len,
            });
            plan.buffers.len() - 1
        }
    }
}
