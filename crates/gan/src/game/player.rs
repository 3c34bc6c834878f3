//! A network and its optimizer, as state on the device.

use ganlet_core::{Builder, DType, Init, Tensor};

use crate::config::{Network, Optimizer};
use crate::error::ConfigError;
use crate::init;
use crate::layer::{Learned, Mode, Stack};
use crate::optimizer::Lookup;
use crate::random::Random;

/// Share of a running statistic that a training step keeps.
const STATS_MEMORY: f64 = 0.9;

/// What a player's largest buffer must have room for.
#[derive(Clone, Copy)]
pub(super) struct Room {
    /// Samples that go through the network at once.
    pub(super) rows: usize,
    /// The largest buffer of the device.
    pub(super) bytes: u64,
}

/// Which of a step's two batches of noise.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Turn {
    /// The one that D learns from.
    First,
    /// The one that G learns from.
    Second,
}

/// One of the updates of an [`Optimizer`].
type Update =
    fn(&Optimizer, Lookup<'_>, &Tensor, &Tensor, &[Tensor], &Tensor) -> (Tensor, Vec<Tensor>);

/// A player at one moment of a step: state tensors at first, their next values later.
#[derive(Clone)]
pub(super) struct Player {
    pub(super) stack: Stack,
    optimizer: Optimizer,
    pub(super) params: Tensor,
    buffers: Vec<Tensor>,
    count: Tensor,
    stats: Option<Tensor>,
    spectral: Option<Tensor>,
}

impl Player {
    #[expect(
        clippy::too_many_arguments,
        reason = "each names one part of the config, used once"
    )]
    pub(super) fn new(
        b: &Builder,
        name: &str,
        field: &str,
        network: &Network,
        input: &[usize],
        optimizer: &Optimizer,
        seed: u32,
        data_mean: Option<&[f32]>,
        room: Room,
    ) -> Result<Self, ConfigError> {
        let stack = Stack::new(field, network, input)?;
        stack.check_fits(field, room.rows, room.bytes)?;
        let which = name.bytes().fold(0, |sum, byte| sum * 31 + u32::from(byte));
        let first = init::parameters(&stack, &network.init, seed, which, data_mean);
        let bytes = |values: &[f32]| Init::Bytes(bytemuck::cast_slice(values).into());
        let len = stack.params_len();
        let params = b.state(&format!("{name}.params"), &[len], DType::F32, bytes(&first));
        let buffers = (optimizer.buffers().iter())
            .map(|buffer| b.state(&format!("{name}.{buffer}"), &[len], DType::F32, Init::Zeros))
            .collect();
        let count = b.state(&format!("{name}.updates"), &[], DType::F32, Init::Zeros);
        let stats = (stack.stats_len > 0).then(|| {
            // Mean 0 and variance 1 for every feature, as [mean.., variance..] per batch norm.
            let first = running_start(&stack);
            b.state(
                &format!("{name}.stats"),
                &[stack.stats_len],
                DType::F32,
                bytes(&first),
            )
        });
        let spectral = (stack.spectral_len > 0).then(|| {
            let first = init::estimates(&stack, seed, which);
            let name = format!("{name}.spectral");
            b.state(&name, &[stack.spectral_len], DType::F32, bytes(&first))
        });
        Ok(Self {
            stack,
            optimizer: optimizer.clone(),
            params,
            buffers,
            count,
            stats,
            spectral,
        })
    }

    fn learned(&self) -> Learned<'_> {
        Learned {
            params: &self.params,
            spectral: self.spectral.as_ref(),
        }
    }

    /// Output for a training batch, and the statistics of each batch norm in it.
    pub(super) fn forward(&self, input: &Tensor, random: &Random) -> (Tensor, Vec<Tensor>) {
        let mut mode = Mode::Train {
            random,
            batch_stats: vec![],
        };
        let output = self.stack.forward(self.learned(), input, &mut mode);
        match mode {
            Mode::Train { batch_stats, .. } => (output, batch_stats),
            Mode::Sample { .. } => (output, vec![]),
        }
    }

    /// Output for a batch outside of training: running statistics, no dropout.
    pub(super) fn view(&self, input: &Tensor) -> Tensor {
        // A network without batch norm looks at no statistics.
        let stats = self.stats.as_ref().unwrap_or(&self.params);
        (self.stack).forward(self.learned(), input, &mut Mode::Sample { stats })
    }

    /// The player after one update.
    pub(super) fn moved(
        self,
        hyper: Lookup<'_>,
        gradient: &Tensor,
        batch_stats: &[Tensor],
    ) -> Self {
        self.after(Optimizer::update, hyper, gradient, batch_stats)
    }

    /// The player as it would be after one update, which gradients go through.
    pub(super) fn foreseen(
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
        update: Update,
        hyper: Lookup<'_>,
        gradient: &Tensor,
        batch_stats: &[Tensor],
    ) -> Self {
        let count = &self.count + 1.0;
        // As in the cost that the gradient is of.
        let spectral = self.stack.power_iteration(self.learned());
        let (optimizer, buffers) = (&self.optimizer, &self.buffers);
        let (params, buffers) = update(optimizer, hyper, &self.params, gradient, buffers, &count);
        let stats = self.stats.map(|stats| {
            let flat: Vec<Tensor> = batch_stats
                .iter()
                .map(|s| s.detach().reshape(&[s.numel()]))
                .collect();
            let batch = Tensor::concat(&flat.iter().collect::<Vec<_>>(), 0);
            stats * STATS_MEMORY + batch * (1.0 - STATS_MEMORY)
        });
        Self {
            params,
            buffers,
            count,
            stats,
            spectral,
            ..self
        }
    }

    /// Pairs of this player's state and the value it takes in `next`.
    pub(super) fn updates<'a>(
        &'a self,
        next: &'a Player,
    ) -> impl Iterator<Item = (&'a Tensor, &'a Tensor)> {
        [(&self.params, &next.params), (&self.count, &next.count)]
            .into_iter()
            .chain(self.buffers.iter().zip(&next.buffers))
            .chain(self.stats.iter().zip(&next.stats))
            .chain(self.spectral.iter().zip(&next.spectral))
    }
}

fn running_start(stack: &Stack) -> Vec<f32> {
    let widths = stack
        .params
        .iter()
        .filter(|p| p.name.ends_with("batch_norm.scale"))
        .map(|p| p.len());
    widths
        .flat_map(|n| std::iter::repeat_n(0.0, n).chain(std::iter::repeat_n(1.0, n)))
        .collect()
}
