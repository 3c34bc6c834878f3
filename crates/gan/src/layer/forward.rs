//! From a network's input to its output.

use ganlet_core::Tensor;

use super::activation::{leaky_relu, relu, sigmoid, softplus};
use super::{Learned, Mode, ParamKind, Stack, Step, image, minibatch, norm};
use crate::config::Layer;

/// One pass through a stack: layers take their parameters in the order in which they declared them.
pub(super) struct Pass<'a, 'm> {
    stack: &'a Stack,
    learned: Learned<'a>,
    condition: Option<&'a Tensor>,
    /// What is to be joined before the next layer.
    joining: Option<&'a Tensor>,
    mode: &'a mut Mode<'m>,
    /// The next parameter.
    param: usize,
    /// Where the next weight's estimate starts.
    spectral_offset: usize,
    /// Where the next layer's running statistics start.
    stats_offset: usize,
}

impl<'a, 'm> Pass<'a, 'm> {
    pub(super) fn new(
        stack: &'a Stack,
        learned: Learned<'a>,
        condition: Option<&'a Tensor>,
        mode: &'a mut Mode<'m>,
    ) -> Self {
        Self {
            stack,
            learned,
            condition,
            joining: None,
            mode,
            param: 0,
            spectral_offset: 0,
            stats_offset: 0,
        }
    }

    pub(super) fn run(&mut self, steps: &[Step], input: Tensor) -> Tensor {
        steps.iter().fold(input, |x, step| match step {
            Step::Layer(layer) => self.layer(layer, x),
            Step::Residual { main, shortcut } => {
                let x = self.joined(x);
                let long = self.run(main, x.clone());
                long + self.run(shortcut, x)
            }
        })
    }

    /// The next estimate of each weight's singular vector, in order.
    pub(super) fn estimates(mut self) -> Vec<Tensor> {
        let parts = 0..self.stack.params.len();
        parts.filter_map(|_| self.part().1).collect()
    }

    /// The next parameter, divided by its spectral norm where the network asks for that, and then the next estimate too.
    fn part(&mut self) -> (Tensor, Option<Tensor>) {
        let param = &self.stack.params[self.param];
        self.param += 1;
        let flat = self.learned.params;
        let value = (flat.narrow(0, param.offset, param.len())).reshape(&param.shape);
        match (&param.kind, self.learned.spectral) {
            (ParamKind::Weight { .. }, Some(estimates)) => {
                let outputs = param.shape[param.shape.len() - 1];
                let estimate = estimates.narrow(0, self.spectral_offset, outputs);
                self.spectral_offset += outputs;
                let (weight, next) = norm::spectral(&value, &estimate);
                (weight, Some(next))
            }
            _ => (value, None),
        }
    }

    fn next(&mut self) -> Tensor {
        self.part().0
    }

    /// What the next layer reads: `x`, with what is to be joined to it.
    pub(super) fn next_input(&self, x: &Tensor) -> Tensor {
        match self.joining {
            Some(condition) => image::join(x, condition),
            None => x.clone(),
        }
    }

    /// `x` with what was to be joined to it.
    pub(super) fn joined(&mut self, x: Tensor) -> Tensor {
        let whole = self.next_input(&x);
        self.joining = None;
        whole
    }

    /// Rows times a matrix. What is to be joined to the rows has its own part of the matrix: two products of plain operands
    /// are much faster than one of rows that are put together as they are read.
    fn product(&mut self, x: &Tensor, weight: &Tensor) -> Tensor {
        let Some(condition) = self.joining.take() else {
            return x.matmul(weight);
        };
        let (own, joined) = (x.shape()[1], condition.shape()[1]);
        x.matmul(&weight.narrow(0, 0, own)) + condition.matmul(&weight.narrow(0, own, joined))
    }

    fn biased(&mut self, x: Tensor, bias: bool) -> Tensor {
        if bias { x + self.next() } else { x }
    }

