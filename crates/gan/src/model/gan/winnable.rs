//! Games that a player cannot win, whatever it learns, are refused with the cure: G whose samples cannot reach the data, and D
//! whose verdicts cannot reach what its cost rewards.

use super::Gan;
use crate::config::{Data, ImageData, Init, Layer, Network, PoolData};
use crate::data::OwnImages;
use crate::error::ConfigError;
use crate::loss::Cost;
use crate::model::Task;

/// The smallest and the largest number that something takes or makes.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Range(f64, f64);

impl Range {
    const ALL: Self = Self(f64::NEG_INFINITY, f64::INFINITY);

    fn holds(self, other: Self) -> bool {
        self.0 <= other.0 && other.1 <= self.1
    }
}

impl std::fmt::Display for Range {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // Three digits say enough of where a ring ends.
        let round = |x: f64| (x * 1e3).round() / 1e3;
        match self.1 {
            f64::INFINITY => write!(f, "from {} up", round(self.0)),
            high => write!(f, "from {} to {}", round(self.0), round(high)),
        }
    }
}

impl Layer {
    /// What it can make, where that has an end.
    fn range(&self) -> Range {
        match *self {
            Layer::Relu | Layer::Softplus => Range(0.0, f64::INFINITY),
            Layer::LeakyRelu { slope: 0.0 } => Range(0.0, f64::INFINITY),
            Layer::Tanh => Range(-1.0, 1.0),
            Layer::Sigmoid => Range(0.0, 1.0),
            Layer::LeakyRelu { .. }
            | Layer::Dropout { .. }
            | Layer::GaussianNoise { .. }
            | Layer::BatchNorm { .. } => Range::ALL,
            Layer::LayerNorm { .. } | Layer::InstanceNorm { .. } => Range::ALL,
            Layer::ReferenceBatchNorm { .. } | Layer::VirtualBatchNorm { .. } => Range::ALL,
            Layer::MinibatchStd | Layer::MinibatchDiscrimination { .. } => Range::ALL,
            Layer::Dense { .. } | Layer::Maxout { .. } | Layer::Residual { .. } => Range::ALL,
            Layer::Conv { .. } | Layer::ConvTranspose { .. } => Range::ALL,
            Layer::Upsample { .. } | Layer::AveragePool { .. } => Range::ALL,
            Layer::PixelShuffle { .. } | Layer::Reshape { .. } | Layer::Condition => Range::ALL,
        }
    }

    /// Whether its results lie where its inputs lie.
    fn keeps_range(&self) -> bool {
        match self {
            Layer::Upsample { .. } | Layer::AveragePool { .. } => true,
            Layer::PixelShuffle { .. } | Layer::Reshape { .. } => true,
            Layer::Dense { .. }
            | Layer::Maxout { .. }
            | Layer::Residual { .. }
            | Layer::Condition => false,
            Layer::Conv { .. } | Layer::ConvTranspose { .. } => false,
            Layer::Relu | Layer::LeakyRelu { .. } | Layer::Softplus => false,
            Layer::Tanh | Layer::Sigmoid => false,
            Layer::Dropout { .. } | Layer::GaussianNoise { .. } | Layer::BatchNorm { .. } => false,
            Layer::LayerNorm { .. } | Layer::InstanceNorm { .. } => false,
            Layer::ReferenceBatchNorm { .. } | Layer::VirtualBatchNorm { .. } => false,
            Layer::MinibatchStd | Layer::MinibatchDiscrimination { .. } => false,
        }
    }
}

/// The last layer that decides what a network can make, and its place in the config.
fn end<'a>(network: &'a Network, field: &str) -> Option<(&'a Layer, String)> {
    let mut layers = network.layers.iter().enumerate().rev();
    let (i, layer) = layers.find(|(_, layer)| !layer.keeps_range())?;
    Some((layer, format!("{field}.layers.{i}")))
}

/// What most of the data lie in; toys out to one standard deviation.
fn data_range(task: &Task<'_>) -> Range {
    match task.data {
        Data::Toy(toy) => {
            let (bounds, dim) = (toy.mixture().support(1.0), toy.dim());
            let low = bounds.lower[..dim].iter().copied();
            let high = bounds.upper[..dim].iter().copied();
            Range(
                low.fold(f64::INFINITY, f64::min),
                high.fold(f64::NEG_INFINITY, f64::max),
            )
        }
        Data::Images(ImageData { black, .. }) | Data::Own(OwnImages { black, .. }) => {
            Range(*black, 1.0)
        }
        Data::Pool(PoolData::BenchPool { ring: false, .. }) => Range(-1.0, 1.0),
        Data::Pool(PoolData::BenchPool { ring: true, .. }) => Range(-2.0, 2.0),
    }
}

