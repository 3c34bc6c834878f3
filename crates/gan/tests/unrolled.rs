//! Unrolled games: G's gradient goes through D's answers to its samples.

mod play;

use ganlet::model::entry;
use ganlet_core::Slot;
use ganlet_core::backend::{Choice, Place, Session};
use play::{Play, slope_and_step};
use pollster::block_on;
use serde_json::json;

/// A small game in which a step of G subtracts its gradient.
fn game(unrolled_steps: usize, order: &str) -> Result<Play, ganlet::ConfigError> {
    let dense = |units: usize| json!({ "kind": "dense", "units": units });
    let net = |out: usize| json!({ "layers": [dense(8), { "kind": "tanh" }, dense(out)] });
    let config = json!({
        "preset": "ring", "batch": 8, "generator": net(2), "discriminator": net(1), "gradient_penalty": null,
        "g_optimizer": { "kind": "sgd", "lr": 1.0 }, "d_optimizer": { "kind": "adam", "lr": 0.05 },
        "schedule": { "unrolled_steps": unrolled_steps, "order": order },
    });
    Play::new(&config)
}

#[test]
fn the_gradient_of_g_is_the_slope_of_its_cost_after_the_answers_of_d() {
    for steps in [0, 1, 3] {
        let start = || game(steps, "alternating").unwrap();
        let (found, expected) = slope_and_step(start, "g.params", &entry::update("g"), "g_loss");
        assert!(
            (found - expected).abs() < 1e-6 * found.abs().max(1.0) && found.abs() > 1e-3,
            "{steps} steps: slope {found}, gradient {expected}"
        );
    }
}

#[test]
fn looking_ahead_changes_the_cost() {
    let mut play = [0, 1, 3].map(|steps| game(steps, "alternating").unwrap());
    let costs = play
        .each_mut()
        .map(|play| play.run(&entry::update("g"), "g_loss"));
    // D answers to G's samples, so that they fool it less and less.
    assert!(costs[0] < costs[1] && costs[1] < costs[2], "{costs:?}");
}

#[test]
fn the_backend_plays_as_the_reference_does() {
    let mut play = game(3, "alternating").unwrap();
    let place = block_on(Place::find(Choice::Cpu, 1)).unwrap();
    let mut session = Session::new(&place, &play.game.program).unwrap();
    let input = play.game.program.input("hyper").unwrap();
    let hyper = play.game.hyper.values();
    session
        .write(Slot::Input(input), bytemuck::cast_slice(&hyper))
        .unwrap();
    let mut entries = play.game.program.entries.iter();
    let train = entries.position(|e| e.name == entry::TRAIN).unwrap();
    for _ in 0..3 {
        play.run(entry::TRAIN, "d_loss");
        block_on(session.run(train, 1)).unwrap();
    }
    for name in ["g.params", "d.params"] {
        let slot = Slot::State(play.game.program.state(name).unwrap());
        let bytes = block_on(session.read(slot)).unwrap();
        let got: Vec<f32> = bytemuck::pod_collect_to_vec(&bytes);
        for (got, want) in got.into_iter().zip(play.state(name)) {
            assert!(
                (f64::from(got) - want).abs() < 1e-4,
                "{name}: {got}, not {want}"
            );
        }
    }
}

#[test]
fn a_simultaneous_step_does_not_look_ahead() {
    let error = game(2, "simultaneous").err().unwrap().to_string();
    assert!(error.contains("schedule.unrolled_steps"), "{error}");
}
