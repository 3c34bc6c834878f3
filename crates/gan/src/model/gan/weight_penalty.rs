//! What D pays for the size of its weights: as much all the time, or as much as keeps D right about so often.

use ganlet_core::Tensor;
use serde::{Deserialize, Serialize};

use super::{D, Gan, Opinion};
use crate::error::ConfigError;
use crate::loss::cost;
use crate::model::{StateSpec, Trace};

/// The logarithm of the factor over what it began with, `[]`.
const GROWTH: &str = "d.weight_penalty";
/// How much more than half of D's verdicts were right, on average so far, `[]`.
const SURPLUS: &str = "d.surplus";

/// What the newest minibatch counts for in D's accuracy.
const NEWEST: f64 = 0.1;
/// How far D's accuracy may be from where it is held.
const TOLERATED: f64 = 0.05;
/// The logarithm of the factor that the penalty changes by in an update where D is too often, or too seldom, right.
const RATE: f64 = 0.02;

/// L2 regularization of D.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct WeightPenalty {
    /// Factor on the sum of the squares of D's parameters; where it is to hold an accuracy, what it begins with.
    #[cfg_attr(feature = "schema", schemars(range(min = 0.000_000_1, max = 10.0)))]
    pub weight: f64,
    /// The share of right verdicts that D is held at, give or take 0.05: the factor grows while D is right more often and falls while
    /// it is right more seldom. Without it the factor stays.
    #[serde(default)]
    #[cfg_attr(feature = "schema", schemars(range(min = 0.5, max = 1.0)))]
    pub accuracy: Option<f64>,
}

impl Gan {
    /// Whether D has verdicts that may be right.
    pub(super) fn check_weight_penalty(&self) -> Result<(), ConfigError> {
        match self.held_accuracy() {
            Some(_) if !cost::is_probability(self.cost) => Err(ConfigError::new(
                "weight_penalty.accuracy",
                "with this cost D has scores and no verdicts, so none is right",
                "take the accuracy away, or use a cost in which D's output is a probability, such as non_saturating",
            )),
            _ => Ok(()),
        }
    }

    pub(super) fn held_accuracy(&self) -> Option<f64> {
        self.weight_penalty.as_ref()?.accuracy
    }

    /// What the penalty keeps from step to step.
    pub(super) fn weight_penalty_states(&self) -> Vec<StateSpec> {
        let held = self.held_accuracy().is_some();
        let names = [GROWTH, SURPLUS].into_iter().filter(|_| held);
        let state = |name| StateSpec {
            name,
            shape: vec![],
        };
        names.map(state).collect()
    }

    /// `weight |params|^2` of D, `[]`.
    pub(super) fn weight_cost(&self, t: &Trace<'_>) -> Option<Tensor> {
        let config = self.weight_penalty.as_ref()?;
        let mut weight = t.hyper("weight_penalty.weight", config.weight);
        if config.accuracy.is_some() {
            weight = weight * t.state(GROWTH).exp();
        }
        if t.records_all() {
            t.record("weight_penalty", &weight);
        }
        Some(t.parameters(D).square().sum_all() * weight)
    }

    /// Follows D's accuracy on what it has just judged.
    pub(super) fn steer_weight_penalty(&self, t: &Trace<'_>, opinion: &Opinion) {
        let Some(config) = &self.weight_penalty else {
            return;
        };
        let Some(accuracy) = config.accuracy else {
            return;
        };
        let (real, fake) = (&opinion.real.output, &opinion.fake.output);
        let share_below = |logits: &Tensor| {
            let one = logits.constant_like(1.0);
            (logits.less_than(0.0).select(&one, &one.constant_like(0.0))).mean_all()
        };
        let right = (share_below(fake) - share_below(real) + 1.0) * 0.5;
        let before = t.state(SURPLUS);
        let surplus = (&before + (&right - 0.5 - &before) * NEWEST).detach();
        let too_often = &surplus - t.hyper("weight_penalty.accuracy", accuracy) + 0.5;
        let [grow, stay, fall] = [RATE, 0.0, -RATE].map(|rate| surplus.constant_like(rate));
        let rate = too_often
            .less_than(-TOLERATED)
            .select(&fall, &too_often.less_than(TOLERATED).select(&stay, &grow));
        t.set_state(SURPLUS, &surplus);
        t.set_state(GROWTH, &(t.state(GROWTH) + rate));
        if t.records_all() {
            t.record("d_accuracy", &(surplus + 0.5));
        }
    }
}
