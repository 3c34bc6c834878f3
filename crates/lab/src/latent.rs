//! `ganlet latent`

use std::path::PathBuf;
use std::time::Instant;

use anyhow::{Context, Result};
use ganlet::checkpoint::Checkpoint;
use ganlet::data::ImageKind;
use ganlet::error::excerpt;
use ganlet::trainer::{ANALOGIES, InvertOptions, Options, Trainer};
use serde_json::{Value, json};

use crate::{PlaceArgs, classifier, data, file, progress};

/// Which model to look into.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// faces or mnist
    images: String,
    /// A checkpoint of a model of these images [default: the one that ships with the page]
    #[arg(long, value_name = "FILE")]
    model: Option<PathBuf>,
    #[command(flatten)]
    place: PlaceArgs,
    /// What every random choice depends on
    #[arg(long, default_value_t = 0, value_parser = crate::seed)]
    seed: u32,
    /// Random trials of each analogy
    #[arg(long, default_value_t = 300, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    trials: u32,
    /// Held-out images that are inverted
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..=1000))]
    inversions: u32,
    /// Leaves the result of arithmetic where it falls, instead of at the prior's distance from the middle
    #[arg(long)]
    no_rescale: bool,
    /// Folder with the files of the images
    #[arg(long)]
    data: Option<PathBuf>,
    /// As JSON
    #[arg(long)]
    json: bool,
}

/// Samples that are moved along each slider.
const SLIDER_SAMPLES: usize = 256;
/// Samples and held-out images whose nearest training images are looked for.
const COPIES: usize = 1000;

pub(crate) async fn run(args: &Args) -> Result<()> {
    let kind = classifier::kind(&args.images)?;
    let (bytes, model) = match &args.model {
        Some(path) => (file::read(path)?, path.display().to_string()),
        None => {
            let name = format!("{}-dcgan", kind.name());
            let file = shipped(kind).with_context(|| {
                format!("no model of {} ships; name one with --model", args.images)
            })?;
            (file.to_vec(), format!("the shipped {name}"))
        }
    };
    let named = || excerpt(&model).into_owned();
    let config = (Checkpoint::from_bytes(&bytes).with_context(named)?).config;
    let tuned = args.place.tuned()?;
    let (spinner, mut report) = progress::preparing();
    let options = Options {
        backend: args.place.choice(),
        threads: args.place.threads,
        tuned: tuned.clone(),
        seed: 0,
        dataset: data::load(&config, args.data.as_deref())?,
        progress: &mut report,
    };
    let mut trainer = (Trainer::load(&bytes, options).await).with_context(named)?;
    args.place
        .warn_if_unused(tuned.as_ref(), &trainer.info().session.adapter);
    classifier::attach(&mut trainer)?;

    spinner.set_message("decoding");
    let grids_per_second = grids_per_second(&mut trainer).await?;
    spinner.set_message("analogies");
    let analogies = match kind {
        ImageKind::Faces => {
            let trials = args.trials as usize;
            trainer
                .analogies(&ANALOGIES, trials, args.seed, !args.no_rescale)
                .await?
        }
        ImageKind::Mnist | ImageKind::FashionMnist | ImageKind::Cifar10 => vec![],
    };
    spinner.set_message("sliders");
    let sliders = trainer.sliders(SLIDER_SAMPLES, args.seed).await?;
    spinner.set_message("inversions");
    let options = InvertOptions {
        seed: args.seed,
        ..InvertOptions::default()
    };
    let inversion = trainer
        .inversions(args.inversions as usize, options)
        .await?;
    spinner.set_message("nearest training images");
    let copies = trainer.copies(COPIES, args.seed).await?;
    spinner.finish_and_clear();

    let directions: Vec<Value> = (trainer.directions().await?.iter())
        .map(|d| json!(d.name))
        .collect();
    let summary = json!({
        "images": args.images, "model": model, "model_step": trainer.info().step, "seed": args.seed,
        "backend": trainer.info().session.backend, "adapter": trainer.info().session.adapter,
        "rescaled": !args.no_rescale, "analogies": analogies, "sliders": sliders, "inversion": inversion,
        "copies": copies, "directions": directions, "grids_of_64_per_second": grids_per_second,
    });
    if args.json {
        println!("{summary}");
    } else {
        println!("{summary:#}");
    }
    Ok(())
}

/// How often a grid of 64 images is decoded, as when a slider is dragged: the median of some.
async fn grids_per_second(trainer: &mut Trainer) -> Result<f64> {
    let z = trainer.latents(64, 0, 1.0)?;
    let mut seconds = Vec::new();
    for _ in 0..21 {
        let started = Instant::now();
        trainer.generate(&z).await?;
        seconds.push(started.elapsed().as_secs_f64());
    }
    seconds.sort_by(f64::total_cmp);
    Ok(1.0 / seconds[10])
}

/// The model that ships with the page.
fn shipped(kind: ImageKind) -> Option<&'static [u8]> {
    match kind {
        ImageKind::Mnist => Some(include_bytes!("../models/mnist-dcgan.safetensors")),
        ImageKind::Faces => Some(include_bytes!("../models/faces-dcgan.safetensors")),
        ImageKind::FashionMnist | ImageKind::Cifar10 => None,
    }
}

/// The model that ships as this preset.
pub(crate) fn shipped_as(preset: &str) -> Option<&'static [u8]> {
    let of = |kind: ImageKind| preset == format!("{}-dcgan", kind.name());
    ImageKind::ALL
        .into_iter()
        .find(|&kind| of(kind))
        .and_then(shipped)
}
