//! What a model says of itself: plain descriptions that the trainer, the terminal and the page map over.

use std::borrow::Cow;

use serde::Serialize;

use super::task::Task;
use crate::config::{Init, Network, Optimizer, Prior};
use crate::error::ConfigError;
use crate::layer::ParamKind;

/// A network and how it learns.
pub struct NetworkSpec<'a> {
    /// The prefix of its states: `g` has `g.params`.
    pub name: &'static str,
    /// The network's place in the config, such as `generator`.
    pub field: &'static str,
    /// Its layers, or its parameters where it has no layers.
    pub body: Body<'a>,
    /// How it follows its gradient.
    pub optimizer: &'a Optimizer,
    /// The optimizer's place in the config.
    pub optimizer_field: &'static str,
    /// Extents of one input.
    pub input: Vec<usize>,
    /// Numbers of the second input, which condition layers join; 0 where there is none.
    pub condition: usize,
    /// Extents that it has to end with.
    pub output: Vec<usize>,
    /// What has those extents, such as `a sample of the data`.
    pub output_is: &'static str,
    /// Batches that go through it as one.
    pub batches: usize,
    /// Whether its last bias may start at the data's mean.
    pub makes_samples: bool,
}

/// What a network consists of.
pub enum Body<'a> {
    /// Layers, from input to output.
    Layers(Cow<'a, Network>),
    /// Parameters that the model's own mathematics uses.
    Parameters {
        /// Name, extents and kind of each.
        parts: Vec<(&'static str, Vec<usize>, ParamKind)>,
        /// How the weights among them start.
        init: Init,
    },
}

/// Something that a model keeps on the device beside its networks; zeros before the first step.
pub struct StateSpec {
    /// Its name in checkpoints.
    pub name: &'static str,
    /// Extents of the state.
    pub shape: Vec<usize>,
}

/// One of the moves of a training step: a *player* of the tutorial, with what it moves and how often.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Update {
    /// Name of the update, such as `d`; unique within a model.
    pub name: &'static str,
    /// What a button for it says, such as `Update D`.
    pub title: &'static str,
    /// The networks that follow the gradient of its loss.
    pub networks: Vec<&'static str>,
    /// How often it happens within a step.
    pub times: usize,
}

/// Something that can be asked of a model.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct View {
    /// Name of the view, such as `generate`; unique within a model.
    pub name: &'static str,
    /// What kind of question it is.
    #[serde(flatten)]
    pub kind: ViewKind,
    /// What the question consists of.
    pub inputs: Vec<Input>,
    /// Numbers of one answer.
    pub len: usize,
    /// What the numbers of an answer lie between, where that is known: `[0, 1]` for a probability.
    pub range: Option<[f64; 2]>,
}

/// Kinds of questions; what can be measured of a model follows from those it has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum ViewKind {
    /// From noise (and a label, or codes) to samples.
    Decode,
    /// How real a sample is.
    Score,
    /// Decoded samples, each with its score behind it. Follows from the other two, of images: one trip to the device and back.
    Scored,
    /// From samples to latents.
    Encode,
    /// From samples to what the model makes of them by way of its latents.
    Reconstruct,
    /// Log density of samples in nats, or a bound of it.
    LogDensity,
    /// Probabilities of classes or codes.
    Classify,
    /// Samples after one more step of a Markov chain; runs many times.
    Chain {
        /// Steps from noise until samples are worth a look.
        burn_in: usize,
    },
}

/// One part of a question: rows of numbers.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Input {
    /// Name of the input: `z` for noise, `x` for samples, `label`, `category` or `code`.
    pub name: &'static str,
    /// Numbers of one row.
    pub len: usize,
    /// What the numbers of a row are.
    #[serde(flatten)]
    pub kind: InputKind,
}

/// What the numbers of an input are.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum InputKind {
    /// Noise, with what it is drawn from.
    Noise {
        /// The distribution that it is drawn from.
        prior: Prior,
    },
    /// The number of a class.
    Label {
        /// The classes, in order.
        classes: Vec<String>,
    },
    /// The number of a category that the model gave a meaning of its own.
    Category {
        /// How many categories there are; a row names one from 0.
        count: usize,
    },
    /// Numbers from -1 to 1 that the model gave a meaning of its own.
    Code,
    /// The numbers of a sample, as the data have them.
    Sample,
}

