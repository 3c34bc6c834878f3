//! Transposed convolutions, `[batch, height, width, channels]`.

use ganlet_core::{Tensor, Window};

use super::Stack;
use super::conv::Filter;
use super::declare::Place;
use super::order::Order;
use crate::error::ConfigError;

pub(super) fn declare(stack: &mut Stack, at: &Place, filter: Filter) -> Result<(), ConfigError> {
    let Filter {
        kernel,
        stride,
        padding,
        ..
    } = filter;
    let [height, width, inputs] = stack.image(at)?;
    let (Some(rows), Some(columns)) = (extent(height, filter), extent(width, filter)) else {
        return Err(at.error(
            format!(
                "a padding of {padding} leaves nothing of {:?} with kernel {kernel} and stride {stride}",
                stack.output
            ),
            "take less padding, or a larger kernel",
        ));
    };
    // Each output is a sum over one in stride² places of the kernel.
    let fan_in = (inputs * kernel * kernel).div_ceil(stride * stride);
    filter.declare(stack, at, [rows, columns], fan_in, Order::ConvTranspose)
}

/// Pixels along one side of the result; none where padding takes all away.
fn extent(before: usize, filter: Filter) -> Option<usize> {
    let spread = (before - 1)
        .saturating_mul(filter.stride)
        .saturating_add(filter.kernel);
    spread
        .checked_sub(2 * filter.padding)
        .filter(|&left| left > 0)
}

/// The transpose of [`conv`](super::conv()): a convolution of the spread-out image. The kernel `[kernel, kernel, channels, outputs]` is the
/// one that moves over the spread-out image, so it is PyTorch's, turned by half a circle.
pub fn conv_transpose(x: &Tensor, kernel: &Tensor, stride: usize, padding: usize) -> Tensor {
    let extent = kernel.shape().first().copied().unwrap_or(1) as i64;
    let around = extent - 1 - padding as i64;
    let window = Window {
        padding: (around, around),
        lhs_dilation: stride,
        ..Window::default()
    };
    x.conv(kernel, &[window; 2])
}
