//! How well samples match toy data: modes covered, high-quality share, estimates of divergences.

use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use serde::Serialize;

use super::nearest::Tree;
use crate::data::{Gaussian, Mixture, Toy};
use crate::error::MetricError;

/// A sample is of high quality within this many standard deviations of its nearest centre.
pub const HIGH_QUALITY_STDS: f64 = 3.0;
/// Fewest samples from which a divergence is estimated.
pub const DIVERGENCE_SAMPLES: usize = 10_000;

/// Points along an axis of the even lattice behind the chance level.
const EVEN: usize = 64;
/// Neighbours whose distance says how dense samples are. More would blur what is smaller than their distance, fewer would
/// make the estimate noisier.
const NEIGHBOURS: usize = 4;
/// Seed of the true samples that a model is compared with, and of those behind the sampling floor.
const SEED: u64 = 0;
/// Draws of true samples behind the floor: one draw alone may happen to be right.
const FLOOR_DRAWS: u32 = 4;

/// Mode coverage by the protocol of VEEGAN (Srivastava et al. 2017) and PacGAN (Lin et al. 2018), which take
/// 2,500 samples: a sample is of high quality within 3 standard deviations of its nearest centre, and a mode
/// is covered if at least one such sample is nearest to it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Coverage {
    /// Number of modes covered; absent for data that follows a curve.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub modes: Option<usize>,
    /// Share of samples of high quality, 0 to 1. Samples of the data itself reach 0.989 in two dimensions and
    /// 0.997 in one, a little more where components overlap.
    pub high_quality: f64,
    /// KL(shares of the modes among high-quality samples || their shares of the data) in nats: 0 where all modes get what they
    /// should, about `(modes - 1) / 2n` for n samples of the data itself. Absent for data that follows a curve, and where no
    /// sample is of high quality.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub counts_kl: Option<f64>,
    /// High-quality samples nearest to each mode, for stricter rules; empty for data that follows a curve.
    #[serde(skip)]
    pub mode_counts: Vec<usize>,
}

/// Estimates in nats of how far samples are from the data.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Divergence {
    /// KL(p_model || p_data); near 0 it may be a little negative.
    pub kl: f64,
    /// Jensen-Shannon divergence, 0 to ln 2.
    pub js: f64,
    /// How far `kl` is from 0 for as many samples of the data itself: the root mean square of four seeded draws. Smaller
    /// differences mean nothing.
    pub kl_floor: f64,
}

/// A toy prepared for measuring.
///
/// The density of the data is exact. That of the model is estimated from its samples: where the k-th nearest of n others is at
/// the distance r, `log p = psi(k) - psi(n) - log(volume of a ball of radius r)` on average (Kozachenko and Leonenko 1987), so
/// that the mean of `log p - log p_data` over the samples estimates KL(p_model || p_data) (Wang, Kulkarni and Verdu 2009).
/// The Jensen-Shannon divergence also takes as many seeded samples of the data.
///
/// Densities are even within the distance of k neighbours to such an estimate. A model that lays its samples along a thread
/// finer than that, whose true divergence has hardly an end, scores less than the truth; a model that makes one point, whose
/// divergence is infinite, scores what single precision tells from a point.
#[derive(Clone, Debug)]
pub struct ToyMetric {
    mixture: Mixture,
    has_modes: bool,
}

impl ToyMetric {
    /// Prepares a valid toy.
    pub fn new(toy: &Toy) -> Self {
        Self {
            mixture: toy.mixture(),
            has_modes: toy.modes().is_some(),
        }
    }

    /// Mode coverage of samples, row by row. A sample that is not finite is of low quality.
    pub fn coverage(&self, samples: &[f32]) -> Result<Coverage, MetricError> {
        let count = self.count_rows(samples, 1)?;
        let mut counts = vec![0; self.mixture.components().len()];
        for row in samples.chunks_exact(self.mixture.dim()) {
            if let Some(index) = self.high_quality_centre(row) {
                counts[index] += 1;
            }
        }
        let hits = counts.iter().sum::<usize>() as f64;
        let covered = counts.iter().filter(|&&n| n > 0).count();
        let shares = counts.iter().map(|&n| n as f64 / hits);
        let found = shares.zip(self.mixture.components());
        let terms = found.filter(|(share, _)| *share > 0.0);
        let counts_kl = terms.map(|(share, mode)| share * (share / mode.weight).ln());
        Ok(Coverage {
            modes: self.has_modes.then_some(covered),
            counts_kl: (self.has_modes && hits > 0.0).then(|| counts_kl.sum()),
            high_quality: hits / count as f64,
            mode_counts: if self.has_modes { counts } else { Vec::new() },
        })
    }

