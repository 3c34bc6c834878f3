//! A kernel's code, and its way along its nest of loops.

use std::ops::Range;

use crate::address::Addresses;
use crate::execute::{run_steps, run_writes};
use crate::frame::{Frame, Registers};
use crate::memory::Buffer;
use crate::nest::Nest;
use crate::operation::{Step, Write};

/// Steps for a body, and the nest around them.
#[derive(Debug)]
pub struct Code {
    /// The loops around the chunks.
    pub nest: Nest,
    /// Where steps load and write.
    pub addresses: Addresses,
    /// The first contents of the scalars: constants, and room for the others.
    pub scalars: Vec<u32>,
    /// What is computed once for all lanes, ordered by the innermost loop it depends on.
    pub scalar_steps: Vec<Step>,
    /// For each loop, the first scalar step that depends on it or on an inner one.
    pub scalar_from: Vec<usize>,
    /// What is computed for each chunk.
    pub steps: Vec<Step>,
    /// What then is written, besides what steps wrote directly.
    pub writes: Vec<Write>,
    /// How many vector registers are needed.
    pub registers: usize,
}

impl Code {
    /// Makes room in `registers` for a run.
    pub fn reserve(&self, registers: &mut Registers) {
        registers.reserve(
            self.registers,
            self.scalars.len(),
            self.addresses.len(),
            self.nest.loops.len(),
        );
    }

    /// Runs some turns of the loops over kept axes, counted as one loop; there are no others. `origin` is where the box of points
    /// starts (empty: at zero).
    ///
    /// # Safety
    /// Every address without limits, over the box, leads to an element of its buffer. No one else writes what this loads, or loads or
    /// writes what this writes.
    pub unsafe fn run(
        &self,
        turns: Range<usize>,
        origin: &[usize],
        buffers: &[Buffer],
        registers: &mut Registers,
    ) {
        let mut frame = Frame {
            buffers,
            addresses: &self.addresses,
            registers,
        };
        self.start(turns.start, origin, &mut frame);
        for _ in turns {
            let lanes = self.lanes(&frame);
            run_steps(&self.steps, &mut frame, lanes);
            if !self.writes.is_empty() {
                run_writes(&self.writes, &mut frame, lanes);
            }
            self.advance(0..self.nest.kept, &mut frame);
        }
    }

    /// Goes to a turn of the loops over kept axes, counted as one loop, from `origin` (empty: zero).
    pub(crate) fn start(&self, mut turn: usize, origin: &[usize], frame: &mut Frame<'_>) {
        let registers = &mut *frame.registers;
        for (i, l) in self.nest.loops.iter().enumerate().rev() {
            if i < self.nest.kept {
                registers.turns[i] = turn % l.extent;
                turn /= l.extent;
            } else {
                registers.turns[i] = 0;
            }
        }
        registers.scalars[..self.scalars.len()].copy_from_slice(&self.scalars);
        self.addresses.seek(
            &registers.turns,
            origin,
            &mut registers.bases[..self.addresses.len()],
        );
        run_steps(&self.scalar_steps, frame, 1);
    }

    /// Advances some of the loops, taken as one; false when they are through and have started over.
    #[inline(always)]
    pub(crate) fn advance(&self, loops: Range<usize>, frame: &mut Frame<'_>) -> bool {
        for i in loops.rev() {
            frame.registers.turns[i] += 1;
            if frame.registers.turns[i] < self.nest.loops[i].extent {
                self.addresses.advance(i, &mut frame.registers.bases);
                let steps = &self.scalar_steps[self.scalar_from[i]..];
                if !steps.is_empty() {
                    run_steps(steps, frame, 1);
                }
                return true;
            }
            frame.registers.turns[i] = 0;
        }
        false
    }

    /// How many lanes the present chunk has.
    #[inline(always)]
    pub(crate) fn lanes(&self, frame: &Frame<'_>) -> usize {
        self.nest.lanes_at(frame.registers.turns[self.nest.chunked])
    }
}
