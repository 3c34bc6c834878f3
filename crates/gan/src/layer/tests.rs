//! Layers against closed forms, computed in f64 by the definition of every op.

mod norm;

use ganlet_core::eval::{Evaluator, Value};
use ganlet_core::grad::grad;
use ganlet_core::{Builder, DType, Init, Tensor};

use super::condition::join;
use super::minibatch_discrimination::{closeness, distances};
use super::minibatch_std::spread;
use super::{
    Features, Learned, Mode, Stack, average_pool, conv, conv_transpose, pixel_shuffle, spectral,
    upsample,
};
use crate::config::{Network, Upsampling};
use crate::error::ConfigError;
use crate::init;
use crate::random::Random;

/// The values of `output` for the values of the inputs, in the order in which they were made.
fn value(b: Builder, inputs: &[Vec<f64>], output: &Tensor) -> Vec<f64> {
    b.entry("f", &[], &[("value", output)]);
    let program = b.build().expect("a well-formed graph");
    let mut evaluator = Evaluator::<f64>::new(&program);
    for (slot, input) in evaluator.inputs.iter_mut().zip(inputs) {
        *slot = Value::Float(input.clone());
    }
    evaluator.run(0)[0].floats().to_vec()
}

/// Numbers without a pattern, in -1 to 1.
fn numbers(len: usize, seed: u32) -> Vec<f64> {
    let numbers = crate::bench::numbers(seed, len, 1.0);
    numbers.into_iter().map(f64::from).collect()
}

fn assert_close(found: &[f64], expected: &[f64]) {
    assert_eq!(found.len(), expected.len());
    for (a, b) in found.iter().zip(expected) {
        assert!((a - b).abs() < 1e-6, "{found:?} {expected:?}");
    }
}

/// What a stack whose parameters are all `value` makes of `x` in training, and the statistics of its batches.
fn in_training(b: &Builder, stack: &Stack, x: &Tensor, value: f64) -> (Features, Vec<Tensor>) {
    let params = b.full(&[stack.params_len()], value);
    let random = Random::new(&b.input("key", &[2], DType::U32));
    let mut mode = Mode::Train {
        random: &random,
        batch_stats: vec![],
    };
    let learned = Learned {
        params: &params,
        spectral: None,
        reference: None,
    };
    let found = stack.forward(learned, x, None, &mut mode);
    let Mode::Train { batch_stats, .. } = mode else {
        unreachable!("the mode stays what it was");
    };
    (found, batch_stats)
}

#[test]
fn a_transposed_convolution_is_the_transpose() {
    // <conv(x, w), y> = <x, conv_transpose(y, w turned and transposed)>, wherever the sizes close.
    for (extent, kernel, stride, padding) in [
        (5, 3, 1, 1),
        (8, 4, 2, 1),
        (7, 3, 2, 0),
        (9, 5, 2, 2),
        (4, 1, 1, 0),
        (7, 7, 3, 3),
    ] {
        let small = (extent + 2 * padding - kernel) / stride + 1;
        let b = Builder::new();
        let x = b.input("x", &[2, extent, extent, 3], DType::F32);
        let y = b.input("y", &[2, small, small, 4], DType::F32);
        let w = b.input("w", &[kernel, kernel, 3, 4], DType::F32);
        let forth = conv(&x, &w, stride, padding);
        assert_eq!(forth.shape(), y.shape());
        let turned = w.flip(&[0, 1]).permute(&[0, 1, 3, 2]);
        let back = conv_transpose(&y, &turned, stride, padding);
        assert_eq!(back.shape(), x.shape());
        let products = Tensor::concat(
            &[
                &(forth * &y).sum_all().reshape(&[1]),
                &(&x * back).sum_all().reshape(&[1]),
            ],
            0,
        );
        let inputs = [x.numel(), y.numel(), w.numel()];
        let inputs: Vec<_> = inputs
            .iter()
            .zip(1..)
            .map(|(&n, s)| numbers(n, s))
            .collect();
        let found = value(b, &inputs, &products);
        assert!(
            found[0].abs() > 1e-3 && (found[0] / found[1] - 1.0).abs() < 1e-9,
            "{found:?}"
        );
    }
}

