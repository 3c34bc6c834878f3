//! Games played for a short while on the CPU backend, each with a number to reach.

mod start;

use ganlet::ExperimentConfig;
use ganlet::checkpoint::CheckpointError;
use ganlet::data::{ImageKind, ImageSet, Images};
use ganlet::model::{Dataset, Traced, entry};
use ganlet::trainer::{Error, Trainer};
use ganlet_core::eval::{Evaluator, Value};
use pollster::block_on;
use serde_json::json;
use start::options;

fn open(config: &str, seed: u32) -> Result<Trainer, Error> {
    open_on(config, seed, Dataset::None)
}

fn open_on(config: &str, seed: u32, dataset: Dataset) -> Result<Trainer, Error> {
    let options = options(seed, dataset);
    block_on(Trainer::create(ExperimentConfig::parse(config)?, options))
}

/// Images of 8 by 8 pixels: a bright square in the upper left, or in the lower right.
fn squares() -> Dataset {
    let file = |magic: u8, sizes: &[u32], bytes: Vec<u8>| {
        let header = [0, 0, 8, magic].into_iter();
        let sizes = sizes.iter().flat_map(|n| n.to_be_bytes());
        header.chain(sizes).chain(bytes).collect::<Vec<u8>>()
    };
    let count = 120;
    let image = |i: u32| (0..64).map(move |p| if square(i % 2)[p] > 0.0 { 255 } else { 0 });
    let pixels = file(3, &[count, 8, 8], (0..count).flat_map(image).collect());
    let labels = file(1, &[count], (0..count).map(|i| (i % 2) as u8).collect());
    let attribute = &ImageKind::Mnist.facts().attributes[0];
    let images = Images::from_idx(("images", &pixels), ("labels", &labels), attribute).unwrap();
    Dataset::Images(ImageSet {
        train: images.clone(),
        test: images,
    })
}

/// One of the two images of [`squares`], -1 to 1.
fn square(which: u32) -> [f32; 64] {
    let range = if which == 0 { 1..4 } else { 4..7 };
    std::array::from_fn(|p| {
        if range.contains(&(p / 8)) && range.contains(&(p % 8)) {
            1.0
        } else {
            -1.0
        }
    })
}

fn load(bytes: &[u8]) -> Result<Trainer, Error> {
    let options = options(0, Dataset::None);
    block_on(Trainer::load(bytes, options))
}

/// A preset with two hidden layers on both sides, made small: nets of 64 units, batches of 64.
fn small(preset: &str) -> String {
    let dense = |units: usize| json!({ "kind": "dense", "units": units });
    let dim = if preset == "line-1d" { 1 } else { 2 };
    let net = |activation: &str, out: usize| {
        let activation = json!({ "kind": activation });
        json!({ "layers": [dense(64), activation, dense(64), activation, dense(out)] })
    };
    let config = json!({
        "preset": preset, "batch": 64, "generator": net("relu", dim), "discriminator": net("leaky_relu", 1),
    });
    config.to_string()
}

#[test]
fn the_ring_is_covered() {
    let mut trainer = open(&small("ring"), 0).unwrap();
    let before = block_on(trainer.evaluate(&mut |_| {})).unwrap();
    block_on(trainer.train(1500)).unwrap();
    let after = block_on(trainer.evaluate(&mut |_| {})).unwrap();
    assert!(after["modes"] >= 7.0, "{after:?}");
    assert!(
        after["js"] < before["js"] - 0.1,
        "before {before:?}, after {after:?}"
    );
}

#[test]
fn the_plain_game_collapses() {
    let mut trainer = open(&small("ring-collapse"), 0).unwrap();
    block_on(trainer.train(1500)).unwrap();
    let metrics = block_on(trainer.evaluate(&mut |_| {})).unwrap();
    assert!(metrics["modes"] <= 3.0, "{metrics:?}");
}

