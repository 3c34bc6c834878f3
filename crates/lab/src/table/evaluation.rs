//! What the figures of samples say (tutorial, section 5.2): digits that nobody generated, made worse step by step, beside copies of
//! training images and the samples of the shipped model.

use anyhow::Result;
use ganlet::assets;
use ganlet::config::{Prior, PriorKind};
use ganlet::data::{ImageKind, Images};
use ganlet::latent::{Truncation, draw};
use ganlet::metric::classifier::{Classifier, Features, Model};
use ganlet::metric::copies::{median, nearest};
use ganlet::metric::{Evaluation, Rows};
use ganlet::model::Dataset;
use ganlet::trainer::{Options, Trainer};
use ganlet_core::backend::Place;
use nalgebra::DMatrix;
use pollster::block_on;

use super::Args;
use super::report::{Report, Row, Verdict};
use crate::evaluation::{
    COUNT, class_score, frechet_distance, kernel_distance, neighbours, rows, unit_pixels,
};
use crate::latent::shipped_as;
use crate::{data, progress};

/// What stands for this table.
pub(super) const NAME: &str = "evaluation";

/// Training images that copies are looked for in, and samples that are looked up.
const LEARNED: usize = 10_000;
const LOOKED_UP: usize = 500;
const SIDE: usize = 28;
const PIXELS: usize = SIDE * SIDE;
/// Samples nearer to training images than this, in units of what held-out images are, were learned by heart.
const COPIED: f64 = 0.5;

/// Digits made worse: deviations of noise, pixels of blur to each side.
const NOISE: [f32; 3] = [0.1, 0.2, 0.4];
const BLUR: [usize; 3] = [1, 2, 3];

/// What measures: both parts of the classifier, and digits that no row has.
struct Judge {
    classifier: Classifier,
    features: Features,
    held_out: DMatrix<f64>,
    learned: Vec<f32>,
    /// The median distance of held-out digits to the nearest training image.
    usual: f64,
}

impl Judge {
    fn new(place: &Place, train: &Images, test: &Images) -> Result<Self> {
        let bytes = assets::classifier(ImageKind::Mnist).expect("a classifier of digits ships");
        let model = Model::from_bytes(bytes)?;
        let mut features = Features::open(place, &model)?;
        let pixels = test.slice(0..COUNT).unit_pixels();
        let held_out = rows(&block_on(features.read(&pixels))?, features.dim());
        let learned = train.slice(0..LEARNED).unit_pixels();
        let usual = distance(&pixels, &learned)?;
        Ok(Self {
            classifier: Classifier::open(place, model)?,
            features,
            held_out,
            learned,
            usual,
        })
    }

    fn measure(&mut self, pixels: &[f32]) -> Result<Evaluation> {
        let found = block_on(self.features.read(pixels))?;
        let found = rows(&found, self.features.dim());
        let seen = block_on(self.classifier.classify(pixels))?;
        let near = neighbours(&self.held_out, &found);
        let figures = [
            ("frechet_distance", frechet_distance(&self.held_out, &found)),
            ("kernel_distance", kernel_distance(&self.held_out, &found)),
            ("precision", near.precision),
            ("recall", near.recall),
            ("density", near.density),
            ("coverage", near.coverage),
            (
                "class_score",
                class_score(&seen, seen.len() * PIXELS / pixels.len()),
            ),
            ("copy_ratio", distance(pixels, &self.learned)? / self.usual),
        ];
        Ok(figures.map(|(name, value)| (name.into(), value)).into())
    }
}

/// The median distance of some of the images to the nearest of others.
fn distance(pixels: &[f32], others: &[f32]) -> Result<f64> {
    let some = &pixels[..LOOKED_UP * PIXELS];
    let some = Rows::new("samples", some, PIXELS)?;
    Ok(median(&nearest(
        some,
        Rows::new("training images", others, PIXELS)?,
    )))
}

fn noisy(pixels: &[f32], deviation: f32, seed: u32) -> Vec<f32> {
    let prior = Prior {
        kind: PriorKind::Normal,
        dim: PIXELS,
        scale: 1.0,
    };
    let noise = draw(&prior, pixels.len() / PIXELS, seed, Truncation::NONE);
    let pairs = pixels.iter().zip(noise);
    pairs
        .map(|(&x, n)| (x + deviation * n).clamp(0.0, 1.0))
        .collect()
}

