//! Says what an image shows: a small convolutional network with a softmax for each attribute of a set of images.
//!
//! `ganlet train-classifier` trains it, as a model of the kind `classifier`, and it ships as a file: [`Model`].

mod features;
mod model;
mod reader;

use std::ops::Range;

use ganlet_core::backend::{Place, SessionError};

pub use crate::model::classifier::heads;
pub use features::Features;
pub use model::{Model, ModelError};

use crate::data::{Attribute, Images};
use crate::model::classifier::probabilities;
use reader::Reader;

/// Images whose pixels are unpacked at once.
const IMAGES: usize = 1024;

/// A model on a device.
pub struct Classifier {
    model: Model,
    reader: Reader,
    heads: Vec<Range<usize>>,
}

impl Classifier {
    /// Puts `model` on the device at `place`.
    ///
    /// # Errors
    /// A device that fails.
    pub fn open(place: &Place, model: Model) -> Result<Self, SessionError> {
        let heads = heads(&model.facts().attributes);
        let reader = Reader::open(place, &model, |made| probabilities(&made.output, &heads))?;
        Ok(Self {
            reader,
            model,
            heads,
        })
    }

    /// The model that looks.
    pub fn model(&self) -> &Model {
        &self.model
    }

    /// What it tells apart.
    pub fn attributes(&self) -> &'static [Attribute] {
        &self.model.facts().attributes
    }

    /// Where the classes of each attribute stand in a row of [`classify`](Self::classify).
    pub fn heads(&self) -> &[Range<usize>] {
        &self.heads
    }

    /// The probability of every class of every attribute, `[n, classes]`, for images `[n, height * width * channels]` of
    /// pixels from 0 to 1; NaN for an image that is not finite.
    ///
    /// # Errors
    /// A device that fails.
    ///
    /// # Panics
    /// If the pixels do not form images.
    pub async fn classify(&mut self, pixels: &[f32]) -> Result<Vec<f32>, SessionError> {
        self.reader.read(pixels).await
    }

    /// The share of `images` whose class is named rightly, for each attribute.
    ///
    /// # Errors
    /// A device that fails.
    pub async fn accuracy(&mut self, images: &Images) -> Result<Vec<f64>, SessionError> {
        let mut right = vec![0_usize; self.heads.len()];
        for start in (0..images.len()).step_by(IMAGES) {
            let view = images.slice(start..start + IMAGES);
            let rows = self.classify(&view.unit_pixels()).await?;
            let classes = rows.len() / view.len();
            for (row, labels) in rows.chunks(classes).zip(view.labels.chunks(right.len())) {
                for ((right, head), &label) in right.iter_mut().zip(&self.heads).zip(labels) {
                    *right += usize::from(most_likely(&row[head.clone()]) == usize::from(label));
                }
            }
        }
        let share = |right| right as f64 / images.len() as f64;
        Ok(right.into_iter().map(share).collect())
    }
}

/// The index of the largest probability.
pub fn most_likely(probabilities: &[f32]) -> usize {
    let indexed = probabilities.iter().enumerate();
    indexed
        .max_by(|a, b| a.1.total_cmp(b.1))
        .map_or(0, |(index, _)| index)
}