    /// The share of high quality that points reach which lie evenly in the smallest box around all that counts: what a model
    /// has that knows no more than where the data lie. Where it is high, as it is in one dimension, high quality says little.
    pub fn chance(&self) -> f64 {
        let (bounds, dim) = (self.mixture.support(HIGH_QUALITY_STDS), self.mixture.dim());
        let along = |axis: usize, i: usize| {
            let share = (i as f64 + 0.5) / EVEN as f64;
            let at = bounds.lower[axis] + share * (bounds.upper[axis] - bounds.lower[axis]);
            at as f32
        };
        let count = EVEN.pow(dim as u32);
        let near = (0..count).filter(|i| {
            let point = [along(0, i % EVEN), along(1, i / EVEN)];
            self.high_quality_centre(&point[..dim]).is_some()
        });
        near.count() as f64 / count as f64
    }

    /// Divergences from the data of at least 10,000 samples, row by row.
    ///
    /// # Errors
    /// Too few rows, ragged ones, or samples that are not finite, which lie nowhere.
    pub fn divergence(&self, samples: &[f32]) -> Result<Divergence, MetricError> {
        let count = self.count_rows(samples, DIVERGENCE_SAMPLES)?;
        let name = "samples";
        if let Some(at) = samples.iter().position(|x| !x.is_finite()) {
            let row = at / self.mixture.dim();
            return Err(MetricError::NotFinite { name, row });
        }
        let mut rng = ChaCha8Rng::seed_from_u64(SEED);
        let model = Model::new(self.mixture.dim(), samples);
        let kl = self.kl(&model);
        let js = self.js(&model, &self.mixture.sample(&mut rng, count));
        let squares = (0..FLOOR_DRAWS).map(|_| {
            let drawn = self.mixture.sample(&mut rng, count);
            self.kl(&Model::new(self.mixture.dim(), &drawn)).powi(2)
        });
        let kl_floor = (squares.sum::<f64>() / f64::from(FLOOR_DRAWS)).sqrt();
        Ok(Divergence { kl, js, kl_floor })
    }

    fn count_rows(&self, samples: &[f32], needed: usize) -> Result<usize, MetricError> {
        let (name, dim) = ("samples", self.mixture.dim());
        if !samples.len().is_multiple_of(dim) {
            let values = samples.len();
            return Err(MetricError::Shape { name, values, dim });
        }
        let found = samples.len() / dim;
        if found < needed {
            return Err(MetricError::TooFew {
                name,
                found,
                needed,
            });
        }
        Ok(found)
    }

    /// The index of the nearest centre if it is within reach.
    fn high_quality_centre(&self, row: &[f32]) -> Option<usize> {
        let square = |g: &Gaussian| -> f64 {
            let pairs = row.iter().zip(g.mean);
            pairs.map(|(&x, m)| (f64::from(x) - m).powi(2)).sum()
        };
        let components = self.mixture.components();
        let distances = components.iter().map(square).enumerate();
        let (nearest, square) = distances.min_by(|a, b| a.1.total_cmp(&b.1))?;
        (square.sqrt() <= HIGH_QUALITY_STDS * components[nearest].std).then_some(nearest)
    }

    /// The logarithm of the data's density.
    fn log_data(&self, at: [f64; 2]) -> f64 {
        self.mixture.log_density(&at[..self.mixture.dim()])
    }

    fn kl(&self, model: &Model) -> f64 {
        let terms = model.own_log_densities();
        mean(terms.map(|(at, log_p)| log_p - self.log_data(at)))
    }

