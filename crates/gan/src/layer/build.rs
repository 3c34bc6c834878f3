//! Shapes and parameters of a network, from its config: every layer is checked against what comes before it, and the error
//! names the layer and both shapes.

use super::image::{conv_extent, conv_transpose_extent};
use super::{Order, Param, ParamKind, Stack, Step};
use crate::config::{Layer, Network, Resample, Upsampling, batch_norm_eps};
use crate::error::ConfigError;

/// Kernels count the elements of one buffer with 32 bits.
const MOST_NUMBERS: usize = i32::MAX as usize;

impl Stack {
    /// Works out shapes and parameters for inputs of extents `input`: `[numbers]` or `[height, width, channels]`.
    ///
    /// # Errors
    /// A layer that does not fit what comes before it; `field` is the network's place in the config.
    ///
    /// `condition` counts the numbers of the second input, 0 for none.
    pub fn new(
        field: &str,
        network: &Network,
        input: &[usize],
        condition: usize,
    ) -> Result<Self, ConfigError> {
        let mut stack = Self {
            steps: vec![],
            last_learned: 0,
            last_len: input.iter().product(),
            condition,
            params: vec![],
            input: input.to_vec(),
            output: input.to_vec(),
            stats_start: vec![],
            spectral_len: 0,
            widest: (field.into(), input.to_vec()),
            thinnest_norm: None,
        };
        for (i, layer) in network.layers.iter().enumerate() {
            let place = Place {
                field: format!("{field}.layers.{i}"),
                name: format!("{i}.{}", layer.kind()),
            };
            let next = network.layers.get(i + 1);
            // A dense layer reads all numbers of a sample: a second input joins them once, not at every pixel.
            if matches!(layer, Layer::Condition)
                && matches!(next, Some(Layer::Dense { .. } | Layer::Maxout { .. }))
                && stack.output.len() > 1
            {
                stack.output = vec![stack.output.iter().product()];
                let shape = stack.output.clone();
                stack.steps.push(Step::Layer(Layer::Reshape { shape }));
            }
            let before = (stack.params.len(), stack.output.iter().product());
            let step = stack.step(&place, layer, next)?;
            if stack.params.len() > before.0 {
                (stack.last_learned, stack.last_len) = (stack.steps.len(), before.1);
            }
            stack.steps.push(step);
        }
        if condition > 0 && !network.layers.contains(&Layer::Condition) {
            return Err(ConfigError::new(
                format!("{field}.layers"),
                "this network is given a second input, and no layer takes it in",
                "put a layer {\"kind\": \"condition\"} where the second input is to join, such as first",
            ));
        }
        if stack.params.is_empty() {
            return Err(ConfigError::new(
                format!("{field}.layers"),
                "no layer has parameters, so there is nothing to learn",
                "add a dense layer",
            ));
        }
        if network.spectral_norm {
            let weights =
                (stack.params.iter()).filter(|p| matches!(p.kind, ParamKind::Weight { .. }));
            stack.spectral_len = weights.filter_map(|p| p.shape.last()).sum();
        }
        Ok(stack)
    }

