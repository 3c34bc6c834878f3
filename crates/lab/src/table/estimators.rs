//! Gradients of a choice (tutorial, section 5.3): what each estimator gives on average and how far it scatters, beside the exact
//! gradient of the mean of known costs over eight categories.

use std::collections::BTreeMap;

use ganlet::model::gan::{Estimator, Words, reinforced};
use ganlet::random::Random;
use ganlet_core::eval::{Evaluator, Value};
use ganlet_core::grad::grad;
use ganlet_core::{Builder, DType, Program};

use super::report::{Report, Row, Spread, Verdict};

/// What stands for this table.
pub(super) const NAME: &str = "estimators";

const WORDS: usize = 8;
/// What is chosen by, and what each choice costs: neither in order, so that no estimator is right by symmetry.
const LOGITS: [f64; WORDS] = [0.4, -0.3, 1.1, 0.0, -0.8, 0.6, 0.2, -1.2];
const COSTS: [f64; WORDS] = [1.0, -0.5, 0.3, 2.0, 0.1, -1.0, 0.7, 0.4];
/// Choices in a minibatch, and minibatches.
const BATCH: usize = 1024;
const RUNS: usize = 64;
/// Standard errors that chance leaves a mean within.
const CHANCE: f64 = 4.0;

/// An estimator, and whether its mean is the gradient.
const ESTIMATORS: [(&str, Estimator, f64, Option<bool>); 6] = [
    ("one-hot", Estimator::OneHot, 1.0, Some(false)),
    ("REINFORCE", Estimator::Reinforce, 1.0, Some(true)),
    (
        "Gumbel-softmax, temperature 2",
        Estimator::GumbelSoftmax,
        2.0,
        Some(false),
    ),
    (
        "Gumbel-softmax, temperature 0.5",
        Estimator::GumbelSoftmax,
        0.5,
        Some(false),
    ),
    (
        "Gumbel-softmax, temperature 0.1",
        Estimator::GumbelSoftmax,
        0.1,
        None,
    ),
    (
        "straight-through, temperature 1",
        Estimator::StraightThrough,
        1.0,
        Some(false),
    ),
];

/// The gradient of the mean of p_k f_k by the logits: `p_k (f_k - sum p f)`.
fn exact() -> [f64; WORDS] {
    let total: f64 = LOGITS.iter().map(|a| a.exp()).sum();
    let p = LOGITS.map(|a| a.exp() / total);
    let mean: f64 = p.iter().zip(COSTS).map(|(p, f)| p * f).sum();
    std::array::from_fn(|k| p[k] * (COSTS[k] - mean))
}

/// The gradient of the mean cost of a minibatch of choices, from a random key.
fn estimate(estimator: Estimator, temperature: f64) -> Program {
    let b = Builder::new();
    let key = b.input("key", &[2], DType::U32);
    let [logits, costs] = ["logits", "costs"].map(|name| b.input(name, &[1, WORDS], DType::F32));
    let words = Words {
        estimator,
        temperature,
    };
    let choice = words.choose(&logits.broadcast_to(&[BATCH, WORDS]), &Random::new(&key));
    let cost = (&choice.weights * costs).sum(&[1]);
    let mean = match &choice.log_p {
        Some(log_p) => reinforced(&cost, log_p),
        None => cost.mean_all(),
    };
    let gradient = grad(&mean, &[&logits]).remove(0);
    b.entry("gradient", &[], &[("gradient", &gradient)]);
    b.build().expect("the shapes are those of choices")
}

/// Means and variances of the gradient's numbers over minibatches.
fn moments(program: &Program) -> ([f64; WORDS], [f64; WORDS]) {
    let mut evaluator = Evaluator::<f64>::new(program);
    let runs: Vec<[f64; WORDS]> = (0..RUNS as u32)
        .map(|run| {
            evaluator.inputs = vec![
                Value::Uint(vec![7, run]),
                Value::Float(LOGITS.to_vec()),
                Value::Float(COSTS.to_vec()),
            ];
            let found = evaluator.run(0);
            std::array::from_fn(|k| found[0].floats()[k])
        })
        .collect();
    let mean = std::array::from_fn(|k| runs.iter().map(|run| run[k]).sum::<f64>() / RUNS as f64);
    let square = |k: usize| {
        runs.iter()
            .map(|run| (run[k] - mean[k]).powi(2))
            .sum::<f64>()
    };
    (mean, std::array::from_fn(|k| square(k) / (RUNS - 1) as f64))
}

fn norm(numbers: impl IntoIterator<Item = f64>) -> f64 {
    numbers.into_iter().map(|x| x * x).sum::<f64>().sqrt()
}

pub(super) fn table() -> Report {
    let exact = exact();
    let rows = ESTIMATORS.map(|(name, estimator, temperature, unbiased)| {
        let (mean, variance) = moments(&estimate(estimator, temperature));
        let bias = norm((0..WORDS).map(|k| mean[k] - exact[k]));
        let error = (variance.iter().sum::<f64>() / RUNS as f64).sqrt();
        let figures = [
            ("bias", bias),
            ("standard_error", error),
            ("variance", variance.iter().sum::<f64>() * BATCH as f64),
            ("exact_norm", norm(exact)),
        ];
        let verdict = unbiased.map(|unbiased| Verdict {
            expected: match unbiased {
                true => format!("bias within {CHANCE} standard errors"),
                false => format!("bias of more than {CHANCE} standard errors"),
            },
            came_true: usize::from((bias <= CHANCE * error) == unbiased),
            runs: 1,
        });
        let figures = figures.map(|(name, value)| (name.to_string(), Spread::exact(value)));
        Row {
            name: name.into(),
            metrics: BTreeMap::from(figures),
            diverged: 0,
            verdict,
        }
    });
    Report {
        table: NAME.into(),
        title: "Gradients of a choice".into(),
        teaches: "Tutorial, section 5.3; Williams 1992, Jang et al. 2017".into(),
        about: format!(
            "One of eight categories is chosen, each with a known cost, and the mean cost is to fall. The exact gradient for logit \
             k is p_k (f_k - E f). Below, over {RUNS} minibatches of {BATCH} choices: how far the mean of an estimator is from it, \
             how far chance alone would leave it, and the variance that one choice would have. REINFORCE, with the mean of the \
             minibatch as its baseline, is right on average but for 1 / {BATCH}, and scatters; Gumbel-softmax is off the more, the \
             softer it is, and scatters the more, the harder it is"
        ),
        seeds: 1,
        steps: None,
        only: None,
        metrics: ["bias", "standard_error", "variance", "exact_norm"]
            .map(String::from)
            .to_vec(),
        rows: rows.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn estimators_are_biased_or_not_as_they_should_be() {
        let report = table();
        for row in &report.rows {
            let verdict = row.verdict.as_ref();
            assert!(verdict.is_none_or(|v| v.came_true == 1), "{row:?}");
        }
        let bias = |name: &str| {
            let row = report.rows.iter().find(|row| row.name == name).unwrap();
            row.metrics["bias"].median
        };
        let soft = [2, 5, 1].map(|t| match t {
            2 => bias("Gumbel-softmax, temperature 2"),
            5 => bias("Gumbel-softmax, temperature 0.5"),
            _ => bias("Gumbel-softmax, temperature 0.1"),
        });
        assert!(soft[0] > soft[1] && soft[1] > soft[2], "{soft:?}");
        // Nothing comes back through a choice as it is.
        assert!((bias("one-hot") - norm(exact())).abs() < 1e-12);
    }
}
