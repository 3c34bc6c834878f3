//! `ganlet run`

mod folder;
mod table;

use std::path::Path;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use ganlet::ExperimentConfig;
use ganlet::checkpoint::Checkpoint;
use ganlet::config::Data;
use ganlet::error::excerpt;
use ganlet::trainer::{Error, Evaluation, Options, Trainer};
use serde_json::{Value, json};

use crate::interrupt::{self, Hold};
use crate::{RunArgs, classifier, data, file, picture, progress};
use folder::{Folder, Place};

/// Samples on one picture of images.
const IMAGES: usize = 100;
/// Samples on one picture of points.
const POINTS: usize = 2048;
/// Steps between looks at the clock, at most.
const CHUNK: u64 = 100;
/// How long those steps may take: somebody who asks for an end waits that long.
const PATIENCE: Duration = Duration::from_millis(250);

pub(crate) async fn run(args: &RunArgs) -> Result<ExitCode> {
    interrupt::listen()?;
    let resumed = args.resume.as_deref().map(Resumed::read).transpose()?;
    let config = config(args, resumed.as_ref())?;
    let steps = args.steps.unwrap_or(config.steps);
    let from = resumed.as_ref().map(|r| (r.path, r.checkpoint.step));
    let find = |out: &Path| Place::find(out, from, args.overwrite);
    let place = args.out.as_deref().map(find).transpose()?;

    let mut trainer = open(args, config, resumed.as_ref()).await?;
    let info = trainer.info();
    let names = metric_names(&trainer);
    let mut folder = place.map(|place| place.open(&names)).transpose()?;

    let hold = Hold::new();
    let trained = train(&mut trainer, args, steps, folder.as_mut(), &hold).await;
    // What was learned is kept also where training failed.
    let saved = match &folder {
        Some(folder) => leave(folder, &mut trainer).await,
        None => Ok(()),
    };
    drop(hold);
    let trained = trained?;
    saved?;

    let metrics = match trained.interrupted {
        true => last_row(&trainer),
        false => measure(&mut trainer).await?,
    };
    let seconds = trained.spent.as_secs_f64();
    let summary = json!({
        "preset": trainer.config().preset,
        "seed": trainer.seed(),
        "steps": trainer.info().step,
        "interrupted": trained.interrupted,
        "backend": info.session.backend,
        "adapter": info.session.adapter,
        "seconds": seconds,
        "ms_per_step": if trained.steps > 0 { seconds * 1e3 / trained.steps as f64 } else { 0.0 },
        "metrics": metrics,
    });
    if args.json {
        println!("{}", serde_json::to_string(&summary)?);
    } else {
        println!("{:#}", summary);
    }
    Ok(match trained.interrupted {
        true => ExitCode::from(interrupt::STATUS),
        false => ExitCode::SUCCESS,
    })
}

/// A checkpoint to go on from.
struct Resumed<'a> {
    path: &'a Path,
    checkpoint: Checkpoint,
}

impl<'a> Resumed<'a> {
    fn read(path: &'a Path) -> Result<Self> {
        let checkpoint =
            Checkpoint::from_bytes(&file::read(path)?).with_context(|| file::shown(path))?;
        Ok(Self { path, checkpoint })
    }

    /// The checkpoint's config, where it may go on as the arguments say.
    fn config(&self, args: &RunArgs, preset: &str) -> Result<&ExperimentConfig> {
        let (path, saved) = (file::shown(self.path), &self.checkpoint);
        if preset != saved.config.preset {
            bail!(
                "{path} is of preset `{}`, not of `{preset}`; name that preset, or leave --resume out",
                saved.config.preset
            );
        }
        if let Some(seed) = args.seed.filter(|&seed| seed != saved.seed) {
            bail!(
                "{path} has seed {}, which its weights and all that it will draw depend on, so it cannot go on with seed \
                 {seed}; leave --seed out, or leave --resume out",
                saved.seed
            );
        }
        Ok(&saved.config)
    }
}

/// What is asked for: what the argument and `--set` say, laid over the preset, or over the config of the checkpoint.
fn config(args: &RunArgs, resumed: Option<&Resumed<'_>>) -> Result<ExperimentConfig> {
    let (preset, overrides) = ExperimentConfig::asked(&args.preset)?;
    let base = match resumed {
        Some(resumed) => resumed.config(args, &preset.preset)?,
        None => &preset,
    };
    let mut changes = vec![(String::new(), overrides)];
    for set in &args.set {
        changes.push(assignment(set)?);
    }
    Ok(base.with_paths(changes)?)
}

/// A trainer of `config`, in the state that it goes on from.
async fn open(
    args: &RunArgs,
    config: ExperimentConfig,
    resumed: Option<&Resumed<'_>>,
) -> Result<Trainer> {
    let tuned = args.place.tuned()?;
    let (config, dataset) = data::take(config, args.data.as_deref())?;
    let (spinner, mut report) = progress::preparing();
    let saved = resumed.map(|resumed| &resumed.checkpoint);
    let options = Options {
        backend: args.place.choice(),
        threads: args.place.threads,
        tuned: tuned.clone(),
        seed: saved.map_or(args.seed.unwrap_or(0), |saved| saved.seed),
        dataset,
        progress: &mut report,
    };
    let mut trainer = match resumed {
        None => Trainer::create(config, options).await?,
        Some(resumed) => {
            let about = || format!("{} cannot go on so", file::shown(resumed.path));
            let saved = &resumed.checkpoint;
            let mut trainer = Trainer::create(saved.config.clone(), options).await?;
            trainer.restore(saved).with_context(about)?;
            trainer.change(config).with_context(about)?;
            trainer
        }
    };
    spinner.finish_and_clear();
    classifier::attach(&mut trainer)?;
    let session = trainer.info().session;
    args.place.warn_if_unused(tuned.as_ref(), &session.adapter);
    if let Some(reason) = &session.fallback_reason {
        eprintln!("note: on the CPU, because {reason}");
    }
    Ok(trainer)
}

