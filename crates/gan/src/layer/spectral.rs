//! Spectral norm: weights divided by their largest singular value (Miyato et al. 2018).

use ganlet_core::Tensor;

/// Keeps a length's inverse finite.
const LENGTH_EPS: f64 = 1e-12;

/// `weight / sigma`, where `sigma` is the largest singular value of the weight as a matrix of `[…, outputs]`, and the next
/// estimate of the singular vector of its outputs (Miyato et al. 2018, algorithm 1). `estimate` is `[outputs]`. No gradient
/// flows through the estimates; none flows back into a step from the one before.
pub(super) fn normalized(weight: &Tensor, estimate: &Tensor) -> (Tensor, Tensor) {
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
