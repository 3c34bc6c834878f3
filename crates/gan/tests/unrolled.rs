//! Unrolled games: G's gradient goes through D's answers to its samples.

use ganlet::ExperimentConfig;
use ganlet::game::{Dataset, Game, entry};
use ganlet_core::Slot;
use ganlet_core::backend::{Choice, Place, Session};
use ganlet_core::eval::{Evaluator, Value};
use pollster::block_on;
use serde_json::json;

/// A small game in which a step of G subtracts its gradient.
fn game(unrolled_steps: usize, order: &str) -> Result<Game, ganlet::ConfigError> {
    let dense = |units: usize| json!({ "kind": "dense", "units": units });
    let net = |out: usize| json!({ "layers": [dense(8), { "kind": "tanh" }, dense(out)] });
    let config = json!({
        "preset": "ring", "batch": 8, "generator": net(2), "discriminator": net(1), "gradient_penalty": null,
        "g_optimizer": { "kind": "sgd", "lr": 1.0 }, "d_optimizer": { "kind": "adam", "lr": 0.05 },
        "schedule": { "unrolled_steps": unrolled_steps, "order": order },
    });
    let config = ExperimentConfig::parse(&config.to_string())?;
    Game::new(&config, &Dataset::None, 0, u64::MAX)
}

/// G's parameters after a step of G from `params` (those at first where there are none), and its cost.
fn step_g(game: &Game, params: Option<&[f64]>) -> (Vec<f64>, Vec<f64>, f64) {
    let program = &game.program;
    let state = |name: &str| program.states.iter().position(|s| s.name == name).unwrap();
    let mut evaluator = Evaluator::<f64>::new(program);
    let hyper = game.hyper.values().into_iter().map(f64::from).collect();
    let input = program.inputs.iter().position(|i| i.name == "hyper");
    evaluator.inputs[input.unwrap()] = Value::Float(hyper);
    let g = state("g.params");
    if let Some(params) = params {
        evaluator.states[g] = Value::Float(params.to_vec());
    }
    let before = evaluator.states[g].floats().to_vec();
    let step = program.entries.iter().position(|e| e.name == entry::STEP_G);
    evaluator.run(step.unwrap());
    let loss = game.metrics.iter().position(|&name| name == "g_loss");
    let loss = evaluator.states[state("metrics")].floats()[loss.unwrap()];
    (before, evaluator.states[g].floats().to_vec(), loss)
}

#[test]
fn the_gradient_of_g_is_the_slope_of_its_cost_after_the_answers_of_d() {
    for steps in [0, 1, 3] {
        let game = game(steps, "alternating").unwrap();
        let (before, after, _) = step_g(&game, None);
        let gradient: Vec<f64> = before.iter().zip(&after).map(|(b, a)| b - a).collect();
        let direction: Vec<f64> = (0..before.len()).map(|i| (i as f64 * 1.7).sin()).collect();
        let along = |h: f64| {
            let moved: Vec<f64> = before
                .iter()
                .zip(&direction)
                .map(|(x, d)| x + h * d)
                .collect();
            step_g(&game, Some(&moved)).2
        };
        let h = 1e-5;
        let slope = (along(h) - along(-h)) / (2.0 * h);
        let expected: f64 = gradient.iter().zip(&direction).map(|(g, d)| g * d).sum();
        assert!(
            (slope - expected).abs() < 1e-6 * slope.abs().max(1.0) && slope.abs() > 1e-3,
            "{steps} steps: slope {slope}, gradient {expected}"
        );
    }
}

#[test]
fn looking_ahead_changes_the_cost() {
    let costs = [0, 1, 3].map(|steps| step_g(&game(steps, "alternating").unwrap(), None).2);
    // D answers to G's samples, so that they fool it less and less.
    assert!(costs[0] < costs[1] && costs[1] < costs[2], "{costs:?}");
}

#[test]
fn the_backend_plays_as_the_reference_does() {
    let game = game(3, "alternating").unwrap();
    let program = &game.program;
    let hyper: Vec<f32> = game.hyper.values();
    let place = Place::find(Choice::Cpu, 1);
    let mut session = Session::new(&block_on(place).unwrap(), program).unwrap();
    let mut reference = Evaluator::<f64>::new(program);
    let input = program
        .inputs
        .iter()
        .position(|i| i.name == "hyper")
        .unwrap();
    reference.inputs[input] = Value::Float(hyper.iter().map(|&x| x.into()).collect());
    session
        .write(Slot::Input(input), bytemuck::cast_slice(&hyper))
        .unwrap();
    let train = program
        .entries
        .iter()
        .position(|e| e.name == entry::TRAIN)
        .unwrap();
    for _ in 0..3 {
        reference.run(train);
        block_on(session.run(train, 1)).unwrap();
    }
    for (i, state) in program.states.iter().enumerate() {
        if !state.name.ends_with(".params") {
            continue;
        }
        let bytes = block_on(session.read(Slot::State(i))).unwrap();
        let got = bytes
            .chunks_exact(4)
            .map(|b| f32::from_le_bytes(b.try_into().unwrap()));
        for (got, want) in got.zip(reference.states[i].floats()) {
            assert!(
                (f64::from(got) - want).abs() < 1e-4,
                "{}: {got}, not {want}",
                state.name
            );
        }
    }
}

#[test]
fn a_simultaneous_step_does_not_look_ahead() {
    let error = game(2, "simultaneous").err().unwrap().to_string();
    assert!(error.contains("schedule.unrolled_steps"), "{error}");
}
