//! The same numbers under another shape.

use ganlet_core::Tensor;

use super::Stack;
use super::declare::Place;
use crate::error::ConfigError;

pub(super) fn declare(stack: &mut Stack, at: &Place, shape: &[usize]) -> Result<(), ConfigError> {
    let numbers = |shape: &[usize]| shape.iter().product::<usize>();
    let (before, after) = (numbers(&stack.output), numbers(shape));
    if before != after {
        return Err(at.error(
            format!(
                "{:?} has {before} numbers, and {shape:?} has {after}",
                stack.output
            ),
            "make both the same",
        ));
    }
    stack.output = shape.to_vec();
    Ok(())
}

pub(super) fn forward(x: &Tensor, shape: &[usize]) -> Tensor {
    x.reshape(&[&x.shape()[..1], shape].concat())
}