#[test]
fn the_line_is_matched() {
    let mut trainer = open(&small("line-1d"), 0).unwrap();
    block_on(trainer.train(1000)).unwrap();
    let metrics = block_on(trainer.evaluate(&mut |_| {})).unwrap();
    assert!(metrics["js"] < 0.15, "{metrics:?}");
}

/// Both ways to convolve, batch norm over channels, residual blocks, spectral norm: small enough for a test.
fn tiny(preset: &str, generator: &str, discriminator: &str) -> String {
    format!(
        r#"{{"preset": "{preset}", "prior": {{"dim": 4}}, "batch": 16, "generator": {{"init": {{"kind": "he"}}, "layers": [
            {{"kind": "dense", "units": 64}}, {{"kind": "reshape", "shape": [4, 4, 4]}}, {generator},
            {{"kind": "tanh"}}]}}, "discriminator": {{"init": {{"kind": "he"}}, "layers": [{discriminator},
            {{"kind": "dense", "units": 1}}]}}, "g_optimizer": {{"lr": 0.003}}, "d_optimizer": {{"lr": 0.003}}}}"#
    )
}

#[test]
fn convolutions_draw_both_squares() {
    let dcgan = tiny(
        "mnist-dcgan",
        r#"{"kind": "batch_norm"}, {"kind": "relu"},
           {"kind": "conv_transpose", "channels": 1, "kernel": 4, "stride": 2, "padding": 1}"#,
        r#"{"kind": "conv", "channels": 8, "kernel": 4, "stride": 2, "padding": 1}, {"kind": "leaky_relu"}"#,
    );
    let sngan = tiny(
        "mnist-sngan",
        r#"{"kind": "residual", "channels": 4, "resample": "up", "batch_norm": true}, {"kind": "relu"},
           {"kind": "conv", "channels": 1, "kernel": 3, "padding": 1}"#,
        r#"{"kind": "conv", "channels": 4, "kernel": 3, "padding": 1},
           {"kind": "residual", "channels": 8, "resample": "down"}, {"kind": "relu"}"#,
    );
    for config in [dcgan, sngan] {
        let mut trainer = open_on(&config, 0, squares()).unwrap();
        block_on(trainer.train(400)).unwrap();
        let samples = block_on(trainer.sample(100)).unwrap();
        // Samples near each image: less than 0.2 away in the mean of squares, where a blank image is 0.56 away.
        let mut near = [0; 2];
        for sample in samples.chunks_exact(64) {
            for (which, count) in (0..).zip(&mut near) {
                let pairs = sample.iter().zip(square(which));
                let distance: f32 = pairs.map(|(a, b)| (a - b).powi(2)).sum::<f32>() / 64.0;
                *count += i32::from(distance < 0.2);
            }
        }
        assert!(
            near[0] + near[1] >= 70 && near.iter().all(|&n| n >= 10),
            "{config}: {near:?}"
        );
    }
}

#[test]
fn the_first_losses_of_the_benchmarks_are_those_of_every_peer() {
    // D and G losses of the first three steps; every library of the peers' suite agrees on them. PyTorch does to all these
    // digits. The last game is the hard one: some hidden units of its critic are active for all samples, so their biases have a
    // gradient of exactly zero; Adam divides what rounding leaves of it by its own size, and the penalty jumps where such a
    // bias moves a unit across its kink.
    let expected = [
        (
            "bench-mlp",
            [[1.37390, 0.84291], [1.34491, 0.84168], [1.28527, 0.87301]],
        ),
        (
            "bench-dcgan",
            [[1.55989, 0.93160], [1.32991, 0.90352], [1.43310, 0.90082]],
        ),
        (
            "bench-ring",
            [[1.45357, 0.76895], [1.43257, 0.75017], [1.40682, 0.72561]],
        ),
        (
            "bench-wgan-gp",
            [[2.10243, 0.17797], [1.84844, 0.06194], [1.59198, -0.00112]],
        ),
    ];
    for (preset, steps) in expected {
        let mut trainer = open(preset, 0).unwrap();
        for (step, losses) in steps.iter().enumerate() {
            let row = block_on(trainer.train(1)).unwrap();
            for (got, want) in row.values.iter().zip(losses) {
                assert!(
                    (f64::from(*got) - want).abs() < 1e-4,
                    "{preset} step {step}: {:?} {losses:?}",
                    row.values
                );
            }
        }
    }
}

