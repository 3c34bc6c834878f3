//! Runs code chunk by chunk: pointwise kernels, epilogues, and operands that have to be computed before a contraction.

use ganlet_loops::frame::Registers;
use ganlet_loops::memory::Buffer;
use ganlet_loops::walk::Code;

use super::compile::{Compiled, Task, compile};
use super::cost;
use super::parallel;
use super::space::Space;
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
        let task = Task {
            body,
            stores,
            wanted: &[],
            places: &[],
        };
        let Compiled { code, .. } = compile(space, nest, task);
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
        parallel::split(self.turns, self.nanoseconds, workers, |turns, registers| {
            // SAFETY: kernels promise (see `Access::ReadWrite`) that a point loads only elements that it stores itself or that no
            // point stores, and that no two points store one element; addresses were verified when the code was compiled.
            unsafe { self.code.run(turns, origin, buffers, registers) }
        });
    }
}