    /// With `t` for log p - log q: half the means of log(2 p / (p + q)) over the model's samples and of log(2 q / (p + q)) over
    /// the data's. Both bend by `-s (1 - s)` at an estimated `t`, where `s` is its sigmoid, and half of that times the
    /// variance of the estimate is what they fall short on average.
    fn js(&self, model: &Model, data: &[f32]) -> f64 {
        let softplus = |t: f64| t.max(0.0) + (-t.abs()).exp().ln_1p();
        let missing = |t: f64| {
            let s = 1.0 / (1.0 + (-t).exp());
            0.5 * s * (1.0 - s) * trigamma(NEIGHBOURS)
        };
        let ln_2 = std::f64::consts::LN_2;
        let over_model = model.own_log_densities().map(|(at, log_p)| {
            let t = log_p - self.log_data(at);
            ln_2 - softplus(-t) + missing(t)
        });
        let over_data = rows(self.mixture.dim(), data).map(|at| {
            let t = model.log_density(at) - self.log_data(at);
            ln_2 - softplus(t) + missing(t)
        });
        (0.5 * (mean(over_model) + mean(over_data))).clamp(0.0, ln_2)
    }
}

/// Samples of a model, and how dense they are.
struct Model {
    dim: usize,
    tree: Tree,
    points: Vec<[f64; 2]>,
    /// Distances below this are rounding.
    resolution: f64,
}

impl Model {
    fn new(dim: usize, samples: &[f32]) -> Self {
        let points: Vec<[f64; 2]> = rows(dim, samples).collect();
        let largest = (samples.iter()).fold(f32::MIN_POSITIVE, |largest, x| largest.max(x.abs()));
        Self {
            dim,
            tree: Tree::new(points.clone()),
            points,
            resolution: f64::from(f32::EPSILON) * f64::from(largest),
        }
    }

    /// The logarithm of the density where `k` of `n` samples are within a distance.
    fn estimate(&self, k: usize, n: usize, distance: f64) -> f64 {
        let radius = distance.max(self.resolution).ln();
        let ball = match self.dim {
            1 => std::f64::consts::LN_2 + radius,
            _ => std::f64::consts::PI.ln() + 2.0 * radius,
        };
        digamma(k) - digamma(n) - ball
    }

    /// Each sample, and the logarithm of the density there by the other samples.
    fn own_log_densities(&self) -> impl ExactSizeIterator<Item = ([f64; 2], f64)> {
        self.points.iter().map(|&at| {
            // The nearest one is the sample itself.
            let distance = self.tree.distance(at, NEIGHBOURS + 1);
            (at, self.estimate(NEIGHBOURS, self.points.len(), distance))
        })
    }

    /// The logarithm of the density at a place that has no sample of its own.
    fn log_density(&self, at: [f64; 2]) -> f64 {
        let distance = self.tree.distance(at, NEIGHBOURS);
        self.estimate(NEIGHBOURS, self.points.len() + 1, distance)
    }
}

/// Rows as points of the plane; in one dimension the second coordinate is 0.
fn rows(dim: usize, values: &[f32]) -> impl ExactSizeIterator<Item = [f64; 2]> {
    values.chunks_exact(dim).map(|row| match *row {
        [x, y] => [x.into(), y.into()],
        _ => [row[0].into(), 0.0],
    })
}

fn mean(values: impl ExactSizeIterator<Item = f64>) -> f64 {
    let count = values.len() as f64;
    values.sum::<f64>() / count
}

/// The derivative of log Gamma at a whole number from 1: `H(n - 1)` less Euler's constant.
fn digamma(n: usize) -> f64 {
    const EULER: f64 = 0.577_215_664_901_532_9;
    let x = n as f64;
    match n {
        // The next term is below 1e-12 here.
        64.. => x.ln() - 0.5 / x - 1.0 / (12.0 * x * x) + 1.0 / (120.0 * x.powi(4)),
        _ => (1..n).map(|i| 1.0 / i as f64).sum::<f64>() - EULER,
    }
}