#[test]
fn the_first_losses_under_a_gradient_penalty_are_those_of_the_reference() {
    let config = ExperimentConfig::preset("bench-wgan-gp").unwrap();
    let game = Traced::new(&config, &Dataset::None, 0, u64::MAX).unwrap();
    let program = &game.program;
    let mut reference = Evaluator::<f64>::new(program);
    let hyper: Vec<f64> = game.hyper.values().into_iter().map(f64::from).collect();
    let input = program.inputs.iter().position(|i| i.name == "hyper");
    reference.inputs[input.unwrap()] = Value::Float(hyper);
    let train = program.entries.iter().position(|e| e.name == entry::TRAIN);
    let ring = program.states.iter().position(|s| s.name == "metrics");
    let mut trainer = open("bench-wgan-gp", 0).unwrap();
    for step in 0..3 {
        reference.run(train.unwrap());
        let metrics = &reference.states[ring.unwrap()].floats()[step * game.metrics.len()..];
        let row = block_on(trainer.train(1)).unwrap();
        for ((metric, got), want) in game.metrics.iter().zip(&row.values).zip(metrics) {
            assert!(
                (f64::from(*got) - want).abs() < 1e-4,
                "step {step}, {}: {got} instead of {want}",
                metric.name
            );
        }
    }
}

#[test]
fn the_same_seed_gives_the_same_bits() {
    let mut first = open("ring", 5).unwrap();
    let mut second = open("ring", 6).unwrap();
    block_on(first.train(20)).unwrap();
    block_on(second.train(20)).unwrap();
    assert_ne!(
        block_on(first.sample(8)).unwrap(),
        block_on(second.sample(8)).unwrap()
    );
    block_on(second.reset(5)).unwrap();
    block_on(second.train(20)).unwrap();
    assert_eq!(
        block_on(first.save()).unwrap(),
        block_on(second.save()).unwrap()
    );
}

#[test]
fn a_saved_game_goes_on_bit_for_bit() {
    let batch_norm = r#"{"preset": "ring", "batch": 32, "generator": {"layers": [
        {"kind": "dense", "units": 16}, {"kind": "batch_norm"}, {"kind": "relu"}, {"kind": "dense", "units": 2}]}}"#;
    let spectral = r#"{"preset": "ring", "batch": 32, "cost": "hinge", "discriminator": {"spectral_norm": true}}"#;
    for config in [batch_norm, spectral, "ring-wgan-gp", "bench-ring"] {
        let mut trainer = open(config, 1).unwrap();
        block_on(trainer.train(7)).unwrap();
        block_on(trainer.step_update("d")).unwrap();
        let saved = block_on(trainer.save()).unwrap();
        let mut resumed = load(&saved).unwrap();
        assert_eq!(resumed.info().step, 7);
        for trainer in [&mut trainer, &mut resumed] {
            block_on(trainer.train(20)).unwrap();
        }
        assert_eq!(
            block_on(trainer.save()).unwrap(),
            block_on(resumed.save()).unwrap(),
            "{config}"
        );
    }
}

