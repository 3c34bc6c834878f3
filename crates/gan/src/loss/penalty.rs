//! Terms that are added to a player's cost.

use ganlet_core::{Tensor, grad::grad};

/// Keeps the square root's slope finite where a gradient is zero.
const NORM_EPS: f64 = 1e-12;

/// The mean of `(|grad D(x)| - target)^2` at `points` (Gulrajani et al. 2017, equation 3); one-sided: only slopes above the
/// target count. Shape `[]`.
pub fn gradient_penalty(
    discriminator: impl Fn(&Tensor) -> Tensor,
    points: &Tensor,
    target: &Tensor,
    one_sided: bool,
) -> Tensor {
    // On its own even where D looks at the same samples, or did for an update that this D came from: else the slope would also
    // be that of D's parameters.
    let points = points.fresh();
    let slope = grad(&discriminator(&points), &[&points]).remove(0);
    let norm = (slope.square().sum(&[1]) + NORM_EPS).sqrt();
    let excess = norm - target;
    let counted = if one_sided {
        excess.constant_like(0.0).max(&excess)
    } else {
        excess
    };
    counted.square().mean_all()
}
