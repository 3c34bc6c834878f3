//! What G pays for samples that lie too close together, or that move unevenly with their noise.

use ganlet_core::Tensor;
use serde::{Deserialize, Serialize};

use super::draw::Made;
use super::{G, Gan};
use crate::config::{Layer, one};
use crate::error::ConfigError;

use crate::loss::spread;
use crate::model::{StateSpec, Trace};

/// The mean path length so far, `[]`.
const MEAN: &str = "g.path_length";

/// What the newest minibatch counts for in that mean (Karras et al. 2020, appendix B).
const NEWEST: f64 = 0.01;

/// What G pays beside its cost, for how its samples lie to each other.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Spread {
    /// What is asked of the samples.
    pub kind: SpreadKind,
    /// Factor on what it costs.
    #[cfg_attr(feature = "schema", schemars(range(min = 0.0, max = 1000.0)))]
    pub weight: f64,
    /// With `diversity`, where a larger distance gains nothing more.
    #[serde(default = "one")]
    #[cfg_attr(feature = "schema", schemars(range(min = 0.001, max = 1000.0)))]
    pub limit: f64,
}

/// What is asked of samples.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum SpreadKind {
    /// A step of the noise moves every sample as far, whatever the noise and the direction: path length regularization (Karras
    /// et al. 2020).
    PathLength,
    /// Samples of different noise differ, on average (MSGAN, Mao et al. 2019).
    ModeSeeking,
    /// Each two samples of different noise differ, up to the limit (DSGAN, Yang et al. 2019).
    Diversity,
}

impl Gan {
    /// Whether G's samples can be held apart so.
    pub(super) fn check_spread(&self) -> Result<(), ConfigError> {
        let Some(spread) = &self.spread else {
            return Ok(());
        };
        if self.words.is_some() {
            return Err(ConfigError::new(
                "spread",
                "it asks how a sample moves with its noise, and a choice among words jumps",
                "take spread away, or words",
            ));
        }
        let mut layers = self.generator.layers.iter();
        let mixes = layers.position(Layer::couples_samples);
        match (spread.kind, mixes) {
            (SpreadKind::PathLength, Some(i)) => Err(ConfigError::new(
                format!("generator.layers.{i}"),
                format!(
                    "{} mixes the samples of a batch, and a path's length is how far one sample moves with its own noise",
                    self.generator.layers[i].kind()
                ),
                "take it out of G, or use another kind of spread",
            )),
            _ => Ok(()),
        }
    }

    /// What it keeps from step to step.
    pub(super) fn spread_states(&self) -> Vec<StateSpec> {
        let (name, shape) = (MEAN, vec![]);
        let keeps = self.takes_path_lengths();
        keeps
            .then_some(StateSpec { name, shape })
            .into_iter()
            .collect()
    }

    /// Whether the lengths of paths are taken, and how much they vary is recorded.
    pub(super) fn takes_path_lengths(&self) -> bool {
        (self.spread.as_ref()).is_some_and(|spread| spread.kind == SpreadKind::PathLength)
    }

    /// What G pays for how these samples lie to each other, `[]`.
    pub(super) fn spread_cost(&self, t: &Trace<'_>, made: &Made) -> Option<Tensor> {
        let spread = self.spread.as_ref()?;
        let (noise, samples) = (&made.z, &made.samples);
        // Other samples of the same labels and codes, in a pass that moves no statistics.
        let others = || {
            let z = t.noise(&self.prior);
            let x = t.probe(G, &z, made.for_g.as_ref()).output;
            (x, z)
        };
        let cost = match spread.kind {
            SpreadKind::PathLength => path_cost(t, samples, noise),
            SpreadKind::ModeSeeking => {
                let (x, z) = others();
                spread::mode_seeking([samples, &x], [noise, &z])
            }
            SpreadKind::Diversity => {
                let (x, z) = others();
                let limit = t.hyper("spread.limit", spread.limit);
                spread::diversity([samples, &x], [noise, &z], &limit)
            }
        };
        Some(cost * t.hyper("spread.weight", spread.weight))
    }
}

/// The mean squared distance of a path's length from what it was on average so far (Karras et al. 2020, equation 4).
fn path_cost(t: &Trace<'_>, samples: &Tensor, noise: &Tensor) -> Tensor {
    let directions = t.random().normal(&samples.shape());
    let lengths = spread::path_lengths(samples, noise, &directions);
    let here = lengths.mean_all();
    if t.records_all() {
        let deviation = (&lengths - &here).square().mean_all().sqrt();
        t.record("path_length_cv", &(deviation / &here));
    }
    let before = t.state(MEAN);
    let mean = (&before + (&here - &before) * NEWEST).detach();
    t.set_state(MEAN, &mean);
    (lengths - mean).square().mean_all()
}
