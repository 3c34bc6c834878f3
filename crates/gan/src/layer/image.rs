//! What layers do to images, `[batch, height, width, channels]`.

use ganlet_core::{Tensor, Window};

use crate::config::Upsampling;

/// Pixels along one side after a convolution; none where the kernel does not fit.
pub(super) fn conv_extent(
    extent: usize,
    kernel: usize,
    stride: usize,
    padding: usize,
) -> Option<usize> {
    Some((extent + 2 * padding).checked_sub(kernel)? / stride + 1)
}

/// Pixels along one side after a transposed convolution; none where padding takes all away.
pub(super) fn conv_transpose_extent(
    extent: usize,
    kernel: usize,
    stride: usize,
    padding: usize,
) -> Option<usize> {
    let spread = (extent - 1).saturating_mul(stride).saturating_add(kernel);
    spread.checked_sub(2 * padding).filter(|&left| left > 0)
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

/// The transpose of [`conv`]: a convolution of the spread-out image. The kernel `[kernel, kernel, channels, outputs]` is the
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

/// Features with further numbers `[batch, numbers]` behind them: as more numbers of a row, or as more channels of an image,
/// the same at every pixel (Mirza and Osindero 2014; as planes in Reed et al. 2016).
pub(super) fn join(x: &Tensor, numbers: &Tensor) -> Tensor {
    let mut shape = x.shape();
    let (axis, extent) = (shape.len() - 1, numbers.shape()[1]);
    let mut ones = vec![1; shape.len()];
    (ones[0], ones[axis]) = (shape[0], extent);
    shape[axis] = extent;
    Tensor::concat(&[x, &numbers.reshape(&ones).broadcast_to(&shape)], axis)
}

/// An image that is `factor` times as large along both sides.
pub fn upsample(x: &Tensor, factor: usize, method: Upsampling) -> Tensor {
    match method {
        Upsampling::Nearest => {
            let [n, h, w, c] = extents(x);
            x.reshape(&[n, h, 1, w, 1, c])
                .broadcast_to(&[n, h, factor, w, factor, c])
                .reshape(&[n, h * factor, w * factor, c])
        }
        Upsampling::Bilinear => interpolate(&interpolate(x, 1, factor), 2, factor),
    }
}

/// Linear interpolation along one axis. Pixels are areas: the result's `factor` pixels on each old one have their centres at
/// `(phase + 1/2) / factor - 1/2` of it.
fn interpolate(x: &Tensor, axis: usize, factor: usize) -> Tensor {
    let shape = x.shape();
    let extent = shape[axis];
    let edge = |at: usize| x.narrow(axis, at, 1);
    let (before, after) = match extent {
        1 => (x.clone(), x.clone()),
        _ => (
            Tensor::concat(&[&edge(0), &x.narrow(axis, 0, extent - 1)], axis),
            Tensor::concat(&[&x.narrow(axis, 1, extent - 1), &edge(extent - 1)], axis),
        ),
    };
    // A new axis after this one counts the phases.
    let mut fine = shape.clone();
    fine.insert(axis + 1, factor);
    let mut coarse = shape.clone();
    coarse.insert(axis + 1, 1);
    let phase = x.iota_like(&fine, axis + 1).cast(ganlet_core::DType::F32);
    let centre = (phase + 0.5) * (1.0 / factor as f64) - 0.5;
    let part = |t: &Tensor| t.reshape(&coarse).broadcast_to(&fine);
    let weight = |w: Tensor| w.constant_like(0.0).max(&w);
    let (to_before, to_after) = (weight(-&centre), weight(centre));
    let own = 1.0 - &to_before - &to_after;
    let mut result = shape;
    result[axis] = extent * factor;
    (part(&before) * to_before + part(x) * own + part(&after) * to_after).reshape(&result)
}

/// The mean of each square of `size` by `size` pixels.
pub fn average_pool(x: &Tensor, size: usize) -> Tensor {
    let [n, h, w, c] = extents(x);
    let (rows, columns) = (h / size, w / size);
    x.reshape(&[n, rows, size, columns, size, c])
        .mean(&[2, 4])
        .reshape(&[n, rows, columns, c])
}

/// Channel `c factor² + i factor + j` becomes row `i` and column `j` of channel `c` within each pixel (Shi et al. 2016).
pub fn pixel_shuffle(x: &Tensor, factor: usize) -> Tensor {
    let [n, h, w, c] = extents(x);
    let channels = c / (factor * factor);
    x.reshape(&[n, h, w, channels, factor, factor])
        .permute(&[0, 1, 4, 2, 5, 3])
        .reshape(&[n, h * factor, w * factor, channels])
}

fn extents(x: &Tensor) -> [usize; 4] {
    x.shape()
        .try_into()
        .expect("a stack is built only where images come before these layers")
}
