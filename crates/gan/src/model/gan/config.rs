//! The fields of a game between a generator and a discriminator.

use serde::{Deserialize, Serialize};

use super::labels::Labels;
use super::spread::Spread;
use super::weight_penalty::WeightPenalty;
use super::words::Words;
use crate::config::{Network, Optimizer, Prior, one};
use crate::loss::Cost;

/// Both players and the game between them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Gan {
    /// The noise z that the generator starts from.
    pub prior: Prior,
    /// G: from noise to samples.
    pub generator: Network,
    /// D: from samples to a logit; its sigmoid is D(x). A critic's score in the Wasserstein game.
    pub discriminator: Network,
    /// What each player minimizes.
    #[serde(default)]
    pub cost: Cost,
    /// Factor on both costs; 0.5 gives the tutorial's equations 8, 10 and 13 to the letter.
    #[serde(default = "one")]
    #[cfg_attr(feature = "schema", schemars(range(min = 0.001, max = 100.0)))]
    pub cost_scale: f64,
    /// The target of D on real data: one-sided label smoothing where below 1 (tutorial, section 4.2).
    #[serde(default = "one")]
    #[cfg_attr(feature = "schema", schemars(range(min = 0.5, max = 1.0)))]
    pub real_label: f64,
    /// The target of D on samples: two-sided smoothing where above 0, which makes D reward what G already makes (tutorial,
    /// equation 15).
    #[serde(default)]
    #[cfg_attr(feature = "schema", schemars(range(min = 0.0, max = 0.5)))]
    pub fake_label: f64,
    /// A penalty on the slope of D, between real and generated samples or elsewhere (Gulrajani et al. 2017).
    #[serde(default)]
    pub gradient_penalty: Option<GradientPenalty>,
    /// A penalty on the size of D's weights (L2 regularization), fixed or as large as keeps D right about so often.
    #[serde(default)]
    pub weight_penalty: Option<WeightPenalty>,
    /// What G pays for samples that lie too close together, or that move unevenly with their noise.
    #[serde(default)]
    pub spread: Option<Spread>,
    /// Deviation of noise that D sees all samples through, real and generated (Sonderby et al. 2017; Arjovsky and Bottou 2017).
    #[serde(default)]
    #[cfg_attr(feature = "schema", schemars(range(min = 0.000_001, max = 10.0)))]
    pub instance_noise: Option<f64>,
    /// Samples that D judges together, all real or all generated, so that it sees what G leaves out (PacGAN, Lin et al. 2018).
    #[serde(default = "one_step")]
    #[cfg_attr(feature = "schema", schemars(range(min = 1, max = 16), extend("x-unit" = "samples")))]
    pub packing: usize,
    /// A label that the players see: G makes a sample of it, D tells whether a sample belongs to it (Mirza and Osindero 2014), or which
    /// one it has.
    #[serde(default)]
    pub labels: Option<Labels>,
    /// Codes beside the noise that a third network has to recover from the samples (Chen et al. 2016).
    #[serde(default)]
    pub codes: Option<Codes>,
    /// G chooses one of the data's clusters, as one chooses a word, instead of a point (tutorial, section 5.3).
    #[serde(default)]
    pub words: Option<Words>,
    /// An encoder from samples to noise; D then judges pairs of both (Donahue et al. 2017, Dumoulin et al. 2017).
    #[serde(default)]
    pub encoder: Option<Encoder>,
    /// How G learns.
    pub g_optimizer: Optimizer,
    /// How D learns.
    pub d_optimizer: Optimizer,
    /// The order and the number of updates within a step.
    #[serde(default)]
    pub schedule: Schedule,
}

/// Codes of InfoGAN: G sees them as its second input, Q reads them off the samples.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Codes {
    /// Values of the categorical code, each as likely.
    #[cfg_attr(feature = "schema", schemars(range(min = 2, max = 100)))]
    pub categories: usize,
    /// How many continuous codes there are, uniform from -1 to 1.
    #[serde(default)]
    #[cfg_attr(feature = "schema", schemars(range(min = 0, max = 16)))]
    pub continuous: usize,
    /// Factor on what Q knows of the codes, in both players' costs.
    #[serde(default = "one")]
    #[cfg_attr(feature = "schema", schemars(range(min = 0.0, max = 100.0)))]
    pub weight: f64,
    /// Q: from what enters D's last layer to a logit for each category and a mean for each continuous code.
    pub network: Network,
    /// How Q learns.
    pub optimizer: Optimizer,
}

/// The encoder of a bidirectional GAN. D takes the latent as its second input.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Encoder {
    /// E: from samples to latents.
    pub network: Network,
    /// Numbers of normal noise that E takes as its second input, which its condition layers join: one sample may have many latents
    /// then (ALI, Dumoulin et al. 2017). What is looked at later is the latent where the noise is 0.
    #[serde(default)]
    #[cfg_attr(feature = "schema", schemars(range(min = 0, max = 1024), extend("x-unit" = "numbers")))]
    pub noise: usize,
    /// How E learns.
    pub optimizer: Optimizer,
}

/// Keeps D's slope near a target.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct GradientPenalty {
    /// Factor on the penalty.
    #[cfg_attr(feature = "schema", schemars(range(min = 0.0, max = 1000.0)))]
    pub weight: f64,
    /// Only slopes above the target cost anything.
    #[serde(default)]
    pub one_sided: bool,
    /// The slope that costs nothing.
    #[serde(default = "one")]
    #[cfg_attr(feature = "schema", schemars(range(min = 0.0, max = 100.0)))]
    pub target: f64,
    /// Where the slope is taken.
    #[serde(default)]
    pub at: PenaltyPlace,
    /// At every which step D pays it, that many times as much: a slope costs a pass back through D, which most steps can do without
    /// (lazy regularization, Karras et al. 2020, section 3.1).
    #[serde(default = "one_step")]
    #[cfg_attr(feature = "schema", schemars(range(min = 1, max = 64), extend("x-unit" = "steps")))]
    pub every: usize,
}

/// Where a penalty on D's slope looks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum PenaltyPlace {
    /// On lines from real to generated samples (WGAN-GP, Gulrajani et al. 2017).
    #[default]
    Between,
    /// At real samples (R1 with the target 0, Mescheder et al. 2018).
    Real,
    /// At generated samples (R2 with the target 0).
    Fake,
    /// Near real samples: with normal noise of half their deviation (DRAGAN, Kodali et al. 2017).
    Around,
}

/// The order and the number of both players' updates within a step.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Schedule {
    /// Updates of D for each update of G (the paper's k).
    #[serde(default = "one_step")]
    #[cfg_attr(feature = "schema", schemars(range(min = 1, max = 20), extend("x-unit" = "updates")))]
    pub d_steps: usize,
    /// Updates of D that G looks ahead through, on its own samples, before it moves (unrolled GANs, Metz et al. 2017).
    #[serde(default)]
    #[cfg_attr(feature = "schema", schemars(range(min = 0, max = 10), extend("x-unit" = "updates")))]
    pub unrolled_steps: usize,
    /// Whether G sees the D that has just moved.
    #[serde(default)]
    pub order: Order,
}

impl Default for Schedule {
    fn default() -> Self {
        Self {
            d_steps: 1,
            unrolled_steps: 0,
            order: Order::Alternating,
        }
    }
}

pub(super) fn one_step() -> usize {
    1
}

/// Order of the players' moves within a step.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Order {
    /// D moves, then G against the new D.
    #[default]
    Alternating,
    /// Both move at once, from the same samples.
    Simultaneous,
}
