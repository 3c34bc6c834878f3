//! What a model measures of itself, from its parameters, on the host.

use super::source::Dataset;
use super::task::Task;
use crate::metric::Evaluation;

/// What a model needs to measure itself, and where it puts what it found.
pub struct Figures<'a> {
    pub(crate) task: &'a Task<'a>,
    pub(crate) dataset: &'a Dataset,
    pub(crate) seed: u32,
    /// The parameters of each network, by its name.
    pub(crate) parameters: Vec<(&'static str, Vec<f32>)>,
    pub(crate) progress: &'a mut dyn FnMut(f32),
    pub(crate) found: Evaluation,
}

impl Figures<'_> {
    /// What the model has learned from.
    pub fn task(&self) -> &Task<'_> {
        self.task
    }

    /// What every random number depends on.
    pub fn seed(&self) -> u32 {
        self.seed
    }

    /// The flat parameters of a network.
    pub fn parameters(&self, network: &str) -> &[f32] {
        let mut all = self.parameters.iter();
        let found = all.find(|(name, _)| *name == network);
        &found.expect("a model asks for networks that it declares").1
    }

    /// The held-out images, pixels from 0 to 1, where the data are images.
    pub fn test_images(&self) -> Option<Vec<f32>> {
        match self.dataset {
            Dataset::Images(images) => Some(images.test.view().unit_pixels()),
            Dataset::None => None,
        }
    }

    /// Says the share done.
    pub fn progress(&mut self, share: f32) {
        (self.progress)(share);
    }

    /// Puts down a metric under its name.
    pub fn put(&mut self, metric: &str, value: f64) {
        self.found.insert(metric.into(), value);
    }
}
