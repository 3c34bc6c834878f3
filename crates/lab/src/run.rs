//! `ganlet run`

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use ganlet::ExperimentConfig;
use ganlet::checkpoint::Checkpoint;
use ganlet::config::Data;
use ganlet::data::ImageKind;
use ganlet::metric::{Rows, parzen};
use ganlet::trainer::{Evaluation, Options, Trainer};
use serde_json::{Value, json};

use crate::{RunArgs, classifier, data, picture, progress};

/// Samples on one picture of images.
const IMAGES: usize = 100;
/// Samples on one picture of points.
const POINTS: usize = 2048;
/// Steps between looks at the clock.
const CHUNK: u64 = 100;

pub(crate) async fn run(args: &RunArgs) -> Result<()> {
    let saved = match &args.resume {
        Some(path) => {
            Some(fs::read(path).with_context(|| format!("{} cannot be read", path.display()))?)
        }
        None => None,
    };
    let mut config = match &saved {
        Some(bytes) => Checkpoint::from_bytes(bytes)?.config,
        None => ExperimentConfig::parse(&args.preset)?,
    };
    if saved.is_some() && ExperimentConfig::parse(&args.preset)?.preset != config.preset {
        bail!(
            "the checkpoint is of preset `{}`, not `{}`; name that preset",
            config.preset,
            args.preset
        );
    }
    let sets = args
        .set
        .iter()
        .map(|s| assignment(s))
        .collect::<Result<Vec<_>>>()?;
    if saved.is_none() {
        for (path, value) in &sets {
            config = config.with_path(path, value.clone())?;
        }
    }
    let steps = args.steps.unwrap_or(config.steps);
    let dataset = data::load(&config, args.data.as_deref())?;
    if let Some(out) = &args.out {
        fs::create_dir_all(out).with_context(|| format!("{} cannot be made", out.display()))?;
    }

    let tuned = args.place.tuned()?;
    let (spinner, mut report) = progress::preparing();
    let options = Options {
        backend: args.place.choice(),
        threads: args.place.threads,
        tuned: tuned.clone(),
        seed: args.seed.unwrap_or(0),
        dataset,
        progress: &mut report,
    };
    let mut trainer = match &saved {
        Some(bytes) => {
            let mut trainer = Trainer::load(bytes, options).await?;
            for (path, value) in sets {
                trainer.set(&path, value)?;
            }
            trainer
        }
        None => Trainer::create(config, options).await?,
    };
    spinner.finish_and_clear();
    classifier::attach(&mut trainer)?;
    let info = trainer.info();
    args.place
        .warn_if_unused(tuned.as_ref(), &info.session.adapter);
    if let Some(reason) = &info.session.fallback_reason {
        eprintln!("note: on the CPU, because {reason}");
    }

    let mut log = Log::new(args.out.as_deref(), trainer.metric_names())?;
    let trained = train(&mut trainer, args, steps, &mut log).await;
    // What was learned is kept also where training failed.
    if let Some(out) = &args.out {
        let checkpoint = trainer.checkpoint().await?;
        fs::write(out.join("checkpoint.safetensors"), checkpoint.to_bytes()?)
            .context("the checkpoint cannot be written")?;
        // The weights alone, as the page ships models.
        fs::write(
            out.join("model.safetensors"),
            checkpoint.weights_only().to_bytes()?,
        )
        .context("the model cannot be written")?;
        draw(&mut trainer, out, "samples.png").await?;
    }
    let seconds = trained?.as_secs_f64();

    let metrics = measure(&mut trainer).await?;
    let summary = json!({
        "preset": trainer.config().preset,
        "seed": trainer.seed(),
        "steps": trainer.info().step,
        "backend": info.session.backend,
        "adapter": info.session.adapter,
        "seconds": seconds,
        "ms_per_step": if steps > 0 { seconds * 1e3 / steps as f64 } else { 0.0 },
        "metrics": metrics,
    });
    if args.json {
        println!("{}", serde_json::to_string(&summary)?);
    } else {
        println!("{:#}", summary);
    }
    Ok(())
}

/// Trains, logs, and measures now and then. The time is that of training alone.
async fn train(
    trainer: &mut Trainer,
    args: &RunArgs,
    steps: u64,
    log: &mut Log,
) -> Result<Duration> {
    let bar = progress::steps(steps);
    let end = trainer.info().step + steps;
    let mut spent = Duration::ZERO;
    loop {
        let step = trainer.info().step;
        if step >= end {
            break;
        }
        let until = args
            .every
            .map_or(end, |every| (step / every + 1) * every)
            .min(end);
        let started = Instant::now();
        let row = trainer.train((until - step).min(CHUNK)).await?;
        spent += started.elapsed();
        log.rows(trainer, step)?;
        bar.inc(trainer.info().step - step);
        bar.set_message(format!("D {:.3}  G {:.3}", row.values[0], row.values[1]));
        let step = trainer.info().step;
        if args.every.is_some_and(|every| step.is_multiple_of(every)) {
            let metrics = measure(trainer).await?;
            bar.suspend(|| eprintln!("step {step}: {}", json!(metrics)));
            log.metrics(step, spent, &metrics)?;
            if let Some(out) = &args.out {
                draw(trainer, out, &format!("samples-{step:06}.png")).await?;
            }
        }
    }
    bar.finish_and_clear();
    log.finish()?;
    Ok(spent)
}

