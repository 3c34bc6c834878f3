//! Arithmetic with the trained faces that ship with the page.

mod start;

use ganlet::data::ImageKind;
use ganlet::metric::classifier::Model;
use ganlet::model::Dataset;
use ganlet::trainer::{ANALOGIES, DirectionKind, Error, Trainer};
use pollster::block_on;
use start::options;

/// The trained faces with their classifier, on the CPU.
fn trained_faces() -> Trainer {
    let file = include_bytes!("../assets/faces.safetensors.gz");
    let images = ImageKind::Faces.read(&[file.to_vec()]).unwrap();
    let options = options(0, Dataset::Images(images));
    let model = include_bytes!("../../lab/models/faces-dcgan.safetensors");
    let mut trainer = block_on(Trainer::load(model, options)).unwrap();
    let classifier = include_bytes!("../assets/classifier-faces.safetensors");
    trainer
        .attach_classifier(Model::from_bytes(classifier).unwrap())
        .unwrap();
    trainer
}

fn message<T>(result: Result<T, Error>) -> String {
    result.err().expect("this cannot work").to_string()
}

/// Issue 4's figure, with a margin for another machine's rounding.
#[test]
fn a_man_with_glasses_less_a_man_plus_a_woman_is_a_woman_with_glasses() {
    let mut trainer = trained_faces();
    let report = &block_on(trainer.analogies(&ANALOGIES[..1], 300, 0, true)).unwrap()[0];
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
