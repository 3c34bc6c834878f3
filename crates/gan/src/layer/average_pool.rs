//! Smaller images by means.

use ganlet_core::Tensor;

use super::Stack;
use super::declare::Place;
use super::image::extents;
use crate::error::ConfigError;

pub(super) fn declare(stack: &mut Stack, at: &Place, size: usize) -> Result<(), ConfigError> {
    let [height, width, channels] = stack.image(at)?;
    if !height.is_multiple_of(size) || !width.is_multiple_of(size) {
        return Err(at.error(
            format!("squares of {size} by {size} do not tile {:?}", stack.output),
            "take a size that divides height and width",
        ));
    }
    stack.output = vec![height / size, width / size, channels];
    Ok(())
}

/// The mean of each square of `size` by `size` pixels.
pub fn average_pool(x: &Tensor, size: usize) -> Tensor {
    let [n, h, w, c] = extents(x);
    let (rows, columns) = (h / size, w / size);
    x.reshape(&[n, rows, size, columns, size, c])
        .mean(&[2, 4])
        .reshape(&[n, rows, columns, c])
}
