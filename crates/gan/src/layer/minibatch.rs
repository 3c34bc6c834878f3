//! What D can tell of a sample by the others of its minibatch, so that it sees a collapse.

use ganlet_core::Tensor;

/// Keeps the slope of a root finite where all samples are the same.
const VARIANCE_EPS: f64 = 1e-8;

/// How much samples `[batch, ...]` differ, `[1, 1]`: the deviation of each number over the batch, on average (Karras et al. 2018,
/// section 3).
pub(super) fn spread(x: &Tensor) -> Tensor {
    let variance = (x - x.mean(&[0])).square().mean(&[0]);
    let deviation = (variance + VARIANCE_EPS).sqrt();
    deviation.mean_all().reshape(&[1, 1])
}

/// How close the other samples are to each, `[batch, kernels]`, from what each kernel compares, `[batch, kernels, dims]`:
/// the sum over them of `exp(-|a - b|_1)` (Salimans et al. 2016, section 3.2).
pub(super) fn closeness(compared: &Tensor) -> Tensor {
    let shape = compared.shape();
    let (batch, rest) = shape.split_first().expect("a batch of kernels");
    let side = |extents: [usize; 2]| compared.reshape(&[&extents, rest].concat());
    let distance = (side([*batch, 1]) - side([1, *batch])).abs().sum(&[3]);
    let near = (-distance).exp().sum(&[1]).reshape(&[*batch, rest[0]]);
    // Each is as close to itself as can be.
    near - 1.0
}
