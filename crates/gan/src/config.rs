//! The words that a config is written in: data, priors, networks, optimizers, and the ranges of all fields. Kinds of models
//! put theirs together from them; [`experiment`](crate::experiment) is the whole.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use serde_json::Value;

mod network;
mod optimizer;
pub(crate) mod range;

pub(crate) use network::batch_norm_eps;
pub use network::{Init, Layer, Network, Resample, Upsampling};
pub use optimizer::Optimizer;

use crate::data::{Attribute, ImageKind, ImageSet, OwnImages, Toy, stack};
use crate::error::ConfigError;
use crate::json::{self, tagged};

/// The JSON schema of [`ExperimentConfig`](crate::ExperimentConfig), with descriptions and ranges. Generated from the types; a test
/// holds the two together, and writes it anew with `GANLET_BLESS=1 cargo test -p ganlet-tests --test schema`.
pub const SCHEMA: &str = include_str!("config/schema.json");

/// What is left of [`SCHEMA`] without its words: what a config is checked by. The same test writes it.
pub const RANGES: &str = include_str!("config/ranges.json");

/// What every experiment has.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Common {
    /// The preset that this config started from.
    pub preset: String,
    /// What is to be imitated.
    pub data: Data,
    /// Samples in one minibatch, of real data and of noise each.
    #[cfg_attr(feature = "schema", schemars(range(min = 1, max = 8192), extend("x-unit" = "samples")))]
    pub batch: usize,
    /// Training steps that a run takes unless told otherwise.
    #[cfg_attr(feature = "schema", schemars(range(min = 1, max = 10_000_000), extend("x-unit" = "steps")))]
    pub steps: u64,
    /// What is recorded at every step.
    #[serde(default)]
    pub monitor: Monitor,
}

pub(crate) fn one() -> f64 {
    1.0
}

/// Where real samples come from.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(untagged)]
pub enum Data {
    /// A distribution in one or two dimensions whose density is known.
    Toy(Toy),
    /// Images from files.
    Images(ImageData),
    /// Images of a person's own.
    Own(OwnImages),
    /// The fixed batches of the peers' benchmark.
    Pool(PoolData),
}

impl Data {
    /// The value of black, where these are images; white is 1.
    pub fn black(&self) -> Option<f64> {
        match self {
            Data::Images(data) => Some(data.black),
            Data::Own(data) => Some(data.black),
            Data::Toy(_) | Data::Pool(_) => None,
        }
    }

    /// How many of the loaded training images are learned from.
    pub fn learned(&self, loaded: &ImageSet) -> usize {
        let all = loaded.train.len();
        match self {
            Data::Images(data) => data.images.min(all),
            Data::Toy(_) | Data::Own(_) | Data::Pool(_) => all,
        }
    }

    /// Rows, columns, and values of a pixel, where these are images.
    pub fn image_shape(&self) -> Option<[usize; 3]> {
        match self {
            Data::Images(data) => Some(data.shape()),
            Data::Own(data) => Some(data.shape()),
            Data::Toy(_) | Data::Pool(_) => None,
        }
    }
}

/// A set of images.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ImageData {
    /// Which set of images.
    pub kind: ImageKind,
    /// How many of the training images to learn from, at most; 50,000 is the 2014 paper's split of MNIST.
    #[serde(default = "all_images")]
    #[cfg_attr(feature = "schema", schemars(range(min = 100, max = 60_000), extend("x-unit" = "images")))]
    pub images: usize,
    /// Grey images laid over each other as the colours of one, drawn at random: two digits give 100 combinations, three 1,000
    /// (Metz et al. 2017).
    #[serde(default = "one_image")]
    #[cfg_attr(feature = "schema", schemars(range(min = 1, max = 3), extend("x-unit" = "images")))]
    pub stacked: usize,
    /// The value of black; white is 1. Use 0 with a sigmoid, -1 with a tanh at the end of G.
    #[serde(default = "minus_one")]
    #[cfg_attr(feature = "schema", schemars(range(min = -1.0, max = 0.0)))]
    pub black: f64,
}

