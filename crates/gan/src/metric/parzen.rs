//! Parzen window log-likelihood by the protocol of the 2014 paper (Goodfellow et al., section 5, after
//! Breuleux et al.): a Gaussian kernel on every sample, its width chosen on validation data.
//!
//! The estimate is known to be poor in high dimensions (Theis et al. 2016, section 3.2): it prefers k-means
//! centroids to real training images, which [`oddity`] shows.

use std::f64::consts::PI;

use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use serde::Serialize;

use super::distance::{squared_distances, squared_norms};
use super::{Rows, kmeans, parallel};
use crate::error::MetricError;

/// Validation rows that choose the width.
pub const VALIDATION_ROWS: usize = 1000;
/// Number of widths tried.
const WIDTHS: i32 = 10;
/// Test rows whose distances are computed at once.
const BLOCK: usize = 128;

/// A Parzen window estimate of the mean log-likelihood of test data.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ParzenReport {
    /// Mean log-likelihood of the test rows in nats.
    #[serde(rename = "parzen_nats")]
    pub nats: f64,
    /// Standard deviation of the log-likelihoods divided by the square root of their number.
    #[serde(rename = "parzen_standard_error_nats")]
    pub standard_error: f64,
    /// The chosen kernel width, a standard deviation.
    #[serde(rename = "parzen_sigma")]
    pub sigma: f64,
    /// Samples that the window has a kernel at.
    #[serde(rename = "parzen_samples")]
    pub samples: usize,
    /// Number of test rows.
    #[serde(rename = "parzen_tests")]
    pub tests: usize,
}

/// The widths of the protocol: ten standard deviations from 0.1 to 1, equally spaced in the logarithm.
pub fn sigmas() -> Vec<f64> {
    let exponent = |i: i32| f64::from(i) / f64::from(WIDTHS - 1) - 1.0;
    (0..WIDTHS).map(|i| 10_f64.powf(exponent(i))).collect()
}

/// The protocol: sigma of [`sigmas`] with the highest mean log-likelihood on the first 1000 validation rows,
/// then the mean on the tests. `progress` gets the share done, 0 to 1.
pub fn evaluate(
    samples: Rows<'_>,
    validation: Rows<'_>,
    tests: Rows<'_>,
    progress: &mut dyn FnMut(f32),
) -> Result<ParzenReport, MetricError> {
    let chosen = validation.slice(0..validation.len().min(VALIDATION_ROWS));
    let rows = (chosen.len() + tests.len()) as f32;
    let first = chosen.len() as f32 / rows;
    let sigmas = sigmas();
    let tried = log_likelihoods(samples, chosen, &sigmas, &mut |share| {
        progress(share * first);
    })?;
    let (sigma, _) = sigmas
        .into_iter()
        .zip(tried.iter().map(|values| mean(values)))
        .max_by(|a, b| a.1.total_cmp(&b.1))
        .ok_or(MetricError::Sigma {
            found: "no width".to_string(),
        })?;
    let values = log_likelihoods(samples, tests, &[sigma], &mut |share| {
        progress(first + share * (1.0 - first));
    })?;
    let values = values.concat();
    let nats = mean(&values);
    let squares: Vec<f64> = values.iter().map(|x| (x - nats).powi(2)).collect();
    Ok(ParzenReport {
        nats,
        standard_error: (mean(&squares) / values.len() as f64).sqrt(),
        sigma,
        samples: samples.len(),
        tests: tests.len(),
    })
}

/// log of the mean over samples s of N(x; s, sigma² I) in nats, for every test x: one list per sigma.
/// The distances are computed once for all sigmas.
pub fn log_likelihoods(
    samples: Rows<'_>,
    tests: Rows<'_>,
    sigmas: &[f64],
    progress: &mut dyn FnMut(f32),
) -> Result<Vec<Vec<f64>>, MetricError> {
    tests.same_dim(&samples)?;
    if let Some(sigma) = sigmas.iter().find(|s| !(s.is_finite() && **s > 0.0)) {
        let found = sigma.to_string();
        return Err(MetricError::Sigma { found });
    }
    if sigmas.is_empty() {
        return Ok(Vec::new());
    }
    // Centred rows have small norms, so that the f32 products keep the distances exact to about 1e-5.
    let centre = samples.mean();
    let (sample_values, test_values) = (samples.minus(&centre), tests.minus(&centre));
    let samples = samples.like(&sample_values);
    let tests = tests.like(&test_values);
    let norms = squared_norms(samples);
    let work = |start: usize, out: &mut [f64]| {
        let first = start / sigmas.len();
        let block = tests.slice(first..first + out.len() / sigmas.len());
        let mut squares = vec![0.0; block.len() * samples.len()];
        squared_distances(block, samples, &norms, &mut squares);
        let lines = squares.chunks_exact(samples.len());
        for (out, line) in out.chunks_exact_mut(sigmas.len()).zip(lines) {
            for (out, &sigma) in out.iter_mut().zip(sigmas) {
                *out = log_density(line, sigma, samples.dim());
            }
        }
    };
    let mut values = vec![0.0; tests.len() * sigmas.len()];
    parallel::fill(&mut values, BLOCK * sigmas.len(), work, progress);
    let of_sigma = |i: usize| values.iter().skip(i).step_by(sigmas.len()).copied();
    Ok((0..sigmas.len()).map(|i| of_sigma(i).collect()).collect())
}

