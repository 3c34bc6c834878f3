//! Files of views answer in onnxruntime as the views do here.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use ganlet::checkpoint::Checkpoint;
use ganlet::config::Data;
use ganlet::data::{ImageKind, OwnImages, own};
use ganlet::model::{Dataset, InputKind, View, ViewKind};
use ganlet::trainer::Options;
use ganlet::{ExperimentConfig, Trainer, preset};
use ganlet_core::backend::Choice;
use pollster::block_on;
use serde_json::{Value, json};

/// Numbers of rows that are asked; a file that knew only one would fail.
const ROWS: [usize; 2] = [1, 5];

/// Files, and what they have to answer.
struct Cases {
    folder: PathBuf,
    cases: Vec<Value>,
}

impl Cases {
    fn new(name: &str) -> Self {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        if folder.exists() {
            fs::remove_dir_all(&folder).unwrap();
        }
        fs::create_dir_all(&folder).unwrap();
        Self {
            folder,
            cases: vec![],
        }
    }

    /// All views of a trainer's model, as it is.
    fn add(&mut self, name: &str, trainer: &mut Trainer) {
        let checkpoint = block_on(trainer.checkpoint()).unwrap();
        let views = trainer.views().to_vec();
        // A G that chooses words draws as it answers, which a file of a function cannot say.
        let chooses = !serde_json::to_value(trainer.config()).unwrap()["words"].is_null();
        for view in views.iter().filter(|view| is_exported(view)) {
            let exported = ganlet_onnx::export(&checkpoint, Some(view.name));
            if chooses && view.kind == ViewKind::Decode {
                let error = exported.unwrap_err().to_string();
                assert!(error.contains("draws random numbers"), "{error}");
                continue;
            }
            let bytes = exported.unwrap();
            let file = format!("{name}.{}.onnx", view.name);
            fs::write(self.folder.join(&file), bytes).unwrap();
            for rows in ROWS {
                let question = question(view, rows);
                let asked: Vec<(&str, &[f32])> = question
                    .iter()
                    .map(|(name, rows)| (*name, &rows[..]))
                    .collect();
                let answer = block_on(trainer.ask(view.name, &asked, rows)).unwrap();
                let inputs: serde_json::Map<String, Value> = (question.iter())
                    .map(|(name, numbers)| (name.to_string(), json!(numbers)))
                    .collect();
                self.cases.push(
                    json!({ "file": file, "rows": rows, "inputs": inputs, "answer": answer }),
                );
            }
        }
    }

    /// Has onnxruntime answer.
    fn run(self) {
        assert!(!self.cases.is_empty());
        let cases = serde_json::to_string(&self.cases).unwrap();
        fs::write(self.folder.join("cases.json"), cases).unwrap();
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let ran = Command::new("node")
            .arg(root.join("tests/onnx/run.mjs"))
            .arg(&self.folder)
            .output()
            .expect("node runs; `npm ci` in web installs onnxruntime");
        let said = String::from_utf8_lossy(&ran.stdout);
        println!("{said}");
        let complaint = String::from_utf8_lossy(&ran.stderr);
        assert!(ran.status.success(), "{said}{complaint}");
    }
}

/// Whether it is a function of its inputs, and one of the model's own.
fn is_exported(view: &View) -> bool {
    !matches!(view.kind, ViewKind::Chain { .. } | ViewKind::Scored)
}

/// Numbers without a pattern, -1.5 to 1.5.
fn numbers(count: usize) -> Vec<f32> {
    (0..count)
        .map(|i| 1.5 * (i as f32 * 1.7 + 0.3).sin())
        .collect()
}

/// Something to ask of a view.
fn question(view: &View, rows: usize) -> Vec<(&'static str, Vec<f32>)> {
    let in_turn = |classes: usize| (0..rows).map(|row| (row % classes) as f32).collect();
    let of = |input: &ganlet::model::Input| match &input.kind {
        InputKind::Noise { .. } => numbers(rows * input.len),
        InputKind::Label { classes } => in_turn(classes.len()),
        InputKind::Category { count } => in_turn(*count),
        InputKind::Code | InputKind::Sample => numbers(rows * input.len)
            .iter()
            .map(|x| x.abs() / 1.5)
            .collect(),
    };
    view.inputs
        .iter()
        .map(|input| (input.name, of(input)))
        .collect()
}

/// Images of a set: the faces that ship, and noise in the shape of the others, which nothing is measured on.
fn dataset(config: &ExperimentConfig) -> Dataset {
    let Data::Images(data) = &config.data else {
        return Dataset::None;
    };
    let facts = data.kind.facts();
    let images = match data.kind {
        ImageKind::Faces => {
            let faces = include_bytes!("../../gan/assets/faces.safetensors.gz");
            data.kind.read(&[faces.to_vec()]).unwrap()
        }
        ImageKind::Mnist | ImageKind::FashionMnist | ImageKind::Cifar10 => {
            // Enough for the labels that presets ask for.
            let count = 160;
            let [size, _, channels] = facts.shape;
            let classes = &facts.attributes[0].classes;
            let bytes = count * size * size * channels;
            let pixels: Vec<u8> = (0..bytes).map(|i| (i * 7919 % 251) as u8).collect();
            // Every tenth is held out, so labels must not come in tens.
            let labels = (0..count).map(|i| ((i + i / 10) % classes.len()) as u8);
            let labels: Vec<u8> = labels.collect();
            let file = own::write([size, channels], &pixels, &labels, classes).unwrap();
            let images = OwnImages::describe("stand-in", &file).unwrap();
            images.read(&file).unwrap()
        }
    };
    Dataset::images(data, images)
}

