//! The second input of a network, where it joins.

use ganlet_core::Tensor;

use super::Stack;
use super::declare::Place;
use crate::error::ConfigError;

pub(super) fn declare(stack: &mut Stack, at: &Place) -> Result<(), ConfigError> {
    if stack.condition == 0 {
        return Err(at.error(
            "nothing is joined here: this network has no second input".into(),
            "take the layer away, or give the model labels or codes",
        ));
    }
    let channels = stack.output.last_mut().expect("every shape has axes");
    *channels += stack.condition;
    Ok(())
}

/// Features with further numbers `[batch, numbers]` behind them: as more numbers of a row, or as more channels of an image,
/// the same at every pixel (Mirza and Osindero 2014; as planes in Reed et al. 2016).
pub(super) fn join(x: &Tensor, numbers: &Tensor) -> Tensor {
    let mut shape = x.shape();
    let (axis, extent) = (shape.len() - 1, numbers.shape()[1]);
    let mut ones = vec![1; shape.len()];
    (ones[0], ones[axis]) = (shape[0], extent);
    shape[axis] = extent;
    Tensor::concat(&[x, &numbers.reshape(&ones).broadcast_to(&shape)], axis)
}
