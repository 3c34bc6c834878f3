//! A density whose factor is unknown: its cost by hand, that it follows the slope of it, and what it finds.

mod play;
mod start;

use ganlet::ExperimentConfig;
use ganlet::model::{Dataset, entry};
use ganlet::trainer::Trainer;
use play::{Play, slope_and_step};
use pollster::block_on;
use serde_json::{Value as Json, json};
use start::options;

const ESTIMATORS: [&str; 2] = ["noise_contrast", "maximum_likelihood"];

fn plain(estimator: &str) -> Json {
    json!({ "preset": "line-nce", "estimator": estimator, "optimizer": { "kind": "sgd", "lr": 1.0 }, "batch": 4096 })
}

fn close(found: f64, expected: f64, within: f64) {
    assert!(
        (found - expected).abs() < within,
        "{found}, not {expected} within {within}"
    );
}

#[test]
fn what_is_paid_is_what_the_equation_says() {
    // Against noise of its own shape and place, p with the right factor gives D = 1/2 everywhere; with a factor e times too
    // large, D = e / (1 + e).
    let of_factor = |factor: f64| {
        let mut config = plain("noise_contrast");
        config["noise_std"] = json!(2.0);
        let mut play = Play::new(&config).unwrap();
        play.set("p.params", &[0.0, 2.0_f64.ln(), factor]);
        play.run(&entry::update("p"), "p_loss")
    };
    let right = -(2.0 * std::f64::consts::TAU.sqrt()).ln();
    close(of_factor(right), 4.0_f64.ln(), 1e-12);
    let d = 1.0_f64.exp() / (1.0 + 1.0_f64.exp());
    close(of_factor(right + 1.0), -d.ln() - (1.0 - d).ln(), 1e-12);
    // The data are N(1, 0.7^2): minus the log of their density is, on average, log 0.7 + (1 + log 2 pi) / 2.
    let mut play = Play::new(&plain("maximum_likelihood")).unwrap();
    play.set("p.params", &[1.0, 0.7_f64.ln()]);
    let entropy = 0.7_f64.ln() + 0.5 * (1.0 + std::f64::consts::TAU.ln());
    close(play.run(&entry::update("p"), "p_loss"), entropy, 0.05);
}

#[test]
fn an_update_follows_the_slope_of_the_cost() {
    for estimator in ESTIMATORS {
        let config = plain(estimator);
        let start = || Play::new(&config).unwrap();
        let (found, expected) = slope_and_step(start, "p.params", &entry::update("p"), "p_loss");
        close(found, expected, 1e-6);
        assert!(found.abs() > 1e-2, "{estimator}: {found}");
    }
}

#[test]
fn both_find_the_density_and_noise_contrast_its_factor() {
    for estimator in ESTIMATORS {
        let config = json!({ "preset": "line-nce", "estimator": estimator, "steps": 1500 });
        let config = ExperimentConfig::parse(&config.to_string()).unwrap();
        let mut trainer = block_on(Trainer::create(config, options(0, Dataset::None))).unwrap();
        block_on(trainer.train(1500)).unwrap();
        let found = block_on(trainer.evaluate(&mut |_| {})).unwrap();
        close(found["sample_mean"], 1.0, 0.06);
        close(found["sample_std"], 0.7, 0.06);
        let error = found.get("log_partition_error_nats");
        assert_eq!(error.is_some(), estimator == "noise_contrast");
        assert!(error.is_none_or(|error| *error < 0.05), "{error:?}");
    }
}

#[test]
fn more_than_one_number_is_refused() {
    let config = json!({ "preset": "line-nce", "data": { "kind": "ring" } });
    let found = Play::new(&config).err().unwrap().to_string();
    let start = "field `data`: samples of 2 numbers";
    assert!(found.starts_with(start), "{found}");
}
