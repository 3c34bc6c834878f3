//! A matrix product over all numbers of a sample.

use ganlet_core::Tensor;

use super::declare::Place;
use super::order::Order;
use super::pass::{Pass, flat};
use super::{ParamKind, Stack};
use crate::config::Layer;
use crate::error::ConfigError;

/// `next` is the layer behind it, whose reshape says what the units are.
pub(super) fn declare(
    stack: &mut Stack,
    at: &Place,
    units: usize,
    bias: bool,
    next: Option<&Layer>,
) -> Result<(), ConfigError> {
    let outputs = match next {
        Some(Layer::Reshape { shape }) => shape.clone(),
        _ => vec![units],
    };
    affine(stack, at, units, outputs, bias)?;
    stack.output = vec![units];
    Ok(())
}

/// Declares a matrix from all numbers that come in to `units`.
pub(super) fn affine(
    stack: &mut Stack,
    at: &Place,
    units: usize,
    outputs: Vec<usize>,
    bias: bool,
) -> Result<(), ConfigError> {
    let inputs = stack.output.clone();
    let count = inputs.iter().product();
    let kind = ParamKind::Weight {
        fan_in: count,
        fan_out: units,
        order: Order::Dense { inputs, outputs },
    };
    stack.weight(at, vec![count, units], kind)?;
    if bias {
        stack.param(at, "bias", vec![units], ParamKind::Shift);
    }
    Ok(())
}

/// Rows times a matrix. What is to be joined to the rows has its own part of the matrix: two products of plain operands
/// are much faster than one of rows that are put together as they are read.
pub(super) fn forward(pass: &mut Pass<'_, '_>, x: &Tensor, bias: bool) -> Tensor {
    let (x, weight) = (flat(x), pass.next());
    let product = match pass.take_joining() {
        None => x.matmul(&weight),
        Some(condition) => {
            let (own, joined) = (x.shape()[1], condition.shape()[1]);
            x.matmul(&weight.narrow(0, 0, own)) + condition.matmul(&weight.narrow(0, own, joined))
        }
    };
    pass.biased(product, bias)
}
