//! Reductions: code in chunks, each chunk added lane by lane to partial results, these folded at the end.
//!
//! Lanes may be kept points (column sums: a lane is a result), reduced points (row sums: the lanes are folded into
//! one result), or both. Chunks and lanes are halved until little is left, and the halves summed alike (pairwise summation,
//! Higham 1993): errors grow with the logarithm of the length, and where the second half is the first one negated nothing
//! remains. The latter decides where a batch is half real and half fake: a critic's bias whose unit is active for every sample
//! has a gradient of exactly zero, and Adam would blow up whatever rounding left of it.

use std::ops::Range;

use crate::execute::run_steps;
use crate::frame::{Frame, Registers};
use crate::lanes::{Lanes, larger};
use crate::memory::Buffer;
use crate::nest::{LANES, Pattern};
use crate::operation::Source;
use crate::target::multiversion;
use crate::walk::Code;

/// How values become one.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Fold {
    /// Elements are added.
    Sum,
    /// The largest is taken.
    Max,
}

/// One accumulated value and where it goes.
#[derive(Debug)]
pub struct Folded {
    /// How it is accumulated.
    pub fold: Fold,
    /// The values that are accumulated.
    pub value: Source,
    /// Index among the session's buffers.
    pub buffer: usize,
    /// Index of the address of the result in the buffer.
    pub address: usize,
}

/// An axis that lanes cover and that is summed away.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct LaneAxis {
    /// How many points it has in a chunk.
    pub extent: usize,
    /// Lanes from one point to the next.
    pub inner: usize,
}

/// Chunks that are added up one by one: few enough to be accurate, many enough that partial results cost nothing.
const BLOCK: usize = 8;

/// Code, and what becomes of its values.
#[derive(Debug)]
pub struct Reduction {
    /// The code that computes the values.
    pub code: Code,
    /// The results, each with its fold.
    pub results: Vec<Folded>,
    /// The reduced axes among those of the lanes, outermost first. The patterns of the results' addresses are over the others.
    pub lane_axes: Vec<LaneAxis>,
}

impl Reduction {
    /// Makes room in `registers` for a run.
    pub fn reserve(&self, registers: &mut Registers) {
        self.code.reserve(registers);
        let mut halvings = 1;
        while self.code.nest.reduced_turns() > BLOCK << halvings {
            halvings += 1;
        }
        let partials = (halvings + 1) * self.results.len();
        if registers.partial.len() < partials {
            registers.partial.resize_with(partials, || vec![0.0; LANES]);
        }
    }

    /// Runs some turns of the loops over kept axes, counted as one loop, and for each all of those over reduced ones.
    ///
    /// # Safety
    /// As for [`Code::run`].
    pub unsafe fn run(&self, turns: Range<usize>, buffers: &[Buffer], registers: &mut Registers) {
        let mut frame = Frame {
            buffers,
            addresses: &self.code.addresses,
            registers,
        };
        self.code.start(turns.start, &[], &mut frame);
        for _ in turns {
            let widest = self.code.lanes(&frame);
            match self.code.nest.reduced_turns() {
                1 => self.accumulate(1, 0, widest, &mut frame),
                turns => self.halve(turns, 0, widest, &mut frame),
            }
            write_results(&self.results, &self.lane_axes, &mut frame, widest);
            self.code.advance(0..self.code.nest.kept, &mut frame);
        }
    }

    /// The next `turns` chunks, accumulated into the partial results of this level; those of deeper ones are overwritten.
    fn accumulate(&self, turns: usize, level: usize, widest: usize, frame: &mut Frame<'_>) {
        if turns > BLOCK {
            return self.halve(turns, level, widest, frame);
        }
        let here = level * self.results.len();
        for turn in 0..turns {
            let lanes = self.code.lanes(frame);
            run_steps(&self.code.steps, frame, lanes);
            add_chunk(
                &self.results,
                here,
                frame,
                lanes,
                (turn == 0).then_some(widest),
            );
            let nest = &self.code.nest;
            self.code.advance(nest.kept..nest.loops.len(), frame);
        }
    }

