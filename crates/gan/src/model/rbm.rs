//! The restricted Boltzmann machine (tutorial, section 2.3.2): hidden and visible units, each 0 or 1, with
//! `p(v, h) ~ exp(b v + c h + v W h)`. Its gradient needs samples of the model, which Markov chains bring; here they live on the
//! device and go on from step to step (Tieleman 2008).

use ganlet_core::{DType, Tensor};
use serde::{Deserialize, Serialize};

use super::describe::{
    Arrow, Block, Body, Chart, Colour, Diagram, Input, Metric, NetworkSpec, StateSpec, Update,
    View, ViewKind,
};
use super::{Figures, Look, Model, Task, Trace};
use crate::config::{Init, Monitor, Optimizer};
use crate::error::ConfigError;
use crate::layer::{ParamKind, sigmoid, softplus};
use crate::metric::partition::{self, Machine};
use crate::random::Random;

/// The one network, and the one update.
const RBM: &str = "rbm";
/// Its parts: the weights `[visible, hidden]`, and the biases of both kinds of units.
const WEIGHT: &str = "weight";
const VISIBLE: &str = "visible";
const HIDDEN: &str = "hidden";
/// The visible units of the chains, `[batch, visible]`.
const CHAINS: &str = "rbm.chains";

const GIBBS: &str = "gibbs";
const ENCODE: &str = "encode";
const RECONSTRUCT: &str = "reconstruct";
const MINUS_FREE_ENERGY: &str = "minus_free_energy";

/// Steps of a chain before its samples are shown.
const BURN_IN: usize = 500;

/// A restricted Boltzmann machine.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Rbm {
    /// Hidden units.
    #[cfg_attr(feature = "schema", schemars(range(min = 1, max = 4096), extend("x-unit" = "units")))]
    pub hidden: usize,
    /// Gibbs steps of the chains for each update.
    #[serde(default = "one_step")]
    #[cfg_attr(feature = "schema", schemars(range(min = 1, max = 100), extend("x-unit" = "steps")))]
    pub gibbs_steps: usize,
    /// Whether chains go on from where they were; otherwise they start from the data at every update (contrastive divergence,
    /// Hinton 2002).
    #[serde(default = "yes")]
    pub persistent: bool,
    /// Deviation of the first weights.
    #[serde(default = "small")]
    #[cfg_attr(feature = "schema", schemars(range(min = 0.0001, max = 1.0)))]
    pub weight_std: f64,
    /// Whether the partition function is also summed exactly where the model is measured, over all states of the hidden units,
    /// of which there may be at most 20 then.
    #[serde(default)]
    pub exact_partition: bool,
    /// How it learns.
    pub optimizer: Optimizer,
}

fn one_step() -> usize {
    1
}

fn yes() -> bool {
    true
}

fn small() -> f64 {
    0.01
}

/// The parameters at one moment.
struct Parts {
    weight: Tensor,
    visible: Tensor,
    hidden: Tensor,
}

impl Parts {
    fn new(part: impl Fn(&str) -> Tensor) -> Self {
        Self {
            weight: part(WEIGHT),
            visible: part(VISIBLE),
            hidden: part(HIDDEN),
        }
    }

    /// What is before the sigmoid of each hidden unit, `[batch, hidden]`.
    fn hidden_logits(&self, v: &Tensor) -> Tensor {
        v.matmul(&self.weight) + &self.hidden
    }

    /// What is before the sigmoid of each visible unit, `[batch, visible]`.
    fn visible_logits(&self, h: &Tensor) -> Tensor {
        h.matmul(&self.weight.t()) + &self.visible
    }

    /// `F(v) = -b v - sum log(1 + e^(c + v W))`, `[batch, 1]`: minus the log of what `p(v)` is in proportion to.
    fn free_energy(&self, v: &Tensor) -> Tensor {
        -((v * &self.visible).sum(&[1]) + softplus(&self.hidden_logits(v)).sum(&[1]))
    }

    /// Probabilities of the visible units after one step of a chain: hidden units given these, then visible units given those.
    fn gibbs(&self, v: &Tensor, random: &Random) -> Tensor {
        let h = draw(&sigmoid(&self.hidden_logits(v)), random);
        sigmoid(&self.visible_logits(&h))
    }
}

/// Each number is 1 with its own probability, else 0.
fn draw(probabilities: &Tensor, random: &Random) -> Tensor {
    let shape = probabilities.shape();
    random.uniform(&shape).less(probabilities).cast(DType::F32)
}

impl Model for Rbm {
    fn validate(&self, task: &Task<'_>) -> Result<(), ConfigError> {
        if task.data.black() != Some(0.0) {
            return Err(ConfigError::new(
                "data",
                "visible units are 0 or 1, and these data are not between",
                "take images with data.black 0",
            ));
        }
        if self.exact_partition && self.hidden > partition::MOST_EXACT {
            let most = partition::MOST_EXACT;
            return Err(ConfigError::new(
                "exact_partition",
                format!(
                    "{} hidden units have 2^{} states, too many to sum over",
                    self.hidden, self.hidden
                ),
                format!(
                    "use at most {most} hidden units, or leave it out: the estimate by annealing is always there"
                ),
            ));
        }
        Ok(())
    }

