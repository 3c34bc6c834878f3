//! Trains a classifier: a model like any other, whose rate falls to zero, on pixels from 0 to 1.

use ganlet::config::{Common, Data, ImageData, Monitor, Network, Optimizer};
use ganlet::data::{ImageKind, ImageSet};
use ganlet::metric::classifier::{Classifier, Model};
use ganlet::model::{Dataset, ModelConfig, classifier};
use ganlet::trainer::Error;
use ganlet::{ExperimentConfig, Trainer};
use ganlet_core::backend::Place;
use serde_json::json;

/// How long and from what seed.
#[derive(Clone, Copy, Debug)]
pub(super) struct TrainOptions {
    /// Updates to take.
    pub(super) steps: usize,
    /// What every random number depends on.
    pub(super) seed: u32,
}

impl TrainOptions {
    /// What the shipped classifiers were trained with: faces are drawn, so they are learned sooner.
    pub(super) fn standard(kind: ImageKind) -> Self {
        let steps = match kind {
            ImageKind::Mnist | ImageKind::FashionMnist | ImageKind::Cifar10 => 6000,
            ImageKind::Faces => 750,
        };
        Self { steps, seed: 0 }
    }
}

/// How far training is.
#[derive(Clone, Copy, Debug)]
pub(super) struct Progress {
    /// Updates taken so far.
    pub(super) step: usize,
    /// Mean cross-entropy of the last minibatch, summed over attributes, in nats.
    pub(super) cost: f32,
}

/// Images of one update.
const BATCH: usize = 64;
/// Updates between reports.
const REPORT: u64 = 100;
/// The first learning rate.
const RATE: f64 = 2e-3;

/// The network for a set of images: three strided convolutions, then all classes of all attributes.
fn network(kind: ImageKind) -> Network {
    let conv = |channels: usize, kernel: usize| json!({ "kind": "conv", "channels": channels, "kernel": kernel, "stride": 2, "padding": kernel / 2 });
    let relu = json!({ "kind": "relu" });
    let widths = match kind {
        ImageKind::Mnist | ImageKind::FashionMnist | ImageKind::Cifar10 => [24, 48, 64],
        ImageKind::Faces => [16, 32, 48],
    };
    let classes: usize = kind
        .facts()
        .attributes
        .iter()
        .map(|a| a.classes.len())
        .sum();
    let layers = json!([
        conv(widths[0], 5), relu, conv(widths[1], 5), relu, conv(widths[2], 3), relu,
        { "kind": "dropout", "keep": 0.6 }, { "kind": "dense", "units": classes },
    ]);
    serde_json::from_value(json!({ "init": { "kind": "he" }, "layers": layers }))
        .expect("a literal of the config's form")
}

fn config(kind: ImageKind, images: usize, steps: usize) -> ExperimentConfig {
    let optimizer = Optimizer::Adam {
        lr: RATE,
        beta1: 0.9,
        beta2: 0.999,
        eps: 1e-8,
        decay_steps: Some(steps as f64),
    };
    ExperimentConfig {
        common: Common {
            preset: String::new(),
            data: Data::Images(ImageData {
                kind,
                images,
                black: 0.0,
                stacked: 1,
            }),
            batch: BATCH,
            steps: steps as u64,
            monitor: Monitor::Costs,
        },
        model: ModelConfig::Classifier(classifier::Classifier {
            network: network(kind),
            optimizer,
        }),
    }
}

/// Trains on the training images and measures on the held-out ones.
///
/// # Errors
/// A device that fails.
pub(super) async fn train(
    kind: ImageKind,
    images: &ImageSet,
    place: &Place,
    options: TrainOptions,
    progress: &mut dyn FnMut(Progress),
) -> Result<Model, Error> {
    let steps = options.steps as u64;
    let config = config(kind, images.train.len(), options.steps);
    let dataset = Dataset::Images(images.clone());
    let mut trainer = Trainer::at(config, dataset, place.clone(), options.seed)?;
    for done in (0..steps).step_by(REPORT as usize) {
        let row = trainer.train(REPORT.min(steps - done)).await?;
        progress(Progress {
            step: row.step as usize + 1,
            cost: row.values[0],
        });
    }
    let model = Model {
        kind,
        accuracy: vec![],
        network: network(kind),
        params: trainer.parameters(classifier::C).await?,
    };
    // As it will be read: in half precision.
    let mut model = Model::from_bytes(&model.to_bytes("")).expect("what was just written reads");
    model.accuracy = Classifier::open(place, model.clone())?
        .accuracy(&images.test)
        .await?;
    Ok(model)
}
