//! A density whose formula is known up to a factor (tutorial, section 3.4): `log p(x) = -(x - mean)^2 / (2 deviation^2) + c`, where
//! c is minus the log of what the rest integrates to, Z. Noise-contrastive estimation (Gutmann and Hyvärinen 2010) learns c as a
//! number like any other, by the game in which G is a fixed noise and D is made of p; maximum likelihood has to know Z.

use std::f64::consts::TAU;

use ganlet_core::Tensor;
use serde::{Deserialize, Serialize};

use super::describe::{
    Arrow, Block, Body, Chart, Colour, Diagram, Input, Metric, NetworkSpec, Update, View, ViewKind,
};
use super::{Figures, Look, Model, Task, Trace};
use crate::config::{Init, Monitor, Optimizer, Prior, PriorKind};
use crate::error::ConfigError;
use crate::layer::{ParamKind, softplus};

/// The parameters, and the one update.
const P: &str = "p";
/// Its parts, one number each.
const MEAN: &str = "mean";
const LOG_DEVIATION: &str = "log_deviation";
const LOG_FACTOR: &str = "log_factor";

const GENERATE: &str = "generate";

/// A normal density that is not told what it integrates to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Density {
    /// How its parameters are found.
    #[serde(default)]
    pub estimator: Estimate,
    /// Deviation of the noise, normal around 0, that data are told from.
    #[serde(default = "wide")]
    #[cfg_attr(feature = "schema", schemars(range(min = 0.01, max = 100.0)))]
    pub noise_std: f64,
    /// How it learns.
    pub optimizer: Optimizer,
}

fn wide() -> f64 {
    2.0
}

/// How the parameters of a density are found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Estimate {
    /// D, made of the density and of the noise's, tells data from noise. The factor is one more number that is learned.
    #[default]
    NoiseContrast,
    /// The data become as likely as they can be under the density divided by its integral, which here has a formula.
    MaximumLikelihood,
}

/// The density at one moment, each number `[1]`.
struct Parts {
    mean: Tensor,
    log_deviation: Tensor,
    /// What is learned of the factor's log, where it is.
    learned: Option<Tensor>,
}

impl Parts {
    /// The log of the factor.
    fn log_factor(&self) -> Tensor {
        let exact = || -self.log_integral();
        self.learned.clone().unwrap_or_else(exact)
    }

    /// The log of the density without its factor, `[batch, 1]`.
    fn log_shape(&self, x: &Tensor) -> Tensor {
        ((x - &self.mean) * (-&self.log_deviation).exp()).square() * -0.5
    }

    /// log Z, `[1]`: what the density without its factor integrates to.
    fn log_integral(&self) -> Tensor {
        &self.log_deviation + 0.5 * TAU.ln()
    }
}

impl Density {
    /// z of the samples, as of the noise: standard normal.
    fn prior() -> Prior {
        Prior {
            kind: PriorKind::Normal,
            dim: 1,
            scale: 1.0,
        }
    }

    fn parts(&self, part: impl Fn(&str) -> Tensor) -> Parts {
        Parts {
            mean: part(MEAN),
            log_deviation: part(LOG_DEVIATION),
            learned: self.learns_factor().then(|| part(LOG_FACTOR)),
        }
    }

    fn learns_factor(&self) -> bool {
        self.estimator == Estimate::NoiseContrast
    }

    /// D's logit: the log of the ratio of the density, with its factor, to the noise's (Gutmann and Hyvärinen 2010, equation 4).
    fn logit(&self, parts: &Parts, x: &Tensor) -> Tensor {
        let of_noise =
            (x * (1.0 / self.noise_std)).square() * -0.5 - (self.noise_std * TAU.sqrt()).ln();
        parts.log_shape(x) + parts.log_factor() - of_noise
    }
}

impl Model for Density {
    fn validate(&self, task: &Task<'_>) -> Result<(), ConfigError> {
        if task.sample_len() == 1 {
            return Ok(());
        }
        Err(ConfigError::new(
            "data",
            format!(
                "samples of {} numbers, and this density is one of a single number",
                task.sample_len()
            ),
            "take data of kind mixture1d",
        ))
    }

