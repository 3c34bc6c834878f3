//! Runs code chunk by chunk: pointwise kernels, epilogues, and operands that have to be computed before a contraction.

use super::compile::{Code, Space};
use super::cost;
use super::execute::{Frame, Registers, run_steps, run_writes};
use super::memory::Buffer;
use super::parallel;
use crate::plan::kernel::{Store, Typed};

/// A body with its stores over a box of points.
#[derive(Debug)]
pub(crate) struct Pointwise {
    code: Code,
    turns: usize,
    /// By estimate, for the whole box.
    nanoseconds: f64,
}

impl Pointwise {
    /// Compiles a body for the best way to walk the space.
    pub(crate) fn new(space: Space<'_>, body: &[Typed], stores: &[Store]) -> Self {
        let cost::Choice { nest, nanoseconds } = cost::choose(space, body, stores, &[]);
        let code = Code::new(space, nest, body, stores, &[]);
        let turns = code.nest.kept_turns();
        Self {
            code,
            turns,
            nanoseconds,
        }
    }

    /// The estimated time of a run.
    pub(crate) fn nanoseconds(&self) -> f64 {
        self.nanoseconds
    }

    /// Makes room in `registers` for a run.
    pub(crate) fn reserve(&self, registers: &mut Registers) {
        self.code.reserve(registers);
    }

    /// Runs over the box that starts at `origin` (empty: zero), on as many workers as are worth it.
    pub(crate) fn run(&self, buffers: &[Buffer], origin: &[usize], workers: &mut [Registers]) {
        let code = &self.code;
        parallel::split(self.turns, self.nanoseconds, workers, |turns, registers| {
            let mut frame = Frame {
                buffers,
                addresses: &code.addresses,
                registers,
            };
            code.start(turns.start, origin, &mut frame);
            for _ in turns {
                let lanes = code.lanes(&frame);
                run_steps(&code.steps, &mut frame, lanes);
                if !code.writes.is_empty() {
                    run_writes(&code.writes, &mut frame, lanes);
                }
                code.advance(0..code.nest.kept, &mut frame);
            }
        });
    }
}
