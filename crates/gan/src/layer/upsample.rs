//! Larger images by repetition or interpolation.

use ganlet_core::{DType, Tensor};

use super::Stack;
use super::declare::Place;
use super::image::extents;
use crate::config::Upsampling;
use crate::error::ConfigError;

pub(super) fn declare(stack: &mut Stack, at: &Place, factor: usize) -> Result<(), ConfigError> {
    let [height, width, channels] = stack.image(at)?;
    stack.output = vec![
        height.saturating_mul(factor),
        width.saturating_mul(factor),
        channels,
    ];
    Ok(())
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
    let phase = x.iota_like(&fine, axis + 1).cast(DType::F32);
    let centre = (phase + 0.5) * (1.0 / factor as f64) - 0.5;
    let part = |t: &Tensor| t.reshape(&coarse).broadcast_to(&fine);
    let weight = |w: Tensor| w.constant_like(0.0).max(&w);
    let (to_before, to_after) = (weight(-&centre), weight(centre));
    let own = 1.0 - &to_before - &to_after;
    let mut result = shape;
    result[axis] = extent * factor;
    (part(&before) * to_before + part(x) * own + part(&after) * to_after).reshape(&result)
}
