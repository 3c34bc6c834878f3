//! How a player's parameters follow its gradient.

use serde::{Deserialize, Serialize};

use super::one;
use crate::json::tagged;

/// How a player's parameters follow its gradient.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(
    feature = "schema",
    derive(schemars::JsonSchema),
    schemars(tag = "kind")
)]
#[serde(remote = "Self", rename_all = "snake_case", deny_unknown_fields)]
pub enum Optimizer {
    /// Gradient descent with momentum. Rate and momentum may change over time, as in the 2014 paper.
    Sgd {
        /// Learning rate at the first step.
        #[cfg_attr(feature = "schema", schemars(range(min = 0.0, max = 10.0)))]
        lr: f64,
        /// Factor on the rate at every step.
        #[cfg_attr(feature = "schema", schemars(range(min = 0.9, max = 1.0)))]
        #[serde(default = "one")]
        lr_decay: f64,
        /// The rate never falls below this.
        #[cfg_attr(feature = "schema", schemars(range(min = 0.0, max = 10.0)))]
        #[serde(default)]
        lr_min: f64,
        /// Share of the last move that is repeated.
        #[cfg_attr(feature = "schema", schemars(range(min = 0.0, max = 0.999)))]
        #[serde(default)]
        momentum: f64,
        /// The momentum after `momentum_steps`; equal to `momentum`, it stays as it is.
        #[cfg_attr(feature = "schema", schemars(range(min = 0.0, max = 0.999)))]
        #[serde(default)]
        momentum_final: Option<f64>,
        /// Steps over which momentum rises.
        #[cfg_attr(feature = "schema", schemars(range(min = 1.0, max = 1e9), extend("x-unit" = "steps")))]
        #[serde(default = "one")]
        momentum_steps: f64,
    },
    /// Divides by a running root mean square (Tieleman and Hinton 2012).
    RmsProp {
        /// Learning rate.
        #[cfg_attr(feature = "schema", schemars(range(min = 0.0, max = 1.0)))]
        lr: f64,
        /// Memory of the mean square.
        #[cfg_attr(feature = "schema", schemars(range(min = 0.0, max = 0.9999)))]
        #[serde(default = "rms_decay")]
        decay: f64,
        /// Added to the root.
        #[cfg_attr(feature = "schema", schemars(range(min = 1e-12, max = 1.0)))]
        #[serde(default = "adam_eps")]
        eps: f64,
    },
    /// Running mean over running root mean square, both corrected for their start (Kingma and Ba 2015).
    Adam {
        /// Learning rate.
        #[cfg_attr(feature = "schema", schemars(range(min = 0.0, max = 1.0)))]
        lr: f64,
        /// Memory of the mean; 0.5 is DCGAN's.
        #[cfg_attr(feature = "schema", schemars(range(min = 0.0, max = 0.9999)))]
        #[serde(default = "adam_beta1")]
        beta1: f64,
        /// Memory of the mean square.
        #[cfg_attr(feature = "schema", schemars(range(min = 0.0, max = 0.99999)))]
        #[serde(default = "adam_beta2")]
        beta2: f64,
        /// Added to the root.
        #[cfg_attr(feature = "schema", schemars(range(min = 1e-12, max = 1.0)))]
        #[serde(default = "adam_eps")]
        eps: f64,
        /// Updates over which the rate falls to zero along a line; without it the rate stays as it is.
        #[cfg_attr(feature = "schema", schemars(range(min = 1.0, max = 1e9), extend("x-unit" = "updates")))]
        #[serde(default)]
        decay_steps: Option<f64>,
    },
}

tagged!(Optimizer);

fn rms_decay() -> f64 {
    0.9
}

fn adam_beta1() -> f64 {
    0.5
}

fn adam_beta2() -> f64 {
    0.999
}

fn adam_eps() -> f64 {
    1e-8
}
