//! What a network consists of.

use std::ops::RangeInclusive;

use serde::{Deserialize, Serialize};

use crate::error::ConfigError;
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
    /// Share of an average of the weights that each update keeps; samples are then drawn with the average, which moves less than
    /// the weights do (Yazici et al. 2019). 0.999 follows some 1,000 updates; nothing for the weights themselves.
    #[serde(default)]
    #[cfg_attr(feature = "schema", schemars(range(min = 0.0, max = 0.99999)))]
    pub average: Option<f64>,
    /// From input to output.
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
        units: usize,
        /// Whether there is a b; batch norm right after takes it away again.
        #[serde(default = "yes")]
        bias: bool,
    },
    /// The largest of several affine maps (Goodfellow et al. 2013).
    Maxout {
        /// Outputs.
        units: usize,
        /// Maps that compete for each output.
        pieces: usize,
    },
    /// A square kernel that moves over an image: `(extent + 2 padding - kernel) / stride + 1` places along each side.
    Conv {
        /// Channels of the result.
        channels: usize,
        /// Extent of the kernel.
        kernel: usize,
        /// Pixels between places of the kernel.
        #[serde(default = "once")]
        stride: usize,
        /// Zeros around the image.
        #[serde(default)]
        padding: usize,
        /// Whether a number is added to each channel.
        #[serde(default = "yes")]
        bias: bool,
    },
    /// A convolution's transpose: each pixel adds a scaled kernel to a larger image, with
    /// `(extent - 1) stride - 2 padding + kernel` pixels along each side.
    ConvTranspose {
        /// Channels of the result.
        channels: usize,
        /// Extent of the kernel.
        kernel: usize,
        /// Pixels between neighbours in the result.
        #[serde(default = "once")]
        stride: usize,
        /// Pixels cut off around the result.
        #[serde(default)]
        padding: usize,
        /// Whether a number is added to each channel.
        #[serde(default = "yes")]
        bias: bool,
    },
    /// A larger image by repetition or interpolation.
    Upsample {
        /// How many times larger.
        #[serde(default = "twice")]
        factor: usize,
        /// What stands between the pixels.
        #[serde(default)]
        method: Upsampling,
    },
    /// The mean of each square of pixels.
    AveragePool {
        /// Extent of the square.
        #[serde(default = "twice")]
        size: usize,
    },
    /// A larger image whose neighbouring pixels come from neighbouring channels (Shi et al. 2016).
    PixelShuffle {
        /// How many times larger; its square divides the channels.
        #[serde(default = "twice")]
        factor: usize,
    },
    /// Two convolutions of kernel 3 whose result is added to what came in, each after ReLU (He et al. 2016; with
    /// resampling as in Miyato et al. 2018). A convolution of kernel 1 stands in the shortcut where channels differ.
    Residual {
        /// Channels of the result.
        channels: usize,
        /// Whether the result is larger or smaller than what came in.
        #[serde(default)]
        resample: Resample,
        /// Batch norm before each ReLU.
        #[serde(default)]
        batch_norm: bool,
    },
    /// Joins the second input of the network, such as a label or a code: as further numbers of a row, or as further channels
    /// of an image that are the same at every pixel.
    Condition,
    /// The same numbers under another shape, the last axis fastest.
    Reshape {
        /// `[numbers]`, or `[height, width, channels]`.
        shape: Vec<usize>,
    },
    /// `max(0, x)`
    Relu,
    /// `x` where positive, `slope x` elsewhere.
    LeakyRelu {
        /// Slope of the negative side, 0 to 1.
        #[serde(default = "leaky_slope")]
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
        keep: f64,
    },
    /// Normalizes each channel over the minibatch and the image, then scales and shifts it (Ioffe and Szegedy 2015). Real
    /// and generated batches are normalized apart; samples are drawn with running averages, whose variance is the unbiased
    /// one.
    BatchNorm {
        /// Added to the variance.
        #[serde(default = "batch_norm_eps")]
        eps: f64,
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
        std: f64,
    },
    /// Uniform with one half width for all, as in the 2014 paper.
    Uniform {
        /// The half width.
        half_width: f64,
        /// Start the last bias where G's mean output is the data's mean.
        #[serde(default)]
        bias_from_data: bool,
    },
    /// Orthogonal rows or columns (Saxe et al. 2014).
    Orthogonal {
        /// Factor on the orthonormal matrix.
        gain: f64,
    },
    /// The peers' benchmark: a hash of the index, uniform with half width `sqrt(3 / fan_in)`.
    Bench {
        /// Seed of the first layer; the next layer takes the next number.
        seed: u32,
    },
}

