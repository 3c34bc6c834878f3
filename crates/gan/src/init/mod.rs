//! How parameters start.

use ganlet_core::random::threefry2x32;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rand_distr::StandardNormal;

use crate::bench;
use crate::config::Init;
use crate::layer::{Param, ParamKind, Stack};

/// The flat parameter buffer of a network before its first step. `data_mean` is the mean of each output in the data,
/// for initializations that want it.
pub fn parameters(
    stack: &Stack,
    init: &Init,
    seed: u32,
    network: u32,
    data_mean: Option<&[f32]>,
) -> Vec<f32> {
    let mut values = vec![0.0; stack.params_len()];
    let mut weights = 0;
    for (i, param) in stack.params.iter().enumerate() {
        let part = &mut values[param.offset..param.offset + param.len()];
        match param.kind {
            ParamKind::Shift => {}
            ParamKind::Scale => part.fill(1.0),
            ParamKind::Weight { .. } => {
                weight(part, init, param, weights, &mut generator(seed, network, i));
                weights += 1;
            }
        }
    }
    let last = stack.params.last();
    if let (
        Init::Uniform {
            bias_from_data: true,
            ..
        },
        Some(mean),
        Some(last),
    ) = (init, data_mean, last)
        && last.len() == mean.len()
    {
        // The inverse of the sigmoid at the end of G, away from its poles.
        let logit = |m: f32| {
            let m = m.clamp(1e-3, 1.0 - 1e-3);
            (m / (1.0 - m)).ln()
        };
        let biases = &mut values[last.offset..];
        biases
            .iter_mut()
            .zip(mean)
            .for_each(|(bias, &m)| *bias = logit(m));
    }
    values
}

/// The estimates of spectral norm before the first step, each in a random direction.
pub fn estimates(stack: &Stack, seed: u32, network: u32) -> Vec<f32> {
    let mut rng = generator(seed, network, stack.params.len());
    let numbers = (0..stack.spectral_len).map(|_| rng.sample(StandardNormal));
    numbers.collect()
}

/// The random numbers of one parameter.
fn generator(seed: u32, network: u32, param: usize) -> ChaCha8Rng {
    let [low, high] = threefry2x32([seed, network], [param as u32, 0]);
    ChaCha8Rng::seed_from_u64(u64::from(high) << 32 | u64::from(low))
}

fn weight(part: &mut [f32], init: &Init, param: &Param, index: u32, rng: &mut ChaCha8Rng) {
    let ParamKind::Weight {
        fan_in,
        fan_out,
        ref order,
    } = param.kind
    else {
        return;
    };
    let mut normal = |part: &mut [f32], std: f64| {
        part.iter_mut()
            .for_each(|w| *w = (rng.sample::<f64, _>(StandardNormal) * std) as f32);
    };
    match *init {
        Init::He => normal(part, (2.0 / fan_in as f64).sqrt()),
        Init::Normal { std } => normal(part, std),
        Init::Orthogonal { gain } => {
            normal(part, 1.0);
            let outputs = param.shape[param.shape.len() - 1];
            orthonormalize(part, part.len() / outputs, outputs);
            part.iter_mut().for_each(|w| *w *= gain as f32);
        }
        Init::Glorot => uniform(part, (6.0 / (fan_in + fan_out) as f64).sqrt(), rng),
        Init::Uniform { half_width, .. } => uniform(part, half_width, rng),
        Init::Bench { seed } => {
            let scale = (3.0 / fan_in as f64).sqrt();
            let numbers = bench::numbers(seed + index, part.len(), scale);
            for (weight, place) in part.iter_mut().zip(order.places(&param.shape)) {
                *weight = numbers[place];
            }
        }
    }
}

fn uniform(part: &mut [f32], half_width: f64, rng: &mut ChaCha8Rng) {
    part.iter_mut()
        .for_each(|w| *w = rng.random_range(-half_width..half_width) as f32);
}

/// Gram and Schmidt, twice for accuracy, along the shorter side of a row-major `[rows, columns]` matrix.
fn orthonormalize(matrix: &mut [f32], rows: usize, columns: usize) {
    let transposed = rows > columns;
    let (count, len) = if transposed {
        (columns, rows)
    } else {
        (rows, columns)
    };
    let at = |vector: usize, i: usize| {
        if transposed {
            i * columns + vector
        } else {
            vector * columns + i
        }
    };
    let mut vectors: Vec<Vec<f64>> = (0..count)
        .map(|v| (0..len).map(|i| f64::from(matrix[at(v, i)])).collect())
        .collect();
    for v in 0..count {
        let (done, rest) = vectors.split_at_mut(v);
        let vector = &mut rest[0];
        for _ in 0..2 {
            for other in done.iter() {
                let dot: f64 = vector.iter().zip(other).map(|(a, b)| a * b).sum();
                vector
                    .iter_mut()
                    .zip(other)
                    .for_each(|(a, b)| *a -= dot * b);
            }
        }
        let norm = vector.iter().map(|a| a * a).sum::<f64>().sqrt();
        vector.iter_mut().for_each(|a| *a /= norm);
    }
    for (v, vector) in vectors.iter().enumerate() {
        vector
            .iter()
            .enumerate()
            .for_each(|(i, &x)| matrix[at(v, i)] = x as f32);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand_distr::Distribution;

    #[test]
    fn orthogonal_rows_or_columns() {
        for (rows, columns) in [(3, 7), (7, 3), (4, 4)] {
            let mut rng = ChaCha8Rng::seed_from_u64(1);
            let mut m = vec![0.0; rows * columns];
            StandardNormal
                .sample_iter(&mut rng)
                .zip(&mut m)
                .for_each(|(x, m): (f32, _)| *m = x);
            orthonormalize(&mut m, rows, columns);
            let short = rows.min(columns);
            let at = |v: usize, i: usize| {
                if rows > columns {
                    m[i * columns + v]
                } else {
                    m[v * columns + i]
                }
            };
            for a in 0..short {
                for b in 0..short {
                    let dot: f32 = (0..rows.max(columns)).map(|i| at(a, i) * at(b, i)).sum();
                    let expected = if a == b { 1.0 } else { 0.0 };
                    assert!(
                        (dot - expected).abs() < 1e-5,
                        "{rows}x{columns} {a}.{b} = {dot}"
                    );
                }
            }
        }
    }
}
