//! Affine functions of the coordinates, followed along a nest of loops by adding precomputed differences.

use super::nest::{Nest, Pattern, stride};
use crate::plan::kernel::Affine;

/// All distinct affine functions of a piece of code.
#[derive(Debug)]
pub(crate) struct Addresses {
    /// Value at the origin, per address.
    offsets: Vec<i64>,
    /// Per axis, then per address: by how much an origin away from zero shifts it.
    shifts: Vec<Vec<i64>>,
    /// Per loop, then per address.
    strides: Vec<Vec<i64>>,
    /// Per loop, then per address: the difference when this loop advances and all inner ones start over.
    deltas: Vec<Vec<i64>>,
    /// Per address.
    patterns: Vec<Pattern>,
    /// What was interned under which index; none for selectors.
    keys: Vec<Option<(Affine, bool)>>,
}

impl Addresses {
    /// None yet.
    pub(crate) fn new(nest: &Nest, axes: usize) -> Self {
        let loops = nest.loops.len();
        Self {
            offsets: vec![],
            shifts: vec![vec![]; axes],
            strides: vec![vec![]; loops],
            deltas: vec![vec![]; loops],
            patterns: vec![],
            keys: vec![],
        }
    }

    /// The address of an affine function. A `fixed` one does not move with the origin.
    pub(crate) fn intern(&mut self, nest: &Nest, affine: &Affine, fixed: bool) -> usize {
        if let Some(known) = self.keys.iter().position(|key| {
            key.as_ref()
                .is_some_and(|(a, f)| a == affine && *f == fixed)
        }) {
            return known;
        }
        self.keys.push(Some((affine.clone(), fixed)));
        self.offsets.push(affine.offset);
        for (axis, shifts) in self.shifts.iter_mut().enumerate() {
            shifts.push(if fixed { 0 } else { stride(affine, axis) });
        }
        let strides: Vec<i64> = nest
            .loops
            .iter()
            .map(|l| stride(affine, l.axis) * l.step as i64)
            .collect();
        self.push_strides(nest, &strides);
        self.patterns.push(nest.pattern(affine));
        self.offsets.len() - 1
    }

    /// An address that counts turns of loops, with one weight for each loop.
    pub(crate) fn selector(&mut self, nest: &Nest, weights: &[i64]) -> usize {
        self.keys.push(None);
        self.offsets.push(0);
        self.shifts.iter_mut().for_each(|shifts| shifts.push(0));
        self.push_strides(nest, weights);
        self.patterns.push(Pattern::Uniform);
        self.offsets.len() - 1
    }

    fn push_strides(&mut self, nest: &Nest, strides: &[i64]) {
        let mut inner = 0;
        for (i, (l, &stride)) in nest.loops.iter().zip(strides).enumerate().rev() {
            self.strides[i].push(stride);
            self.deltas[i].push(stride - inner);
            inner += stride * (l.extent as i64 - 1);
        }
    }

    /// The value at the start of the domain.
    pub(crate) fn offset(&self, address: usize) -> i64 {
        self.offsets[address]
    }

    /// By how much a turn of a loop changes the value.
    pub(crate) fn stride(&self, loop_: usize, address: usize) -> i64 {
        self.strides[loop_][address]
    }

    /// By how much a step of the origin along an axis changes the value.
    pub(crate) fn shift(&self, axis: usize, address: usize) -> i64 {
        self.shifts[axis][address]
    }

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
