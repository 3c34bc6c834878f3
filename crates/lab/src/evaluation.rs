//! How good images are, by the features of the shipped classifier (tutorial, section 5.2). The figures are those of papers, but for
//! their network: they compare models here, and no model with one of a paper.

mod annealed;
mod classes;
mod decoder;
mod frechet;
mod kernel;
mod neighbours;

use std::path::Path;

use anyhow::Result;
use ganlet::assets;
use ganlet::config::Data;
use ganlet::metric::classifier::{Features, Model};
use ganlet::trainer::Trainer;
use nalgebra::DMatrix;
use pollster::block_on;

use crate::PlaceArgs;
use crate::data;

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

/// Samples that are measured, and held-out images that they are measured against.
pub(crate) const COUNT: usize = 4000;

/// How far samples of a model are from held-out images of its set, by the features of the classifier that ships for that; nothing where
/// none does.
pub(crate) fn frechet_of(
    trainer: &mut Trainer,
    place: &PlaceArgs,
    folder: Option<&Path>,
) -> Result<Option<f64>> {
    let Data::Images(chosen) = trainer.config().data.clone() else {
        return Ok(None);
    };
    let Some(bytes) = assets::classifier(chosen.kind) else {
        return Ok(None);
    };
    let mut features = Features::open(&block_on(place.find())?, &Model::from_bytes(bytes)?)?;
    let mut read = |pixels: &[f32]| -> Result<DMatrix<f64>> {
        let found = block_on(features.read(pixels))?;
        Ok(rows(&found, features.dim()))
    };
    let held_out = data::images(chosen.kind, folder)?.test;
    let held_out = held_out.slice(0..COUNT.min(held_out.len())).unit_pixels();
    let samples = block_on(trainer.sample(COUNT))?;
    let samples = unit_pixels(trainer, &samples);
    Ok(Some(frechet_distance(&read(&held_out)?, &read(&samples)?)))
}

/// A model's samples, as pixels from 0 to 1.
pub(crate) fn unit_pixels(trainer: &Trainer, samples: &[f32]) -> Vec<f32> {
    let black = trainer.config().data.black().unwrap_or(0.0) as f32;
    let unit = |x: &f32| (x - black) / (1.0 - black);
    samples.iter().map(unit).collect()
}
