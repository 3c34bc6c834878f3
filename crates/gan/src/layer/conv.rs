//! Convolutions, `[batch, height, width, channels]`.

use ganlet_core::{Tensor, Window};

use super::declare::Place;
use super::order::Order;
use super::pass::Pass;
use super::{ParamKind, Stack};
use crate::error::ConfigError;

/// A square kernel that moves over an image, as its layer describes it.
#[derive(Clone, Copy)]
pub(super) struct Filter {
    pub(super) channels: usize,
    pub(super) kernel: usize,
    pub(super) stride: usize,
    pub(super) padding: usize,
    pub(super) bias: bool,
}

impl Filter {
    /// Declares a kernel for as many channels as come in, and moves on to `[rows, columns]` of the result.
    pub(super) fn declare(
        self,
        stack: &mut Stack,
        at: &Place,
        [rows, columns]: [usize; 2],
        fan_in: usize,
        order: Order,
    ) -> Result<(), ConfigError> {
        let [.., inputs] = stack.image(at)?;
        let kind = ParamKind::Weight {
            fan_in,
            fan_out: self.channels * self.kernel * self.kernel,
            order,
        };
        let shape = vec![self.kernel, self.kernel, inputs, self.channels];
        stack.weight(at, shape, kind)?;
        if self.bias {
            stack.param(at, "bias", vec![self.channels], ParamKind::Shift);
        }
        stack.output = vec![rows, columns, self.channels];
        Ok(())
    }

    /// `convolve` with the next kernel, and what is added to its channels.
    pub(super) fn forward(
        self,
        pass: &mut Pass<'_, '_>,
        x: &Tensor,
        convolve: impl Fn(&Tensor, &Tensor, usize, usize) -> Tensor,
    ) -> Tensor {
        let result = convolve(x, &pass.next(), self.stride, self.padding);
        pass.biased(result, self.bias)
    }
}

pub(super) fn declare(stack: &mut Stack, at: &Place, filter: Filter) -> Result<(), ConfigError> {
    let Filter {
        kernel, padding, ..
    } = filter;
    let [height, width, inputs] = stack.image(at)?;
    let (Some(rows), Some(columns)) = (extent(height, filter), extent(width, filter)) else {
        return Err(at.error(
            format!(
                "a kernel of {kernel} by {kernel} does not fit into {:?} with {padding} zeros around it, which is {} by {}",
                stack.output,
                height + 2 * padding,
                width + 2 * padding
            ),
            "take a smaller kernel, more padding, or fewer strides before it",
        ));
    };
    let fan_in = inputs * kernel * kernel;
    filter.declare(stack, at, [rows, columns], fan_in, Order::Conv)
}

/// Pixels along one side of the result; none where the kernel does not fit.
fn extent(before: usize, filter: Filter) -> Option<usize> {
    Some((before + 2 * filter.padding).checked_sub(filter.kernel)? / filter.stride + 1)
}

/// Convolution without a flip, with a kernel `[kernel, kernel, channels, outputs]`.
pub fn conv(x: &Tensor, kernel: &Tensor, stride: usize, padding: usize) -> Tensor {
    let padding = padding as i64;
    let window = Window {
        stride,
        padding: (padding, padding),
        ..Window::default()
    };
    x.conv(kernel, &[window; 2])
}
