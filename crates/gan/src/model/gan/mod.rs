//! The game of two players (Goodfellow et al. 2014): G makes samples from noise, D tells them from data, and each minimizes its
//! own cost against the other as it is.
//!
//! Parts that combine: [`labels`](Gan::labels) for both players, [`codes`](Gan::codes) that Q reads off the samples, an
//! [`encoder`](Gan::encoder) that turns D's question to pairs, and D's [`lookahead`](Schedule::unrolled_steps).

mod config;
mod describe;
mod draw;
mod labels;
mod spread;
mod weight_penalty;
mod winnable;
mod words;

use ganlet_core::{DType, Tensor};

pub use config::{Codes, Encoder, Gan, GradientPenalty, Order, PenaltyPlace, Schedule};
use draw::Made;
use labels::Told;
pub use labels::{Condition, Labels};
pub use spread::{Spread, SpreadKind};
pub use weight_penalty::WeightPenalty;
pub use words::{Choice, Estimator, Words, reinforced};

use super::describe::{Diagram, Metric, NetworkSpec, StateSpec, Update, View};
use super::source::Batch;
use super::{Look, Model, Task, Trace};
use crate::config::Layer;
use crate::error::ConfigError;
use crate::layer::Features;
use crate::loss::cost::{self, Targets};
use crate::loss::penalty;
use crate::tensor::{cross_entropy, softmax};

/// The generator: its network, and its update.
const G: &str = "g";
/// The discriminator: its network, and its update.
const D: &str = "d";
/// The part of D that has a logit for each class.
const C: &str = "c";
/// The network that reads codes off samples.
const Q: &str = "q";
/// The encoder.
const E: &str = "e";

/// The view that turns noise into samples.
const GENERATE: &str = "generate";
/// The view that asks how real a sample is.
const DISCRIMINATE: &str = "discriminate";
/// The view that reads the categorical code off a sample.
const READ_CODE: &str = "code";
/// The view in which D names the class of a sample.
const CLASSIFY: &str = "classify";
/// The view that turns samples into latents.
const ENCODE: &str = "encode";
/// The view that turns samples into samples by way of latents.
const RECONSTRUCT: &str = "reconstruct";

/// What D says of one minibatch: logits, `[batch, 1]`, and what enters its last layer.
struct Opinion {
    real: Features,
    fake: Features,
}

impl Gan {
    /// D's opinion of real and generated samples, which go through D as one batch unless its layers couple the samples of a batch.
    fn opinion(&self, t: &Trace<'_>, real: &Real, made: &Made) -> Opinion {
        if t.couples_samples(D) {
            return Opinion {
                real: self.judge(t, &real.x, &real.told),
                fake: self.judge(t, &made.x, &made.told),
            };
        }
        let rows = self.judged(t);
        let x = Tensor::concat(&[&real.x, &made.x], 0);
        let both = self.judge(t, &x, &real.told.and(&made.told));
        let half = |start: usize| Features {
            output: both.output.narrow(0, start, rows),
            last: both.last.narrow(0, start, rows),
        };
        Opinion {
            real: half(0),
            fake: half(rows),
        }
    }

    /// What D judges in a minibatch: samples, or packs of them.
    fn judged(&self, t: &Trace<'_>) -> usize {
        t.batch_size() / self.packing
    }

    /// J(D) where these are its logits.
    fn d_cost(&self, t: &Trace<'_>, opinion: &Opinion) -> Tensor {
        let targets = Targets {
            real: t.hyper("real_label", self.real_label),
            fake: (self.fake_label > 0.0).then(|| t.hyper("fake_label", self.fake_label)),
        };
        let (real, fake) = (&opinion.real.output, &opinion.fake.output);
        let cost = cost::discriminator(self.cost, real, fake, &targets);
        cost * t.hyper("cost_scale", self.cost_scale)
    }

