//! Updates in place: next values of states that are written over the old ones.

use super::{Fused, Fusion};
use crate::plan::hazard;
use crate::plan::home::VirtualId;
use crate::plan::kernel::Kernel;
use crate::plan::store::{Storage, Virtual, VirtualRole};

impl Fusion<'_> {
    /// Lets `update` go to the state's own buffer, where its writers can come after everything that reads the old value.
    pub(super) fn settle(&mut self, update: VirtualId, state: VirtualId, kernels: &[Kernel]) {
        let all = 0..kernels.len();
        let writers: Vec<usize> = (all.clone())
            .filter(|&group| hazard::writes(&kernels[group], update))
            .collect();
        let readers: Vec<usize> = (all)
            .filter(|&group| hazard::binds(&kernels[group], state))
            .collect();
        let aligned =
            |&group: &usize| hazard::reads_where_it_writes(&kernels[group], state, update);
        let before = |&writer: &usize| {
            let others = readers.iter().filter(move |&&reader| reader != writer);
            others.map(move |&reader| (writer, reader))
        };
        let edges: Vec<(usize, usize)> = writers.iter().flat_map(before).collect();
        let round = |&(writer, reader): &(usize, usize)| self.depends(reader, writer, false);
        // Of several writers each would come after all that the others read.
        let crossed = writers.len() > 1 && writers.iter().any(|writer| readers.contains(writer));
        if crossed || !writers.iter().all(aligned) || edges.iter().any(round) {
            return;
        }
        for (writer, reader) in edges {
            self.needs[writer].insert(reader);
        }
        self.in_place.push((update, state));
    }

    /// Whether a merged kernel still reads the states that it writes over only at the element that it writes.
    pub(super) fn keeps_in_place(&self, kernel: &Kernel) -> bool {
        let mut updates = self.in_place.iter();
        updates.all(|&(update, state)| hazard::reads_where_it_writes(kernel, state, update))
    }

    /// How many buffers a kernel binds, once updates are in place.
    pub(super) fn buffers(&self, kernel: &Kernel) -> usize {
        let mut buffers = Vec::new();
        for binding in &kernel.bindings {
            let settled = |&&(update, _): &&(VirtualId, VirtualId)| update == binding.buffer;
            let state = self.in_place.iter().find(settled).map(|&(_, state)| state);
            let buffer = state.unwrap_or(binding.buffer);
            if !buffers.contains(&buffer) {
                buffers.push(buffer);
            }
        }
        buffers.len()
    }
}

/// Updates and the buffers of their states.
pub(super) fn updates(virtuals: &[Virtual]) -> Vec<(VirtualId, VirtualId)> {
    let state_buffer = |state| {
        let found = virtuals
            .iter()
            .position(|v| v.role == VirtualRole::State(state));
        found.expect("every state of the program has a buffer")
    };
    let pair = |(id, buffer): (VirtualId, &Virtual)| match buffer.role {
        VirtualRole::Update(state) => Some((id, state_buffer(state))),
        VirtualRole::Input(_)
        | VirtualRole::State(_)
        | VirtualRole::Scratch
        | VirtualRole::Output(_) => None,
    };
    virtuals.iter().enumerate().filter_map(pair).collect()
}

/// Lets updates write into the state itself where no later kernel reads the old value; copies the others at the end.
pub(super) fn finish(storage: Storage, mut kernels: Vec<Kernel>) -> Fused {
    let mut virtuals = storage.virtuals;
    let mut copies = Vec::new();
    for (update, state) in updates(&virtuals) {
        let first = kernels.iter().position(|k| hazard::binds(k, update));
        let (writer, later) = kernels[first.expect("every update is written")..]
            .split_first()
            .expect("the writer is there");
        let read_later = later.iter().any(|k| hazard::binds(k, state));
        if !read_later && hazard::reads_where_it_writes(writer, state, update) {
            for kernel in &mut kernels {
                hazard::rename(kernel, update, state);
            }
        } else {
            copies.push(hazard::copy(update, state, virtuals[update].len));
            virtuals[update].role = VirtualRole::Scratch;
        }
    }
    kernels.extend(copies);
    Fused { virtuals, kernels }
}