    fn layer(&mut self, layer: &Layer, x: Tensor) -> Tensor {
        if let Layer::Dense { bias, .. } = *layer {
            let weight = self.next();
            let product = self.product(&flat(&x), &weight);
            return self.biased(product, bias);
        }
        let x = self.joined(x);
        match *layer {
            Layer::Dense { .. } => unreachable!("done above, since it joins by itself"),
            Layer::Maxout { units, pieces } => {
                let all = flat(&x).matmul(&self.next()) + self.next();
                let piece = |i: usize| all.narrow(1, i * units, units);
                (1..pieces).fold(piece(0), |best, i| best.max(&piece(i)))
            }
            Layer::Conv {
                stride,
                padding,
                bias,
                ..
            } => {
                let result = image::conv(&x, &self.next(), stride, padding);
                self.biased(result, bias)
            }
            Layer::ConvTranspose {
                stride,
                padding,
                bias,
                ..
            } => {
                let result = image::conv_transpose(&x, &self.next(), stride, padding);
                self.biased(result, bias)
            }
            Layer::Upsample { factor, method } => image::upsample(&x, factor, method),
            Layer::AveragePool { size } => image::average_pool(&x, size),
            Layer::PixelShuffle { factor } => image::pixel_shuffle(&x, factor),
            Layer::Reshape { ref shape } => {
                let mut whole = vec![x.shape()[0]];
                whole.extend(shape);
                x.reshape(&whole)
            }
            Layer::Condition => {
                self.joining = self.condition;
                x
            }
            Layer::Residual { .. } => unreachable!("a residual block is a step of its own"),
            Layer::Relu => relu(&x),
            Layer::LeakyRelu { slope } => leaky_relu(&x, slope),
            Layer::Tanh => x.tanh(),
            Layer::Sigmoid => sigmoid(&x),
            Layer::Softplus => softplus(&x),
            Layer::Dropout { keep } => match self.mode {
                Mode::Train { random, .. } => {
                    let kept = random.chance(&x.shape(), keep);
                    kept.select(&(&x * (1.0 / keep)), &x.constant_like(0.0))
                }
                Mode::Sample { .. } => x,
            },
            Layer::BatchNorm { eps } => {
                let (centred, variance) = self.moments(&x);
                let normalized = centred * (variance + eps).sqrt().recip();
                normalized * self.next() + self.next()
            }
            Layer::MinibatchStd => {
                let spread = self.compared(1, || minibatch::spread(&x));
                image::join(&x, &spread.broadcast_to(&[x.shape()[0], 1]))
            }
            Layer::MinibatchDiscrimination { kernels, dims } => {
                let (x, weight) = (flat(&x), self.next());
                let batch = x.shape()[0];
                let closeness = self.compared(kernels, || {
                    minibatch::closeness(&x.matmul(&weight).reshape(&[batch, kernels, dims]))
                });
                Tensor::concat(&[&x, &closeness.broadcast_to(&[batch, kernels])], 1)
            }
        }
    }

    /// What a layer finds by comparing the samples of a batch, `[rows, numbers]`, of which it keeps the mean; where samples are
    /// looked at one by one, `[1, numbers]`, what it found on average.
    fn compared(&mut self, numbers: usize, found: impl FnOnce() -> Tensor) -> Tensor {
        match &mut self.mode {
            Mode::Train { batch_stats, .. } => {
                let found = found();
                batch_stats.push(found.mean(&[0]));
                found
            }
            Mode::Sample { stats } => {
                let at = self.stats_offset;
                self.stats_offset += numbers;
                stats.narrow(0, at, numbers).reshape(&[1, numbers])
            }
        }
    }

    /// Inputs less the mean of their channel, and its variance: of this batch, or those kept for drawing samples.
    fn moments(&mut self, x: &Tensor) -> (Tensor, Tensor) {
        match &mut self.mode {
            Mode::Train { batch_stats, .. } => {
                let found = norm::moments(x);
                let n = x.numel() / found.variance.numel().max(1);
                batch_stats.extend([found.mean, norm::unbiased(&found.variance, n)]);
                (found.centred, found.variance)
            }
            Mode::Sample { stats } => {
                let channels = x.shape().last().copied().unwrap_or(1);
                let at = self.stats_offset;
                self.stats_offset += 2 * channels;
                let part = |start: usize| stats.narrow(0, start, channels);
                (x - part(at), part(at + channels))
            }
        }
    }
}

/// `[batch, numbers]`
pub(super) fn flat(x: &Tensor) -> Tensor {
    let batch = x.shape().first().copied().unwrap_or(1);
    x.reshape(&[batch, x.numel() / batch])
}
