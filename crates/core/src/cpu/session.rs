//! A program on the CPU: its buffers, and its entries' kernels compiled.

use std::fmt;

use ganlet_loops::frame::Registers;
use ganlet_loops::gemm;
use ganlet_loops::memory::Buffer;

use super::contract::Contract;
use super::pointwise::Pointwise;
use super::reduce::Reduce;
use super::scratch::ScratchSizes;
use super::space::{Array, Space};
use crate::dtype::DType;
use crate::plan::coalesce::coalesce;
use crate::plan::kernel::{Kernel, Kind};
use crate::plan::{Plan, Role};
use crate::program::{Init, Program, StateDef};
use crate::session::Slot;

/// What is asked of a session that it does not have.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum SessionError {
    /// The program has no entry of this index.
    #[error("there is no entry {0}")]
    NoEntry(usize),
    /// The program has no buffer at this slot.
    #[error("there is no buffer {0:?}")]
    NoSlot(Slot),
    /// The wrong number of bytes.
    #[error("{slot:?} holds {expected} bytes, not {given}")]
    WrongLength {
        /// The buffer that was to be written.
        slot: Slot,
        /// How many bytes it holds.
        expected: usize,
        /// How many were given.
        given: usize,
    },
    /// The buffers take more memory than there is.
    #[error("it takes {} of memory, and there is room for {} here", megabytes(*.needed), megabytes(*.available))]
    OutOfMemory {
        /// Bytes of all buffers.
        needed: u64,
        /// Bytes that could be had.
        available: u64,
    },
}

fn megabytes(bytes: u64) -> String {
    format!("{} MB", bytes.div_ceil(1_000_000))
}

/// What a session takes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Info {
    /// Bytes of all buffers, scratch memory included.
    pub bytes: usize,
    /// Kernels of all entries.
    pub kernels: usize,
}

/// A program's buffers and compiled entries. State persists from run to run; outputs hold what the last run of their
/// entry left.
pub struct Session {
    buffers: Vec<Buffer>,
    /// Bytes that the host sees, per buffer of the plan.
    lengths: Vec<usize>,
    inputs: usize,
    states: usize,
    entries: Vec<Entry>,
    /// One for each thread.
    workers: Vec<Registers>,
    packed: gemm::Scratch,
}

struct Entry {
    kernels: Vec<Compiled>,
    outputs: Vec<usize>,
}

impl Session {
    /// Allocates and initialises all buffers and compiles all kernels. `threads` is an upper limit, and so is `memory`: the bytes
    /// that the buffers may take.
    ///
    /// # Errors
    /// Where they take more, or more than can be had; nothing stays allocated then.
    pub fn new(
        program: &Program,
        plan: &Plan,
        threads: usize,
        memory: u64,
    ) -> Result<Self, SessionError> {
        let planned = plan.buffers.iter().map(|b| b.bytes().div_ceil(4));
        let mut buffers = allocate(planned.collect(), plan.bytes(), memory)?;
        for (buffer, planned) in buffers.iter_mut().zip(&plan.buffers) {
            if let Role::State(index) = planned.role
                && let Init::Bytes(bytes) = &program.states[index].init
            {
                let all = buffer.bytes_mut();
                let len = bytes.len().min(all.len());
                all[..len].copy_from_slice(&bytes[..len]);
            }
        }
        let lengths = plan
            .buffers
            .iter()
            .map(|b| host_bytes(b.dtype, b.len))
            .collect();
        let mut scratch = ScratchSizes::new(buffers.len());
        let mut workers: Vec<Registers> =
            (0..threads.max(1)).map(|_| Registers::default()).collect();
        let mut compile = |kernel: &Kernel| {
            let compiled = Compiled::new(kernel, plan, &mut scratch);
            workers
                .iter_mut()
                .for_each(|registers| compiled.reserve(registers));
            compiled
        };
        let entries = plan
            .entries
            .iter()
            .map(|entry| Entry {
                kernels: entry.kernels().map(&mut compile).collect(),
                outputs: entry.outputs.clone(),
            })
            .collect();
        let scratch = scratch.words().to_vec();
        let taken = plan.bytes();
        let needed = taken + scratch.iter().map(|&words| 4 * words as u64).sum::<u64>();
        buffers.extend(allocate(scratch, needed, memory)?);
        leave_room(program, needed)?;
        let (inputs, states) = (program.inputs.len(), program.states.len());
        let packed = gemm::Scratch::default();
        Ok(Self {
            buffers,
            lengths,
            inputs,
            states,
            entries,
            workers,
            packed,
        })
    }

    /// Replaces the contents of a buffer: little-endian elements.
    ///
    /// # Errors
    /// If there is no such buffer, or if it has another length.
    pub fn write(&mut self, slot: Slot, bytes: &[u8]) -> Result<(), SessionError> {
        let buffer = self.buffer(slot)?;
        let (expected, given) = (self.lengths[buffer], bytes.len());
        if expected != given {
            return Err(SessionError::WrongLength {
                slot,
                expected,
                given,
            });
        }
        self.buffers[buffer].bytes_mut()[..given].copy_from_slice(bytes);
        Ok(())
    }