    fn networks(&self, task: &Task<'_>) -> Result<Vec<NetworkSpec<'_>>, ConfigError> {
        let part = |name| (name, vec![1], ParamKind::Shift);
        let mut parts = vec![part(MEAN), part(LOG_DEVIATION)];
        parts.extend(self.learns_factor().then(|| part(LOG_FACTOR)));
        Ok(vec![NetworkSpec {
            name: P,
            field: "estimator",
            body: Body::Parameters {
                parts,
                init: Init::Glorot,
            },
            optimizer: &self.optimizer,
            optimizer_field: "optimizer",
            input: task.sample.clone(),
            condition: 0,
            output: vec![],
            output_is: "",
            batches: 2,
            makes_samples: false,
        }])
    }

    fn updates(&self) -> Vec<Update> {
        vec![Update {
            name: P,
            title: "Update the density",
            networks: vec![P],
            times: 1,
        }]
    }

    fn views(&self, task: &Task<'_>) -> Result<Vec<View>, ConfigError> {
        Ok(vec![View {
            name: GENERATE,
            kind: ViewKind::Decode,
            inputs: vec![Input::noise(&Self::prior())],
            len: task.sample_len(),
            range: None,
        }])
    }

    fn metrics(&self, task: &Task<'_>) -> Vec<Metric> {
        let metric = Metric::new;
        let loss = match self.estimator {
            Estimate::NoiseContrast => "Loss of D",
            Estimate::MaximumLikelihood => "Surprise at the data",
        };
        let mut metrics = vec![metric(
            "p_loss",
            loss,
            "nats",
            Chart::Loss,
            Colour::Discriminator,
        )];
        if task.monitor == Monitor::Full {
            let of_p =
                |name, title, unit| metric(name, title, unit, Chart::Other, Colour::Generator);
            metrics.extend([
                of_p("model_mean", "Mean of the density", ""),
                Metric {
                    colour: Colour::Third,
                    ..of_p("model_std", "Deviation of the density", "")
                },
                metric(
                    "p_grad_norm",
                    "Gradient",
                    "",
                    Chart::Gradient,
                    Colour::Discriminator,
                ),
            ]);
        }
        metrics
    }

    fn diagram(&self) -> Diagram {
        let block = Block::new;
        let (data, noise) = ("data", "noise");
        let mut blocks = vec![
            block(data, "Real data", data, None, Colour::Real),
            block(
                P,
                "Density",
                "estimator",
                Some(GENERATE),
                Colour::Discriminator,
            ),
        ];
        let mut arrows = vec![Arrow::new(data, P, &[P])];
        if self.learns_factor() {
            blocks.push(block(noise, "Noise", "noise_std", None, Colour::Neutral));
            arrows.push(Arrow::new(noise, P, &[P]));
        }
        Diagram { blocks, arrows }
    }

    /// Noise contrast: `-E log D(x) - E log(1 - D(noise))`, the value function of GANs with a G that stands still. Likelihood:
    /// `-E log(p(x) / Z)`.
    fn loss(&self, _: &str, t: &Trace<'_>) -> Tensor {
        let parts = self.parts(|part| t.parameter(P, part));
        let x = t.data().x;
        if t.records_all() {
            t.record("model_mean", &parts.mean.sum_all());
            t.record("model_std", &parts.log_deviation.exp().sum_all());
        }
        match self.estimator {
            Estimate::NoiseContrast => {
                let noise = t.noise(&Self::prior()) * self.noise_std;
                let (real, fake) = (self.logit(&parts, &x), self.logit(&parts, &noise));
                softplus(&-real).mean_all() + softplus(&fake).mean_all()
            }
            Estimate::MaximumLikelihood => -(parts.log_shape(&x) + parts.log_factor()).mean_all(),
        }
    }

    fn step(&self, t: &Trace<'_>) {
        super::sequential(self, t);
    }

    fn view(&self, _: &str, look: &Look<'_>, inputs: &[Tensor]) -> Tensor {
        let parts = self.parts(|part| look.parameter(P, part));
        &inputs[0] * parts.log_deviation.exp() + &parts.mean
    }

    fn has_figures(&self) -> bool {
        self.learns_factor()
    }

    /// What is taken for log Z, what it is, and the distance of both.
    fn figures(&self, figures: &mut Figures<'_>) {
        let [_, log_deviation, log_factor] = *figures.parameters(P) else {
            unreachable!("three numbers are learned");
        };
        let found = -f64::from(log_factor);
        let exact = f64::from(log_deviation) + 0.5 * TAU.ln();
        figures.put("log_partition_nats", found);
        figures.put("log_partition_exact_nats", exact);
        figures.put("log_partition_error_nats", (found - exact).abs());
    }
}
