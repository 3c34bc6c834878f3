//! Adds normal noise while training.

use ganlet_core::Tensor;

use super::Mode;
use super::pass::Pass;

pub(super) fn forward(pass: &Pass<'_, '_>, x: Tensor, std: f64) -> Tensor {
    match &pass.mode {
        Mode::Train { random, .. } => &x + random.normal(&x.shape()) * std,
        Mode::Sample { .. } => x,
    }
}