/// The mean over a square that reaches so many pixels to each side; beyond the edge there is black.
fn blurred(pixels: &[f32], reach: usize) -> Vec<f32> {
    let share = 1.0 / ((2 * reach + 1) as f32).powi(2);
    let near = |at: usize| at.saturating_sub(reach)..(at + reach + 1).min(SIDE);
    let blur = |image: &[f32]| -> Vec<f32> {
        let at = |i: usize| {
            let (x, y) = (i % SIDE, i / SIDE);
            let sum: f32 = near(y)
                .flat_map(|v| near(x).map(move |u| image[v * SIDE + u]))
                .sum();
            sum * share
        };
        (0..PIXELS).map(at).collect()
    };
    pixels.chunks(PIXELS).flat_map(blur).collect()
}

/// Samples of the shipped model, pixels from 0 to 1.
fn generated(args: &Args, seed: u32, dataset: Dataset) -> Result<Vec<f32>> {
    let options = Options {
        backend: args.place.choice(),
        threads: args.place.threads,
        tuned: args.place.tuned()?,
        seed,
        dataset,
        progress: &mut |_| {},
    };
    let shipped = shipped_as("mnist-dcgan").expect("it ships");
    let mut trainer = block_on(Trainer::load(shipped, options))?;
    let prior = trainer.prior()?.clone();
    let z = draw(&prior, COUNT, seed ^ 0x5a3c, Truncation::NONE);
    let samples = block_on(trainer.generate(&z))?;
    Ok(unit_pixels(&trainer, &samples))
}

/// A step of a ladder is to be farther than the one before.
fn farther(before: f64, found: f64) -> Verdict {
    Verdict {
        expected: "frechet_distance larger than the step before".into(),
        came_true: usize::from(found > before),
        runs: 1,
    }
}

pub(super) fn table(args: &Args) -> Result<Report> {
    let images = data::images(ImageKind::Mnist, args.data.as_deref())?;
    let place = block_on(args.place.find())?;
    let mut judge = Judge::new(&place, &images.train, &images.test)?;
    let fresh = images.train.slice(20_000..20_000 + COUNT).unit_pixels();
    let learned = images.train.slice(0..COUNT).unit_pixels();
    let metrics = [
        "frechet_distance",
        "kernel_distance",
        "precision",
        "recall",
        "density",
        "coverage",
        "class_score",
        "copy_ratio",
    ]
    .map(String::from);
    let bar = progress::steps((3 + NOISE.len() + BLUR.len()) as u64);
    let mut rows = Vec::new();
    let mut add =
        |name: String, pixels: &[f32], verdict: &dyn Fn(&Evaluation) -> Option<Verdict>| {
            let found = judge.measure(pixels)?;
            bar.inc(1);
            let row = Row::new(name, &metrics, &[Some(found.clone())]);
            rows.push(Row {
                verdict: verdict(&found),
                ..row
            });
            Ok::<f64, anyhow::Error>(found["frechet_distance"])
        };
    let floor = add("other training digits".into(), &fresh, &|_| None)?;
    let mut before = floor;
    for deviation in NOISE {
        let pixels = noisy(&fresh, deviation, 1);
        let name = format!("the same with noise of deviation {deviation}");
        before = add(name, &pixels, &|found| {
            Some(farther(before, found["frechet_distance"]))
        })?;
    }
    before = floor;
    for reach in BLUR {
        let name = format!("the same blurred over {} pixels", 2 * reach + 1);
        let pixels = blurred(&fresh, reach);
        before = add(name, &pixels, &|found| {
            Some(farther(before, found["frechet_distance"]))
        })?;
    }
    add("copies of training digits".into(), &learned, &|found| {
        Some(Verdict {
            expected: format!("copy_ratio at most {COPIED}"),
            came_true: usize::from(found["copy_ratio"] <= COPIED),
            runs: 1,
        })
    })?;
    let samples = generated(args, 0, Dataset::Images(images.clone()))?;
    add(
        "samples of the shipped mnist-dcgan".into(),
        &samples,
        &|found| {
            Some(Verdict {
                expected: format!("copy_ratio above {COPIED}"),
                came_true: usize::from(found["copy_ratio"] > COPIED),
                runs: 1,
            })
        },
    )?;
    bar.finish_and_clear();
    Ok(Report {
        table: NAME.into(),
        title: "What the figures of samples say".into(),
        teaches: "Tutorial, section 5.2; Salimans et al. 2016, Heusel et al. 2017, Binkowski et al. 2018, Kynkaanniemi et al. \
                  2019, Naeem et al. 2020"
            .into(),
        about: format!(
            "{COUNT} images against {COUNT} held-out digits, by the features of the shipped classifier. The first row is the floor: \
             digits of the same kind. Noise and blur are to be farther with each step. `copy_ratio` is the median distance to the \
             nearest of {LEARNED} training digits over that of held-out ones; a generator that copies is perfect by every other \
             figure. The figures compare models here, and none with those of papers, whose network is another"
        ),
        seeds: 1,
        steps: None,
        only: None,
        metrics: metrics.to_vec(),
        rows,
    })
}
