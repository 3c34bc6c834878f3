//! A network and its optimizer, as values at one moment of a step.

use ganlet_core::{DType, Tensor};

use super::describe::{Body, NetworkSpec};
use super::states::{Role, States};
use crate::config::Optimizer;
use crate::error::ConfigError;
use crate::init;
use crate::layer::{Features, Learned, Mode, Stack};
use crate::optimizer::{Descent, Lookup};
use crate::random::Random;

/// Share of a running statistic that a training step keeps.
const STATS_MEMORY: f64 = 0.9;

/// Samples of a reference batch at most.
const REFERENCES: usize = 64;

/// What a device has room for.
#[derive(Clone, Copy)]
pub(super) struct Room {
    /// Samples that views take at once.
    pub(super) view_batch: usize,
    /// The largest buffer of the device.
    pub(super) bytes: u64,
}

/// One of the updates of an [`Optimizer`].
type Rule = fn(&Optimizer, Lookup<'_>, Descent<'_>) -> (Tensor, Vec<Tensor>);

/// A network at one moment of a step: state tensors at first, their next values later.
#[derive(Clone)]
pub(super) struct Learner {
    pub(super) stack: Stack,
    optimizer: Optimizer,
    pub(super) params: Tensor,
    /// Running buffers of the optimizer.
    buffers: Vec<Tensor>,
    /// Updates so far.
    count: Tensor,
    /// Running statistics of batch norms.
    stats: Option<Tensor>,
    /// Estimates of spectral norm.
    spectral: Option<Tensor>,
    /// The reference batch, where a layer asks for one, and whether it is chosen by now.
    reference: Option<(Tensor, bool)>,
    /// The average of the parameters over updates, and the share of it that an update keeps.
    average: Option<(Tensor, f64)>,
    /// Every parameter stays between minus and plus this.
    clip: Option<f64>,
    /// The mean of the parameters before each update so far, and the factor of the pull towards it.
    history: Option<(Tensor, f64)>,
}

impl Learner {
    /// Declares the states of a network of `batch` samples that starts from `seed`. `data_mean` is the mean of the data.
    pub(super) fn new(
        states: &mut States<'_>,
        spec: &NetworkSpec<'_>,
        batch: usize,
        seed: u32,
        data_mean: Option<&[f32]>,
        room: Room,
    ) -> Result<Self, ConfigError> {
        let name = spec.name;
        let (stack, init, network) = match &spec.body {
            Body::Layers(network) => {
                let stack = Stack::new(spec.field, network, &spec.input, spec.condition)?;
                (stack, &network.init, Some(network.as_ref()))
            }
            Body::Parameters { parts, init } => {
                (Stack::of_parameters(parts, &spec.input), init, None)
            }
        };
        let references = if stack.references {
            batch.min(REFERENCES)
        } else {
            0
        };
        stack.check_fits(
            spec.field,
            (spec.batches * batch).max(room.view_batch) + references,
            room.bytes,
        )?;
        spec.check_end(&stack.output)?;
        stack.check_norms(batch)?;
        let which = name.bytes().fold(0, |sum, byte| sum * 31 + u32::from(byte));
        let data_mean = data_mean.filter(|_| spec.makes_samples);
        let first = init::parameters(&stack, init, seed, which, data_mean);
        let len = stack.params_len();
        let state = |part: &str| format!("{name}.{part}");
        let params = states.floats(&state("params"), &[len], &first, Role::Parameter);
        let buffers = (spec.optimizer.buffers().iter())
            .map(|buffer| states.zeros(&state(buffer), &[len], DType::F32, Role::Optimizer))
            .collect();
        let count = states.zeros(&state("updates"), &[], DType::F32, Role::Optimizer);
        let stats = stack.couples_samples().then(|| {
            let first = &stack.stats_start;
            states.floats(&state("stats"), &[first.len()], first, Role::Statistic)
        });
        let spectral = (stack.spectral_len > 0).then(|| {
            let first = init::estimates(&stack, seed, which);
            states.floats(
                &state("spectral"),
                &[stack.spectral_len],
                &first,
                Role::Statistic,
            )
        });
        let reference = stack.references.then(|| {
            let shape = [references, spec.input.iter().product()];
            let rows = states.zeros(&state("reference"), &shape, DType::F32, Role::Statistic);
            (rows, false)
        });
        let average = network.and_then(|n| n.average).map(|share| {
            let start = states.floats(&state("average"), &[len], &first, Role::Parameter);
            (start, share)
        });
        let history = network.and_then(|n| n.historical_averaging).map(|weight| {
            let start = states.floats(&state("history"), &[len], &first, Role::Optimizer);
            (start, weight)
        });
        Ok(Self {
            stack,
            optimizer: spec.optimizer.clone(),
            params,
            buffers,
            count,
            stats,
            spectral,
            reference,
            average,
            clip: network.and_then(|n| n.clip),
            history,
        })
    }

