//! Plays a game: trains, draws samples, measures them, saves and resumes.

mod ask;
mod chains;
mod evaluate;
mod figures;
mod fit;
mod latent;
mod recovery;
mod saving;

use std::collections::VecDeque;

use ganlet_core::backend::{Choice, Info as SessionInfo, Place, Session, SessionError};
use ganlet_core::wgsl::Tuned;
use ganlet_core::{DeviceError, Slot};
use serde::Serialize;
use serde_json::Value;

pub use crate::metric::Evaluation;
pub use ask::{Ask, Question};
use chains::Chains;
pub use figures::{
    ANALOGIES, Analogy, AnalogyReport, Concept, CopyReport, InversionReport, SliderReport,
};
pub use latent::{Direction, DirectionKind, Inversion, InvertOptions, InvertProgress};
use recovery::Snapshot;

use crate::checkpoint::{CheckpointError, initial_bytes};
use crate::config::Data;
use crate::data::Toy;
use crate::error::{ConfigError, DataError, MetricError, excerpt};
use crate::experiment::ExperimentConfig;
use crate::latent::LatentError;
use crate::metric::classifier::{Classifier, ModelError};
use crate::model::{Dataset, Metric, RING, Traced, Update, ViewKind, entry};

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
    /// The device failed, or the program does not fit it.
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
         (tutorial, section 3.2.6)"
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
        "field `{field}`: this field shapes the model, so it cannot change while it trains; create a new trainer with \
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
    /// A question that the model cannot be asked.
    #[error("this model has no view `{found}`; it has {known}")]
    View {
        /// The name that was asked for.
        found: String,
        /// Names of those that there are.
        known: String,
    },
    /// A part of a question that a view cannot take.
    #[error("view `{view}`: {problem}; {cure}")]
    Input {
        /// Name of the view that was asked.
        view: &'static str,
        /// Why the view cannot take it.
        problem: String,
        /// What to pass instead.
        cure: String,
    },
    /// An update that the model does not have.
    #[error("this model has no update `{found}`; it has {known}")]
    Update {
        /// The name that was asked for.
        found: String,
        /// Names of those that there are.
        known: String,
    },
    /// Numbers that do not form samples.
    #[error("{what}: {found} numbers do not form rows of {row}; pass a multiple of {row}")]
    Length {
        /// Name of the argument that was refused.
        what: &'static str,
        /// How many numbers were passed.
        found: usize,
        /// How many one row has.
        row: usize,
    },
}

/// How a trainer is opened.
pub struct Options<'a> {
    /// Which backend to run on.
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
    /// What is being done.
    pub stage: Stage,
    /// Parts of the stage that are done.
    pub done: usize,
    /// Parts that the stage has.
    pub total: usize,
}

/// The stages of preparing a trainer, in order.
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

/// The metrics of one step, in the order of [`Trainer::metrics`]. Where players move one at a time, those of the last
/// move of the round.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// How many steps had been taken before it.
    pub step: u64,
    /// One value for each of [`Trainer::metrics`].
    pub values: Vec<f32>,
}

/// What a trainer runs on and what it takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Info {
    /// The backend, its adapter, and the bytes that buffers take.
    pub session: SessionInfo,
    /// Kernels that one training step runs.
    pub dispatches_per_step: usize,
    /// Steps taken: rounds of all updates, each of which ends with the last of them.
    pub step: u64,
}

