//! The kinds of models there are.

use serde_json::{Map, Value};

use super::Model;
use super::classifier::Classifier;
use super::density::Density;
use super::gan::Gan;
use super::gmmn::Gmmn;
use super::rbm::Rbm;
use super::semi_supervised::SemiSupervised;
use super::vae::Vae;

/// The name of the field that says which kind a config is of.
pub(crate) const TAG: &str = "model";

/// Declares the kinds: the name in configs, and the type that is its part of the config.
macro_rules! registry {
    ($($(#[$doc:meta])* $variant:ident($type:ty) = $name:literal),* $(,)?) => {
        /// The part of a config that belongs to its kind of model.
        #[derive(Clone, Debug, PartialEq)]
        #[cfg_attr(feature = "schema", derive(schemars::JsonSchema, serde::Serialize), schemars(tag = "model"))]
        pub enum ModelConfig {
            $($(#[$doc])* #[cfg_attr(feature = "schema", serde(rename = $name))] $variant($type)),*
        }

        impl ModelConfig {
            /// The names of all kinds.
            pub const KINDS: &[&str] = &[$($name),*];

            /// The name of its kind.
            pub fn kind(&self) -> &'static str {
                match self { $(Self::$variant(_) => $name),* }
            }

            /// What it declares and traces.
            pub fn model(&self) -> &dyn Model {
                match self { $(Self::$variant(model) => model),* }
            }

            /// Its fields as JSON.
            pub(crate) fn to_fields(&self) -> Map<String, Value> {
                let value = match self { $(Self::$variant(model) => serde_json::to_value(model)),* };
                match value { Ok(Value::Object(fields)) => fields, _ => Map::new() }
            }

            /// From its fields as JSON.
            ///
            /// # Errors
            /// An unknown kind, or fields that are not those of the kind.
            pub(crate) fn from_fields(kind: &str, fields: Map<String, Value>) -> serde_json::Result<Self> {
                let fields = Value::Object(fields);
                match kind {
                    $($name => crate::json::from_value(&fields).map(Self::$variant),)*
                    other => Err(serde::de::Error::unknown_variant(other, Self::KINDS)),
                }
            }
        }
    };
}

registry! {
    /// A game of a generator and a discriminator.
    Gan(Gan) = "gan",
    /// A variational autoencoder: an encoder and a decoder that raise a bound on the log density of the data.
    Vae(Vae) = "vae",
    /// A generative moment matching network: a generator without an opponent.
    Gmmn(Gmmn) = "gmmn",
    /// A restricted Boltzmann machine: hidden and visible units, and chains that sample them.
    Rbm(Rbm) = "rbm",
    /// A density with an unknown factor, found by telling data from noise.
    Density(Density) = "density",
    /// A classifier: a network that says what images show.
    Classifier(Classifier) = "classifier",
    /// A classifier that learns from few labels, and from a game with a generator.
    SemiSupervised(SemiSupervised) = "semi_supervised",
}

impl ModelConfig {
    /// The kind of a config that does not say.
    pub(crate) const DEFAULT: &str = "gan";
}
