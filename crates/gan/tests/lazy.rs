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

/// G's path lengths, which are taken as rarely.
fn paths(spread: &Json, gradient_penalty: &Json) -> Play {
    let mut config = config(gradient_penalty);
    config["spread"] = spread.clone();
    Play::new(&config).unwrap()
}

#[test]
fn what_g_pays_for_its_spread_is_paid_so_many_times_over_where_it_is() {
    let light = entry::light(entry::TRAIN);
    for kind in ["path_length", "mode_seeking", "diversity"] {
        let spread = |every: u64| json!({ "kind": kind, "weight": 2.0, "every": every });
        let always = |weight: f64| json!({ "kind": kind, "weight": weight });
        let loss = |spread: &Json, name: &str| paths(spread, &Json::Null).run(name, "g_loss");
        let plain = loss(&Json::Null, entry::TRAIN);
        let free = loss(&always(0.0), entry::TRAIN);
        let once = loss(&always(2.0), entry::TRAIN) - free;
        let paid = loss(&spread(EVERY), entry::TRAIN) - free;
        let between = loss(&spread(EVERY), &light);
        assert!(
            (between - plain).abs() < 1e-12,
            "{kind}: {between}, not {plain}"
        );
        assert!(
            (paid - EVERY as f64 * once).abs() < 1e-9 && once.abs() > 1e-4,
            "{kind}: {paid} of {once}"
        );
    }
}

#[test]
fn between_two_looks_at_the_paths_the_last_one_is_told() {
    let spread = json!({ "kind": "path_length", "weight": 2.0, "every": EVERY });
    let mut play = paths(&spread, &Json::Null);
    let taken = play.run(entry::TRAIN, "path_length_cv");
    play.run(&entry::light(entry::TRAIN), "path_length_cv");
    assert!(taken > 0.0);
    assert_eq!(play.state("g.path_length_cv"), [taken]);
    let metrics = play.game.metrics.len();
    let which = play
        .game
        .metrics
        .iter()
        .position(|m| m.name == "path_length_cv");
    assert_eq!(play.state("metrics")[metrics + which.unwrap()], taken);
}

/// What one player pays at every step it pays in the light ones too.
#[test]
fn a_penalty_at_every_step_stays_one_beside_rare_paths() {
    let spread = json!({ "kind": "path_length", "weight": 2.0, "every": EVERY });
    let penalty = json!({ "weight": 2.0, "target": 0.0, "at": "real" });
    let light = entry::light(entry::TRAIN);
    let loss = |penalty: &Json| paths(&spread, penalty).run(&light, "d_loss");
    let wanted = Play::new(&config(&penalty))
        .unwrap()
        .run(entry::TRAIN, "d_loss")
        - Play::new(&config(&Json::Null))
            .unwrap()
            .run(entry::TRAIN, "d_loss");
    let found = loss(&penalty) - loss(&Json::Null);
    assert!(
        (found - wanted).abs() < 1e-9 && wanted > 1e-4,
        "{found}, not {wanted}"
    );
}

#[test]
fn two_that_are_paid_rarely_are_paid_at_the_same_steps() {
    let mut config = lazy();
    config["spread"] = json!({ "kind": "path_length", "weight": 2.0, "every": 3 });
    let refused = Play::new(&config).map(|_| ()).unwrap_err().to_string();
    assert!(
        refused.contains("field `spread.every`") && refused.contains("gradient_penalty.every is 4"),
        "{refused}"
    );
    config["spread"]["every"] = EVERY.into();
    assert!(Play::new(&config).is_ok());
}
