//! What a network consists of.

use serde::{Deserialize, Serialize};

use crate::json::tagged;

/// A stack of layers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Network {
    /// How weights start. Biases start at zero.
    #[serde(default)]
    pub init: Init,
    /// Divides every weight by its largest singular value, so that no layer stretches any input (Miyato et al. 2018). One
    /// power iteration with each update keeps the estimate.
    #[serde(default)]
    pub spectral_norm: bool,
    /// The length that the weights of every unit start with, apart from their direction (weight normalization, Salimans and Kingma
    /// 2016). Unless `learned_lengths` is on they keep it, so that no layer can drown out the noise. 1.4 suits rectifiers.
    #[serde(default)]
    #[cfg_attr(feature = "schema", schemars(range(min = 0.01, max = 100.0)))]
    pub weight_norm: Option<f64>,
    /// Whether lengths are learned beside directions, as g is in Salimans and Kingma 2016, equation 2; for networks with `weight_norm`.
    #[serde(default)]
    pub learned_lengths: bool,
    /// Starts from data: before the first step, biases and lengths of weights become those with which every unit's outputs, before
    /// what follows them, have mean 0 and deviation 1 over the first minibatch (Salimans and Kingma 2016, equations 5 and 6). With
    /// `weight_norm` that is the deviation, and the data give lengths instead of it. What `minibatch_discrimination` compares begins
    /// at a distance of 2 between nearest neighbours (Salimans et al. 2016).
    #[serde(default)]
    pub data_init: bool,
    /// Share of an average of the weights that each update keeps; samples are then drawn with the average, which moves less than
    /// the weights do (Yazici et al. 2019). 0.999 follows some 1,000 updates; after n updates at most (n + 1) / (n + 10) is kept, so that
    /// the start is soon forgotten. Without it, samples are drawn with the weights themselves.
    #[serde(default)]
    #[cfg_attr(feature = "schema", schemars(range(min = 0.0, max = 0.99999)))]
    pub average: Option<f64>,
    /// Keeps every parameter between minus and plus this after each update, which bounds the slope of a critic (Arjovsky et al.
    /// 2017); without it there is no bound.
    #[serde(default)]
    #[cfg_attr(feature = "schema", schemars(range(min = 0.0001, max = 100.0)))]
    pub clip: Option<f64>,
    /// Factor of a pull towards the mean of all earlier parameters, `|params - mean|^2` added to the cost, which stills a player
    /// that cycles (historical averaging, Salimans et al. 2016, section 3.3).
    #[serde(default)]
    #[cfg_attr(feature = "schema", schemars(range(min = 0.0, max = 100.0)))]
    pub historical_averaging: Option<f64>,
    /// From input to output.
    #[cfg_attr(feature = "schema", schemars(length(min = 1, max = 64)))]
    pub layers: Vec<Layer>,
}

