//! The game of two players as a [`Program`]: one entry trains, others look.

mod hyper;
mod player;
mod source;

use ganlet_core::grad::grad;
use ganlet_core::{Builder, DType, Init, Program, Tensor};

pub use hyper::Hyper;
use player::{Player, Room, Turn};
pub use source::Dataset;
use source::Source;

use crate::config::{Data, ExperimentConfig, Monitor, Order, PoolData};
use crate::cost;
use crate::error::ConfigError;
use crate::latent::invert;
use crate::layer::Param;
use crate::random::Random;
use crate::regularizer;

/// Steps whose metrics the device remembers.
pub const RING: usize = 256;

/// Names of the entries of a game's program.
pub mod entry {
    /// A whole step: every update of D and one of G.
    pub const TRAIN: &str = "train";
    /// One update of D alone.
    pub const STEP_D: &str = "step_d";
    /// One update of G alone.
    pub const STEP_G: &str = "step_g";
    /// Input `z` -> samples.
    pub const SAMPLE: &str = "sample";
    /// Input `x` -> D's verdict.
    pub const DISCRIMINATE: &str = "discriminate";
    /// Input `draw` -> a batch of real data.
    pub const REAL: &str = "real";
}

/// A game, traced: the program and how to talk to it.
pub struct Game {
    /// What a session runs.
    pub program: Program,
    /// The live hyper-parameters, in the order of the input `hyper`.
    pub hyper: Hyper,
    /// Names of the metrics, in the order of a row of the state `metrics`.
    pub metrics: Vec<&'static str>,
    /// Parts of G's and D's flat buffers `g.params` and `d.params`.
    pub params: [Vec<Param>; 2],
    /// How many samples the entries other than training handle at once.
    pub view_batch: usize,
    /// Extent of one sample.
    pub sample_len: usize,
}

impl Game {
    /// Traces the game of `config` on `dataset`, for a device whose buffers hold at most `buffer_bytes`.
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
        let view_batch = match &config.data {
            Data::Toy(_) => 1024,
            Data::Images(_) | Data::Pool(_) => 64,
        };
        let room = |rows: usize| Room {
            rows: rows.max(view_batch),
            bytes: buffer_bytes,
        };
        let b = Builder::new();
        let source = Source::new(&b, config, dataset)?;
        let hyper = Hyper::new(&b);
        let key_bytes: Vec<u8> = [seed, 0].iter().flat_map(|w| w.to_le_bytes()).collect();
        let key = b.state(
            "random.key",
            &[2],
            DType::U32,
            Init::Bytes(key_bytes.into()),
        );
        let g = Player::new(
            &b,
            "g",
            "generator",
            &config.generator,
            &[config.prior.dim],
            &config.g_optimizer,
            seed,
            source.mean(),
            room(config.batch),
        )?;
        let d = Player::new(
            &b,
            "d",
            "discriminator",
            &config.discriminator,
            &source.shape,
            &config.d_optimizer,
            seed,
            None,
            // Real and generated samples may go through D as one batch.
            room(2 * config.batch),
        )?;
        check_ends(config, &g, &d, &source.shape)?;
        g.stack.check_norms(config.batch)?;
        d.stack.check_norms(config.batch)?;

        let metrics = metric_names(config);
        let record = Record::new(&b, metrics.len());
        let round = Round {
            b: &b,
            config,
            source: &source,
            hyper: &hyper,
            key: &key,
            record: &record,
        };
        for (name, moves) in [
            (entry::TRAIN, Moves::All),
            (entry::STEP_D, Moves::D),
            (entry::STEP_G, Moves::G),
        ] {
            round.trace(name, moves, &g, &d);
        }
        trace_views(&b, config, &source, &g, &d, view_batch);
        let sample_len = source.dim();
        let params = [g.stack.params.clone(), d.stack.params.clone()];
        let hyper = hyper.finish();
        let program = b.build().map_err(|error| {
            ConfigError::new(
                "generator, discriminator",
                error.to_string(),
                "make the layers' sizes fit each other",
            )
        })?;
        Ok(Self {
            program,
            hyper,
            metrics,
            params,
            view_batch,
            sample_len,
        })
    }
}

