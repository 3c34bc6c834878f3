//! What G pays for how its samples lie to each other: by hand where G is linear, and that G follows the slope of it.

mod play;

use ganlet::ExperimentConfig;
use ganlet::model::entry;
use play::{Play, slope_and_step};
use serde_json::{Value as Json, json};

/// A small game in which an update subtracts the gradient. G without hidden layers is linear.
fn config(spread: &Json, hidden: bool) -> Json {
    let dense = |units: usize| json!({ "kind": "dense", "units": units });
    let tanh = json!({ "kind": "tanh" });
    let net = |hidden: bool, out: usize| match hidden {
        true => json!({ "layers": [dense(8), tanh, dense(out)] }),
        false => json!({ "layers": [dense(out)] }),
    };
    let plain = json!({ "kind": "sgd", "lr": 1.0 });
    json!({
        "preset": "ring", "batch": 64, "prior": { "dim": 2 }, "spread": spread, "gradient_penalty": null,
        "generator": net(hidden, 2), "discriminator": net(true, 1), "g_optimizer": plain, "d_optimizer": plain,
    })
}

fn kinds() -> [Json; 3] {
    [
        json!({ "kind": "path_length", "weight": 1.0 }),
        json!({ "kind": "mode_seeking", "weight": 1.0 }),
        json!({ "kind": "diversity", "weight": 1.0, "limit": 0.4 }),
    ]
}

/// What G pays for its spread, its weights `matrix` [2, 2] and no shift, and what else was recorded.
fn paid(spread: &Json, matrix: &[f64], metric: &str) -> (f64, f64) {
    let g_loss = |spread: &Json| {
        let mut play = Play::new(&config(spread, false)).unwrap();
        play.set("g.params", &[matrix, &[0.0, 0.0]].concat());
        play.run(&entry::update("g"), "g_loss")
    };
    let mut free = spread.clone();
    free["weight"] = json!(0.0);
    let cost = g_loss(spread) - g_loss(&free);
    let mut play = Play::new(&config(spread, false)).unwrap();
    play.set("g.params", &[matrix, &[0.0, 0.0]].concat());
    let metric = match metric {
        "" => 0.0,
        metric => play.run(&entry::update("g"), metric),
    };
    (cost, metric)
}

fn close(found: f64, expected: f64, within: f64) {
    assert!(
        (found - expected).abs() < within,
        "{found}, not {expected} within {within}"
    );
}

#[test]
fn samples_that_are_their_noise_twice_over_are_twice_as_far_apart() {
    let twice = [2.0, 0.0, 0.0, 2.0];
    let [_, seeking, diversity] = kinds();
    // 1e-5 keeps both quotients finite.
    close(paid(&seeking, &twice, "").0, 0.5, 1e-4);
    // Each pair is at its limit.
    close(paid(&diversity, &twice, "").0, -0.4, 1e-6);
    let mut far = diversity.clone();
    far["limit"] = json!(100.0);
    close(paid(&far, &twice, "").0, -2.0, 2e-2);
    close(paid(&seeking, &[0.0; 4], "").0, 1e5, 5e4);
}

#[test]
fn the_length_of_a_path_is_what_the_matrix_does_to_its_direction() {
    // G(z) = s z, so that J^T y is s y and, y over the root of 2, its length s times a root of half a chi-square of two degrees:
    // mean s sqrt(pi) / 2, square s^2, and a coefficient of variation of sqrt(4 / pi - 1), whatever s is.
    let [path, ..] = kinds();
    let varies = (4.0 / std::f64::consts::PI - 1.0).sqrt();
    for scale in [1.0, 3.0] {
        let (cost, cv) = paid(&path, &[scale, 0.0, 0.0, scale], "path_length_cv");
        close(cv, varies, 0.12);
        // The mean so far was 0, and has moved by a hundredth.
        let mean = scale * std::f64::consts::PI.sqrt() / 2.0;
        let expected = scale * scale - 2.0 * mean * 0.01 * mean + (0.01 * mean).powi(2);
        close(cost / expected, 1.0, 0.3);
    }
}

#[test]
fn the_mean_path_length_is_kept_from_step_to_step() {
    let [path, ..] = kinds();
    let mut play = Play::new(&config(&path, true)).unwrap();
    assert_eq!(play.state("g.path_length"), [0.0]);
    play.run(&entry::update("d"), "d_loss");
    assert_eq!(play.state("g.path_length"), [0.0], "D moves no path");
    let mut before = 0.0;
    for _ in 0..3 {
        play.run(&entry::update("g"), "g_loss");
        let mean = play.state("g.path_length")[0];
        assert!(mean > before, "{mean} after {before}");
        before = mean;
    }
}

#[test]
fn g_follows_the_slope_of_what_it_pays() {
    for spread in kinds() {
        let config = config(&spread, true);
        let start = || {
            let mut play = Play::new(&config).unwrap();
            if spread["kind"] == "path_length" {
                play.set("g.path_length", &[0.3]);
            }
            play
        };
        let (found, expected) = slope_and_step(start, "g.params", &entry::update("g"), "g_loss");
        // The mean of path lengths is taken as given, and a hundredth of it moves with G.
        let within = if spread["kind"] == "path_length" {
            0.05
        } else {
            1e-5
        };
        assert!(
            (found - expected).abs() < within * found.abs() && found.abs() > 1e-3,
            "{spread}: slope {found}, gradient {expected}"
        );
    }
}

#[test]
fn what_cannot_be_is_refused_by_name() {
    let said = |config: &Json| Play::new(config).err().unwrap().to_string();
    let [path, seeking, _] = kinds();
    let mut mixed = config(&path, false);
    let layers = json!([{ "kind": "dense", "units": 2 }, { "kind": "batch_norm" }, { "kind": "dense", "units": 2 }]);
    mixed["generator"]["layers"] = layers;
    let found = said(&mixed);
    let start = "field `generator.layers.1`: batch_norm mixes the samples of a batch";
    assert!(found.starts_with(start), "{found}");
    // A pair of samples may come from batches that are normed.
    mixed["spread"] = seeking.clone();
    assert!(Play::new(&mixed).is_ok());
    let words = json!({ "preset": "ring-words", "spread": seeking });
    let found = said(&words);
    assert!(found.starts_with("field `spread`: it asks how"), "{found}");
    let unlimited =
        json!({ "preset": "ring", "spread": { "kind": "diversity", "weight": 1, "limit": 0 } });
    let found = ExperimentConfig::parse(&unlimited.to_string());
    let found = found.err().unwrap().to_string();
    assert!(found.starts_with("field `spread.limit`"), "{found}");
}
