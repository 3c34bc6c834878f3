//! `ganlet bench`: the peers' workloads, timed; and how cost grows.

mod growth;
mod plot;

use std::path::Path;
use std::time::Instant;

use anyhow::{Context, Result, bail};
use ganlet::ExperimentConfig;
use ganlet::error::excerpt;
use ganlet::model::{Dataset, Traced, entry};
use ganlet::preset::{self, Group};
use ganlet::trainer::{Options, Progress, Trainer};
use ganlet_core::plan::kernel::{Kernel, Kind};
use ganlet_core::plan::{EntryPlan, Plan, plan};
use ganlet_core::wgsl::{self, Tuning};
use serde_json::{Value, json};

use crate::{PlaceArgs, progress};

/// The least time of one repetition of a workload, so that clocks and scheduling do not matter.
const REPETITION_SECONDS: f64 = 1.0;
/// Steps before timing: caches, clocks and allocators settle.
const WARM_UP: u64 = 3;
/// What stands for the workloads of [`growth`].
const GROWTH: &str = "growth";

pub(crate) async fn bench(
    workload: &str,
    place: &PlaceArgs,
    reps: usize,
    as_json: bool,
    picture: Option<&Path>,
) -> Result<()> {
    if workload == GROWTH {
        return growth::growth(place, reps, as_json, picture).await;
    }
    if picture.is_some() {
        bail!("--plot draws how cost grows: use it as `ganlet bench {GROWTH} --plot FILE.svg`");
    }
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
            "there is no workload `{}`; use all, {}, {GROWTH}",
            excerpt(workload),
            all.join(", ")
        );
    }
    let mut results = Vec::new();
    for name in chosen {
        let config = ExperimentConfig::preset(name)?;
        let (spinner, mut report) = progress::preparing();
        let mut result = measure(config, place, reps, REPETITION_SECONDS, &mut report).await?;
        spinner.finish_and_clear();
        result["workload"] = name.into();
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

fn training(plan: &Plan) -> Result<&EntryPlan> {
    let train = plan.entries.iter().find(|e| e.name == entry::TRAIN);
    train.context("every model trains")
}

/// Times the training step of a game without a data set: `reps` repetitions of at least so many seconds.
async fn measure(
    config: ExperimentConfig,
    place: &PlaceArgs,
    reps: usize,
    seconds: f64,
    progress: &mut dyn FnMut(Progress),
) -> Result<Value> {
    let tuned = place.tuned()?;
    // Tracing and planning by themselves; the trainer does them once more.
    let started = Instant::now();
    let traced = Traced::new(&config, &Dataset::None, 0, u64::MAX)?;
    let trace_ms = milliseconds(started);
    let started = Instant::now();
    let plan = plan(&traced.program);
    let plan_ms = milliseconds(started);
    let train = training(&plan)?;
    let on_gpu = wgsl::plan(&traced.program, &Tuning::gpu());
    let on_gpu = training(&on_gpu)?;
    let flop: f64 = train.kernels().map(multiply_adds).sum();

    let options = Options {
        backend: place.choice(),
        threads: place.threads,
        tuned: tuned.clone(),
        seed: 0,
        dataset: Dataset::None,
        progress,
    };
    let started = Instant::now();
    let mut trainer = Trainer::create(config, options).await?;
    let compile_ms = (milliseconds(started) - trace_ms - plan_ms).max(0.0);
    let mut losses = vec![trainer.train(1).await?.values];
    let first_step_ms = milliseconds(started);
    for _ in 1..WARM_UP {
        losses.push(trainer.train(1).await?.values);
    }
    let warm = Instant::now();
    trainer.train(1).await?;
    let steps = (seconds / warm.elapsed().as_secs_f64()).ceil().max(1.0) as u64;
    let mut times = Vec::with_capacity(reps);
    for _ in 0..reps {
        let started = Instant::now();
        trainer.train(steps).await?;
        times.push(milliseconds(started) / steps as f64);
    }
    times.sort_by(f64::total_cmp);
    let median = times[times.len() / 2];
    let info = trainer.info();
    place.warn_if_unused(tuned.as_ref(), &info.session.adapter);
    Ok(json!({
        "backend": info.session.backend,
        "adapter": info.session.adapter,
        "ms_per_step": { "median": median, "min": times[0], "max": times[times.len() - 1] },
        "mflop_per_step": flop / 1e6,
        "gflop_per_second": flop / median / 1e6,
        "trace_ms": trace_ms,
        "plan_ms": plan_ms,
        "compile_ms": compile_ms,
        "first_step_ms": first_step_ms,
        "kernels": info.session.kernels,
        "kernels_per_step": train.kernels().count(),
        "dispatches_per_step": info.dispatches_per_step,
        "gpu_dispatches_per_step": on_gpu.dispatches.len(),
        "gpu_bytes": info.session.bytes,
        "lower_bound_bytes": info.session.least_bytes,
        "bytes_ratio": info.session.bytes as f64 / info.session.least_bytes as f64,
        "first_losses": losses,
    }))
}

fn milliseconds(since: Instant) -> f64 {
    since.elapsed().as_secs_f64() * 1e3
}

/// Multiplications and additions of matrix products and convolutions, which is what counts as the work of a step.
fn multiply_adds(kernel: &Kernel) -> f64 {
    match kernel.kind {
        Kind::Contract { .. } => 2.0 * kernel.domain.iter().map(|&n| n as f64).product::<f64>(),
        Kind::Pointwise | Kind::Reduce { .. } => 0.0,
    }
}

fn line(result: &Value) -> String {
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

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or(f64::NAN)
}
