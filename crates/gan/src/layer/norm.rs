//! Normalization of activations and of weights.

use ganlet_core::Tensor;

/// Keeps a length's inverse finite.
const LENGTH_EPS: f64 = 1e-12;

/// What batch norm needs to know of a batch.
pub(super) struct Moments {
    /// The batch less the mean of each channel.
    pub(super) centred: Tensor,
    /// The mean of each channel, the last axis, over all others; extents 1 but the last.
    pub(super) mean: Tensor,
    /// Its variance, likewise: that of the batch itself, which divides by the count n.
    pub(super) variance: Tensor,
}

/// The moments of a batch.
///
/// `E[x^2] - E[x]^2` would lose as many digits as the square of the mean has more than the variance. So distances `d` from one
/// element of the channel are squared: `E[d^2] - E[d]^2` is the same, and no element is farther than `sqrt(n - 1)` deviations
/// from the mean. One from the middle of an image, since zeros around an image make its edges odd.
pub(super) fn moments(x: &Tensor) -> Moments {
    let shape = x.shape();
    let (channels, rest) = shape.split_last().expect("every batch has axes");
    let axes: Vec<usize> = (0..rest.len()).collect();
    let mut middle: Vec<usize> = rest.iter().map(|extent| extent / 2).collect();
    middle.push(0);
    let mut extents = vec![1; rest.len()];
    extents.push(*channels);
    // The result does not depend on the element chosen, so no gradient flows through the choice.
    let anchor = x.slice(&middle, &extents).detach();
    let distance = x - &anchor;
    let offset = distance.mean(&axes);
    let spread = distance.square().mean(&axes) - offset.square();
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

/// `weight / sigma`, where `sigma` is the largest singular value of the weight as a matrix of `[…, outputs]`, and the next
/// estimate of the singular vector of its outputs (Miyato et al. 2018, algorithm 1). `estimate` is `[outputs]`. No gradient
/// flows through the estimates; none flows back into a step from the one before.
pub(super) fn spectral(weight: &Tensor, estimate: &Tensor) -> (Tensor, Tensor) {
    let shape = weight.shape();
    let outputs = *shape.last().expect("weights have axes");
    let matrix = weight.reshape(&[weight.numel() / outputs, outputs]);
    let unit = |x: Tensor| {
        let x = x.detach();
        let length = (x.square().sum_all() + LENGTH_EPS).sqrt();
        x * length.recip()
    };
    let left = unit(matrix.matmul(&estimate.reshape(&[outputs, 1])));
    let image = matrix.t().matmul(&left);
    let right = unit(image.clone());
    let sigma = (image * &right).sum_all();
    (
        weight * (sigma + LENGTH_EPS).recip(),
        right.reshape(&[outputs]),
    )
}
