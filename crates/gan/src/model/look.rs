//! What a view is written against: networks outside of training.

use ganlet_core::Tensor;

use super::learner::Learner;
use super::task::Task;
use crate::layer::Features;
use crate::random::Random;

/// Networks outside of training: running statistics, averaged weights where there are any, no dropout.
pub struct Look<'a> {
    pub(super) task: &'a Task<'a>,
    pub(super) random: &'a Random,
    pub(super) learners: &'a [(&'static str, Learner)],
}

impl Look<'_> {
    fn learner(&self, network: &str) -> &Learner {
        let found = self.learners.iter().find(|(name, _)| *name == network);
        &found.expect("a model asks for networks that it declares").1
    }

    /// The output of a network, `[rows, numbers]`, for inputs `[rows, numbers]`.
    pub fn apply(&self, network: &str, x: &Tensor, condition: Option<&Tensor>) -> Tensor {
        self.features(network, x, condition).output
    }

    /// The output of a network with what its last layer with parameters starts from.
    pub fn features(&self, network: &str, x: &Tensor, condition: Option<&Tensor>) -> Features {
        self.learner(network).look(x, condition)
    }

    /// A part of a network's parameters, by its name there.
    pub fn parameter(&self, network: &str, part: &str) -> Tensor {
        self.learner(network).parameter(part, true)
    }

    /// Draws that differ each time a view is asked.
    pub fn random(&self) -> &Random {
        self.random
    }

    /// What the model has learned from.
    pub fn task(&self) -> &Task<'_> {
        self.task
    }
}