/// One layer of a network. Images are `[height, width, channels]`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(
    feature = "schema",
    derive(schemars::JsonSchema),
    schemars(tag = "kind")
)]
#[serde(remote = "Self", rename_all = "snake_case", deny_unknown_fields)]
pub enum Layer {
    /// `x W + b`, of all numbers of a sample.
    Dense {
        /// Outputs.
        #[cfg_attr(feature = "schema", schemars(range(min = 1, max = 65_536)))]
        units: usize,
        /// Whether there is a b; batch norm right after takes it away again.
        #[serde(default = "yes")]
        bias: bool,
    },
    /// The largest of several affine maps (Goodfellow et al. 2013).
    Maxout {
        /// Outputs.
        #[cfg_attr(feature = "schema", schemars(range(min = 1, max = 8192)))]
        units: usize,
        /// Maps that compete for each output.
        #[cfg_attr(feature = "schema", schemars(range(min = 1, max = 32)))]
        pieces: usize,
    },
    /// A square kernel that moves over an image: `(extent + 2 padding - kernel) / stride + 1` places along each side.
    Conv {
        /// Channels of the result.
        #[cfg_attr(feature = "schema", schemars(range(min = 1, max = 4096)))]
        channels: usize,
        /// Extent of the kernel.
        #[cfg_attr(feature = "schema", schemars(range(min = 1, max = 31)))]
        kernel: usize,
        /// Pixels between places of the kernel.
        #[serde(default = "once")]
        #[cfg_attr(feature = "schema", schemars(range(min = 1, max = 8)))]
        stride: usize,
        /// Zeros around the image.
        #[serde(default)]
        #[cfg_attr(feature = "schema", schemars(range(min = 0, max = 31)))]
        padding: usize,
        /// Whether a number is added to each channel.
        #[serde(default = "yes")]
        bias: bool,
    },
    /// A convolution's transpose: each pixel adds a scaled kernel to a larger image, with
    /// `(extent - 1) stride - 2 padding + kernel` pixels along each side.
    ConvTranspose {
        /// Channels of the result.
        #[cfg_attr(feature = "schema", schemars(range(min = 1, max = 4096)))]
        channels: usize,
        /// Extent of the kernel.
        #[cfg_attr(feature = "schema", schemars(range(min = 1, max = 31)))]
        kernel: usize,
        /// Pixels between neighbours in the result.
        #[serde(default = "once")]
        #[cfg_attr(feature = "schema", schemars(range(min = 1, max = 8)))]
        stride: usize,
        /// Pixels cut off around the result.
        #[serde(default)]
        #[cfg_attr(feature = "schema", schemars(range(min = 0, max = 31)))]
        padding: usize,
        /// Whether a number is added to each channel.
        #[serde(default = "yes")]
        bias: bool,
    },
    /// A larger image by repetition or interpolation.
    Upsample {
        /// How many times larger.
        #[serde(default = "twice")]
        #[cfg_attr(feature = "schema", schemars(range(min = 2, max = 8)))]
        factor: usize,
        /// What stands between the pixels.
        #[serde(default)]
        method: Upsampling,
    },
    /// The mean of each square of pixels.
    AveragePool {
        /// Extent of the square.
        #[serde(default = "twice")]
        #[cfg_attr(feature = "schema", schemars(range(min = 2, max = 31)))]
        size: usize,
    },
    /// A larger image whose neighbouring pixels come from neighbouring channels (Shi et al. 2016).
    PixelShuffle {
        /// How many times larger; its square divides the channels.
        #[serde(default = "twice")]
        #[cfg_attr(feature = "schema", schemars(range(min = 2, max = 8)))]
        factor: usize,
    },
    /// Two convolutions of kernel 3 whose result is added to what came in, each after ReLU (He et al. 2016; with
    /// resampling as in Miyato et al. 2018). A convolution of kernel 1 stands in the shortcut where channels differ.
    Residual {
        /// Channels of the result.
        #[cfg_attr(feature = "schema", schemars(range(min = 1, max = 4096)))]
        channels: usize,
        /// Whether the result is larger or smaller than what came in.
        #[serde(default)]
        resample: Resample,
        /// Batch norm before each ReLU.
        #[serde(default)]
        batch_norm: bool,
    },
    /// Joins the second input of the network, such as a label or a code: as further numbers of a row, which is also what a
    /// dense layer right after it reads, or as further channels of an image that are the same at every pixel.
    Condition,
    /// The same numbers under another shape, the last axis fastest.
    Reshape {
        /// `[numbers]`, or `[height, width, channels]`.
        #[cfg_attr(
            feature = "schema",
            schemars(length(min = 1, max = 3), inner(range(min = 1, max = 65_536)))
        )]
        shape: Vec<usize>,
    },
    /// `max(0, x)`
    Relu,
    /// `x` where positive, `slope x` elsewhere.
    LeakyRelu {
        /// Slope of the negative side.
        #[serde(default = "leaky_slope")]
        #[cfg_attr(feature = "schema", schemars(range(min = 0.0, max = 1.0)))]
        slope: f64,
    },
    /// Hyperbolic tangent: samples in -1 to 1.
    Tanh,
    /// Logistic function: samples in 0 to 1.
    Sigmoid,
    /// `log(1 + e^x)`
    Softplus,
    /// Zeroes inputs at random while training and scales up the rest (Srivastava et al. 2014).
    Dropout {
        /// Probability that an input stays.
        #[cfg_attr(feature = "schema", schemars(range(min = 0.01, max = 1.0)))]
        keep: f64,
    },
    /// Adds normal noise while training, so that nothing can hang on small differences (Salimans et al. 2016 put it before every
    /// dense layer of a classifier).
    GaussianNoise {
        /// The standard deviation.
        #[cfg_attr(feature = "schema", schemars(range(min = 0.0, max = 10.0)))]
        std: f64,
    },
    /// Normalizes each channel over the minibatch and the image, then scales and shifts it (Ioffe and Szegedy 2015). Real
    /// and generated batches are normalized apart; samples are drawn with running averages, whose variance is the unbiased
    /// one.
    BatchNorm {
        /// Added to the variance.
        #[serde(default = "batch_norm_eps")]
        #[cfg_attr(feature = "schema", schemars(range(min = 1e-12, max = 1.0)))]
        eps: f64,
    },
    /// Normalizes each sample by all its own numbers, then scales and shifts each channel (Ba et al. 2016). It sees no other sample.
    LayerNorm {
        /// Added to the variance.
        #[serde(default = "batch_norm_eps")]
        #[cfg_attr(feature = "schema", schemars(range(min = 1e-12, max = 1.0)))]
        eps: f64,
    },
    /// Normalizes each channel of an image by its own pixels, then scales and shifts it (Ulyanov et al. 2016).
    InstanceNorm {
        /// Added to the variance.
        #[serde(default = "batch_norm_eps")]
        #[cfg_attr(feature = "schema", schemars(range(min = 1e-12, max = 1.0)))]
        eps: f64,
    },
    /// Batch norm by a reference batch: the first that the network saw, at most 64 of it, which goes through with every other
    /// (tutorial, section 4.3). Samples do not depend on each other, and every pass costs as much more.
    ReferenceBatchNorm {
        /// Added to the variance.
        #[serde(default = "batch_norm_eps")]
        #[cfg_attr(feature = "schema", schemars(range(min = 1e-12, max = 1.0)))]
        eps: f64,
    },
    /// As by a reference batch, with the sample itself as one more of it, so that it overfits the reference less (virtual batch
    /// norm, Salimans et al. 2016, section 3.4).
    VirtualBatchNorm {
        /// Added to the variance.
        #[serde(default = "batch_norm_eps")]
        #[cfg_attr(feature = "schema", schemars(range(min = 1e-12, max = 1.0)))]
        eps: f64,
    },
    /// Adds one number to each sample, or one channel to each image: how much the samples of the minibatch differ, the mean over
    /// all numbers of their deviation (Karras et al. 2018, section 3). D sees a collapse by it.
    MinibatchStd,
    /// Adds to each sample how close the others of the minibatch are to it, by several learned kernels
    /// (Salimans et al. 2016, section 3.2). D sees a collapse by it.
    MinibatchDiscrimination {
        /// Kernels; each adds one number.
        #[cfg_attr(feature = "schema", schemars(range(min = 1, max = 512)))]
        kernels: usize,
        /// Numbers that a kernel compares.
        #[serde(default = "kernel_dims")]
        #[cfg_attr(feature = "schema", schemars(range(min = 1, max = 64)))]
        dims: usize,
    },
}

