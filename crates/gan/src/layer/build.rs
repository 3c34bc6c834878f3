//! Shapes and parameters of a network, from its config: every layer is checked against what comes before it, and the error
//! names the layer and both shapes.

use super::declare::Place;
use super::{
    Param, ParamKind, Stack, Step, average_pool, batch_norm, condition, conv, conv_transpose,
    dense, filter, maxout, minibatch_discrimination, minibatch_std, pixel_shuffle, reference_norm,
    reshape, residual, sample_norm, upsample,
};
use crate::config::{Layer, Network};
use crate::error::ConfigError;

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
            references: false,
            weight_norm: network.weight_norm,
            learned_lengths: network.learned_lengths,
            data_init: network.data_init,
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
        if stack.references && stack.couples_samples() {
            return Err(ConfigError::new(
                format!("{field}.layers"),
                "a reference batch goes through with the samples, and another layer compares the samples of a batch: it would \
                 compare them with the reference too",
                "use one kind of the two",
            ));
        }
        if stack.params.is_empty() {
            return Err(ConfigError::new(
                format!("{field}.layers"),
                "no layer has parameters, so there is nothing to learn",
                "add a dense layer",
            ));
        }
        if network.learned_lengths && network.weight_norm.is_none() {
            return Err(ConfigError::new(
                format!("{field}.learned_lengths"),
                "without weight_norm weights have no length apart from their direction",
                "give weight_norm a length to start with, such as 1, or take learned_lengths away",
            ));
        }
        if network.spectral_norm && network.data_init {
            return Err(ConfigError::new(
                format!("{field}.data_init"),
                "lengths that the data give, and spectral_norm divides every weight by its own",
                "take one of the two away",
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
            references: false,
            weight_norm: None,
            learned_lengths: false,
            data_init: false,
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
            } => {
                let [.., inputs] = self.image(at)?;
                let [main, shortcut] = residual::parts(inputs, channels, resample, batch_norm);
                let before = self.output.clone();
                let main = self.part(at, "main", &main)?;
                self.output = before;
                let shortcut = self.part(at, "shortcut", &shortcut)?;
                Step::Residual { main, shortcut }
            }
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

    /// The layers of one way through a block.
    fn part(&mut self, at: &Place, name: &str, layers: &[Layer]) -> Result<Vec<Step>, ConfigError> {
        let step = |(i, layer): (usize, &Layer)| {
            let at = Place {
                field: at.field.clone(),
                name: format!("{}.{name}.{i}.{}", at.name, layer.kind()),
            };
            self.step(&at, layer, None)
        };
        layers.iter().enumerate().map(step).collect()
    }

    /// Declares the layer's parameters and moves on to its output.
    fn layer(
        &mut self,
        at: &Place,
        layer: &Layer,
        next: Option<&Layer>,
    ) -> Result<(), ConfigError> {
        match *layer {
            Layer::Dense { units, bias } => dense::declare(self, at, units, bias, next)?,
            Layer::Maxout { units, pieces } => maxout::declare(self, at, units, pieces)?,
            Layer::Conv { .. } => conv::declare(self, at, filter(layer))?,
            Layer::ConvTranspose { .. } => conv_transpose::declare(self, at, filter(layer))?,
            Layer::Upsample { factor, .. } => upsample::declare(self, at, factor)?,
            Layer::AveragePool { size } => average_pool::declare(self, at, size)?,
            Layer::PixelShuffle { factor } => pixel_shuffle::declare(self, at, factor)?,
            Layer::Reshape { ref shape } => reshape::declare(self, at, shape)?,
            Layer::Condition => condition::declare(self, at)?,
            Layer::BatchNorm { .. } => batch_norm::declare(self, at),
            Layer::LayerNorm { .. } => batch_norm::affine(self, at),
            Layer::InstanceNorm { .. } => sample_norm::declare_instance_norm(self, at)?,
            Layer::ReferenceBatchNorm { .. } | Layer::VirtualBatchNorm { .. } => {
                reference_norm::declare(self, at)?;
            }
            Layer::MinibatchStd => minibatch_std::declare(self, at),
            Layer::MinibatchDiscrimination { kernels, dims } => {
                minibatch_discrimination::declare(self, at, kernels, dims)?;
            }
            Layer::Residual { .. }
            | Layer::Relu
            | Layer::LeakyRelu { .. }
            | Layer::Tanh
            | Layer::Sigmoid
            | Layer::Softplus
            | Layer::Dropout { .. }
            | Layer::GaussianNoise { .. } => {}
        }
        Ok(())
    }
}
