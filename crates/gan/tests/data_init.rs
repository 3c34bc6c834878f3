//! Networks whose lengths and biases the first minibatch gives (Salimans and Kingma 2016, section 3): once, and before any update.

mod play;
mod start;

use ganlet::ExperimentConfig;
use ganlet::model::{Dataset, entry};
use ganlet::trainer::Trainer;
use play::{Play, slope_and_step};
use pollster::block_on;
use serde_json::{Value, json};
use start::options;

fn config(changes: &Value) -> Value {
    let dense = |units: usize| json!({ "kind": "dense", "units": units });
    let net = |out: usize| json!({ "data_init": true, "average": 0.9, "layers": [dense(8), { "kind": "tanh" }, dense(out)] });
    let mut config =
        json!({ "preset": "ring", "batch": 32, "generator": net(2), "discriminator": net(1) });
    let (fields, changes) = (
        config.as_object_mut().unwrap(),
        changes.as_object().unwrap(),
    );
    fields.extend(changes.clone());
    config
}

fn trainer(changes: &Value) -> Trainer {
    let config = ExperimentConfig::parse(&config(changes).to_string()).unwrap();
    block_on(Trainer::create(config, options(0, Dataset::None))).unwrap()
}

fn parameters(trainer: &mut Trainer, network: &str) -> Vec<f32> {
    block_on(trainer.parameters(network)).unwrap()
}

#[test]
fn both_players_start_from_the_first_minibatch_and_only_then() {
    let still = json!({ "kind": "sgd", "lr": 0.0 });
    let changes = json!({ "g_optimizer": still, "d_optimizer": still });
    let (mut trainer, mut play) = (trainer(&changes), Play::new(&config(&changes)).unwrap());
    play.run(entry::START, "d_loss");
    for network in ["g", "d"] {
        let drawn = parameters(&mut trainer, network);
        let wanted = play.state(&format!("{network}.params"));
        assert!((drawn.iter().zip(&wanted)).any(|(a, b)| (f64::from(*a) - b).abs() > 0.1));
    }
    block_on(trainer.train(1)).unwrap();
    let started = ["g", "d"].map(|network| parameters(&mut trainer, network));
    for (network, started) in ["g", "d"].iter().zip(&started) {
        let wanted = play.state(&format!("{network}.params"));
        for (a, b) in started.iter().zip(&wanted) {
            assert!((f64::from(*a) - b).abs() < 1e-4, "{network}: {a}, not {b}");
        }
        let average = block_on(trainer.state_numbers(&format!("{network}.average")));
        for (a, b) in average.unwrap().unwrap().iter().zip(started) {
            assert!((a - b).abs() < 1e-6, "{network}: {a}, not {b}");
        }
    }
    block_on(trainer.train(3)).unwrap();
    assert_eq!(
        started,
        ["g", "d"].map(|network| parameters(&mut trainer, network))
    );
}

/// One update alone leaves the step open: what it moved is not fitted a second time by the next.
#[test]
fn a_network_that_was_updated_stays() {
    let mut trainer = trainer(&json!({}));
    block_on(trainer.step_update("d")).unwrap();
    let moved = parameters(&mut trainer, "d");
    block_on(trainer.step_update("g")).unwrap();
    assert_eq!(moved, parameters(&mut trainer, "d"));
}

/// A step that fails is taken back to where the networks had started from the data.
#[test]
fn recovery_comes_back_to_the_start_from_data() {
    // A critic without a bound, which rectifiers let grow by its own size.
    let dense = |units: usize| json!({ "kind": "dense", "units": units });
    let critic = json!({ "data_init": true, "layers": [dense(8), { "kind": "relu" }, dense(1)] });
    let at_rate = |lr: f64| {
        json!({
            "cost": "wasserstein", "real_label": 1.0, "discriminator": critic,
            "g_optimizer": { "kind": "sgd", "lr": 0.0 }, "d_optimizer": { "kind": "sgd", "lr": lr },
        })
    };
    let mut calm = trainer(&at_rate(0.0));
    block_on(calm.train(1)).unwrap();
    let mut wild = trainer(&at_rate(1.0));
    block_on(wild.train(500)).unwrap_err();
    assert_eq!(parameters(&mut calm, "g"), parameters(&mut wild, "g"));
}

#[test]
fn players_follow_the_slopes_of_lengths_that_are_learned() {
    let plain = json!({ "kind": "sgd", "lr": 1.0 });
    let mut config = config(&json!({ "g_optimizer": plain, "d_optimizer": plain }));
    for network in ["generator", "discriminator"] {
        config[network]["weight_norm"] = 1.5.into();
        config[network]["learned_lengths"] = true.into();
    }
    for player in ["d", "g"] {
        let (found, expected) = slope_and_step(
            || Play::new(&config).unwrap(),
            &format!("{player}.params"),
            &entry::update(player),
            &format!("{player}_loss"),
        );
        assert!(
            (found - expected).abs() < 1e-5 * found.abs().max(1.0) && found.abs() > 1e-4,
            "{player}: slope {found}, gradient {expected}"
        );
    }
}

#[test]
fn what_spectral_norm_divides_by_is_not_for_the_data_to_give() {
    let mut config = config(&json!({}));
    config["discriminator"]["spectral_norm"] = true.into();
    let refused = Play::new(&config).map(|_| ()).unwrap_err().to_string();
    assert!(
        refused.contains("field `discriminator.data_init`"),
        "{refused}"
    );
}
