//! What layers that read images share.

use ganlet_core::Tensor;

/// Batch, height, width and channels.
pub(super) fn extents(x: &Tensor) -> [usize; 4] {
    x.shape()
        .try_into()
        .expect("a stack is built only where images come before these layers")
}