/// log((1/n) sum_j N(x; s_j, sigma² I)) from the squared distances of x to the s_j.
fn log_density(squares: &[f32], sigma: f64, dim: usize) -> f64 {
    let nearest = f64::from(squares.iter().copied().fold(f32::INFINITY, f32::min));
    let scale = 1.0 / (2.0 * sigma * sigma);
    let sum: f64 = squares
        .iter()
        .map(|&square| ((nearest - f64::from(square)) * scale).exp())
        .sum();
    let constant = 0.5 * dim as f64 * (2.0 * PI * sigma * sigma).ln();
    sum.ln() - nearest * scale - (squares.len() as f64).ln() - constant
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

/// The oddity of Theis et al. 2016, table 1: by the Parzen estimate, centroids of k-means on the training
/// images are better "samples" than real training images.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Oddity {
    /// Real training rows, drawn without replacement, as the samples.
    pub training: ParzenReport,
    /// As many centroids of the training rows as the samples.
    pub centroids: ParzenReport,
}

/// How [`oddity`] is computed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OddityOptions {
    /// Number of samples: of training rows drawn, and of centroids. 10,000 in the protocol.
    pub samples: usize,
    /// Iterations of Lloyd's algorithm.
    pub iterations: usize,
    /// Seed of the draw and of k-means.
    pub seed: u64,
}

impl Default for OddityOptions {
    fn default() -> Self {
        Self {
            samples: 10_000,
            iterations: 10,
            seed: 0,
        }
    }
}

