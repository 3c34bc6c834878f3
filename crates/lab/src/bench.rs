//! `ganlet bench`: the peers' workloads, timed.

use std::time::Instant;

use anyhow::{Result, bail};
use ganlet::ExperimentConfig;
use ganlet::game::Dataset;
use ganlet::preset::{self, Group};
use ganlet::trainer::{Options, Trainer};
use serde_json::{Value, json};

use crate::{PlaceArgs, progress};

/// The least time of one repetition, so that clocks and scheduling do not matter.
const REPETITION_SECONDS: f64 = 1.0;
/// Steps before timing: caches, clocks and allocators settle.
const WARM_UP: u64 = 3;

pub(crate) async fn bench(
    workload: &str,
    place: &PlaceArgs,
    reps: usize,
    as_json: bool,
) -> Result<()> {
    let all: Vec<&str> = preset::all()
        .iter()
        .filter(|p| p.group == Group::Bench)
        .map(|p| p.name)
        .collect();
    let chosen: Vec<&str> = match workload {
        "all" => all.clone(),
        name => all.iter().copied().filter(|n| *n == name).collect(),
    };
    if chosen.is_empty() {
        bail!(
            "there is no workload `{workload}`; use all, {}",
            all.join(", ")
        );
    }
    let mut results = Vec::new();
    for name in chosen {
        let result = time(name, place, reps).await?;
        if !as_json {
            println!("{}", line(&result));
        }
        results.push(result);
    }
    if as_json {
        println!("{}", serde_json::to_string_pretty(&results)?);
    }
    Ok(())
}

async fn time(workload: &str, place: &PlaceArgs, reps: usize) -> Result<Value> {
    let (spinner, mut report) = progress::preparing();
    let tuned = place.tuned()?;
    let options = Options {
        backend: place.choice(),
        threads: place.threads,
        tuned: tuned.clone(),
        seed: 0,
        dataset: Dataset::None,
        progress: &mut report,
    };
    let started = Instant::now();
    let mut trainer = Trainer::create(ExperimentConfig::preset(workload)?, options).await?;
    let mut losses = vec![trainer.train(1).await?.values];
    let first_step_ms = started.elapsed().as_secs_f64() * 1e3;
    spinner.finish_and_clear();
    for _ in 1..WARM_UP {
        losses.push(trainer.train(1).await?.values);
    }
    let warm = Instant::now();
    trainer.train(1).await?;
    let estimate = warm.elapsed().as_secs_f64();
    let steps = (REPETITION_SECONDS / estimate).ceil().max(1.0) as u64;
    let mut times = Vec::with_capacity(reps);
    for _ in 0..reps.max(1) {
        let started = Instant::now();
        trainer.train(steps).await?;
        times.push(started.elapsed().as_secs_f64() * 1e3 / steps as f64);
    }
    times.sort_by(f64::total_cmp);
    let info = trainer.info();
    place.warn_if_unused(tuned.as_ref(), &info.session.adapter);
    Ok(json!({
        "workload": workload,
        "backend": info.session.backend,
        "adapter": info.session.adapter,
        "ms_per_step": { "median": times[times.len() / 2], "min": times[0], "max": times[times.len() - 1] },
        "first_step_ms": first_step_ms,
        "kernels": info.session.kernels,
        "dispatches_per_step": info.dispatches_per_step,
        "gpu_bytes": info.session.bytes,
        "lower_bound_bytes": info.session.least_bytes,
        "bytes_ratio": info.session.bytes as f64 / info.session.least_bytes as f64,
        "first_losses": losses,
    }))
}

fn line(result: &Value) -> String {
    let number = |value: &Value| value.as_f64().unwrap_or(f64::NAN);
    let ms = &result["ms_per_step"];
    format!(
        "{:<16}{:>9.2} ms a step [{:.2} to {:.2}]  {} dispatches  {:.1} MB, {:.2} x what is alive at once  first step {:.0} ms  {} ({})",
        result["workload"].as_str().unwrap_or_default(),
        number(&ms["median"]),
        number(&ms["min"]),
        number(&ms["max"]),
        result["dispatches_per_step"],
        number(&result["gpu_bytes"]) / 1e6,
        number(&result["bytes_ratio"]),
        number(&result["first_step_ms"]),
        result["backend"].as_str().unwrap_or_default(),
        result["adapter"].as_str().unwrap_or_default(),
    )
}
