//! Gradient penalties in every order of moves: what a config asks for is in the cost, and D follows its slope.

mod play;

use ganlet::model::entry;
use ganlet_core::eval::Value;
use play::{Play, slope_and_step};
use serde_json::json;

/// A small game in which an update subtracts the gradient, on samples that stay the same.
fn config(weight: f64, schedule: serde_json::Value) -> serde_json::Value {
    config_at("between", weight, schedule)
}

fn config_at(at: &str, weight: f64, schedule: serde_json::Value) -> serde_json::Value {
    let dense = |units: usize| json!({ "kind": "dense", "units": units });
    let net = |out: usize| json!({ "layers": [dense(8), { "kind": "tanh" }, dense(out)] });
    let plain = json!({ "kind": "sgd", "lr": 1.0 });
    json!({
        "preset": "bench-ring", "batch": 8, "cost": "wasserstein", "generator": net(2), "discriminator": net(1),
        "gradient_penalty": { "weight": weight, "target": 0.1, "at": at },
        "g_optimizer": plain, "d_optimizer": plain, "schedule": schedule,
    })
}

#[test]
fn d_follows_the_slope_of_a_cost_that_has_the_penalty_in_every_order() {
    let orders = ["alternating", "simultaneous"];
    let places = ["between", "real", "fake", "around"];
    for (order, at) in orders.iter().flat_map(|order| places.map(|at| (order, at))) {
        let schedule = json!({ "order": order });
        let config = |weight: f64| config_at(at, weight, schedule.clone());
        let play = |weight: f64| Play::new(&config(weight)).unwrap();
        let d_loss = |weight: f64| play(weight).run(entry::TRAIN, "d_loss");
        let penalty = d_loss(1.0) - d_loss(0.0);
        let tenfold = d_loss(10.0) - d_loss(0.0);
        assert!(
            penalty > 1e-3 && (tenfold / penalty - 10.0).abs() < 1e-6,
            "{schedule} {at}: {penalty}, {tenfold}"
        );

        let (found, expected) = slope_and_step(|| play(10.0), "d.params", entry::TRAIN, "d_loss");
        assert!(
            (found - expected).abs() < 1e-6 * found.abs().max(1.0) && found.abs() > 1e-3,
            "{schedule} {at}: slope {found}, gradient {expected}"
        );
    }
}

#[test]
fn a_second_update_of_d_is_the_first_from_where_that_one_led() {
    // With the same samples and the same places of the penalty in both, so that values that D has moved by occur again.
    let mut twice = Play::new(&config(10.0, json!({ "d_steps": 2 }))).unwrap();
    let mut once = Play::new(&config(10.0, json!({ "d_steps": 1 }))).unwrap();
    once.run(&entry::update("d"), "d_loss");
    let turn = once.game.program.state("pool.turn").unwrap();
    once.states[turn] = Value::Uint(vec![0]);
    once.run(&entry::update("d"), "d_loss");
    twice.run(entry::TRAIN, "d_loss");
    for (expected, found) in once.state("d.params").iter().zip(twice.state("d.params")) {
        assert!(
            (expected - found).abs() < 1e-12,
            "{found} instead of {expected}"
        );
    }
}