impl ImageData {
    /// Rows, columns, and values of a pixel.
    pub fn shape(&self) -> [usize; 3] {
        let [height, width, channels] = self.kind.facts().shape;
        [height, width, channels * self.stacked]
    }

    /// What labels say, in their order: of stacked images, what each shows.
    pub fn attributes(&self) -> Cow<'static, [Attribute]> {
        stack::attributes(&self.kind.facts().attributes, self.stacked)
    }

    pub(crate) fn validate(&self) -> Result<(), ConfigError> {
        if self.stacked > 1 && self.kind.facts().shape[2] > 1 {
            return Err(ConfigError::new(
                "data.stacked",
                format!("images of {} have colours of their own", self.kind.name()),
                "use 1, or grey images such as mnist",
            ));
        }
        Ok(())
    }
}

fn one_image() -> usize {
    1
}

fn all_images() -> usize {
    60_000
}

fn minus_one() -> f64 {
    -1.0
}

/// Four fixed batches of real data and of noise: the same numbers on every library that is compared.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(
    feature = "schema",
    derive(schemars::JsonSchema),
    schemars(tag = "kind")
)]
#[serde(remote = "Self", rename_all = "snake_case", deny_unknown_fields)]
pub enum PoolData {
    /// Uniform numbers, or points on a ring.
    BenchPool {
        /// Extent of one sample.
        #[cfg_attr(feature = "schema", schemars(range(min = 1, max = 65_536)))]
        dim: usize,
        /// Points on a ring of 8 modes instead of uniform numbers.
        #[serde(default)]
        ring: bool,
    },
}

tagged!(PoolData);

impl<'de> Deserialize<'de> for Data {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        use serde::de::Error;
        let value = Value::deserialize(deserializer)?;
        let kind = value
            .get("kind")
            .and_then(Value::as_str)
            .unwrap_or_default();
        match kind {
            kind if ImageKind::ALL.iter().any(|k| k.name() == kind) => {
                json::from_value(&value).map(Data::Images)
            }
            "own_images" => json::from_value(&value).map(Data::Own),
            "bench_pool" => json::from_value(&value).map(Data::Pool),
            _ => json::from_value(&value).map(Data::Toy),
        }
        .map_err(D::Error::custom)
    }
}

/// The distribution of z.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Prior {
    /// Its shape; all have mean 0.
    #[serde(default)]
    pub kind: PriorKind,
    /// How many numbers z has.
    #[cfg_attr(feature = "schema", schemars(range(min = 1, max = 1024), extend("x-unit" = "numbers")))]
    pub dim: usize,
    /// Standard deviation of the normal, half width of the uniform, size of a sign.
    #[serde(default = "one")]
    #[cfg_attr(feature = "schema", schemars(range(min = 0.001, max = 100.0)))]
    pub scale: f64,
}

/// Shapes of the prior.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum PriorKind {
    /// Gaussian.
    #[default]
    Normal,
    /// Equal between minus and plus the scale.
    Uniform,
    /// Minus or plus the scale, each as likely: for data of kinds with nothing between them (Brock et al. 2019, appendix E).
    Signs,
}

/// What is recorded at every step.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Monitor {
    /// Costs, D's mean verdicts, and the norms of both gradients.
    #[default]
    Full,
    /// Only the two costs.
    Costs,
}

impl Common {
    /// The names of its fields; all others belong to the model.
    pub(crate) const FIELDS: [&str; 5] = ["preset", "data", "batch", "steps", "monitor"];

    pub(crate) fn validate(&self) -> Result<(), ConfigError> {
        match &self.data {
            Data::Images(images) => images.validate(),
            Data::Pool(PoolData::BenchPool { dim, ring: true }) if *dim != 2 => {
                Err(ConfigError::new(
                    "data.ring",
                    format!("points on a ring have 2 numbers, not {dim}"),
                    "set data.dim to 2, or ring to false",
                ))
            }
            _ => Ok(()),
        }
    }
}