/// A model under way: trains it, asks its views, measures and saves it.
///
/// ```
/// use ganlet::model::Dataset;
/// use ganlet::trainer::{Error, Options};
/// use ganlet::{ExperimentConfig, Trainer};
/// use ganlet_core::backend::Choice;
///
/// # pollster::block_on(async {
/// let config = ExperimentConfig::parse(r#"{"preset": "ring-vae", "batch": 32}"#)?;
/// let options = Options {
///     backend: Choice::Cpu,
///     threads: 1,
///     tuned: None,
///     seed: 1,
///     dataset: Dataset::None,
///     progress: &mut |_| {},
/// };
/// let mut trainer = Trainer::create(config, options).await?;
/// let row = trainer.train(10).await?;
/// assert_eq!(trainer.metrics()[0].name, "vae_loss");
/// assert!(row.values[0].is_finite());
///
/// let points = trainer.sample(4).await?; // [4, 2]
/// let latents = trainer.ask("encode", &[("x", &points)], 4).await?; // [4, 2]
/// assert_eq!(latents.len(), 8);
/// # Ok::<(), Error>(())
/// # })?;
/// # Ok::<(), Error>(())
/// ```
pub struct Trainer {
    config: ExperimentConfig,
    dataset: Dataset,
    traced: Traced,
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
    /// What views were asked last, by the program's inputs: what the device has is not sent again.
    written: Vec<Vec<f32>>,
    chains: Chains,
    /// Views of chains asked so far, so that each draws anew.
    asked: u32,
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
        // What pictures are made of.
        let drawn = [ViewKind::Scored, ViewKind::Decode, ViewKind::Score];
        let drawn = drawn.into_iter();
        let views = drawn.filter_map(|kind| trainer.traced.view_of(|found| found == kind));
        let views = views.map(|view| entry::view(view.name));
        let light = (trainer.traced.heavy_every > 1).then(|| entry::light(entry::TRAIN));
        let start = trainer.traced.program.entry(entry::START);
        let start = start.map(|_| entry::START.to_string());
        let steps = [entry::TRAIN.into()].into_iter().chain(light).chain(start);
        for name in steps.chain(views).collect::<Vec<String>>() {
            let entry = trainer.entry(&name);
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

    /// Starts training on a device that is there already; `dataset` is what the config names.
    ///
    /// # Errors
    /// Parts of the config that do not fit together, or more than the device holds.
    pub fn at(
        config: ExperimentConfig,
        dataset: Dataset,
        place: Place,
        seed: u32,
    ) -> Result<Self, Error> {
        let buffer_bytes = place.max_buffer_bytes();
        let traced = Traced::new(&config, &dataset, seed, buffer_bytes)?;
        let session = Session::new(&place, &traced.program)
            .map_err(|error| fit::explain(error, &config, &dataset, &place))?;
        let snapshot = Some(Snapshot::initial(&traced));
        let mut trainer = Self {
            config,
            dataset,
            traced,
            place,
            session,
            classifier: None,
            directions: None,
            seed,
            step: 0,
            recorded: 0,
            history: VecDeque::new(),
            snapshot,
            fixed_noise: vec![],
            written: vec![],
            chains: Chains::default(),
            asked: 0,
        };
        trainer.write_hyper()?;
        Ok(trainer)
    }

    fn entry(&self, name: &str) -> usize {
        self.traced
            .program
            .entry(name)
            .expect("every program has the entries of `model::entry`")
    }

    fn input(&self, name: &str) -> usize {
        let input = self.traced.program.input(name);
        input.expect("callers name inputs that the program has")
    }

    fn write_hyper(&mut self) -> Result<(), Error> {
        let slot = Slot::Input(self.input("hyper"));
        let values = self.traced.hyper.values();
        Ok(self.session.write(slot, bytemuck::cast_slice(&values))?)
    }

    /// Takes `steps` training steps and returns the metrics of the last one.
    ///
    /// # Errors
    /// [`Error::Diverged`] where a number stops being finite: the trainer is then back at the last good step.
    pub async fn train(&mut self, steps: u64) -> Result<Row, Error> {
        self.advance(entry::TRAIN, steps).await
    }

    /// One update of the model alone, by name. The last of a step's completes it.
    ///
    /// # Errors
    /// A name that is none of the model's updates; as [`train`](Self::train).
    pub async fn step_update(&mut self, update: &str) -> Result<Row, Error> {
        if self.traced.updates.iter().all(|u| u.name != update) {
            let known: Vec<&str> = self.traced.updates.iter().map(|u| u.name).collect();
            return Err(Error::Update {
                found: excerpt(update).into_owned(),
                known: known.join(", "),
            });
        }
        self.advance(&entry::update(update), 1).await
    }

    /// The updates of one step, in order.
    pub fn updates(&self) -> &[Update] {
        &self.traced.updates
    }

    /// The model, traced: its networks, views and program.
    pub fn traced(&self) -> &Traced {
        &self.traced
    }

    async fn advance(&mut self, name: &str, steps: u64) -> Result<Row, Error> {
        if self.step == 0 && steps > 0 {
            self.start_from_data().await?;
        }
        let mut left = steps;
        while left > 0 {
            let (entry, most) = self.next(name);
            let chunk = left.min(most).min(RING as u64);
            self.keep_snapshot().await?;
            self.session.start(entry, chunk as usize).await?;
            let rows = self.fetch_metrics(chunk).await?;
            for (good, values) in (0..).zip(rows) {
                let bad = values.iter().position(|v| !v.is_finite());
                self.history.pop_back_if(|row| row.step == self.step);
                let step = self.step;
                self.history.push_back(Row { step, values });
                if let Some(metric) = bad {
                    return Err(self
                        .recover(good, self.traced.metrics[metric].name, entry)
                        .await);
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
            values: vec![0.0; self.traced.metrics.len()],
        }))
    }

    /// Networks that start from data do so, unless they were updated already.
    async fn start_from_data(&mut self) -> Result<(), Error> {
        if let Some(entry) = self.traced.program.entry(entry::START) {
            self.session.start(entry, 1).await?;
            // What follows is replayed from here.
            self.snapshot = None;
        }
        Ok(())
    }

    /// The entry that stands for `name` at this step, and for how many runs.
    fn next(&self, name: &str) -> (usize, u64) {
        let every = self.traced.heavy_every as u64;
        match self.step % every {
            _ if every == 1 => (self.entry(name), u64::MAX),
            0 => (self.entry(name), 1),
            since => (self.entry(&entry::light(name)), every - since),
        }
    }

    /// How many steps so many runs of an entry are: a round is over with the last of its updates.
    fn steps_of(&self, entry: usize, runs: u64) -> u64 {
        let last = self.traced.updates.last();
        let last = last.map(|update| entry::update(update.name));
        let mut completes = [Some(entry::TRAIN.into()), last].into_iter().flatten();
        let name = &self.traced.program.entries[entry].name;
        let is = |complete: String| *name == complete || *name == entry::light(&complete);
        if completes.any(is) { runs } else { 0 }
    }

    /// The rows of the last `count` runs, which must not have been fetched yet.
    async fn fetch_metrics(&mut self, count: u64) -> Result<Vec<Vec<f32>>, Error> {
        let ring = self.read_state("metrics").await?;
        let ring: &[f32] = bytemuck::cast_slice(&ring);
        let width = self.traced.metrics.len();
        let row = |run: u64| {
            let at = (run % RING as u64) as usize * width;
            ring[at..at + width].to_vec()
        };
        Ok((self.recorded..self.recorded + count).map(row).collect())
    }

    /// The parameters of the network of this name, as its flat buffer: [`Traced::networks`] says what lies where.
    ///
    /// # Errors
    /// A device that fails.
    ///
    /// # Panics
    /// If there is no such network.
    pub async fn parameters(&mut self, network: &str) -> Result<Vec<f32>, Error> {
        let numbers = self.state_numbers(&format!("{network}.params")).await?;
        Ok(numbers.expect("callers name networks that the program has"))
    }

    /// The numbers of a state of the program, such as `g.reference`; nothing where it has none of this name.
    ///
    /// # Errors
    /// A device that fails.
    pub async fn state_numbers(&mut self, name: &str) -> Result<Option<Vec<f32>>, Error> {
        match self.traced.program.state(name) {
            Some(_) => Ok(Some(bytemuck::pod_collect_to_vec(
                &self.read_state(name).await?,
            ))),
            None => Ok(None),
        }
    }

    async fn read_state(&mut self, name: &str) -> Result<Vec<u8>, Error> {
        let state =
            (self.traced.program.state(name)).expect("callers name states that the program has");
        Ok(self.session.read(Slot::State(state)).await?)
    }

    /// The metrics, in the order of a [`Row`].
    pub fn metrics(&self) -> &[Metric] {
        &self.traced.metrics
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
        let live = self.traced.hyper.paths();
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
            self.traced.hyper.set(&path, number);
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
            Data::Images(_) | Data::Own(_) | Data::Pool(_) => None,
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
        self.traced.sample_len
    }

    /// Starts over from `seed`.
    ///
    /// # Errors
    /// A device that fails.
    pub async fn reset(&mut self, seed: u32) -> Result<(), Error> {
        let room = self.place.max_buffer_bytes();
        let fresh = Traced::new(&self.config, &self.dataset, seed, room)?;
        for (index, state) in fresh.saved_states() {
            self.session
                .write(Slot::State(index), &initial_bytes(state))?;
        }
        self.seed = seed;
        self.step = 0;
        self.recorded = 0;
        self.history.clear();
        self.directions = None;
        self.snapshot = Some(Snapshot::initial(&fresh));
        self.fixed_noise = vec![];
        self.chains = Chains::default();
        self.asked = 0;
        Ok(())
    }

    /// Frees everything on the device.
    pub fn destroy(&mut self) {
        self.session.destroy();
    }
}