#[test]
fn images_grow_and_shrink_as_in_other_frameworks() {
    let line = |x: &Tensor, factor, method| upsample(x, factor, method).narrow(1, 0, 1);
    let run = |f: &dyn Fn(&Tensor) -> Tensor, shape: &[usize], x: &[f64]| {
        let b = Builder::new();
        let input = b.input("x", shape, DType::F32);
        let output = f(&input);
        value(b, &[x.to_vec()], &output)
    };
    let copies = run(
        &|x| line(x, 3, Upsampling::Nearest),
        &[1, 1, 2, 1],
        &[1.0, 5.0],
    );
    assert_close(&copies, &[1.0, 1.0, 1.0, 5.0, 5.0, 5.0]);
    // PyTorch: F.interpolate(…, mode="bilinear", align_corners=False).
    let twice = run(
        &|x| line(x, 2, Upsampling::Bilinear),
        &[1, 1, 3, 1],
        &[0.0, 4.0, 8.0],
    );
    assert_close(&twice, &[0.0, 1.0, 3.0, 5.0, 7.0, 8.0]);
    let thrice = run(
        &|x| line(x, 3, Upsampling::Bilinear),
        &[1, 1, 2, 1],
        &[0.0, 3.0],
    );
    assert_close(&thrice, &[0.0, 0.0, 1.0, 2.0, 3.0, 3.0]);
    let both = run(
        &|x| upsample(x, 2, Upsampling::Bilinear),
        &[1, 2, 2, 1],
        &[0.0, 4.0, 8.0, 12.0],
    );
    let rows: Vec<f64> = [0.0, 2.0, 6.0, 8.0]
        .iter()
        .flat_map(|row| [0.0, 1.0, 3.0, 4.0].map(|column| row + column))
        .collect();
    assert_close(&both, &rows);
    let alone = run(
        &|x| upsample(x, 2, Upsampling::Bilinear),
        &[1, 1, 1, 1],
        &[7.0],
    );
    assert_close(&alone, &[7.0; 4]);
    let pooled = run(
        &|x| average_pool(x, 2),
        &[1, 2, 4, 1],
        &[0.0, 2.0, 10.0, 20.0, 4.0, 6.0, 30.0, 40.0],
    );
    assert_close(&pooled, &[3.0, 25.0]);
    let channels: Vec<f64> = (0..8).map(f64::from).collect();
    let shuffled = run(&|x| pixel_shuffle(x, 2), &[1, 1, 1, 8], &channels);
    // [row, column, channel]
    assert_close(&shuffled, &[0.0, 4.0, 1.0, 5.0, 2.0, 6.0, 3.0, 7.0]);
}

#[test]
fn spectral_norm_finds_the_largest_singular_value() {
    // U diag(3, 2, 1) V^T with two reflections, whose largest singular value is 3.
    let reflect = |n: usize, seed: u32| -> Vec<f64> {
        let v = numbers(n, seed);
        let square: f64 = v.iter().map(|a| a * a).sum();
        let entry = |i: usize, j: usize| f64::from(i == j) - 2.0 * v[i] * v[j] / square;
        (0..n * n).map(|k| entry(k / n, k % n)).collect()
    };
    let (left, right) = (reflect(5, 1), reflect(3, 2));
    let sigma = [3.0, 2.0, 1.0];
    let matrix: Vec<f32> = (0..15)
        .map(|k| {
            let (i, j) = (k / 3, k % 3);
            let parts = (0..3).map(|s| left[i * 5 + s] * sigma[s] * right[j * 3 + s]);
            parts.sum::<f64>() as f32
        })
        .collect();
    let b = Builder::new();
    let bytes = |values: &[f32]| Init::Bytes(bytemuck::cast_slice(values).into());
    let w = b.state("w", &[5, 3], DType::F32, bytes(&matrix));
    let u = b.state("u", &[3], DType::F32, bytes(&[0.3, -0.5, 0.2]));
    let (divided, next) = spectral::normalized(&w, &u);
    b.entry("update", &[(&u, &next)], &[("divided", &divided)]);
    let program = b.build().unwrap();
    let mut evaluator = Evaluator::<f64>::new(&program);
    for _ in 0..99 {
        evaluator.run(0);
    }
    let found = evaluator.run(0)[0].floats().to_vec();
    let expected: Vec<f64> = matrix.iter().map(|&x| f64::from(x) / 3.0).collect();
    assert_close(&found, &expected);
}

