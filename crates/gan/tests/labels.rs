//! What D makes of labels: its verdicts and both costs by hand, what cannot be, and that samples come out as they were asked for.

mod play;
mod start;

use ganlet::ExperimentConfig;
use ganlet::model::{Dataset, ViewKind, entry};
use ganlet::trainer::Trainer;
use ganlet_core::eval::{Evaluator, Value};
use play::{Play, direction, slope_and_step};
use pollster::block_on;
use serde_json::{Value as Json, json};
use start::options;

const CLASSES: usize = 8;
const UNITS: usize = 3;

/// A small game on the ring whose D joins nothing, and in which an update subtracts the gradient.
fn config(labels: &Json) -> Json {
    let told = labels["generator"] != json!(false);
    let layers = |units: usize, out: usize, told: bool| {
        let mut layers = vec![];
        layers.extend(told.then(|| json!({ "kind": "condition" })));
        layers.push(json!({ "kind": "dense", "units": units }));
        layers.push(json!({ "kind": "tanh" }));
        layers.push(json!({ "kind": "dense", "units": out }));
        json!({ "layers": layers })
    };
    let plain = json!({ "kind": "sgd", "lr": 1.0 });
    json!({
        "preset": "ring-cgan", "batch": 16, "labels": labels, "gradient_penalty": null,
        "generator": layers(8, 2, told), "discriminator": layers(UNITS, 1, false),
        "g_optimizer": plain, "d_optimizer": plain,
    })
}

fn play(labels: &Json) -> Play {
    Play::new(&config(labels)).unwrap()
}

fn close(found: f64, expected: f64) {
    assert!((found - expected).abs() < 1e-9, "{found}, not {expected}");
}

#[test]
fn projection_adds_the_inner_product_with_the_vector_of_the_label() {
    let mut play = play(&json!({ "condition": "projection" }));
    let d: Vec<f64> = (0..2 * UNITS + UNITS + UNITS + 1)
        .map(|i| (i as f64 * 0.7).cos())
        .collect();
    let v: Vec<f64> = direction(UNITS * CLASSES);
    play.set("d.params", &d);
    play.set("c.params", &v);
    let game = &play.game;
    let mut evaluator = Evaluator::<f64>::new(&game.program);
    let rows = game.view_batch;
    let points: Vec<f64> = (0..2 * rows).map(|i| (i as f64 * 0.3).sin()).collect();
    let labels: Vec<f64> = (0..rows).map(|i| (i % CLASSES) as f64).collect();
    for (name, values) in [("x", &points), ("label", &labels)] {
        let input = game.program.input(&format!("discriminate.{name}")).unwrap();
        evaluator.inputs[input] = Value::Float(values.clone());
    }
    evaluator.states.clone_from(&play.states);
    let mut entries = game.program.entries.iter();
    let view = entries
        .position(|e| e.name == entry::view("discriminate"))
        .unwrap();
    let outputs = evaluator.run(view);
    for (i, found) in outputs[0].floats().iter().enumerate() {
        let x = &points[2 * i..][..2];
        let seen =
            |unit: usize| (x[0] * d[unit] + x[1] * d[UNITS + unit] + d[2 * UNITS + unit]).tanh();
        let logit: f64 = (0..UNITS)
            .map(|unit| seen(unit) * (d[3 * UNITS + unit] + v[unit * CLASSES + i % CLASSES]))
            .sum();
        close(*found, 1.0 / (1.0 + (-logit - d[4 * UNITS]).exp()));
    }
}

#[test]
fn a_d_that_cannot_name_classes_pays_the_logarithm_of_their_number() {
    // Its logits of classes are 0.
    let losses = |labels: Json| {
        let found = |metric: &str| {
            let mut play = play(&labels);
            let numbers = play.state("c.params").len();
            play.set("c.params", &vec![0.0; numbers]);
            play.run(entry::TRAIN, metric)
        };
        ["d_loss", "label_nats"].map(found)
    };
    let weighed = |weight: f64| losses(json!({ "condition": "auxiliary", "weight": weight }));
    let ([d, nats], [d_alone, _]) = (weighed(2.0), weighed(0.0));
    let surprise = (CLASSES as f64).ln();
    close(nats, surprise);
    close(d - d_alone, 2.0 * (surprise + surprise));
    // G against the D that is there, not one that has moved.
    let of_g = |weight: f64| {
        let mut play = play(&json!({ "condition": "auxiliary", "weight": weight }));
        let numbers = play.state("c.params").len();
        play.set("c.params", &vec![0.0; numbers]);
        play.run(&entry::update("g"), "g_loss")
    };
    close(of_g(2.0) - of_g(0.0), 2.0 * surprise);
    // Where G is told no class, it pays for none, and D for those of data alone.
    let unasked = |weight: f64| {
        losses(json!({ "condition": "auxiliary", "weight": weight, "generator": false }))
    };
    close(unasked(2.0)[0] - unasked(0.0)[0], 2.0 * surprise);
}

