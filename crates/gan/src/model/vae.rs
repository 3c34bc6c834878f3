//! The variational autoencoder (Kingma and Welling 2014; tutorial, section 2.3.2): an encoder guesses the latent of a sample, a
//! decoder makes the sample of it again, and both raise a bound on the log density of the data.

use ganlet_core::Tensor;
use serde::{Deserialize, Serialize};

use super::describe::{
    Arrow, Block, Body, Chart, Colour, Diagram, Input, Metric, NetworkSpec, Update, View, ViewKind,
};
use super::{Look, Model, Task, Trace};
use crate::config::{Monitor, Network, Optimizer, Prior, PriorKind, one};
use crate::error::ConfigError;
use crate::json::tagged;
use crate::layer::{sigmoid, softplus};

/// The encoder's network.
const E: &str = "e";
/// The decoder's network.
const G: &str = "g";
/// The one update.
const VAE: &str = "vae";

const GENERATE: &str = "generate";
const ENCODE: &str = "encode";
const RECONSTRUCT: &str = "reconstruct";
const ELBO: &str = "elbo";

/// A variational autoencoder.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Vae {
    /// What latents are drawn from: a standard normal.
    pub prior: Prior,
    /// E: from samples to the mean of each number of the latent, then the logarithm of its variance.
    pub encoder: Network,
    /// G: from latents to samples; to their logits where pixels are drawn as black or white.
    pub decoder: Network,
    /// How a sample is drawn around what the decoder makes.
    pub likelihood: Likelihood,
    /// Factor on the distance of guesses from the prior; 1 gives the bound, more gives latents that are easier to name
    /// (Higgins et al. 2017).
    #[serde(default = "one")]
    #[cfg_attr(feature = "schema", schemars(range(min = 0.0, max = 1000.0)))]
    pub kl_weight: f64,
    /// How both learn.
    pub optimizer: Optimizer,
}

/// How a sample is drawn around what the decoder makes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(
    feature = "schema",
    derive(schemars::JsonSchema),
    schemars(tag = "kind")
)]
#[serde(remote = "Self", rename_all = "snake_case", deny_unknown_fields)]
pub enum Likelihood {
    /// Each pixel is white with the probability that the decoder gives; grey ones count in between.
    Bernoulli,
    /// Normal with one deviation for all numbers.
    Gaussian {
        /// The deviation.
        #[cfg_attr(feature = "schema", schemars(range(min = 0.001, max = 10.0)))]
        std: f64,
    },
}

tagged!(Likelihood);

/// What the encoder guesses, each `[batch, dim]`.
struct Guess {
    mean: Tensor,
    log_variance: Tensor,
}

impl Vae {
    fn guess(&self, encoded: &Tensor) -> Guess {
        let dim = self.prior.dim;
        Guess {
            mean: encoded.narrow(1, 0, dim),
            log_variance: encoded.narrow(1, dim, dim),
        }
    }

    /// `log p(x | z)` in nats, `[batch, 1]`, from what the decoder makes of z.
    fn log_likelihood(&self, x: &Tensor, decoded: &Tensor) -> Tensor {
        match self.likelihood {
            // x log s(a) + (1 - x) log(1 - s(a)) = x a - softplus(a)
            Likelihood::Bernoulli => (x * decoded - softplus(decoded)).sum(&[1]),
            Likelihood::Gaussian { std } => {
                let distance = (x - decoded).square().sum(&[1]) * (-0.5 / (std * std));
                distance - x.shape()[1] as f64 * (std * std::f64::consts::TAU.sqrt()).ln()
            }
        }
    }

    /// What is drawn on average, from what the decoder makes.
    fn mean_sample(&self, decoded: &Tensor) -> Tensor {
        match self.likelihood {
            Likelihood::Bernoulli => sigmoid(decoded),
            Likelihood::Gaussian { .. } => decoded.clone(),
        }
    }
}

impl Guess {
    /// A latent that is drawn from the guess with standard normal `noise`, so that gradients go through it.
    fn draw(&self, noise: &Tensor) -> Tensor {
        &self.mean + (&self.log_variance * 0.5).exp() * noise
    }

    /// Kullback-Leibler divergence from the standard normal in nats, `[batch, 1]` (Kingma and Welling 2014, appendix B).
    fn divergence(&self) -> Tensor {
        let terms = self.mean.square() + self.log_variance.exp() - &self.log_variance - 1.0;
        terms.sum(&[1]) * 0.5
    }
}

impl Model for Vae {
    fn validate(&self, task: &Task<'_>) -> Result<(), ConfigError> {
        if self.prior.kind != PriorKind::Normal || self.prior.scale != 1.0 {
            return Err(ConfigError::new(
                "prior",
                "the distance of a guess from the prior is known for the standard normal alone",
                "use kind normal and scale 1",
            ));
        }
        match (&self.likelihood, task.data.black()) {
            (Likelihood::Gaussian { .. }, _) | (Likelihood::Bernoulli, Some(0.0)) => {}
            (Likelihood::Bernoulli, _) => {
                return Err(ConfigError::new(
                    "likelihood.kind",
                    "a Bernoulli likelihood is for numbers from 0 to 1",
                    "take images with data.black 0, or a Gaussian likelihood",
                ));
            }
        }
        Ok(())
    }

