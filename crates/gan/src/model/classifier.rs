//! A network that says what images show: a softmax over the classes of each attribute of the data.

use std::ops::Range;

use ganlet_core::Tensor;
use serde::{Deserialize, Serialize};

use super::describe::{
    Arrow, Block, Body, Chart, Colour, Diagram, Input, Metric, NetworkSpec, Update, View, ViewKind,
};
use super::{Look, Model, Task, Trace};
use crate::config::{Monitor, Network, Optimizer};
use crate::data::Attribute;
use crate::error::ConfigError;
use crate::tensor::{cross_entropy, softmax};

/// Its network, and its update.
pub const C: &str = "c";
const CLASSIFY: &str = "classify";

/// A network that says what images show.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Classifier {
    /// From images to a logit for every class of every attribute.
    pub network: Network,
    /// How it learns.
    pub optimizer: Optimizer,
}

/// Where the classes of each attribute stand among the network's outputs.
pub fn heads(attributes: &[Attribute]) -> Vec<Range<usize>> {
    let ends = attributes.iter().scan(0, |end, attribute| {
        let start = *end;
        *end += attribute.classes.len();
        Some(start..*end)
    });
    ends.collect()
}

/// Probabilities of every class of every attribute from their logits, `[n, classes]`.
pub(crate) fn probabilities(logits: &Tensor, heads: &[Range<usize>]) -> Tensor {
    let each = heads
        .iter()
        .map(|head| softmax(&logits.narrow(1, head.start, head.len())));
    let each: Vec<Tensor> = each.collect();
    Tensor::concat(&each.iter().collect::<Vec<_>>(), 1)
}

fn classes(task: &Task<'_>) -> usize {
    heads(&task.attributes).last().map_or(0, |head| head.end)
}

impl Model for Classifier {
    fn validate(&self, task: &Task<'_>) -> Result<(), ConfigError> {
        if !task.is_image() {
            return Err(ConfigError::new(
                "data",
                "there is nothing to tell apart: a classifier reads images with labels",
                "take images",
            ));
        }
        Ok(())
    }

    fn networks(&self, task: &Task<'_>) -> Result<Vec<NetworkSpec<'_>>, ConfigError> {
        Ok(vec![NetworkSpec {
            name: C,
            field: "network",
            body: Body::from(&self.network),
            optimizer: &self.optimizer,
            optimizer_field: "optimizer",
            input: task.sample.clone(),
            condition: 0,
            output: vec![classes(task)],
            output_is: "a logit for every class of every attribute",
            batches: 1,
            makes_samples: false,
        }])
    }

    fn updates(&self) -> Vec<Update> {
        vec![Update {
            name: C,
            title: "Update the classifier",
            networks: vec![C],
            times: 1,
        }]
    }

    fn views(&self, task: &Task<'_>) -> Result<Vec<View>, ConfigError> {
        Ok(vec![View {
            name: CLASSIFY,
            kind: ViewKind::Classify,
            inputs: vec![Input::sample(task)],
            len: classes(task),
            range: Some([0.0, 1.0]),
        }])
    }

    fn metrics(&self, task: &Task<'_>) -> Vec<Metric> {
        let metric =
            |name, title, unit, chart| Metric::new(name, title, unit, chart, Colour::Discriminator);
        let mut metrics = vec![metric(
            "c_loss",
            "Surprise at the labels",
            "nats",
            Chart::Loss,
        )];
        if task.monitor == Monitor::Full {
            metrics.push(metric("c_grad_norm", "Gradient", "", Chart::Gradient));
        }
        metrics
    }

    fn diagram(&self) -> Diagram {
        let block = Block::new;
        Diagram {
            blocks: vec![
                block("data", "Real data", "data", None, Colour::Real),
                block(
                    C,
                    "Classifier",
                    "network",
                    Some(CLASSIFY),
                    Colour::Discriminator,
                ),
            ],
            arrows: vec![Arrow {
                from: "data",
                to: C,
                gradient_of: vec![],
            }],
        }
    }

    /// Mean cross-entropy, summed over attributes, in nats.
    fn loss(&self, _: &str, t: &Trace<'_>) -> Tensor {
        let batch = t.data();
        let logits = t.apply(C, &batch.x, None);
        let heads = heads(&t.task().attributes);
        let costs = heads.iter().enumerate().map(|(attribute, head)| {
            let own = logits.narrow(1, head.start, head.len());
            cross_entropy(&own, &batch.labels(attribute)).mean_all()
        });
        let sum = costs.reduce(|sum, cost| sum + cost);
        sum.expect("images have at least one attribute")
    }

    fn step(&self, t: &Trace<'_>) {
        super::sequential(self, t);
    }

    fn view(&self, _: &str, look: &Look<'_>, inputs: &[Tensor]) -> Tensor {
        let logits = look.apply(C, &inputs[0], None);
        probabilities(&logits, &heads(&look.task().attributes))
    }
}
