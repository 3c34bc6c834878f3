//! Normalization by a batch that was fixed at the start of training and goes through the network before the samples (tutorial,
//! section 4.3; Salimans et al. 2016, section 3.4), so that a sample depends on no other of its batch.

use ganlet_core::Tensor;

use super::Stack;
use super::batch_norm::{Moments, affine, all_but_last, moments, scaled};
use super::declare::Place;
use super::pass::Pass;
use crate::error::ConfigError;

pub(super) fn declare(stack: &mut Stack, at: &Place) -> Result<(), ConfigError> {
    if stack.condition > 0 {
        return Err(at.error(
            "its reference batch has no second input, and this network takes one".into(),
            "use batch_norm or layer_norm, or take labels and codes away",
        ));
    }
    stack.references = true;
    affine(stack, at);
    Ok(())
}

/// By the reference batch alone.
pub(super) fn forward(pass: &mut Pass<'_, '_>, x: &Tensor, eps: f64) -> Tensor {
    let Moments { mean, variance, .. } = of_reference(pass, x);
    scaled(pass, &(x - mean), &variance, eps)
}

/// By the reference batch and the sample itself: the moments of a batch of r + 1, `m = (r m_r + m_x) / (r + 1)` (virtual batch
/// norm).
pub(super) fn with_sample(pass: &mut Pass<'_, '_>, x: &Tensor, eps: f64) -> Tensor {
    let (rows, of_batch) = (pass.references() as f64, of_reference(pass, x));
    // About the reference's mean, so that no large squares are taken from each other.
    let distance = x - &of_batch.mean;
    let pixels: Vec<usize> = (1..x.shape().len() - 1).collect();
    let own = |x: &Tensor| match pixels[..] {
        [] => x.clone(),
        _ => x.mean(&pixels),
    };
    let offset = own(&distance) * (1.0 / (rows + 1.0));
    let squares = (of_batch.variance * rows + own(&distance.square())) * (1.0 / (rows + 1.0));
    let variance = squares - offset.square();
    scaled(pass, &(distance - offset), &variance, eps)
}

/// The moments of the rows that come before the samples.
fn of_reference(pass: &Pass<'_, '_>, x: &Tensor) -> Moments {
    let reference = x.narrow(0, 0, pass.references());
    moments(&reference, &all_but_last(&reference))
}