/// Scores real training rows and k-means centroids of the training rows by the same protocol.
pub fn oddity(
    train: Rows<'_>,
    validation: Rows<'_>,
    tests: Rows<'_>,
    options: OddityOptions,
    progress: &mut dyn FnMut(f32),
) -> Result<Oddity, MetricError> {
    /// Share of the time that k-means takes: 10 passes of 50,000 rows against two evaluations of 11,000.
    const CLUSTERING: f32 = 0.9;
    train.at_least(options.samples.max(1))?;
    let mut rng = ChaCha8Rng::seed_from_u64(options.seed);
    let drawn: Vec<f32> = rand::seq::index::sample(&mut rng, train.len(), options.samples)
        .into_iter()
        .flat_map(|i| train.row(i).iter().copied())
        .collect();
    let rest = (1.0 - CLUSTERING) / 2.0;
    let training = Rows::new("training samples", &drawn, train.dim())?;
    let training = evaluate(training, validation, tests, &mut |share| {
        progress(share * rest);
    })?;
    let clusters = kmeans::fit(
        train,
        options.samples,
        options.iterations,
        options.seed,
        &mut |share| progress(rest + share * CLUSTERING),
    )?;
    let centroids = Rows::new("centroids", &clusters.centroids, train.dim())?;
    let centroids = evaluate(centroids, validation, tests, &mut |share| {
        progress(1.0 - rest + share * rest);
    })?;
    Ok(Oddity {
        training,
        centroids,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::RngExt;
    use rand_distr::StandardNormal;

    fn ignore(_: f32) {}

    #[test]
    fn widths_are_those_of_the_protocol() {
        let sigmas = sigmas();
        assert_eq!(sigmas.len(), 10);
        assert!((sigmas[0] - 0.1).abs() < 1e-12 && (sigmas[9] - 1.0).abs() < 1e-12);
        assert!((sigmas[1] - 0.129_154_966_5).abs() < 1e-9);
    }

    #[test]
    fn one_sample_has_a_closed_form_linear_in_the_squared_distance() {
        let mu: Vec<f32> = (0..784).map(|i| (i % 7) as f32 / 7.0).collect();
        let samples = Rows::new("samples", &mu, 784).unwrap();
        for sigma in [0.1, 0.2, 1.0] {
            let peak = -392.0 * (2.0 * PI * sigma * sigma).ln();
            if sigma == 0.2 {
                assert!((peak - 541.4).abs() < 0.05);
            }
            for shift in [0.0_f32, 0.25, 0.5] {
                let x: Vec<f32> = mu.iter().map(|m| m + shift).collect();
                let tests = Rows::new("tests", &x, 784).unwrap();
                let found = log_likelihoods(samples, tests, &[sigma], &mut ignore).unwrap()[0][0];
                let square = 784.0 * f64::from(shift).powi(2);
                let expected = peak - square / (2.0 * sigma * sigma);
                let error = (found - expected).abs();
                assert!(
                    error < 1e-5 * expected.abs().max(100.0),
                    "{found} {expected}"
                );
            }
        }
    }

    #[test]
    fn many_samples_match_the_definition_for_every_sigma() {
        let mut rng = ChaCha8Rng::seed_from_u64(0);
        let mut draw =
            |n: usize| -> Vec<f32> { (0..n).map(|_| rng.sample(StandardNormal)).collect() };
        let (s, t) = (draw(3 * 500), draw(3 * 300));
        let samples = Rows::new("samples", &s, 3).unwrap();
        let tests = Rows::new("tests", &t, 3).unwrap();
        let sigmas = [0.3, 1.0];
        let found = log_likelihoods(samples, tests, &sigmas, &mut ignore).unwrap();
        for (sigma, found) in sigmas.iter().zip(found) {
            for (x, found) in t.chunks_exact(3).zip(found) {
                let kernel = |s: &[f32]| -> f64 {
                    let pairs = s.iter().zip(x);
                    let square: f64 = pairs.map(|(a, b)| f64::from(a - b).powi(2)).sum();
                    (-square / (2.0 * sigma * sigma)).exp() / (2.0 * PI * sigma * sigma).powf(1.5)
                };
                let expected = (s.chunks_exact(3).map(kernel).sum::<f64>() / 500.0).ln();
                assert!((found - expected).abs() < 1e-3, "{found} {expected}");
            }
        }
    }

    #[test]
    fn bad_arguments_are_named() {
        let two = Rows::new("samples", &[0.0, 1.0], 2).unwrap();
        let one = Rows::new("tests", &[0.0, 1.0], 1).unwrap();
        assert!(matches!(
            log_likelihoods(two, one, &[1.0], &mut ignore),
            Err(MetricError::Dimension { name: "tests", .. })
        ));
        assert!(matches!(
            log_likelihoods(two, two, &[0.0], &mut ignore),
            Err(MetricError::Sigma { .. })
        ));
    }

    /// 20 clusters of width 0.3 in 50 dimensions.
    fn clustered(rng: &mut ChaCha8Rng, centres: &[f32], n: usize) -> Vec<f32> {
        (0..n)
            .flat_map(|_| {
                let chosen = rng.random_range(0..20);
                let centre = &centres[chosen * 50..][..50];
                let noisy = |c: &f32| c + 0.3 * rng.sample::<f32, _>(StandardNormal);
                centre.iter().map(noisy).collect::<Vec<_>>()
            })
            .collect()
    }

    #[test]
    fn centroids_score_above_real_data() {
        let mut rng = ChaCha8Rng::seed_from_u64(5);
        let centres: Vec<f32> = (0..1000).map(|_| rng.random()).collect();
        let train = clustered(&mut rng, &centres, 1000);
        let validation = clustered(&mut rng, &centres, 100);
        let tests = clustered(&mut rng, &centres, 200);
        let options = OddityOptions {
            samples: 100,
            iterations: 5,
            seed: 0,
        };
        let mut last = 0.0;
        let report = oddity(
            Rows::new("train", &train, 50).unwrap(),
            Rows::new("validation", &validation, 50).unwrap(),
            Rows::new("tests", &tests, 50).unwrap(),
            options,
            &mut |share| {
                assert!(share >= last - 0.01, "{share} after {last}");
                last = share;
            },
        )
        .unwrap();
        assert!(last > 0.999);
        let (real, centroids) = (&report.training, &report.centroids);
        assert_eq!((real.samples, real.tests), (100, 200));
        let margin = 3.0 * real.standard_error.hypot(centroids.standard_error);
        assert!(centroids.nats > real.nats + margin, "{report:?}");
        assert!(centroids.sigma <= real.sigma, "{report:?}");
    }
}
