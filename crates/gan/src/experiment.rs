//! What an experiment is: one value that the page's controls, share links, checkpoints and the terminal all speak.
//!
//! Presets are values of it; a link or `--set` holds what differs. Every field validates itself with an error that
//! names it.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Map, Value};

#[cfg(feature = "schema")]
mod schema;
#[cfg(test)]
mod tests;

use crate::config::{Common, range};
use crate::error::{ConfigError, excerpt};
use crate::json;
use crate::model::gan::Gan;
use crate::model::{ModelConfig, Task, registry};
use crate::preset::{self, Preset};

/// A whole experiment: what is to be learned from, the model that learns, and for how long.
///
/// As JSON it is flat: the model's own fields stand beside the common ones, and `"model"` says whose they are. Without it the
/// model is a GAN, so that files and links from before there were others read on.
///
/// ```
/// use ganlet::ExperimentConfig;
///
/// let config = ExperimentConfig::parse(r#"{"preset": "ring", "g_optimizer": {"lr": 0.001}}"#)?;
/// assert_eq!(config.model.kind(), "gan");
/// assert_eq!(config.overrides()["g_optimizer"]["lr"], 0.001);
///
/// let error = ExperimentConfig::parse(r#"{"preset": "ring", "batch": 0}"#).unwrap_err();
/// assert_eq!(error.field, "batch");
/// # Ok::<(), ganlet::ConfigError>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct ExperimentConfig {
    /// The fields that every experiment has: data, batch, steps, monitor.
    pub common: Common,
    /// The kind of model, with its own fields.
    pub model: ModelConfig,
}

impl std::ops::Deref for ExperimentConfig {
    type Target = Common;

    fn deref(&self) -> &Common {
        &self.common
    }
}

impl std::ops::DerefMut for ExperimentConfig {
    fn deref_mut(&mut self) -> &mut Common {
        &mut self.common
    }
}

impl Preset {
    /// The experiment that the preset names.
    pub fn config(&self) -> ExperimentConfig {
        let mut config = self.config_json.clone();
        config["preset"] = Value::String(self.name.into());
        serde_json::from_value(config).expect("a test parses every preset")
    }
}

impl ExperimentConfig {
    /// The preset of this name.
    ///
    /// # Errors
    /// An unknown name; the error lists those that exist.
    pub fn preset(name: &str) -> Result<Self, ConfigError> {
        preset::find(name).map(Preset::config).ok_or_else(|| {
            let names: Vec<&str> = preset::all().iter().map(|p| p.name).collect();
            ConfigError::new(
                "preset",
                format!("there is no preset `{}`", excerpt(name)),
                format!("use one of {}", names.join(", ")),
            )
        })
    }

    /// From a preset's name, or from JSON: `{"preset": name, …what differs}`.
    ///
    /// # Errors
    /// Malformed JSON, an unknown preset or field, a value out of range: each names the field and the cure.
    pub fn parse(text: &str) -> Result<Self, ConfigError> {
        let (preset, overrides) = Self::asked(text)?;
        preset.with(&overrides)
    }

    /// What [`parse`](Self::parse) is asked for: a preset, and as JSON what differs from it.
    ///
    /// # Errors
    /// Malformed JSON, an unknown preset.
    pub fn asked(text: &str) -> Result<(Self, Value), ConfigError> {
        // Some editors begin a file with a byte-order mark.
        let text = text.trim_start_matches('\u{feff}').trim();
        if !text.starts_with('{') {
            return Ok((
                Self::preset(text.trim_matches('"'))?,
                Value::Object(Map::new()),
            ));
        }
        let overrides: Value = serde_json::from_str(text).map_err(|e| {
            ConfigError::new(
                "config",
                format!("this is not JSON ({e})"),
                "write {\"preset\": \"ring\"}",
            )
        })?;
        let name = overrides
            .get("preset")
            .and_then(Value::as_str)
            .unwrap_or_default();
        Ok((Self::preset(name)?, overrides))
    }

