//! Plays a game: trains, draws samples, measures them, saves and resumes.

mod evaluate;
mod figures;
mod fit;
mod latent;
mod recovery;
mod saving;
mod views;

use std::collections::VecDeque;

use ganlet_core::backend::{Choice, Info as SessionInfo, Place, Session, SessionError};
use ganlet_core::wgsl::Tuned;
use ganlet_core::{DeviceError, Slot};
use serde::Serialize;
use serde_json::Value;

pub use evaluate::Evaluation;
pub use figures::{
    ANALOGIES, Analogy, AnalogyReport, Concept, CopyReport, InversionReport, SliderReport,
};
pub use latent::{Direction, DirectionKind, Inversion, InvertOptions, InvertProgress};
use recovery::Snapshot;

use crate::checkpoint::{self, CheckpointError};
use crate::config::{Data, ExperimentConfig};
use crate::data::Toy;
use crate::error::{ConfigError, DataError, MetricError};
use crate::game::{Dataset, Game, RING, entry};
use crate::latent::{LatentError, Truncation, draw};
use crate::metric::classifier::{Classifier, ModelError};

/// Rows of metrics that are kept for curves.
const HISTORY: usize = 8192;

/// Why a trainer could not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The config cannot work.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// There is no such device.
    #[error(transparent)]
    Device(#[from] DeviceError),
    /// The device failed.
    #[error(transparent)]
    Session(#[from] SessionError),
    /// A data file cannot be used.
    #[error(transparent)]
    Data(#[from] DataError),
    /// A checkpoint cannot be used.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
    /// Samples cannot be measured.
    #[error(transparent)]
    Metric(#[from] MetricError),
    /// Training left the finite numbers.
    #[error(
        "training diverged at step {step}: {tensor} is not finite. The trainer is back at step {restored}, the last good \
         one. Try a smaller learning rate (g_optimizer.lr, d_optimizer.lr), or a cost whose gradient is bounded \
         (tutorial, section 3.2.5)"
    )]
    Diverged {
        /// The step that failed.
        step: u64,
        /// The first tensor that was not finite.
        tensor: String,
        /// Where the trainer stands now.
        restored: u64,
        /// What was recorded from there on, down to the first row that is not finite: how it went wrong. The history has
        /// none of it, for those steps are yet to be taken.
        lost: Vec<Row>,
    },
    /// A change that needs a new trainer.
    #[error(
        "field `{field}`: this field shapes the game, so it cannot change while it is played; create a new trainer with \
         it; live fields are {live}"
    )]
    Structural {
        /// Dotted path of the field.
        field: String,
        /// The fields that can change, as a list.
        live: String,
    },
    /// A latent tool cannot do what was asked.
    #[error(transparent)]
    Latent(#[from] LatentError),
    /// A classifier's file cannot be used.
    #[error(transparent)]
    Classifier(#[from] ModelError),
    /// Numbers that do not form samples.
    #[error("{what}: {found} numbers do not form rows of {row}; pass a multiple of {row}")]
    Length {
        /// Which argument.
        what: &'static str,
        /// How many numbers were passed.
        found: usize,
        /// How many one row has.
        row: usize,
    },
}

/// How a trainer is opened.
pub struct Options<'a> {
    /// Where to run.
    pub backend: Choice,
    /// Threads of the CPU backend.
    pub threads: usize,
    /// Tiles that were measured on the GPU at hand; those of another are ignored.
    pub tuned: Option<Tuned>,
    /// What every random number depends on.
    pub seed: u32,
    /// Loaded images, where the config asks for them.
    pub dataset: Dataset,
    /// Hears what is being prepared, and how far it is.
    pub progress: &'a mut dyn FnMut(Progress),
}

/// What is being prepared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Progress {
    /// The stage.
    pub stage: Stage,
    /// How much of it is done.
    pub done: usize,
    /// Of how much.
    pub total: usize,
}

/// Stages of preparation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// Looking for a device.
    Adapter,
    /// Tracing and planning the game, allocating buffers.
    Init,
    /// Compiling kernels.
    Compile,
}

/// The metrics of one step, in the order of [`Trainer::metric_names`]. Where players move one at a time, those of the last
/// move of the round.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// How many steps had been taken before it.
    pub step: u64,
    /// The values.
    pub values: Vec<f32>,
}

/// Which player moves alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Player {
    /// The discriminator.
    D,
    /// The generator.
    G,
}

/// What a trainer runs on and what it takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Info {
    /// Backend, adapter, bytes.
    pub session: SessionInfo,
    /// Kernels that one training step runs.
    pub dispatches_per_step: usize,
    /// Steps taken: rounds of the schedule, each of which ends with the update of G.
    pub step: u64,
}