fn check_ends(
    config: &ExperimentConfig,
    g: &Player,
    d: &Player,
    sample: &[usize],
) -> Result<(), ConfigError> {
    let last = |field: &str, layers: usize| format!("{field}.layers.{}", layers.saturating_sub(1));
    let numbers = |shape: &[usize]| shape.iter().product::<usize>();
    let made = &g.stack.output;
    // Numbers in a row may be an image, but an image of another shape is a mistake.
    let both_images = made.len() == 3 && sample.len() == 3;
    if numbers(made) != numbers(sample) || (both_images && made != sample) {
        return Err(ConfigError::new(
            last("generator", config.generator.layers.len()),
            format!("G ends with {made:?}, but a sample of the data has {sample:?}"),
            match made.len() {
                1 => format!("end G with a dense layer of {} units", numbers(sample)),
                _ => "choose kernels, strides and padding that end at that size".into(),
            },
        ));
    }
    if numbers(&d.stack.output) != 1 {
        return Err(ConfigError::new(
            last("discriminator", config.discriminator.layers.len()),
            format!(
                "D ends with {:?}, but its verdict is one number",
                d.stack.output
            ),
            "end D with a dense layer of 1 unit",
        ));
    }
    Ok(())
}

fn metric_names(config: &ExperimentConfig) -> Vec<&'static str> {
    match config.monitor {
        Monitor::Costs => vec!["d_loss", "g_loss"],
        Monitor::Full => vec![
            "d_loss",
            "g_loss",
            "d_real",
            "d_fake",
            "d_grad_norm",
            "g_grad_norm",
        ],
    }
}

/// Who updates in an entry.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Moves {
    All,
    D,
    G,
}

/// The ring of metrics on the device.
struct Record {
    ring: Tensor,
    cursor: Tensor,
    width: usize,
}

impl Record {
    fn new(b: &Builder, width: usize) -> Self {
        let ring = b.state("metrics", &[RING, width], DType::F32, Init::Zeros);
        let cursor = b.state("metrics.cursor", &[1], DType::U32, Init::Zeros);
        Self {
            ring,
            cursor,
            width,
        }
    }

    /// The ring with one more row, and the cursor moved on.
    fn push(&self, b: &Builder, values: &[Tensor]) -> (Tensor, Tensor) {
        let cells: Vec<Tensor> = values.iter().map(|v| v.reshape(&[1, 1])).collect();
        let row = Tensor::concat(&cells.iter().collect::<Vec<_>>(), 1);
        let here = b
            .iota(&[RING, self.width], 0)
            .equal(&self.cursor.reshape(&[1, 1]));
        let ring = here.select(&row, &self.ring);
        let at_end = self.cursor.equal(&b.full_u32(&[1], RING as u32 - 1));
        let cursor = at_end.select(&b.full_u32(&[1], 0), &(&self.cursor + 1.0));
        (ring, cursor)
    }
}

/// One step of the game under construction.
struct Round<'a> {
    b: &'a Builder,
    config: &'a ExperimentConfig,
    source: &'a Source,
    hyper: &'a Hyper,
    key: &'a Tensor,
    record: &'a Record,
}

/// D's view of one minibatch.
struct Verdict {
    real: Tensor,
    fake: Tensor,
}

