//! What a loss is written against: one training step under construction.

use std::cell::{Cell, RefCell};

use ganlet_core::grad::grad;
use ganlet_core::{Builder, Tensor};

use super::describe::Update;
use super::hyper::Hyper;
use super::learner::Learner;
use super::source::{Batch, Source};
use super::task::Task;
use crate::config::{Monitor, Prior};
use crate::layer::Features;
use crate::random::Random;

/// One training step under construction: networks as they are at this moment of it, draws, and what is recorded.
pub struct Trace<'a> {
    task: &'a Task<'a>,
    source: &'a dyn Source,
    hyper: &'a Hyper,
    random: Random,
    /// Networks with the places of their optimizers in the config.
    pub(super) learners: RefCell<Vec<(&'static str, Learner)>>,
    pub(super) optimizer_fields: &'a [&'static str],
    /// What the model keeps beside networks: the state, and its value at this moment.
    pub(super) states: RefCell<Vec<(Tensor, Tensor)>>,
    state_names: &'a [&'static str],
    /// Which of the model's updates is being traced, and the batch statistics of every pass since it began.
    update: Cell<usize>,
    passes: RefCell<Vec<(&'static str, Vec<Tensor>)>>,
    pub(super) metrics: RefCell<Vec<(String, Tensor)>>,
    /// The updates in the model's order.
    pub(super) updates: &'a [Update],
    /// The networks that an update has moved.
    pub(super) moved: RefCell<Vec<usize>>,
    /// Whether networks stay as they are: what is traced is only to be recorded.
    frozen: Cell<bool>,
    light: bool,
    /// While networks start from data: those that did, before any update.
    pub(super) started: Option<RefCell<Vec<(usize, Learner)>>>,
}

/// How a trace begins.
pub(super) struct Start<'a> {
    pub(super) b: &'a Builder,
    pub(super) source: &'a dyn Source,
    pub(super) hyper: &'a Hyper,
    pub(super) key: &'a Tensor,
    pub(super) task: &'a Task<'a>,
    pub(super) learners: &'a [(&'static str, Learner)],
    pub(super) optimizer_fields: &'a [&'static str],
    pub(super) states: &'a [Tensor],
    pub(super) state_names: &'a [&'static str],
    pub(super) updates: &'a [Update],
}

impl<'a> Trace<'a> {
    pub(super) fn new(start: &Start<'a>, light: bool) -> Self {
        Self {
            task: start.task,
            source: start.source,
            hyper: start.hyper,
            random: Random::new(start.key),
            learners: RefCell::new(start.learners.to_vec()),
            optimizer_fields: start.optimizer_fields,
            states: RefCell::new(
                start
                    .states
                    .iter()
                    .map(|s| (s.clone(), s.clone()))
                    .collect(),
            ),
            state_names: start.state_names,
            update: Cell::new(0),
            passes: RefCell::default(),
            metrics: RefCell::default(),
            updates: start.updates,
            moved: RefCell::default(),
            frozen: Cell::new(false),
            light,
            started: None,
        }
    }

    /// A step in which networks start from the first that they see.
    pub(super) fn starting(start: &Start<'a>) -> Self {
        Self {
            started: Some(RefCell::default()),
            ..Self::new(start, false)
        }
    }

    /// Lets a network start from `x`, if this is the step for that and the first that it sees.
    fn start(&self, index: usize, x: &Tensor, condition: Option<&Tensor>) {
        let Some(started) = &self.started else { return };
        let learner = self.learners.borrow()[index].1.clone();
        let before = started.borrow().iter().any(|(of, _)| *of == index);
        if before || !learner.starts_from_data() {
            return;
        }
        let learner = learner.started(x, condition, &self.random);
        self.learners.borrow_mut()[index].1 = learner.clone();
        started.borrow_mut().push((index, learner));
    }

    fn index(&self, network: &str) -> usize {
        let found = (self.learners.borrow().iter()).position(|(name, _)| *name == network);
        found.expect("a model asks for networks that it declares")
    }

    fn learner(&self, network: &str) -> Learner {
        self.learners.borrow()[self.index(network)].1.clone()
    }

