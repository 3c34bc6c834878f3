//! L2 regularization of D: by hand, that D follows its slope, and how the factor follows D's accuracy.

mod play;

use ganlet::model::entry;
use play::{Play, slope_and_step};
use serde_json::{Value as Json, json};

/// A small game in which an update subtracts the gradient.
fn config(weight_penalty: &Json) -> Json {
    let dense = |units: usize| json!({ "kind": "dense", "units": units });
    let net = |out: usize| json!({ "layers": [dense(8), { "kind": "tanh" }, dense(out)] });
    let plain = json!({ "kind": "sgd", "lr": 1.0 });
    json!({
        "preset": "ring", "batch": 16, "prior": { "dim": 2 }, "gradient_penalty": null, "weight_penalty": weight_penalty,
        "generator": net(2), "discriminator": net(1), "g_optimizer": plain, "d_optimizer": plain,
    })
}

fn play(weight_penalty: &Json) -> Play {
    Play::new(&config(weight_penalty)).unwrap()
}

fn close(found: f64, expected: f64) {
    assert!((found - expected).abs() < 1e-6, "{found}, not {expected}");
}

#[test]
fn d_pays_for_the_square_of_its_weights_and_follows_its_slope() {
    let mut plain = play(&Json::Null);
    let params: f64 = plain.state("d.params").iter().map(|x| x * x).sum();
    let update = entry::update("d");
    let penalty = json!({ "weight": 0.03 });
    let paid = play(&penalty).run(&update, "d_loss") - plain.run(&update, "d_loss");
    close(paid, 0.03 * params);
    let (found, expected) = slope_and_step(|| play(&penalty), "d.params", &update, "d_loss");
    close(found, expected);
    assert!(found.abs() > 1e-3, "{found}");
    // G pays nothing for them.
    close(
        play(&penalty).run(&entry::update("g"), "g_loss"),
        play(&Json::Null).run(&entry::update("g"), "g_loss"),
    );
}

#[test]
fn the_factor_follows_how_often_d_is_right() {
    let held = json!({ "weight": 0.03, "accuracy": 0.7 });
    // How the logarithm of the factor moves where D was right so often, on average so far.
    let grows_by = |accuracy: f64| {
        let mut play = play(&held);
        // With all parameters zero every logit is, so that D is right of data and wrong of samples.
        let len = play.state("d.params").len();
        play.set("d.params", &vec![0.0; len]);
        play.set("d.surplus", &[accuracy - 0.5]);
        play.run(&entry::update("d"), "d_loss");
        close(play.state("d.surplus")[0], 0.9 * (accuracy - 0.5));
        play.state("d.weight_penalty")[0]
    };
    close(grows_by(0.9), 0.02);
    close(grows_by(0.72), 0.0);
    close(grows_by(0.6), -0.02);
    // A factor that has grown costs as much more.
    let paid = |growth: f64| {
        let mut play = play(&held);
        play.set("d.weight_penalty", &[growth]);
        play.run(entry::TRAIN, "d_loss")
    };
    let (small, large) = (paid(0.0), paid(3_f64.ln()));
    let params: f64 = play(&held).state("d.params").iter().map(|x| x * x).sum();
    close(large - small, 2.0 * 0.03 * params);
}

#[test]
fn both_orders_steer_it_and_g_alone_does_not() {
    for order in ["alternating", "simultaneous"] {
        let mut config = config(&json!({ "weight": 0.03, "accuracy": 1.0 }));
        config["schedule"] = json!({ "order": order });
        let mut play = Play::new(&config).unwrap();
        play.run(&entry::update("g"), "d_loss");
        close(play.state("d.weight_penalty")[0], 0.0);
        play.run(entry::TRAIN, "d_loss");
        close(play.state("d.weight_penalty")[0], -0.02);
    }
}

#[test]
fn scores_are_no_verdicts() {
    let mut critic = config(&json!({ "weight": 0.03, "accuracy": 0.7 }));
    critic["cost"] = json!("wasserstein");
    let found = Play::new(&critic).err().unwrap().to_string();
    assert!(
        found.starts_with("field `weight_penalty.accuracy`"),
        "{found}"
    );
    critic["weight_penalty"] = json!({ "weight": 0.03 });
    assert!(Play::new(&critic).is_ok());
}