impl Round<'_> {
    fn trace(&self, name: &str, moves: Moves, g0: &Player, d0: &Player) {
        let random = Random::new(self.key);
        let simultaneous = self.config.schedule.order == Order::Simultaneous;
        let (mut g, mut d) = (g0.clone(), d0.clone());
        let mut metrics = Metrics::default();

        let d_updates = match moves {
            Moves::All => self.config.schedule.d_steps,
            Moves::D => 1,
            Moves::G => 0,
        };
        // In a simultaneous step G answers to the D from before the step, on the same samples.
        let shared = simultaneous && moves == Moves::All;
        if shared {
            let (fake, g_stats) = self.fake(&g, &random, Turn::First);
            let real = self.source.real(&random, self.config.batch);
            let (d_cost, verdict, d_stats) = self.d_game(&d, &random, &real, &fake);
            let g_cost = self.g_cost(&verdict.fake);
            let d_gradient = grad(&d_cost, &[&d.params]).remove(0);
            let g_gradient = grad(&g_cost, &[&g.params]).remove(0);
            metrics.judged(self, &verdict);
            metrics.d_moved(&d_cost, &d_gradient);
            metrics.g_moved(&g_cost, &g_gradient);
            d = self.moved("d_optimizer", d, &d_gradient, &d_stats);
            g = self.moved("g_optimizer", g, &g_gradient, &g_stats);
        } else {
            for _ in 0..d_updates {
                let (gradient, stats) = self.d_answer(&mut metrics, &g, &d, &random);
                d = self.moved("d_optimizer", d, &gradient, &stats);
            }
            let (gradient, stats) = self.g_answer(&mut metrics, &g, &d, &random);
            if moves != Moves::D {
                g = self.moved("g_optimizer", g, &gradient, &stats);
            }
            if moves == Moves::G {
                self.d_answer(&mut metrics, &g, &d, &random);
            }
        }

        let (ring, cursor) = self.record.push(self.b, &metrics.row(self.config.monitor));
        let next_key = self.key + self.b.iota(&[2], 0);
        let mut updates = vec![
            (&self.record.ring, &ring),
            (&self.record.cursor, &cursor),
            (self.key, &next_key),
        ];
        let source_updates = self.source.updates(self.b);
        updates.extend(source_updates.iter().map(|(state, next)| (state, next)));
        if moves != Moves::D {
            updates.extend(g0.updates(&g));
        }
        if moves != Moves::G {
            updates.extend(d0.updates(&d));
        }
        self.b.entry(name, &updates, &[]);
    }

    /// A generated minibatch, and the batch statistics of making it.
    fn fake(&self, g: &Player, random: &Random, turn: Turn) -> (Tensor, Vec<Tensor>) {
        let z = self.source.noise(random, self.config, turn);
        g.forward(&z, random)
    }

    /// Real and generated samples before D: as one batch, unless D's layers couple the samples of a batch.
    fn judge(
        &self,
        d: &Player,
        random: &Random,
        real: &Tensor,
        fake: &Tensor,
    ) -> (Verdict, Vec<Tensor>) {
        if d.stack.couples_samples() {
            let (real, mut stats) = d.forward(real, random);
            let (fake, fake_stats) = d.forward(fake, random);
            // Running statistics stand for both kinds of batch.
            stats
                .iter_mut()
                .zip(&fake_stats)
                .for_each(|(a, b)| *a = (&*a + b) * 0.5);
            return (Verdict { real, fake }, stats);
        }
        let batch = self.config.batch;
        let (logits, stats) = d.forward(&Tensor::concat(&[real, fake], 0), random);
        (
            Verdict {
                real: logits.narrow(0, 0, batch),
                fake: logits.narrow(0, batch, batch),
            },
            stats,
        )
    }

    fn d_cost(&self, verdict: &Verdict) -> Tensor {
        let label = self.hyper.get("real_label", self.config.real_label);
        let cost = cost::discriminator(self.config.cost, &verdict.real, &verdict.fake, &label);
        cost * self.hyper.get("cost_scale", self.config.cost_scale)
    }

    fn g_cost(&self, fake: &Tensor) -> Tensor {
        cost::generator(self.config.cost, fake)
            * self.hyper.get("cost_scale", self.config.cost_scale)
    }

    fn penalty(&self, d: &Player, random: &Random, real: &Tensor, fake: &Tensor) -> Option<Tensor> {
        let config = self.config.gradient_penalty.as_ref()?;
        let mix = self.source.mix(random, self.config.batch);
        let weight = self.hyper.get("gradient_penalty.weight", config.weight);
        let target = self.hyper.get("gradient_penalty.target", config.target);
        let score = |x: &Tensor| d.forward(x, random).0;
        Some(
            regularizer::gradient_penalty(score, real, fake, &mix, &target, config.one_sided)
                * weight,
        )
    }

    /// What D wants to make small, and how it judged for that.
    fn d_game(
        &self,
        d: &Player,
        random: &Random,
        real: &Tensor,
        fake: &Tensor,
    ) -> (Tensor, Verdict, Vec<Tensor>) {
        let (verdict, stats) = self.judge(d, random, real, fake);
        let cost = self.d_cost(&verdict);
        let cost = match self.penalty(d, random, real, fake) {
            Some(penalty) => cost + penalty,
            None => cost,
        };
        (cost, verdict, stats)
    }

    fn moved(&self, field: &str, player: Player, gradient: &Tensor, stats: &[Tensor]) -> Player {
        let hyper = |name: &str, value: f64| self.hyper.get(&format!("{field}.{name}"), value);
        player.moved(&hyper, gradient, stats)
    }

    /// D's gradient against the samples that `g` makes now, and the batch statistics of finding it. The samples do not
    /// move with D: where G has just answered to it, they would, through G's update.
    fn d_answer(
        &self,
        metrics: &mut Metrics,
        g: &Player,
        d: &Player,
        random: &Random,
    ) -> (Tensor, Vec<Tensor>) {
        let real = self.source.real(random, self.config.batch);
        let fake = self.fake(g, random, Turn::First).0.detach();
        let (cost, verdict, stats) = self.d_game(d, random, &real, &fake);
        let gradient = grad(&cost, &[&d.params]).remove(0);
        metrics.judged(self, &verdict);
        metrics.d_moved(&cost, &gradient);
        (gradient, stats)
    }

    /// D as it would answer to these samples in a few updates. G's gradient goes through all of them: it is taught what its
    /// samples would make of D (Metz et al. 2017, equations 7 to 10).
    fn unrolled(&self, d: &Player, random: &Random, fake: &Tensor) -> Player {
        let mut d = d.clone();
        let steps = self.config.schedule.unrolled_steps;
        if steps == 0 {
            return d;
        }
        let real = self.source.real(random, self.config.batch);
        for _ in 0..steps {
            let (cost, _, stats) = self.d_game(&d, random, &real, fake);
            let gradient = grad(&cost, &[&d.params]).remove(0);
            let hyper = |name: &str, value| self.hyper.get(&format!("d_optimizer.{name}"), value);
            d = d.foreseen(&hyper, &gradient, &stats);
        }
        d
    }

    /// G's gradient against `d`, and the batch statistics of finding it.
    fn g_answer(
        &self,
        metrics: &mut Metrics,
        g: &Player,
        d: &Player,
        random: &Random,
    ) -> (Tensor, Vec<Tensor>) {
        let (fake, stats) = self.fake(g, random, Turn::Second);
        let d = self.unrolled(d, random, &fake);
        let (logits, _) = d.forward(&fake, random);
        let cost = self.g_cost(&logits);
        let gradient = grad(&cost, &[&g.params]).remove(0);
        metrics.g_moved(&cost, &gradient);
        (gradient, stats)
    }
}