#[test]
fn a_manual_step_moves_one_player_only() {
    let mut trainer = open("ring", 0).unwrap();
    let norms = trainer
        .metrics()
        .iter()
        .map(|metric| metric.name)
        .enumerate();
    let norms: Vec<usize> = norms
        .filter(|(_, n)| n.ends_with("grad_norm"))
        .map(|(i, _)| i)
        .collect();
    let before = block_on(trainer.sample(16)).unwrap();
    let row = block_on(trainer.step_update("d")).unwrap();
    assert!(norms.iter().all(|&i| row.values[i] > 0.0), "{row:?}");
    assert_eq!(
        block_on(trainer.sample(16)).unwrap(),
        before,
        "a step of D leaves G alone"
    );
    let verdict = block_on(trainer.discriminate(&before)).unwrap();
    let row = block_on(trainer.step_update("g")).unwrap();
    assert!(norms.iter().all(|&i| row.values[i] > 0.0), "{row:?}");
    assert_eq!(
        block_on(trainer.discriminate(&before)).unwrap(),
        verdict,
        "a step of G leaves D alone"
    );
    assert_ne!(block_on(trainer.sample(16)).unwrap(), before);
}

#[test]
fn a_round_of_moves_is_one_step() {
    let config = r#"{"preset": "ring", "batch": 16, "schedule": {"d_steps": 2}}"#;
    let mut trainer = open(config, 0).unwrap();
    block_on(trainer.train(3)).unwrap();
    let round = ["d", "d", "g"];
    let mut latest = vec![];
    for player in round.into_iter().chain(round) {
        let before = trainer.info().step;
        let row = block_on(trainer.step_update(player)).unwrap();
        let after = before + u64::from(player == "g");
        assert_eq!((row.step, trainer.info().step), (before, after));
        latest = row.values;
    }
    // A step has one row: that of the last move.
    let steps: Vec<u64> = trainer.history(0).map(|row| row.step).collect();
    assert_eq!(steps, [0, 1, 2, 3, 4]);
    assert_eq!(trainer.history(4).next().unwrap().values, latest);

    // In the middle of a round: the file knows the step, and where the device records its next row.
    block_on(trainer.step_update("d")).unwrap();
    let saved = block_on(trainer.save()).unwrap();
    let mut resumed = load(&saved).unwrap();
    assert_eq!(resumed.info().step, 5);
    for trainer in [&mut trainer, &mut resumed] {
        block_on(trainer.train(300)).unwrap();
    }
    assert_eq!(trainer.info().step, 305);
    assert!(trainer.history(5).eq(resumed.history(5)));
}

#[test]
fn divergence_in_the_middle_of_rounds_goes_back_to_a_whole_number_of_them() {
    let config = r#"{"preset": "ring", "cost": "wasserstein", "g_optimizer": {"kind": "sgd", "lr": 0.0001},
                   "d_optimizer": {"kind": "sgd", "lr": 0.0001}}"#;
    let mut trainer = open(config, 0).unwrap();
    block_on(trainer.train(2)).unwrap();
    trainer.set("d_optimizer.lr", json!(0.3)).unwrap();
    for round in 2..1000 {
        for player in ["d", "g"] {
            let Err(error) = block_on(trainer.step_update(player)) else {
                continue;
            };
            let Error::Diverged { step, restored, .. } = error else {
                panic!("{error}")
            };
            assert_eq!(trainer.info().step, restored);
            // The costs of a move are those of the parameters before it.
            assert!(
                step == restored + 1 && (round - 1..=round).contains(&restored),
                "{error} in round {round}"
            );
            let samples = block_on(trainer.sample(64)).unwrap();
            assert!(samples.iter().all(|x| x.is_finite()));
            // It plays on from there: each row is of its own step.
            let saved = block_on(trainer.save()).unwrap();
            let (row, again) = (
                block_on(trainer.train(1)),
                block_on(load(&saved).unwrap().train(1)),
            );
            assert_eq!(row.ok(), again.ok());
            return;
        }
    }
    panic!("it did not diverge");
}

