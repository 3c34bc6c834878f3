//! From a config to a [`Program`]: one entry trains, one plays each update alone, one answers each view. Where a model pays something
//! at every so many-th step only, the first two have a lighter twin for the other steps.

use std::collections::HashMap;

use ganlet_core::program::StateDef;
use ganlet_core::{Builder, DType, Init, Program, Tensor};

use super::Model;
use super::describe::{InputKind, Metric, NetworkSpec, Update, View, ViewKind};
use super::hyper::Hyper;
use super::learner::{Learner, Room};
use super::look::Look;
use super::record::Record;
use super::scored;
use super::source::{self, Dataset};
use super::states::{Role, States};
use super::task::Task;
use super::trace::{Start, Trace};
use crate::config::Data;
use crate::error::ConfigError;
use crate::experiment::ExperimentConfig;
use crate::latent::invert;
use crate::layer::Param;
use crate::random::Random;

/// Names of the entries of a model's program.
pub mod entry {
    /// A whole step: every update in its order.
    pub const TRAIN: &str = "train";
    /// Before the first step, where a network starts from data: it is fitted to the first minibatch.
    pub const START: &str = "start";
    /// Input `draw` -> a batch of real data.
    pub const REAL: &str = "real";

    /// The entry that plays one update alone.
    pub fn update(name: &str) -> String {
        format!("update.{name}")
    }

    /// What stands for one of these two in most steps, where the model pays something at every so many-th alone.
    pub fn light(name: &str) -> String {
        format!("{name}.light")
    }

    /// What answers a view; its inputs are `VIEW.INPUT`.
    pub fn view(name: &str) -> String {
        format!("view.{name}")
    }
}

/// What is known of a network once it is traced.
#[derive(Clone, Debug)]
pub struct NetworkInfo {
    /// The prefix of its states.
    pub name: &'static str,
    /// The network's place in the config.
    pub field: &'static str,
    /// The parts of its flat buffer `NAME.params`.
    pub params: Vec<Param>,
    /// Whether what comes out of it are samples.
    pub makes_samples: bool,
}

/// A model, traced: the program and how to talk to it.
pub struct Traced {
    /// What a session runs.
    pub program: Program,
    /// The live hyper-parameters, in the order of the input `hyper`.
    pub hyper: Hyper,
    /// The networks, in the model's order.
    pub networks: Vec<NetworkInfo>,
    /// One training step, in order.
    pub updates: Vec<Update>,
    /// What can be asked of the model.
    pub views: Vec<View>,
    /// The metrics, in the order of a row of the state `metrics`.
    pub metrics: Vec<Metric>,
    /// At every which step the entries themselves are run, and the [light](entry::light) ones at all others.
    pub heavy_every: usize,
    /// How many samples the views handle at once.
    pub view_batch: usize,
    /// Numbers of one sample.
    pub sample_len: usize,
    roles: HashMap<String, Role>,
}

