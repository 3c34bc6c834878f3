//! What samples of a batch have to do with each other (tutorial, section 4.3 and figure 21): G as it is while it trains, the same
//! latent asked for among ever other ones.

use anyhow::Result;
use ganlet::ExperimentConfig;
use ganlet::latent::{self, Truncation};
use ganlet::layer::{Learned, Mode, Stack};
use ganlet::model::ModelConfig;
use ganlet::random::Random;
use ganlet::trainer::{Evaluation, Trainer};
use ganlet_core::eval::{Evaluator, Value};
use ganlet_core::{Builder, DType, Tensor};
use pollster::block_on;
use serde_json::{Value as Json, json};

use super::report::{Report, Row};
use super::{Args, runs};
use crate::progress;

/// What stands for this table.
pub(super) const NAME: &str = "normalization";

/// The game whose G is normalized in other ways, in small batches, as in figure 21.
const PRESET: &str = "mnist-mlp";
const BATCH: usize = 16;
const STEPS: u64 = 300;
/// Keeps the draw of that latent apart from the others.
const FIRST: u32 = 0xf125_7000;
/// Batches that the same latent is asked for in.
const BATCHES: usize = 20;

/// A normalization, and how far one sample may move with the others.
const NORMS: [(&str, &str, Bound); 5] = [
    ("batch norm", "batch_norm", Bound::AtLeast(0.01)),
    (
        "reference batch norm",
        "reference_batch_norm",
        Bound::AtMost(1e-6),
    ),
    (
        "virtual batch norm",
        "virtual_batch_norm",
        Bound::AtMost(1e-6),
    ),
    ("layer norm", "layer_norm", Bound::AtMost(1e-6)),
    ("none", "", Bound::AtMost(1e-6)),
];

#[derive(Clone, Copy)]
enum Bound {
    AtLeast(f64),
    AtMost(f64),
}

/// The preset with G's normalization replaced.
fn config(kind: &str) -> Result<ExperimentConfig> {
    let preset = ExperimentConfig::preset(PRESET)?;
    let value = serde_json::to_value(&preset)?;
    let layers = value["generator"]["layers"].as_array().cloned();
    let replaced = layers.unwrap_or_default().into_iter().filter_map(|layer| {
        match (layer["kind"] == "batch_norm", kind) {
            (false, _) => Some(layer),
            (true, "") => None,
            (true, kind) => Some(json!({ "kind": kind })),
        }
    });
    let changes = [
        ("generator.layers", Json::Array(replaced.collect())),
        ("batch", json!(BATCH)),
        ("steps", json!(STEPS)),
    ];
    Ok(preset.with_paths(changes)?)
}

/// How far a sample moves with its batch-mates at most, and how alike the samples of a batch are.
fn figures(trainer: &mut Trainer, seed: u32) -> Result<Evaluation> {
    let ModelConfig::Gan(gan) = trainer.config().model.clone() else {
        unreachable!("the preset is a game");
    };
    let dim = gan.prior.dim;
    let stack = Stack::new("generator", &gan.generator, &[dim], 0)?;
    let params = block_on(trainer.parameters("g"))?;
    let reference = block_on(trainer.state_numbers("g.reference"))?;
    let b = Builder::new();
    let z = b.input("z", &[BATCH, dim], DType::F32);
    let given = b.input("params", &[params.len()], DType::F32);
    let rows = reference.as_ref().map(|rows| rows.len() / dim);
    let fixed = rows.map(|rows| b.input("reference", &[rows, dim], DType::F32));
    let key = b.input("key", &[2], DType::U32);
    let random = Random::new(&key);
    let mut mode = Mode::Train {
        random: &random,
        batch_stats: vec![],
    };
    let learned = Learned {
        params: &given,
        spectral: None,
        reference: fixed.as_ref(),
    };
    let samples: Tensor = stack.forward(learned, &z, None, &mut mode).output;
    b.entry("g", &[], &[("samples", &samples)]);
    let program = b.build().expect("the network was traced before");
    let float = |numbers: &[f32]| Value::Float(numbers.to_vec());
    let draw = |count, seed| latent::draw(&gan.prior, count, seed, Truncation::NONE);
    let mut evaluator = Evaluator::<f32>::new(&program);
    let first = draw(1, seed ^ FIRST);
    let batches: Vec<Vec<f32>> = (0..BATCHES as u32)
        .map(|batch| {
            let z = [first.clone(), draw(BATCH - 1, seed ^ batch)].concat();
            evaluator.inputs = [float(&z), float(&params)]
                .into_iter()
                .chain(reference.as_deref().map(float))
                .chain([Value::Uint(vec![0, 0])])
                .collect();
            evaluator.run(0)[0].floats().to_vec()
        })
        .collect();
    let pixels = batches[0].len() / BATCH;
    let moved = batches
        .iter()
        .flat_map(|batch| batch[..pixels].iter().zip(&batches[0]));
    let moved = moved.map(|(a, b)| f64::from((a - b).abs()));
    Ok(Evaluation::from([
        ("moves_with_batch".into(), moved.fold(0.0, f64::max)),
        ("batch_likeness".into(), likeness(&batches, pixels)),
    ]))
}

