//! What runs reached, kept as they end, so that a table of hours can be stopped and taken up again.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use ganlet::ExperimentConfig;
use ganlet::trainer::Evaluation;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::file;

/// A run that ended: a line of the file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Run {
    config: Value,
    seed: u32,
    steps: u64,
    /// Nothing where it diverged.
    reached: Option<Evaluation>,
}

/// The runs that ended so far, and the file that has them too.
#[derive(Default)]
pub(super) struct Kept {
    path: Option<PathBuf>,
    runs: Vec<Run>,
}

impl Kept {
    /// What stands in the file, which need not be there yet; nothing without one.
    ///
    /// # Errors
    /// A file that cannot be read, or is no list of runs.
    pub(super) fn open(path: Option<&Path>) -> Result<Self> {
        let mut kept = Self {
            path: path.map(Path::to_path_buf),
            runs: vec![],
        };
        if let Some(path) = path.filter(|path| path.exists()) {
            for (line, text) in (1..).zip(file::read_text(path)?.lines()) {
                let run = serde_json::from_str(text).with_context(|| {
                    format!(
                        "line {line} of {} is no run that a table kept; name another file, or one that is not there yet",
                        file::shown(path)
                    )
                })?;
                kept.runs.push(run);
            }
        }
        Ok(kept)
    }

    /// What a run reached that ended before; the inner nothing is one that diverged.
    pub(super) fn find(
        &self,
        config: &ExperimentConfig,
        seed: u32,
        steps: u64,
    ) -> Result<Option<Option<Evaluation>>> {
        let config = serde_json::to_value(config)?;
        let found = self
            .runs
            .iter()
            .find(|run| run.config == config && run.seed == seed && run.steps == steps);
        Ok(found.map(|run| run.reached.clone()))
    }

    /// Takes note of a run.
    ///
    /// # Errors
    /// A file that cannot be written.
    pub(super) fn add(
        &mut self,
        config: &ExperimentConfig,
        seed: u32,
        steps: u64,
        reached: &Option<Evaluation>,
    ) -> Result<()> {
        let Some(path) = &self.path else {
            return Ok(());
        };
        // JSON has no other numbers.
        if reached
            .iter()
            .flatten()
            .any(|(_, value)| !value.is_finite())
        {
            return Ok(());
        }
        self.runs.push(Run {
            config: serde_json::to_value(config)?,
            seed,
            steps,
            reached: reached.clone(),
        });
        let mut text = String::new();
        for run in &self.runs {
            text += &serde_json::to_string(run)?;
            text.push('\n');
        }
        file::write(path, text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_is_found_again_by_all_that_decides_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("runs.jsonl");
        let config = |text: &str| ExperimentConfig::parse(text).unwrap();
        let (ring, other) = (
            config(r#"{"preset": "ring"}"#),
            config(r#"{"preset": "ring", "batch": 32}"#),
        );
        let reached = Some(Evaluation::from([("modes".into(), 0.1 + 0.2)]));
        let mut kept = Kept::open(Some(&path)).unwrap();
        assert_eq!(kept.find(&ring, 0, 10).unwrap(), None);
        kept.add(&ring, 0, 10, &reached).unwrap();
        kept.add(&ring, 1, 10, &None).unwrap();
        let kept = Kept::open(Some(&path)).unwrap();
        assert_eq!(kept.find(&ring, 0, 10).unwrap(), Some(reached));
        assert_eq!(kept.find(&ring, 1, 10).unwrap(), Some(None));
        for (config, seed, steps) in [(&other, 0, 10), (&ring, 2, 10), (&ring, 0, 11)] {
            assert_eq!(kept.find(config, seed, steps).unwrap(), None);
        }
    }

    #[test]
    fn a_file_of_something_else_is_named_with_its_line() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("runs.jsonl");
        file::write(&path, "{\"modes\": 8}\n").unwrap();
        let error = Kept::open(Some(&path)).map(|_| ()).unwrap_err().to_string();
        assert!(
            error.contains("line 1 of") && error.contains("runs.jsonl"),
            "{error}"
        );
    }
}
