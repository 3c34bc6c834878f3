//! Questions to views: together they are what each is alone, whatever the device was asked before.

mod start;

use ganlet::ExperimentConfig;
use ganlet::data::{ImageKind, ImageSet, Images};
use ganlet::model::{Dataset, ViewKind};
use ganlet::trainer::{Ask, Trainer};
use pollster::block_on;
use serde_json::{Value, json};
use start::options;

fn open(config: &Value, dataset: Dataset) -> Trainer {
    let options = options(1, dataset);
    let config = ExperimentConfig::parse(&config.to_string()).unwrap();
    block_on(Trainer::create(config, options)).unwrap()
}

/// Images of 4 by 4 pixels, of two classes.
fn pictures() -> Dataset {
    let file = |magic: u8, sizes: &[u32], bytes: Vec<u8>| {
        let sizes = sizes.iter().flat_map(|n| n.to_be_bytes());
        let header = [0, 0, 8, magic].into_iter().chain(sizes);
        header.chain(bytes).collect::<Vec<u8>>()
    };
    let pixels = (0..100 * 16_u32).map(|i| (i * 37 % 251) as u8);
    let pixels = file(3, &[100, 4, 4], pixels.collect());
    let labels = file(1, &[100], (0..100).map(|i| i % 10).collect());
    let attribute = &ImageKind::Mnist.facts().attributes[0];
    let images = Images::from_idx(("images", &pixels), ("labels", &labels), attribute).unwrap();
    Dataset::Images(ImageSet {
        train: images.clone(),
        test: images,
    })
}

/// A game with labels on [`pictures`], whose both players see them.
fn conditional() -> Trainer {
    let network = |units: usize, end: &str| {
        let layers = json!([
            { "kind": "condition" }, { "kind": "dense", "units": 24 }, { "kind": "leaky_relu" },
            { "kind": "dense", "units": units }, { "kind": end },
        ]);
        json!({ "layers": layers, "average": null })
    };
    let mut discriminator = network(1, "tanh");
    discriminator["layers"].as_array_mut().unwrap().pop();
    let config = json!({
        "preset": "mnist-cgan", "batch": 16, "prior": { "dim": 3 },
        "generator": network(16, "tanh"), "discriminator": discriminator,
    });
    let mut trainer = open(&config, pictures());
    block_on(trainer.train(3)).unwrap();
    trainer
}

#[test]
fn several_questions_are_what_each_is_alone() {
    let config = json!({ "preset": "ring" });
    let mut trainer = open(&config, Dataset::None);
    block_on(trainer.train(2)).unwrap();
    // More rows than a batch holds, twice the same view, and rows that are not finite.
    let mut points: Vec<f32> = (0..2 * 2500).map(|i| (i as f32 * 0.37).sin()).collect();
    points[7] = f32::NAN;
    let few = &points[100..108];
    let questions = [
        ("generate", None, 40),
        ("discriminate", Some(&points[..]), 2500),
        ("generate", None, 1500),
        ("discriminate", Some(few), 4),
    ];
    let inputs: Vec<Vec<(&str, &[f32])>> = (questions.iter())
        .map(|(_, x, _)| x.iter().map(|&x| ("x", x)).collect())
        .collect();
    let asks: Vec<Ask<'_>> = (questions.iter().zip(&inputs))
        .map(|(&(view, _, count), question)| Ask {
            view,
            question,
            count,
        })
        .collect();
    let together = block_on(trainer.ask_all(&asks)).unwrap();
    for (ask, together) in asks.iter().zip(&together) {
        let alone = block_on(trainer.ask(ask.view, ask.question, ask.count)).unwrap();
        let bits = |values: &[f32]| values.iter().map(|v| v.to_bits()).collect::<Vec<_>>();
        assert_eq!(bits(&alone), bits(together), "{}", ask.view);
    }
    assert!(together[1][3].is_nan() && together[1][4].is_finite());
}

#[test]
fn a_question_that_cannot_be_asked_stops_all_before_any_is() {
    let mut trainer = open(&json!({ "preset": "ring" }), Dataset::None);
    let ask = |view| Ask {
        view,
        question: &[],
        count: 4,
    };
    let error = block_on(trainer.ask_all(&[ask("generate"), ask("dream")])).unwrap_err();
    assert!(error.to_string().contains("dream"), "{error}");
}

#[test]
fn images_come_with_the_scores_that_they_have_alone() {
    let mut trainer = conditional();
    let labels: Vec<f32> = (0..70).map(|i| (i * 7 % 10) as f32).collect();
    let label: (&str, &[f32]) = ("label", &labels);
    let ask = |trainer: &mut Trainer, view: &str, question: &[(&str, &[f32])]| {
        block_on(trainer.ask(view, question, 70)).unwrap()
    };
    for _ in 0..2 {
        let both = ask(&mut trainer, "scored", &[label]);
        let samples = ask(&mut trainer, "generate", &[label]);
        let scores = ask(&mut trainer, "discriminate", &[label, ("x", &samples)]);
        for (row, both) in both.chunks(17).enumerate() {
            assert_eq!(both[..16], samples[16 * row..][..16]);
            assert!((both[16] - scores[row]).abs() < 1e-6);
        }
        // The parameters move, and what the device was asked is still there.
        block_on(trainer.train(1)).unwrap();
    }
    let kinds = |trainer: &Trainer| {
        let views = trainer.views().iter();
        views.filter(|v| v.kind == ViewKind::Scored).count()
    };
    assert_eq!(kinds(&trainer), 1);
    assert_eq!(kinds(&open(&json!({ "preset": "ring" }), Dataset::None)), 0);
}