    /// J(G) where this is D's opinion of its samples, and of data.
    fn g_cost(
        &self,
        t: &Trace<'_>,
        made: &Made,
        fake: &Features,
        real: impl FnOnce() -> Features,
    ) -> Tensor {
        let scale = t.hyper("cost_scale", self.cost_scale);
        let of_label = self.label_cost(t, fake, made);
        let cost = match (&made.log_p, of_label) {
            (None, None) => cost::generator(self.cost, fake, real) * scale,
            (None, Some(label)) => {
                cost::generator(self.cost, fake, real) * scale + label.mean_all()
            }
            (Some(log_p), None) => {
                words::reinforced(&cost::of_each(self.cost, fake, real), log_p) * scale
            }
            (Some(log_p), Some(label)) => {
                let each = cost::of_each(self.cost, fake, real) * scale + label;
                words::reinforced(&each, log_p)
            }
        };
        match self.spread_cost(t, made) {
            None => cost,
            Some(spread) => cost + spread,
        }
    }

    /// What D pays beside its cost.
    fn penalty(&self, t: &Trace<'_>, real: &Real, made: &Made) -> Option<Tensor> {
        let config = (self.gradient_penalty.as_ref())
            .filter(|penalty| penalty.every == 1 || !t.is_light())?;
        let weight = t.hyper("gradient_penalty.weight", config.weight);
        let target = t.hyper("gradient_penalty.target", config.target);
        let (x, fake) = (&real.x, &made.x);
        let (points, told) = match config.at {
            PenaltyPlace::Between => {
                let mix = t.mix().narrow(0, 0, self.judged(t));
                (fake + mix * (x - fake), &real.told)
            }
            PenaltyPlace::Real => (x.clone(), &real.told),
            PenaltyPlace::Fake => (fake.clone(), &made.told),
            PenaltyPlace::Around => {
                let deviation = (x - x.mean_all()).square().mean_all().sqrt();
                let noise = t.random().normal(&x.shape()) * deviation * 0.5;
                (x + noise, &real.told)
            }
        };
        let score = |x: &Tensor| self.probe(t, x, told);
        let penalty = penalty::gradient_penalty(score, &points, &target, config.one_sided);
        Some(match config.every {
            1 => penalty * weight,
            every => penalty * weight * every as f64,
        })
    }

    /// What Q pays for codes that it cannot read off the samples, less what cannot be helped: minus the bound on mutual
    /// information of Chen et al. 2016, equation 5, up to the entropy of the codes. Q's density of a continuous code is normal
    /// with deviation 1.
    fn code_cost(&self, t: &Trace<'_>, made: &Made, features: &Tensor) -> Option<Tensor> {
        let (codes, drawn) = (self.codes.as_ref()?, made.codes.as_ref()?);
        let read = t.apply(Q, features, None);
        let logits = read.narrow(1, 0, codes.categories);
        let nats = cross_entropy(&logits, &drawn.category).mean_all();
        if t.records_all() {
            t.record("code_nats", &((codes.categories as f64).ln() - &nats));
        }
        let cost = match &drawn.continuous {
            None => nats,
            Some(code) => {
                let mean = read.narrow(1, codes.categories, codes.continuous);
                nats + (mean - code).square().sum(&[1]).mean_all() * 0.5
            }
        };
        Some(cost * t.hyper("codes.weight", codes.weight))
    }

    /// What D makes small on these samples, and what it says of them.
    fn d_loss(&self, t: &Trace<'_>, real: &Real, made: &Made) -> (Tensor, Opinion) {
        let opinion = self.opinion(t, real, made);
        let cost = self.d_cost(t, &opinion);
        let penalty = self.penalty(t, real, made);
        let weight_cost = self.weight_cost(t);
        let code_cost = self.code_cost(t, made, &opinion.fake.last);
        let naming_cost = self.naming_cost(t, &opinion, real, made);
        let loss = [penalty, weight_cost, code_cost, naming_cost]
            .into_iter()
            .flatten()
            .fold(cost, |sum, term| sum + term);
        (loss, opinion)
    }

    /// D(x) where a logit is one of a probability, else the score.
    fn score(&self, logits: &Tensor) -> Tensor {
        if cost::is_probability(self.cost) {
            crate::layer::sigmoid(logits)
        } else {
            logits.clone()
        }
    }

    fn record_scores(&self, t: &Trace<'_>, opinion: &Opinion, real: &Real) {
        if t.records_all() {
            self.record_labels(t, opinion, real);
            t.record("d_real", &self.score(&opinion.real.output).mean_all());
            t.record("d_fake", &self.score(&opinion.fake.output).mean_all());
        }
    }