#[test]
fn divergence_goes_back_to_the_last_good_step() {
    let mut trainer = open("ring", 0).unwrap();
    block_on(trainer.train(30)).unwrap();
    // A Wasserstein critic without a penalty and an absurd rate overflows within a few dozen steps.
    let wild = r#"{"preset": "ring", "cost": "wasserstein", "g_optimizer": {"kind": "sgd", "lr": 10.0},
                   "d_optimizer": {"kind": "sgd", "lr": 10.0}}"#;
    let mut trainer = open(wild, 0).unwrap();
    let error = block_on(trainer.train(1000)).unwrap_err();
    let Error::Diverged {
        step,
        restored,
        ref tensor,
        ref lost,
    } = error
    else {
        panic!("{error}")
    };
    // Every step that was taken has its row: those that stay in the history, then how it went wrong.
    let kept = trainer.history(0).map(|row| row.step);
    let steps: Vec<u64> = kept.chain(lost.iter().map(|row| row.step)).collect();
    assert!(
        steps.iter().copied().eq(0..steps.len() as u64) && lost[0].step == restored,
        "{steps:?}"
    );
    let (last, before) = lost.split_last().unwrap();
    let finite = |values: &[f32]| values.iter().all(|value| value.is_finite());
    assert!(!finite(&last.values) && before.iter().all(|row| finite(&row.values)));
    assert!(
        step == restored + 1 && step < 1000 && !tensor.is_empty(),
        "{error}"
    );
    assert_eq!(trainer.info().step, restored);
    let samples = block_on(trainer.sample(64)).unwrap();
    assert!(
        samples.iter().all(|x| x.is_finite()),
        "the restored generator is finite"
    );
    assert!(error.to_string().contains("learning rate"), "{error}");
}

#[test]
fn live_fields_change_and_structural_ones_say_so() {
    let mut trainer = open("ring", 0).unwrap();
    trainer.set("d_optimizer.lr", json!(0.0)).unwrap();
    let probe = block_on(trainer.real(16, 0)).unwrap();
    let verdict = block_on(trainer.discriminate(&probe)).unwrap();
    block_on(trainer.train(3)).unwrap();
    assert_eq!(
        block_on(trainer.discriminate(&probe)).unwrap(),
        verdict,
        "with rate 0 D stays"
    );
    for (path, value, part) in [
        ("batch", json!(64), "create a new trainer"),
        ("d_optimizer.lr", json!(-1.0), "d_optimizer.lr"),
        ("d_optimizer.rate", json!(1.0), "d_optimizer.rate"),
        ("nonsense", json!(1), "nonsense"),
    ] {
        let error = trainer.set(path, value).unwrap_err().to_string();
        assert!(error.contains(part), "{path}: {error}");
    }
    // Several at once, or none of them.
    let before = trainer.config().clone();
    let with = |changes: serde_json::Value| before.with(&changes).unwrap();
    let error = trainer.change(with(
        json!({ "steps": 7, "g_optimizer": { "lr": 0.5 }, "batch": 64 }),
    ));
    assert!(error.unwrap_err().to_string().contains("`batch`"));
    assert_eq!(*trainer.config(), before);
    let both = with(json!({ "steps": 7, "g_optimizer": { "lr": 0.5 } }));
    trainer.change(both.clone()).unwrap();
    assert_eq!(*trainer.config(), both);
}

