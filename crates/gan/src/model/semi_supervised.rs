//! A GAN that helps a classifier (Salimans et al. 2016, section 5; tutorial, section 5.4): of few images the labels are known, of
//! all the rest only that they are real. D has a logit for each class, and tells data from samples by one more class, made by G,
//! whose logit is fixed at 0, or by how sure it is (CatGAN, Springenberg 2016).

use ganlet_core::Tensor;
use serde::{Deserialize, Serialize};

use super::describe::{
    Arrow, Block, Body, Chart, Colour, Diagram, Input, Metric, NetworkSpec, Update, View, ViewKind,
};
use super::source::Labelled;
use super::{Look, Model, Task, Trace};
use crate::config::{Monitor, Network, Optimizer, Prior};
use crate::error::ConfigError;
use crate::layer::sigmoid;
use crate::loss::cost::{self, Targets};
use crate::loss::{Cost, categorical};
use crate::tensor::{cross_entropy, log_sum_exp, softmax};

/// The generator: its network, and its update.
const G: &str = "g";
/// The discriminator, which is the classifier: its network, and its update.
const D: &str = "d";
const GENERATE: &str = "generate";
const DISCRIMINATE: &str = "discriminate";
const CLASSIFY: &str = "classify";

/// A classifier that learns from few labels, and from a generator.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct SemiSupervised {
    /// The noise z that the generator starts from.
    pub prior: Prior,
    /// G: from noise to samples.
    pub generator: Network,
    /// D: from images to a logit for each class.
    pub discriminator: Network,
    /// How D tells images from samples.
    #[serde(default)]
    pub game: Game,
    /// How many images have a label that D learns from: as many of every class.
    #[cfg_attr(feature = "schema", schemars(range(min = 2, max = 60_000), extend("x-unit" = "images")))]
    pub labels: usize,
    /// Which images these are; another number takes others.
    #[serde(default)]
    pub labels_seed: u32,
    /// Factor on what D pays for telling images without label from samples; 0 for a classifier of the labelled images alone.
    #[serde(default = "half")]
    #[cfg_attr(feature = "schema", schemars(range(min = 0.0, max = 100.0)))]
    pub unlabelled_weight: f64,
    /// How G learns.
    pub g_optimizer: Optimizer,
    /// How D learns.
    pub d_optimizer: Optimizer,
}

/// How D tells images from samples by its classes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Game {
    /// By one more class, `made by G`, whose logit is 0; G matches what D's last layer sees of the data (Salimans et al. 2016).
    #[default]
    OneMoreClass,
    /// By how sure D is of a class: sure of images, unsure of samples, and all classes as frequent (CatGAN, Springenberg 2016).
    Categorical,
}

fn half() -> f64 {
    0.5
}

/// The number of classes that D names.
fn classes(task: &Task<'_>) -> Result<usize, ConfigError> {
    Ok(task.classes("labels", None)?.names.len())
}

impl SemiSupervised {
    /// D(x), `[batch, 1]`, from its logits of classes. With one more class D(x) = Z / (Z + 1), Z the sum of `e^logits`.
    fn score(&self, logits: &Tensor) -> Tensor {
        match self.game {
            Game::OneMoreClass => sigmoid(&log_sum_exp(logits)),
            Game::Categorical => categorical::certainty(logits),
        }
    }

    /// What D pays for taking images without label for samples or samples for images. With one more class it is the cost of a
    /// GAN whose logit of `real` is `log Z`.
    fn cost_of_telling(&self, real: &Tensor, fake: &Tensor) -> Tensor {
        match self.game {
            Game::OneMoreClass => {
                let (real, fake) = (log_sum_exp(real), log_sum_exp(fake));
                cost::discriminator(Cost::FeatureMatching, &real, &fake, &Targets::plain(&real))
            }
            Game::Categorical => categorical::discriminator(real, fake),
        }
    }

    /// What D pays: surprise at the labels, and for telling images from samples badly.
    fn loss_of_d(&self, t: &Trace<'_>) -> Tensor {
        let (labelled, data) = (t.labelled(), t.data().x);
        let fake = t.apply(G, &t.noise(&self.prior), None).detach();
        let named = t.apply(D, &labelled.x, None);
        let surprise = cross_entropy(&named, &labelled.labels(0)).mean_all();
        let (real, fake) = (t.apply(D, &data, None), t.apply(D, &fake, None));
        if t.records_all() {
            t.record("label_nats", &surprise);
            t.record("d_real", &self.score(&real).mean_all());
            t.record("d_fake", &self.score(&fake).mean_all());
        }
        surprise
            + self.cost_of_telling(&real, &fake)
                * t.hyper("unlabelled_weight", self.unlabelled_weight)
    }

    /// With one more class G is to make the mean of what D's last layer starts from what it is for data (Salimans et al. 2016,
    /// section 3.1).
    fn loss_of_g(&self, t: &Trace<'_>) -> Tensor {
        let fake = t.apply(G, &t.noise(&self.prior), None);
        match self.game {
            Game::OneMoreClass => {
                let mean = |x: &Tensor| t.features(D, x, None).last.mean(&[0]);
                (mean(&fake) - mean(&t.data().x)).square().sum_all()
            }
            Game::Categorical => categorical::generator(&t.apply(D, &fake, None)),
        }
    }
}

