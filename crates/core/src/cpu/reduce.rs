//! Reductions: [`ganlet_loops::reduce`] accumulates what the prologue computes, the epilogue is a pointwise kernel.

use ganlet_loops::execute::Registers;
use ganlet_loops::memory::Buffer;
use ganlet_loops::reduce::{self, Fold, Folded};
use ganlet_loops::walk::Code;

use super::compile::{Array, Space, Task, compile};
use super::cost;
use super::epilogue;
use super::parallel;
use super::pointwise::Pointwise;
use super::scratch::ScratchSizes;
use crate::op::Reducer;
use crate::plan::kernel::{Access, Accumulator, Affine, Kernel, Register, Typed};

/// A reduction, compiled.
#[derive(Debug)]
pub(crate) struct Reduce {
    code: Code,
    /// By estimate, without the epilogue.
    nanoseconds: f64,
    results: Vec<Folded>,
    /// None where the results are what is stored.
    epilogue: Option<Pointwise>,
}

impl Reduce {
    /// Compiles prologue and epilogue. `arrays` are the kernel's bindings.
    pub(crate) fn new(
        kernel: &Kernel,
        arrays: &[Array],
        reduced: &[bool],
        prologue: &[Typed],
        accumulators: &[Accumulator],
        scratch: &mut ScratchSizes,
    ) -> Self {
        let domain = &kernel.domain;
        let (dense, points) =
            epilogue::row_major(domain, (0..domain.len()).filter(|&i| !reduced[i]));
        let (places, epilogue) = match stored_directly(kernel, arrays, accumulators.len()) {
            Some(places) => (places, None),
            None => {
                let buffers = (0..accumulators.len()).map(|i| scratch.reserve(i, points));
                let places: Vec<_> = buffers.map(|buffer| (buffer, dense.clone())).collect();
                let kept = (0..domain.len())
                    .map(|i| if reduced[i] { 1 } else { domain[i] })
                    .collect();
                let detached = epilogue::detached(kernel, kept, accumulators.len(), &dense);
                let mut arrays = arrays.to_vec();
                arrays.extend(
                    places
                        .iter()
                        .map(|p| epilogue::scratch_array(p.0, Access::Read, points)),
                );
                let domain = &detached.domain;
                let space = Space {
                    domain,
                    full: domain,
                    reduced: &[],
                    arrays: &arrays,
                };
                (
                    places,
                    Some(Pointwise::new(space, &detached.body, &detached.stores)),
                )
            }
        };
        let space = Space {
            domain,
            full: domain,
            reduced,
            arrays,
        };
        let affines: Vec<Affine> = places.iter().map(|p| p.1.clone()).collect();
        let cost::Choice { nest, nanoseconds } = cost::choose(space, prologue, &[], &affines);
        let wanted: Vec<Register> = accumulators.iter().map(|a| a.value).collect();
        let task = Task {
            body: prologue,
            stores: &[],
            wanted: &wanted,
            places: &affines,
        };
        let compiled = compile(space, nest, task);
        let results =
            accumulators
                .iter()
                .zip(&places)
                .enumerate()
                .map(|(i, (accumulator, (buffer, _)))| Folded {
                    fold: match accumulator.reducer {
                        Reducer::Sum => Fold::Sum,
                        Reducer::Max => Fold::Max,
                    },
                    value: compiled.values[i],
                    buffer: *buffer,
                    address: compiled.places[i],
                });
        let results = results.collect();
        Self {
            code: compiled.code,
            nanoseconds,
            results,
            epilogue,
        }
    }

    /// Makes room in `registers` for a run.
    pub(crate) fn reserve(&self, registers: &mut Registers) {
        self.code.reserve(registers);
        reduce::reserve(self.results.len(), registers);
        if let Some(epilogue) = &self.epilogue {
            epilogue.reserve(registers);
        }
    }

    /// Runs over the whole domain, on as many workers as are worth it.
    pub(crate) fn run(&self, buffers: &[Buffer], workers: &mut [Registers]) {
        let turns = self.code.nest.kept_turns();
        parallel::split(turns, self.nanoseconds, workers, |turns, registers| {
            // SAFETY: as for a pointwise kernel; results lie in buffers that the prologue does not load from.
            unsafe { reduce::run(&self.code, &self.results, turns, buffers, registers) }
        });
        if let Some(epilogue) = &self.epilogue {
            epilogue.run(buffers, &[], workers);
        }
    }
}

/// Where each accumulator goes, if the epilogue only stores them.
fn stored_directly(
    kernel: &Kernel,
    arrays: &[Array],
    accumulators: usize,
) -> Option<Vec<(usize, Affine)>> {
    let mut places = vec![None; accumulators];
    for store in &kernel.stores {
        let index = epilogue::accumulator(&kernel.body, store.value)?;
        let array = &arrays[store.binding];
        if array.access != Access::Write || places[index].is_some() {
            return None;
        }
        places[index] = Some((array.buffer, store.index.clone()));
    }
    places.into_iter().collect()
}
