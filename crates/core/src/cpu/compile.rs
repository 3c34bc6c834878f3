//! Body -> steps over lanes: what is the same for all lanes is computed once, loads of consecutive elements are used
//! in place, pairs of instructions that share a pass are fused, and registers are reused.

use ganlet_loops::nest::{Nest, Pattern};
use ganlet_loops::operation::{Fetch, Operation, Source, Step, Target, Write};
use ganlet_loops::walk::Code;

use super::address::Interned;
use super::allocate::{allocate, origin};
use super::fuse::{fuse, live};
use super::space::{Rate, Space};
use super::translate::bits;
use crate::plan::kernel::{Access, Affine, Instr, Register, Store, Typed};

/// Code, and where what was asked of it is found.
#[derive(Debug)]
pub(crate) struct Compiled {
    pub(crate) code: Code,
    /// Where the requested registers are found after the steps.
    pub(crate) values: Vec<Source>,
    /// The addresses of the places asked for.
    pub(crate) places: Vec<usize>,
}

/// Code under construction.
pub(crate) struct Compiler<'a> {
    pub(super) space: Space<'a>,
    pub(super) nest: Nest,
    pub(super) addresses: Interned,
}

/// What code is for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Task<'a> {
    pub(crate) body: &'a [Typed],
    /// What the code stores.
    pub(crate) stores: &'a [Store],
    /// Registers that are wanted besides.
    pub(crate) wanted: &'a [Register],
    /// Affine functions that take part in no step, but are followed along: where the results of a reduction go.
    pub(crate) places: &'a [Affine],
}

/// Compiles what a task needs of a body.
pub(crate) fn compile(space: Space<'_>, nest: Nest, task: Task<'_>) -> Compiled {
    let addresses = Interned::new(&nest, space.domain.len());
    Compiler {
        space,
        nest,
        addresses,
    }
    .compile(task)
}

impl Compiler<'_> {
    fn compile(mut self, task: Task<'_>) -> Compiled {
        let Task {
            body,
            stores,
            wanted,
            places: followed,
        } = task;
        let roots: Vec<Register> = stores
            .iter()
            .map(|s| s.value)
            .chain(wanted.iter().copied())
            .collect();
        let live = live(body, &roots);
        let rates = self.rates(body);
        let mut operations: Vec<Option<Operation<Register>>> = vec![None; body.len()];
        for (i, typed) in body.iter().enumerate().filter(|&(i, _)| live[i]) {
            operations[i] = self.operation(body, typed);
        }
        fuse(&mut operations, &rates, &roots);
        let held: Vec<Register> = roots
            .iter()
            .map(|&r| origin(body, &operations, r))
            .collect();

        // Constants, scalars, and loads that need no step have their place at once.
        let mut places: Vec<Option<Source>> = vec![None; body.len()];
        let mut scalars = Vec::new();
        let mut scalar_order = Vec::new();
        for (i, typed) in body.iter().enumerate().filter(|&(i, _)| live[i]) {
            if let Instr::Constant(value) = typed.instr {
                places[i] = Some(Source::Scalar(scalars.len()));
                scalars.push(bits(value));
            } else if let (Some(_), Rate::Loop(depth)) = (&operations[i], rates[i]) {
                places[i] = Some(Source::Scalar(scalars.len()));
                scalars.push(0);
                let after = scalar_order.partition_point(|&(other, _)| other <= depth);
                scalar_order.insert(after, (depth, i));
            } else if let Some(Operation::Load(fetch)) = &operations[i]
                && self.usable_in_place(fetch)
                && !(held.contains(&i) && self.updated(fetch.buffer))
            {
                places[i] = Some(Source::Memory {
                    buffer: fetch.buffer,
                    address: fetch.address,
                });
                operations[i] = None;
            } else if let Instr::Cast(a, _) = typed.instr
                && operations[i].is_none()
            {
                places[i] = places[a];
            }
        }

        // A value whose only fate is a plain row of a buffer goes there directly.
        let mut writes = Vec::new();
        let mut pending = Vec::new();
        for store in stores {
            let array = &self.space.arrays[store.binding];
            self.verify(&store.index, array, 0);
            let address = self
                .addresses
                .intern(&self.nest, &store.index, array.scratch);
            let contiguous = *self.addresses.pattern(address) == Pattern::Linear(1);
            let free = places[store.value].is_none() && operations[store.value].is_some();
            if contiguous && free && array.access == Access::Write {
                places[store.value] = Some(Source::Memory {
                    buffer: array.buffer,
                    address,
                });
            } else {
                pending.push((array.buffer, address, store.value));
            }
        }

        let order: Vec<usize> = (0..body.len())
            .filter(|&i| operations[i].is_some() && rates[i] == Rate::Lane)
            .collect();
        let registers = allocate(&order, &operations, &held, &mut places, body);
        let place = |register: Register| places[register].expect("operands come first");
        let step = |i: usize| {
            let target = match place(i) {
                Source::Register(r) => Target::Register(r),
                Source::Scalar(s) => Target::Scalar(s),
                Source::Memory { buffer, address } => Target::Memory { buffer, address },
            };
            let operation = operations[i].as_ref().expect("listed only if there is one");
            Step {
                target,
                operation: operation.map(place),
            }
        };
        let scalar_steps = scalar_order.iter().map(|&(_, i)| step(i)).collect();
        let scalar_from = (0..self.nest.loops.len())
            .map(|l| scalar_order.partition_point(|&(depth, _)| depth <= l))
            .collect();
        let steps = order.iter().map(|&i| step(i)).collect();
        for (buffer, address, value) in pending {
            writes.push(Write {
                buffer,
                address,
                value: place(value),
            });
        }
        let values = wanted.iter().map(|&r| place(r)).collect();
        // Places are those of results: the lanes that remain when reduced axes are folded.
        let mut folded = self.nest.clone();
        let is_reduced = |axis: usize| self.space.reduced.get(axis).copied().unwrap_or(false);
        (folded.dims.iter_mut())
            .filter(|(axis, _)| is_reduced(*axis))
            .for_each(|(_, extent)| *extent = 1);
        let places = (followed.iter())
            .map(|affine| self.addresses.intern(&folded, affine, true))
            .collect();
        let (nest, addresses) = (self.nest, self.addresses.finish());
        let code = Code {
            nest,
            addresses,
            scalars,
            scalar_steps,
            scalar_from,
            steps,
            writes,
            registers,
        };
        Compiled {
            code,
            values,
            places,
        }
    }

    fn usable_in_place(&self, fetch: &Fetch) -> bool {
        fetch.limits.is_empty()
            && !fetch.bytes
            && *self.addresses.pattern(fetch.address) == Pattern::Linear(1)
    }

    fn updated(&self, buffer: usize) -> bool {
        self.space
            .arrays
            .iter()
            .any(|a| a.buffer == buffer && a.access == Access::ReadWrite)
    }
}
