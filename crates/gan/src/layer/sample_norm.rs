//! Normalization within each sample: it sees no other, so nothing depends on the batch.

use ganlet_core::Tensor;

use super::Stack;
use super::batch_norm::{affine, moments, scaled};
use super::declare::Place;
use super::pass::Pass;
use crate::error::ConfigError;

/// Over all numbers of a sample (Ba et al. 2016).
pub(super) fn layer_norm(pass: &mut Pass<'_, '_>, x: &Tensor, eps: f64) -> Tensor {
    let axes: Vec<usize> = (1..x.shape().len()).collect();
    let found = moments(x, &axes);
    scaled(pass, &found.centred, &found.variance, eps)
}

/// A number alone is its own mean.
pub(super) fn declare_instance_norm(stack: &mut Stack, at: &Place) -> Result<(), ConfigError> {
    stack.image(at)?;
    affine(stack, at);
    Ok(())
}

/// Over the pixels of each channel of an image (Ulyanov et al. 2016).
pub(super) fn instance_norm(pass: &mut Pass<'_, '_>, x: &Tensor, eps: f64) -> Tensor {
    let found = moments(x, &[1, 2]);
    scaled(pass, &found.centred, &found.variance, eps)
}
