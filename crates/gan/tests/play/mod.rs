//! A game on the reference interpreter in f64, whose states a test may set.

use ganlet::ExperimentConfig;
use ganlet::model::{Dataset, Traced};
use ganlet_core::eval::{Evaluator, Value};
use serde_json::Value as Json;

/// A game under way.
pub(crate) struct Play {
    /// The game, traced.
    pub(crate) game: Traced,
    /// Its states, in the program's order.
    pub(crate) states: Vec<Value<f64>>,
}

impl Play {
    /// The game of a config that is given as JSON, from seed 0.
    pub(crate) fn new(config: &Json) -> Result<Self, ganlet::ConfigError> {
        let config = ExperimentConfig::parse(&config.to_string())?;
        let game = Traced::new(&config, &Dataset::None, 0, u64::MAX)?;
        let states = Evaluator::<f64>::new(&game.program).states;
        Ok(Self { game, states })
    }

    /// The contents of a state of floats.
    pub(crate) fn state(&self, name: &str) -> Vec<f64> {
        let index = self.game.program.state(name).unwrap();
        self.states[index].floats().to_vec()
    }

    /// Replaces the contents of a state of floats.
    pub(crate) fn set(&mut self, name: &str, values: &[f64]) {
        let index = self.game.program.state(name).unwrap();
        self.states[index] = Value::Float(values.to_vec());
    }

    /// Runs an entry once and gives a metric of that step, which must be the first to be recorded.
    pub(crate) fn run(&mut self, entry: &str, metric: &str) -> f64 {
        let mut entries = self.game.program.entries.iter();
        let entry = entries.position(|e| e.name == entry).unwrap();
        let mut evaluator = Evaluator::<f64>::new(&self.game.program);
        let hyper = self.game.hyper.values().into_iter().map(f64::from);
        let input = self.game.program.input("hyper").unwrap();
        evaluator.inputs[input] = Value::Float(hyper.collect());
        evaluator.states = std::mem::take(&mut self.states);
        evaluator.run(entry);
        self.states = evaluator.states;
        let mut metrics = self.game.metrics.iter();
        let metric = metrics.position(|m| m.name == metric).unwrap();
        self.state("metrics")[metric]
    }
}

/// How fast the loss of an update's first metric rises along a direction in a network's parameters, by differences from one
/// game of `start` to another, and how far an update of plain gradient descent at a rate of 1 goes down that direction: the
/// same where the update follows its gradient.
pub(crate) fn slope_and_step(
    start: impl Fn() -> Play,
    params: &str,
    entry: &str,
    loss: &str,
) -> (f64, f64) {
    let mut moved = start();
    let before = moved.state(params);
    moved.run(entry, loss);
    let after = moved.state(params);
    let way = direction(before.len());
    let moves = before.iter().zip(&after).zip(&way);
    let step = moves
        .map(|((before, after), way)| (before - after) * way)
        .sum();
    let at = |h: f64| {
        let mut play = start();
        let there: Vec<f64> = before
            .iter()
            .zip(&way)
            .map(|(x, way)| x + h * way)
            .collect();
        play.set(params, &there);
        play.run(entry, loss)
    };
    let h = 1e-5;
    ((at(h) - at(-h)) / (2.0 * h), step)
}

/// A direction without a pattern.
pub(crate) fn direction(len: usize) -> Vec<f64> {
    (0..len).map(|i| (i as f64 * 1.7).sin()).collect()
}