    /// Parameters without layers, for whoever computes with them by name.
    pub fn of_parameters(parts: &[(&'static str, Vec<usize>, ParamKind)], input: &[usize]) -> Self {
        let mut stack = Self {
            steps: vec![],
            last_learned: 0,
            last_len: 0,
            condition: 0,
            params: vec![],
            input: input.to_vec(),
            output: vec![],
            stats_start: vec![],
            spectral_len: 0,
            widest: (String::new(), input.to_vec()),
            thinnest_norm: None,
        };
        for (name, shape, kind) in parts {
            let offset = stack.params_len();
            stack.params.push(Param {
                name: (*name).into(),
                shape: shape.clone(),
                offset,
                kind: kind.clone(),
            });
        }
        stack
    }

    fn step(
        &mut self,
        at: &Place,
        layer: &Layer,
        next: Option<&Layer>,
    ) -> Result<Step, ConfigError> {
        let step = match *layer {
            Layer::Residual {
                channels,
                resample,
                batch_norm,
            } => self.residual(at, channels, resample, batch_norm)?,
            _ => {
                let before = self.output.clone();
                self.layer(at, layer, next)?;
                at.countable(&self.output, || format!("{before:?} would become"))?;
                Step::Layer(layer.clone())
            }
        };
        let count = |shape: &[usize]| shape.iter().product::<usize>();
        if count(&self.output) > count(&self.widest.1) {
            self.widest = (at.field.clone(), self.output.clone());
        }
        Ok(step)
    }

    /// Declares the layer's parameters and moves on to its output.
    fn layer(
        &mut self,
        at: &Place,
        layer: &Layer,
        next: Option<&Layer>,
    ) -> Result<(), ConfigError> {
        match *layer {
            Layer::Dense { units, bias } => {
                let outputs = match next {
                    Some(Layer::Reshape { shape }) => shape.clone(),
                    _ => vec![units],
                };
                self.affine(at, units, outputs, bias)?;
                self.output = vec![units];
            }
            Layer::Maxout { units, pieces } => {
                self.affine(at, units * pieces, vec![units * pieces], true)?;
                self.output = vec![units];
            }
            Layer::Conv {
                channels,
                kernel,
                stride,
                padding,
                bias,
            } => {
                let [height, width, inputs] = self.image(at)?;
                let extent = |extent| conv_extent(extent, kernel, stride, padding);
                let (Some(rows), Some(columns)) = (extent(height), extent(width)) else {
                    return Err(at.error(
                        format!(
                            "a kernel of {kernel} by {kernel} does not fit into {:?} with {padding} zeros around it, which is \
                             {} by {}",
                            self.output,
                            height + 2 * padding,
                            width + 2 * padding
                        ),
                        "take a smaller kernel, more padding, or fewer strides before it",
                    ));
                };
                let square = kernel * kernel;
                let kind = ParamKind::Weight {
                    fan_in: inputs * square,
                    fan_out: channels * square,
                    order: Order::Conv,
                };
                self.kernel(at, [kernel, kernel, inputs, channels], kind, bias)?;
                self.output = vec![rows, columns, channels];
            }
            Layer::ConvTranspose {
                channels,
                kernel,
                stride,
                padding,
                bias,
            } => {
                let [height, width, inputs] = self.image(at)?;
                let extent = |extent| conv_transpose_extent(extent, kernel, stride, padding);
                let (Some(rows), Some(columns)) = (extent(height), extent(width)) else {
                    return Err(at.error(
                        format!(
                            "a padding of {padding} leaves nothing of {:?} with kernel {kernel} and stride {stride}",
                            self.output
                        ),
                        "take less padding, or a larger kernel",
                    ));
                };
                // Each output is a sum over one in stride² places of the kernel.
                let square = kernel * kernel;
                let kind = ParamKind::Weight {
                    fan_in: (inputs * square).div_ceil(stride * stride),
                    fan_out: channels * square,
                    order: Order::ConvTranspose,
                };
                self.kernel(at, [kernel, kernel, inputs, channels], kind, bias)?;
                self.output = vec![rows, columns, channels];
            }
            Layer::Upsample { factor, .. } => {
                let [height, width, channels] = self.image(at)?;
                self.output = vec![
                    height.saturating_mul(factor),
                    width.saturating_mul(factor),
                    channels,
                ];
            }
            Layer::AveragePool { size } => {
                let [height, width, channels] = self.image(at)?;
                if !height.is_multiple_of(size) || !width.is_multiple_of(size) {
                    return Err(at.error(
                        format!("squares of {size} by {size} do not tile {:?}", self.output),
                        "take a size that divides height and width",
                    ));
                }
                self.output = vec![height / size, width / size, channels];
            }
            Layer::PixelShuffle { factor } => {
                let [height, width, channels] = self.image(at)?;
                let square = factor * factor;
                if !channels.is_multiple_of(square) {
                    return Err(at.error(
                        format!("{square} does not divide the channels of {:?}", self.output),
                        format!("give the layer before it a multiple of {square} channels"),
                    ));
                }
                self.output = vec![
                    height.saturating_mul(factor),
                    width.saturating_mul(factor),
                    channels / square,
                ];
            }
            Layer::Reshape { ref shape } => {
                let numbers = |shape: &[usize]| shape.iter().product::<usize>();
                let (before, after) = (numbers(&self.output), numbers(shape));
                if before != after {
                    return Err(at.error(
                        format!(
                            "{:?} has {before} numbers, and {shape:?} has {after}",
                            self.output
                        ),
                        "make both the same",
                    ));
                }
                self.output.clone_from(shape);
            }
            Layer::Condition => {
                if self.condition == 0 {
                    return Err(at.error(
                        "nothing is joined here: this network has no second input".into(),
                        "take the layer away, or give the model labels or codes",
                    ));
                }
                let channels = self.output.last_mut().expect("every shape has axes");
                *channels += self.condition;
            }
            Layer::BatchNorm { .. } => {
                let (&channels, rest) = self.output.split_last().expect("every shape has axes");
                self.compares(at, rest.iter().product());
                self.param(at, "scale", vec![channels], ParamKind::Scale);
                self.param(at, "shift", vec![channels], ParamKind::Shift);
                for start in [0.0, 1.0] {
                    self.stats_start.extend(vec![start; channels]);
                }
            }
            Layer::MinibatchStd => {
                self.compares(at, 1);
                *self.output.last_mut().expect("every shape has axes") += 1;
                self.stats_start.push(1.0);
            }
            Layer::MinibatchDiscrimination { kernels, dims } => {
                self.compares(at, 1);
                let inputs = self.output.iter().product();
                let kind = ParamKind::weight(inputs, kernels * dims);
                self.weight(at, vec![inputs, kernels * dims], kind)?;
                self.output = vec![inputs + kernels];
                self.stats_start.extend(vec![0.0; kernels]);
            }
            Layer::Residual { .. }
            | Layer::Relu
            | Layer::LeakyRelu { .. }
            | Layer::Tanh
            | Layer::Sigmoid
            | Layer::Softplus
            | Layer::Dropout { .. } => {}
        }
        Ok(())
    }

    /// Takes note of a layer that compares samples by so many numbers in each channel.
    fn compares(&mut self, at: &Place, numbers: usize) {
        let fewest = self.thinnest_norm.as_ref().map_or(usize::MAX, |(_, n)| *n);
        if numbers < fewest {
            self.thinnest_norm = Some((at.field.clone(), numbers));
        }
    }

    /// Pre-activation, as in SN-GAN. Resampling and the shortcut's convolution of kernel 1 commute, so that convolution sees
    /// the smaller image.
    fn residual(
        &mut self,
        at: &Place,
        channels: usize,
        resample: Resample,
        batch_norm: bool,
    ) -> Result<Step, ConfigError> {
        let [.., inputs] = self.image(at)?;
        let conv = |kernel: usize| Layer::Conv {
            channels,
            kernel,
            stride: 1,
            padding: kernel / 2,
            bias: true,
        };
        let norm = || {
            batch_norm.then_some(Layer::BatchNorm {
                eps: batch_norm_eps(),
            })
        };
        let up = || {
            (resample == Resample::Up).then_some(Layer::Upsample {
                factor: 2,
                method: Upsampling::Nearest,
            })
        };
        let down = || (resample == Resample::Down).then_some(Layer::AveragePool { size: 2 });
        let first = [norm(), Some(Layer::Relu), up(), Some(conv(3))];
        let second = [norm(), Some(Layer::Relu), Some(conv(3)), down()];
        let shortcut = [down(), (inputs != channels).then(|| conv(1)), up()];
        let before = self.output.clone();
        let mut part = |name: &str, layers: Vec<Layer>| {
            self.output.clone_from(&before);
            let steps = layers.iter().enumerate().map(|(i, layer)| {
                let at = Place {
                    field: at.field.clone(),
                    name: format!("{}.{name}.{i}.{}", at.name, layer.kind()),
                };
                self.step(&at, layer, None)
            });
            steps.collect::<Result<Vec<Step>, ConfigError>>()
        };
        let main = part("main", first.into_iter().chain(second).flatten().collect())?;
        let shortcut = part("shortcut", shortcut.into_iter().flatten().collect())?;
        Ok(Step::Residual { main, shortcut })
    }

    /// Height, width and channels of what comes before a layer.
    fn image(&self, at: &Place) -> Result<[usize; 3], ConfigError> {
        self.output.clone().try_into().map_err(|found: Vec<usize>| {
            at.error(
                format!("it reads [height, width, channels], but {found:?} comes before it"),
                "put a reshape layer before it, such as {\"kind\": \"reshape\", \"shape\": [7, 7, 64]}",
            )
        })
    }

    fn affine(
        &mut self,
        at: &Place,
        units: usize,
        outputs: Vec<usize>,
        bias: bool,
    ) -> Result<(), ConfigError> {
        let inputs = self.output.clone();
        let count = inputs.iter().product();
        let kind = ParamKind::Weight {
            fan_in: count,
            fan_out: units,
            order: Order::Dense { inputs, outputs },
        };
        self.weight(at, vec![count, units], kind)?;
        if bias {
            self.param(at, "bias", vec![units], ParamKind::Shift);
        }
        Ok(())
    }

    fn kernel(
        &mut self,
        at: &Place,
        shape: [usize; 4],
        kind: ParamKind,
        bias: bool,
    ) -> Result<(), ConfigError> {
        self.weight(at, shape.to_vec(), kind)?;
        if bias {
            self.param(at, "bias", vec![shape[3]], ParamKind::Shift);
        }
        Ok(())
    }

    fn weight(
        &mut self,
        at: &Place,
        shape: Vec<usize>,
        kind: ParamKind,
    ) -> Result<(), ConfigError> {
        let before = &self.output;
        at.countable(&shape, || format!("{before:?} needs a weight of"))?;
        self.param(at, "weight", shape, kind);
        at.countable(&[self.params_len()], || {
            "with this layer the network has parameters".into()
        })
    }

    fn param(&mut self, at: &Place, part: &str, shape: Vec<usize>, kind: ParamKind) {
        let offset = self.params_len();
        self.params.push(Param {
            name: format!("{}.{part}", at.name),
            shape,
            offset,
            kind,
        });
    }
}

/// Where a layer stands.
struct Place {
    /// In the config, for errors.
    field: String,
    /// In the parameters' names.
    name: String,
}

impl Place {
    fn error(&self, problem: String, cure: impl Into<String>) -> ConfigError {
        ConfigError::new(&self.field, problem, cure)
    }

    /// Whether `shape` has few enough numbers for one buffer; `what` says whose shape it is.
    fn countable(&self, shape: &[usize], what: impl Fn() -> String) -> Result<(), ConfigError> {
        let numbers = (shape.iter()).try_fold(1_usize, |product, &n| product.checked_mul(n));
        if numbers.is_some_and(|n| n <= MOST_NUMBERS) {
            return Ok(());
        }
        Err(self.error(
            format!(
                "{} {shape:?}, and one buffer has at most {MOST_NUMBERS} numbers",
                what()
            ),
            "make this layer smaller, or the layers before it",
        ))
    }
}