    /// This config with some fields replaced: objects are merged, `null` takes an optional part away, and an object of
    /// another `kind` replaces the old one whole. An object laid over a list replaces the elements that its keys number.
    ///
    /// # Errors
    /// As [`parse`](Self::parse).
    pub fn with(&self, overrides: &Value) -> Result<Self, ConfigError> {
        let mut base = self.to_value();
        let named = |config: &Value| config[registry::TAG].as_str().map(String::from);
        // Another kind of model has other fields.
        if named(overrides).is_some_and(|kind| kind != self.model.kind()) {
            base = serde_json::to_value(&self.common).expect("a config is plain data");
        }
        let mut merged = base.clone();
        json::merge(&mut merged, overrides, "")?;
        let config: Self = json::from_value(&merged).map_err(|error| {
            let merged = json::abridged(&merged);
            let cause = json::from_value::<Self>(&merged).err();
            let accepts = |value: &Value| json::from_value::<Self>(value).is_ok();
            ConfigError::new(
                json::culprit(&base, &merged, &accepts).join("."),
                // Rust's names of types mean nothing to a learner.
                ["usize", "u64", "u32"]
                    .iter()
                    .fold(cause.unwrap_or(error).to_string(), |cause, name| {
                        cause.replace(name, "a whole number from 0")
                    })
                    .replace("f64", "a number"),
                "see the preset's own config for the fields there are",
            )
        })?;
        config.validate()?;
        Ok(config)
    }

    /// This config with the fields at dotted paths replaced, as [`with`](Self::with) does it with
    /// `{"g_optimizer": {"lr": 0.1}}` for `g_optimizer.lr`. All are laid over each other first, and then checked together,
    /// so their order matters only where two say the same field.
    ///
    /// # Errors
    /// As [`parse`](Self::parse).
    pub fn with_paths(
        &self,
        changes: impl IntoIterator<Item = (impl AsRef<str>, Value)>,
    ) -> Result<Self, ConfigError> {
        self.with(&json::tree(changes)?)
    }

    /// What has to be laid over this config to make `other`, by dotted path; a part of another kind as a whole.
    pub fn changes(&self, other: &Self) -> Vec<(String, Value)> {
        json::changes(&self.to_value(), &other.to_value())
    }

    fn to_value(&self) -> Value {
        serde_json::to_value(self).expect("a config is plain data")
    }

    /// What differs from the preset, as JSON that [`parse`](Self::parse) reads; the preset's name is always there.
    pub fn overrides(&self) -> Value {
        let mut difference = match Self::preset(&self.preset) {
            Ok(preset) => {
                json::tree(preset.changes(self)).expect("what differs is laid over nothing")
            }
            Err(_) => self.to_value(),
        };
        difference["preset"] = Value::String(self.preset.clone());
        difference
    }

    /// Checks that every field lies in its range, and that the parts fit together.
    ///
    /// # Errors
    /// The first field that cannot work.
    pub fn validate(&self) -> Result<(), ConfigError> {
        range::check(&self.to_value())?;
        self.common.validate()?;
        self.model.model().validate(&Task::new(&self.common))
    }

    /// The fields of a GAN, where it is one.
    pub fn gan(&self) -> Option<&Gan> {
        match &self.model {
            ModelConfig::Gan(gan) => Some(gan),
            _ => None,
        }
    }

    /// The fields of a GAN to change, where it is one.
    pub fn gan_mut(&mut self) -> Option<&mut Gan> {
        match &mut self.model {
            ModelConfig::Gan(gan) => Some(gan),
            _ => None,
        }
    }
}

impl Serialize for ExperimentConfig {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let common = serde_json::to_value(&self.common).map_err(serde::ser::Error::custom)?;
        let mut fields = match common {
            Value::Object(fields) => fields,
            _ => Map::new(),
        };
        if self.model.kind() != ModelConfig::DEFAULT {
            fields.insert(registry::TAG.into(), self.model.kind().into());
        }
        fields.extend(self.model.to_fields());
        fields.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for ExperimentConfig {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        use serde::de::Error;
        let mut fields = Map::deserialize(deserializer)?;
        let kind = match fields.remove(registry::TAG) {
            None => ModelConfig::DEFAULT.into(),
            Some(Value::String(kind)) => kind,
            Some(other) => {
                let problem = format!(
                    "invalid {}: {other}, expected a name in quotes",
                    registry::TAG
                );
                return Err(D::Error::custom(problem));
            }
        };
        let (common, own): (Map<_, _>, Map<_, _>) =
            (fields.into_iter()).partition(|(name, _)| Common::FIELDS.contains(&name.as_str()));
        let common = json::from_value(&Value::Object(common)).map_err(D::Error::custom)?;
        let model = ModelConfig::from_fields(&kind, own).map_err(D::Error::custom)?;
        Ok(Self { common, model })
    }
}