    fn networks(&self, task: &Task<'_>) -> Result<Vec<NetworkSpec<'_>>, ConfigError> {
        let dim = self.prior.dim;
        let spec = |name, field, network, input, output, output_is| NetworkSpec {
            name,
            field,
            body: Body::from(network),
            optimizer: &self.optimizer,
            optimizer_field: "optimizer",
            input,
            condition: 0,
            output,
            output_is,
            batches: 1,
            makes_samples: name == G,
        };
        let guess = "a guess, mean and log variance of every number of the latent,";
        let sample = "a sample of the data";
        Ok(vec![
            spec(
                E,
                "encoder",
                &self.encoder,
                task.sample.clone(),
                vec![2 * dim],
                guess,
            ),
            spec(
                G,
                "decoder",
                &self.decoder,
                vec![dim],
                task.sample.clone(),
                sample,
            ),
        ])
    }

    fn updates(&self) -> Vec<Update> {
        vec![Update {
            name: VAE,
            title: "Update encoder and decoder",
            networks: vec![E, G],
            times: 1,
        }]
    }

    fn views(&self, task: &Task<'_>) -> Result<Vec<View>, ConfigError> {
        let noise = Input::noise(&self.prior);
        let sample = Input::sample(task);
        let range = match self.likelihood {
            Likelihood::Bernoulli => Some([0.0, 1.0]),
            Likelihood::Gaussian { .. } => None,
        };
        let view = |name, kind, inputs: &[&Input], len, range| View {
            name,
            kind,
            inputs: inputs.iter().copied().cloned().collect(),
            len,
            range,
        };
        Ok(vec![
            view(
                GENERATE,
                ViewKind::Decode,
                &[&noise],
                task.sample_len(),
                range,
            ),
            view(ENCODE, ViewKind::Encode, &[&sample], self.prior.dim, None),
            view(
                RECONSTRUCT,
                ViewKind::Reconstruct,
                &[&sample],
                task.sample_len(),
                range,
            ),
            view(ELBO, ViewKind::LogDensity, &[&sample, &noise], 1, None),
        ])
    }

    fn metrics(&self, task: &Task<'_>) -> Vec<Metric> {
        let metric = Metric::new;
        let loss = "What is made small";
        let mut metrics = vec![metric(
            "vae_loss",
            loss,
            "nats",
            Chart::Loss,
            Colour::Generator,
        )];
        if task.monitor == Monitor::Full {
            let (kl, rest) = (
                "Distance of guesses from the prior",
                "Surprise at the data, given the guess",
            );
            metrics.extend([
                metric("kl_nats", kl, "nats", Chart::Loss, Colour::Third),
                metric(
                    "reconstruction_nats",
                    rest,
                    "nats",
                    Chart::Loss,
                    Colour::Real,
                ),
                metric(
                    "e_grad_norm",
                    "Gradient of the encoder",
                    "",
                    Chart::Gradient,
                    Colour::Third,
                ),
                metric(
                    "g_grad_norm",
                    "Gradient of the decoder",
                    "",
                    Chart::Gradient,
                    Colour::Generator,
                ),
            ]);
        }
        metrics
    }

    fn diagram(&self) -> Diagram {
        let block = Block::new;
        let arrow = |from, to| Arrow::new(from, to, &[VAE]);
        Diagram {
            blocks: vec![
                block("data", "Real data", "data", None, Colour::Real),
                block(E, "Encoder", "encoder", Some(ENCODE), Colour::Third),
                block("noise", "Latent", "prior", None, Colour::Neutral),
                block(
                    G,
                    "Decoder",
                    "decoder",
                    Some(RECONSTRUCT),
                    Colour::Generator,
                ),
                block(
                    "samples",
                    "Samples",
                    "decoder",
                    Some(GENERATE),
                    Colour::Fake,
                ),
            ],
            arrows: vec![
                arrow("data", E),
                arrow(E, "noise"),
                arrow("noise", G),
                arrow(G, "samples"),
            ],
        }
    }

    /// Minus the bound on the mean log density, in nats a sample: what the decoder does not know, and what a guess tells of the
    /// sample (Kingma and Welling 2014, equation 10, with one draw).
    fn loss(&self, _: &str, t: &Trace<'_>) -> Tensor {
        let x = t.data().x;
        let guess = self.guess(&t.apply(E, &x, None));
        let z = guess.draw(&t.noise(&self.prior));
        let surprise = -self.log_likelihood(&x, &t.apply(G, &z, None)).mean_all();
        let kl = guess.divergence().mean_all();
        t.record("kl_nats", &kl);
        t.record("reconstruction_nats", &surprise);
        surprise + kl * t.hyper("kl_weight", self.kl_weight)
    }

    fn step(&self, t: &Trace<'_>) {
        super::sequential(self, t);
    }

    fn view(&self, view: &str, look: &Look<'_>, inputs: &[Tensor]) -> Tensor {
        let decode = |z: &Tensor| self.mean_sample(&look.apply(G, z, None));
        if view == GENERATE {
            return decode(&inputs[0]);
        }
        let guess = self.guess(&look.apply(E, &inputs[0], None));
        match view {
            ENCODE => guess.mean,
            RECONSTRUCT => decode(&guess.mean),
            _ => {
                let decoded = look.apply(G, &guess.draw(&inputs[1]), None);
                self.log_likelihood(&inputs[0], &decoded) - guess.divergence()
            }
        }
    }
}
