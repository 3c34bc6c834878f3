//! Named experiments: a config with what it teaches, where the tutorial explains it, and the number that shows it works.
//!
//! Each is one JSON file of this folder.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::sync::LazyLock;

use crate::config::ExperimentConfig;
use crate::json;

/// A named experiment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Preset {
    /// What people call it.
    pub title: String,
    /// Where the page lists it.
    pub group: Group,
    /// The section of the tutorial or paper that it shows.
    pub teaches: String,
    /// What to watch for, in a sentence or two.
    pub summary: String,
    /// The number that shows that it works.
    #[serde(default)]
    pub goal: Option<Goal>,
    config: Value,
    /// The name in configs, links and the terminal.
    #[serde(skip)]
    pub name: &'static str,
}

/// Sections of the page's list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Group {
    /// Distributions in one or two dimensions.
    Toys,
    /// Sets of images.
    Images,
    /// The games that the library is timed on.
    Bench,
}

/// A metric and what it should reach.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Goal {
    /// Its name in [`Evaluation`](crate::trainer::Evaluation).
    pub metric: String,
    /// The least value that counts as working.
    #[serde(default)]
    pub at_least: Option<f64>,
    /// The largest value that counts as working.
    #[serde(default)]
    pub at_most: Option<f64>,
}

impl Preset {
    /// The experiment that the preset names.
    pub fn config(&self) -> ExperimentConfig {
        let mut config = self.config.clone();
        config["preset"] = Value::String(self.name.into());
        serde_json::from_value(config).expect("a test parses every preset")
    }
}

macro_rules! presets {
    ($($name:literal),* $(,)?) => {
        [$(($name, include_str!(concat!("preset/", $name, ".json")))),*]
    };
}

static PRESETS: LazyLock<Vec<Preset>> = LazyLock::new(|| {
    presets![
        "ring",
        "ring-collapse",
        "ring-unrolled",
        "ring-wgan-gp",
        "ring-cgan",
        "ring-vae",
        "ring-gmmn",
        "grid",
        "moons",
        "line-1d",
        "mnist-mlp",
        "mnist-goodfellow-2014",
        "mnist-dcgan",
        "mnist-cgan",
        "mnist-infogan",
        "mnist-bigan",
        "mnist-vae",
        "mnist-gmmn",
        "mnist-rbm",
        "mnist-classifier",
        "mnist-wgan-gp-conv",
        "mnist-sngan",
        "fashion-dcgan",
        "faces-dcgan",
        "bench-mlp",
        "bench-dcgan",
        "bench-ring",
        "bench-wgan-gp",
    ]
    .into_iter()
    .map(|(name, text)| {
        let preset: Preset = json::from_str(text).expect("a test parses every preset");
        Preset { name, ..preset }
    })
    .collect()
});

/// All presets, in the order of the page's list.
pub fn all() -> &'static [Preset] {
    &PRESETS
}

/// The preset of this name.
pub fn find(name: &str) -> Option<&'static Preset> {
    all().iter().find(|p| p.name == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_preset_is_valid_and_round_trips() {
        for preset in all() {
            let config = preset.config();
            config
                .validate()
                .unwrap_or_else(|e| panic!("{}: {e}", preset.name));
            let text = config.overrides().to_string();
            assert_eq!(text, format!("{{\"preset\":\"{}\"}}", preset.name));
            assert_eq!(ExperimentConfig::parse(&text).unwrap(), config);
        }
    }
}
