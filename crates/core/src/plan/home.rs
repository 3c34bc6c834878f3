//! Where values live in memory.

use super::kernel::Affine;
use crate::shape::strides;

/// Index of a buffer before slots are assigned.
pub(super) type VirtualId = usize;

/// Where a node's value is kept.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(super) struct Home {
    pub(super) buffer: VirtualId,
    pub(super) offset: usize,
    /// Per axis of the node.
    pub(super) strides: Vec<usize>,
}

impl Home {
    /// Row-major storage from `offset` on.
    pub(super) fn contiguous(buffer: VirtualId, offset: usize, shape: &[usize]) -> Self {
        Self {
            buffer,
            offset,
            strides: strides(shape),
        }
    }

    pub(super) fn is_contiguous(&self, shape: &[usize]) -> bool {
        let expected = strides(shape);
        (0..shape.len()).all(|axis| shape[axis] == 1 || self.strides[axis] == expected[axis])
    }

    pub(super) fn index(&self, rank: usize, coordinates: &[Affine]) -> Affine {
        Affine::flat(rank, coordinates, &self.strides).shifted(self.offset as i64)
    }
}