#[test]
fn d_and_its_logits_of_classes_follow_the_slope_of_their_cost() {
    for condition in ["projection", "auxiliary"] {
        for network in ["d.params", "c.params"] {
            let labels = json!({ "condition": condition });
            let (found, expected) =
                slope_and_step(|| play(&labels), network, &entry::update("d"), "d_loss");
            assert!(
                (found - expected).abs() < 1e-6 && found.abs() > 1e-4,
                "{condition} {network}: slope {found}, gradient {expected}"
            );
        }
    }
}

#[test]
fn what_cannot_be_is_refused_by_name() {
    let said = |changes: &[(&str, Json)], labels: Json| {
        let mut config = config(&labels);
        for (field, value) in changes {
            config[*field] = value.clone();
        }
        Play::new(&config).err().unwrap().to_string()
    };
    let starts = |said: String, start: &str| assert!(said.starts_with(start), "{said}");
    starts(
        said(&[], json!({ "condition": "concat" })),
        "field `discriminator.layers`: this network is given a second input",
    );
    starts(
        said(
            &[],
            json!({ "condition": "projection", "generator": false }),
        ),
        "field `labels.generator`: D judges samples by their label",
    );
    let joins = json!({ "layers": [{ "kind": "condition" }, { "kind": "dense", "units": 1 }] });
    starts(
        said(
            &[("discriminator", joins)],
            json!({ "condition": "auxiliary" }),
        ),
        "field `discriminator.layers.0`: labels join D here with the condition concat alone",
    );
    starts(
        said(
            &[("cost", json!("feature_matching"))],
            json!({ "condition": "projection" }),
        ),
        "field `cost`: feature matching compares",
    );
    starts(
        said(
            &[("packing", json!(2))],
            json!({ "condition": "auxiliary" }),
        ),
        "field `packing`: D judges packs",
    );
}

fn trained(config: &Json, steps: u64) -> Trainer {
    let options = options(1, Dataset::None);
    let config = ExperimentConfig::parse(&config.to_string()).unwrap();
    let mut trainer = block_on(Trainer::create(config, options)).unwrap();
    block_on(trainer.train(steps)).unwrap();
    trainer
}

/// The preset with smaller networks.
fn ring(labels: &Json) -> Json {
    let mut layers = vec![];
    layers.extend((labels["condition"] == "concat").then(|| json!({ "kind": "condition" })));
    for units in [32, 32] {
        layers.push(json!({ "kind": "dense", "units": units }));
        layers.push(json!({ "kind": "leaky_relu", "slope": 0.2 }));
    }
    layers.push(json!({ "kind": "dense", "units": 1 }));
    json!({
        "preset": "ring-cgan", "batch": 64, "labels": labels, "discriminator": { "layers": layers },
    })
}

#[test]
fn samples_are_of_the_class_that_was_asked_for_whatever_d_does_with_labels() {
    for condition in ["concat", "projection", "auxiliary"] {
        let mut trainer = trained(&ring(&json!({ "condition": condition })), 600);
        let found = block_on(trainer.evaluate(&mut |_| {})).unwrap()["label_accuracy"];
        assert!(found > 0.9, "{condition}: {found}");
    }
}

#[test]
fn d_alone_learns_classes_where_g_is_told_none() {
    let labels = json!({ "condition": "auxiliary", "generator": false });
    let mut config = config(&labels);
    config["d_optimizer"] = json!({ "kind": "adam", "lr": 0.01, "beta1": 0.9 });
    let trainer = trained(&config, 600);
    let views = &trainer.traced().views;
    let classify = views.iter().find(|view| view.kind == ViewKind::Classify);
    assert_eq!(classify.unwrap().len, CLASSES);
    let generate = views.iter().find(|view| view.kind == ViewKind::Decode);
    assert_eq!(
        generate.unwrap().inputs.len(),
        1,
        "G is asked for noise alone"
    );
    let nats = trainer
        .metrics()
        .iter()
        .position(|metric| metric.name == "label_nats");
    let last = trainer.history(0).last().unwrap().values[nats.unwrap()];
    assert!(last < 0.5 * (CLASSES as f32).ln(), "{last} nats");
}
