//! Normalization of activations and of weights.

use ganlet_core::Tensor;

/// Keeps a length's inverse finite.
const LENGTH_EPS: f64 = 1e-12;

/// Mean and variance of each channel, the last axis, over all others; both with extents 1 but the last. The variance is that
/// of the batch itself, which divides by the count n.
pub(super) fn moments(x: &Tensor) -> (Tensor, Tensor) {
    let axes: Vec<usize> = (0..x.shape().len() - 1).collect();
    let mean = x.mean(&axes);
    let spread = x.square().mean(&axes) - mean.square();
    let variance = spread.max(&spread.constant_like(0.0));
    (mean, variance)
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