    fn learned<'a>(&'a self, reference: Option<&'a Tensor>) -> Learned<'a> {
        Learned {
            params: &self.params,
            spectral: self.spectral.as_ref(),
            reference,
        }
    }

    /// The reference batch for a pass of `input`: before the first update the first rows of that.
    fn reference(&self, input: &Tensor) -> Option<Tensor> {
        let (kept, chosen) = self.reference.as_ref()?;
        let [rows, numbers] = kept.shape()[..] else {
            unreachable!("declared so");
        };
        let given = input.shape()[0];
        if *chosen || given < rows {
            return Some(kept.clone());
        }
        let first = input.reshape(&[given, numbers]).narrow(0, 0, rows);
        Some(self.count.less_than(0.5).select(&first.detach(), kept))
    }

    /// Chooses the reference batch, if the network has none and `input` is the first that it sees.
    pub(super) fn refer(&mut self, input: &Tensor) {
        let rows = self.reference(input);
        self.reference = rows.map(|rows| (rows, true));
    }

    /// Whether it [starts](Self::started) from data.
    pub(super) fn starts_from_data(&self) -> bool {
        self.stack.data_init
    }

    /// This network as the batch `input` lets it start; one that was updated already is as it was.
    pub(super) fn started(
        self,
        input: &Tensor,
        condition: Option<&Tensor>,
        random: &Random,
    ) -> Self {
        let mut mode = Mode::Train {
            random,
            batch_stats: vec![],
        };
        let reference = self.reference(input);
        let learned = self.learned(reference.as_ref());
        let fitted = self.stack.start(learned, input, condition, &mut mode);
        let first = self.count.less_than(0.5);
        let chosen = |kept: &Tensor| first.select(&fitted, kept);
        Self {
            average: (self.average.as_ref()).map(|(mean, share)| (chosen(mean), *share)),
            history: (self.history.as_ref()).map(|(mean, weight)| (chosen(mean), *weight)),
            params: chosen(&self.params),
            ..self
        }
    }

    /// What comes out for a training batch, and the statistics of each batch norm in it.
    pub(super) fn forward(
        &self,
        input: &Tensor,
        condition: Option<&Tensor>,
        random: &Random,
    ) -> (Features, Vec<Tensor>) {
        let mut mode = Mode::Train {
            random,
            batch_stats: vec![],
        };
        let reference = self.reference(input);
        let learned = self.learned(reference.as_ref());
        let output = self.stack.forward(learned, input, condition, &mut mode);
        match mode {
            Mode::Train { batch_stats, .. } => (output, batch_stats),
            Mode::Sample { .. } => (output, vec![]),
        }
    }

    /// What comes out outside of training: averaged weights where there are any, running statistics, no dropout.
    pub(super) fn look(&self, input: &Tensor, condition: Option<&Tensor>) -> Features {
        // A network without batch norm looks at no statistics.
        let stats = self.stats.as_ref().unwrap_or(&self.params);
        let reference = self.reference(input);
        let learned = Learned {
            params: self
                .average
                .as_ref()
                .map_or(&self.params, |(average, _)| average),
            ..self.learned(reference.as_ref())
        };
        (self.stack).forward(learned, input, condition, &mut Mode::Sample { stats })
    }

