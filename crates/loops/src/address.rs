//! Affine functions of the coordinates, followed along a nest of loops by adding precomputed differences.

use crate::nest::Pattern;

/// All distinct affine functions of a piece of code.
#[derive(Debug, Default)]
pub struct Addresses {
    /// Value at the origin, per address.
    pub offsets: Vec<i64>,
    /// Per axis, then per address: by how much an origin away from zero shifts it.
    pub shifts: Vec<Vec<i64>>,
    /// Per loop, then per address.
    pub strides: Vec<Vec<i64>>,
    /// Per loop, then per address: the difference when this loop advances and all inner ones start over.
    pub deltas: Vec<Vec<i64>>,
    /// Per address: what it does over the lanes of a chunk.
    pub patterns: Vec<Pattern>,
}

impl Addresses {
    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.offsets.len()
    }

    /// What an address does over the lanes of a chunk.
    #[inline(always)]
    pub(crate) fn pattern(&self, address: usize) -> &Pattern {
        &self.patterns[address]
    }

    /// The values at the given turn of each loop, counted from `origin` (empty: zero).
    pub(crate) fn seek(&self, turns: &[usize], origin: &[usize], bases: &mut [i64]) {
        bases.copy_from_slice(&self.offsets);
        for (shifts, &x) in self.shifts.iter().zip(origin).filter(|(_, x)| **x > 0) {
            bases
                .iter_mut()
                .zip(shifts)
                .for_each(|(base, shift)| *base += shift * x as i64);
        }
        for (strides, &x) in self.strides.iter().zip(turns).filter(|(_, x)| **x > 0) {
            bases
                .iter_mut()
                .zip(strides)
                .for_each(|(base, stride)| *base += stride * x as i64);
        }
    }

    /// The values after `loop_` has advanced and all inner loops have started over.
    #[inline(always)]
    pub(crate) fn advance(&self, loop_: usize, bases: &mut [i64]) {
        bases
            .iter_mut()
            .zip(&self.deltas[loop_])
            .for_each(|(base, delta)| *base += delta);
    }
}
