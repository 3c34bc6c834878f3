//! Collects the affine functions that a piece of code follows: see [`ganlet_loops::address`].

use ganlet_loops::address::Addresses;
use ganlet_loops::nest::{Nest, Pattern};

use super::nest::{pattern, stride};
use crate::plan::kernel::Affine;

/// Addresses under construction.
#[derive(Debug)]
pub(crate) struct Interned {
    addresses: Addresses,
    /// What was interned under which index; none for selectors.
    keys: Vec<Option<(Affine, bool)>>,
}

impl Interned {
    /// An empty list of addresses for loops over `axes` axes.
    pub(crate) fn new(nest: &Nest, axes: usize) -> Self {
        let loops = nest.loops.len();
        let addresses = Addresses {
            shifts: vec![vec![]; axes],
            strides: vec![vec![]; loops],
            deltas: vec![vec![]; loops],
            ..Addresses::default()
        };
        Self {
            addresses,
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
        let strides: Vec<i64> = nest
            .loops
            .iter()
            .map(|l| stride(affine, l.axis) * l.step as i64)
            .collect();
        let shift = |axis| if fixed { 0 } else { stride(affine, axis) };
        self.push(
            nest,
            affine.offset,
            &shift,
            &strides,
            pattern(nest, affine),
            Some((affine.clone(), fixed)),
        )
    }

    /// An address that counts turns of loops, with one weight for each loop.
    pub(crate) fn selector(&mut self, nest: &Nest, weights: &[i64]) -> usize {
        self.push(nest, 0, &|_| 0, weights, Pattern::Uniform, None)
    }

    fn push(
        &mut self,
        nest: &Nest,
        offset: i64,
        shift: &dyn Fn(usize) -> i64,
        strides: &[i64],
        pattern: Pattern,
        key: Option<(Affine, bool)>,
    ) -> usize {
        let all = &mut self.addresses;
        for (axis, shifts) in all.shifts.iter_mut().enumerate() {
            shifts.push(shift(axis));
        }
        let mut inner = 0;
        for (i, (l, &stride)) in nest.loops.iter().zip(strides).enumerate().rev() {
            all.strides[i].push(stride);
            all.deltas[i].push(stride - inner);
            inner += stride * (l.extent as i64 - 1);
        }
        all.offsets.push(offset);
        all.patterns.push(pattern);
        self.keys.push(key);
        all.offsets.len() - 1
    }

    /// The value at the start of the domain.
    pub(crate) fn offset(&self, address: usize) -> i64 {
        self.addresses.offsets[address]
    }

    /// By how much a turn of a loop changes the value.
    pub(crate) fn stride(&self, loop_: usize, address: usize) -> i64 {
        self.addresses.strides[loop_][address]
    }

    /// By how much a step of the origin along an axis changes the value.
    pub(crate) fn shift(&self, axis: usize, address: usize) -> i64 {
        self.addresses.shifts[axis][address]
    }

    /// What an address does over the lanes of a chunk.
    pub(crate) fn pattern(&self, address: usize) -> &Pattern {
        &self.addresses.patterns[address]
    }

    /// The addresses that were asked for, each once.
    pub(crate) fn finish(self) -> Addresses {
        self.addresses
    }
}
