//! Networks: layer lists over one flat parameter buffer.

use ganlet_core::Tensor;

use crate::config::{Layer, Network};
use crate::error::ConfigError;
use crate::random::Random;

/// What a parameter is, which decides how it starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ParamKind {
    /// A matrix `[fan_in, fan_out]`, drawn from the network's initialization.
    Weight {
        /// Inputs of one unit.
        fan_in: usize,
        /// Units.
        fan_out: usize,
    },
    /// Starts at 0.
    Shift,
    /// Starts at 1.
    Scale,
}

/// A part of the flat parameter buffer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Param {
    /// Layer index, layer kind and part, such as `0.dense.weight`.
    pub name: String,
    /// Its extents.
    pub shape: Vec<usize>,
    /// Where it starts in the buffer.
    pub offset: usize,
    /// How it starts.
    pub kind: ParamKind,
}

impl Param {
    /// The number of elements.
    pub fn len(&self) -> usize {
        self.shape.iter().product()
    }

    /// Never true: every parameter has elements.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// A network whose shapes are known.
#[derive(Clone, Debug)]
pub struct Stack {
    layers: Vec<Layer>,
    /// The parameters, in the order of the buffer.
    pub params: Vec<Param>,
    /// Extents of one output.
    pub output: usize,
    /// Numbers of running statistics: mean and variance of every normalized feature.
    pub stats_len: usize,
}

/// How a network is evaluated.
pub enum Mode<'a> {
    /// Dropout drops; batch norm uses and reports the batch's statistics.
    Train {
        /// Where masks come from.
        random: &'a Random,
        /// Receives mean and variance of each batch norm, `[1, features]` each, in order.
        batch_stats: Vec<Tensor>,
    },
    /// Deterministic: nothing is dropped, batch norm uses these running statistics (the flat buffer).
    Sample {
        /// `[stats_len]`; unused where the network has no batch norm.
        stats: &'a Tensor,
    },
}

impl Stack {
    /// Works out shapes and parameters for inputs of `input` numbers.
    ///
    /// # Errors
    /// A layer that does not fit what comes before it; `field` is the network's place in the config.
    pub fn new(field: &str, network: &Network, input: usize) -> Result<Self, ConfigError> {
        let mut stack = Self {
            layers: network.layers.clone(),
            params: vec![],
            output: input,
            stats_len: 0,
        };
        for (i, layer) in network.layers.iter().enumerate() {
            let width = stack.output;
            match *layer {
                Layer::Dense { units } => stack.affine(i, "dense", width, units),
                Layer::Maxout { units, pieces } => {
                    stack.affine(i, "maxout", width, units * pieces);
                    stack.output = units;
                }
                Layer::BatchNorm { .. } => {
                    stack.param(
                        format!("{i}.batch_norm.scale"),
                        vec![width],
                        ParamKind::Scale,
                    );
                    stack.param(
                        format!("{i}.batch_norm.shift"),
                        vec![width],
                        ParamKind::Shift,
                    );
                    stack.stats_len += 2 * width;
                }
                Layer::Relu
                | Layer::LeakyRelu { .. }
                | Layer::Tanh
                | Layer::Sigmoid
                | Layer::Softplus
                | Layer::Dropout { .. } => {}
            }
        }
        if stack.params.is_empty() {
            return Err(ConfigError::new(
                format!("{field}.layers"),
                "no layer has parameters, so there is nothing to learn",
                "add a dense layer",
            ));
        }
        Ok(stack)
    }

    fn affine(&mut self, layer: usize, kind: &str, inputs: usize, outputs: usize) {
        let weight = ParamKind::Weight {
            fan_in: inputs,
            fan_out: outputs,
        };
        self.param(
            format!("{layer}.{kind}.weight"),
            vec![inputs, outputs],
            weight,
        );
        self.param(
            format!("{layer}.{kind}.bias"),
            vec![outputs],
            ParamKind::Shift,
        );
        self.output = outputs;
    }

    fn param(&mut self, name: String, shape: Vec<usize>, kind: ParamKind) {
        let offset = self.params_len();
        self.params.push(Param {
            name,
            shape,
            offset,
            kind,
        });
    }

    /// Length of the flat parameter buffer.
    pub fn params_len(&self) -> usize {
        self.params.last().map_or(0, |p| p.offset + p.len())
    }

    /// Whether outputs depend on the other samples of a batch while training.
    pub fn couples_samples(&self) -> bool {
        self.stats_len > 0
    }

    /// The network's output `[batch, output]` for inputs `[batch, …]`, with parameters from the flat buffer.
    pub fn forward(&self, params: &Tensor, input: &Tensor, mode: &mut Mode<'_>) -> Tensor {
        let mut parts = self
            .params
            .iter()
            .map(|p| params.narrow(0, p.offset, p.len()).reshape(&p.shape));
        let mut part = || {
            parts
                .next()
                .expect("every layer takes the parameters it declared")
        };
        let mut stats_offset = 0;
        self.layers
            .iter()
            .fold(input.clone(), |x, layer| match *layer {
                Layer::Dense { .. } => x.matmul(&part()) + part(),
                Layer::Maxout { units, pieces } => {
                    let all = x.matmul(&part()) + part();
                    let piece = |i: usize| all.narrow(1, i * units, units);
                    (1..pieces).fold(piece(0), |best, i| best.max(&piece(i)))
                }
                Layer::Relu => relu(&x),
                Layer::LeakyRelu { slope } => leaky_relu(&x, slope),
                Layer::Tanh => x.tanh(),
                Layer::Sigmoid => sigmoid(&x),
                Layer::Softplus => softplus(&x),
                Layer::Dropout { keep } => match mode {
                    Mode::Train { random, .. } => {
                        let kept = random.chance(&x.shape(), keep);
                        kept.select(&(&x * (1.0 / keep)), &x.constant_like(0.0))
                    }
                    Mode::Sample { .. } => x,
                },
                Layer::BatchNorm { eps } => {
                    let width = x.shape()[1];
                    let (mean, variance) = match mode {
                        Mode::Train { batch_stats, .. } => {
                            let mean = x.mean(&[0]);
                            let spread = x.square().mean(&[0]) - mean.square();
                            let variance = spread.max(&spread.constant_like(0.0));
                            batch_stats.extend([mean.clone(), variance.clone()]);
                            (mean, variance)
                        }
                        Mode::Sample { stats } => {
                            let mean = stats.narrow(0, stats_offset, width);
                            let variance = stats.narrow(0, stats_offset + width, width);
                            stats_offset += 2 * width;
                            (mean, variance)
                        }
                    };
                    let normalized = (x - mean) * (variance + eps).sqrt().recip();
                    normalized * part() + part()
                }
            })
    }
}

/// `max(0, x)`; the slope at 0 is 0, and only the result is needed to know the slope.
pub fn relu(x: &Tensor) -> Tensor {
    x.constant_like(0.0).max(x)
}

/// `x` where positive, `slope x` elsewhere. Its second derivative is zero almost everywhere.
pub fn leaky_relu(x: &Tensor, slope: f64) -> Tensor {
    x.greater_than(0.0).select(x, &(x * slope))
}

/// `1 / (1 + e^-x)`, through tanh, which does not overflow.
pub fn sigmoid(x: &Tensor) -> Tensor {
    (x * 0.5).tanh() * 0.5 + 0.5
}

/// `log(1 + e^x)` as `max(0, x) + log(1 + e^-|x|)`, which does not overflow.
pub fn softplus(x: &Tensor) -> Tensor {
    relu(x) + ((-x.abs()).exp() + 1.0).log()
}
