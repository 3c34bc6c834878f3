//! What a run leaves behind: two tables, checkpoints and pictures. What an earlier run left is gone on with, or left alone;
//! only `--overwrite` takes it away.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use ganlet::checkpoint::Checkpoint;
use ganlet::trainer::{Evaluation, Row, Trainer};

use super::table::{Table, last_row};
use crate::file;

const LOSSES: &str = "losses.csv";
const METRICS: &str = "metrics.csv";
const CHECKPOINT: &str = "checkpoint.safetensors";
const MODEL: &str = "model.safetensors";
/// Pictures are called `samples.png` and `samples-000500.png`.
const PICTURES: (&str, &str) = ("samples", ".png");

/// The folder of `--out`, and how this run begins in it.
pub(super) struct Place {
    path: PathBuf,
    /// Steps taken when this run begins.
    start: u64,
    /// Files of an earlier run that make room for this one.
    old: Vec<PathBuf>,
}

impl Place {
    /// Looks whether a run may begin in the folder at `path`; nothing in it has changed then. The run is a fresh one, or goes
    /// on from a checkpoint: its file, and the steps taken.
    pub(super) fn find(
        path: &Path,
        resumed: Option<(&Path, u64)>,
        overwrite: bool,
    ) -> Result<Self> {
        fs::create_dir_all(path)
            .with_context(|| format!("{} cannot be made", file::shown(path)))?;
        let mut place = Self {
            path: path.to_path_buf(),
            start: resumed.map_or(0, |(_, step)| step),
            old: Vec::new(),
        };
        let is_here = |file: &Path| {
            let folder = file
                .canonicalize()
                .ok()
                .and_then(|f| Some(f.parent()?.to_path_buf()));
            folder.is_some_and(|folder| path.canonicalize().is_ok_and(|path| path == folder))
        };
        if let Some((checkpoint, step)) = resumed.filter(|(file, _)| is_here(file)) {
            let last =
                last_row(&place.path.join(LOSSES))?.and_then(|row| row.first()?.parse().ok());
            let recorded = last.map_or(0, |last: u64| last + 1);
            if recorded > step && !overwrite {
                bail!(
                    "{LOSSES} in {} goes on to step {recorded}, and {} is of step {step}; name another folder, or \
                     --overwrite the rows after it",
                    file::shown(path),
                    file::shown(checkpoint)
                );
            }
            return Ok(place);
        }
        let old = place.left_by_a_run()?;
        if let Some(first) = old.first().filter(|_| !overwrite) {
            bail!(
                "{} holds an earlier run ({}); name another folder, go on from it with --resume {}, or --overwrite it",
                file::shown(path),
                first.file_name().unwrap_or_default().to_string_lossy(),
                file::shown(&path.join(CHECKPOINT))
            );
        }
        place.old = old;
        Ok(place)
    }

    /// The files here that only a run leaves.
    fn left_by_a_run(&self) -> Result<Vec<PathBuf>> {
        let is_ours = |name: &str| {
            let picture = name.starts_with(PICTURES.0) && name.ends_with(PICTURES.1);
            picture || [LOSSES, METRICS, CHECKPOINT, MODEL].contains(&name)
        };
        let entries = fs::read_dir(&self.path)
            .with_context(|| format!("{} cannot be read", file::shown(&self.path)))?;
        let mut found = Vec::new();
        for entry in entries {
            let entry = entry?;
            if entry.file_name().to_str().is_some_and(is_ours) {
                found.push(entry.path());
            }
        }
        found.sort();
        Ok(found)
    }

    /// Begins, with tables whose columns are `names`.
    pub(super) fn open(self, names: &[&str]) -> Result<Folder> {
        for file in &self.old {
            fs::remove_file(file)
                .with_context(|| format!("{} cannot be taken away", file::shown(file)))?;
        }
        let (path, start) = (self.path, self.start);
        let columns: Vec<&str> = ["step"].iter().chain(names).copied().collect();
        let losses = Table::open(&path.join(LOSSES), &columns, |step| step < start)?;
        let metrics = path.join(METRICS);
        let columns = ["step", "seconds", "metric", "value"];
        let table = Table::open(&metrics, &columns, |step| step <= start)?;
        let seconds = last_row(&metrics)?.and_then(|row| row.get(1)?.parse().ok());
        Ok(Folder {
            path,
            losses,
            metrics: table,
            seconds: seconds.unwrap_or(0.0),
        })
    }
}

/// The folder of a run under way.
pub(super) struct Folder {
    path: PathBuf,
    losses: Table,
    metrics: Table,
    /// How long the run had been trained when it was measured last, before it was gone on with.
    seconds: f64,
}

impl Folder {
    /// Adds rows to the table of losses.
    pub(super) fn rows<'a>(&mut self, rows: impl IntoIterator<Item = &'a Row>) -> Result<()> {
        let fields = |row: &Row| {
            let values = row.values.iter().map(ToString::to_string);
            [row.step.to_string()]
                .into_iter()
                .chain(values)
                .collect::<Vec<_>>()
        };
        self.losses.add(rows.into_iter().map(fields))
    }

    /// Adds what was measured after `step` steps, and after so much time of this run.
    pub(super) fn metrics(
        &mut self,
        step: u64,
        spent: Duration,
        metrics: &Evaluation,
    ) -> Result<()> {
        let seconds = format!("{:.2}", self.seconds + spent.as_secs_f64());
        let fields = |(name, value): (&String, &f64)| {
            [
                step.to_string(),
                seconds.clone(),
                name.clone(),
                value.to_string(),
            ]
        };
        self.metrics.add(metrics.iter().map(fields))
    }

    /// Saves what was learned: the checkpoint, and the weights alone, as the page ships models.
    pub(super) async fn save(&self, trainer: &mut Trainer) -> Result<()> {
        let checkpoint: Checkpoint = trainer.checkpoint().await?;
        file::write(&self.path.join(CHECKPOINT), checkpoint.to_bytes()?)?;
        file::write(
            &self.path.join(MODEL),
            checkpoint.weights_only().to_bytes()?,
        )
    }

    /// The place of a picture of samples: those after `step` steps, or the last ones.
    pub(super) fn picture(&self, step: Option<u64>) -> PathBuf {
        let (name, extension) = PICTURES;
        let step = step.map(|step| format!("-{step:06}")).unwrap_or_default();
        self.path.join(format!("{name}{step}{extension}"))
    }
}
