//! The generative moment matching network (Li et al. 2015; tutorial, section 2.4): a generator without an opponent. Its samples
//! are to have the moments of the data, all of them at once, by way of kernels.

use ganlet_core::Tensor;
use serde::{Deserialize, Serialize};

use super::describe::{
    Arrow, Block, Body, Chart, Colour, Diagram, Input, Metric, NetworkSpec, Update, View, ViewKind,
};
use super::{Look, Model, Task, Trace};
use crate::config::{Monitor, Network, Optimizer, Prior};
use crate::error::ConfigError;
use crate::loss::mmd;

/// The generator: its network, and its update.
const G: &str = "g";
const GENERATE: &str = "generate";

/// Keeps the slope of the root finite where samples and data agree.
const ROOT_EPS: f64 = 1e-8;

/// A generator that matches moments.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Gmmn {
    /// The noise z that the generator starts from.
    pub prior: Prior,
    /// G: from noise to samples.
    pub generator: Network,
    /// Widths of the Gaussian kernels, whose sum compares samples and data: 1 to 16 numbers above 0, in the units of the data.
    #[cfg_attr(
        feature = "schema",
        schemars(length(min = 1, max = 16), inner(range(min = 0.001, max = 1000.0)))
    )]
    pub bandwidths: Vec<f64>,
    /// Makes the root of the discrepancy small instead, whose gradient does not fade as the samples come near.
    #[serde(default)]
    pub root: bool,
    /// How G learns.
    pub optimizer: Optimizer,
}

impl Model for Gmmn {
    fn networks(&self, task: &Task<'_>) -> Result<Vec<NetworkSpec<'_>>, ConfigError> {
        Ok(vec![NetworkSpec {
            name: G,
            field: "generator",
            body: Body::from(&self.generator),
            optimizer: &self.optimizer,
            optimizer_field: "optimizer",
            input: vec![self.prior.dim],
            condition: 0,
            output: task.sample.clone(),
            output_is: "a sample of the data",
            batches: 1,
            makes_samples: true,
        }])
    }

    fn updates(&self) -> Vec<Update> {
        vec![Update {
            name: G,
            title: "Update G",
            networks: vec![G],
            times: 1,
        }]
    }

    fn views(&self, task: &Task<'_>) -> Result<Vec<View>, ConfigError> {
        let noise = Input::noise(&self.prior);
        Ok(vec![View {
            name: GENERATE,
            kind: ViewKind::Decode,
            inputs: vec![noise],
            len: task.sample_len(),
            range: None,
        }])
    }

    fn metrics(&self, task: &Task<'_>) -> Vec<Metric> {
        let metric = |name, title, chart| Metric::new(name, title, "", chart, Colour::Generator);
        let mut metrics = vec![metric("g_loss", "Loss of G", Chart::Loss)];
        if task.monitor == Monitor::Full {
            metrics.push(Metric {
                colour: Colour::Neutral,
                ..metric("mmd2", "Discrepancy of moments in the batch", Chart::Loss)
            });
            metrics.push(metric("g_grad_norm", "Gradient of G", Chart::Gradient));
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
                block(
                    "moments",
                    "Moments compared",
                    "bandwidths",
                    None,
                    Colour::Neutral,
                ),
            ],
            arrows: vec![
                arrow("noise", G, &[]),
                arrow(G, "samples", &[G]),
                arrow("samples", "moments", &[G]),
                arrow("data", "moments", &[]),
            ],
        }
    }

    fn loss(&self, _: &str, t: &Trace<'_>) -> Tensor {
        let real = t.data().x;
        let fake = t.apply(G, &t.noise(&self.prior), None);
        let discrepancy = mmd::squared(&real, &fake, &self.bandwidths);
        t.record("mmd2", &discrepancy);
        match self.root {
            true => (discrepancy + ROOT_EPS).sqrt(),
            false => discrepancy,
        }
    }

    fn step(&self, t: &Trace<'_>) {
        super::sequential(self, t);
    }

    fn view(&self, _: &str, look: &Look<'_>, inputs: &[Tensor]) -> Tensor {
        look.apply(G, &inputs[0], None)
    }
}