/// A game under way.
pub struct Trainer {
    config: ExperimentConfig,
    dataset: Dataset,
    game: Game,
    place: Place,
    session: Session,
    classifier: Option<Classifier>,
    /// Directions in latent space, and the step that they belong to.
    directions: Option<(u64, Vec<Direction>)>,
    seed: u32,
    step: u64,
    /// Rows of metrics that the device has recorded, one for each run of an entry. They count from a multiple of [`RING`].
    recorded: u64,
    history: VecDeque<Row>,
    snapshot: Option<Snapshot>,
    /// The noise of every redraw.
    fixed_noise: Vec<f32>,
}

impl Trainer {
    /// Traces the game, finds a place for it and compiles the training step.
    ///
    /// # Errors
    /// A config that cannot work, no such device, a program too large for it.
    pub async fn create(config: ExperimentConfig, options: Options<'_>) -> Result<Self, Error> {
        let report = |stage, done, total| Progress { stage, done, total };
        (options.progress)(report(Stage::Adapter, 0, 1));
        let mut place = Place::find(options.backend, options.threads).await?;
        if let Some(tuned) = &options.tuned {
            place.tune(tuned);
        }
        (options.progress)(report(Stage::Init, 0, 1));
        let mut trainer = Self::at(config, options.dataset, place, options.seed)?;
        for name in [entry::TRAIN, entry::SAMPLE, entry::DISCRIMINATE] {
            let entry = trainer.entry(name);
            trainer
                .session
                .prepare(entry, &mut |done, total| {
                    (options.progress)(report(Stage::Compile, done, total))
                })
                .await
                // A browser tells only now that its GPU has no memory left.
                .map_err(|error| {
                    fit::explain(error, &trainer.config, &trainer.dataset, &trainer.place)
                })?;
        }
        Ok(trainer)
    }

    fn at(
        config: ExperimentConfig,
        dataset: Dataset,
        place: Place,
        seed: u32,
    ) -> Result<Self, Error> {
        let buffer_bytes = place.max_buffer_bytes();
        let game = Game::new(&config, &dataset, seed, buffer_bytes)?;
        let session = Session::new(&place, &game.program)
            .map_err(|error| fit::explain(error, &config, &dataset, &place))?;
        let fixed_noise = draw(&config.prior, game.view_batch, seed, Truncation::NONE);
        let snapshot = Some(Snapshot::initial(&game.program));
        let mut trainer = Self {
            config,
            dataset,
            game,
            place,
            session,
            classifier: None,
            directions: None,
            seed,
            step: 0,
            recorded: 0,
            history: VecDeque::new(),
            snapshot,
            fixed_noise,
        };
        trainer.write_hyper()?;
        Ok(trainer)
    }

    fn entry(&self, name: &str) -> usize {
        self.game
            .program
            .entry(name)
            .expect("every game has the entries of `game::entry`")
    }

    fn write_hyper(&mut self) -> Result<(), Error> {
        let slot = Slot::Input(
            self.game
                .program
                .input("hyper")
                .expect("every game has this input"),
        );
        Ok(self
            .session
            .write(slot, bytemuck::cast_slice(&self.game.hyper.values()))?)
    }

    /// Takes `steps` training steps and returns the metrics of the last one.
    ///
    /// # Errors
    /// [`Error::Diverged`] where a number stops being finite: the trainer is then back at the last good step.
    pub async fn train(&mut self, steps: u64) -> Result<Row, Error> {
        self.advance(entry::TRAIN, steps).await
    }

    /// One update of one player alone. That of G completes a step.
    ///
    /// # Errors
    /// As [`train`](Self::train).
    pub async fn step_player(&mut self, player: Player) -> Result<Row, Error> {
        let name = match player {
            Player::D => entry::STEP_D,
            Player::G => entry::STEP_G,
        };
        self.advance(name, 1).await
    }

    async fn advance(&mut self, name: &'static str, steps: u64) -> Result<Row, Error> {
        let entry = self.entry(name);
        let mut left = steps;
        while left > 0 {
            let chunk = left.min(RING as u64);
            self.keep_snapshot().await?;
            self.session.run(entry, chunk as usize).await?;
            let rows = self.fetch_metrics(chunk).await?;
            for (good, values) in (0..).zip(rows) {
                let bad = values.iter().position(|v| !v.is_finite());
                self.history.pop_back_if(|row| row.step == self.step);
                let step = self.step;
                self.history.push_back(Row { step, values });
                if let Some(metric) = bad {
                    return Err(self.recover(good, self.game.metrics[metric], entry).await);
                }
                self.step += self.steps_of(entry, 1);
            }
            if let Some(snapshot) = &mut self.snapshot {
                snapshot.note(entry, chunk);
            }
            self.recorded += chunk;
            let surplus = self.history.len().saturating_sub(HISTORY);
            self.history.drain(..surplus);
            left -= chunk;
        }
        Ok(self.history.back().cloned().unwrap_or(Row {
            step: self.step,
            values: vec![0.0; self.game.metrics.len()],
        }))
    }

