//! Reductions: the prologue in chunks, each chunk added lane by lane to partial results, these folded at the end.
//!
//! Lanes may be kept points (column sums: a lane is a result), reduced points (row sums: the lanes are folded into
//! one result), or both. Hundreds of partial sums also keep long sums accurate.

use super::compile::{Array, Code, Space};
use super::cost;
use super::epilogue;
use super::execute::{Frame, Registers, run_steps};
use super::lanes::{Lanes, fold, larger};
use super::memory::Buffer;
use super::nest::{LANES, Pattern};
use super::operation::Source;
use super::parallel;
use super::pointwise::Pointwise;
use super::scratch::ScratchSizes;
use super::target::multiversion;
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

/// One accumulated value and where it goes.
#[derive(Debug)]
struct Folded {
    reducer: Reducer,
    value: Source,
    buffer: usize,
    address: usize,
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
        let mut code = Code::new(space, nest, prologue, &[], &wanted);
        let results = accumulators.iter().zip(&places).enumerate().map(
            |(i, (accumulator, (buffer, affine)))| Folded {
                reducer: accumulator.reducer,
                value: code.values[i],
                buffer: *buffer,
                address: code.address(affine),
            },
        );
        let results = results.collect();
        Self {
            code,
            nanoseconds,
            results,
            epilogue,
        }
    }

    /// Makes room in `registers` for a run.
    pub(crate) fn reserve(&self, registers: &mut Registers) {
        self.code.reserve(registers);
        if registers.partial.len() < self.results.len() {
            registers
                .partial
                .resize_with(self.results.len(), || vec![0.0; LANES]);
        }
        if let Some(epilogue) = &self.epilogue {
            epilogue.reserve(registers);
        }
    }

    /// Runs over the whole domain, on as many workers as are worth it.
    pub(crate) fn run(&self, buffers: &[Buffer], workers: &mut [Registers]) {
        let code = &self.code;
        let (kept, all) = (code.nest.kept, code.nest.loops.len());
        parallel::split(
            code.nest.kept_turns(),
            self.nanoseconds,
            workers,
            |turns, registers| {
                let mut frame = Frame {
                    buffers,
                    addresses: &code.addresses,
                    registers,
                };
                code.start(turns.start, &[], &mut frame);
                for _ in turns {
                    let widest = code.lanes(&frame);
                    let mut first = true;
                    loop {
                        let lanes = code.lanes(&frame);
                        run_steps(&code.steps, &mut frame, lanes);
                        accumulate(&self.results, &mut frame, lanes, first);
                        first = false;
                        if !code.advance(kept..all, &mut frame) {
                            break;
                        }
                    }
                    write_results(&self.results, &mut frame, widest);
                    code.advance(0..kept, &mut frame);
                }
            },
        );
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

fn identity(reducer: Reducer) -> f32 {
    match reducer {
        Reducer::Sum => 0.0,
        Reducer::Max => f32::NEG_INFINITY,
    }
}

multiversion! {
    /// Adds the lanes of a chunk to the partial results; the first chunk, which is never a short one, sets them.
    fn accumulate<'a, 'b>(results: &[Folded], frame: &mut Frame<'a>, lanes: usize, first: bool) {
        for (i, result) in results.iter().enumerate() {
            let mut partial = std::mem::take(&mut frame.registers.partial[i]);
            let value = frame.floats(result.value, lanes);
            let partial_lanes = &mut partial[..lanes];
            if first {
                combine(partial_lanes, value, |_, v| v);
            } else {
                match result.reducer {
                    Reducer::Sum => combine(partial_lanes, value, |p, v| p + v),
                    Reducer::Max => combine(partial_lanes, value, larger),
                }
            }
            frame.registers.partial[i] = partial;
        }
    }
}

#[inline(always)]
fn combine(partial: &mut [f32], value: Lanes<'_, f32>, f: impl Fn(f32, f32) -> f32) {
    match value {
        Lanes::Each(values) => partial
            .iter_mut()
            .zip(values)
            .for_each(|(p, &v)| *p = f(*p, v)),
        Lanes::All(v) => partial.iter_mut().for_each(|p| *p = f(*p, v)),
    }
}

multiversion! {
    /// Folds the partial results of all lanes that belong to one result.
    fn write_results<'a, 'b>(results: &[Folded], frame: &mut Frame<'a>, lanes: usize) {
        for (i, result) in results.iter().enumerate() {
            let partial = &frame.registers.partial[i][..lanes];
            match result.reducer {
                Reducer::Sum => write_result(result, frame, partial, |p, v| p + v),
                Reducer::Max => write_result(result, frame, partial, larger),
            }
        }
    }
}

#[inline(always)]
fn write_result(result: &Folded, frame: &Frame<'_>, partial: &[f32], f: impl Fn(f32, f32) -> f32) {
    let buffer = &frame.buffers[result.buffer];
    let base = frame.registers.bases[result.address];
    // SAFETY: the kernel loads nothing from this buffer, and no other call writes to the same results.
    let set = |relative: i64, value: f32| unsafe {
        buffer.slice_mut((base + relative) as usize, 1)[0] = value
    };
    match frame.addresses.pattern(result.address) {
        Pattern::Uniform => set(0, fold(identity(result.reducer), partial, f)),
        Pattern::Linear(1) => {
            // SAFETY: as above.
            unsafe { buffer.slice_mut(base as usize, partial.len()) }.copy_from_slice(partial);
        }
        Pattern::Linear(stride) => (0i64..)
            .zip(partial)
            .for_each(|(lane, &value)| set(stride * lane, value)),
        Pattern::Table(table) => {
            let lanes = || {
                table
                    .iter()
                    .map(|&relative| i64::from(relative))
                    .zip(partial)
            };
            lanes().for_each(|(relative, _)| set(relative, identity(result.reducer)));
            for (relative, &value) in lanes() {
                // SAFETY: as above.
                let so_far = unsafe { buffer.get((base + relative) as usize) };
                set(relative, f(so_far, value));
            }
        }
    }
}
