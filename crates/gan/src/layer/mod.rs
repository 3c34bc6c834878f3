//! Networks: layer lists over one flat parameter buffer.

mod activation;
mod average_pool;
mod batch_norm;
mod build;
mod condition;
mod conv;
mod conv_transpose;
mod data_start;
mod declare;
mod dense;
mod dropout;
mod forward;
mod gaussian_noise;
mod image;
mod maxout;
mod minibatch_discrimination;
mod minibatch_std;
mod order;
mod pass;
mod pixel_shuffle;
mod reference_norm;
mod reshape;
mod residual;
mod sample_norm;
mod spectral;
#[cfg(test)]
mod tests;
mod upsample;
mod weight_norm;

use ganlet_core::Tensor;

pub use activation::{leaky_relu, relu, sigmoid, softplus};
pub use average_pool::average_pool;
pub use conv::conv;
pub use conv_transpose::conv_transpose;
pub use order::Order;
pub use pixel_shuffle::pixel_shuffle;
pub use upsample::upsample;

use crate::config::Layer;
use crate::error::ConfigError;
use crate::random::Random;
use conv::Filter;
use pass::{Pass, flat};

/// What a parameter is, which decides how it starts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ParamKind {
    /// Drawn from the network's initialization; the last axis counts outputs.
    Weight {
        /// Numbers that one output is a sum of.
        fan_in: usize,
        /// Outputs that one input takes part in.
        fan_out: usize,
        /// How its elements are ordered where channels come first.
        order: Order,
    },
    /// A number that is added, and starts at 0.
    Shift,
    /// A factor, which starts at 1.
    Scale,
}

/// A part of the flat parameter buffer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Param {
    /// Layer index, layer kind and part, such as `0.dense.weight`.
    pub name: String,
    /// Extents of this parameter.
    pub shape: Vec<usize>,
    /// Index of its first element in the flat buffer.
    pub offset: usize,
    /// Which kind of parameter it is, which decides how it starts.
    pub kind: ParamKind,
}

impl ParamKind {
    /// A matrix from so many numbers to so many.
    pub fn weight(inputs: usize, outputs: usize) -> Self {
        ParamKind::Weight {
            fan_in: inputs,
            fan_out: outputs,
            order: Order::Dense {
                inputs: vec![inputs],
                outputs: vec![outputs],
            },
        }
    }
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
    steps: Vec<Step>,
    /// The last of them that has parameters.
    last_learned: usize,
    /// Numbers that it starts from.
    pub last_len: usize,
    /// The parameters, in the order of the buffer.
    pub params: Vec<Param>,
    /// Extents of one input.
    pub input: Vec<usize>,
    /// Numbers of the second input, which condition layers join; 0 where there is none.
    pub condition: usize,
    /// Extents of one output.
    pub output: Vec<usize>,
    /// Where the running statistics start: mean 0 and variance 1 of every normalized feature, and what layers that compare
    /// samples find in a batch.
    pub stats_start: Vec<f32>,
    /// Whether a layer normalizes by a reference batch, which goes through the network before the samples.
    pub references: bool,
    /// The length that every unit's weights are brought to, where the network asks for that.
    pub weight_norm: Option<f64>,
    /// Whether that length is learned.
    pub learned_lengths: bool,
    /// Whether lengths and biases [start from data](Stack::start).
    pub data_init: bool,
    /// Length of the estimates of spectral norm, one singular vector for each weight; 0 without spectral norm.
    pub spectral_len: usize,
    /// The largest result of any layer: the layer's field, and extents for one sample.
    pub widest: (String, Vec<usize>),
    /// The layer that compares samples by fewest numbers in one channel of each: its field, and how many.
    pub thinnest_norm: Option<(String, usize)>,
}

/// A layer, with the layers that a block consists of.
#[derive(Clone, Debug)]
enum Step {
    Layer(Layer),
    Residual {
        main: Vec<Step>,
        shortcut: Vec<Step>,
    },
}

/// What a network has learned so far.
#[derive(Clone, Copy)]
pub struct Learned<'a> {
    /// The flat parameter buffer.
    pub params: &'a Tensor,
    /// The estimates of spectral norm, `[spectral_len]`, where the network has it.
    pub spectral: Option<&'a Tensor>,
    /// The reference batch, `[rows, numbers of an input]`, where a layer [asks](Stack::references) for one.
    pub reference: Option<&'a Tensor>,
}

/// What a network makes of a batch.
#[derive(Clone)]
pub struct Features {
    /// What its last layer with parameters starts from, `[batch, numbers]`.
    pub last: Tensor,
    /// What comes out, `[batch, numbers]`.
    pub output: Tensor,
}

/// How a network is evaluated.
pub enum Mode<'a> {
    /// Dropout drops, noise is added; batch norm uses and reports the batch's statistics.
    Train {
        /// Where masks come from.
        random: &'a Random,
        /// Receives what each batch norm, in order, takes mean and variance of its inputs' distribution to be, extents 1 but
        /// the last. The batch itself is normalized by its own variance, which is smaller by `(n - 1) / n` for n numbers.
        /// Layers that compare samples leave here what they add to a sample, on average.
        batch_stats: Vec<Tensor>,
    },
    /// Deterministic: nothing is dropped, batch norm uses these running statistics (the flat buffer).
    Sample {
        /// As long as `stats_start`; unused where that is empty.
        stats: &'a Tensor,
    },
}

