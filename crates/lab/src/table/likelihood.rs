//! How likely held-out digits are under decoders: by annealed importance sampling and by Parzen windows, which do not agree (Wu et
//! al. 2017; tutorial, section 5.2).

use anyhow::{Context, Result};
use ganlet::ExperimentConfig;
use ganlet::data::{ImageKind, ImageSet};
use ganlet::trainer::Evaluation;
use pollster::block_on;
use serde_json::{Value, json};

use super::report::{Report, Row, Verdict};
use super::{Args, runs, wanted};
use crate::evaluation::Decoder;
use crate::run::measured;
use crate::{data, progress};

/// What stands for this table.
pub(super) const NAME: &str = "likelihood";

/// Held-out images, and chains of each.
const IMAGES: usize = 32;
const CHAINS: usize = 8;
const TEMPERATURES: usize = 500;
/// Rounds in which the deviation of a pixel is fitted to other images, and the temperatures of each.
const ROUNDS: u64 = 3;
const FITTED: usize = 100;
/// Numbers of noise of the two models of each kind.
const DIMS: [usize; 2] = [10, 50];
const METRICS: [&str; 4] = ["ais_nats", "parzen_nats", "ais_sigma", "parzen_sigma"];

/// A kind of decoder: the preset whose networks it has, and what is changed of it.
struct Kind {
    name: &'static str,
    preset: &'static str,
    changes: fn(usize) -> Vec<(&'static str, Value)>,
}

const KINDS: [Kind; 2] = [
    Kind {
        name: "variational autoencoder",
        preset: "mnist-vae",
        changes: |dim| {
            let layers =
                |last: Value| json!([{ "kind": "dense", "units": 400 }, { "kind": "relu" }, last]);
            let dense = |units: usize| json!({ "kind": "dense", "units": units });
            vec![
                ("prior.dim", json!(dim)),
                ("encoder.layers", layers(dense(2 * dim))),
                ("likelihood", json!({ "kind": "gaussian", "std": 0.15 })),
            ]
        },
    },
    Kind {
        name: "GAN",
        preset: "mnist-mlp",
        changes: |dim| vec![("prior.dim", json!(dim)), ("steps", json!(6000))],
    },
];

/// What the decoder that `config` learns with a seed was measured to reach; none where training diverged.
fn reached(
    config: &ExperimentConfig,
    seed: u32,
    images: &ImageSet,
    args: &Args,
) -> Result<Option<Evaluation>> {
    let steps = args.steps.unwrap_or(config.steps);
    let bar = progress::steps(steps);
    let trained = runs::trained(config, seed, steps, args, &bar)?;
    bar.finish_and_clear();
    let Some(mut trainer) = trained else {
        return Ok(None);
    };
    let mut found = block_on(measured(&mut trainer, &mut |_| {}))?;
    let checkpoint = block_on(trainer.checkpoint())?;
    trainer.destroy();
    let place = block_on(args.place.find())?;
    let parzen = *found.get("parzen_sigma").context("digits have windows")?;
    let mut decoder = Decoder::open(&place, &checkpoint, IMAGES, CHAINS, parzen)?;
    let bar = progress::steps(ROUNDS * FITTED as u64 + TEMPERATURES as u64);
    let mut fitted = images.validation().unit_pixels();
    fitted.truncate(IMAGES * images.train.image_len());
    for round in 0..ROUNDS {
        // The deviation that makes the images likeliest from the latents that were found for them.
        let (_, sigma) = decoder.annealed(&fitted, FITTED, round, &mut || bar.inc(1))?;
        decoder.sigma = sigma;
    }
    let tests = images.test.slice(0..IMAGES).unit_pixels();
    let (nats, _) = decoder.annealed(&tests, TEMPERATURES, u64::from(seed), &mut || bar.inc(1))?;
    bar.finish_and_clear();
    found.insert("ais_nats".into(), nats);
    found.insert("ais_sigma".into(), decoder.sigma);
    Ok(Some(found))
}

pub(super) fn table(args: &Args) -> Result<Report> {
    let images = data::images(ImageKind::Mnist, args.data.as_deref())?;
    let metrics = METRICS.map(String::from);
    let mut rows = Vec::new();
    for kind in KINDS {
        let mut smaller: Vec<Option<Evaluation>> = Vec::new();
        for dim in DIMS {
            let name = format!("{}, {dim} numbers of noise", kind.name);
            if !wanted(args, &name) {
                continue;
            }
            let config = ExperimentConfig::preset(kind.preset)?.with_paths((kind.changes)(dim))?;
            let seeds = 0..args.seeds;
            let found = seeds
                .map(|seed| reached(&config, seed, &images, args))
                .collect::<Result<Vec<_>>>()?;
            let more = |(before, now): (&Option<Evaluation>, &Option<Evaluation>)| {
                let of = |run: &Option<Evaluation>| run.as_ref().map(|run| run["ais_nats"]);
                of(before)
                    .zip(of(now))
                    .is_some_and(|(before, now)| now > before)
            };
            let verdict = (!smaller.is_empty()).then(|| Verdict {
                expected: format!("ais_nats above those with {} numbers", DIMS[0]),
                came_true: smaller
                    .iter()
                    .zip(&found)
                    .filter(|pair| more(*pair))
                    .count(),
                runs: found.len(),
            });
            let row = Row::new(name, &metrics, &found);
            rows.push(Row { verdict, ..row });
            smaller = found;
        }
    }
    Ok(Report {
        table: NAME.into(),
        title: "How likely digits are under a decoder".into(),
        teaches: "Tutorial, section 5.2; Wu et al. 2017".into(),
        about: format!(
            "What a decoder makes is the mean of a normal distribution, with one deviation `ais_sigma` for every pixel from 0 to 1, \
             fitted to {IMAGES} validation images. `ais_nats` is the mean log-likelihood of {IMAGES} held-out digits by annealed \
             importance sampling ({CHAINS} chains, {TEMPERATURES} temperatures, 10 leapfrog steps each): a bound from below that is \
             tight where annealing is slow enough, and exact on a linear decoder up to its noise (a unit test). `parzen_nats` is the \
             estimate of the 2014 paper from 10,000 samples"
        ),
        seeds: args.seeds,
        steps: args.steps,
        only: args.only.clone(),
        metrics: metrics.to_vec(),
        rows,
    })
}
