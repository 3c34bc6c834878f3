//! The log-likelihood of a decoder by annealed importance sampling (Neal 2001; for decoders Wu et al. 2017): from the prior to
//! the posterior of each image's latent, by Hamiltonian moves at ever higher inverse temperatures.

use anyhow::Result;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use rand_distr::StandardNormal;

/// Moves of a chain between two temperatures (Neal 2011).
const LEAPFROGS: usize = 10;
/// The share of moves that is to be accepted, and how a chain's step follows it.
const ACCEPTED: f64 = 0.65;
const LONGER: f64 = 1.02;
const SHORTER: f64 = 0.98;
/// The steps that a chain may take; it begins with a typical one.
const STEPS: [f64; 2] = [1e-4, 1.0];
const FIRST_STEP: f64 = 0.05;
/// How steep the temperatures are in the middle.
const STEEPNESS: f64 = 4.0;

/// Latents, and how likely each one's image is from there.
pub(crate) struct At {
    /// `log p(x | z)` of each row, in nats.
    pub(crate) log_likelihood: Vec<f64>,
    /// Its slope in the numbers of z, row by row.
    pub(crate) slope: Vec<f64>,
}

/// What the chains end with.
pub(crate) struct Chains {
    /// The logarithm of each chain's weight; the mean of the weights estimates the likelihood without bias.
    pub(crate) log_weights: Vec<f64>,
    /// Each chain's log-likelihood at its latent, which is a draw from the posterior where annealing was slow enough.
    pub(crate) log_likelihood: Vec<f64>,
}

/// Anneals one chain for each row of `likelihood`, whose latents have `dim` numbers with a standard normal prior;
/// `progress` hears of every temperature.
pub(crate) fn annealed(
    rows: usize,
    dim: usize,
    temperatures: usize,
    seed: u64,
    likelihood: &mut dyn FnMut(&[f64]) -> Result<At>,
    progress: &mut dyn FnMut(),
) -> Result<Chains> {
    let mut rng = StdRng::seed_from_u64(seed);
    let mut z: Vec<f64> = normal(&mut rng, rows * dim);
    let mut here = likelihood(&z)?;
    let mut log_weights = vec![0.0; rows];
    let mut steps = vec![FIRST_STEP; rows];
    let mut accepted = vec![ACCEPTED; rows];
    for temperature in 1..=temperatures {
        let [before, now] = [temperature - 1, temperature].map(|t| inverse(t, temperatures));
        for (weight, log) in log_weights.iter_mut().zip(&here.log_likelihood) {
            *weight += (now - before) * log;
        }
        let momentum: Vec<f64> = normal(&mut rng, rows * dim);
        // Else a chain could swing back to where it was, again and again (Neal 2011).
        let steps_now: Vec<f64> = (steps.iter())
            .map(|step| step * rng.random_range(0.8..1.2))
            .collect();
        let (moved, there, end) = leapfrogs(&z, &here, &momentum, &steps_now, now, likelihood)?;
        let energy = |z: &[f64], at: &At, momentum: &[f64], row: usize| {
            let range = row * dim..(row + 1) * dim;
            0.5 * (square(&z[range.clone()]) + square(&momentum[range]))
                - now * at.log_likelihood[row]
        };
        for row in 0..rows {
            let risen = energy(&moved, &there, &end, row) - energy(&z, &here, &momentum, row);
            // A move that left the finite numbers is none.
            let taken = rng.random::<f64>() < (-risen).exp();
            if taken {
                let range = row * dim..(row + 1) * dim;
                z[range.clone()].copy_from_slice(&moved[range.clone()]);
                here.slope[range.clone()].copy_from_slice(&there.slope[range]);
                here.log_likelihood[row] = there.log_likelihood[row];
            }
            accepted[row] = 0.9 * accepted[row] + 0.1 * f64::from(taken);
            let factor = if accepted[row] > ACCEPTED {
                LONGER
            } else {
                SHORTER
            };
            steps[row] = (steps[row] * factor).clamp(STEPS[0], STEPS[1]);
        }
        progress();
    }
    Ok(Chains {
        log_weights,
        log_likelihood: here.log_likelihood,
    })
}

/// The logarithm of the mean of numbers whose logarithms are given.
pub(crate) fn log_mean_exp(logs: &[f64]) -> f64 {
    let most = logs.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let sum: f64 = logs.iter().map(|log| (log - most).exp()).sum();
    most + (sum / logs.len() as f64).ln()
}

