//! A penalty that D pays at every so many-th step: as many times as much there, and not at all between.

mod play;
mod start;

use ganlet::ExperimentConfig;
use ganlet::model::{Dataset, Traced, entry};
use ganlet::trainer::Trainer;
use ganlet_core::eval::{Evaluator, Value};
use play::{Play, slope_and_step};
use pollster::block_on;
use serde_json::{Value as Json, json};
use start::options;

const EVERY: u64 = 4;

fn config(gradient_penalty: &Json) -> Json {
    let dense = |units: usize| json!({ "kind": "dense", "units": units });
    let net = |out: usize| json!({ "layers": [dense(8), { "kind": "tanh" }, dense(out)] });
    json!({
        "preset": "ring", "batch": 16, "generator": net(2), "discriminator": net(1), "gradient_penalty": gradient_penalty,
    })
}

fn lazy() -> Json {
    config(&json!({ "weight": 2.0, "target": 0.0, "at": "real", "every": EVERY }))
}

fn trainer() -> Trainer {
    let config = ExperimentConfig::parse(&lazy().to_string()).unwrap();
    block_on(Trainer::create(config, options(3, Dataset::None))).unwrap()
}

/// The same game on the reference interpreter.
fn reference() -> Play {
    let config = ExperimentConfig::parse(&lazy().to_string()).unwrap();
    let game = Traced::new(&config, &Dataset::None, 3, u64::MAX).unwrap();
    let states = Evaluator::<f64>::new(&game.program).states;
    Play { game, states }
}

fn d(trainer: &mut Trainer) -> Vec<f32> {
    block_on(trainer.parameters("d")).unwrap()
}

#[test]
fn it_is_paid_so_many_times_over_where_it_is() {
    let loss =
        |penalty: &Json, name: &str| Play::new(&config(penalty)).unwrap().run(name, "d_loss");
    let plain = loss(&Json::Null, entry::TRAIN);
    let always = loss(
        &json!({ "weight": 2.0, "target": 0.0, "at": "real" }),
        entry::TRAIN,
    );
    let mut play = Play::new(&lazy()).unwrap();
    let heavy = play.run(entry::TRAIN, "d_loss");
    let light = Play::new(&lazy())
        .unwrap()
        .run(&entry::light(entry::TRAIN), "d_loss");
    assert!((light - plain).abs() < 1e-12, "{light}, not {plain}");
    let (paid, once) = (heavy - plain, always - plain);
    assert!(
        (paid - EVERY as f64 * once).abs() < 1e-9 && once > 1e-4,
        "{paid} of {once}"
    );
}

#[test]
fn d_follows_its_slope_with_it_and_without() {
    let mut config = lazy();
    config["d_optimizer"] = json!({ "kind": "sgd", "lr": 1.0 });
    let d = entry::update("d");
    for update in [entry::light(&d), d] {
        let start = || Play::new(&config).unwrap();
        let (found, expected) = slope_and_step(start, "d.params", &update, "d_loss");
        assert!(
            (found - expected).abs() < 1e-6 * found.abs().max(1.0) && found.abs() > 1e-3,
            "{update}: slope {found}, gradient {expected}"
        );
    }
}

#[test]
fn the_trainer_pays_it_at_the_steps_that_it_divides() {
    let mut trainer = trainer();
    let mut play = reference();
    for step in 0..10 {
        let name = match step % EVERY {
            0 => entry::TRAIN.to_string(),
            _ => entry::light(entry::TRAIN),
        };
        play.run(&name, "d_loss");
    }
    block_on(trainer.train(10)).unwrap();
    for (found, expected) in d(&mut trainer).iter().zip(play.state("d.params")) {
        assert!(
            (f64::from(*found) - expected).abs() < 1e-4,
            "{found}, not {expected}"
        );
    }
}

#[test]
fn however_the_steps_are_asked_for_they_are_the_same() {
    let mut whole = trainer();
    block_on(whole.train(11)).unwrap();
    let mut parts = trainer();
    for steps in [1, 2, 3, 5] {
        block_on(parts.train(steps)).unwrap();
    }
    assert_eq!(d(&mut whole), d(&mut parts));
    // A run goes on from a file as it would have.
    let mut before = trainer();
    block_on(before.train(6)).unwrap();
    let file = block_on(before.save()).unwrap();
    let mut after = block_on(Trainer::load(&file, options(3, Dataset::None))).unwrap();
    block_on(after.train(5)).unwrap();
    assert_eq!(d(&mut whole), d(&mut after));
}

#[test]
fn updates_one_by_one_pay_it_at_the_same_steps() {
    // What D pays in a step that is played update by update, at the first step and at the second.
    let mut trainer = trainer();
    let mut paid = |player| {
        let row = block_on(trainer.step_update(player)).unwrap();
        let metric = trainer
            .metrics()
            .iter()
            .position(|metric| metric.name == "d_loss");
        (trainer.info().step, f64::from(row.values[metric.unwrap()]))
    };
    let [(_, heavy), (one, _), (_, light), (two, _)] = ["d", "g", "d", "g"].map(&mut paid);
    assert_eq!([one, two], [1, 2]);
    let mut play = reference();
    let [d, g] = ["d", "g"].map(entry::update);
    let first = play.run(&d, "d_loss");
    play.run(&g, "g_loss");
    // What is recorded next is read where the first was.
    let cursor = play.game.program.state("metrics.cursor").unwrap();
    play.states[cursor] = Value::Uint(vec![0]);
    let expected = [first, play.run(&entry::light(&d), "d_loss")];
    for (found, expected) in [heavy, light].into_iter().zip(expected) {
        assert!((found - expected).abs() < 1e-4, "{found}, not {expected}");
    }
}