#[test]
fn bad_configs_name_the_field() {
    for (config, part) in [
        (r#"{"preset": "ring", "batch": 0}"#, "`batch`"),
        (r#"{"preset": "ring", "bach": 1}"#, "bach"),
        (
            r#"{"preset": "ring", "data": {"kind": "ring", "modes": 0}}"#,
            "data.modes",
        ),
        (
            r#"{"preset": "ring", "generator": {"layers": [{"kind": "dense", "units": 3}]}}"#,
            "generator.layers.0",
        ),
        (
            r#"{"preset": "ring", "discriminator": {"layers": [{"kind": "relu"}]}}"#,
            "discriminator.layers",
        ),
        (
            r#"{"preset": "ring", "generator": {"layers": [{"kind": "dens"}]}}"#,
            "generator.layers",
        ),
        (
            r#"{"preset": "bench-dcgan", "discriminator": {"layers": [
                {"kind": "conv", "channels": 8, "kernel": 4}, {"kind": "dense", "units": 1}]}}"#,
            "[784] comes before it",
        ),
        (
            r#"{"preset": "bench-dcgan", "discriminator": {"layers": [{"kind": "reshape", "shape": [28, 28, 1]},
                {"kind": "conv", "channels": 8, "kernel": 29}, {"kind": "dense", "units": 1}]}}"#,
            "29 by 29 does not fit into [28, 28, 1]",
        ),
        (
            r#"{"preset": "bench-dcgan", "discriminator": {"layers": [{"kind": "reshape", "shape": [28, 28, 1]},
                {"kind": "conv", "channels": 8, "kernel": 4, "stride": 0}, {"kind": "dense", "units": 1}]}}"#,
            "`discriminator.layers.1.stride`: 0 stride; use 1 to 8",
        ),
        (
            r#"{"preset": "bench-dcgan", "generator": {"layers": [
                {"kind": "dense", "units": 784}, {"kind": "reshape", "shape": [14, 14, 5]}]}}"#,
            "`generator.layers.1`: [784] has 784",
        ),
        (
            r#"{"preset": "bench-dcgan", "batch": 8192, "generator": {"layers": [
                {"kind": "dense", "units": 65536}, {"kind": "reshape", "shape": [16, 16, 256]},
                {"kind": "upsample", "factor": 4}, {"kind": "dense", "units": 784}]}}"#,
            "`generator.layers.2`: a batch of 8192 samples of [64, 64, 256] takes 32768 MiB",
        ),
        (
            r#"{"preset": "bench-dcgan", "generator": {"layers": [
                {"kind": "dense", "units": 65536}, {"kind": "dense", "units": 65536}]}}"#,
            "`generator.layers.1`: [65536] needs a weight of [65536, 65536]",
        ),
        (
            r#"{"preset": "ring-wgan-gp", "discriminator": {"layers": [{"kind": "reshape", "shape": [1, 1, 2]},
                {"kind": "residual", "channels": 2, "batch_norm": true}, {"kind": "dense", "units": 1}]}}"#,
            "residual mixes the samples",
        ),
        (
            r#"{"preset": "ring", "batch": 1, "gradient_penalty": null, "discriminator": {"layers": [
                {"kind": "dense", "units": 8}, {"kind": "batch_norm"}, {"kind": "relu"}, {"kind": "dense", "units": 1}]}}"#,
            "`batch`: 1 sample, and discriminator.layers.1 compares the samples",
        ),
        (
            r#"{"preset": "ring", "batch": 1, "generator": {"layers": [
                {"kind": "dense", "units": 8}, {"kind": "batch_norm"}, {"kind": "relu"}, {"kind": "dense", "units": 2}]}}"#,
            "generator.layers.1 compares the samples",
        ),
        (r#"{"preset": "ring", "#, "config"),
        ("rong", "rong"),
        (r#"{"preset": "mnist-mlp"}"#, "have not been loaded"),
    ] {
        let error = open(config, 0)
            .err()
            .unwrap_or_else(|| panic!("{config} is accepted"))
            .to_string();
        assert!(error.contains(part), "{config}: {error}");
    }
}

#[test]
fn what_is_not_finite_gives_nan_and_its_neighbours_are_as_before() {
    let mut trainer = open("ring", 0).unwrap();
    let whole = [0.5_f32, -1.0, 0.25, 2.0];
    let right = block_on(trainer.generate(&whole)).unwrap();
    let right_verdicts = block_on(trainer.discriminate(&whole)).unwrap();
    for bad in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
        let rows = [0.5, -1.0, bad, 0.0, 0.0, bad, 0.25, 2.0];
        let made = block_on(trainer.generate(&rows)).unwrap();
        assert_eq!([&made[..2], &made[6..]].concat(), right);
        assert!(made[2..6].iter().all(|x| x.is_nan()), "{made:?}");
        let verdicts = block_on(trainer.discriminate(&rows)).unwrap();
        assert_eq!([verdicts[0], verdicts[3]], right_verdicts[..]);
        assert!(verdicts[1].is_nan() && verdicts[2].is_nan(), "{verdicts:?}");
    }
}