/// The variance of batch means over what it would be of independent samples, summed over pixels: 1 where they are, more where the
/// samples of a batch are alike. The sample that all batches share is left out.
fn likeness(batches: &[Vec<f32>], pixels: usize) -> f64 {
    let count = (BATCH - 1) as f64;
    let (mut between, mut within) = (0.0, 0.0);
    for pixel in 0..pixels {
        let of = |batch: &Vec<f32>| -> (f64, f64) {
            let own = batch[pixels..].iter().skip(pixel).step_by(pixels);
            let values: Vec<f64> = own.map(|&x| x.into()).collect();
            let mean = values.iter().sum::<f64>() / count;
            let squares = values.iter().map(|x| (x - mean).powi(2)).sum::<f64>();
            (mean, squares / (count - 1.0))
        };
        let found: Vec<(f64, f64)> = batches.iter().map(of).collect();
        let all = found.len() as f64;
        let mean = found.iter().map(|(mean, _)| mean).sum::<f64>() / all;
        let squares = found.iter().map(|(m, _)| (m - mean).powi(2)).sum::<f64>();
        between += squares / (all - 1.0);
        within += found.iter().map(|(_, variance)| variance).sum::<f64>() / all;
    }
    between * count / within
}

pub(super) fn table(args: &Args) -> Result<Report> {
    let norms = NORMS.iter().filter(|(name, ..)| super::wanted(args, name));
    let steps = args.steps.unwrap_or(STEPS);
    let norms: Vec<_> = norms.collect();
    let bar = progress::steps(steps * u64::from(args.seeds) * norms.len() as u64);
    let metrics = ["moves_with_batch", "batch_likeness", "d_real", "d_fake"].map(String::from);
    let mut rows = Vec::new();
    for (name, kind, bound) in norms {
        let config = config(kind)?;
        let mut reached = Vec::new();
        for seed in 0..args.seeds {
            let trainer = runs::trained(&config, seed, steps, args, &bar)?;
            let found = trainer.map(|mut trainer| {
                let mut found = figures(&mut trainer, seed)?;
                let last = trainer.history(0).last();
                let values = last.map(|row| row.values.clone()).unwrap_or_default();
                for (metric, value) in trainer.metrics().iter().zip(values) {
                    found.insert(metric.name.into(), value.into());
                }
                Ok::<_, anyhow::Error>(found)
            });
            reached.push(found.transpose()?);
        }
        let goal = match *bound {
            Bound::AtLeast(least) => json!({ "metric": "moves_with_batch", "at_least": least }),
            Bound::AtMost(most) => json!({ "metric": "moves_with_batch", "at_most": most }),
        };
        let goals = [serde_json::from_value(goal)?];
        let row = Row::new((*name).into(), &metrics, &reached);
        rows.push(row.with_goals(&goals, &reached));
    }
    bar.finish_and_clear();
    Ok(Report {
        table: NAME.into(),
        title: "What samples of a batch have to do with each other".into(),
        teaches: "Tutorial, section 4.3 and figure 21; Salimans et al. 2016, section 3.4".into(),
        about: format!(
            "G of `{PRESET}` with batches of {BATCH}, {STEPS} steps, as it is while it trains. `moves_with_batch` is how far one \
             pixel of a sample, -1 to 1, moves at most when the same latent stands among other ones, {BATCHES} times; \
             `batch_likeness` the variance of the mean of a batch over that of independent samples: 1 where the samples of a batch \
             have nothing to do with each other"
        ),
        seeds: args.seeds,
        steps: args.steps,
        only: args.only.clone(),
        metrics: metrics.to_vec(),
        rows,
    })
}
