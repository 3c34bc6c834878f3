//! How good images are, by the features of the shipped classifier (tutorial, section 5.2). The figures are those of papers, but for
//! their network: they compare models here, and no model with one of a paper.

mod annealed;
mod classes;
mod decoder;
mod frechet;
mod kernel;
mod neighbours;

use nalgebra::DMatrix;

pub(crate) use classes::class_score;
pub(crate) use decoder::Decoder;
pub(crate) use frechet::frechet_distance;
pub(crate) use kernel::kernel_distance;
pub(crate) use neighbours::neighbours;

/// Features, one row an image.
pub(crate) fn rows(numbers: &[f32], dim: usize) -> DMatrix<f64> {
    let wide = numbers.iter().map(|&x| f64::from(x));
    DMatrix::from_row_iterator(numbers.len() / dim, dim, wide)
}
