//! Reductions: code in chunks, each chunk added lane by lane to partial results, these folded at the end.
//!
//! Lanes may be kept points (column sums: a lane is a result), reduced points (row sums: the lanes are folded into
//! one result), or both. Hundreds of partial sums also keep long sums accurate.

use std::ops::Range;

use crate::execute::{Frame, Registers, run_steps};
use crate::lanes::{Lanes, fold, larger};
use crate::memory::Buffer;
use crate::nest::{LANES, Pattern};
use crate::operation::Source;
use crate::target::multiversion;
use crate::walk::Code;

/// How values become one.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Fold {
    /// They are added.
    Sum,
    /// The largest is taken.
    Max,
}

/// One accumulated value and where it goes.
#[derive(Debug)]
pub struct Folded {
    /// How it is accumulated.
    pub fold: Fold,
    /// What is accumulated.
    pub value: Source,
    /// Index among the session's buffers.
    pub buffer: usize,
    /// Where in the buffer.
    pub address: usize,
}

/// Makes room in `registers` for the partial results of this many values.
pub fn reserve(results: usize, registers: &mut Registers) {
    if registers.partial.len() < results {
        registers.partial.resize_with(results, || vec![0.0; LANES]);
    }
}

/// Runs some turns of the loops over kept axes, counted as one loop, and for each all of those over reduced ones.
///
/// # Safety
/// As for [`Code::run`].
pub unsafe fn run(
    code: &Code,
    results: &[Folded],
    turns: Range<usize>,
    buffers: &[Buffer],
    registers: &mut Registers,
) {
    let (kept, all) = (code.nest.kept, code.nest.loops.len());
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
            accumulate(results, &mut frame, lanes, first);
            first = false;
            if !code.advance(kept..all, &mut frame) {
                break;
            }
        }
        write_results(results, &mut frame, widest);
        code.advance(0..kept, &mut frame);
    }
}

fn identity(fold: Fold) -> f32 {
    match fold {
        Fold::Sum => 0.0,
        Fold::Max => f32::NEG_INFINITY,
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
                match result.fold {
                    Fold::Sum => combine(partial_lanes, value, |p, v| p + v),
                    Fold::Max => combine(partial_lanes, value, larger),
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
            match result.fold {
                Fold::Sum => write_result(result, frame, partial, |p, v| p + v),
                Fold::Max => write_result(result, frame, partial, larger),
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
        Pattern::Uniform => set(0, fold(identity(result.fold), partial, f)),
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
            lanes().for_each(|(relative, _)| set(relative, identity(result.fold)));
            for (relative, &value) in lanes() {
                // SAFETY: as above.
                let so_far = unsafe { buffer.get((base + relative) as usize) };
                set(relative, f(so_far, value));
            }
        }
    }
}