fn stack(layers: &str, input: &[usize]) -> Result<Stack, ConfigError> {
    let network: Network = serde_json::from_str(&format!(r#"{{"layers": [{layers}]}}"#)).unwrap();
    Stack::new("generator", &network, input, 0)
}

#[test]
fn a_residual_block_whose_convolutions_are_zero_only_resamples() {
    for (resample, extent) in [("none", 4), ("up", 8), ("down", 2)] {
        for norm in [false, true] {
            let layers = format!(
                r#"{{"kind": "residual", "channels": 3, "resample": "{resample}", "batch_norm": {norm}}}"#
            );
            let stack = stack(&layers, &[4, 4, 3]).unwrap();
            assert_eq!(stack.output, [extent, extent, 3]);
            assert_eq!(stack.couples_samples(), norm);
            let b = Builder::new();
            let x = b.input("x", &[2, 48], DType::F32);
            let (Features { output, .. }, _) = in_training(&b, &stack, &x, 0.0);
            let image = x.reshape(&[2, 4, 4, 3]);
            let expected = match resample {
                "up" => upsample(&image, 2, Upsampling::Nearest),
                "down" => average_pool(&image, 2),
                _ => image,
            };
            let difference = output - expected.reshape(&[2, extent * extent * 3]);
            assert_close(
                &value(b, &[numbers(96, 3)], &difference),
                &vec![0.0; 2 * extent * extent * 3],
            );
        }
    }
}

#[test]
fn a_residual_block_that_changes_channels_has_a_kernel_of_one_in_its_shortcut() {
    let block = r#"{"kind": "residual", "channels": 5, "resample": "up", "batch_norm": true}"#;
    let stack = stack(block, &[4, 4, 3]).unwrap();
    let shapes: Vec<(&str, &[usize])> = (stack.params.iter())
        .filter(|p| p.name.ends_with("weight"))
        .map(|p| (p.name.as_str(), p.shape.as_slice()))
        .collect();
    assert_eq!(
        shapes,
        [
            ("0.residual.main.3.conv.weight", &[3, 3, 3, 5][..]),
            ("0.residual.main.6.conv.weight", &[3, 3, 5, 5]),
            ("0.residual.shortcut.0.conv.weight", &[1, 1, 3, 5]),
        ]
    );
    assert_eq!(stack.stats_start.len(), 2 * 3 + 2 * 5);
}

#[test]
fn layers_that_do_not_fit_say_what_comes_before_them() {
    for (layers, input, parts) in [
        (
            r#"{"kind": "conv", "channels": 8, "kernel": 5}"#,
            &[4, 4, 2][..],
            &[
                "generator.layers.0",
                "5 by 5",
                "[4, 4, 2]",
                "smaller kernel",
            ][..],
        ),
        (
            r#"{"kind": "relu"}, {"kind": "conv", "channels": 8, "kernel": 3}"#,
            &[784],
            &["generator.layers.1", "[784]", "reshape"],
        ),
        (
            r#"{"kind": "conv_transpose", "channels": 8, "kernel": 2, "padding": 3}"#,
            &[4, 4, 2],
            &["padding of 3", "[4, 4, 2]", "less padding"],
        ),
        (
            r#"{"kind": "average_pool", "size": 3}"#,
            &[4, 4, 2],
            &["3 by 3", "[4, 4, 2]", "divides"],
        ),
        (
            r#"{"kind": "pixel_shuffle", "factor": 2}"#,
            &[4, 4, 6],
            &["4 does not divide", "[4, 4, 6]", "multiple of 4"],
        ),
        (
            r#"{"kind": "reshape", "shape": [7, 7, 3]}"#,
            &[100],
            &["[100] has 100", "[7, 7, 3] has 147"],
        ),
        (
            r#"{"kind": "residual", "channels": 3, "resample": "down"}"#,
            &[5, 4, 3],
            &["generator.layers.0", "2 by 2", "[5, 4, 3]"],
        ),
        (r#"{"kind": "upsample"}"#, &[7], &["[7]", "reshape"]),
    ] {
        let error = stack(layers, input).unwrap_err().to_string();
        for part in parts {
            assert!(error.contains(part), "{layers}: {error}");
        }
    }
}

/// What networks with a second input of 2 numbers make of 3 samples, and of the same with the second input joined by hand.
#[test]
fn a_condition_is_more_numbers_of_a_row_or_more_channels_of_an_image() {
    let dense = r#"{"kind": "dense", "units": 4}"#;
    let conv = r#"{"kind": "conv", "channels": 2, "kernel": 2}"#;
    let reshape = r#"{"kind": "reshape", "shape": [2, 2, 1]}"#;
    for (layers, input, plain) in [
        (
            format!(r#"{{"kind": "condition"}}, {dense}"#),
            vec![4],
            vec![6],
        ),
        // Before an activation, which is then also of the condition.
        (
            format!(r#"{{"kind": "condition"}}, {{"kind": "tanh"}}, {dense}"#),
            vec![4],
            vec![6],
        ),
        // A dense layer reads a row, whatever shape it had.
        (
            format!(r#"{reshape}, {{"kind": "condition"}}, {dense}"#),
            vec![4],
            vec![6],
        ),
        (
            format!(r#"{reshape}, {{"kind": "condition"}}, {conv}"#),
            vec![4],
            vec![2, 2, 3],
        ),
        (
            format!(r#"{dense}, {{"kind": "condition"}}"#),
            vec![4],
            vec![],
        ),
    ] {
        let network: Network =
            serde_json::from_str(&format!(r#"{{"layers": [{layers}]}}"#)).unwrap();
        let stack = Stack::new("generator", &network, &input, 2).unwrap();
        let b = Builder::new();
        let x = b.input("x", &[3, 4], DType::F32);
        let c = b.input("c", &[3, 2], DType::F32);
        let params = b.input("params", &[stack.params_len()], DType::F32);
        let learned = Learned {
            params: &params,
            spectral: None,
            reference: None,
        };
        let mut mode = Mode::Sample { stats: &params };
        let found = stack.forward(learned, &x, Some(&c), &mut mode);
        assert_eq!(found.last.shape(), [3, stack.last_len]);
        let joined = match plain.len() {
            3 => join(&x.reshape(&[3, 2, 2, 1]), &c),
            _ => Tensor::concat(&[&x, &c], 1),
        };
        let expected = match plain.len() {
            0 => {
                let product = x.matmul(&params.narrow(0, 0, 16).reshape(&[4, 4]));
                Tensor::concat(&[&(product + params.narrow(0, 16, 4)), &c], 1)
            }
            _ => {
                let rest = layers.replace(r#"{"kind": "condition"}, "#, "");
                let rest = rest.replace(&format!("{reshape}, "), "");
                let by_hand = self::stack(&rest, &plain).unwrap();
                by_hand.forward(learned, &joined, None, &mut mode).output
            }
        };
        let difference = (found.output - expected).square().sum_all();
        let inputs = [
            numbers(12, 1),
            numbers(6, 2),
            numbers(stack.params_len(), 3),
        ];
        let found = value(b, &inputs, &difference);
        assert!(found[0] < 1e-20, "{layers}: {found:?}");
    }
}

#[test]
fn a_second_input_and_its_layer_need_each_other() {
    let network = |layers: &str| -> Network {
        serde_json::from_str(&format!(r#"{{"layers": [{layers}]}}"#)).unwrap()
    };
    let condition = r#"{"kind": "condition"}, {"kind": "dense", "units": 2}"#;
    let error = Stack::new("generator", &network(condition), &[3], 0).unwrap_err();
    assert_eq!(error.field, "generator.layers.0");
    let dense = r#"{"kind": "dense", "units": 2}"#;
    let error = Stack::new("generator", &network(dense), &[3], 2).unwrap_err();
    assert_eq!(error.field, "generator.layers");
}

#[test]
fn layers_that_compare_samples_say_how_much_they_differ() {
    let compare = |shape: &[usize], x: &[f64], f: &dyn Fn(&Tensor) -> Tensor| {
        let b = Builder::new();
        let input = b.input("x", shape, DType::F32);
        let output = f(&input);
        value(b, &[x.to_vec()], &output)
    };
    // Deviations of 1 and 3 over the batch.
    let spread = compare(&[2, 2], &[0.0, 1.0, 2.0, 7.0], &spread);
    assert_close(&spread, &[2.0]);
    // Two kernels of two numbers: distances |1| + |2| and 0 between the first two, 10 and more to the third.
    let rows = [
        [0.0, 0.0, 5.0, 5.0],
        [1.0, 2.0, 5.0, 5.0],
        [50.0, 50.0, 50.0, 50.0],
    ];
    let closeness = compare(&[3, 2, 2], &rows.concat(), &|x| closeness(&distances(x)));
    let near = (-3_f64).exp();
    assert_close(&closeness, &[near, 1.0, near, 1.0, 0.0, 0.0]);
}

#[test]
fn samples_that_are_looked_at_one_by_one_get_what_a_batch_had_on_average() {
    for (layer, added) in [
        (r#"{"kind": "minibatch_std"}"#, 1),
        (
            r#"{"kind": "minibatch_discrimination", "kernels": 3, "dims": 2}"#,
            3,
        ),
    ] {
        let layers = format!(r#"{layer}, {{"kind": "dense", "units": 1, "bias": false}}"#);
        let stack = stack(&layers, &[2]).unwrap();
        assert!(stack.couples_samples());
        assert_eq!(stack.stats_start.len(), added, "{layer}");
        let refusal = stack.check_norms(1).unwrap_err().to_string();
        assert!(refusal.contains("field `batch`"), "{refusal}");
        // The last layer adds up what was added to each sample.
        let mut params = vec![0.0; stack.params_len() - added];
        params.extend(vec![1.0; added]);
        let averages = numbers(added, 9);
        let b = Builder::new();
        let x = b.input("x", &[5, 2], DType::F32);
        let learned = b.input("params", &[params.len()], DType::F32);
        let stats = b.input("stats", &[added], DType::F32);
        let learned = Learned {
            params: &learned,
            spectral: None,
            reference: None,
        };
        let mode = &mut Mode::Sample { stats: &stats };
        let found = stack.forward(learned, &x, None, mode).output;
        let inputs = [numbers(10, 3), params, averages.clone()];
        let found = value(b, &inputs, &found);
        assert_close(&found, &[averages.iter().sum(); 5]);
    }
}

#[test]
fn noise_has_its_deviation_while_training_and_is_gone_afterwards() {
    let layers = r#"{"kind": "gaussian_noise", "std": 0.5}, {"kind": "dense", "units": 1}"#;
    let stack = stack(layers, &[2000]).unwrap();
    let noisy = |training: bool| {
        let b = Builder::new();
        let x = b.input("x", &[1, 2000], DType::F32);
        let found = if training {
            in_training(&b, &stack, &x, 1.0).0
        } else {
            let params = b.full(&[stack.params_len()], 1.0);
            let learned = Learned {
                params: &params,
                spectral: None,
                reference: None,
            };
            stack.forward(learned, &x, None, &mut Mode::Sample { stats: &params })
        };
        // What the last layer starts from is the noisy input.
        value(b, &[vec![3.0; 2000]], &found.last)
    };
    assert_close(&noisy(false), &[3.0; 2000]);
    let found = noisy(true);
    let mean = found.iter().sum::<f64>() / 2000.0;
    let square = found.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / 2000.0;
    assert!((mean - 3.0).abs() < 0.05, "{mean}");
    assert!((square.sqrt() - 0.5).abs() < 0.03, "{square}");
}

#[test]
fn weight_norm_keeps_directions_and_makes_every_unit_of_one_length() {
    let network = r#"{"weight_norm": 2.0, "layers": [{"kind": "dense", "units": 2}]}"#;
    let network: Network = serde_json::from_str(network).unwrap();
    let stack = Stack::new("discriminator", &network, &[2], 0).unwrap();
    let b = Builder::new();
    let x = b.input("x", &[2, 2], DType::F32);
    let params = b.input("params", &[stack.params_len()], DType::F32);
    let learned = Learned {
        params: &params,
        spectral: None,
        reference: None,
    };
    let mode = &mut Mode::Sample { stats: &params };
    let found = stack.forward(learned, &x, None, mode).output;
    // Units (3, 4) and (0, -7); biases are left alone.
    let weights = vec![3.0, 0.0, 4.0, -7.0, 10.0, 20.0];
    let found = value(b, &[vec![1.0, 0.0, 0.0, 1.0], weights], &found);
    assert_close(&found, &[11.2, 20.0, 11.6, 18.0]);
}

/// A network's parameters as it starts from `x`, and then what it makes of `x` with them.
fn started(network: &str, x: &[f64], rows: usize) -> (Stack, Vec<f64>, Vec<f64>) {
    let numbers = x.len() / rows;
    let network: Network = serde_json::from_str(network).unwrap();
    let stack = Stack::new("discriminator", &network, &[numbers], 0).unwrap();
    let first = init::parameters(&stack, &network.init, 3, 0, None);
    let first: Vec<f64> = first.into_iter().map(f64::from).collect();
    let run = |params: Vec<f64>, starting: bool| {
        let b = Builder::new();
        let x_in = b.input("x", &[rows, numbers], DType::F32);
        let params_in = b.input("params", &[stack.params_len()], DType::F32);
        let random = Random::new(&b.input("key", &[2], DType::U32));
        let mode = &mut Mode::Train {
            random: &random,
            batch_stats: vec![],
        };
        let learned = Learned {
            params: &params_in,
            spectral: None,
            reference: None,
        };
        let found = match starting {
            true => stack.start(learned, &x_in, None, mode),
            false => stack.forward(learned, &x_in, None, mode).output,
        };
        value(b, &[x.to_vec(), params], &found)
    };
    let params = run(first, true);
    let output = run(params.clone(), false);
    (stack, params, output)
}

/// The mean and deviation of each of `units` over the rows of `x`.
fn of_units(x: &[f64], units: usize) -> Vec<[f64; 2]> {
    let unit = |unit: usize| {
        let values: Vec<f64> = x.iter().skip(unit).step_by(units).copied().collect();
        let count = values.len() as f64;
        let mean = values.iter().sum::<f64>() / count;
        let square = values.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / count;
        [mean, square.sqrt()]
    };
    (0..units).map(unit).collect()
}

/// Salimans and Kingma 2016, section 3: every layer's outputs have mean 0 and deviation 1 over the batch, or what weight norm says.
#[test]
fn a_network_that_starts_from_data_makes_units_of_mean_0_and_its_deviation() {
    let layers = r#""layers": [{"kind": "dense", "units": 6}, {"kind": "relu"}, {"kind": "dense", "units": 4}]"#;
    // Far from the middle, so that a bias is needed.
    let x: Vec<f64> = numbers(32 * 5, 9).iter().map(|x| 3.0 * x + 2.0).collect();
    for (norm, deviation) in [("", 1.0), (r#""weight_norm": 1.5,"#, 1.5)] {
        let network = format!(r#"{{{norm} "data_init": true, {layers}}}"#);
        let (stack, params, output) = started(&network, &x, 32);
        for unit in of_units(&output, 4) {
            assert_close(&unit, &[0.0, deviation]);
        }
        // The first layer alone, by its own weights: `v g / |v|` where the length is kept apart.
        let part = |name: &str| {
            let param = stack.params.iter().find(|param| param.name == name);
            param.map(|param| &params[param.offset..param.offset + param.len()])
        };
        let weight = part("0.dense.weight").unwrap();
        let (bias, gain) = (part("0.dense.bias").unwrap(), part("0.dense.gain"));
        assert_eq!(gain.is_some(), !norm.is_empty());
        let mut made = vec![];
        for row in x.chunks(5) {
            for unit in 0..6 {
                let column = (0..5).map(|i| weight[i * 6 + unit]);
                let length = gain.map_or(1.0, |gain| {
                    deviation * gain[unit] / column.clone().map(|w| w * w).sum::<f64>().sqrt()
                });
                let sum: f64 = column.zip(row).map(|(w, x)| w * x).sum();
                made.push(sum * length + bias[unit]);
            }
        }
        for unit in of_units(&made, 6) {
            assert_close(&unit, &[0.0, deviation]);
        }
    }
}

#[test]
fn channels_start_from_all_their_pixels() {
    let layers = r#"[{"kind": "reshape", "shape": [2, 2, 1]}, {"kind": "conv", "channels": 3, "kernel": 2, "padding": 1}]"#;
    let network = format!(r#"{{"data_init": true, "layers": {layers}}}"#);
    let (_, _, output) = started(&network, &numbers(16 * 4, 6), 16);
    for channel in of_units(&output, 3) {
        assert_close(&channel, &[0.0, 1.0]);
    }
}

/// Data give lengths once, and training turns weights only; unless lengths are learned.
#[test]
fn a_gradient_reaches_lengths_where_they_are_learned() {
    for (network, learned) in [
        (r#""data_init": true"#, false),
        (r#""learned_lengths": true"#, true),
        (r#""data_init": true, "learned_lengths": true"#, true),
    ] {
        let network = format!(
            r#"{{"weight_norm": 2.0, {network}, "layers": [{{"kind": "dense", "units": 2}}]}}"#
        );
        let network: Network = serde_json::from_str(&network).unwrap();
        let stack = Stack::new("discriminator", &network, &[2], 0).unwrap();
        let b = Builder::new();
        let x = b.input("x", &[2, 2], DType::F32);
        let params = b.input("params", &[stack.params_len()], DType::F32);
        let state = Learned {
            params: &params,
            spectral: None,
            reference: None,
        };
        let mode = &mut Mode::Sample { stats: &params };
        let output = stack.forward(state, &x, None, mode).output;
        let slope = grad(&output.sum_all(), &[&params]).remove(0);
        let both = Tensor::concat(&[&output.reshape(&[4]), &slope], 0);
        // Units (3, 4) and (0, -7) of factors 1 and 0.5, and so of lengths 2 and 1; the slope of a factor is what it is a factor of.
        let inputs = [
            vec![1.0, 0.0, 0.0, 1.0],
            vec![3.0, 0.0, 4.0, -7.0, 1.0, 0.5, 10.0, 20.0],
        ];
        let found = value(b, &inputs, &both);
        assert_close(&found[..4], &[11.2, 20.0, 11.6, 19.0]);
        let of_factors = if learned { [2.8, -2.0] } else { [0.0; 2] };
        assert_close(&found[8..10], &of_factors);
    }
}

#[test]
fn lengths_are_learned_only_where_there_are_some() {
    let network = r#"{"learned_lengths": true, "layers": [{"kind": "dense", "units": 2}]}"#;
    let network: Network = serde_json::from_str(network).unwrap();
    let error = Stack::new("discriminator", &network, &[2], 0).unwrap_err();
    assert_eq!(error.field, "discriminator.learned_lengths");
}

/// As the authors of minibatch discrimination start it: the nearest other sample is 2 away on average, by every kernel.
#[test]
fn what_minibatch_discrimination_compares_starts_two_apart() {
    let layers = r#"[{"kind": "minibatch_discrimination", "kernels": 3, "dims": 2}, {"kind": "dense", "units": 1}]"#;
    for norm in ["", r#""weight_norm": 1.0,"#] {
        let network = format!(r#"{{{norm} "data_init": true, "layers": {layers}}}"#);
        let x = numbers(8 * 5, 4);
        let (stack, params, _) = started(&network, &x, 8);
        let weight = &params[..30];
        let gain = stack.params[1]
            .name
            .ends_with("gain")
            .then(|| &params[30..36]);
        let compared = |row: &[f64], unit: usize| {
            let column = (0..5).map(|i| weight[i * 6 + unit]);
            let length = gain.map_or(1.0, |gain| {
                gain[unit] / column.clone().map(|w| w * w).sum::<f64>().sqrt()
            });
            column.zip(row).map(|(w, x)| w * x).sum::<f64>() * length
        };
        for kernel in 0..3 {
            let distance = |a: &[f64], b: &[f64]| -> f64 {
                (2 * kernel..2 * kernel + 2)
                    .map(|unit| (compared(a, unit) - compared(b, unit)).abs())
                    .sum()
            };
            let rows: Vec<&[f64]> = x.chunks(5).collect();
            let nearest = |i: usize| {
                let others = (0..8).filter(|&j| j != i);
                let distances = others.map(|j| distance(rows[i], rows[j]));
                distances.fold(f64::INFINITY, f64::min)
            };
            let mean = (0..8).map(nearest).sum::<f64>() / 8.0;
            assert!((mean - 2.0).abs() < 1e-6, "{mean}");
        }
    }
}

/// Where the batch says nothing of a unit's length, the unit keeps it, and every number stays finite.
#[test]
fn a_unit_that_makes_the_same_of_all_samples_keeps_its_length() {
    let layers = r#"[{"kind": "minibatch_discrimination", "kernels": 2, "dims": 2}, {"kind": "dense", "units": 3}]"#;
    let network = format!(r#"{{"data_init": true, "layers": {layers}}}"#);
    let same = [0.5, -1.0].repeat(4);
    let (stack, params, output) = started(&network, &same, 4);
    let first = init::parameters(&stack, &crate::config::Init::default(), 3, 0, None);
    let weights = stack.params_len() - 3;
    let first: Vec<f64> = first[..weights].iter().copied().map(f64::from).collect();
    assert_close(&params[..weights], &first);
    // The bias takes the mean away all the same.
    assert_close(&output, &[0.0; 12]);
}