impl Gan {
    /// Whether both players can win.
    ///
    /// # Errors
    /// The layer that keeps one from it.
    pub(super) fn check_winnable(&self, task: &Task<'_>) -> Result<(), ConfigError> {
        if self.words.is_none() {
            self.check_g(task)?;
        }
        self.check_d()?;
        self.check_start(task)
    }

    fn check_g(&self, task: &Task<'_>) -> Result<(), ConfigError> {
        let Some((layer, field)) = end(&self.generator, "generator") else {
            return Ok(());
        };
        let (makes, data) = (layer.range(), data_range(task));
        let is_image = task.is_image();
        if !makes.holds(data) {
            return Err(ConfigError::new(
                field,
                format!(
                    "G ends with {}, which makes numbers {makes}, and the data lie {data}: D tells them apart by what G \
                     cannot make",
                    layer.kind()
                ),
                match is_image {
                    true => "set data.black to -1 for a tanh at G's end, to 0 for a sigmoid",
                    false => "take this layer away, so that G ends with a dense layer",
                },
            ));
        }
        if is_image && *layer == Layer::Tanh && data.0 > -1.0 {
            return Err(ConfigError::new(
                "data.black",
                format!(
                    "black is {}, and G ends with tanh, which makes numbers {makes}: D tells G's samples by what is \
                     darker than black",
                    data.0
                ),
                "set it to -1, or end G with a sigmoid and set it to 0",
            ));
        }
        Ok(())
    }

    fn check_d(&self) -> Result<(), ConfigError> {
        let Some((layer, field)) = end(&self.discriminator, "discriminator") else {
            return Ok(());
        };
        let refuse = |problem: String, cure: &str| Err(ConfigError::new(&field, problem, cure));
        let (kind, gives) = (layer.kind(), layer.range());
        if matches!(layer, Layer::BatchNorm { .. }) {
            return refuse(
                "D ends with batch_norm, which gives a batch of real and one of generated samples the same mean verdict"
                    .into(),
                "put it before the last dense layer",
            );
        }
        match self.cost {
            Cost::Minimax
            | Cost::NonSaturating
            | Cost::MaximumLikelihood
            | Cost::FeatureMatching
            | Cost::JensenShannon
                if gives != Range::ALL =>
            {
                refuse(
                    format!(
                        "D ends with {kind}, which gives numbers {gives}; this cost takes them for logits, whose sigmoid is \
                         D(x), so D could never be sure"
                    ),
                    "take this layer away: the cost has a sigmoid of its own",
                )
            }
            Cost::Hinge if !gives.holds(Range(-1.0, self.real_label)) => refuse(
                format!(
                    "D ends with {kind}, which gives numbers {gives}, and the hinge cost asks for -1 on generated samples"
                ),
                "take this layer away",
            ),
            Cost::LeastSquares if !gives.holds(Range(0.0, self.real_label)) => refuse(
                format!(
                    "D ends with {kind}, which gives numbers {gives}, and the cost asks for 0 and {}",
                    self.real_label
                ),
                "take this layer away",
            ),
            Cost::Minimax | Cost::NonSaturating | Cost::MaximumLikelihood => Ok(()),
            Cost::FeatureMatching | Cost::JensenShannon => Ok(()),
            // A critic's scores have no scale of their own.
            Cost::Hinge | Cost::LeastSquares | Cost::Wasserstein | Cost::Relativistic => Ok(()),
            // Their optimum is where the ratio of densities is, which is somewhere between 0 and infinity.
            Cost::Kl | Cost::ReverseKl | Cost::Pearson | Cost::Neyman => Ok(()),
            Cost::SquaredHellinger | Cost::TotalVariation => Ok(()),
        }
    }

