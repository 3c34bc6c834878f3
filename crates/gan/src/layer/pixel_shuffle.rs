//! Larger images from neighbouring channels.

use ganlet_core::Tensor;

use super::Stack;
use super::declare::Place;
use super::image::extents;
use crate::error::ConfigError;

pub(super) fn declare(stack: &mut Stack, at: &Place, factor: usize) -> Result<(), ConfigError> {
    let [height, width, channels] = stack.image(at)?;
    let square = factor * factor;
    if !channels.is_multiple_of(square) {
        return Err(at.error(
            format!(
                "{square} does not divide the channels of {:?}",
                stack.output
            ),
            format!("give the layer before it a multiple of {square} channels"),
        ));
    }
    stack.output = vec![
        height.saturating_mul(factor),
        width.saturating_mul(factor),
        channels / square,
    ];
    Ok(())
}

/// Channel `c factor² + i factor + j` becomes row `i` and column `j` of channel `c` within each pixel (Shi et al. 2016).
pub fn pixel_shuffle(x: &Tensor, factor: usize) -> Tensor {
    let [n, h, w, c] = extents(x);
    let channels = c / (factor * factor);
    x.reshape(&[n, h, w, channels, factor, factor])
        .permute(&[0, 1, 4, 2, 5, 3])
        .reshape(&[n, h * factor, w * factor, channels])
}
