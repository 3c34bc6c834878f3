//! Trains configs over seeds and measures what came out.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use anyhow::{Context, Result};
use ganlet::ExperimentConfig;
use ganlet::trainer::{Error, Evaluation, Options, Trainer};
use indicatif::ProgressBar;

use super::Args;
use super::kept::Kept;
use crate::evaluation::frechet_of;
use crate::run::measured;
use crate::{classifier, data, progress};

/// What tables alone measure, since it takes long.
const FRECHET: &str = "frechet_distance";

/// Steps between looks at the progress bar.
const CHUNK: u64 = 50;

/// What a config reached with each seed; none where training diverged.
pub(super) type Runs = Vec<Option<Evaluation>>;

/// What each config reaches, in their order, with seeds from 0 up.
///
/// `metrics` are those that are asked for: some take long to measure.
pub(super) fn run(
    configs: &[ExperimentConfig],
    metrics: &[String],
    args: &Args,
) -> Result<Vec<Runs>> {
    let seeds = args.seeds as usize;
    let steps = |config: &ExperimentConfig| args.steps.unwrap_or(config.steps);
    let bar = progress::steps(configs.iter().map(steps).sum::<u64>() * u64::from(args.seeds));
    let next = AtomicUsize::new(0);
    let kept = Mutex::new(Kept::open(args.keep.as_deref())?);
    let found = Mutex::new(vec![vec![None; seeds]; configs.len()]);
    let work = || -> Result<()> {
        loop {
            let job = next.fetch_add(1, Ordering::Relaxed);
            let (which, seed) = (job / seeds, job % seeds);
            let Some(config) = configs.get(which) else {
                return Ok(());
            };
            bar.set_message(format!("run {} of {}", job + 1, configs.len() * seeds));
            let steps = steps(config);
            let kept = || kept.lock().expect("nobody panics with it");
            let before = kept().find(config, seed as u32, steps)?;
            let reached = match before {
                Some(reached) => {
                    bar.inc(steps);
                    reached
                }
                None => {
                    let reached = one(config, seed as u32, steps, metrics, args, &bar)
                        .with_context(|| format!("{}, seed {seed}", config.preset))?;
                    kept().add(config, seed as u32, steps, &reached)?;
                    reached
                }
            };
            found.lock().expect("nobody panics with it")[which][seed] = reached;
        }
    };
    thread::scope(|scope| {
        let workers: Vec<_> = (0..args.jobs).map(|_| scope.spawn(work)).collect();
        let ends = workers.into_iter().map(|worker| worker.join());
        let ends: Vec<_> = ends.map(|end| end.expect("errors are returned")).collect();
        ends.into_iter().collect::<Result<()>>()
    })?;
    bar.finish_and_clear();
    Ok(found.into_inner().expect("nobody panicked with it"))
}

/// One run, from nothing to figures.
fn one(
    config: &ExperimentConfig,
    seed: u32,
    steps: u64,
    metrics: &[String],
    args: &Args,
    bar: &ProgressBar,
) -> Result<Option<Evaluation>> {
    let Some(mut trainer) = trained(config, seed, steps, args, bar)? else {
        return Ok(None);
    };
    let mut found = pollster::block_on(measured(&mut trainer, &mut |_| {}))?;
    if metrics.iter().any(|metric| metric == FRECHET) {
        let distance = frechet_of(&mut trainer, &args.place, args.data.as_deref())?;
        found.extend(distance.map(|distance| (FRECHET.to_string(), distance)));
    }
    Ok(Some(found))
}

/// A model after its training; none where that diverged.
pub(super) fn trained(
    config: &ExperimentConfig,
    seed: u32,
    steps: u64,
    args: &Args,
    bar: &ProgressBar,
) -> Result<Option<Trainer>> {
    let options = Options {
        backend: args.place.choice(),
        threads: args.place.threads,
        tuned: args.place.tuned()?,
        seed,
        dataset: data::load(config, args.data.as_deref())?,
        progress: &mut |_| {},
    };
    pollster::block_on(async {
        let mut trainer = Trainer::create(config.clone(), options).await?;
        classifier::attach(&mut trainer)?;
        let mut left = steps;
        while left > 0 {
            let chunk = left.min(CHUNK);
            match trainer.train(chunk).await {
                Ok(_) => {}
                Err(Error::Diverged { .. }) => {
                    bar.inc(left);
                    return Ok(None);
                }
                Err(error) => return Err(error.into()),
            }
            bar.inc(chunk);
            left -= chunk;
        }
        Ok(Some(trainer))
    })
}
