//! How close the samples of a batch are to each other, for D to see a collapse (Salimans et al. 2016, section 3.2).

use ganlet_core::Tensor;

use super::declare::Place;
use super::pass::{Pass, flat};
use super::{ParamKind, Stack};
use crate::error::ConfigError;

pub(super) fn declare(
    stack: &mut Stack,
    at: &Place,
    kernels: usize,
    dims: usize,
) -> Result<(), ConfigError> {
    stack.compares(at, 1);
    let inputs = stack.output.iter().product();
    let kind = ParamKind::weight(inputs, kernels * dims);
    stack.weight(at, vec![inputs, kernels * dims], kind)?;
    stack.output = vec![inputs + kernels];
    stack.stats_start.extend(vec![0.0; kernels]);
    Ok(())
}

pub(super) fn forward(pass: &mut Pass<'_, '_>, x: &Tensor, kernels: usize, dims: usize) -> Tensor {
    let (x, weight) = (flat(x), pass.next());
    let batch = x.shape()[0];
    let closeness = pass.compared(kernels, || {
        closeness(&x.matmul(&weight).reshape(&[batch, kernels, dims]))
    });
    Tensor::concat(&[&x, &closeness.broadcast_to(&[batch, kernels])], 1)
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
