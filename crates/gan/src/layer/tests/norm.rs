//! Normalizations.

use super::*;
use crate::layer::batch_norm::{Moments, all_but_last, moments};

#[test]
fn batch_norm_normalizes_each_channel_over_batch_and_image() {
    let stack = stack(
        r#"{"kind": "batch_norm"}, {"kind": "dense", "units": 1, "bias": false}"#,
        &[2, 2, 3],
    )
    .unwrap();
    let b = Builder::new();
    let x = b.input("x", &[5, 2, 2, 3], DType::F32);
    let Moments { mean, variance, .. } = moments(&x, &all_but_last(&x));
    assert_eq!(
        (mean.shape(), variance.shape()),
        (vec![1, 1, 1, 3], vec![1, 1, 1, 3])
    );
    assert_eq!(stack.params[0].shape, [3]);
    let normalized = (&x - mean) * (variance + 1e-12).sqrt().recip();
    let Moments { mean, variance, .. } = moments(&normalized, &all_but_last(&normalized));
    let both = Tensor::concat(&[&mean.reshape(&[3]), &variance.reshape(&[3])], 0);
    let inputs: Vec<f64> = numbers(60, 4).iter().map(|v| 3.0 * v + 1.0).collect();
    assert_close(&value(b, &[inputs], &both), &[0.0, 0.0, 0.0, 1.0, 1.0, 1.0]);
}

/// What a stack of one normalization makes of `x`, with scales of 1 and shifts of 0.
fn normalized(
    kind: &str,
    sample: &[usize],
    reference: Option<usize>,
    inputs: &[Vec<f64>],
) -> Vec<f64> {
    let stack = stack(&format!(r#"{{"kind": "{kind}", "eps": 1e-12}}"#), sample).unwrap();
    assert_eq!(stack.references, reference.is_some());
    let b = Builder::new();
    let len: usize = sample.iter().product();
    let x = b.input("x", &[inputs[0].len() / len, len], DType::F32);
    let given = reference.map(|rows| b.input("reference", &[rows, len], DType::F32));
    let (scale, shift) = (
        b.full(&[stack.params_len() / 2], 1.0),
        b.full(&[stack.params_len() / 2], 0.0),
    );
    let params = Tensor::concat(&[&scale, &shift], 0);
    let learned = Learned {
        params: &params,
        spectral: None,
        reference: given.as_ref(),
    };
    let mut mode = Mode::Sample { stats: &params };
    let output = stack.forward(learned, &x, None, &mut mode).output;
    value(b, inputs, &output)
}

fn standardized(values: &[f64]) -> Vec<f64> {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    let variance = values.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / n;
    values
        .iter()
        .map(|v| (v - mean) / variance.sqrt())
        .collect()
}

#[test]
fn layer_norm_standardizes_each_sample_and_instance_norm_each_channel_of_it() {
    let x: Vec<f64> = numbers(3 * 12, 9).iter().map(|v| 5.0 * v - 2.0).collect();
    let rows: Vec<f64> = x.chunks(12).flat_map(standardized).collect();
    assert_close(
        &normalized("layer_norm", &[2, 2, 3], None, std::slice::from_ref(&x)),
        &rows,
    );
    let mut channels = vec![0.0; x.len()];
    for (i, sample) in x.chunks(12).enumerate() {
        for channel in 0..3 {
            let own: Vec<f64> = sample.iter().skip(channel).step_by(3).copied().collect();
            for (pixel, v) in standardized(&own).into_iter().enumerate() {
                channels[i * 12 + pixel * 3 + channel] = v;
            }
        }
    }
    assert_close(
        &normalized("instance_norm", &[2, 2, 3], None, &[x]),
        &channels,
    );
}

#[test]
fn a_reference_batch_alone_or_with_the_sample_itself_standardizes_it() {
    let x: Vec<f64> = numbers(4, 2).iter().map(|v| 3.0 * v + 7.0).collect();
    let reference: Vec<f64> = numbers(5, 6).iter().map(|v| 2.0 * v - 1.0).collect();
    let inputs = [x.clone(), reference.clone()];
    let mean = reference.iter().sum::<f64>() / 5.0;
    let variance = reference.iter().map(|r| (r - mean).powi(2)).sum::<f64>() / 5.0;
    let by_reference: Vec<f64> = x.iter().map(|v| (v - mean) / variance.sqrt()).collect();
    assert_close(
        &normalized("reference_batch_norm", &[1], Some(5), &inputs),
        &by_reference,
    );
    // Each sample is the last of a batch of six, of which it alone is wanted.
    let with_it = |&v: &f64| {
        *standardized(&[&reference[..], &[v]].concat())
            .last()
            .unwrap()
    };
    let with_each: Vec<f64> = x.iter().map(with_it).collect();
    assert_close(
        &normalized("virtual_batch_norm", &[1], Some(5), &inputs),
        &with_each,
    );
}

#[test]
fn running_statistics_take_the_unbiased_variance() {
    let stack = stack(r#"{"kind": "batch_norm"}"#, &[3]).unwrap();
    let b = Builder::new();
    let x = b.input("x", &[4, 3], DType::F32);
    let (_, batch_stats) = in_training(&b, &stack, &x, 1.0);
    // PyTorch: x.mean(0) and x.var(0).
    let columns = [[1.0, 3.0, 3.0, 5.0], [0.0, 0.0, 4.0, 0.0], [-1.0; 4]];
    let x: Vec<f64> = (0..12).map(|i| columns[i % 3][i / 3]).collect();
    let both = Tensor::concat(&[&batch_stats[0], &batch_stats[1]], 0);
    let expected = [3.0, 1.0, -1.0, 8.0 / 3.0, 4.0, 0.0];
    assert_close(&value(b, &[x], &both), &expected);
}

#[test]
fn a_batch_norm_with_one_number_a_channel_is_refused() {
    let dense = r#"{"kind": "dense", "units": 3}, {"kind": "batch_norm"}"#;
    let image = r#"{"kind": "batch_norm"}, {"kind": "conv", "channels": 2, "kernel": 4}"#;
    let corner = format!(r#"{image}, {{"kind": "batch_norm"}}, {{"kind": "relu"}}"#);
    for (layers, culprit) in [
        (dense, Some("generator.layers.1")),
        (image, None),
        (&corner, Some("generator.layers.2")),
    ] {
        let stack = stack(layers, &[4, 4, 3]).unwrap();
        assert!(stack.check_norms(2).is_ok());
        match (stack.check_norms(1), culprit) {
            (Ok(()), None) => {}
            (Err(error), Some(culprit)) => {
                assert_eq!(error.field, "batch");
                assert!(error.to_string().contains(culprit), "{error}");
            }
            (found, _) => panic!("{layers}: {found:?}"),
        }
    }
}

#[test]
fn a_reference_batch_does_not_go_with_layers_that_compare_samples() {
    let layers = r#"{"kind": "dense", "units": 4}, {"kind": "virtual_batch_norm"}, {"kind": "minibatch_std"}"#;
    let said = stack(layers, &[3]).unwrap_err().to_string();
    assert!(
        said.contains("compare them with the reference too"),
        "{said}"
    );
}
