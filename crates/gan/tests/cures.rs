//! What is done to players beside their costs: packs, clipped weights, pulls towards the past; and combinations that make no sense.

mod play;

use ganlet::ExperimentConfig;
use ganlet::model::{Dataset, Traced, entry};
use play::{Play, slope_and_step};
use serde_json::{Value, json};

/// A small game in which an update subtracts the gradient, on samples that stay the same.
fn config(changes: &Value) -> Value {
    let dense = |units: usize| json!({ "kind": "dense", "units": units });
    let net = |out: usize| json!({ "layers": [dense(8), { "kind": "tanh" }, dense(out)] });
    let plain = json!({ "kind": "sgd", "lr": 1.0 });
    let mut config = json!({
        "preset": "bench-ring", "batch": 8, "generator": net(2), "discriminator": net(1), "g_optimizer": plain,
        "d_optimizer": plain,
    });
    let (fields, changes) = (
        config.as_object_mut().unwrap(),
        changes.as_object().unwrap(),
    );
    fields.extend(changes.clone());
    config
}

fn refusal(changes: &Value) -> String {
    let config = config(changes).to_string();
    let refused = ExperimentConfig::parse(&config)
        .and_then(|config| Traced::new(&config, &Dataset::None, 0, u64::MAX).map(|_| ()));
    refused.expect_err(&config).to_string()
}

/// D with its first layer's clip or pull.
fn d_with(name: &str, value: f64) -> Value {
    let mut config = config(&json!({}));
    config["discriminator"][name] = value.into();
    json!({ "discriminator": config["discriminator"] })
}

#[test]
fn clipped_weights_stay_within_the_bound() {
    let mut play = Play::new(&config(&d_with("clip", 0.01))).unwrap();
    play.run(entry::TRAIN, "d_loss");
    let params = play.state("d.params");
    let at_bound = params.iter().filter(|p| p.abs() >= 0.01 - 1e-12).count();
    assert!(params.iter().all(|p| p.abs() <= 0.01 + 1e-12));
    assert!(
        at_bound * 2 > params.len(),
        "{at_bound} of {}",
        params.len()
    );
}

/// `w |p - h|^2` adds `2 w (p - h)` to the gradient, and h is the mean of all parameters so far.
#[test]
fn a_player_is_pulled_towards_its_past() {
    let update = entry::update("d");
    let run = |weight: f64, history: f64| {
        let mut play = Play::new(&config(&d_with("historical_averaging", weight))).unwrap();
        let before = play.state("d.params");
        let past: Vec<f64> = before.iter().map(|p| p - history).collect();
        play.set("d.history", &past);
        play.run(&update, "d_loss");
        (past, play.state("d.params"), play.state("d.history"))
    };
    let (_, free, _) = run(0.0, 0.25);
    let (past, pulled, history) = run(0.1, 0.25);
    for (i, (free, pulled)) in free.iter().zip(&pulled).enumerate() {
        assert!((free - pulled - 2.0 * 0.1 * 0.25).abs() < 1e-9);
        // The first one and the one after the first update.
        assert!((history[i] - 0.5 * (past[i] + pulled)).abs() < 1e-9);
    }
}

#[test]
fn players_follow_the_slopes_of_what_they_pay() {
    let compare = |layer: Value| {
        let dense = |units: usize| json!({ "kind": "dense", "units": units });
        let layers = [dense(8), json!({ "kind": "tanh" }), layer, dense(1)];
        json!({ "discriminator": { "layers": layers } })
    };
    let mut penalized = compare(json!({ "kind": "minibatch_std" }));
    penalized["gradient_penalty"] = json!({ "weight": 1.0 });
    for changes in [
        json!({ "packing": 4 }),
        json!({ "instance_noise": 0.5 }),
        json!({ "cost": "relativistic" }),
        json!({ "cost": "feature_matching" }),
        json!({ "cost": "kl" }),
        compare(json!({ "kind": "minibatch_std" })),
        compare(json!({ "kind": "minibatch_discrimination", "kernels": 3, "dims": 2 })),
        penalized,
    ] {
        for player in ["d", "g"] {
            let (found, expected) = slope_and_step(
                || Play::new(&config(&changes)).unwrap(),
                &format!("{player}.params"),
                &entry::update(player),
                &format!("{player}_loss"),
            );
            assert!(
                (found - expected).abs() < 1e-5 * found.abs().max(1.0) && found.abs() > 1e-4,
                "{changes} {player}: slope {found}, gradient {expected}"
            );
        }
    }
}

#[test]
fn d_judges_packs_of_samples() {
    let mut packed = Play::new(&config(&json!({ "packing": 4 }))).unwrap();
    let mut plain = Play::new(&config(&json!({}))).unwrap();
    // The first matrix of D reads four points of two numbers.
    let inputs = |play: &Play| play.state("d.params").len();
    assert_eq!(inputs(&packed) - inputs(&plain), 6 * 8);
    assert!(packed.run(entry::TRAIN, "d_loss").is_finite());
    assert!(plain.run(entry::TRAIN, "d_loss").is_finite());
    let has_opinion = |play: &Play| play.game.views.iter().any(|v| v.name == "discriminate");
    assert!(has_opinion(&plain) && !has_opinion(&packed));
}

#[test]
fn what_makes_no_sense_says_why() {
    let dense = |units: usize| json!({ "kind": "dense", "units": units });
    let with_std =
        |out: usize| json!({ "layers": [dense(8), { "kind": "minibatch_std" }, dense(out)] });
    let kernels = json!({ "kind": "minibatch_discrimination", "kernels": 2, "dims": 2 });
    let with_kernels = json!({ "layers": [dense(8), kernels, dense(1)] });
    // Karras et al. penalize such a D.
    let penalized = json!({ "discriminator": with_std(1), "gradient_penalty": { "weight": 1.0 } });
    assert!(Play::new(&config(&penalized)).is_ok());
    for (changes, field, why) in [
        (json!({ "packing": 3 }), "packing", "come out even"),
        (json!({ "packing": 0 }), "packing", "1 to 16"),
        (
            json!({ "instance_noise": 0.0 }),
            "instance_noise",
            "out of range",
        ),
        (d_with("clip", 0.0), "discriminator.clip", "out of range"),
        (
            json!({ "generator": with_std(2) }),
            "generator.layers.1",
            "put it in the discriminator",
        ),
        (
            json!({ "discriminator": with_kernels, "gradient_penalty": { "weight": 1.0 } }),
            "discriminator.layers",
            "minibatch_discrimination mixes the samples",
        ),
        (
            json!({ "discriminator": with_std(1), "batch": 1 }),
            "batch",
            "compares the samples",
        ),
        (
            json!({ "cost": "kl", "real_label": 0.9 }),
            "real_label",
            "no target",
        ),
        (
            json!({ "cost": "hinge", "fake_label": 0.1 }),
            "fake_label",
            "none there",
        ),
    ] {
        let said = refusal(&changes);
        assert!(
            said.contains(&format!("field `{field}`")) && said.contains(why),
            "{changes}: {said}"
        );
    }
}