    /// How many steps of the game so many runs of an entry are: a round is over when G has moved.
    fn steps_of(&self, entry: usize, runs: u64) -> u64 {
        if entry == self.entry(entry::STEP_D) {
            0
        } else {
            runs
        }
    }

    /// The rows of the last `count` runs, which must not have been fetched yet.
    async fn fetch_metrics(&mut self, count: u64) -> Result<Vec<Vec<f32>>, Error> {
        let ring = self.read_state("metrics").await?;
        let ring: &[f32] = bytemuck::cast_slice(&ring);
        let width = self.game.metrics.len();
        let row = |run: u64| {
            let at = (run % RING as u64) as usize * width;
            ring[at..at + width].to_vec()
        };
        Ok((self.recorded..self.recorded + count).map(row).collect())
    }

    async fn read_state(&mut self, name: &str) -> Result<Vec<u8>, Error> {
        let state = self
            .game
            .program
            .state(name)
            .expect("callers name states that every game has");
        Ok(self.session.read(Slot::State(state)).await?)
    }

    /// Names of the metrics, in the order of a [`Row`].
    pub fn metric_names(&self) -> &[&'static str] {
        &self.game.metrics
    }

    /// The rows recorded from step `since` on, one a step, as far as they are kept. That of the step under way is not final.
    pub fn history(&self, since: u64) -> impl Iterator<Item = &Row> {
        self.history.iter().filter(move |row| row.step >= since)
    }

    /// Changes a live hyper-parameter at a dotted `path` of the config.
    ///
    /// # Errors
    /// An unknown field, a value out of range, or a field that shapes the networks: that needs a new trainer.
    pub fn set(&mut self, path: &str, value: Value) -> Result<(), Error> {
        self.change(self.config.with_paths([(path, value)])?)
    }

    /// Goes on with `config`, which may differ in live hyper-parameters, and in the steps that a run takes.
    ///
    /// # Errors
    /// A field that shapes the networks: that needs a new trainer. Nothing has changed then.
    pub fn change(&mut self, config: ExperimentConfig) -> Result<(), Error> {
        let live = self.game.hyper.paths();
        let mut numbers = Vec::new();
        for (path, value) in self.config.changes(&config) {
            match value.as_f64().filter(|_| live.contains(&path)) {
                Some(number) => numbers.push((path, number as f32)),
                None if path == "steps" => {}
                None => {
                    return Err(Error::Structural {
                        field: path,
                        live: live.join(", "),
                    });
                }
            }
        }
        self.config = config;
        if numbers.is_empty() {
            return Ok(());
        }
        for (path, number) in numbers {
            self.game.hyper.set(&path, number);
        }
        // Steps before this one cannot be replayed with the new values.
        self.snapshot = None;
        self.write_hyper()
    }

    /// The config as it is now, live changes included.
    pub fn config(&self) -> &ExperimentConfig {
        &self.config
    }

    /// The toy that is being learned, if it is one.
    pub fn toy(&self) -> Option<&Toy> {
        match &self.config.data {
            Data::Toy(toy) => Some(toy),
            Data::Images(_) | Data::Pool(_) => None,
        }
    }

    /// The seed of every random number.
    pub fn seed(&self) -> u32 {
        self.seed
    }

    /// What the trainer runs on and what it takes.
    pub fn info(&self) -> Info {
        let session = self.session.info();
        let dispatches_per_step = session.dispatches[self.entry(entry::TRAIN)];
        Info {
            session,
            dispatches_per_step,
            step: self.step,
        }
    }

    /// Extent of one sample.
    pub fn sample_len(&self) -> usize {
        self.game.sample_len
    }

    /// Starts over from `seed`.
    ///
    /// # Errors
    /// A device that fails.
    pub async fn reset(&mut self, seed: u32) -> Result<(), Error> {
        let fresh = Game::new(
            &self.config,
            &self.dataset,
            seed,
            self.place.max_buffer_bytes(),
        )?;
        for (index, state) in fresh.program.states.iter().enumerate() {
            if checkpoint::is_learned(state) {
                self.session
                    .write(Slot::State(index), &checkpoint::initial_bytes(state))?;
            }
        }
        self.seed = seed;
        self.step = 0;
        self.recorded = 0;
        self.history.clear();
        self.directions = None;
        self.snapshot = Some(Snapshot::initial(&fresh.program));
        self.fixed_noise = draw(
            &self.config.prior,
            self.game.view_batch,
            seed,
            Truncation::NONE,
        );
        Ok(())
    }

    /// Frees everything on the device.
    pub fn destroy(&mut self) {
        self.session.destroy();
    }
}
