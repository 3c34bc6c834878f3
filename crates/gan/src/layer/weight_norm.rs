//! Weights of one length (Salimans and Kingma 2016).

use ganlet_core::Tensor;

/// Keeps the slope finite at weights of length 0.
const LENGTH_EPS: f64 = 1e-12;

/// `length w / |w|` of the weights of each unit (equation 2 there, where a factor on this length may be learned); `weight` is
/// `[…, units]`.
pub(super) fn normalized(weight: &Tensor, length: f64) -> Tensor {
    let inputs: Vec<usize> = (0..weight.shape().len() - 1).collect();
    let square = weight.square().sum(&inputs);
    weight * ((square + LENGTH_EPS).sqrt().recip() * length)
}
