//! Samples by Markov chains, for models that have no other: a view that is asked over and over.

use super::{Error, Trainer};
use crate::model::{View, ViewKind};

/// Steps of the chains between two pictures.
const STEPS: usize = 10;

/// Chains that go on from picture to picture.
#[derive(Default)]
pub(super) struct Chains {
    /// Where they are, `[count, sample_len]`.
    at: Vec<f32>,
}

impl Trainer {
    /// The view that takes a chain one step on, and the steps until it is worth a look.
    pub(super) fn chain_view(&self) -> Option<(View, usize)> {
        self.traced.views.iter().find_map(|view| match view.kind {
            ViewKind::Chain { burn_in } => Some((view.clone(), burn_in)),
            _ => None,
        })
    }

    /// `count` chains some steps after where they were at the last call; new ones start from noise and burn in.
    pub(super) async fn watch_chains(
        &mut self,
        view: &View,
        burn_in: usize,
        count: usize,
    ) -> Result<Vec<f32>, Error> {
        let len = count * self.traced.sample_len;
        let (start, steps) = match self.chains.at.len() {
            found if found == len => (std::mem::take(&mut self.chains.at), STEPS),
            _ => (vec![0.5; len], burn_in),
        };
        let at = self.walk(view, start, steps).await?;
        self.chains.at.clone_from(&at);
        Ok(at)
    }

    /// Chains from `start` `[count, sample_len]` after so many steps.
    pub(super) async fn walk(
        &mut self,
        view: &View,
        start: Vec<f32>,
        steps: usize,
    ) -> Result<Vec<f32>, Error> {
        let row = self.traced.sample_len;
        let mut ends = Vec::with_capacity(start.len());
        for batch in start.chunks(self.traced.view_batch * row) {
            let mut at = batch.to_vec();
            for _ in 0..steps {
                at = self.ask(view.name, &[("x", &at)], at.len() / row).await?;
            }
            ends.append(&mut at);
        }
        Ok(ends)
    }
}
