//! Terms that are added to a player's cost.

use ganlet_core::{Tensor, grad::grad};

/// Keeps the square root's slope finite where a gradient is zero.
const NORM_EPS: f64 = 1e-12;

/// The mean of `(|grad D(x)| - target)^2` at points between real and generated samples (Gulrajani et al. 2017,
/// equation 3); one-sided: only slopes above the target count. `mix` is uniform, `[batch, 1]`; shape `[]`.
pub fn gradient_penalty(
    discriminator: impl Fn(&Tensor) -> Tensor,
    real: &Tensor,
    fake: &Tensor,
    mix: &Tensor,
    target: &Tensor,
    one_sided: bool,
) -> Tensor {
    // On its own even where the same samples were mixed before, for an update of D that this D came from: else the slope would
    // also be that of D's parameters.
    let between = (fake + mix * (real - fake)).fresh();
    let slope = grad(&discriminator(&between), &[&between]).remove(0);
    let norm = (slope.square().sum(&[1]) + NORM_EPS).sqrt();
    let excess = norm - target;
    let counted = if one_sided {
        excess.constant_like(0.0).max(&excess)
    } else {
        excess
    };
    counted.square().mean_all()
}
