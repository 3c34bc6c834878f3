//! The game of n + 1 classes: its losses by hand, the labels it may see, and that images without label help.

mod start;

use start::options;
use std::collections::BTreeSet;

use ganlet::ExperimentConfig;
use ganlet::data::{ImageKind, ImageSet, Images};
use ganlet::model::{Dataset, Traced};
use ganlet::trainer::Trainer;
use ganlet_core::eval::{Evaluator, Value};
use pollster::block_on;
use serde_json::{Value as Json, json};

const SIDE: usize = 6;
const PIXELS: usize = SIDE * SIDE;

/// `count` images of ten classes in turn. Each class has bright pixels of its own, of which chance flips every eighth.
fn pictures(count: usize) -> Dataset {
    let file = |magic: u8, sizes: &[usize], bytes: Vec<u8>| {
        let sizes = sizes.iter().flat_map(|&n| (n as u32).to_be_bytes());
        let header = [0, 0, 8, magic].into_iter().chain(sizes);
        header.chain(bytes).collect::<Vec<u8>>()
    };
    let mut state = 1_u32;
    let mut chance = move || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        state >> 24
    };
    let bright: Vec<bool> = (0..10 * PIXELS).map(|_| chance() < 128).collect();
    let mut pixels = Vec::new();
    for image in 0..count {
        for bright in &bright[image % 10 * PIXELS..][..PIXELS] {
            let flipped = chance() < 32;
            let base = if *bright != flipped { 120 } else { 0 };
            pixels.push((base + chance() / 2) as u8);
        }
    }
    let pixels = file(3, &[count, SIDE, SIDE], pixels);
    let labels = file(1, &[count], (0..count).map(|i| (i % 10) as u8).collect());
    let attribute = &ImageKind::Mnist.facts().attributes[0];
    let images = Images::from_idx(("images", &pixels), ("labels", &labels), attribute).unwrap();
    Dataset::Images(ImageSet {
        train: images.clone(),
        test: images,
    })
}

fn layers(units: &[usize], end: Option<&str>) -> Json {
    let mut layers = vec![];
    for (i, units) in units.iter().enumerate() {
        if i > 0 {
            layers.push(json!({ "kind": "relu" }));
        }
        layers.push(json!({ "kind": "dense", "units": units }));
    }
    layers.extend(end.map(|kind| json!({ "kind": kind })));
    json!({
        "init": { "kind": "he" }, "weight_norm": null, "learned_lengths": false, "data_init": false, "average": null,
        "layers": layers,
    })
}

fn parse(changes: Json) -> Result<ExperimentConfig, ganlet::ConfigError> {
    let mut config = json!({
        "preset": "mnist-semi", "data": { "images": 100 }, "prior": { "dim": 3 }, "batch": 8, "labels": 20,
        "generator": layers(&[12, PIXELS], Some("sigmoid")), "discriminator": layers(&[12, 10], None),
    });
    let Json::Object(changes) = changes else {
        panic!("changes are an object");
    };
    config.as_object_mut().unwrap().extend(changes);
    ExperimentConfig::parse(&config.to_string())
}

fn config(changes: Json) -> ExperimentConfig {
    parse(changes).unwrap()
}

/// The metrics of the first step in f64, where D's parameters are `d`, or as they begin.
fn first_step(config: &ExperimentConfig, d: Option<f64>) -> impl Fn(&str) -> f64 + use<> {
    let game = Traced::new(config, &pictures(100), 0, u64::MAX).unwrap();
    let mut evaluator = Evaluator::<f64>::new(&game.program);
    let hyper = game.hyper.values().into_iter().map(f64::from);
    evaluator.inputs[game.program.input("hyper").unwrap()] = Value::Float(hyper.collect());
    if let Some(d) = d {
        let state = game.program.state("d.params").unwrap();
        let len = evaluator.states[state].floats().len();
        evaluator.states[state] = Value::Float(vec![d; len]);
    }
    let train = game.program.entries.iter().position(|e| e.name == "train");
    evaluator.run(train.unwrap());
    let row = evaluator.states[game.program.state("metrics").unwrap()]
        .floats()
        .to_vec();
    move |metric| row[game.metrics.iter().position(|m| m.name == metric).unwrap()]
}

#[test]
fn a_d_that_knows_nothing_pays_what_the_equations_say() {
    // All logits are 0: Z is 10, D(x) = 10 / 11 of everything.
    let metric = first_step(&config(json!({})), Some(0.0));
    let close = |found: f64, expected: f64| {
        assert!((found - expected).abs() < 1e-6, "{found}, not {expected}");
    };
    close(metric("label_nats"), 10_f64.ln());
    close(metric("d_real"), 10.0 / 11.0);
    close(metric("d_fake"), 10.0 / 11.0);
    let game = (11_f64 / 10.0).ln() + 11_f64.ln();
    close(metric("d_loss"), 10_f64.ln() + 0.5 * game);
    // Without the factor there is the classifier's loss alone.
    let alone = first_step(&config(json!({ "unlabelled_weight": 0 })), Some(0.0));
    close(alone("d_loss"), 10_f64.ln());
}

