//! How a player's parameters follow its gradient.

use serde::{Deserialize, Serialize};

use super::one;
use crate::error::ConfigError;
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
        /// The momentum after `momentum_steps`; equal to `momentum` for none of this.
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
        /// Updates over which the rate falls to zero along a line; nothing for a rate that stays.
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

impl Optimizer {
    /// Checks every field's range; `field` is the optimizer's place in the config.
    pub(crate) fn validate(&self, field: &str) -> Result<(), ConfigError> {
        let check = |name: &str, value: f64, range| {
            ConfigError::check_range(format!("{field}.{name}"), "is out of range", value, range)
        };
        match *self {
            Optimizer::Sgd {
                lr,
                lr_decay,
                lr_min,
                momentum,
                momentum_final,
                momentum_steps,
            } => {
                check("lr", lr, 0.0..=10.0)?;
                check("lr_decay", lr_decay, 0.9..=1.0)?;
                check("lr_min", lr_min, 0.0..=10.0)?;
                check("momentum", momentum, 0.0..=0.999)?;
                check(
                    "momentum_final",
                    momentum_final.unwrap_or(momentum),
                    0.0..=0.999,
                )?;
                check("momentum_steps", momentum_steps, 1.0..=1e9)
            }
            Optimizer::RmsProp { lr, decay, eps } => {
                check("lr", lr, 0.0..=1.0)?;
                check("decay", decay, 0.0..=0.9999)?;
                check("eps", eps, 1e-12..=1.0)
            }
            Optimizer::Adam {
                lr,
                beta1,
                beta2,
                eps,
                decay_steps,
            } => {
                check("lr", lr, 0.0..=1.0)?;
                check("beta1", beta1, 0.0..=0.9999)?;
                check("beta2", beta2, 0.0..=0.99999)?;
                check("decay_steps", decay_steps.unwrap_or(1.0), 1.0..=1e9)?;
                check("eps", eps, 1e-12..=1.0)
            }
        }
    }
}