tagged!(Layer);

/// What stands between the pixels of an image that is made larger.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Upsampling {
    /// Copies.
    #[default]
    Nearest,
    /// Weighted means of the nearest pixels; beyond the edge the edge's own.
    Bilinear,
}

/// What a residual block does to the size of an image.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Resample {
    /// Nothing.
    #[default]
    None,
    /// Twice as large, copies between.
    Up,
    /// Half as large, means of four pixels.
    Down,
}

fn yes() -> bool {
    true
}

fn once() -> usize {
    1
}

fn twice() -> usize {
    2
}

fn kernel_dims() -> usize {
    5
}

fn leaky_slope() -> f64 {
    0.2
}

/// The usual number added to a batch norm's variance.
pub(crate) fn batch_norm_eps() -> f64 {
    1e-5
}

/// How weights start.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(
    feature = "schema",
    derive(schemars::JsonSchema),
    schemars(tag = "kind")
)]
#[serde(remote = "Self", rename_all = "snake_case", deny_unknown_fields)]
pub enum Init {
    /// Uniform with variance `2 / (fan_in + fan_out)` (Glorot and Bengio 2010).
    #[default]
    Glorot,
    /// Normal with variance `2 / fan_in`, for rectifiers (He et al. 2015).
    He,
    /// Normal with one standard deviation for all; 0.02 is DCGAN's.
    Normal {
        /// The standard deviation.
        #[cfg_attr(feature = "schema", schemars(range(min = 1e-6, max = 10.0)))]
        std: f64,
    },
    /// Uniform with one half width for all, as in the 2014 paper.
    Uniform {
        /// The half width.
        #[cfg_attr(feature = "schema", schemars(range(min = 1e-6, max = 10.0)))]
        half_width: f64,
        /// Start the last bias where G's mean output is the data's mean.
        #[serde(default)]
        bias_from_data: bool,
    },
    /// Orthogonal rows or columns (Saxe et al. 2014).
    Orthogonal {
        /// Factor on the orthonormal matrix.
        #[cfg_attr(feature = "schema", schemars(range(min = 0.001, max = 100.0)))]
        gain: f64,
    },
    /// The peers' benchmark: a hash of the index, uniform with half width `sqrt(3 / fan_in)`.
    Bench {
        /// Seed of the first layer; the next layer takes the next number.
        seed: u32,
    },
}