#[test]
fn a_categorical_d_that_knows_nothing_pays_what_the_equations_say() {
    // Every class is as likely, of each image and of all: log 10 of images, less log 10 of the batch, less log 10 of samples.
    let metric = first_step(&config(json!({ "game": "categorical" })), Some(0.0));
    let close = |found: f64, expected: f64| {
        assert!((found - expected).abs() < 1e-6, "{found}, not {expected}");
    };
    close(metric("d_loss"), 0.5 * 10_f64.ln());
    close(metric("d_real"), 0.0);
    close(metric("d_fake"), 0.0);
}

#[test]
fn large_logits_overflow_nothing() {
    for game in ["one_more_class", "categorical"] {
        let metric = first_step(&config(json!({ "game": game })), Some(1e4));
        for name in ["d_loss", "g_loss", "d_grad_norm", "g_grad_norm"] {
            assert!(metric(name).is_finite(), "{name} is {}", metric(name));
        }
    }
}

/// The numbers of the labelled images.
fn chosen(config: &ExperimentConfig) -> Vec<usize> {
    let game = Traced::new(config, &pictures(100), 7, u64::MAX).unwrap();
    let evaluator = Evaluator::<f64>::new(&game.program);
    let state = game.program.state("data.labelled").unwrap();
    evaluator.states[state]
        .floats()
        .iter()
        .map(|&x| x as usize)
        .collect()
}

#[test]
fn as_many_of_every_class_have_a_label_and_the_seed_says_which() {
    let few = chosen(&config(json!({ "labels": 30 })));
    assert_eq!(few.iter().collect::<BTreeSet<_>>().len(), 30, "{few:?}");
    for class in 0..10 {
        let of_class = few.iter().filter(|&image| image % 10 == class);
        assert_eq!(of_class.count(), 3, "{few:?}");
    }
    assert_eq!(few, chosen(&config(json!({ "labels": 30 }))));
    assert_ne!(
        few,
        chosen(&config(json!({ "labels": 30, "labels_seed": 1 })))
    );
}

#[test]
fn labels_that_cannot_be_are_refused_by_name() {
    let said = |changes: Json| {
        let found =
            parse(changes).and_then(|config| Traced::new(&config, &pictures(100), 0, u64::MAX));
        found.err().unwrap().to_string()
    };
    assert_eq!(
        said(json!({ "labels": 25 })),
        "field `labels`: 25 labels, which are not as many of each of 10 classes; use a multiple of 10, such as 100"
    );
    assert_eq!(
        said(json!({ "labels": 110 })),
        "field `labels`: 110 labels are 11 of every class, and of digit 0 there are 10 images; use fewer labels, or more images"
    );
    let own =
        |classes: usize| json!({ "kind": "own_images", "size": 8, "classes": classes, "black": 0 });
    assert_eq!(
        said(json!({ "data": own(0) })),
        "field `labels`: these images have no labels; put the images of each class in a folder of their own, or leave the labels out"
    );
    assert!(
        said(json!({ "data": { "kind": "ring" } }))
            .starts_with("field `data`: there are no images with labels")
    );
}

#[test]
fn images_without_label_help() {
    let noise = |std: f64| json!({ "kind": "gaussian_noise", "std": std });
    let dense = |units: usize| json!({ "kind": "dense", "units": units });
    let relu = json!({ "kind": "relu" });
    let d = [
        noise(0.3),
        dense(64),
        relu.clone(),
        noise(0.5),
        dense(64),
        relu,
        noise(0.5),
        dense(10),
    ];
    let adam =
        |lr: f64| json!({ "kind": "adam", "lr": lr, "beta1": 0.5, "beta2": 0.9, "eps": 1e-8 });
    let accuracy = |weight: f64, game: &str| {
        let config = config(json!({
            "game": game, "unlabelled_weight": weight, "labels": 10, "batch": 32, "data": { "images": 60000 }, "prior": { "dim": 16 },
            "generator": layers(&[64, PIXELS], Some("sigmoid")), "g_optimizer": adam(0.001),
            "discriminator": {
                "init": { "kind": "he" }, "weight_norm": 1.5, "data_init": false, "average": 0.99, "layers": d,
            },
            "d_optimizer": adam(0.003),
        }));
        let options = options(1, pictures(2000));
        let mut trainer = block_on(Trainer::create(config, options)).unwrap();
        block_on(trainer.train(500)).unwrap();
        block_on(trainer.evaluate(&mut |_| {})).unwrap()["accuracy_digit"]
    };
    let alone = accuracy(0.0, "one_more_class");
    for game in ["one_more_class", "categorical"] {
        let helped = accuracy(0.5, game);
        assert!(
            helped > alone + 0.08,
            "{game}: {helped} with, {alone} without"
        );
    }
}
