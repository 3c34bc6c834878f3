//! A generator that chooses: one of the data's clusters, as a language model chooses a word, instead of a point (tutorial,
//! section 5.3). A choice has no slope, so G needs a stand-in for the gradient that D would send.

use ganlet_core::{DType, Tensor};
use serde::{Deserialize, Serialize};

use super::Gan;
use crate::config::{Data, one};
use crate::data::Gaussian;
use crate::error::ConfigError;
use crate::loss::cost;
use crate::model::Task;
use crate::random::Random;
use crate::tensor::softmax;

/// G ends with a logit for each cluster of the data and sends the place of one that it chooses by them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Words {
    /// What stands for the gradient of the choice.
    #[serde(default)]
    pub estimator: Estimator,
    /// How soft the choice of Gumbel-softmax is: near 0 one word, far above 1 the mean of all.
    #[serde(default = "one")]
    #[cfg_attr(feature = "schema", schemars(range(min = 0.05, max = 10.0)))]
    pub temperature: f64,
}

/// What stands for the gradient of a choice.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Estimator {
    /// Nothing: the choice is one-hot, its slope is 0, and G does not learn.
    OneHot,
    /// D sees a mean of words with the weights of a softmax, sharp at a low temperature, which has a slope (Jang et al. 2017,
    /// Maddison et al. 2017).
    #[default]
    GumbelSoftmax,
    /// D sees one word; the slope is that of Gumbel-softmax (Bengio et al. 2013).
    StraightThrough,
    /// D sees one word; G makes those likelier that cost less than the mean of the batch (Williams 1992).
    Reinforce,
}

/// A minibatch of choices.
pub struct Choice {
    /// The weight of each word, `[batch, words]`, as D sees it.
    pub weights: Tensor,
    /// The logarithm of the probability of what was chosen, `[batch, 1]`, where the estimator needs it.
    pub log_p: Option<Tensor>,
}

impl Words {
    /// Chooses by logits `[batch, words]`: the largest logit plus Gumbel noise is that of word k with the probability
    /// softmax(logits)_k (Gumbel 1954).
    pub fn choose(&self, logits: &Tensor, random: &Random) -> Choice {
        let gumbel = -(-random.uniform(&logits.shape()).log()).log();
        let noisy = logits + gumbel;
        let top = noisy.max_along(&[1]).detach();
        let hard = || noisy.detach().equal(&top).cast(DType::F32);
        let soft = || softmax(&(&noisy * (1.0 / self.temperature)));
        match self.estimator {
            Estimator::OneHot => Choice {
                weights: hard(),
                log_p: None,
            },
            Estimator::GumbelSoftmax => Choice {
                weights: soft(),
                log_p: None,
            },
            Estimator::StraightThrough => {
                let soft = soft();
                Choice {
                    weights: hard() + &soft - soft.detach(),
                    log_p: None,
                }
            }
            Estimator::Reinforce => {
                let weights = hard();
                let chosen = (&weights * softmax(logits)).sum(&[1]);
                Choice {
                    log_p: Some(chosen.log()),
                    weights,
                }
            }
        }
    }
}

/// The mean of `costs`, `[batch, 1]`, with the gradient that REINFORCE gives it: of `(cost - mean) log p` (Williams 1992).
pub fn reinforced(costs: &Tensor, log_p: &Tensor) -> Tensor {
    let costs = costs.detach();
    let mean = costs.mean_all();
    let surrogate = ((costs - &mean) * log_p).mean_all();
    mean + &surrogate - surrogate.detach()
}

impl Gan {
    /// How many words G chooses from, where it chooses.
    ///
    /// # Errors
    /// Data without clusters, or a part that asks for what a choice does not have.
    pub(super) fn word_count(&self, task: &Task<'_>) -> Result<Option<usize>, ConfigError> {
        let Some(words) = &self.words else {
            return Ok(None);
        };
        let refuse =
            |field: &str, problem: &str, cure: &str| Err(ConfigError::new(field, problem, cure));
        let clusters = match task.data {
            Data::Toy(toy) => toy.modes().map(|modes| modes.len()),
            Data::Images(_) | Data::Own(_) | Data::Pool(_) => None,
        };
        let Some(count) = clusters.filter(|&count| count > 1) else {
            return refuse(
                "words",
                "G chooses one of the data's clusters, and these data have none",
                "take a ring, a grid or a few points, or take words away",
            );
        };
        if self.encoder.is_some() {
            return refuse(
                "words",
                "an encoder learns through G's samples, and a choice has no slope",
                "take the encoder away, or words",
            );
        }
        let mean_of_batch = !cost::asks_each(self.cost);
        if words.estimator == Estimator::Reinforce && mean_of_batch {
            return refuse(
                "words.estimator",
                "reinforce asks what each sample costs, and this cost is one of the whole batch",
                "use another cost, such as non_saturating, or gumbel_softmax",
            );
        }
        if words.estimator == Estimator::Reinforce && self.codes.is_some() {
            return refuse(
                "words.estimator",
                "codes are learned through the slope of samples, which reinforce does without",
                "use gumbel_softmax, or take the codes away",
            );
        }
        Ok(Some(count))
    }

    /// What G's output says: points as they are, or the places of words that are chosen by it.
    pub(super) fn spoken(
        &self,
        task: &Task<'_>,
        output: Tensor,
        random: &Random,
    ) -> (Tensor, Option<Tensor>) {
        let (Some(words), Data::Toy(toy)) = (&self.words, task.data) else {
            return (output, None);
        };
        let Choice { weights, log_p } = words.choose(&output, random);
        let (dim, places) = (toy.dim(), toy.components());
        let said = |of: &dyn Fn(&Gaussian) -> f64| {
            let terms =
                (places.iter().enumerate()).map(|(k, place)| weights.narrow(1, k, 1) * of(place));
            let sum = terms.reduce(|sum, term| sum + term);
            sum.expect("there are words to choose from")
        };
        let axes: Vec<Tensor> = (0..dim)
            .map(|axis| said(&|place| place.mean[axis]))
            .collect();
        let x = Tensor::concat(&axes.iter().collect::<Vec<_>>(), 1);
        // Words are printed as the data's are, each with its own spread, or D would tell them by their sharpness.
        let spread = random.normal(&x.shape()) * said(&|place| place.std).detach();
        (x + spread, log_p)
    }
}
