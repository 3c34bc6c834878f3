//! What G pays for samples that lie too close together, or that move unevenly with their noise.

use std::iter;

use ganlet_core::Tensor;
use serde::{Deserialize, Serialize};

use super::config::one_step;
use super::draw::Made;
use super::{G, Gan};
use crate::config::{Layer, one};
use crate::error::ConfigError;

use crate::loss::spread;
use crate::model::{StateSpec, Trace};

/// The mean path length so far, `[]`.
const MEAN: &str = "g.path_length";
/// How much path lengths varied when they were taken last, where that is not at every step.
const VARIATION: &str = "g.path_length_cv";

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
    /// At every which step G pays it, that many times as much: most steps can do without a second pass through G (lazy
    /// regularization, Karras et al. 2020, appendix B, who take path lengths at every eighth).
    #[serde(default = "one_step")]
    #[cfg_attr(feature = "schema", schemars(range(min = 1, max = 64), extend("x-unit" = "steps")))]
    pub every: usize,
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
        let lazy = self.gradient_penalty.as_ref().map(|penalty| penalty.every);
        if let Some(other) = lazy.filter(|&every| every > 1)
            && spread.every > 1
            && spread.every != other
        {
            return Err(ConfigError::new(
                "spread.every",
                format!(
                    "{}, and gradient_penalty.every is {other}: what is not paid at every step is paid at the same ones",
                    spread.every
                ),
                "use the same number for both, or 1 for one of them",
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
        let Some(spread) = self.spread.as_ref().filter(|_| self.takes_path_lengths()) else {
            return vec![];
        };
        let lazy = spread.every > 1;
        (iter::once(MEAN).chain(lazy.then_some(VARIATION)))
            .map(|name| StateSpec {
                name,
                shape: vec![],
            })
            .collect()
    }

    /// Whether the lengths of paths are taken, and how much they vary is recorded.
    pub(super) fn takes_path_lengths(&self) -> bool {
        (self.spread.as_ref()).is_some_and(|spread| spread.kind == SpreadKind::PathLength)
    }

    /// What G pays for how these samples lie to each other, `[]`.
    pub(super) fn spread_cost(&self, t: &Trace<'_>, made: &Made) -> Option<Tensor> {
        let spread = self.spread.as_ref()?;
        let lazy = spread.every > 1;
        let varies = spread.kind == SpreadKind::PathLength && t.records_all();
        if lazy && t.is_light() {
            if varies {
                t.record("path_length_cv", &t.state(VARIATION));
            }
            return None;
        }
        let (noise, samples) = (&made.z, &made.samples);
        // Other samples of the same labels and codes, in a pass that moves no statistics.
        let others = || {
            let z = t.noise(&self.prior);
            let x = t.probe(G, &z, made.for_g.as_ref()).output;
            (x, z)
        };
        let cost = match spread.kind {
            SpreadKind::PathLength => {
                let (cost, variation) = path_cost(t, samples, noise);
                if lazy {
                    t.set_state(VARIATION, &variation);
                }
                if varies {
                    t.record("path_length_cv", &variation);
                }
                cost
            }
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
        let cost = cost * t.hyper("spread.weight", spread.weight);
        Some(match spread.every {
            1 => cost,
            every => cost * every as f64,
        })
    }
}

/// The mean squared distance of a path's length from what it was on average so far (Karras et al. 2020, equation 4), and how much
/// lengths vary here, their deviation over their mean.
fn path_cost(t: &Trace<'_>, samples: &Tensor, noise: &Tensor) -> (Tensor, Tensor) {
    let directions = t.random().normal(&samples.shape());
    let lengths = spread::path_lengths(samples, noise, &directions);
    let here = lengths.mean_all();
    let deviation = (&lengths - &here).square().mean_all().sqrt();
    let before = t.state(MEAN);
    let mean = (&before + (&here - &before) * NEWEST).detach();
    t.set_state(MEAN, &mean);
    ((lengths - mean).square().mean_all(), deviation / here)
}