    /// A start from the data's mean needs data with a mean, and layers that can begin there.
    fn check_start(&self, task: &Task<'_>) -> Result<(), ConfigError> {
        let asks = |network: &Network| {
            matches!(
                network.init,
                Init::Uniform {
                    bias_from_data: true,
                    ..
                }
            )
        };
        let refuse = |player: &str, problem: &str, cure: &str| {
            let field = format!("{player}.init.bias_from_data");
            Err(ConfigError::new(field, problem, cure))
        };
        if asks(&self.discriminator) {
            return refuse(
                "discriminator",
                "D makes no samples that could start at the data's mean",
                "set it to false; it is for G",
            );
        }
        if !asks(&self.generator) {
            return Ok(());
        }
        if task.data.black() != Some(0.0) {
            return refuse(
                "generator",
                "only images from 0 to 1 have a mean that a bias before a sigmoid can start at",
                "set it to false, or take images with data.black at 0",
            );
        }
        match self.generator.layers.as_slice() {
            [.., Layer::Dense { bias: true, .. }, Layer::Sigmoid] => Ok(()),
            _ => refuse(
                "generator",
                "the last bias is the mean's logit, so G must end with a dense layer with bias and a sigmoid",
                "set it to false, or end G so",
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::{ExperimentConfig, preset};

    fn layers(end: &[Value]) -> Value {
        let mut layers = vec![
            json!({ "kind": "dense", "units": 8 }),
            json!({ "kind": "tanh" }),
        ];
        layers.extend_from_slice(end);
        json!({ "layers": layers })
    }

    fn said(overrides: &Value) -> String {
        match ExperimentConfig::parse(&overrides.to_string()) {
            Ok(_) => String::new(),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn every_preset_can_be_won() {
        for preset in preset::all() {
            preset.config().validate().unwrap();
        }
    }

    #[test]
    fn d_must_be_able_to_give_what_its_cost_rewards() {
        let one = json!({ "kind": "dense", "units": 1 });
        for (end, cost, wins) in [
            ("sigmoid", "non_saturating", false),
            ("sigmoid", "minimax", false),
            ("softplus", "maximum_likelihood", false),
            ("tanh", "non_saturating", false),
            ("relu", "non_saturating", false),
            ("leaky_relu", "non_saturating", true),
            ("sigmoid", "hinge", false),
            ("relu", "hinge", false),
            ("tanh", "hinge", true),
            ("sigmoid", "least_squares", true),
            ("relu", "least_squares", true),
            ("tanh", "wasserstein", true),
            ("batch_norm", "wasserstein", false),
            ("batch_norm", "least_squares", false),
        ] {
            let kind = json!({ "kind": end });
            // A reshape after it changes nothing.
            for last in [
                vec![],
                vec![json!({ "kind": "reshape", "shape": [1, 1, 1] })],
            ] {
                let end = [vec![one.clone(), kind.clone()], last].concat();
                let config = json!({
                    "preset": "ring", "discriminator": layers(&end), "cost": cost, "gradient_penalty": null,
                });
                let said = said(&config);
                assert_eq!(said.is_empty(), wins, "{config}: {said}");
                assert!(wins || said.contains("discriminator.layers.3"), "{said}");
            }
        }
    }

    #[test]
    fn g_must_be_able_to_make_what_the_data_are() {
        let normal = |mean: f64| json!({ "kind": "mixture1d", "components": [{ "weight": 1, "mean": mean, "std": 0.1 }] });
        let two = json!({ "kind": "dense", "units": 2 });
        for (end, data, wins) in [
            ("tanh", json!({ "kind": "ring" }), false),
            ("tanh", json!({ "kind": "ring", "radius": 0.9 }), true),
            ("sigmoid", json!({ "kind": "ring", "radius": 0.9 }), false),
            ("relu", json!({ "kind": "moons" }), false),
            ("softplus", normal(0.0), false),
            ("softplus", normal(5.0), true),
            ("sigmoid", normal(0.5), true),
            ("leaky_relu", json!({ "kind": "ring" }), true),
        ] {
            let g = layers(&[two.clone(), json!({ "kind": end })]);
            let config = json!({ "preset": "ring", "generator": g, "data": data });
            let said = said(&config);
            assert_eq!(said.is_empty(), wins, "{config}: {said}");
            assert!(wins || said.contains("generator.layers.3"), "{said}");
        }
        for (black, end, field) in [
            (0.0, "tanh", "data.black"),
            (-0.5, "tanh", "data.black"),
            (-1.0, "tanh", ""),
            (-1.0, "sigmoid", "generator.layers.3"),
            (-1.0, "relu", "generator.layers.3"),
            (0.0, "sigmoid", ""),
            (0.0, "relu", ""),
        ] {
            let pixels = json!({ "kind": "dense", "units": 784 });
            let g = layers(&[pixels, json!({ "kind": end })]);
            let config =
                json!({ "preset": "mnist-mlp", "generator": g, "data": { "black": black } });
            let said = said(&config);
            assert_eq!(said.is_empty(), field.is_empty(), "{config}: {said}");
            assert!(said.contains(field), "{said}");
        }
    }

    #[test]
    fn settings_that_would_do_nothing_are_refused() {
        let start = json!({ "kind": "uniform", "half_width": 0.05, "bias_from_data": true });
        for (config, field) in [
            (
                json!({ "preset": "ring-wgan-gp", "real_label": 0.9 }),
                "real_label",
            ),
            (
                json!({ "preset": "ring", "generator": { "init": start } }),
                "generator.init.bias_from_data",
            ),
            (
                json!({ "preset": "mnist-goodfellow-2014", "discriminator": { "init": start } }),
                "discriminator.init.bias_from_data",
            ),
            (
                json!({ "preset": "bench-mlp", "data": { "ring": true } }),
                "data.ring",
            ),
        ] {
            let said = said(&config);
            assert!(
                said.contains(&format!("field `{field}`")),
                "{config}: {said}"
            );
        }
    }
}