    /// What the model is to learn from.
    pub fn task(&self) -> &Task<'a> {
        self.task
    }

    /// Whether this step does without what the model pays at every [so many](super::Model::heavy_every)-th step alone.
    pub fn is_light(&self) -> bool {
        self.light
    }

    /// Samples in one minibatch.
    pub fn batch_size(&self) -> usize {
        self.task.batch
    }

    /// A minibatch of the data, drawn anew at every call.
    pub fn data(&self) -> Batch {
        self.source.batch(&self.random, self.task.batch)
    }

    /// A minibatch of the few samples whose labels the model [learns from](super::Model::labelled), drawn anew at every call.
    pub fn labelled(&self) -> Batch {
        self.source.labelled(&self.random, self.task.batch)
    }

    /// Noise `[batch, prior.dim]`, drawn anew at every call.
    pub fn noise(&self, prior: &Prior) -> Tensor {
        self.source
            .noise(&self.random, self.task.batch, prior, self.update.get())
    }

    /// Where between two samples a penalty looks, `[batch, 1]` in 0 to 1.
    pub fn mix(&self) -> Tensor {
        self.source.mix(&self.random, self.task.batch)
    }

    /// The draws of this step.
    pub fn random(&self) -> &Random {
        &self.random
    }

    /// The live hyper-parameter at `path` of the config, shape `[]`.
    pub fn hyper(&self, path: &str, value: f64) -> Tensor {
        self.hyper.get(path, value)
    }

    /// Whether samples of a batch see each other in this network while it trains.
    pub fn couples_samples(&self, network: &str) -> bool {
        self.learner(network).stack.couples_samples()
    }

    /// The output of a network for a training batch, `[batch, numbers]`. Batch norms use the batch's statistics; those of every
    /// pass since the update began move the running ones, where the update trains this network.
    pub fn apply(&self, network: &str, x: &Tensor, condition: Option<&Tensor>) -> Tensor {
        self.features(network, x, condition).output
    }

    /// The output of a network with what its last layer with parameters starts from.
    pub fn features(&self, network: &str, x: &Tensor, condition: Option<&Tensor>) -> Features {
        let index = self.index(network);
        self.learners.borrow_mut()[index].1.refer(x);
        self.start(index, x, condition);
        let (name, learner) = self.learners.borrow()[index].clone();
        let (output, stats) = learner.forward(x, condition, &self.random);
        if !stats.is_empty() {
            self.passes.borrow_mut().push((name, stats));
        }
        output
    }

    /// As [`features`](Self::features) for a pass that is none of the update's own: its statistics move nothing.
    pub fn probe(&self, network: &str, x: &Tensor, condition: Option<&Tensor>) -> Features {
        let learner = self.learner(network);
        learner.forward(x, condition, &self.random).0
    }

    /// A part of a network's parameters, by its name there.
    pub fn parameter(&self, network: &str, part: &str) -> Tensor {
        self.learner(network).parameter(part, false)
    }

    /// All parameters of a network, `[numbers]`.
    pub fn parameters(&self, network: &str) -> Tensor {
        self.learner(network).params
    }

    /// What the model keeps under this name, as it is at this moment of the step.
    pub fn state(&self, name: &str) -> Tensor {
        self.states.borrow()[self.state_index(name)].1.clone()
    }

    /// Replaces what the model keeps under this name.
    pub fn set_state(&self, name: &str, value: &Tensor) {
        if self.frozen.get() {
            return;
        }
        self.states.borrow_mut()[self.state_index(name)].1 = value.clone();
    }

    fn state_index(&self, name: &str) -> usize {
        let found = self.state_names.iter().position(|known| *known == name);
        found.expect("a model asks for states that it declares")
    }

    /// Records a metric of this step, shape `[]`.
    pub fn record(&self, metric: &str, value: &Tensor) {
        let mut metrics = self.metrics.borrow_mut();
        metrics.retain(|(name, _)| name != metric);
        metrics.push((metric.into(), value.clone()));
    }

    /// Whether more than the losses is recorded.
    pub fn records_all(&self) -> bool {
        self.task.monitor == Monitor::Full
    }

    /// Traces one update: its networks follow the gradient of `loss`.
    pub fn update(&self, update: &Update, loss: impl FnOnce(&Self) -> Tensor) {
        self.begin(update.name);
        let loss = loss(self);
        self.descend(&[(update, loss)]);
    }

    /// Traces what an update would do, for what it records.
    pub(super) fn observe(&self, update: &Update, loss: impl FnOnce(&Self) -> Tensor) {
        self.frozen.set(true);
        self.update(update, loss);
        self.frozen.set(false);
    }

    /// Begins the update of this name: passes through networks count for it from here on.
    pub fn begin(&self, update: &str) {
        let found = self.updates.iter().position(|u| u.name == update);
        self.update
            .set(found.expect("a model traces updates that it declares"));
        self.passes.borrow_mut().clear();
    }

    /// Moves the networks of several updates at once, each against its own loss, all from where they are now.
    pub fn descend(&self, losses: &[(&Update, Tensor)]) {
        let mut moves = Vec::new();
        for (update, loss) in losses {
            let indices: Vec<usize> = update
                .networks
                .iter()
                .map(|name| self.index(name))
                .collect();
            let params: Vec<Tensor> = (indices.iter())
                .map(|&i| self.learners.borrow()[i].1.params.clone())
                .collect();
            let gradients = grad(loss, &params.iter().collect::<Vec<_>>());
            self.record(&format!("{}_loss", update.name), loss);
            for (index, gradient) in indices.into_iter().zip(gradients) {
                let name = self.learners.borrow()[index].0;
                if self.records_all() {
                    self.record(
                        &format!("{name}_grad_norm"),
                        &gradient.square().sum_all().sqrt(),
                    );
                }
                moves.push((index, gradient));
            }
        }
        if self.frozen.get() {
            return;
        }
        for (index, gradient) in moves {
            let (name, learner) = self.learners.borrow()[index].clone();
            let stats = self.pooled(name);
            let next = learner.updated(&self.optimizer(index), &gradient, &stats);
            self.learners.borrow_mut()[index].1 = next;
            let mut moved = self.moved.borrow_mut();
            if !moved.contains(&index) {
                moved.push(index);
            }
        }
    }

    /// What `look` finds when `network` has first followed the gradient of `loss` for `steps` updates, which gradients go
    /// through (Metz et al. 2017, equations 7 to 10). The network is then where it was.
    pub fn lookahead<T>(
        &self,
        network: &str,
        steps: usize,
        loss: impl Fn(&Self) -> Tensor,
        look: impl FnOnce(&Self) -> T,
    ) -> T {
        let index = self.index(network);
        let (name, before) = self.learners.borrow()[index].clone();
        for _ in 0..steps {
            self.passes.borrow_mut().retain(|(of, _)| *of != name);
            let loss = loss(self);
            let learner = self.learners.borrow()[index].1.clone();
            let gradient = grad(&loss, &[&learner.params]).remove(0);
            let stats = self.pooled(name);
            let next = learner.lookahead(&self.optimizer(index), &gradient, &stats);
            self.learners.borrow_mut()[index].1 = next;
        }
        let found = look(self);
        self.learners.borrow_mut()[index].1 = before;
        found
    }

    /// The live hyper-parameters of a network's optimizer.
    fn optimizer(&self, index: usize) -> impl Fn(&str, f64) -> Tensor {
        let field = self.optimizer_fields[index];
        move |name: &str, value: f64| self.hyper.get(&format!("{field}.{name}"), value)
    }

    /// The mean over an update's passes of each batch statistic of a network: running statistics stand for all kinds of batch.
    fn pooled(&self, network: &str) -> Vec<Tensor> {
        let passes = self.passes.borrow();
        let of_network = passes.iter().filter(|(of, _)| *of == network);
        let passes: Vec<&Vec<Tensor>> = of_network.map(|(_, stats)| stats).collect();
        let Some((first, rest)) = passes.split_first() else {
            return vec![];
        };
        if rest.is_empty() {
            return first.to_vec();
        }
        let share = 1.0 / (1 + rest.len()) as f64;
        let sum = |i: usize| {
            rest.iter()
                .fold(first[i].clone(), |sum, pass| sum + &pass[i])
        };
        (0..first.len()).map(|i| sum(i) * share).collect()
    }
}
