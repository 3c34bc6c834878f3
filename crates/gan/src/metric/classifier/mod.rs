//! Says what an image shows: a small convolutional network with a softmax for each attribute of a set of images.
//!
//! `ganlet train-classifier` trains it, as a model of the kind `classifier`, and it ships as a file: [`Model`].

mod features;
mod model;

use std::ops::Range;

use ganlet_core::backend::{Place, Session, SessionError};
use ganlet_core::{Builder, DType, Init, Program, Slot, Tensor};

pub use crate::model::classifier::heads;
pub use features::Features;
pub use model::{Model, ModelError};

use crate::broken::Broken;
use crate::data::{Attribute, Images};
use crate::layer::{Learned, Mode, Stack};
use crate::model::classifier::probabilities;

/// Images that are looked at at once.
const BATCH: usize = 64;

/// A model on a device.
pub struct Classifier {
    model: Model,
    session: Session,
    heads: Vec<Range<usize>>,
}

impl Classifier {
    /// Puts `model` on the device at `place`.
    ///
    /// # Errors
    /// A device that fails.
    pub fn open(place: &Place, model: Model) -> Result<Self, SessionError> {
        let heads = heads(&model.facts().attributes);
        let program = program(&model, &heads);
        Ok(Self {
            session: Session::new(place, &program)?,
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
        let len: usize = self.model.facts().shape.iter().product();
        assert!(
            pixels.len().is_multiple_of(len),
            "whole images of {len} pixels"
        );
        let classes = self.heads.last().map_or(0, |head| head.end);
        let mut results = Vec::with_capacity(pixels.len() / len * classes);
        let mut batch = vec![0.0_f32; BATCH * len];
        for chunk in pixels.chunks(BATCH * len) {
            batch[..chunk.len()].copy_from_slice(chunk);
            let broken = Broken::take_out(&mut batch, len);
            (self.session).write(Slot::Input(0), bytemuck::cast_slice(&batch))?;
            self.session.start(0, 1).await?;
            let bytes = (self.session)
                .read(Slot::Output {
                    entry: 0,
                    output: 0,
                })
                .await?;
            let mut rows = bytemuck::pod_collect_to_vec::<u8, f32>(&bytes);
            rows.truncate(chunk.len() / len * classes);
            broken.put_back(&mut rows, classes);
            results.append(&mut rows);
        }
        Ok(results)
    }

    /// The share of `images` whose class is named rightly, for each attribute.
    ///
    /// # Errors
    /// A device that fails.
    pub async fn accuracy(&mut self, images: &Images) -> Result<Vec<f64>, SessionError> {
        let mut right = vec![0_usize; self.heads.len()];
        for start in (0..images.len()).step_by(16 * BATCH) {
            let view = images.slice(start..start + 16 * BATCH);
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

/// Input `x` -> probabilities.
fn program(model: &Model, heads: &[Range<usize>]) -> Program {
    let b = Builder::new();
    let len = model.facts().shape.iter().product();
    let x = b.input("x", &[BATCH, len], DType::F32);
    let bytes = Init::Bytes(bytemuck::cast_slice(&model.params).into());
    let params = b.state("params", &[model.params.len()], DType::F32, bytes);
    let logits = logits(
        &model.stack(),
        &params,
        &x,
        &mut Mode::Sample { stats: &params },
    );
    let all = probabilities(&logits, heads);
    b.entry("classify", &[], &[("probabilities", &all)]);
    b.build().expect("a model's network fits its images")
}

fn logits(stack: &Stack, params: &Tensor, x: &Tensor, mode: &mut Mode<'_>) -> Tensor {
    let learned = Learned {
        params,
        spectral: None,
        reference: None,
    };
    stack.forward(learned, x, None, mode).output
}
