//! `ganlet export`

mod card;
mod layout;
mod project;

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use ganlet::ExperimentConfig;
use ganlet::checkpoint::Checkpoint;
use ganlet::trainer::{Options, Trainer};
use ganlet_core::backend::Choice;
use serde_json::{Value, json};

use crate::{classifier, config_text, data, file, latent, progress, run};

/// A network of PyTorch, which both folders have.
const NETWORK: &str = include_str!("export/network.py");
/// What trains it.
const TRAIN: &str = include_str!("export/train.py");

/// What to take away, and where to.
#[derive(clap::Args)]
#[group(id = "target", required = true, multiple = true, args = ["onnx", "hub", "pytorch"])]
pub(crate) struct Args {
    /// A checkpoint (.safetensors); or a preset, a config as JSON, or a .json file that holds one: the model that ships with it,
    /// else one that has not been trained
    model: String,
    /// Writes a view as an ONNX file, which answers any number of rows
    #[arg(long, value_name = "FILE")]
    onnx: Option<PathBuf>,
    /// The view of --onnx, such as generate, encode or discriminate [default: the model's first]
    #[arg(long, requires = "onnx")]
    view: Option<String>,
    /// Writes a folder as model hubs have them: weights of each network in PyTorch's layout, the config, and a model card with
    /// what is measured now
    #[arg(long, value_name = "DIR")]
    hub: Option<PathBuf>,
    /// Writes a folder with train.py, which goes on training in PyTorch from the weights and the optimizers' state
    #[arg(long, value_name = "DIR")]
    pytorch: Option<PathBuf>,
    /// What a model that was not trained starts from
    #[arg(long, default_value_t = 0, value_parser = crate::seed)]
    seed: u32,
    /// Folder with the files of the images
    #[arg(long)]
    data: Option<PathBuf>,
}

pub(crate) async fn run(args: &Args) -> Result<()> {
    let checkpoint = checkpoint(args).await?;
    let mut written = Vec::new();
    let mut leave = |path: PathBuf, bytes: &[u8]| {
        file::write(&path, bytes)?;
        written.push(json!({ "file": path, "bytes": bytes.len() }));
        anyhow::Ok(())
    };
    if let Some(path) = &args.onnx {
        let bytes = ganlet_onnx::export(&checkpoint, args.view.as_deref())?;
        leave(path.clone(), &bytes)?;
    }
    if let Some(folder) = &args.hub {
        let metrics = measured(&checkpoint, args).await?;
        for (name, bytes) in card::files(&checkpoint, &metrics)? {
            leave(inside(folder, &name)?, &bytes)?;
        }
    }
    if let Some(folder) = &args.pytorch {
        let dataset = data::load(&checkpoint.config, args.data.as_deref())?;
        for (name, bytes) in project::files(&checkpoint, &dataset)? {
            leave(inside(folder, name)?, &bytes)?;
        }
    }
    let summary = json!({
        "preset": checkpoint.config.preset, "step": checkpoint.step, "written": written,
    });
    println!("{summary:#}");
    Ok(())
}

/// The path of a file in a folder, which is made where it is missing.
fn inside(folder: &Path, name: &str) -> Result<PathBuf> {
    fs::create_dir_all(folder)
        .with_context(|| format!("{} cannot be made", file::shown(folder)))?;
    Ok(folder.join(name))
}

/// The model that the arguments name.
async fn checkpoint(args: &Args) -> Result<Checkpoint> {
    let path = Path::new(&args.model);
    let is_file = |extension: &std::ffi::OsStr| extension.eq_ignore_ascii_case("safetensors");
    if path.extension().is_some_and(is_file) {
        return Checkpoint::from_bytes(&file::read(path)?).with_context(|| file::shown(path));
    }
    if let Some(bytes) = latent::shipped_as(&args.model) {
        return Ok(Checkpoint::from_bytes(bytes)?);
    }
    let text = config_text(&args.model).map_err(anyhow::Error::msg)?;
    let config = ExperimentConfig::parse(&text)?;
    eprintln!(
        "note: no trained model of `{}` ships, so these weights have not been trained; for those that have, name the \
         checkpoint.safetensors that `ganlet run --out` leaves",
        config.preset
    );
    Ok(trainer(config, args).await?.checkpoint().await?)
}

async fn trainer(config: ExperimentConfig, args: &Args) -> Result<Trainer> {
    let (spinner, mut report) = progress::preparing();
    let options = Options {
        backend: Choice::Cpu,
        threads: 1,
        tuned: None,
        seed: args.seed,
        dataset: data::load(&config, args.data.as_deref())?,
        progress: &mut report,
    };
    let trainer = Trainer::create(config, options).await?;
    spinner.finish_and_clear();
    Ok(trainer)
}

/// What samples of the model are like, as `ganlet run` measures it.
async fn measured(checkpoint: &Checkpoint, args: &Args) -> Result<Value> {
    let mut trainer = trainer(checkpoint.config.clone(), args).await?;
    trainer.restore(checkpoint)?;
    classifier::attach(&mut trainer)?;
    let bar = progress::share("measuring samples");
    let report = &mut |share| bar.set_position((share * 1000.0) as u64);
    let metrics = run::measured(&mut trainer, report).await?;
    bar.finish_and_clear();
    Ok(json!(metrics))
}
