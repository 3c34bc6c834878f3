//! A generator that chooses words (tutorial, section 5.3): nothing comes back through a choice, and each stand-in for its slope
//! finds how frequent the words are.

mod start;

use ganlet::ExperimentConfig;
use ganlet::model::Dataset;
use ganlet::trainer::Trainer;
use pollster::block_on;
use serde_json::{Value, json};
use start::options;

fn open(words: &Value) -> Trainer {
    let options = options(1, Dataset::None);
    let config = json!({ "preset": "ring-words", "words": words });
    let config = ExperimentConfig::parse(&config.to_string()).unwrap();
    block_on(Trainer::create(config, options)).unwrap()
}

#[test]
fn a_choice_has_no_slope() {
    let mut trainer = open(&json!({ "estimator": "one_hot" }));
    let before = block_on(trainer.parameters("g")).unwrap();
    let d_before = block_on(trainer.parameters("d")).unwrap();
    block_on(trainer.train(20)).unwrap();
    assert_eq!(before, block_on(trainer.parameters("g")).unwrap());
    assert_ne!(d_before, block_on(trainer.parameters("d")).unwrap());
}

#[test]
fn each_stand_in_for_the_slope_finds_how_frequent_words_are() {
    let distance = |words: Value, steps| {
        let mut trainer = open(&words);
        block_on(trainer.train(steps)).unwrap();
        block_on(trainer.evaluate(&mut |_| {})).unwrap()["counts_kl"]
    };
    let start = distance(json!({ "estimator": "one_hot" }), 1);
    for estimator in ["gumbel_softmax", "straight_through", "reinforce"] {
        let end = distance(json!({ "estimator": estimator, "temperature": 0.1 }), 500);
        assert!(
            end < 0.05 && start > 4.0 * end,
            "{estimator}: {start} to {end}"
        );
    }
}

#[test]
fn the_same_rows_are_answered_with_the_same_words() {
    let mut trainer = open(&json!({ "estimator": "reinforce" }));
    let first = block_on(trainer.sample(64)).unwrap();
    block_on(trainer.real(300, 5)).unwrap();
    assert_eq!(first, block_on(trainer.sample(64)).unwrap());
}

#[test]
fn what_no_choice_can_be_made_of_is_said() {
    let error = |config: Value| ExperimentConfig::parse(&config.to_string()).unwrap_err();
    let cases = [
        (
            json!({ "preset": "moons", "words": {} }),
            "words",
            "have none",
        ),
        (
            json!({ "preset": "ring-words", "cost": "feature_matching", "words": { "estimator": "reinforce" } }),
            "words.estimator",
            "whole batch",
        ),
        (
            json!({ "preset": "ring-words", "words": { "temperature": 0 } }),
            "words.temperature",
            "0.05",
        ),
    ];
    for (config, field, says) in cases {
        let found = error(config);
        assert!(found.field.starts_with(field), "{found}");
        assert!(found.to_string().contains(says), "{found}");
    }
}