/// What is recorded at every step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Metric {
    /// The name in tables and curves.
    pub name: &'static str,
    /// What the page and tables call it.
    pub title: &'static str,
    /// The unit, such as `nats`; empty for a pure number.
    pub unit: &'static str,
    /// Which chart it is drawn in.
    pub chart: Chart,
    /// Whose colour it has.
    pub colour: Colour,
}

/// Charts of the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Chart {
    /// What updates make small.
    Loss,
    /// What D says, on average.
    Score,
    /// Norms of the networks' gradients.
    Gradient,
    /// What fits into none of the other charts.
    Other,
}

/// Meanings that have a colour of their own; further networks take theirs from the palette.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Colour {
    /// What makes samples, such as G.
    Generator,
    /// What tells real samples from made ones, such as D.
    Discriminator,
    /// The data, and what is said of them.
    Real,
    /// Samples of the model, and what is said of them.
    Fake,
    /// A third network, such as an encoder.
    Third,
    /// None of the other meanings.
    Neutral,
}

/// How the parts of a model hang together.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Diagram {
    /// The parts, each a box.
    pub blocks: Vec<Block>,
    /// What flows from one to another.
    pub arrows: Vec<Arrow>,
}

/// A part of a model.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Block {
    /// Name of the part, such as `g`, by which arrows mean it.
    pub name: &'static str,
    /// What the page and tables call it.
    pub title: &'static str,
    /// The field of the config that it opens.
    pub field: &'static str,
    /// The view whose answers it shows.
    pub view: Option<&'static str>,
    /// Whose colour it has.
    pub colour: Colour,
}

/// What flows from one block to another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Arrow {
    /// The block that it leaves.
    pub from: &'static str,
    /// The block that it reaches.
    pub to: &'static str,
    /// The updates whose gradient flows back along it.
    pub gradient_of: Vec<&'static str>,
}

impl Input {
    /// Latents `z`.
    pub fn noise(prior: &Prior) -> Self {
        Self {
            name: "z",
            len: prior.dim,
            kind: InputKind::Noise {
                prior: prior.clone(),
            },
        }
    }

    /// Samples `x` of the data.
    pub fn sample(task: &Task<'_>) -> Self {
        Self {
            name: "x",
            len: task.sample_len(),
            kind: InputKind::Sample,
        }
    }
}

impl Metric {
    /// In the order of the fields.
    pub fn new(
        name: &'static str,
        title: &'static str,
        unit: &'static str,
        chart: Chart,
        colour: Colour,
    ) -> Self {
        Self {
            name,
            title,
            unit,
            chart,
            colour,
        }
    }
}

impl Block {
    /// In the order of the fields.
    pub fn new(
        name: &'static str,
        title: &'static str,
        field: &'static str,
        view: Option<&'static str>,
        colour: Colour,
    ) -> Self {
        Self {
            name,
            title,
            field,
            view,
            colour,
        }
    }
}

impl Arrow {
    /// In the order of the fields.
    pub fn new(from: &'static str, to: &'static str, gradient_of: &[&'static str]) -> Self {
        Self {
            from,
            to,
            gradient_of: gradient_of.to_vec(),
        }
    }
}

impl<'a> From<&'a Network> for Body<'a> {
    fn from(network: &'a Network) -> Self {
        Body::Layers(Cow::Borrowed(network))
    }
}

impl NetworkSpec<'_> {
    /// Whether the network ends as it has to.
    pub(super) fn check_end(&self, found: &[usize]) -> Result<(), ConfigError> {
        let Body::Layers(network) = &self.body else {
            return Ok(());
        };
        let numbers = |shape: &[usize]| shape.iter().product::<usize>();
        let wanted = &self.output;
        // Numbers in a row may be an image, but an image of another shape is a mistake.
        let both_images = found.len() == 3 && wanted.len() == 3;
        if numbers(found) == numbers(wanted) && !(both_images && found != wanted.as_slice()) {
            return Ok(());
        }
        let last = network.layers.len().saturating_sub(1);
        Err(ConfigError::new(
            format!("{}.layers.{last}", self.field),
            format!(
                "it ends with {found:?}, but {} has {wanted:?}",
                self.output_is
            ),
            match found.len() {
                1 => format!("end it with a dense layer of {} units", numbers(wanted)),
                _ => "choose kernels, strides and padding that end at that size".into(),
            },
        ))
    }
}

impl View {
    /// What its noise is drawn from, where it takes noise.
    pub fn prior(&self) -> Option<&Prior> {
        self.inputs.iter().find_map(|input| match &input.kind {
            InputKind::Noise { prior } => Some(prior),
            _ => None,
        })
    }
}