tagged!(Init);
impl Layer {
    /// Its name in configs, errors and checkpoints.
    pub fn kind(&self) -> &'static str {
        match self {
            Layer::Dense { .. } => "dense",
            Layer::Maxout { .. } => "maxout",
            Layer::Conv { .. } => "conv",
            Layer::ConvTranspose { .. } => "conv_transpose",
            Layer::Upsample { .. } => "upsample",
            Layer::AveragePool { .. } => "average_pool",
            Layer::PixelShuffle { .. } => "pixel_shuffle",
            Layer::Residual { .. } => "residual",
            Layer::Condition => "condition",
            Layer::Reshape { .. } => "reshape",
            Layer::Relu => "relu",
            Layer::LeakyRelu { .. } => "leaky_relu",
            Layer::Tanh => "tanh",
            Layer::Sigmoid => "sigmoid",
            Layer::Softplus => "softplus",
            Layer::Dropout { .. } => "dropout",
            Layer::GaussianNoise { .. } => "gaussian_noise",
            Layer::BatchNorm { .. } => "batch_norm",
            Layer::LayerNorm { .. } => "layer_norm",
            Layer::InstanceNorm { .. } => "instance_norm",
            Layer::ReferenceBatchNorm { .. } => "reference_batch_norm",
            Layer::VirtualBatchNorm { .. } => "virtual_batch_norm",
            Layer::MinibatchStd => "minibatch_std",
            Layer::MinibatchDiscrimination { .. } => "minibatch_discrimination",
        }
    }

    /// Whether outputs depend on the other samples of a batch while training.
    pub(crate) fn couples_samples(&self) -> bool {
        match self {
            Layer::BatchNorm { .. } => true,
            Layer::MinibatchStd | Layer::MinibatchDiscrimination { .. } => true,
            Layer::Residual { batch_norm, .. } => *batch_norm,
            _ => false,
        }
    }
}