/// How training went.
struct Trained {
    /// Steps taken.
    steps: u64,
    /// The time of training alone.
    spent: Duration,
    /// Whether somebody asked for an end before it.
    interrupted: bool,
}

/// Trains and logs; measures, draws and saves now and then.
async fn train(
    trainer: &mut Trainer,
    args: &RunArgs,
    steps: u64,
    mut folder: Option<&mut Folder>,
    hold: &Hold,
) -> Result<Trained> {
    let bar = progress::steps(steps);
    let start = trainer.info().step;
    let end = start + steps;
    let mut chunk = 1;
    let mut spent = Duration::ZERO;
    let mut step = start;
    while step < end && !hold.asked() {
        let look = args.every.map(|every| (step / every + 1) * every);
        let until = look.map_or(end, |look| look.min(end));
        let started = Instant::now();
        let trained = trainer.train((until - step).min(chunk)).await;
        let took = started.elapsed();
        spent += took;
        if let Some(folder) = &mut folder {
            folder.rows(trainer.history(step))?;
            if let Err(Error::Diverged { lost, .. }) = &trained {
                folder.rows(lost.iter().filter(|row| row.step >= step))?;
            }
        }
        let row = trained?;
        chunk = match took {
            quick if quick < PATIENCE / 2 => (chunk * 2).min(CHUNK),
            slow if slow > PATIENCE => (chunk / 2).max(1),
            _ => chunk,
        };
        bar.inc(trainer.info().step - step);
        bar.set_message(format!("D {:.3}  G {:.3}", row.values[0], row.values[1]));
        step = trainer.info().step;
        if look == Some(step) {
            if let Some(folder) = &folder {
                folder.save(trainer).await?;
                draw(trainer, &folder.picture(Some(step))).await?;
            }
            if hold.asked() {
                break;
            }
            // All is saved, so nobody has to wait for this.
            let metrics = {
                let _free = hold.release();
                measure(trainer).await?
            };
            bar.suspend(|| eprintln!("step {step}: {}", json!(metrics)));
            if let Some(folder) = &mut folder {
                folder.metrics(step, spent, &metrics)?;
            }
        }
    }
    bar.finish_and_clear();
    Ok(Trained {
        steps: step - start,
        spent,
        interrupted: step < end,
    })
}

/// Saves what was learned, and draws it.
async fn leave(folder: &Folder, trainer: &mut Trainer) -> Result<()> {
    folder.save(trainer).await?;
    draw(trainer, &folder.picture(None)).await
}

/// The last costs and everything that is measured on samples.
async fn measure(trainer: &mut Trainer) -> Result<Evaluation> {
    let bar = progress::share("measuring samples");
    let report = &mut |share| bar.set_position((share * 1000.0) as u64);
    let metrics = measured(trainer, report).await?;
    bar.finish_and_clear();
    Ok(metrics)
}

/// As `measure`, with the share done told to whoever shows it.
pub(crate) async fn measured(
    trainer: &mut Trainer,
    progress: &mut dyn FnMut(f32),
) -> Result<Evaluation> {
    let mut metrics = trainer.evaluate(progress).await?;
    metrics.extend(trainer.continuous_codes().await?);
    metrics.extend(last_row(trainer));
    Ok(metrics)
}

/// The last costs.
fn last_row(trainer: &Trainer) -> Evaluation {
    let row = trainer.history(0).last();
    let values = row.iter().flat_map(|row| &row.values);
    (metric_names(trainer).into_iter().zip(values))
        .map(|(name, &value)| (name.to_string(), f64::from(value)))
        .collect()
}

/// Draws samples, where the model makes any.
async fn draw(trainer: &mut Trainer, path: &Path) -> Result<()> {
    if !trainer.makes_samples() {
        return Ok(());
    }
    match trainer.config().data.clone() {
        Data::Toy(toy) => {
            let (fake, real) = (
                trainer.sample(POINTS).await?,
                trainer.real(POINTS, 0).await?,
            );
            let ([left, bottom], [right, top]) = (toy.bounds().lower, toy.bounds().upper);
            match toy.dim() {
                1 => picture::histograms(path, &real, &fake, left, right),
                _ => picture::scatter(path, &real, &fake, [left, right, bottom, top]),
            }
        }
        data @ (Data::Images(_) | Data::Own(_)) => {
            let samples = trainer.sample(IMAGES).await?;
            let shape = data.image_shape().unwrap_or_default();
            let black = data.black().unwrap_or_default() as f32;
            picture::image_grid(path, &samples, shape, 10, black)
        }
        Data::Pool(_) => Ok(()),
    }
}

fn metric_names(trainer: &Trainer) -> Vec<&'static str> {
    trainer.metrics().iter().map(|metric| metric.name).collect()
}

/// `path=value`, the value as JSON, or as a string where it is no JSON.
fn assignment(text: &str) -> Result<(String, Value)> {
    let (path, value) = text
        .split_once('=')
        .with_context(|| format!("`--set {}` has no `=`; write PATH=VALUE", excerpt(text)))?;
    let value = serde_json::from_str(value).unwrap_or_else(|_| Value::String(value.into()));
    Ok((path.into(), value))
}