/// The inverse of a temperature: a sigmoid from 0 to 1, slow at both ends, where the density changes most.
fn inverse(temperature: usize, of: usize) -> f64 {
    let sigmoid = |x: f64| 1.0 / (1.0 + (-x).exp());
    let [low, high] = [-STEEPNESS, STEEPNESS].map(sigmoid);
    let share = temperature as f64 / of as f64;
    (sigmoid(STEEPNESS * (2.0 * share - 1.0)) - low) / (high - low)
}

/// Where latents, with a momentum, are after [`LEAPFROGS`] steps, and their momentum there.
fn leapfrogs(
    z: &[f64],
    here: &At,
    momentum: &[f64],
    steps: &[f64],
    inverse: f64,
    likelihood: &mut dyn FnMut(&[f64]) -> Result<At>,
) -> Result<(Vec<f64>, At, Vec<f64>)> {
    let dim = z.len() / steps.len();
    let (mut z, mut momentum) = (z.to_vec(), momentum.to_vec());
    let step = |i: usize| steps[i / dim];
    let push = |momentum: &mut [f64], z: &[f64], slope: &[f64], share: f64| {
        for (i, p) in momentum.iter_mut().enumerate() {
            *p += share * step(i) * (inverse * slope[i] - z[i]);
        }
    };
    push(&mut momentum, &z, &here.slope, 0.5);
    let mut there = None;
    for leap in 0..LEAPFROGS {
        for (i, x) in z.iter_mut().enumerate() {
            *x += step(i) * momentum[i];
        }
        let at = likelihood(&z)?;
        let share = if leap + 1 < LEAPFROGS { 1.0 } else { 0.5 };
        push(&mut momentum, &z, &at.slope, share);
        there = Some(at);
    }
    Ok((z, there.expect("there is a leap"), momentum))
}

fn normal(rng: &mut StdRng, count: usize) -> Vec<f64> {
    (0..count).map(|_| rng.sample(StandardNormal)).collect()
}

fn square(values: &[f64]) -> f64 {
    values.iter().map(|x| x * x).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn temperatures_rise_from_none_of_the_image_to_all_of_it() {
        assert!(inverse(0, 10).abs() < 1e-15 && (inverse(10, 10) - 1.0).abs() < 1e-15);
        assert!((inverse(5, 10) - 0.5).abs() < 1e-12);
        let rising: Vec<f64> = (0..=10).map(|t| inverse(t, 10)).collect();
        assert!(rising.is_sorted());
    }

    /// `x = 2 z + 3 + N(0, deviation^2)` has the density N(3, 4 + deviation^2).
    #[test]
    fn the_likelihood_of_a_linear_decoder_is_found() {
        let deviation: f64 = 0.1;
        let log_normal = |x: f64, variance: f64| {
            -0.5 * (x * x / variance + (std::f64::consts::TAU * variance).ln())
        };
        let images = [3.0, 0.5, 6.0, -1.0];
        const CHAINS: usize = 256;
        let image = |row: usize| images[row / CHAINS];
        let mut likelihood = |z: &[f64]| {
            let error = |(row, z): (usize, &f64)| image(row) - 2.0 * z - 3.0;
            let errors: Vec<f64> = z.iter().enumerate().map(error).collect();
            let variance = deviation * deviation;
            Ok(At {
                log_likelihood: errors.iter().map(|e| log_normal(*e, variance)).collect(),
                slope: errors.iter().map(|e| 2.0 * e / variance).collect(),
            })
        };
        let rows = images.len() * CHAINS;
        let found = annealed(rows, 1, 1000, 0, &mut likelihood, &mut || {}).unwrap();
        for (x, weights) in images.iter().zip(found.log_weights.chunks(CHAINS)) {
            let (found, exact) = (
                log_mean_exp(weights),
                log_normal(x - 3.0, 4.0 + deviation * deviation),
            );
            assert!((found - exact).abs() < 0.15, "{x}: {found}, not {exact}");
        }
        // A draw from the posterior is one deviation off, give or take.
        let mean = found.log_likelihood.iter().sum::<f64>() / rows as f64;
        assert!(
            (mean - log_normal(deviation, deviation * deviation)).abs() < 0.15,
            "{mean}"
        );
    }
}