tagged!(Init);
const UNITS: RangeInclusive<usize> = 1..=65_536;
const CHANNELS: RangeInclusive<usize> = 1..=4096;
const KERNEL: RangeInclusive<usize> = 1..=31;
const STRIDE: RangeInclusive<usize> = 1..=8;

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
            Layer::BatchNorm { .. } => "batch_norm",
        }
    }

    /// Whether outputs depend on the other samples of a batch while training.
    pub(crate) fn couples_samples(&self) -> bool {
        match self {
            Layer::BatchNorm { .. } => true,
            Layer::Residual { batch_norm, .. } => *batch_norm,
            _ => false,
        }
    }

    fn validate(&self, field: &str) -> Result<(), ConfigError> {
        let count = |name: &str, value: usize, range: RangeInclusive<usize>| {
            ConfigError::check_range(format!("{field}.{name}"), name, value, range)
        };
        let number = |name: &str, noun: &str, value: f64, range: RangeInclusive<f64>| {
            ConfigError::check_range(format!("{field}.{name}"), noun, value, range)
        };
        match *self {
            Layer::Dense { units, .. } => count("units", units, UNITS),
            Layer::Maxout { units, pieces } => {
                count("units", units, 1..=8192)?;
                count("pieces", pieces, 1..=32)
            }
            Layer::Conv {
                channels,
                kernel,
                stride,
                padding,
                ..
            }
            | Layer::ConvTranspose {
                channels,
                kernel,
                stride,
                padding,
                ..
            } => {
                count("channels", channels, CHANNELS)?;
                count("kernel", kernel, KERNEL)?;
                count("stride", stride, STRIDE)?;
                count("padding", padding, 0..=*KERNEL.end())
            }
            Layer::Upsample { factor, .. } | Layer::PixelShuffle { factor } => {
                count("factor", factor, 2..=*STRIDE.end())
            }
            Layer::AveragePool { size } => count("size", size, 2..=*KERNEL.end()),
            Layer::Residual { channels, .. } => count("channels", channels, CHANNELS),
            Layer::Reshape { ref shape } => {
                let check = ConfigError::check_range;
                check(format!("{field}.shape"), "axes", shape.len(), 1..=3)?;
                let extent =
                    |&extent| check(format!("{field}.shape"), "as an extent", extent, UNITS);
                shape.iter().try_for_each(extent)
            }
            Layer::LeakyRelu { slope } => number("slope", "as the slope", slope, 0.0..=1.0),
            Layer::Dropout { keep } => number("keep", "as the share kept", keep, 0.01..=1.0),
            Layer::BatchNorm { eps } => number("eps", "added to the variance", eps, 1e-12..=1.0),
            Layer::Condition | Layer::Relu | Layer::Tanh | Layer::Sigmoid | Layer::Softplus => {
                Ok(())
            }
        }
    }
}

impl Network {
    /// Checks every field's range; `field` is the network's place in the config.
    pub(crate) fn validate(&self, field: &str) -> Result<(), ConfigError> {
        ConfigError::check_range(
            format!("{field}.layers"),
            "layers",
            self.layers.len(),
            1..=64,
        )?;
        for (i, layer) in self.layers.iter().enumerate() {
            layer.validate(&format!("{field}.layers.{i}"))?;
        }
        if let Some(average) = self.average {
            let name = format!("{field}.average");
            ConfigError::check_range(name, "as the share kept", average, 0.0..=0.99999)?;
        }
        let number = |name: &str, noun: &str, value: f64, range| {
            ConfigError::check_range(format!("{field}.init.{name}"), noun, value, range)
        };
        match self.init {
            Init::Normal { std } => number("std", "as the deviation", std, 1e-6..=10.0),
            Init::Uniform { half_width, .. } => {
                number("half_width", "as the half width", half_width, 1e-6..=10.0)
            }
            Init::Orthogonal { gain } => number("gain", "as the gain", gain, 1e-3..=100.0),
            Init::Glorot | Init::He | Init::Bench { .. } => Ok(()),
        }
    }
}
