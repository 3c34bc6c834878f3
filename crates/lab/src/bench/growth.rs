//! How the cost of a step grows with batch, width and unrolled updates: the MLP of the first workload, varied.

use std::path::Path;

use anyhow::Result;
use ganlet::ExperimentConfig;
use serde_json::{Value, json};

use super::plot::{Curve, draw};
use super::{measure, number};
use crate::{PlaceArgs, progress};

/// There are two dozen games to time.
const REPETITION_SECONDS: f64 = 0.3;

/// One field of the config, and the values that it takes while the others stay.
struct Sweep {
    name: &'static str,
    values: Vec<usize>,
    vary: fn(usize) -> Value,
}

fn sweeps() -> [Sweep; 3] {
    let powers = |from: u32, to: u32| (from..=to).map(|power| 1 << power).collect();
    [
        Sweep {
            name: "batch",
            values: powers(4, 10),
            vary: |batch| json!({ "batch": batch }),
        },
        Sweep {
            name: "width",
            values: powers(6, 10),
            vary: |width| {
                json!({
                    "generator": { "layers": network(width, "relu", 784, Some("tanh")) },
                    "discriminator": { "layers": network(width, "leaky_relu", 1, None) },
                })
            },
        },
        Sweep {
            name: "unrolled steps",
            values: (1..=10).collect(),
            vary: |steps| json!({ "schedule": { "unrolled_steps": steps } }),
        },
    ]
}

/// Two hidden layers of the same width.
fn network(width: usize, activation: &str, outputs: usize, last: Option<&str>) -> Value {
    let dense = |units: usize| json!({ "kind": "dense", "units": units });
    let kind = |name: &str| json!({ "kind": name });
    let hidden = [
        dense(width),
        kind(activation),
        dense(width),
        kind(activation),
    ];
    hidden
        .into_iter()
        .chain([dense(outputs)])
        .chain(last.map(kind))
        .collect()
}

pub(super) async fn growth(
    place: &PlaceArgs,
    reps: usize,
    as_json: bool,
    picture: Option<&Path>,
) -> Result<()> {
    let sweeps = sweeps();
    let bar = progress::timings(sweeps.iter().map(|sweep| sweep.values.len()).sum());
    let mut results = Vec::new();
    for sweep in &sweeps {
        for &value in &sweep.values {
            bar.set_message(format!("{} {value}", sweep.name));
            let mut config = (sweep.vary)(value);
            config["preset"] = "bench-mlp".into();
            let config = ExperimentConfig::parse(&config.to_string())?;
            let mut result = measure(config, place, reps, REPETITION_SECONDS, &mut |_| {}).await?;
            result["workload"] = "growth".into();
            result["varied"] = sweep.name.into();
            result["value"] = value.into();
            results.push(result);
            bar.inc(1);
        }
    }
    bar.finish_and_clear();
    if as_json {
        println!("{}", serde_json::to_string_pretty(&results)?);
    } else {
        print!("{}", table(&results));
    }
    if let Some(file) = picture {
        let curves: Vec<Curve> = sweeps
            .iter()
            .map(|sweep| curve(sweep.name, &results))
            .collect();
        draw(file, &curves)?;
    }
    Ok(())
}

/// In Markdown, so that it can be kept.
fn table(results: &[Value]) -> String {
    let mut text = String::from(
        "| varied | | ms a step | GFLOP/s | MFLOP a step | kernels | dispatches on a GPU | plan, ms | compile, ms | MB |\n\
         |---|---|---|---|---|---|---|---|---|---|\n",
    );
    for result in results {
        let ms = &result["ms_per_step"];
        text += &format!(
            "| {} | {} | {:.2} [{:.2}-{:.2}] | {:.0} | {:.0} | {} | {} | {:.1} | {:.1} | {:.1} |\n",
            result["varied"].as_str().unwrap_or_default(),
            result["value"],
            number(&ms["median"]),
            number(&ms["min"]),
            number(&ms["max"]),
            number(&result["gflop_per_second"]),
            number(&result["mflop_per_step"]),
            result["kernels_per_step"],
            result["gpu_dispatches_per_step"],
            number(&result["plan_ms"]),
            number(&result["compile_ms"]),
            number(&result["gpu_bytes"]) / 1e6,
        );
    }
    text
}

fn curve<'a>(name: &'a str, results: &[Value]) -> Curve<'a> {
    let own = results.iter().filter(|result| result["varied"] == name);
    let point = |result: &Value| {
        let start = number(&result["plan_ms"]) + number(&result["compile_ms"]);
        (
            number(&result["value"]),
            number(&result["ms_per_step"]["median"]),
            start,
        )
    };
    Curve {
        name,
        points: own.map(point).collect(),
    }
}