    /// A part of the parameters by its name within the network, in its own extents; the averaged one outside of training.
    pub(super) fn parameter(&self, name: &str, averaged: bool) -> Tensor {
        let found = self.stack.params.iter().find(|param| param.name == name);
        let param = found.expect("a model asks for parameters that it declares");
        let all = match &self.average {
            Some((average, _)) if averaged => average,
            _ => &self.params,
        };
        all.narrow(0, param.offset, param.len())
            .reshape(&param.shape)
    }

    /// This network after one update.
    pub(super) fn updated(
        self,
        hyper: Lookup<'_>,
        gradient: &Tensor,
        batch_stats: &[Tensor],
    ) -> Self {
        self.after(Optimizer::update, hyper, gradient, batch_stats)
    }

    /// This network as it would be after one update, which gradients go through.
    pub(super) fn lookahead(
        self,
        hyper: Lookup<'_>,
        gradient: &Tensor,
        batch_stats: &[Tensor],
    ) -> Self {
        self.after(
            Optimizer::differentiable_update,
            hyper,
            gradient,
            batch_stats,
        )
    }

    fn after(
        self,
        rule: Rule,
        hyper: Lookup<'_>,
        gradient: &Tensor,
        batch_stats: &[Tensor],
    ) -> Self {
        let count = &self.count + 1.0;
        // As in the loss that the gradient is of.
        let spectral = self.stack.power_iteration(self.learned(None));
        let pulled = self
            .history
            .as_ref()
            .map(|(mean, weight)| gradient + (&self.params - mean).detach() * (2.0 * weight));
        let gradient = pulled.as_ref().unwrap_or(gradient);
        let at = Descent {
            params: &self.params,
            gradient,
            buffers: &self.buffers,
            count: &count,
        };
        let (params, buffers) = rule(&self.optimizer, hyper, at);
        let params = match self.clip {
            Some(bound) => params.clamp(-bound, bound),
            None => params,
        };
        let history = self.history.map(|(mean, weight)| {
            let step = (params.detach() - &mean) / (&count + 1.0);
            (mean + step, weight)
        });
        let stats = self.stats.map(|stats| {
            let flat: Vec<Tensor> = (batch_stats.iter())
                .map(|s| s.detach().reshape(&[s.numel()]))
                .collect();
            let batch = Tensor::concat(&flat.iter().collect::<Vec<_>>(), 0);
            stats * STATS_MEMORY + batch * (1.0 - STATS_MEMORY)
        });
        let average = (self.average).map(|(average, share)| {
            // It forgets the start sooner than that, or the first samples would be of the untrained network.
            let early = (&count + 1.0) / (&count + 10.0);
            let kept = early.min(&early.constant_like(share));
            (
                &params.detach() + &kept * (average - params.detach()),
                share,
            )
        });
        Self {
            params,
            buffers,
            count,
            stats,
            spectral,
            average,
            history,
            ..self
        }
    }

    /// Pairs of this network's state and the value it takes in `next`.
    pub(super) fn updates(&self, next: &Learner) -> Vec<(Tensor, Tensor)> {
        let kept = |learner: &Learner| {
            let means = [&learner.average, &learner.history];
            let [average, history] = means.map(|kept| kept.as_ref().map(|(mean, _)| mean.clone()));
            [
                average,
                history,
                learner.reference.clone().map(|(rows, _)| rows),
            ]
        };
        let kept = kept(self).into_iter().zip(kept(next));
        [(&self.params, &next.params), (&self.count, &next.count)]
            .into_iter()
            .chain(self.buffers.iter().zip(&next.buffers))
            .chain(self.stats.iter().zip(&next.stats))
            .chain(self.spectral.iter().zip(&next.spectral))
            .map(|(now, then)| (now.clone(), then.clone()))
            .chain(kept.filter_map(|(now, then)| now.zip(then)))
            .collect()
    }
}
