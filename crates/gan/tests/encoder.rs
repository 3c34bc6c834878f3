//! An encoder that draws: its noise takes part in training, is 0 where latents are looked at, and needs a layer that joins it.

mod play;

use ganlet::model::entry;
use ganlet_core::eval::{Evaluator, Value};
use play::{Play, slope_and_step};
use serde_json::{Value as Json, json};

/// The ring with linear networks of E and G, in which an update subtracts the gradient.
fn config(joins: bool) -> Json {
    let dense = |units: usize| json!({ "kind": "dense", "units": units });
    let condition = json!({ "kind": "condition" });
    let layers = match joins {
        true => json!([condition, dense(2)]),
        false => json!([dense(2)]),
    };
    let plain = json!({ "kind": "sgd", "lr": 1.0 });
    json!({
        "preset": "ring-ali", "batch": 64, "g_optimizer": plain, "d_optimizer": plain,
        "generator": { "layers": [dense(2)] },
        "encoder": { "network": { "layers": layers }, "noise": 3, "optimizer": plain },
    })
}

/// E's numbers: two rows of weights for a sample, three for its noise, and a shift.
const E: [f64; 12] = [
    1.0, 2.0, -1.0, 0.5, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 0.25, -0.5,
];

#[test]
fn latents_are_looked_at_where_the_noise_is_zero() {
    let mut play = Play::new(&config(true)).unwrap();
    play.set("e.params", &E);
    let game = &play.game;
    let mut evaluator = Evaluator::<f64>::new(&game.program);
    let points: Vec<f64> = (0..2 * game.view_batch)
        .map(|i| (i as f64 * 0.3).sin())
        .collect();
    let input = game.program.input("encode.x").unwrap();
    evaluator.inputs[input] = Value::Float(points.clone());
    evaluator.states.clone_from(&play.states);
    let mut entries = game.program.entries.iter();
    let view = entries
        .position(|e| e.name == entry::view("encode"))
        .unwrap();
    let outputs = evaluator.run(view);
    for (x, z) in points.chunks(2).zip(outputs[0].floats().chunks(2)) {
        for unit in 0..2 {
            let expected = x[0] * E[unit] + x[1] * E[2 + unit] + E[10 + unit];
            assert!(
                (z[unit] - expected).abs() < 1e-6,
                "{} not {expected}",
                z[unit]
            );
        }
    }
}

#[test]
fn the_encoder_follows_the_slope_of_what_it_pays_in_its_noise_too() {
    let config = config(true);
    let mut moved = Play::new(&config).unwrap();
    let before = moved.state("e.params");
    moved.run(&entry::update("g"), "g_loss");
    let after = moved.state("e.params");
    assert_ne!(before[4..10], after[4..10]);
    let start = || Play::new(&config).unwrap();
    let (found, expected) = slope_and_step(start, "e.params", &entry::update("g"), "g_loss");
    assert!(
        (found - expected).abs() < 1e-6 && found.abs() > 1e-4,
        "slope {found}, gradient {expected}"
    );
}

#[test]
fn noise_without_a_layer_that_joins_it_is_refused() {
    let found = Play::new(&config(false)).err().unwrap().to_string();
    let start = "field `encoder.network.layers`: this network is given a second input";
    assert!(found.starts_with(start), "{found}");
}
