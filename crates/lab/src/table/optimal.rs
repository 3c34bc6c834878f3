//! The discriminator that the equations say against the one that is learned, where both densities are known (tutorial, section 3.2
//! and exercise 7.1; with smoothed targets section 4.2 and equation 15).

use std::ops::Range;

use anyhow::{Context, Result};
use ganlet::ExperimentConfig;
use ganlet::metric::Evaluation;
use ganlet::metric::game::integrate;
use ganlet::trainer::{Options, Trainer};
use pollster::block_on;
use serde_json::json;

use super::report::{Report, Row};
use super::{Args, wanted};
use crate::progress;

/// What stands for this table.
pub(super) const NAME: &str = "optimal-d";

/// Where both densities are, and the points that the learned D is asked at.
const RANGE: Range<f64> = -6.0..6.0;
const INTERVALS: usize = 600;
/// A learned D is the exact one up to this, on average over data and samples.
const CLOSE: f64 = 0.03;

/// How long D learns, and its targets on data and on samples.
struct Case {
    name: &'static str,
    updates: u64,
    real: f64,
    fake: f64,
    is_close: bool,
}

const CASES: [Case; 5] = [
    case("100 updates of D", 100, 1.0, 0.0, false),
    case("1,000 updates", 1000, 1.0, 0.0, false),
    case("5,000 updates", 5000, 1.0, 0.0, true),
    case("one-sided smoothing, 0.9 on data", 5000, 0.9, 0.0, true),
    case(
        "two-sided smoothing, 0.1 on samples too",
        5000,
        0.9,
        0.1,
        true,
    ),
];

const fn case(name: &'static str, updates: u64, real: f64, fake: f64, is_close: bool) -> Case {
    Case {
        name,
        updates,
        real,
        fake,
        is_close,
    }
}

/// A G that adds nothing to its noise and is left alone, against two bells.
fn config(case: &Case) -> Result<ExperimentConfig> {
    Ok(ExperimentConfig::preset("line-1d")?.with_paths([
        ("generator.layers", json!([{ "kind": "dense", "units": 1 }])),
        (
            "generator.init",
            json!({ "kind": "orthogonal", "gain": 1.0 }),
        ),
        ("gradient_penalty", json!(null)),
        ("real_label", json!(case.real)),
        ("fake_label", json!(case.fake)),
        ("d_optimizer.decay_steps", json!(case.updates as f64)),
    ])?)
}

fn figures(case: &Case, seed: u32, args: &Args, done: &mut dyn FnMut()) -> Result<Evaluation> {
    let options = Options {
        backend: args.place.choice(),
        threads: args.place.threads,
        tuned: args.place.tuned()?,
        seed,
        dataset: ganlet::model::Dataset::None,
        progress: &mut |_| {},
    };
    let mut trainer = block_on(Trainer::create(config(case)?, options))?;
    for _ in 0..case.updates {
        block_on(trainer.step_update("d"))?;
        done();
    }
    let toy = trainer.toy().context("two bells are a toy")?.clone();
    let g = block_on(trainer.parameters("g"))?;
    let [scale, mean] = [0, 1].map(|i| f64::from(g[i]));
    let data = |x: f64| toy.density(&[x]);
    let model = |x: f64| {
        let z = (x - mean) / scale;
        (-0.5 * z * z).exp() / (scale.abs() * std::f64::consts::TAU.sqrt())
    };
    // Minimizes -(real p + fake q) log D - ((1 - real) p + (1 - fake) q) log(1 - D) at every point.
    let best = |x: f64| (case.real * data(x) + case.fake * model(x)) / (data(x) + model(x));
    let step = (RANGE.end - RANGE.start) / INTERVALS as f64;
    let place = |i: usize| RANGE.start + i as f64 * step;
    let points: Vec<f32> = (0..=INTERVALS).map(|i| place(i) as f32).collect();
    let learned = block_on(trainer.discriminate(&points))?;
    let learned = |x: f64| f64::from(learned[((x - RANGE.start) / step).round() as usize]);
    let over =
        |f: &dyn Fn(f64) -> f64| integrate(|x| 0.5 * (data(x) + model(x)) * f(x), RANGE, INTERVALS);
    let loss = |d: &dyn Fn(f64) -> f64| {
        let of = |x: f64| {
            let (p, q, d) = (data(x), model(x), d(x).clamp(1e-12, 1.0 - 1e-12));
            let is_data = case.real * p + case.fake * q;
            -is_data * d.ln() - (p + q - is_data) * (1.0 - d).ln()
        };
        integrate(of, RANGE, INTERVALS)
    };
    Ok(Evaluation::from([
        ("distance".into(), over(&|x| (learned(x) - best(x)).abs())),
        ("d_loss".into(), loss(&learned)),
        ("exact_loss".into(), loss(&best)),
        ("d_at_0".into(), learned(0.0)),
        ("exact_at_0".into(), best(0.0)),
    ]))
}

pub(super) fn table(args: &Args) -> Result<Report> {
    let cases: Vec<_> = (CASES.iter())
        .filter(|case| wanted(args, case.name))
        .collect();
    let updates: u64 = cases.iter().map(|case| case.updates).sum();
    let bar = progress::steps(updates * u64::from(args.seeds));
    let metrics = ["distance", "d_loss", "exact_loss", "d_at_0", "exact_at_0"].map(String::from);
    let mut rows = Vec::new();
    for case in cases {
        let found = (0..args.seeds)
            .map(|seed| Ok(Some(figures(case, seed, args, &mut || bar.inc(1))?)))
            .collect::<Result<Vec<_>>>()?;
        let goal = json!({ "metric": "distance", "at_most": CLOSE });
        let goals = match case.is_close {
            true => vec![serde_json::from_value(goal)?],
            false => vec![],
        };
        rows.push(Row::new(case.name.into(), &metrics, &found).with_goals(&goals, &found));
    }
    bar.finish_and_clear();
    Ok(Report {
        table: NAME.into(),
        title: "The best D, and the one that is learned".into(),
        teaches: "Tutorial, sections 3.2 and 4.2, equation 15 and exercise 7.1".into(),
        about: "D of `line-1d` alone learns, against a G that stays N(0, 1). `distance` is the mean of |D - D*| over data and samples, \
                half of each, with D* = (a p_data + b p_model) / (p_data + p_model) for the targets a on data and b on samples; \
                `d_loss` is the cost of the learned D by integration, `exact_loss` that of D*. At 0, between the bells, there are samples and hardly any \
                data. One-sided smoothing makes D* smaller by the same factor everywhere, and leaves 0 where it was. Two-sided \
                smoothing lifts D* to b where samples are, so that D draws samples to where they already are"
            .into(),
        seeds: args.seeds,
        steps: None,
        only: args.only.clone(),
        metrics: metrics.to_vec(),
        rows,
    })
}