impl Traced {
    /// Traces the model of `config` on `dataset`, for a device whose buffers hold at most `buffer_bytes`.
    ///
    /// # Errors
    /// Parts of the config that do not fit together.
    pub fn new(
        config: &ExperimentConfig,
        dataset: &Dataset,
        seed: u32,
        buffer_bytes: u64,
    ) -> Result<Self, ConfigError> {
        config.validate()?;
        let model = config.model.model();
        let task = Task::loaded(&config.common, dataset);
        let (specs, mut views) = (model.networks(&task)?, model.views(&task)?);
        if task.is_image() {
            views.extend(scored::view(&views));
        }
        let view_batch = match &config.data {
            Data::Toy(_) => 1024,
            Data::Images(_) | Data::Own(_) | Data::Pool(_) => 64,
        };
        let room = Room {
            view_batch,
            bytes: buffer_bytes,
        };
        let b = Builder::new();
        let mut states = States::new(&b);
        let source = source::open(
            &mut states,
            &config.common,
            dataset,
            noise_len(&views),
            model.labelled(),
        )?;
        let hyper = Hyper::new(&b);
        let key_bytes: Vec<u8> = [seed, 0].iter().flat_map(|w| w.to_le_bytes()).collect();
        let key = states.declare(
            "random.key",
            &[2],
            DType::U32,
            Init::Bytes(key_bytes.into()),
            Role::Statistic,
        );
        let learner = |spec: &NetworkSpec<'_>| {
            let learner = Learner::new(&mut states, spec, config.batch, seed, source.mean(), room)?;
            Ok((spec.name, learner))
        };
        let learners = specs
            .iter()
            .map(learner)
            .collect::<Result<Vec<_>, ConfigError>>()?;
        let kept = model.states(&task);
        let own_states: Vec<Tensor> = (kept.iter())
            .map(|state| states.zeros(state.name, &state.shape, DType::F32, Role::Statistic))
            .collect();
        let state_names: Vec<&str> = kept.iter().map(|state| state.name).collect();
        let (updates, metrics) = (model.updates(), model.metrics(&task));
        let record = Record::new(&mut states, metrics.len());
        let optimizer_fields: Vec<&str> = specs.iter().map(|spec| spec.optimizer_field).collect();
        let start = Start {
            b: &b,
            source: &*source,
            hyper: &hyper,
            key: &key,
            task: &task,
            learners: &learners,
            optimizer_fields: &optimizer_fields,
            states: &own_states,
            state_names: &state_names,
            updates: &updates,
        };
        let steps = Steps {
            model,
            start,
            record: &record,
            metrics: &metrics,
        };
        let heavy_every = model.heavy_every();
        if learners
            .iter()
            .any(|(_, learner)| learner.starts_from_data())
        {
            steps.start();
        }
        steps.all(false);
        if heavy_every > 1 {
            steps.all(true);
        }
        let draw = b.input("draw", &[2], DType::U32);
        let random = Random::new(&draw);
        let look = Look {
            task: &task,
            random: &random,
            learners: &learners,
        };
        for view in &views {
            let (_, answer) = answer_of(&b, model, &look, &views, view, view_batch);
            b.entry(&entry::view(view.name), &[], &[("answer", &answer)]);
        }
        if task.is_image() {
            trace_inversion(&mut states, model, &look, &views);
        }
        b.entry(
            entry::REAL,
            &[],
            &[("real", &source.real(&b, &draw, view_batch))],
        );

        let networks = network_infos(&specs, &learners);
        let fields: Vec<&str> = specs.iter().map(|spec| spec.field).collect();
        let (roles, hyper) = (states.into_roles(), hyper.finish());
        let program = b.build().map_err(|error| {
            ConfigError::new(
                fields.join(", "),
                error.to_string(),
                "make the layers' sizes fit each other",
            )
        })?;
        Ok(Self {
            program,
            hyper,
            networks,
            updates,
            views,
            metrics,
            heavy_every,
            view_batch,
            sample_len: task.sample_len(),
            roles,
        })
    }

    /// What a state of its program is for.
    pub fn role(&self, state: &StateDef) -> Role {
        self.roles[&state.name]
    }

    /// The states that a checkpoint needs, with their indices.
    pub fn saved_states(&self) -> impl Iterator<Item = (usize, &StateDef)> {
        let states = self.program.states.iter().enumerate();
        states.filter(|(_, state)| self.role(state).is_saved())
    }

    /// The view of this name.
    pub fn view(&self, name: &str) -> Option<&View> {
        self.views.iter().find(|view| view.name == name)
    }

    /// The first view whose kind is as asked.
    pub fn view_of(&self, wanted: impl Fn(ViewKind) -> bool) -> Option<&View> {
        self.views.iter().find(|view| wanted(view.kind))
    }
}