    fn networks(&self, task: &Task<'_>) -> Result<Vec<NetworkSpec<'_>>, ConfigError> {
        let visible = task.sample_len();
        let kind = ParamKind::weight(visible, self.hidden);
        Ok(vec![NetworkSpec {
            name: RBM,
            field: "hidden",
            body: Body::Parameters {
                parts: vec![
                    (WEIGHT, vec![visible, self.hidden], kind),
                    (VISIBLE, vec![visible], ParamKind::Shift),
                    (HIDDEN, vec![self.hidden], ParamKind::Shift),
                ],
                init: Init::Normal {
                    std: self.weight_std,
                },
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

    fn states(&self, task: &Task<'_>) -> Vec<StateSpec> {
        if !self.persistent {
            return vec![];
        }
        vec![StateSpec {
            name: CHAINS,
            shape: vec![task.batch, task.sample_len()],
        }]
    }

    fn updates(&self) -> Vec<Update> {
        vec![Update {
            name: RBM,
            title: "Update the machine",
            networks: vec![RBM],
            times: 1,
        }]
    }

    fn views(&self, task: &Task<'_>) -> Result<Vec<View>, ConfigError> {
        let sample = Input::sample(task);
        let view = |name, kind, len, range| View {
            name,
            kind,
            inputs: vec![sample.clone()],
            len,
            range,
        };
        let probability = Some([0.0, 1.0]);
        Ok(vec![
            view(
                GIBBS,
                ViewKind::Chain { burn_in: BURN_IN },
                task.sample_len(),
                probability,
            ),
            view(ENCODE, ViewKind::Encode, self.hidden, probability),
            view(
                RECONSTRUCT,
                ViewKind::Reconstruct,
                task.sample_len(),
                probability,
            ),
            view(MINUS_FREE_ENERGY, ViewKind::Score, 1, None),
        ])
    }

    fn metrics(&self, task: &Task<'_>) -> Vec<Metric> {
        let metric = Metric::new;
        let loss = "Free energy of data above that of the chains";
        let mut metrics = vec![metric(
            "rbm_loss",
            loss,
            "nats",
            Chart::Loss,
            Colour::Generator,
        )];
        if task.monitor == Monitor::Full {
            let gradient = metric(
                "rbm_grad_norm",
                "Gradient",
                "",
                Chart::Gradient,
                Colour::Generator,
            );
            let error = "Error of a reconstruction, for each pixel";
            metrics.extend([
                metric("reconstruction_mse", error, "", Chart::Other, Colour::Real),
                gradient,
            ]);
        }
        metrics
    }

    fn diagram(&self) -> Diagram {
        let block = Block::new;
        let arrow = Arrow::new;
        Diagram {
            blocks: vec![
                block("data", "Real data", "data", None, Colour::Real),
                block(
                    RBM,
                    "Hidden units",
                    "hidden",
                    Some(RECONSTRUCT),
                    Colour::Generator,
                ),
                block("chains", "Chains", "gibbs_steps", Some(GIBBS), Colour::Fake),
            ],
            arrows: vec![
                arrow("data", RBM, &[RBM]),
                arrow(RBM, "chains", &[]),
                arrow("chains", RBM, &[RBM]),
            ],
        }
    }

    /// The gradient of the log likelihood is what the free energy of data and that of samples of the model differ by (tutorial,
    /// section 2.3.2), the samples held where the chains are.
    fn loss(&self, _: &str, t: &Trace<'_>) -> Tensor {
        let parts = Parts::new(|part| t.parameter(RBM, part));
        let pixels = t.data().x;
        let data = draw(&pixels, t.random());
        let start = if self.persistent {
            t.state(CHAINS)
        } else {
            data.clone()
        };
        let step = |v: Tensor, _| draw(&parts.gibbs(&v, t.random()), t.random());
        let chains = (0..self.gibbs_steps).fold(start, step).detach();
        if self.persistent {
            t.set_state(CHAINS, &chains);
        }
        let h = sigmoid(&parts.hidden_logits(&data));
        let again = sigmoid(&parts.visible_logits(&h));
        t.record("reconstruction_mse", &(again - &data).square().mean_all());
        parts.free_energy(&data).mean_all() - parts.free_energy(&chains).mean_all()
    }

    fn step(&self, t: &Trace<'_>) {
        super::sequential(self, t);
    }

    fn view(&self, view: &str, look: &Look<'_>, inputs: &[Tensor]) -> Tensor {
        let parts = Parts::new(|part| look.parameter(RBM, part));
        let x = &inputs[0];
        match view {
            GIBBS => parts.gibbs(&draw(x, look.random()), look.random()),
            ENCODE => sigmoid(&parts.hidden_logits(x)),
            RECONSTRUCT => sigmoid(&parts.visible_logits(&sigmoid(&parts.hidden_logits(x)))),
            _ => -parts.free_energy(x),
        }
    }

    fn has_figures(&self) -> bool {
        true
    }

    /// The partition function by annealed importance sampling, and exactly where that is asked for; the mean log density of
    /// held-out data with it.
    fn figures(&self, figures: &mut Figures<'_>) {
        let machine = Machine::new(
            figures.parameters(RBM),
            figures.task().sample_len(),
            self.hidden,
        );
        let annealed = machine.annealed(figures.seed(), &mut |share| figures.progress(share));
        figures.put("log_partition_nats", annealed.log_partition);
        figures.put("log_partition_deviation_nats", annealed.deviation);
        let mut log_partition = annealed.log_partition;
        if self.exact_partition {
            let exact = machine.exact();
            figures.put("log_partition_exact_nats", exact);
            figures.put("log_partition_error_nats", (log_partition - exact).abs());
            log_partition = exact;
        }
        if let Some(test) = figures.test_images() {
            let density = machine.mean_log_density(&test, log_partition);
            figures.put("log_density_nats", density);
        }
    }
}