    /// Runs an entry `steps` times.
    ///
    /// # Errors
    /// If there is no such entry.
    pub fn run(&mut self, entry: usize, steps: usize) -> Result<(), SessionError> {
        let kernels = &self
            .entries
            .get(entry)
            .ok_or(SessionError::NoEntry(entry))?
            .kernels;
        for _ in 0..steps {
            for kernel in kernels {
                kernel.run(&self.buffers, &mut self.workers, &mut self.packed);
            }
        }
        Ok(())
    }

    /// The contents of a buffer: little-endian elements.
    ///
    /// # Errors
    /// If there is no such buffer.
    pub fn read(&self, slot: Slot) -> Result<Vec<u8>, SessionError> {
        let buffer = self.buffer(slot)?;
        Ok(self.buffers[buffer].bytes()[..self.lengths[buffer]].to_vec())
    }

    /// What the session takes.
    pub fn info(&self) -> Info {
        Info {
            bytes: self.buffers.iter().map(Buffer::len_bytes).sum(),
            kernels: self.entries.iter().map(|e| e.kernels.len()).sum(),
        }
    }

    fn buffer(&self, slot: Slot) -> Result<usize, SessionError> {
        let found = match slot {
            Slot::Input(index) => (index < self.inputs).then_some(index),
            Slot::State(index) => (index < self.states).then_some(self.inputs + index),
            Slot::Output { entry, output } => self
                .entries
                .get(entry)
                .and_then(|e| e.outputs.get(output).copied()),
        };
        found.ok_or(SessionError::NoSlot(slot))
    }
}

/// Buffers of so many words each, which belong to `needed` bytes in all. Counted before anything is allocated: a browser that
/// is asked for too much may end the tab.
fn allocate(words: Vec<usize>, needed: u64, memory: u64) -> Result<Vec<Buffer>, SessionError> {
    if needed > memory {
        let available = memory;
        return Err(SessionError::OutOfMemory { needed, available });
    }
    let mut available = 0;
    let mut one = |words| {
        let buffer = Buffer::try_zeroed(words);
        let buffer = buffer.ok_or(SessionError::OutOfMemory { needed, available })?;
        available += buffer.len_bytes() as u64;
        Ok(buffer)
    };
    words.into_iter().map(&mut one).collect()
}

/// What else a session is used with: copies of the state (a snapshot, a file and what it is written from; data, which are packed
/// as bytes, are not among it), samples, packed operands. Where memory ends with the buffers, the first of these would be the
/// end of a browser's module.
fn leave_room(program: &Program, needed: u64) -> Result<(), SessionError> {
    let copied = program
        .states
        .iter()
        .filter(|state| state.dtype != DType::U8);
    let bytes = |state: &StateDef| state.dtype.bytes(state.shape.iter().product()) as u64;
    let room = 3 * copied.map(bytes).sum::<u64>() + needed / 16;
    let words = usize::try_from(room / 4).unwrap_or(usize::MAX);
    match Buffer::try_zeroed(words) {
        Some(_) => Ok(()),
        None => Err(SessionError::OutOfMemory {
            needed: needed + room,
            available: needed,
        }),
    }
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session")
            .field("info", &self.info())
            .finish_non_exhaustive()
    }
}

/// Bytes of the elements themselves, without padding to whole words.
fn host_bytes(dtype: DType, len: usize) -> usize {
    match dtype {
        DType::U8 => len,
        DType::F32 | DType::U32 | DType::Bool => dtype.bytes(len),
    }
}

/// A kernel in executable form.
#[derive(Debug)]
enum Compiled {
    Pointwise(Pointwise),
    Reduce(Reduce),
    Contract(Contract),
}

impl Compiled {
    fn new(kernel: &Kernel, plan: &Plan, scratch: &mut ScratchSizes) -> Self {
        let kernel = &coalesce(kernel);
        let array = |binding: &crate::plan::kernel::Binding| Array {
            buffer: binding.buffer,
            access: binding.access,
            dtype: binding.dtype,
            len: plan.buffers[binding.buffer].len,
            scratch: false,
        };
        let arrays: Vec<Array> = kernel.bindings.iter().map(array).collect();
        match &kernel.kind {
            Kind::Pointwise => {
                let space = Space {
                    domain: &kernel.domain,
                    full: &kernel.domain,
                    reduced: &[],
                    arrays: &arrays,
                };
                Self::Pointwise(Pointwise::new(space, &kernel.body, &kernel.stores))
            }
            Kind::Reduce {
                reduced,
                prologue,
                accumulators,
            } => Self::Reduce(Reduce::new(
                kernel,
                &arrays,
                reduced,
                prologue,
                accumulators,
                scratch,
            )),
            Kind::Contract { roles, a, b } => {
                Self::Contract(Contract::new(kernel, &arrays, roles, a, b, scratch))
            }
        }
    }

    fn reserve(&self, registers: &mut Registers) {
        match self {
            Self::Pointwise(pointwise) => pointwise.reserve(registers),
            Self::Reduce(reduce) => reduce.reserve(registers),
            Self::Contract(contract) => contract.reserve(registers),
        }
    }

    fn run(&self, buffers: &[Buffer], workers: &mut [Registers], packed: &mut gemm::Scratch) {
        match self {
            Self::Pointwise(pointwise) => pointwise.run(buffers, &[], workers),
            Self::Reduce(reduce) => reduce.run(buffers, workers),
            Self::Contract(contract) => contract.run(buffers, workers, packed),
        }
    }
}
