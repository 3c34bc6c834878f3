//! What a table compares: JSON files of this folder. A row is what differs from a preset.

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use ganlet::ExperimentConfig;
use ganlet::preset::Goal;
use serde::Deserialize;
use serde_json::{Map, Value};

/// A comparison: every row on every base.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Definition {
    pub(super) title: String,
    /// The section of the tutorial or paper.
    pub(super) teaches: String,
    /// What is compared, and what came out.
    pub(super) about: String,
    /// What is printed, by the names of an evaluation and of what training records.
    pub(super) metrics: Vec<String>,
    bases: Vec<Base>,
    rows: Vec<Difference>,
}

/// What all rows start from.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Base {
    /// Stands before a row's name where there are several bases.
    name: String,
    preset: String,
    #[serde(default)]
    overrides: Map<String, Value>,
}

/// What one row changes, by dotted path.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Difference {
    name: String,
    /// Another preset than the base's, whose changes do not hold then.
    #[serde(default)]
    preset: Option<String>,
    #[serde(default)]
    overrides: Map<String, Value>,
    /// What it is to reach, on the base of this name.
    #[serde(default)]
    goals: BTreeMap<String, Vec<Goal>>,
}

/// A row of a table, ready to run.
pub(super) struct Entry {
    pub(super) name: String,
    pub(super) config: ExperimentConfig,
    pub(super) goals: Vec<Goal>,
}

macro_rules! tables {
    ($($name:literal),* $(,)?) => {
        /// The tables that are defined by files, in the order of the catalogue.
        pub(super) const NAMES: [&str; [$($name),*].len()] = [$($name),*];

        fn text(name: &str) -> Option<&'static str> {
            match name {
                $($name => Some(include_str!(concat!($name, ".json"))),)*
                _ => None,
            }
        }
    };
}

tables![
    "costs",
    "f-gan",
    "f-gan-digits",
    "balance",
    "mode-collapse",
    "grid",
    "spread",
    "cures",
    "regularizers",
    "accuracy",
    "stacked",
    "nce",
    "labels",
    "discrete",
    "semi-supervised",
    "inference"
];

impl Definition {
    pub(super) fn find(name: &str) -> Option<Self> {
        text(name).map(|text| serde_json::from_str(text).expect("a test reads every table"))
    }

    /// Every row on every base.
    ///
    /// # Errors
    /// A row whose config cannot work.
    pub(super) fn entries(&self) -> Result<Vec<Entry>> {
        let mut entries = Vec::new();
        for base in &self.bases {
            for row in &self.rows {
                let name = match self.bases.len() {
                    1 => row.name.clone(),
                    _ => format!("{}: {}", base.name, row.name),
                };
                let of_base = base.overrides.iter().filter(|_| row.preset.is_none());
                let changes = of_base.chain(&row.overrides);
                let changes = changes.map(|(path, value)| (path, value.clone()));
                let preset = row.preset.as_ref().unwrap_or(&base.preset);
                let config = ExperimentConfig::preset(preset)?
                    .with_paths(changes)
                    .with_context(|| name.clone())?;
                entries.push(Entry {
                    name,
                    config,
                    goals: row.goals.get(&base.name).cloned().unwrap_or_default(),
                });
            }
        }
        Ok(entries)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_table_is_made_of_configs_that_work_and_differ() {
        for name in NAMES {
            let definition = Definition::find(name).unwrap();
            let entries = definition.entries().unwrap();
            for (i, entry) in entries.iter().enumerate() {
                for other in &entries[..i] {
                    assert_ne!(entry.name, other.name, "{name}");
                    assert_ne!(
                        entry.config, other.config,
                        "{name}: {} and {}",
                        entry.name, other.name
                    );
                }
            }
            for row in &definition.rows {
                for base in row.goals.keys() {
                    assert!(
                        definition.bases.iter().any(|known| known.name == *base),
                        "{name}: {base}"
                    );
                }
            }
        }
    }
}
