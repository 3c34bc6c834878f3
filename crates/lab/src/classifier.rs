//! `ganlet train-classifier`

mod train;

use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::{Result, bail};
use ganlet::Trainer;
use ganlet::assets;
use ganlet::config::Data;
use ganlet::data::ImageKind;
use ganlet::error::excerpt;
use ganlet::metric::classifier::Model;
use serde_json::json;
use train::{TrainOptions, train};

use crate::{PlaceArgs, data, file, progress};

/// What to train, and where to leave it.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// mnist, fashion_mnist, faces or cifar10
    images: String,
    #[command(flatten)]
    place: PlaceArgs,
    /// What every random number depends on
    #[arg(long, default_value_t = 0, value_parser = crate::seed)]
    seed: u32,
    /// Updates [default: 6000; 750 on faces]
    #[arg(long, value_parser = crate::positive::<usize>)]
    steps: Option<usize>,
    /// The file to write [default: classifier-<images>.safetensors]
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Folder with the files of the images
    #[arg(long)]
    data: Option<PathBuf>,
    /// As JSON
    #[arg(long)]
    json: bool,
}

/// The set of images of this name.
pub(crate) fn kind(name: &str) -> Result<ImageKind> {
    let Some(kind) = ImageKind::ALL.into_iter().find(|kind| kind.name() == name) else {
        let names = ImageKind::ALL.map(ImageKind::name).join(", ");
        bail!(
            "there are no images `{}`; use one of {names}",
            excerpt(name)
        );
    };
    Ok(kind)
}

/// Puts the shipped classifier beside a model of images that it knows.
pub(crate) fn attach(trainer: &mut Trainer) -> Result<()> {
    if let Data::Images(data) = &trainer.config().data
        && let Some(bytes) = assets::classifier(data.kind)
    {
        trainer.attach_classifier(Model::from_bytes(bytes)?)?;
    }
    Ok(())
}

pub(crate) async fn run(args: &Args) -> Result<()> {
    let kind = kind(&args.images)?;
    let images = data::images(kind, args.data.as_deref())?;
    let place = args.place.find().await?;
    let options = TrainOptions {
        steps: args.steps.unwrap_or(TrainOptions::standard(kind).steps),
        seed: args.seed,
    };
    let bar = progress::steps(options.steps as u64);
    let started = Instant::now();
    let model = train(kind, &images, &place, options, &mut |now| {
        bar.set_position(now.step as u64);
        bar.set_message(format!("{:.3} nats", now.cost));
    })
    .await?;
    bar.finish_and_clear();
    let seconds = started.elapsed().as_secs_f64();

    let name = kind.name();
    let command = format!(
        "ganlet train-classifier {name} --seed {} --steps {}",
        options.seed, options.steps
    );
    let default = format!("classifier-{name}.safetensors");
    let out = args.out.as_deref().unwrap_or(Path::new(&default));
    let bytes = model.to_bytes(&command);
    file::write(out, &bytes)?;

    let attributes = kind.facts().attributes.iter().map(|a| a.name.as_str());
    let accuracy: serde_json::Map<_, _> = (attributes.zip(&model.accuracy))
        .map(|(name, &share)| (name.to_string(), json!(share)))
        .collect();
    let summary = json!({
        "images": name, "seed": options.seed, "steps": options.steps, "seconds": seconds, "held_out": images.test.len(),
        "accuracy": accuracy, "bytes": bytes.len(), "file": out,
    });
    if args.json {
        println!("{summary}");
    } else {
        println!("{summary:#}");
    }
    Ok(())
}
