//! Normalization of each channel over the batch (Ioffe and Szegedy 2015).

use ganlet_core::Tensor;

use super::declare::Place;
use super::pass::Pass;
use super::{Mode, ParamKind, Stack};

pub(super) fn declare(stack: &mut Stack, at: &Place) {
    let (&channels, rest) = stack.output.split_last().expect("every shape has axes");
    let numbers = rest.iter().product();
    stack.compares(at, numbers);
    affine(stack, at);
    for start in [0.0, 1.0] {
        stack.stats_start.extend(vec![start; channels]);
    }
}

pub(super) fn forward(pass: &mut Pass<'_, '_>, x: &Tensor, eps: f64) -> Tensor {
    let (centred, variance) = centred(pass, x);
    scaled(pass, &centred, &variance, eps)
}

/// A factor and a summand for each channel, which follow every normalization.
pub(super) fn affine(stack: &mut Stack, at: &Place) {
    let channels = *stack.output.last().expect("every shape has axes");
    stack.param(at, "scale", vec![channels], ParamKind::Scale);
    stack.param(at, "shift", vec![channels], ParamKind::Shift);
}

/// What is less its mean, divided by its deviation, and then scaled and shifted.
pub(super) fn scaled(
    pass: &mut Pass<'_, '_>,
    centred: &Tensor,
    variance: &Tensor,
    eps: f64,
) -> Tensor {
    let normalized = centred * (variance + eps).sqrt().recip();
    normalized * pass.next() + pass.next()
}

/// Inputs less the mean of their channel, and its variance: of this batch, or those kept for drawing samples.
fn centred(pass: &mut Pass<'_, '_>, x: &Tensor) -> (Tensor, Tensor) {
    match &mut pass.mode {
        Mode::Train { batch_stats, .. } => {
            let found = moments(x, &all_but_last(x));
            let n = x.numel() / found.variance.numel().max(1);
            batch_stats.extend([found.mean, unbiased(&found.variance, n)]);
            (found.centred, found.variance)
        }
        Mode::Sample { .. } => {
            let channels = x.shape().last().copied().unwrap_or(1);
            let [mean, variance] = [pass.kept(channels), pass.kept(channels)];
            (x - mean, variance)
        }
    }
}

/// What a normalization needs to know.
pub(super) struct Moments {
    /// What came in less its mean.
    pub(super) centred: Tensor,
    /// The mean over some of the axes, whose extents are 1 here.
    pub(super) mean: Tensor,
    /// Its variance, likewise: that of what came in, which divides by the count n.
    pub(super) variance: Tensor,
}

/// The axes over which a channel reaches.
pub(super) fn all_but_last(x: &Tensor) -> Vec<usize> {
    (0..x.shape().len() - 1).collect()
}

/// The moments of `x` over `axes`.
///
/// `E[x^2] - E[x]^2` would lose as many digits as the square of the mean has more than the variance. So distances `d` from one
/// element are squared: `E[d^2] - E[d]^2` is the same, and no element is farther than `sqrt(n - 1)` deviations from the mean. One
/// from the middle of an image, since zeros around an image make its edges odd.
pub(super) fn moments(x: &Tensor, axes: &[usize]) -> Moments {
    let (mut middle, mut extents) = (vec![0; x.shape().len()], x.shape());
    for &axis in axes {
        middle[axis] = extents[axis] / 2;
        extents[axis] = 1;
    }
    // The result does not depend on the element chosen, so no gradient flows through the choice.
    let anchor = x.slice(&middle, &extents).detach();
    let distance = x - &anchor;
    let offset = distance.mean(axes);
    let spread = distance.square().mean(axes) - offset.square();
    let variance = spread.max(&spread.constant_like(0.0));
    Moments {
        centred: distance - &offset,
        mean: anchor + offset,
        variance,
    }
}

/// The variance of what a batch of n is drawn from, by that of the batch: `n / (n - 1)` times as much.
pub(super) fn unbiased(variance: &Tensor, n: usize) -> Tensor {
    variance * (n as f64 / (n - 1).max(1) as f64)
}
