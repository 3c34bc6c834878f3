//! A person's own images: from their file to a set that is learned.

mod start;

use ganlet::ExperimentConfig;
use ganlet::data::{OwnImages, own};
use ganlet::model::Dataset;
use ganlet::trainer::Trainer;
use pollster::block_on;
use start::options;

/// `count` images of 8 by 8 pixels, each as bright as its number, in classes by turns or one behind the other.
fn file(count: u8, classes: &[&str]) -> Vec<u8> {
    let pixels: Vec<u8> = (0..count).flat_map(|i| [i; 64]).collect();
    let labels: Vec<u8> = (0..count).map(|i| i % 2).collect();
    let classes: Vec<String> = classes.iter().map(|&name| name.into()).collect();
    own::write([8, 1], &pixels, &labels, &classes).unwrap()
}

fn described(classes: usize) -> OwnImages {
    let json = format!(r#"{{"kind": "own_images", "size": 8, "classes": {classes}}}"#);
    serde_json::from_str(&json).unwrap()
}

/// The brightness of each image, which is its number.
fn numbers(bytes: &[u8]) -> Vec<u8> {
    bytes.iter().step_by(64).copied().collect()
}

#[test]
fn every_tenth_image_is_held_out_with_its_label() {
    let set = described(2).read(&file(40, &["cat", "dog"])).unwrap();
    let (train, test) = (set.train.view(), set.test.view());
    let mut held_out = numbers(test.bytes);
    held_out.sort_unstable();
    assert_eq!(held_out, [9, 19, 29, 39]);
    let mut learned = numbers(train.bytes);
    for (image, &label) in learned.iter().zip(train.labels) {
        assert_eq!(image % 2, label);
    }
    learned.sort_unstable();
    assert!(learned.into_iter().eq((0..40).filter(|i| i % 10 != 9)));
    assert_eq!(set.train.attributes[0].classes, ["cat", "dog"]);
}

#[test]
fn the_first_images_are_from_everywhere() {
    let set = described(0).read(&file(200, &[])).unwrap();
    let first = &numbers(set.train.view().bytes)[..18];
    let low = first.iter().filter(|&&number| number < 100).count();
    assert!((7..=11).contains(&low), "{first:?}");
}

#[test]
fn a_set_describes_itself_and_needs_no_labels() {
    let plain = OwnImages::describe("cats", &file(40, &[])).unwrap();
    assert_eq!((plain.shape(), plain.classes), ([8, 8, 1], 0));
    assert!(plain.attributes().is_empty());
    let set = plain.read(&file(40, &[])).unwrap();
    assert_eq!((set.train.len(), set.test.len()), (36, 4));
    assert!(set.train.attributes.is_empty());
    let two = OwnImages::describe("cats", &file(40, &["cat", "dog"])).unwrap();
    assert_eq!((two.classes, two.attributes()[0].classes.len()), (2, 2));
}

#[test]
fn what_cannot_be_used_says_why() {
    let refusal = |own: &OwnImages, file: &[u8]| own.read(file).unwrap_err().to_string();
    let error = refusal(&described(0), &file(3, &[]));
    assert!(
        error.contains("found 3 images") && error.contains("20 or more"),
        "{error}"
    );
    let error = refusal(&described(3), &file(40, &["cat", "dog"]));
    assert!(
        error.contains("2 classes") && error.contains("3 classes"),
        "{error}"
    );
    let whole = file(40, &[]);
    let error = refusal(&described(0), &whole[..whole.len() - 1]);
    assert!(error.starts_with("my images: damaged"), "{error}");
    let error = refusal(&described(0), b"no safetensors at all");
    assert!(error.starts_with("my images: damaged"), "{error}");
    assert!(described(0).missing().to_string().contains("“my images”"));
}

/// A game of networks without hidden layers on the images that `data` describes.
fn trainer(data: &str, file: &[u8]) -> Trainer {
    let config = format!(
        r#"{{"preset": "mnist-mlp", "batch": 8, "data": {data},
            "generator": {{"layers": [{{"kind": "dense", "units": 64}}, {{"kind": "tanh"}}]}},
            "discriminator": {{"layers": [{{"kind": "dense", "units": 1}}]}}}}"#
    );
    let config = ExperimentConfig::parse(&config).unwrap();
    let ganlet::config::Data::Own(images) = &config.data else {
        panic!("{config:?}");
    };
    let options = options(1, Dataset::Images(images.read(file).unwrap()));
    block_on(Trainer::create(config, options)).unwrap()
}

#[test]
fn images_without_labels_are_learned_and_copies_are_looked_for() {
    let data = r#"{"kind": "own_images", "size": 8, "black": -1.0}"#;
    let mut trainer = trainer(data, &file(60, &[]));
    let row = block_on(trainer.train(20)).unwrap();
    assert!(row.values.iter().all(|value| value.is_finite()));
    let real = block_on(trainer.real(4, 0)).unwrap();
    // As bright as its number, over 255, from -1 to 1.
    for image in real.chunks(64) {
        let number = (image[0] + 1.0) * 127.5;
        assert!(
            (number - number.round()).abs() < 1e-3 && number < 60.0,
            "{number}"
        );
        assert_eq!(image, [image[0]; 64]);
    }
    let found = block_on(trainer.evaluate(&mut |_| {})).unwrap();
    assert!(found["copy_ratio"] > 0.0, "{found:?}");
    assert!((0.0..=1.0).contains(&found["memorized"]), "{found:?}");
}

#[test]
fn a_game_with_labels_needs_images_that_have_some() {
    let asked = |classes: usize| {
        let config = format!(
            r#"{{"preset": "mnist-cgan", "data": {{"kind": "own_images", "size": 28, "classes": {classes}}}}}"#
        );
        ExperimentConfig::parse(&config)
    };
    assert!(asked(2).is_ok(), "{:?}", asked(2));
    let error = asked(0).unwrap_err();
    assert!(error.to_string().contains("have no labels"), "{error}");
}
