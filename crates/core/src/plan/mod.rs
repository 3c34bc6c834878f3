//! Program -> kernels and buffer slots. Pure: needs no device and cannot fail.

mod affine;
pub mod coalesce;
mod contraction;
mod erase;
mod expand;
mod fuse;
mod hazard;
mod home;
mod horizontal;
#[cfg(test)]
pub(crate) mod interpret;
pub mod kernel;
mod lower;
mod memory;
mod split;
mod store;
#[cfg(test)]
mod tests;

use crate::dtype::DType;
use crate::program::Program;
use crate::shape::numel;
use fuse::Fused;
use kernel::{BufferId, Kernel};

/// What a buffer of a plan is for.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Role {
    /// The program's input of this index.
    Input(usize),
    /// The program's state of this index.
    State(usize),
    /// A scratch slot, shared by values that do not live at the same time.
    Slot,
    /// The result of an entry; keeps its value until that entry runs again.
    Output,
}

/// A buffer of a plan.
#[derive(Clone, Debug)]
pub struct Buffer {
    /// What it is for.
    pub role: Role,
    /// The element type (slots are shared between f32, u32 and bool, all of 32 bits: theirs is `F32`; the type that
    /// counts is that of the kernel's binding).
    pub dtype: DType,
    /// Elements of the buffer.
    pub len: usize,
}

impl Buffer {
    /// Its size in memory.
    pub fn bytes(&self) -> usize {
        self.dtype.bytes(self.len)
    }
}

/// An entry of a program, planned.
#[derive(Clone, Debug)]
pub struct EntryPlan {
    /// Name of the program's entry that this is the plan of.
    pub name: String,
    /// To be executed in this order; the kernels of one dispatch in any order, or at once.
    pub dispatches: Vec<Vec<Kernel>>,
    /// Where each output of the program's entry is found, in the same order.
    pub outputs: Vec<BufferId>,
    /// Bytes of slots that are in use at once, at most.
    pub live_bytes: u64,
}

impl EntryPlan {
    /// In an order in which they may be executed one by one.
    pub fn kernels(&self) -> impl Iterator<Item = &Kernel> {
        self.dispatches.iter().flatten()
    }
}

/// All entries of a program, over one set of buffers.
#[derive(Clone, Debug)]
pub struct Plan {
    /// Inputs first, then states (so that state `i` is buffer `inputs + i`), then slots and outputs.
    pub buffers: Vec<Buffer>,
    /// In the order of the program's entries.
    pub entries: Vec<EntryPlan>,
}

impl Plan {
    /// Bytes of all buffers.
    pub fn bytes(&self) -> u64 {
        self.buffers.iter().map(|b| b.bytes() as u64).sum()
    }

    /// Bytes below which no assignment of values to slots gets: what is kept between runs, and what some dispatch has
    /// to find in memory together.
    pub fn least_bytes(&self) -> u64 {
        let kept = self.buffers.iter().filter(|b| b.role != Role::Slot);
        let live = self.entries.iter().map(|entry| entry.live_bytes).max();
        kept.map(|b| b.bytes() as u64).sum::<u64>() + live.unwrap_or(0)
    }
}

/// Plans every entry of a program.
pub fn plan(program: &Program) -> Plan {
    plan_with(program, |_| {})
}

/// The same with sums of products in two stages: `parts` says for each contraction into how many parts, at most.
pub fn plan_in_parts(program: &Program, parts: &dyn Fn(&Kernel) -> usize) -> Plan {
    plan_with(program, |fused| split::split(fused, parts))
}

/// `then` is generic so that backends which do nothing there do not carry it.
fn plan_with(program: &Program, then: impl Fn(&mut Fused)) -> Plan {
    let program = erase::erase(program);
    let program = &*expand::expand(&program);
    let inputs = program
        .inputs
        .iter()
        .enumerate()
        .map(|(i, d)| (Role::Input(i), d.dtype, &d.shape));
    let states = program
        .states
        .iter()
        .enumerate()
        .map(|(i, d)| (Role::State(i), d.dtype, &d.shape));
    let buffers = inputs
        .chain(states)
        .map(|(role, dtype, shape)| Buffer {
            role,
            dtype,
            len: numel(shape),
        })
        .collect();
    let mut plan = Plan {
        buffers,
        entries: Vec::new(),
    };
    for entry in &program.entries {
        let mut fused = fuse::fuse(program, entry);
        then(&mut fused);
        memory::place(&mut plan, entry, fused);
    }
    plan
}