pub(super) fn network_infos(
    specs: &[NetworkSpec<'_>],
    learners: &[(&'static str, Learner)],
) -> Vec<NetworkInfo> {
    (specs.iter().zip(learners))
        .map(|(spec, (name, learner))| NetworkInfo {
            name,
            field: spec.field,
            params: learner.stack.params.clone(),
            makes_samples: spec.makes_samples,
        })
        .collect()
}

/// Numbers of the noise that the model decodes.
fn noise_len(views: &[View]) -> usize {
    let inputs = views.iter().flat_map(|view| &view.inputs);
    let noise = inputs.filter(|input| matches!(input.kind, InputKind::Noise { .. }));
    noise.map(|input| input.len).next().unwrap_or(1)
}

/// The entries that move networks.
struct Steps<'a> {
    model: &'a dyn Model,
    start: Start<'a>,
    record: &'a Record,
    metrics: &'a [Metric],
}

impl Steps<'_> {
    /// A whole step, and each update alone.
    fn all(&self, light: bool) {
        let trace = Trace::new(&self.start, light);
        self.model.step(&trace);
        self.finish(entry::TRAIN, trace);
        for update in self.start.updates {
            self.alone(update, light);
        }
    }

    /// What networks that start from data are before the first step.
    fn start(&self) {
        let trace = Trace::starting(&self.start);
        self.model.step(&trace);
        let started = trace.started.expect("it is a starting one").into_inner();
        let updates: Vec<_> = (started.iter())
            .flat_map(|(index, learner)| self.start.learners[*index].1.updates(learner))
            .collect();
        let updates: Vec<_> = updates.iter().map(|(state, next)| (state, next)).collect();
        self.start.b.entry(entry::START, &updates, &[]);
    }

    /// One update; the others are traced where they stand then, for what they record.
    fn alone(&self, update: &Update, light: bool) {
        let trace = Trace::new(&self.start, light);
        trace.update(update, |t| self.model.loss(update.name, t));
        for other in self.start.updates.iter().filter(|other| *other != update) {
            trace.observe(other, |t| self.model.loss(other.name, t));
        }
        self.finish(&entry::update(update.name), trace);
    }

    fn finish(&self, name: &str, trace: Trace<'_>) {
        let (b, light) = (self.start.b, trace.is_light());
        let recorded = trace.metrics.into_inner();
        let row = self.metrics.iter().map(|metric| {
            let found = recorded.iter().find(|(name, _)| name == metric.name);
            let (_, value) = found.expect("a model records every metric that it declares");
            value.clone()
        });
        let mut updates = Vec::from(self.record.push(b, &row.collect::<Vec<_>>()));
        updates.push((self.start.key.clone(), self.start.key + b.iota(&[2], 0)));
        updates.extend(self.start.source.updates(b));
        let learners = trace.learners.into_inner();
        let mut moved = trace.moved.into_inner();
        moved.sort_unstable();
        for index in moved {
            let (_, before) = &self.start.learners[index];
            updates.extend(before.updates(&learners[index].1));
        }
        let own = trace.states.into_inner();
        // One that no update replaced is its own next value.
        updates.extend(own);
        let updates: Vec<_> = updates.iter().map(|(state, next)| (state, next)).collect();
        let lighter = light.then(|| entry::light(name));
        b.entry(lighter.as_deref().unwrap_or(name), &updates, &[]);
    }
}

/// The inputs of a view for `batch` rows, in the order in which it declares them, and its answer to them.
pub(super) fn answer_of(
    b: &Builder,
    model: &dyn Model,
    look: &Look<'_>,
    views: &[View],
    view: &View,
    batch: usize,
) -> (Vec<Tensor>, Tensor) {
    let input = |input: &super::describe::Input| {
        b.input(
            &format!("{}.{}", view.name, input.name),
            &[batch, input.len],
            DType::F32,
        )
    };
    let inputs: Vec<Tensor> = view.inputs.iter().map(input).collect();
    let answer = match view.kind {
        ViewKind::Scored => scored::trace(model, look, views, &inputs),
        _ => model.view(view.name, look, &inputs),
    };
    (inputs, answer)
}

/// The way back from an image, where something decodes noise.
fn trace_inversion(states: &mut States<'_>, model: &dyn Model, look: &Look<'_>, views: &[View]) {
    let Some(view) = views.iter().find(|view| view.kind == ViewKind::Decode) else {
        return;
    };
    let Some(prior) = view.prior() else {
        return;
    };
    // Whatever else it decodes is held where the question says.
    let b = states.builder();
    let held = |input: &super::describe::Input| match input.kind {
        InputKind::Noise { .. } => None,
        _ => Some(b.input(&invert::held(input.name), &[1, input.len], DType::F32)),
    };
    let held: Vec<Option<Tensor>> = view.inputs.iter().map(held).collect();
    let decode = |z: &Tensor| {
        let inputs: Vec<Tensor> = (held.iter().zip(&view.inputs))
            .map(|(held, input)| match held {
                Some(held) => held.broadcast_to(&[invert::STARTS, input.len]),
                None => z.clone(),
            })
            .collect();
        model.view(view.name, look, &inputs)
    };
    invert::trace(states, prior, view.len, decode);
}