/// A trainer after a step: no bias is zero and no statistic as it started.
fn trained(config: &Value) -> Trainer {
    let config = ExperimentConfig::parse(&config.to_string()).unwrap();
    let dataset = dataset(&config);
    let mut trainer = block_on(Trainer::create(config, options(dataset))).unwrap();
    block_on(trainer.train(1)).unwrap();
    trainer
}

fn options(dataset: Dataset) -> Options<'static> {
    Options {
        backend: Choice::Cpu,
        threads: 1,
        tuned: None,
        seed: 0,
        dataset,
        progress: Box::leak(Box::new(|_| {})),
    }
}

#[test]
fn every_preset_answers_in_onnxruntime_as_here() {
    let mut cases = Cases::new("presets");
    for preset in preset::all() {
        let config = json!({ "preset": preset.name, "batch": 8 });
        cases.add(preset.name, &mut trained(&config));
    }
    cases.run();
}

#[test]
fn models_that_ship_answer_in_onnxruntime_as_here() {
    let mut cases = Cases::new("shipped");
    let shipped: [(&str, &[u8]); 2] = [
        (
            "mnist-dcgan",
            include_bytes!("../../lab/models/mnist-dcgan.safetensors"),
        ),
        (
            "faces-dcgan",
            include_bytes!("../../lab/models/faces-dcgan.safetensors"),
        ),
    ];
    for (name, bytes) in shipped {
        let config = Checkpoint::from_bytes(bytes).unwrap().config;
        let trainer = Trainer::load(bytes, options(dataset(&config)));
        cases.add(name, &mut block_on(trainer).unwrap());
    }
    cases.run();
}

/// The layers that presets have none of: convolutions that cut, that join a label at every pixel, blocks, resampling, layers that
/// compare samples.
#[test]
fn every_layer_answers_in_onnxruntime_as_here() {
    let mut cases = Cases::new("layers");
    let layer = |kind: &str| json!({ "kind": kind });
    let conv = |kind: &str, channels: usize, kernel: usize, stride: usize, padding: usize| json!({ "kind": kind, "channels": channels, "kernel": kernel, "stride": stride, "padding": padding });
    let residual = |channels: usize, resample: &str| json!({ "kind": "residual", "channels": channels, "resample": resample, "batch_norm": true });
    let config = json!({
        "preset": "mnist-cgan", "batch": 8,
        "generator": { "layers": [
            layer("condition"),
            { "kind": "maxout", "units": 32, "pieces": 3 },
            { "kind": "dense", "units": 784 },
            layer("softplus"),
            { "kind": "reshape", "shape": [7, 7, 16] },
            residual(8, "up"),
            { "kind": "upsample", "method": "bilinear" },
            { "kind": "average_pool", "size": 2 },
            conv("conv", 16, 5, 1, 2),
            layer("tanh"),
            { "kind": "pixel_shuffle" },
            { "kind": "dropout", "keep": 0.5 },
            // Stride 3 with no padding reaches beyond the image; the kernel of 1 leaves pixels that nothing reaches.
            conv("conv_transpose", 2, 1, 3, 0),
            { "kind": "upsample", "method": "nearest" },
            conv("conv", 4, 7, 6, 3),
            layer("batch_norm"),
            conv("conv_transpose", 1, 3, 1, 1),
            layer("tanh"),
        ] },
        "discriminator": { "spectral_norm": true, "layers": [
            conv("conv", 8, 4, 2, 1),
            layer("leaky_relu"),
            layer("condition"),
            residual(12, "down"),
            layer("sigmoid"),
            layer("minibatch_std"),
            conv("conv", 4, 3, 2, 0),
            { "kind": "minibatch_discrimination", "kernels": 3 },
            layer("relu"),
            { "kind": "dense", "units": 1 },
        ] },
    });
    cases.add("layers", &mut trained(&config));
    cases.run();
}

#[test]
fn what_a_file_cannot_do_is_said() {
    let config = json!({ "preset": "mnist-rbm", "batch": 8 });
    let checkpoint = block_on(trained(&config).checkpoint()).unwrap();
    let refused = |view| ganlet_onnx::export(&checkpoint, Some(view)).unwrap_err();
    assert_eq!(
        refused("gibbs").to_string(),
        "view `gibbs` cannot be a file of ONNX: it draws random numbers; export another view: encode, reconstruct, \
         minus_free_energy"
    );
    assert_eq!(refused("gibbs").code(), ganlet::Code::Unsupported);
    assert_eq!(
        refused("generate").to_string(),
        "this model has no view `generate`; it has gibbs, encode, reconstruct, minus_free_energy"
    );
}
