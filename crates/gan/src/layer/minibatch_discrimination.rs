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
    let distances = || distances(&x.matmul(&weight).reshape(&[batch, kernels, dims]));
    let closeness = match pass.fitted {
        Some(_) => closeness(&pass.fit_distances(&distances(), dims)),
        None => pass.compared(kernels, || closeness(&distances())),
    };
    Tensor::concat(&[&x, &closeness.broadcast_to(&[batch, kernels])], 1)
}

/// How far samples are from each other, `[batch, batch, kernels]`, by what each kernel compares, `[batch, kernels, dims]`:
/// `|a - b|_1`.
pub(super) fn distances(compared: &Tensor) -> Tensor {
    let [batch, kernels, dims] = compared.shape()[..] else {
        unreachable!("a batch of kernels");
    };
    let side = |[rows, columns]: [usize; 2]| compared.reshape(&[rows, columns, kernels, dims]);
    let apart = (side([batch, 1]) - side([1, batch])).abs().sum(&[3]);
    apart.reshape(&[batch, batch, kernels])
}

/// How close the other samples are to each, `[batch, kernels]`: the sum over them of `exp(-distance)` (Salimans et al. 2016, section
/// 3.2).
pub(super) fn closeness(distances: &Tensor) -> Tensor {
    let [batch, _, kernels] = distances.shape()[..] else {
        unreachable!("distances between samples, for each kernel");
    };
    let near = (-distances).exp().sum(&[1]).reshape(&[batch, kernels]);
    // Each is as close to itself as can be.
    near - 1.0
}