impl Model for SemiSupervised {
    fn validate(&self, task: &Task<'_>) -> Result<(), ConfigError> {
        if !task.is_image() {
            return Err(ConfigError::new(
                "data",
                "there are no images with labels, few of which D is to learn from",
                "take images, such as mnist",
            ));
        }
        let classes = classes(task)?;
        if !self.labels.is_multiple_of(classes) {
            return Err(ConfigError::new(
                "labels",
                format!(
                    "{} labels, which are not as many of each of {classes} classes",
                    self.labels
                ),
                format!("use a multiple of {classes}, such as {}", 10 * classes),
            ));
        }
        Ok(())
    }

    fn labelled(&self) -> Option<Labelled> {
        Some(Labelled {
            count: self.labels,
            seed: self.labels_seed,
        })
    }

    fn networks(&self, task: &Task<'_>) -> Result<Vec<NetworkSpec<'_>>, ConfigError> {
        Ok(vec![
            NetworkSpec {
                name: G,
                field: "generator",
                body: Body::from(&self.generator),
                optimizer: &self.g_optimizer,
                optimizer_field: "g_optimizer",
                input: vec![self.prior.dim],
                condition: 0,
                output: task.sample.clone(),
                output_is: "a sample of the data",
                batches: 1,
                makes_samples: true,
            },
            NetworkSpec {
                name: D,
                field: "discriminator",
                body: Body::from(&self.discriminator),
                optimizer: &self.d_optimizer,
                optimizer_field: "d_optimizer",
                input: task.sample.clone(),
                condition: 0,
                output: vec![classes(task)?],
                output_is: "a logit for every class",
                batches: 1,
                makes_samples: false,
            },
        ])
    }

    fn updates(&self) -> Vec<Update> {
        let update = |name, title| Update {
            name,
            title,
            networks: vec![name],
            times: 1,
        };
        vec![update(D, "Update D"), update(G, "Update G")]
    }

    fn views(&self, task: &Task<'_>) -> Result<Vec<View>, ConfigError> {
        let noise = Input::noise(&self.prior);
        let sample = Input::sample(task);
        let view = |name, kind, input: &Input, len, range| View {
            name,
            kind,
            inputs: vec![input.clone()],
            len,
            range,
        };
        let share = Some([0.0, 1.0]);
        Ok(vec![
            view(GENERATE, ViewKind::Decode, &noise, task.sample_len(), None),
            view(DISCRIMINATE, ViewKind::Score, &sample, 1, share),
            view(CLASSIFY, ViewKind::Classify, &sample, classes(task)?, share),
        ])
    }

    fn metrics(&self, task: &Task<'_>) -> Vec<Metric> {
        let metric = Metric::new;
        let (d, g) = (Colour::Discriminator, Colour::Generator);
        let mut metrics = vec![
            metric("d_loss", "Loss of D", "", Chart::Loss, d),
            metric("g_loss", "Loss of G", "", Chart::Loss, g),
        ];
        if task.monitor == Monitor::Full {
            metrics.extend([
                metric(
                    "label_nats",
                    "Surprise at the labels",
                    "nats",
                    Chart::Other,
                    d,
                ),
                metric("d_real", "D on real data", "", Chart::Score, Colour::Real),
                metric("d_fake", "D on samples", "", Chart::Score, Colour::Fake),
                metric("d_grad_norm", "Gradient of D", "", Chart::Gradient, d),
                metric("g_grad_norm", "Gradient of G", "", Chart::Gradient, g),
            ]);
        }
        metrics
    }

    fn diagram(&self) -> Diagram {
        let block = Block::new;
        let arrow = Arrow::new;
        Diagram {
            blocks: vec![
                block("noise", "Noise", "prior", None, Colour::Neutral),
                block(G, "Generator", "generator", None, Colour::Generator),
                block(
                    "samples",
                    "Samples",
                    "generator",
                    Some(GENERATE),
                    Colour::Fake,
                ),
                block("data", "Real data", "data", None, Colour::Real),
                block("label", "Few labels", "labels", None, Colour::Neutral),
                block(
                    D,
                    "Discriminator",
                    "discriminator",
                    Some(DISCRIMINATE),
                    Colour::Discriminator,
                ),
            ],
            arrows: vec![
                arrow("noise", G, &[]),
                arrow(G, "samples", &[G]),
                arrow("samples", D, &[G]),
                arrow("data", D, &[]),
                arrow("label", D, &[]),
            ],
        }
    }

    fn loss(&self, update: &str, t: &Trace<'_>) -> Tensor {
        match update {
            D => self.loss_of_d(t),
            _ => self.loss_of_g(t),
        }
    }

    fn step(&self, t: &Trace<'_>) {
        super::sequential(self, t);
    }

    fn view(&self, view: &str, look: &Look<'_>, inputs: &[Tensor]) -> Tensor {
        match view {
            GENERATE => look.apply(G, &inputs[0], None),
            DISCRIMINATE => self.score(&look.apply(D, &inputs[0], None)),
            _ => softmax(&look.apply(D, &inputs[0], None)),
        }
    }
}