#[test]
fn a_checkpoint_with_nan_is_refused_by_the_name_of_the_tensor() {
    let mut trainer = open("ring", 0).unwrap();
    block_on(trainer.train(3)).unwrap();
    let samples = block_on(trainer.sample(4)).unwrap();
    let saved = block_on(trainer.save()).unwrap();
    // Where a tensor's numbers start in a safetensors file: 8 bytes of length, the header, then the data.
    let header_len = u64::from_le_bytes(saved[..8].try_into().unwrap()) as usize;
    let header: serde_json::Value = serde_json::from_slice(&saved[8..8 + header_len]).unwrap();
    let start = |name: &str| {
        let offset = header[name]["data_offsets"][0].as_u64().unwrap();
        8 + header_len + offset as usize
    };
    for (state, element, value, tensor) in [
        ("g.params", 0, f32::NAN, "g.0.dense.weight"),
        ("d.params", 0, f32::INFINITY, "d.0.dense.weight"),
        ("d.square", 7, f32::NAN, "d.square"),
    ] {
        let mut bytes = saved.clone();
        let at = start(state) + 4 * element;
        bytes[at..at + 4].copy_from_slice(&value.to_le_bytes());
        let error = load(&bytes).err().unwrap().to_string();
        assert!(error.contains(&format!("`{tensor}`")), "{error}");
        let checkpoint = ganlet::checkpoint::Checkpoint::from_bytes(&bytes).unwrap();
        assert!(trainer.restore(&checkpoint).is_err());
        assert_eq!(block_on(trainer.sample(4)).unwrap(), samples);
    }
    // A mean of squares that has overflowed stops its parameter, and nothing else.
    let mut bytes = saved.clone();
    let at = start("d.square");
    bytes[at..at + 4].copy_from_slice(&f32::INFINITY.to_le_bytes());
    assert!(load(&bytes).is_ok());
}

#[test]
fn bad_checkpoints_say_what_is_wrong() {
    let mut trainer = open("ring", 0).unwrap();
    let saved = block_on(trainer.save()).unwrap();
    let kind = |bytes: &[u8]| match load(bytes).err() {
        Some(Error::Checkpoint(error)) => error,
        Some(other) => panic!("{other}"),
        None => panic!("a bad checkpoint was accepted"),
    };
    assert!(matches!(
        kind(&saved[..saved.len() - 8]),
        CheckpointError::Damaged(_)
    ));
    assert!(matches!(
        kind(b"not a checkpoint"),
        CheckpointError::Damaged(_)
    ));
    let patched = |from: &str, to: &str| {
        let at = saved
            .windows(from.len())
            .position(|w| w == from.as_bytes())
            .unwrap();
        let mut bytes = saved.clone();
        bytes[at..at + from.len()].copy_from_slice(to.as_bytes());
        bytes
    };
    assert!(matches!(
        kind(&patched(r#"\"version\":1"#, r#"\"version\":9"#)),
        CheckpointError::Newer { found: 9 }
    ));
    assert!(matches!(
        kind(&patched(r#""ganlet":"#, r#""gunlet":"#)),
        CheckpointError::Foreign
    ));
    assert!(matches!(
        kind(&patched(r#"\"batch\":256"#, r#"\"batch\":  0"#)),
        CheckpointError::Config(_)
    ));
    let mut other = open("grid", 0).unwrap();
    let checkpoint = ganlet::checkpoint::Checkpoint::from_bytes(&saved).unwrap();
    assert!(matches!(
        other.restore(&checkpoint),
        Err(Error::Checkpoint(CheckpointError::Mismatch { .. }))
    ));
}
