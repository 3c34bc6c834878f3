//! Named experiments: a config with what it teaches, where the tutorial explains it, and the number that shows it works.
//!
//! Each is one JSON file of this folder.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::fmt;
use std::sync::LazyLock;

use crate::json;
use crate::metric::Evaluation;

/// A named experiment. Without the crate's feature `words` it has its name and its config alone.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
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
    /// What to try next, as [`ideas`](Self::ideas) reads it.
    #[serde(default, rename = "ideas")]
    pub ideas_json: Value,
    /// Its config as JSON, without its name.
    #[serde(rename = "config")]
    pub(crate) config_json: Value,
    /// The name in configs, links and the terminal.
    #[serde(skip)]
    pub name: &'static str,
}

/// Sections of the page's list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Group {
    /// Distributions in one or two dimensions.
    #[default]
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

impl Goal {
    /// Whether what was measured reaches it; never where it was not measured.
    pub fn is_met(&self, found: &Evaluation) -> bool {
        found.get(&self.metric).is_some_and(|&value| {
            self.at_least.is_none_or(|least| value >= least)
                && self.at_most.is_none_or(|most| value <= most)
        })
    }
}

impl fmt::Display for Goal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.metric)?;
        let bounds = [("at least", self.at_least), ("at most", self.at_most)];
        (bounds.iter())
            .filter_map(|(word, bound)| Some((word, (*bound)?)))
            .try_for_each(|(word, bound)| write!(f, " {word} {bound}"))
    }
}

/// What to try next: another preset, or this one with other settings.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Idea {
    /// What the button says.
    pub label: String,
    /// What to watch for.
    pub why: String,
    /// Another preset to begin from.
    #[serde(default)]
    pub preset: Option<String>,
    /// What differs from it, by dotted path.
    #[serde(default)]
    pub overrides: Map<String, Value>,
    /// What should come out; of another preset without a word of its own, that preset's goal.
    #[serde(default)]
    pub predicts: Option<Prediction>,
}

/// How a metric should differ from that of the preset as it is, with the same seed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Prediction {
    /// Its name in [`Evaluation`].
    pub metric: String,
    /// It is larger by at least this.
    #[serde(default)]
    pub rises_by: Option<f64>,
    /// It is smaller by at least this.
    #[serde(default)]
    pub falls_by: Option<f64>,
}

impl Prediction {
    /// Whether it came true between two measurements; never where one diverged or did not measure it.
    pub fn came_true(&self, before: &Evaluation, after: &Evaluation) -> bool {
        let rise = (before.get(&self.metric)).zip(after.get(&self.metric));
        rise.map(|(before, after)| after - before)
            .is_some_and(|rise| {
                self.rises_by.is_none_or(|least| rise >= least)
                    && self.falls_by.is_none_or(|least| -rise >= least)
            })
    }
}

impl fmt::Display for Prediction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.metric)?;
        let bounds = [("rises by", self.rises_by), ("falls by", self.falls_by)];
        (bounds.iter())
            .filter_map(|(word, bound)| Some((word, (*bound)?)))
            .try_for_each(|(word, bound)| write!(f, " {word} {bound} or more"))
    }
}

impl Preset {
    /// What to try next. Pages read the JSON instead, so that no module has to hold a reader of it.
    pub fn ideas(&self) -> Vec<Idea> {
        match &self.ideas_json {
            Value::Null => vec![],
            ideas => Vec::deserialize(ideas).expect("a test reads every idea"),
        }
    }
}

/// The names of all presets, in the order of the page's list.
macro_rules! names {
    ($apply:ident) => {
        $apply![
            "ring",
            "ring-collapse",
            "ring-unrolled",
            "ring-minibatch",
            "ring-penalty",
            "ring-wgan-gp",
            "ring-cgan",
            "ring-ali",
            "ring-vae",
            "ring-gmmn",
            "ring-words",
            "grid",
            "moons",
            "line-1d",
            "line-nce",
            "mnist-mlp",
            "mnist-goodfellow-2014",
            "mnist-dcgan",
            "mnist-stacked",
            "mnist-cgan",
            "mnist-infogan",
            "mnist-infogan-mlp",
            "mnist-bigan",
            "mnist-vae",
            "mnist-gmmn",
            "mnist-rbm",
            "mnist-classifier",
            "mnist-semi",
            "mnist-semi-conv",
            "mnist-wgan-gp-conv",
            "mnist-sngan",
            "fashion-dcgan",
            "faces-dcgan",
            "cifar-dcgan",
            "bench-mlp",
            "bench-dcgan",
            "bench-ring",
            "bench-wgan-gp",
        ]
    };
}

/// The presets' files.
#[cfg(feature = "words")]
macro_rules! files {
    ($($name:literal),* $(,)?) => {
        [$(($name, include_str!(concat!("preset/", $name, ".json")))),*]
    };
}

#[cfg(feature = "words")]
static PRESETS: LazyLock<Vec<Preset>> = LazyLock::new(|| {
    let preset = |(name, text): (&'static str, &str)| {
        let preset: Preset = json::from_str(text).expect("a test parses every preset");
        Preset { name, ..preset }
    };
    names!(files).into_iter().map(preset).collect()
});

/// What is left of the presets' files without their words, for whoever has those elsewhere: an object of configs by name. A test
/// writes it.
pub const CONFIGS: &str = include_str!("presets.json");

#[cfg(not(feature = "words"))]
macro_rules! list {
    ($($name:literal),* $(,)?) => { [$($name),*] };
}

#[cfg(not(feature = "words"))]
static PRESETS: LazyLock<Vec<Preset>> = LazyLock::new(|| {
    let mut configs: Map<String, Value> =
        json::from_str(CONFIGS).expect("a test writes the configs");
    let preset = |name: &'static str| Preset {
        name,
        config_json: configs.remove(name).unwrap_or_default(),
        ..Preset::default()
    };
    names!(list).into_iter().map(preset).collect()
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
    use crate::ExperimentConfig;

    /// What is called the same game differs in one switch.
    #[test]
    fn the_same_game_is_the_same_but_for_its_switch() {
        for (one, other, switch) in [
            ("ring-collapse", "ring-unrolled", "schedule.unrolled_steps"),
            ("ring-collapse", "ring-minibatch", "discriminator.layers"),
        ] {
            let [one, other] = [one, other].map(|name| find(name).unwrap().config());
            let paths = other.changes(&ExperimentConfig {
                common: crate::config::Common {
                    preset: other.preset.clone(),
                    ..one.common
                },
                ..one
            });
            let differs = paths.iter().map(|(path, _)| path.as_str());
            assert!(
                differs.clone().count() > 0 && differs.clone().all(|path| path.starts_with(switch)),
                "{}: {:?}",
                other.preset,
                differs.collect::<Vec<_>>()
            );
        }
    }

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
