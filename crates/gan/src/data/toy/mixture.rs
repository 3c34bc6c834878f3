//! Finite mixtures of isotropic Gaussians: density, samples.

use rand::RngExt;
use rand_distr::StandardNormal;
use std::f64::consts::PI;

/// One isotropic Gaussian of a mixture.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Gaussian {
    /// Probability of this component; those of a mixture add up to 1.
    pub weight: f64,
    /// Centre; in one dimension the second coordinate is 0 and unused.
    pub mean: [f64; 2],
    /// Standard deviation along every axis.
    pub std: f64,
}

/// An axis-aligned box.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bounds {
    /// The corner with the least coordinates.
    pub lower: [f64; 2],
    /// The corner with the largest coordinates.
    pub upper: [f64; 2],
}

/// A mixture of isotropic Gaussians in one or two dimensions.
#[derive(Clone, Debug, PartialEq)]
pub struct Mixture {
    dim: usize,
    components: Vec<Gaussian>,
}

impl Mixture {
    pub(super) fn new(dim: usize, components: Vec<Gaussian>) -> Self {
        Self { dim, components }
    }

    /// Number of coordinates: 1 or 2.
    pub fn dim(&self) -> usize {
        self.dim
    }

    /// The components; their weights add up to 1.
    pub fn components(&self) -> &[Gaussian] {
        &self.components
    }

    /// The smallest standard deviation of any component.
    pub fn smallest_std(&self) -> f64 {
        let stds = self.components.iter().map(|g| g.std);
        stds.fold(f64::INFINITY, f64::min)
    }

    /// Exact density at `x`, which has [`dim`](Self::dim) coordinates.
    pub fn density(&self, x: &[f64]) -> f64 {
        let power = self.dim as i32;
        self.components
            .iter()
            .map(|g| {
                let square: f64 = x.iter().zip(g.mean).map(|(x, m)| (x - m).powi(2)).sum();
                let scale = ((2.0 * PI).sqrt() * g.std).powi(power);
                g.weight * (-square / (2.0 * g.std * g.std)).exp() / scale
            })
            .sum()
    }

    /// The logarithm of [`density`](Self::density), finite also where that is too small for a number.
    pub fn log_density(&self, x: &[f64]) -> f64 {
        let power = f64::from(self.dim as u32);
        let log = |g: &Gaussian| {
            let square: f64 = x.iter().zip(g.mean).map(|(x, m)| (x - m).powi(2)).sum();
            let scale = 0.5 * (2.0 * PI).ln() + g.std.ln();
            g.weight.ln() - square / (2.0 * g.std * g.std) - power * scale
        };
        let largest = (self.components.iter().map(log)).fold(f64::NEG_INFINITY, f64::max);
        let sum: f64 = self
            .components
            .iter()
            .map(|g| (log(g) - largest).exp())
            .sum();
        largest + sum.ln()
    }

    /// Draws `n` samples, row by row: `n * dim` values.
    pub fn sample<R: rand::Rng + ?Sized>(&self, rng: &mut R, n: usize) -> Vec<f32> {
        let cumulative: Vec<f64> = self
            .components
            .iter()
            .scan(0.0, |sum, g| {
                *sum += g.weight;
                Some(*sum)
            })
            .collect();
        let mut samples = Vec::with_capacity(n * self.dim);
        for _ in 0..n {
            let u: f64 = rng.random();
            // Rounding may leave the last sum a little below 1.
            let chosen = cumulative.partition_point(|&c| c <= u);
            let g = &self.components[chosen.min(self.components.len() - 1)];
            for mean in &g.mean[..self.dim] {
                let normal: f64 = rng.sample(StandardNormal);
                samples.push((mean + g.std * normal) as f32);
            }
        }
        samples
    }

    /// The smallest box that holds every component out to `reach` standard deviations.
    pub(crate) fn support(&self, reach: f64) -> Bounds {
        let mut bounds = Bounds {
            lower: [f64::INFINITY; 2],
            upper: [f64::NEG_INFINITY; 2],
        };
        for g in &self.components {
            for axis in 0..2 {
                bounds.lower[axis] = bounds.lower[axis].min(g.mean[axis] - reach * g.std);
                bounds.upper[axis] = bounds.upper[axis].max(g.mean[axis] + reach * g.std);
            }
        }
        bounds
    }

    /// A box to plot the data in: every component out to 4 standard deviations and a margin of a tenth.
    /// In one dimension the second axis is that of the density, from 0 to a quarter above its peak.
    pub fn bounds(&self) -> Bounds {
        let mut bounds = self.support(4.0);
        for axis in 0..2 {
            let margin = 0.1 * (bounds.upper[axis] - bounds.lower[axis]);
            bounds.lower[axis] -= margin;
            bounds.upper[axis] += margin;
        }
        if self.dim == 1 {
            let heights = self.components.iter().map(|g| self.density(&g.mean[..1]));
            bounds.lower[1] = 0.0;
            bounds.upper[1] = 1.25 * heights.fold(0.0, f64::max);
        }
        bounds
    }
}

#[cfg(test)]
mod tests {
    use crate::data::Toy;

    #[test]
    fn the_logarithm_of_the_density_goes_on_where_the_density_is_zero() {
        let toy: Toy =
            serde_json::from_str(r#"{"kind":"points","points":[[0,0],[3,4]],"std":0.5}"#).unwrap();
        let mixture = toy.mixture();
        for x in [[0.0, 0.0], [1.5, 2.0], [3.0, 4.5], [-1.0, 2.0]] {
            let (log, density) = (mixture.log_density(&x), mixture.density(&x));
            assert!((log - density.ln()).abs() < 1e-12, "{x:?}: {log} {density}");
        }
        let (far, std): (f64, f64) = (-100.0, 0.5);
        assert_eq!(mixture.density(&[far, 0.0]), 0.0);
        let expected = 0.5_f64.ln()
            - (2.0 * std::f64::consts::PI * std * std).ln()
            - far * far / (2.0 * std * std);
        assert!((mixture.log_density(&[far, 0.0]) - expected).abs() < 1e-9);
    }
}
