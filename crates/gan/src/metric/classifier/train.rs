//! Trains a classifier: cross-entropy of every attribute, Adam with a rate that falls to zero.

use ganlet_core::backend::{Place, Session};
use ganlet_core::grad::grad;
use ganlet_core::{Builder, DType, Init, Program, Slot, Tensor};
use serde_json::json;

use super::model::Model;
use super::{Classifier, heads, logits};
use crate::config::{Network, Optimizer};
use crate::data::{ImageKind, ImageSet, Images};
use crate::init;
use crate::layer::{Mode, Stack};
use crate::random::Random;
use crate::tensor::cross_entropy;
use crate::trainer::Error;

/// How long and from what seed.
#[derive(Clone, Copy, Debug)]
pub struct TrainOptions {
    /// Updates.
    pub steps: usize,
    /// What every random number depends on.
    pub seed: u32,
}

impl TrainOptions {
    /// What the shipped classifiers were trained with: faces are drawn, so they are learned sooner.
    pub fn standard(kind: ImageKind) -> Self {
        let steps = match kind {
            ImageKind::Mnist | ImageKind::FashionMnist => 6000,
            ImageKind::Faces => 750,
        };
        Self { steps, seed: 0 }
    }
}

/// How far training is.
#[derive(Clone, Copy, Debug)]
pub struct Progress {
    /// Updates done.
    pub step: usize,
    /// Mean cross-entropy of the last minibatch, summed over attributes, in nats.
    pub cost: f32,
}

/// Images of one update.
const BATCH: usize = 64;
/// Updates between reports.
const REPORT: usize = 100;
/// The first learning rate.
const RATE: f64 = 2e-3;

/// The network for a set of images: three strided convolutions, then all classes of all attributes.
fn network(kind: ImageKind) -> Network {
    let conv = |channels: usize, kernel: usize| json!({ "kind": "conv", "channels": channels, "kernel": kernel, "stride": 2, "padding": kernel / 2 });
    let relu = json!({ "kind": "relu" });
    let widths = match kind {
        ImageKind::Mnist | ImageKind::FashionMnist => [24, 48, 64],
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

/// Trains on the training images and measures on the held-out ones.
///
/// # Errors
/// A device that fails.
pub async fn train(
    kind: ImageKind,
    images: &ImageSet,
    place: &Place,
    options: TrainOptions,
    progress: &mut dyn FnMut(Progress),
) -> Result<Model, Error> {
    let network = network(kind);
    let stack = Stack::new("network", &network, &kind.facts().shape, 0)?;
    let first = init::parameters(&stack, &network.init, options.seed, 0, None);
    let program = program(&stack, &images.train, &first, options);
    let state = |name: &str| Slot::State(program.state(name).expect("declared below"));
    let mut session = Session::new(place, &program)?;
    for done in (0..options.steps).step_by(REPORT) {
        let steps = REPORT.min(options.steps - done);
        session.run(0, steps).await?;
        let cost = session.read(state("cost")).await?;
        progress(Progress {
            step: done + steps,
            cost: bytemuck::pod_read_unaligned(&cost),
        });
    }
    let params = session.read(state("params")).await?;
    let mut model = Model {
        kind,
        accuracy: vec![],
        network,
        params: bytemuck::pod_collect_to_vec(&params),
    };
    // As it will be read: in half precision.
    model = Model::from_bytes(&model.to_bytes("")).expect("what was just written reads");
    model.accuracy = Classifier::open(place, model.clone())?
        .accuracy(&images.test)
        .await?;
    Ok(model)
}

/// One entry, which takes one step.
fn program(stack: &Stack, images: &Images, first: &[f32], options: TrainOptions) -> Program {
    let b = Builder::new();
    let view = images.view();
    let bytes = |name: &str, content: &[u8], width: usize| {
        b.state(
            name,
            &[images.len(), width],
            DType::U8,
            Init::Bytes(content.into()),
        )
    };
    let pixels = bytes("images", view.bytes, images.image_len());
    let labels = bytes("labels", view.labels, images.attributes.len());
    let key_bytes: Vec<u8> = [options.seed, 0]
        .iter()
        .flat_map(|w| w.to_le_bytes())
        .collect();
    let key = b.state("key", &[2], DType::U32, Init::Bytes(key_bytes.into()));
    let len = first.len();
    let start = Init::Bytes(bytemuck::cast_slice(first).into());
    let params = b.state("params", &[len], DType::F32, start);
    let optimizer = Optimizer::Adam {
        lr: RATE,
        beta1: 0.9,
        beta2: 0.999,
        eps: 1e-8,
    };
    let buffers: Vec<Tensor> = (optimizer.buffers().iter())
        .map(|name| b.state(name, &[len], DType::F32, Init::Zeros))
        .collect();
    let count = b.state("updates", &[], DType::F32, Init::Zeros);
    let cost_state = b.state("cost", &[], DType::F32, Init::Zeros);

    let random = Random::new(&key);
    let chosen = random.integers(&[BATCH], images.len() as u32);
    let x = pixels.gather(&chosen).cast(DType::F32) * (1.0 / 255.0);
    let y = labels.gather(&chosen).cast(DType::U32);
    let mut mode = Mode::Train {
        random: &random,
        batch_stats: vec![],
    };
    let a = logits(stack, &params, &x, &mut mode);
    let costs = heads(&images.attributes)
        .into_iter()
        .enumerate()
        .map(|(i, head)| {
            cross_entropy(&a.narrow(1, head.start, head.len()), &y.narrow(1, i, 1)).mean_all()
        });
    let cost = costs
        .reduce(|sum, cost| sum + cost)
        .expect("at least one attribute");
    let gradient = grad(&cost, &[&params]).remove(0);
    let after = &count + 1.0;
    let left = 1.0 - &count * (1.0 / options.steps as f64);
    let hyper = |name: &str, value: f64| match name {
        "lr" => &left * value,
        _ => b.scalar(value),
    };
    let (next, moments) = optimizer.update(&hyper, &params, &gradient, &buffers, &after);
    let next_key = &key + b.iota(&[2], 0);
    let mut updates = vec![
        (&params, &next),
        (&count, &after),
        (&key, &next_key),
        (&cost_state, &cost),
    ];
    updates.extend(buffers.iter().zip(&moments));
    b.entry("train", &updates, &[]);
    b.build().expect("the network fits the images")
}
