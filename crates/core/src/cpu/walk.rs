//! Moves compiled code along its nest of loops.

use std::ops::Range;

use super::compile::Code;
use super::execute::{Frame, Registers, run_steps};

impl Code {
    /// Makes room in `registers` for a run.
    pub(crate) fn reserve(&self, registers: &mut Registers) {
        registers.reserve(
            self.registers,
            self.scalars.len(),
            self.addresses.len(),
            self.nest.loops.len(),
        );
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