    /// J(D) against samples that do not move with D: where G has just answered to it, they would, through G's update. Nor do
    /// the encoder's latents.
    fn loss_of_d(&self, t: &Trace<'_>) -> Tensor {
        let real = self.real(t).detach();
        let made = self.make(t).detach();
        let (loss, opinion) = self.d_loss(t, &real, &made);
        self.record_scores(t, &opinion, &real);
        self.steer_weight_penalty(t, &opinion);
        loss
    }

    /// J(G), and that of the encoder, against D as it is, or as it would answer in a few updates.
    fn loss_of_g(&self, t: &Trace<'_>) -> Tensor {
        let made = self.make(t);
        let steps = self.schedule.unrolled_steps;
        let needs_real = steps > 0 || self.encoder.is_some() || cost::compares(self.cost);
        let real = needs_real.then(|| self.real(t));
        let data = || real.as_ref().expect("drawn where it is needed");
        let d_loss = |t: &Trace<'_>| self.d_loss(t, data(), &made).0;
        t.lookahead(D, steps, d_loss, |t| {
            let fake = self.judge(t, &made.x, &made.told);
            let of_data = || self.judge(t, &data().x, &data().told);
            let mut loss = self.g_cost(t, &made, &fake, of_data);
            if self.encoder.is_some() {
                let cost = cost::encoder(self.cost, &of_data().output);
                let cost = cost.expect("checked with the config");
                loss = loss + cost * t.hyper("cost_scale", self.cost_scale);
            }
            match self.code_cost(t, &made, &fake.last) {
                Some(code_cost) => loss + code_cost,
                None => loss,
            }
        })
    }

    /// Both costs on the same samples and the same pass through D, so that both players move at once.
    fn simultaneous(&self, t: &Trace<'_>) {
        t.begin(D);
        let (made, real) = (self.make(t), self.real(t));
        let (d_loss, opinion) = self.d_loss(t, &real, &made);
        let g_loss = self.g_cost(t, &made, &opinion.fake, || opinion.real.clone());
        self.record_scores(t, &opinion, &real);
        self.steer_weight_penalty(t, &opinion);
        let [d, g] = &self.updates()[..] else {
            unreachable!("a game has two players");
        };
        t.descend(&[(d, d_loss), (g, g_loss)]);
    }
}

/// A minibatch of the data as D sees it.
struct Real {
    x: Tensor,
    told: Told,
}

impl Real {
    fn detach(self) -> Self {
        Self {
            told: self.told.detach(),
            ..self
        }
    }
}

impl Gan {
    fn real(&self, t: &Trace<'_>) -> Real {
        let batch: Batch = t.data();
        let classes = self.checked_classes(t.task());
        let label = classes.map(|classes| batch.labels(classes.attribute));
        let latent = self.encoder.as_ref().map(|encoder| {
            let noise = encoder.noise(|shape| t.random().normal(shape), t.batch_size());
            t.apply(E, &batch.x, noise.as_ref())
        });
        Real {
            told: Told { label, latent },
            x: self.seen(t, &batch.x),
        }
    }
}

impl Encoder {
    /// What E takes beside `rows` samples, where that is anything.
    fn noise(&self, draw: impl FnOnce(&[usize]) -> Tensor, rows: usize) -> Option<Tensor> {
        (self.noise > 0).then(|| draw(&[rows, self.noise]))
    }
}

impl Gan {
    /// The latents of samples outside of training: where E's noise is 0.
    fn encoded(&self, look: &Look<'_>, x: &Tensor) -> Tensor {
        let encoder = self.encoder.as_ref();
        let encoder = encoder.expect("a view of the encoder is there only with one");
        let rows = x.shape()[0];
        let noise = encoder.noise(
            |shape| x.narrow(1, 0, 1).constant_like(0.0).broadcast_to(shape),
            rows,
        );
        look.apply(E, x, noise.as_ref())
    }
}