/// The derivative of [`digamma`]: the variance of the logarithm of the mass within the `n`-th of many neighbours.
fn trigamma(n: usize) -> f64 {
    let known: f64 = (1..n).map(|i| 1.0 / (i * i) as f64).sum();
    std::f64::consts::PI.powi(2) / 6.0 - known
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metric::game::js_divergence;

    const N: usize = DIVERGENCE_SAMPLES;

    fn toy(json: &str) -> Toy {
        serde_json::from_str(json).unwrap()
    }

    fn draw(toy: &Toy, n: usize) -> Vec<f32> {
        toy.sample(&mut ChaCha8Rng::seed_from_u64(11), n)
    }

    #[test]
    fn true_samples_cover_all_modes_and_score_the_floor() {
        for (json, modes) in [
            (r#"{"kind":"ring"}"#, Some(8)),
            (r#"{"kind":"grid"}"#, Some(25)),
            (r#"{"kind":"moons"}"#, None),
            (r#"{"kind":"mixture1d"}"#, Some(2)),
        ] {
            let toy = toy(json);
            let metric = ToyMetric::new(&toy);
            let samples = draw(&toy, N);
            let coverage = metric.coverage(&samples).unwrap();
            assert_eq!(coverage.modes, modes);
            // Five times what chance makes of it on average.
            let chance = modes.map_or(0.0, |modes| (modes - 1) as f64 / (2 * N) as f64);
            assert_eq!(coverage.counts_kl.is_some(), modes.is_some());
            assert!(
                coverage.counts_kl.unwrap_or(0.0) <= 5.0 * chance,
                "{coverage:?}"
            );
            let ceiling = if toy.dim() == 2 { 0.9889 } else { 0.9973 };
            assert!(coverage.high_quality > ceiling - 0.003, "{coverage:?}");
            if toy.dim() == 2 && modes.is_some() {
                assert!(coverage.high_quality < ceiling + 0.003, "{coverage:?}");
            }
            let found = metric.divergence(&samples).unwrap();
            // Where data thin out within the distance of their neighbours, the estimate is a little high; so is the floor.
            assert!(
                found.kl.abs() < 0.04 && found.kl_floor < 0.04,
                "{json}: {found:?}"
            );
            assert!(
                found.kl_floor > 0.0 && found.js < 0.004,
                "{json}: {found:?}"
            );
        }
    }

    #[test]
    fn points_spread_evenly_reach_the_share_of_the_box_that_counts() {
        // Eight discs of radius 0.15 in a square of side 2.3.
        let ring = ToyMetric::new(&toy(
            r#"{"kind": "ring", "modes": 8, "radius": 1.0, "std": 0.05}"#,
        ));
        let discs = 8.0 * std::f64::consts::PI * 0.15_f64.powi(2) / 2.3_f64.powi(2);
        assert!(
            (ring.chance() - discs).abs() < 0.01,
            "{} {discs}",
            ring.chance()
        );
        let line = ToyMetric::new(&toy(r#"{"kind": "mixture1d"}"#));
        assert!(line.chance() > 0.9, "{}", line.chance());
    }

    #[test]
    fn a_collapsed_generator_is_far_above_the_floor() {
        let ring = Toy::default();
        let metric = ToyMetric::new(&ring);
        let one = toy(r#"{"kind":"points","points":[[2,0]],"std":0.02}"#);
        let samples = draw(&one, N);
        let coverage = metric.coverage(&samples).unwrap();
        assert_eq!(coverage.modes, Some(1));
        assert_eq!(coverage.mode_counts[1..], [0; 7]);
        assert!((coverage.counts_kl.unwrap() - 8_f64.ln()).abs() < 1e-12);
        assert!(coverage.high_quality > 0.98);
        let found = metric.divergence(&samples).unwrap();
        // One mode of eight: KL(p_model || p_data) = ln 8, JS = (ln(16/9) + 1/8 ln(2/9) + 7/8 ln 2) / 2.
        assert!((found.kl - 8_f64.ln()).abs() < 0.03, "{found:?}");
        let js = 0.5 * ((16.0_f64 / 9.0).ln() + 0.125 * (2.0_f64 / 9.0).ln() + 0.875 * 2_f64.ln());
        assert!((found.js - js).abs() < 0.01, "{found:?} {js}");
        assert!(found.kl > 50.0 * found.kl_floor);
    }

    #[test]
    fn samples_between_modes_count_against_the_model_and_broken_ones_are_named() {
        let ring = Toy::default();
        let metric = ToyMetric::new(&ring);
        let mut samples = draw(&ring, N);
        for value in [0.3, f32::NAN, f32::INFINITY] {
            samples[N / 5..N / 5 + N / 5].fill(value);
            let coverage = metric.coverage(&samples).unwrap();
            assert!(
                (coverage.high_quality - 0.9 * 0.989).abs() < 0.01,
                "{coverage:?}"
            );
            match metric.divergence(&samples) {
                // A tenth in a single point, far from every mode.
                Ok(found) => {
                    assert_eq!(value, 0.3);
                    assert!(found.kl > 100.0 && found.kl.is_finite(), "{found:?}");
                    assert!(
                        (found.js - 0.5 * js_of_lost_share(0.1)).abs() < 0.01,
                        "{found:?}"
                    );
                }
                Err(error) => {
                    assert!(!value.is_finite());
                    let row = N / 10;
                    assert!(error.to_string().contains(&format!("row {row}")), "{error}");
                }
            }
        }
    }

    /// Twice the Jensen-Shannon divergence between q and a model that puts a share elsewhere and the rest where q is.
    fn js_of_lost_share(share: f64) -> f64 {
        let kept = 1.0 - share;
        let middle = 0.5 * (1.0 + kept);
        share * 2_f64.ln() + kept * (kept / middle).ln() + (1.0 / middle).ln()
    }

    #[test]
    fn estimates_are_right_where_the_divergence_is_known() {
        let normal = |mean: f64, std: f64| {
            toy(&format!(
                r#"{{"kind":"mixture1d","components":[{{"weight":1,"mean":{mean},"std":{std}}}]}}"#
            ))
        };
        let point = |x: f64, std: f64| {
            toy(&format!(
                r#"{{"kind":"points","points":[[{x},0]],"std":{std}}}"#
            ))
        };
        // KL(N(m, s^2) || N(0, 1)) = d (s^2 - 1 - ln s^2) / 2 + m^2 / 2 in d dimensions.
        for (m, s) in [
            (1.0, 1.0),
            (0.0, 2.0),
            (0.0, 0.5),
            (0.5, 1.5),
            (3.0, 1.0),
            (8.0, 0.1),
        ] {
            for (data, model) in [
                (normal(0.0, 1.0), normal(m, s)),
                (point(0.0, 1.0), point(m, s)),
            ] {
                let d = data.dim() as f64;
                let kl = 0.5 * (d * (s * s - 1.0 - (s * s).ln()) + m * m);
                let found = ToyMetric::new(&data)
                    .divergence(&draw(&model, 2 * N))
                    .unwrap();
                assert!(
                    (found.kl - kl).abs() < 0.03 + 0.01 * kl,
                    "{model:?}: {found:?}, not {kl}"
                );
                if d == 1.0 {
                    let (p, q) = (model.mixture(), data.mixture());
                    let (p, q) = (|x: f64| p.density(&[x]), |x: f64| q.density(&[x]));
                    let js = js_divergence(p, q, -20.0..20.0, 8000);
                    assert!(
                        (found.js - js).abs() < 0.008,
                        "{model:?}: {found:?}, not {js}"
                    );
                }
            }
        }
    }

    #[test]
    fn a_model_that_makes_one_point_is_far_but_finitely_so() {
        let found = ToyMetric::new(&Toy::default())
            .divergence(&[2.0, 0.0].repeat(N))
            .unwrap();
        assert!(found.kl > 15.0 && found.kl.is_finite(), "{found:?}");
        assert!(found.js > 0.6, "{found:?}");
    }

    #[test]
    fn digamma_and_trigamma_have_their_known_values() {
        let known = [
            (1, -0.577_215_664_901_532_9),
            (8, 2.015_641_477_955_61),
            (100, 4.600_161_852_738_087),
        ];
        for (n, expected) in known {
            assert!((digamma(n) - expected).abs() < 1e-12, "{n}: {}", digamma(n));
        }
        // Where both forms meet.
        assert!((digamma(64) - digamma(63) - 1.0 / 63.0).abs() < 1e-12);
        assert!((trigamma(8) - 0.133_137_014_694_031_4).abs() < 1e-12);
    }

    #[test]
    fn too_few_or_ragged_samples_are_refused() {
        let metric = ToyMetric::new(&Toy::default());
        let few = metric.divergence(&[0.0; 2000]).unwrap_err();
        assert_eq!(few.to_string(), "samples: 1000 rows; pass at least 10000");
        assert!(metric.coverage(&[0.0; 3]).is_err());
        assert!(metric.coverage(&[]).is_err());
    }
}
