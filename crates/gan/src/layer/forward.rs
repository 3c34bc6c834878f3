//! From a network's input to its output.

use ganlet_core::Tensor;

use super::activation::{leaky_relu, relu, sigmoid, softplus};
use super::pass::Pass;
use super::{
    Step, average_pool, batch_norm, conv, conv_transpose, dense, dropout, filter, gaussian_noise,
    maxout, minibatch_discrimination, minibatch_std, pixel_shuffle, reference_norm, reshape,
    sample_norm, upsample,
};
use crate::config::Layer;

impl Pass<'_, '_> {
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

    fn layer(&mut self, layer: &Layer, x: Tensor) -> Tensor {
        if let Layer::Dense { bias, .. } = *layer {
            return dense::forward(self, &x, bias);
        }
        let x = self.joined(x);
        match *layer {
            Layer::Dense { .. } => unreachable!("done above, since it joins by itself"),
            Layer::Maxout { units, pieces } => maxout::forward(self, &x, units, pieces),
            Layer::Conv { .. } => filter(layer).forward(self, &x, conv::conv),
            Layer::ConvTranspose { .. } => {
                filter(layer).forward(self, &x, conv_transpose::conv_transpose)
            }
            Layer::Upsample { factor, method } => upsample::upsample(&x, factor, method),
            Layer::AveragePool { size } => average_pool::average_pool(&x, size),
            Layer::PixelShuffle { factor } => pixel_shuffle::pixel_shuffle(&x, factor),
            Layer::Reshape { ref shape } => reshape::forward(&x, shape),
            Layer::Condition => {
                self.join_next();
                x
            }
            Layer::Residual { .. } => unreachable!("a residual block is a step of its own"),
            Layer::Relu => relu(&x),
            Layer::LeakyRelu { slope } => leaky_relu(&x, slope),
            Layer::Tanh => x.tanh(),
            Layer::Sigmoid => sigmoid(&x),
            Layer::Softplus => softplus(&x),
            Layer::Dropout { keep } => dropout::forward(self, x, keep),
            Layer::GaussianNoise { std } => gaussian_noise::forward(self, x, std),
            Layer::BatchNorm { eps } => batch_norm::forward(self, &x, eps),
            Layer::LayerNorm { eps } => sample_norm::layer_norm(self, &x, eps),
            Layer::InstanceNorm { eps } => sample_norm::instance_norm(self, &x, eps),
            Layer::ReferenceBatchNorm { eps } => reference_norm::forward(self, &x, eps),
            Layer::VirtualBatchNorm { eps } => reference_norm::with_sample(self, &x, eps),
            Layer::MinibatchStd => minibatch_std::forward(self, &x),
            Layer::MinibatchDiscrimination { kernels, dims } => {
                minibatch_discrimination::forward(self, &x, kernels, dims)
            }
        }
    }
}
