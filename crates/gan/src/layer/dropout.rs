//! Zeroes inputs at random while training (Srivastava et al. 2014).

use ganlet_core::Tensor;

use super::Mode;
use super::pass::Pass;

pub(super) fn forward(pass: &Pass<'_, '_>, x: Tensor, keep: f64) -> Tensor {
    match &pass.mode {
        Mode::Train { random, .. } => {
            let kept = random.chance(&x.shape(), keep);
            kept.select(&(&x * (1.0 / keep)), &x.constant_like(0.0))
        }
        Mode::Sample { .. } => x,
    }
}