/// What a step reports.
#[derive(Default)]
struct Metrics {
    d_cost: Option<Tensor>,
    g_cost: Option<Tensor>,
    d_real: Option<Tensor>,
    d_fake: Option<Tensor>,
    d_norm: Option<Tensor>,
    g_norm: Option<Tensor>,
}

impl Metrics {
    fn judged(&mut self, round: &Round<'_>, verdict: &Verdict) {
        let mean = |logits: &Tensor| opinion(round.config, logits).mean_all();
        self.d_real = Some(mean(&verdict.real));
        self.d_fake = Some(mean(&verdict.fake));
    }

    fn d_moved(&mut self, cost: &Tensor, gradient: &Tensor) {
        self.d_cost = Some(cost.clone());
        self.d_norm = Some(gradient.square().sum_all().sqrt());
    }

    fn g_moved(&mut self, cost: &Tensor, gradient: &Tensor) {
        self.g_cost = Some(cost.clone());
        self.g_norm = Some(gradient.square().sum_all().sqrt());
    }

    /// In the order of [`metric_names`].
    fn row(self, monitor: Monitor) -> Vec<Tensor> {
        let all = match monitor {
            Monitor::Costs => vec![self.d_cost, self.g_cost],
            Monitor::Full => vec![
                self.d_cost,
                self.g_cost,
                self.d_real,
                self.d_fake,
                self.d_norm,
                self.g_norm,
            ],
        };
        all.into_iter()
            .map(|metric| metric.expect("every step reports every metric"))
            .collect()
    }
}

/// D(x) where the logit is one of a probability, else the score.
fn opinion(config: &ExperimentConfig, logits: &Tensor) -> Tensor {
    if cost::is_probability(config.cost) {
        crate::layer::sigmoid(logits)
    } else {
        logits.clone()
    }
}

/// Entries that only look.
fn trace_views(
    b: &Builder,
    config: &ExperimentConfig,
    source: &Source,
    g: &Player,
    d: &Player,
    batch: usize,
) {
    let z = b.input("z", &[batch, config.prior.dim], DType::F32);
    b.entry(entry::SAMPLE, &[], &[("samples", &g.view(&z))]);

    let x = b.input("x", &[batch, source.dim()], DType::F32);
    let logits = d.view(&x);
    b.entry(
        entry::DISCRIMINATE,
        &[],
        &[("verdict", &opinion(config, &logits))],
    );

    if let Data::Images(_) = config.data {
        invert::trace(b, &config.prior, source.dim(), |z| g.view(z));
    }

    let draw = b.input("draw", &[2], DType::U32);
    let real = match &config.data {
        Data::Pool(PoolData::BenchPool { .. }) => source.pool_rows(b, batch),
        Data::Toy(_) | Data::Images(_) => source.real(&Random::new(&draw), batch),
    };
    b.entry(entry::REAL, &[], &[("real", &real)]);
}
