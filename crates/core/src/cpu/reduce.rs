//! Reductions: [`ganlet_loops::reduce`] accumulates what the prologue computes, the epilogue is a pointwise kernel.

use ganlet_loops::frame::Registers;
use ganlet_loops::memory::Buffer;
use ganlet_loops::nest::Nest;
use ganlet_loops::reduce::{Fold, Folded, LaneAxis, Reduction};

use super::compile::{Task, compile};
use super::cost;
use super::epilogue;
use super::parallel;
use super::pointwise::Pointwise;
use super::scratch::ScratchSizes;
use super::space::{Array, Space};
use crate::op::Reducer;
use crate::plan::kernel::{Access, Accumulator, Affine, Kernel, Register, Typed};

/// A reduction, compiled.
#[derive(Debug)]
pub(crate) struct Reduce {
    reduction: Reduction,
    /// By estimate, without the epilogue.
    nanoseconds: f64,
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
        let reduction = Reduction {
            results: results.collect(),
            lane_axes: lane_axes(&compiled.code.nest, reduced),
            code: compiled.code,
        };
        Self {
            reduction,
            nanoseconds,
            epilogue,
        }
    }

    /// Makes room in `registers` for a run.
    pub(crate) fn reserve(&self, registers: &mut Registers) {
        self.reduction.reserve(registers);
        if let Some(epilogue) = &self.epilogue {
            epilogue.reserve(registers);
        }
    }

    /// Runs over the whole domain, on as many workers as are worth it.
    pub(crate) fn run(&self, buffers: &[Buffer], workers: &mut [Registers]) {
        let turns = self.reduction.code.nest.kept_turns();
        parallel::split(turns, self.nanoseconds, workers, |turns, registers| {
            // SAFETY: as for a pointwise kernel; results lie in buffers that the prologue does not load from.
            unsafe { self.reduction.run(turns, buffers, registers) }
        });
        if let Some(epilogue) = &self.epilogue {
            epilogue.run(buffers, &[], workers);
        }
    }
}

/// The reduced axes among those that lanes cover.
fn lane_axes(nest: &Nest, reduced: &[bool]) -> Vec<LaneAxis> {
    let mut inner = nest.lanes();
    let mut axes = Vec::new();
    for &(axis, extent) in &nest.dims {
        inner /= extent;
        if extent > 1 && reduced[axis] {
            axes.push(LaneAxis { extent, inner });
        }
    }
    axes
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