impl Stack {
    /// Length of the flat parameter buffer.
    pub fn params_len(&self) -> usize {
        self.params.last().map_or(0, |p| p.offset + p.len())
    }

    /// Whether factors on the lengths of weights are parameters of their own.
    fn has_gains(&self) -> bool {
        self.weight_norm.is_some() && (self.learned_lengths || self.data_init)
    }

    /// Whether outputs depend on the other samples of a batch while training.
    pub fn couples_samples(&self) -> bool {
        !self.stats_start.is_empty()
    }

    /// Whether a batch of `rows` fits into buffers of `bytes`.
    ///
    /// # Errors
    /// The layer with the largest result, or the parameters.
    pub fn check_fits(&self, field: &str, rows: usize, bytes: u64) -> Result<(), ConfigError> {
        let size = |numbers: usize| numbers as u64 * 4;
        let mib = |bytes: u64| bytes.div_ceil(1 << 20);
        let (layer, shape) = &self.widest;
        let row = size(shape.iter().product());
        if row.saturating_mul(rows as u64) > bytes {
            return Err(ConfigError::new(
                layer,
                format!(
                    "a batch of {rows} samples of {shape:?} takes {} MiB, and one buffer here holds {} MiB",
                    mib(row.saturating_mul(rows as u64)),
                    bytes >> 20
                ),
                format!("use a batch of at most {}, or a smaller layer", bytes / row),
            ));
        }
        let params = size(self.params_len());
        if params > bytes {
            return Err(ConfigError::new(
                format!("{field}.layers"),
                format!(
                    "{} parameters take {} MiB, and one buffer here holds {} MiB",
                    self.params_len(),
                    mib(params),
                    bytes >> 20
                ),
                "use fewer units or channels",
            ));
        }
        Ok(())
    }

    /// Whether every layer that compares samples has some to compare in a batch of `batch`.
    ///
    /// # Errors
    /// A batch norm that has a single number in each channel: whatever came in, it gives its shift, and no gradient goes through.
    pub fn check_norms(&self, batch: usize) -> Result<(), ConfigError> {
        match &self.thinnest_norm {
            Some((layer, 1)) if batch == 1 => Err(ConfigError::new(
                "batch",
                format!(
                    "1 sample, and {layer} compares the samples of a batch: of one it makes always the same"
                ),
                "use a batch of at least 2, better 16 or more, or take this layer out",
            )),
            _ => Ok(()),
        }
    }

    /// What the network makes of inputs `[batch, …]` of as many numbers as `input`, and of the second input
    /// `[batch, condition]` where it has one.
    pub fn forward(
        &self,
        learned: Learned<'_>,
        input: &Tensor,
        condition: Option<&Tensor>,
        mode: &mut Mode<'_>,
    ) -> Features {
        let mut pass = Pass::new(self, learned, condition, mode);
        let input = self.whole_input(learned, input);
        let (body, head) = self.steps.split_at(self.last_learned);
        let before = pass.run(body, input);
        let last = flat(&pass.next_input(&before));
        let output = pass.run(head, before);
        let output = flat(&pass.joined(output));
        let own = |x: Tensor| match pass.references() {
            0 => x,
            rows => x.narrow(0, rows, x.shape()[0] - rows),
        };
        Features {
            last: own(last),
            output: own(output),
        }
    }

    /// The input as its first layer reads it, behind the reference batch where there is one.
    fn whole_input(&self, learned: Learned<'_>, input: &Tensor) -> Tensor {
        let shaped = |x: &Tensor| {
            let mut shape = vec![x.shape().first().copied().unwrap_or(1)];
            shape.extend(&self.input);
            x.reshape(&shape)
        };
        match learned.reference {
            Some(reference) => Tensor::concat(&[&shaped(reference), &shaped(input)], 0),
            None => shaped(input),
        }
    }

    /// The estimates of spectral norm after one power iteration each, where the network has it.
    pub fn power_iteration(&self, learned: Learned<'_>) -> Option<Tensor> {
        learned.spectral?;
        let mut unused = Mode::Sample {
            stats: learned.params,
        };
        let estimates = Pass::new(self, learned, None, &mut unused).estimates();
        Some(Tensor::concat(&estimates.iter().collect::<Vec<_>>(), 0))
    }
}

/// The kernel of a convolution's layer.
fn filter(layer: &Layer) -> Filter {
    match *layer {
        Layer::Conv {
            channels,
            kernel,
            stride,
            padding,
            bias,
        }
        | Layer::ConvTranspose {
            channels,
            kernel,
            stride,
            padding,
            bias,
        } => Filter {
            channels,
            kernel,
            stride,
            padding,
            bias,
        },
        _ => unreachable!("the caller matched a convolution"),
    }
}