/// The last costs and everything that is measured on samples.
async fn measure(trainer: &mut Trainer) -> Result<Evaluation> {
    let bar = progress::share("measuring samples");
    let mut metrics = trainer
        .evaluate(&mut |share| bar.set_position((share * 1000.0) as u64))
        .await?;
    bar.finish_and_clear();
    let names: Vec<&str> = trainer.metric_names().to_vec();
    if let Some(row) = trainer.history(0).last() {
        for (name, &value) in names.iter().zip(&row.values) {
            metrics.insert((*name).to_string(), f64::from(value));
        }
    }
    Ok(metrics)
}

async fn draw(trainer: &mut Trainer, out: &Path, name: &str) -> Result<()> {
    let path = out.join(name);
    match trainer.config().data.clone() {
        Data::Toy(toy) => {
            let (fake, real) = (
                trainer.sample(POINTS).await?,
                trainer.real(POINTS, 0).await?,
            );
            let ([left, bottom], [right, top]) = (toy.bounds().lower, toy.bounds().upper);
            match toy.dim() {
                1 => picture::histograms(&path, &real, &fake, left, right),
                _ => picture::scatter(&path, &real, &fake, [left, right, bottom, top]),
            }
        }
        Data::Images(data) => {
            let samples = trainer.sample(IMAGES).await?;
            picture::image_grid(
                &path,
                &samples,
                data.kind.facts().shape,
                10,
                data.black as f32,
            )
        }
        Data::Pool(_) => Ok(()),
    }
}

/// The loss table, and the table of measurements.
struct Log {
    losses: Option<csv::Writer<fs::File>>,
    metrics: Option<csv::Writer<fs::File>>,
}

impl Log {
    fn new(out: Option<&Path>, names: &[&str]) -> Result<Self> {
        let Some(out) = out else {
            return Ok(Self {
                losses: None,
                metrics: None,
            });
        };
        let mut losses = csv::Writer::from_path(out.join("losses.csv"))?;
        losses.write_field("step")?;
        losses.write_record(names)?;
        let mut metrics = csv::Writer::from_path(out.join("metrics.csv"))?;
        metrics.write_record(["step", "seconds", "metric", "value"])?;
        Ok(Self {
            losses: Some(losses),
            metrics: Some(metrics),
        })
    }

    fn rows(&mut self, trainer: &Trainer, since: u64) -> Result<()> {
        let Some(losses) = &mut self.losses else {
            return Ok(());
        };
        for row in trainer.history(since) {
            losses.write_field(row.step.to_string())?;
            losses.write_record(row.values.iter().map(ToString::to_string))?;
        }
        Ok(())
    }

    fn metrics(&mut self, step: u64, spent: Duration, metrics: &Evaluation) -> Result<()> {
        let Some(table) = &mut self.metrics else {
            return Ok(());
        };
        for (name, value) in metrics {
            let seconds = format!("{:.2}", spent.as_secs_f64());
            table.write_record([&step.to_string(), &seconds, name, &value.to_string()])?;
        }
        Ok(table.flush()?)
    }

    fn finish(&mut self) -> Result<()> {
        for table in [&mut self.losses, &mut self.metrics].into_iter().flatten() {
            table.flush()?;
        }
        Ok(())
    }
}

/// `path=value`, the value as JSON, or as a string where it is no JSON.
fn assignment(text: &str) -> Result<(String, Value)> {
    let (path, value) = text
        .split_once('=')
        .with_context(|| format!("`--set {text}` has no `=`; write PATH=VALUE"))?;
    let value = serde_json::from_str(value).unwrap_or_else(|_| Value::String(value.into()));
    Ok((path.into(), value))
}

/// `ganlet parzen-oddity`
pub(crate) fn parzen_oddity(as_json: bool, folder: Option<&Path>) -> Result<()> {
    let digits = data::images(ImageKind::Mnist, folder)?;
    let bar = progress::share("k-means, then two Parzen windows");
    let (fit, validation, test) = (
        digits.fit().unit_pixels(),
        digits.validation().unit_pixels(),
        digits.test.view().unit_pixels(),
    );
    let side = digits.train.image_len();
    let oddity = parzen::oddity(
        Rows::new("training images", &fit, side)?,
        Rows::new("validation", &validation, side)?,
        Rows::new("test", &test, side)?,
        parzen::OddityOptions::default(),
        &mut |share| bar.set_position((share * 1000.0) as u64),
    )?;
    bar.finish_and_clear();
    if as_json {
        println!(
            "{}",
            json!({ "training": oddity.training, "centroids": oddity.centroids })
        );
    } else {
        for (name, report) in [
            ("real training images", &oddity.training),
            ("k-means centroids", &oddity.centroids),
        ] {
            println!(
                "{name:<22}{:.1} +- {:.1} nats (sigma {:.3})",
                report.nats, report.standard_error, report.sigma
            );
        }
    }
    Ok(())
}