impl Model for Gan {
    fn validate(&self, task: &Task<'_>) -> Result<(), ConfigError> {
        if !cost::has_target(self.cost) && self.real_label != 1.0 {
            return Err(ConfigError::new(
                "real_label",
                format!(
                    "{} as D's target, but with this cost D's score has no target",
                    self.real_label
                ),
                "use 1, or another cost",
            ));
        }
        if !cost::has_fake_target(self.cost) && self.fake_label != 0.0 {
            return Err(ConfigError::new(
                "fake_label",
                format!(
                    "{} as D's target on samples, but with this cost it has none there",
                    self.fake_label
                ),
                "use 0, or another cost",
            ));
        }
        self.check_judged(task)?;
        // One number for the whole batch changes a sample's slope little, and Karras et al. train with both (2018, 2020).
        let mixes = |layer: &&Layer| layer.couples_samples() && **layer != Layer::MinibatchStd;
        let mixed = self.discriminator.layers.iter().find(mixes);
        if let Some(layer) = mixed.filter(|_| self.gradient_penalty.is_some()) {
            return Err(ConfigError::new(
                "discriminator.layers",
                format!(
                    "{} mixes the samples of a batch, and a gradient penalty asks for each sample's own slope",
                    layer.kind()
                ),
                "take it out of D, or the penalty away (Gulrajani et al. 2017, section 4)",
            ));
        }
        self.schedule.validate()?;
        if self.schedule.order == Order::Simultaneous
            && (self.codes.is_some() || self.encoder.is_some())
        {
            return Err(ConfigError::new(
                "schedule.order",
                "codes and an encoder ask for updates in turn: their networks learn from both players' losses",
                "use alternating order",
            ));
        }
        self.classes(task)?;
        self.check_labels()?;
        self.check_spread()?;
        self.check_weight_penalty()?;
        self.word_count(task)?;
        self.check_winnable(task)
    }

    fn networks(&self, task: &Task<'_>) -> Result<Vec<NetworkSpec<'_>>, ConfigError> {
        self.describe_networks(task)
    }

    fn states(&self, _: &Task<'_>) -> Vec<StateSpec> {
        let of_spread = self.spread_states().into_iter();
        of_spread.chain(self.weight_penalty_states()).collect()
    }

    fn updates(&self) -> Vec<Update> {
        self.describe_updates()
    }

    fn heavy_every(&self) -> usize {
        let penalty = self.gradient_penalty.as_ref().map(|penalty| penalty.every);
        let spread = self.spread.as_ref().map(|spread| spread.every);
        penalty.into_iter().chain(spread).max().unwrap_or(1)
    }

    fn views(&self, task: &Task<'_>) -> Result<Vec<View>, ConfigError> {
        self.describe_views(task)
    }

    fn metrics(&self, task: &Task<'_>) -> Vec<Metric> {
        self.describe_metrics(task)
    }

    fn diagram(&self) -> Diagram {
        self.describe_diagram()
    }

    fn loss(&self, update: &str, t: &Trace<'_>) -> Tensor {
        match update {
            D => self.loss_of_d(t),
            _ => self.loss_of_g(t),
        }
    }

    fn step(&self, t: &Trace<'_>) {
        match self.schedule.order {
            Order::Simultaneous => self.simultaneous(t),
            Order::Alternating => super::sequential(self, t),
        }
    }

    fn view(&self, view: &str, look: &Look<'_>, inputs: &[Tensor]) -> Tensor {
        match view {
            GENERATE => self.decode(look, inputs),
            ENCODE => self.encoded(look, &inputs[0]),
            RECONSTRUCT => {
                let z = self.encoded(look, &inputs[0]);
                let others = inputs[1..].iter().cloned();
                self.decode(look, &[z].into_iter().chain(others).collect::<Vec<_>>())
            }
            _ => {
                let latent = self
                    .encoder
                    .as_ref()
                    .map(|_| self.encoded(look, &inputs[0]));
                let label = inputs.get(1).map(|label| label.cast(DType::U32));
                let opinion = self.look(look, &inputs[0], &Told { label, latent });
                match (view, &self.codes) {
                    (CLASSIFY, _) => softmax(&look.apply(C, &opinion.last, None)),
                    (READ_CODE, Some(codes)) => {
                        let read = look.apply(Q, &opinion.last, None);
                        softmax(&read.narrow(1, 0, codes.categories))
                    }
                    _ => self.score(&opinion.output),
                }
            }
        }
    }
}