    /// The same in two halves.
    fn halve(&self, turns: usize, level: usize, widest: usize, frame: &mut Frame<'_>) {
        self.accumulate(turns.div_ceil(2), level, widest, frame);
        self.accumulate(turns / 2, level + 1, widest, frame);
        join(&self.results, level * self.results.len(), frame, widest);
    }
}

fn identity(fold: Fold) -> f32 {
    match fold {
        Fold::Sum => 0.0,
        Fold::Max => f32::NEG_INFINITY,
    }
}

multiversion! {
    /// Adds the lanes of a chunk to the partial results from `here` on; the `first` one sets that many.
    fn add_chunk<'a, 'b>(
        results: &[Folded], here: usize, frame: &mut Frame<'a>, lanes: usize, first: Option<usize>
    ) {
        for (i, result) in results.iter().enumerate() {
            let mut partial = std::mem::take(&mut frame.registers.partial[here + i]);
            let value = frame.floats(result.value, lanes);
            if let Some(widest) = first {
                combine(&mut partial[..lanes], value, |_, v| v);
                partial[lanes..widest].fill(identity(result.fold));
            } else {
                match result.fold {
                    Fold::Sum => combine(&mut partial[..lanes], value, |p, v| p + v),
                    Fold::Max => combine(&mut partial[..lanes], value, larger),
                }
            }
            frame.registers.partial[here + i] = partial;
        }
    }
}

multiversion! {
    /// Adds the partial results of the next level to those from `here` on.
    fn join<'a, 'b>(results: &[Folded], here: usize, frame: &mut Frame<'a>, lanes: usize) {
        let (partial, next) = frame.registers.partial[here..].split_at_mut(results.len());
        for ((result, partial), next) in results.iter().zip(partial).zip(next) {
            let next = Lanes::Each(&next[..lanes]);
            match result.fold {
                Fold::Sum => combine(&mut partial[..lanes], next, |p, v| p + v),
                Fold::Max => combine(&mut partial[..lanes], next, larger),
            }
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
    fn write_results<'a, 'b>(results: &[Folded], axes: &[LaneAxis], frame: &mut Frame<'a>, lanes: usize) {
        for (i, result) in results.iter().enumerate() {
            let mut partial = std::mem::take(&mut frame.registers.partial[i]);
            let lanes = match result.fold {
                Fold::Sum => fold(&mut partial[..lanes], axes, |p, v| p + v),
                Fold::Max => fold(&mut partial[..lanes], axes, larger),
            };
            write_result(result, frame, &partial[..lanes]);
            frame.registers.partial[i] = partial;
        }
    }
}

/// Folds lanes along some of their axes, and returns how many remain.
#[inline(always)]
fn fold(lanes: &mut [f32], axes: &[LaneAxis], f: impl Fn(f32, f32) -> f32) -> usize {
    let mut count = lanes.len();
    for &LaneAxis { extent, inner } in axes {
        let outer = count / (extent * inner);
        for block in 0..outer {
            let start = block * extent * inner;
            let mut points = extent;
            while points > 1 {
                let half = points.div_ceil(2);
                let (kept, added) = lanes[start..start + points * inner].split_at_mut(half * inner);
                combine(&mut kept[..added.len()], Lanes::Each(added), &f);
                points = half;
            }
            lanes.copy_within(start..start + inner, block * inner);
        }
        count = outer * inner;
    }
    count
}

#[inline(always)]
fn write_result(result: &Folded, frame: &Frame<'_>, values: &[f32]) {
    let buffer = &frame.buffers[result.buffer];
    let base = frame.registers.bases[result.address];
    // SAFETY: the kernel loads nothing from this buffer, and no other call writes to the same results.
    let set = |relative: i64, value: f32| unsafe {
        buffer.slice_mut((base + relative) as usize, 1)[0] = value
    };
    match frame.addresses.pattern(result.address) {
        Pattern::Uniform => set(0, values[0]),
        Pattern::Linear(1) => {
            // SAFETY: as above.
            unsafe { buffer.slice_mut(base as usize, values.len()) }.copy_from_slice(values);
        }
        Pattern::Linear(stride) => (0i64..)
            .zip(values)
            .for_each(|(lane, &value)| set(stride * lane, value)),
        Pattern::Table(table) => (table.iter().zip(values))
            .for_each(|(&relative, &value)| set(i64::from(relative), value)),
    }
}
