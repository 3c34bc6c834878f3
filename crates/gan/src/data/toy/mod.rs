//! Toy data in one or two dimensions with exact densities.
//!
//! Every toy *is* a finite mixture of isotropic Gaussians. Rings and grids are so by nature; curves (moons,
//! swiss roll, line) are defined as the uniform mixture over evenly spaced points of the curve. So the
//! density follows in closed form, and one sampler serves all:
//! choose a component, add its standard deviation times a standard normal.

mod curve;
mod mixture;

use serde::{Deserialize, Serialize};

pub use mixture::{Bounds, Gaussian, Mixture};

use crate::json::tagged;

/// Centres on each of the two moons.
pub const MOON_CENTRES: usize = 64;
/// Centres on the swiss roll.
pub const SWISS_ROLL_CENTRES: usize = 256;
/// Centres on the line.
pub const LINE_CENTRES: usize = 128;

/// As many points as can each be a mode.
const MOST_MODES: usize = 32;

/// One component of [`Toy::Mixture1d`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Component {
    /// Relative weight; weights are divided by their sum.
    #[cfg_attr(feature = "schema", schemars(range(min = 0.001, max = 1000.0)))]
    pub weight: f32,
    /// Mean.
    #[cfg_attr(feature = "schema", schemars(range(min = -100.0, max = 100.0)))]
    pub mean: f32,
    /// Standard deviation.
    #[cfg_attr(feature = "schema", schemars(range(min = 1e-4, max = 10.0)))]
    pub std: f32,
}

/// A toy distribution. Lengths are in the units of the data; angles in degrees.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(
    feature = "schema",
    derive(schemars::JsonSchema),
    schemars(tag = "kind")
)]
#[serde(remote = "Self", rename_all = "snake_case", deny_unknown_fields)]
pub enum Toy {
    /// Equal Gaussians evenly spaced on a circle about the origin, the first on the positive x axis.
    /// The defaults are those of unrolled GANs (Metz et al. 2017, appendix): 8 modes, radius 2, std 0.02.
    Ring {
        /// Number of modes.
        #[serde(default = "default::ring_modes")]
        #[cfg_attr(feature = "schema", schemars(range(min = 1, max = 64)))]
        modes: u32,
        /// Radius of the circle.
        #[serde(default = "default::ring_radius")]
        #[cfg_attr(feature = "schema", schemars(range(min = 0.001, max = 100.0)))]
        radius: f32,
        /// Standard deviation of each mode.
        #[serde(default = "default::ring_std")]
        #[cfg_attr(feature = "schema", schemars(range(min = 1e-4, max = 10.0)))]
        std: f32,
        /// Whether the k-th mode is 1/k times as likely as the first, as the words of a language are (Zipf's law).
        #[serde(default)]
        zipf: bool,
    },
    /// Equal Gaussians on a square lattice about the origin.
    /// The defaults are those of VEEGAN and PacGAN: 5 by 5 modes, spacing 2, std 0.05.
    Grid {
        /// Modes along one side.
        #[serde(default = "default::grid_side")]
        #[cfg_attr(feature = "schema", schemars(range(min = 1, max = 16)))]
        side: u32,
        /// Distance between neighbours.
        #[serde(default = "default::grid_spacing")]
        #[cfg_attr(feature = "schema", schemars(range(min = 0.001, max = 100.0)))]
        spacing: f32,
        /// Standard deviation of each mode.
        #[serde(default = "default::curve_std")]
        #[cfg_attr(feature = "schema", schemars(range(min = 1e-4, max = 10.0)))]
        std: f32,
    },
    /// Two interleaved half circles of radius 1, centred on the origin, of 64 centres each.
    Moons {
        /// Standard deviation about the curve.
        #[serde(default = "default::curve_std")]
        #[cfg_attr(feature = "schema", schemars(range(min = 1e-4, max = 10.0)))]
        std: f32,
    },
    /// An Archimedean spiral of one and a half turns, radius 2/3 to 2, of 256 centres.
    SwissRoll {
        /// Standard deviation about the curve.
        #[serde(default = "default::curve_std")]
        #[cfg_attr(feature = "schema", schemars(range(min = 1e-4, max = 10.0)))]
        std: f32,
    },
    /// A straight segment through the origin, of 128 centres.
    Line {
        /// Length of the segment.
        #[serde(default = "default::line_length")]
        #[cfg_attr(feature = "schema", schemars(range(min = 0.001, max = 100.0)))]
        length: f32,
        /// Angle with the x axis in degrees.
        #[serde(default)]
        #[cfg_attr(feature = "schema", schemars(range(min = -360.0, max = 360.0)))]
        angle: f32,
        /// Standard deviation about the segment.
        #[serde(default = "default::curve_std")]
        #[cfg_attr(feature = "schema", schemars(range(min = 1e-4, max = 10.0)))]
        std: f32,
    },
    /// Equal Gaussians at given points, such as those that somebody drew.
    Points {
        /// The points.
        #[cfg_attr(feature = "schema", schemars(length(min = 1, max = 4096), inner(inner(range(min = -100.0, max = 100.0)))))]
        points: Vec<[f32; 2]>,
        /// Standard deviation about each point.
        #[serde(default = "default::curve_std")]
        #[cfg_attr(feature = "schema", schemars(range(min = 1e-4, max = 10.0)))]
        std: f32,
    },
    /// A mixture of Gaussians on the line. The default is 0.6 N(-1.5, 0.5²) + 0.4 N(1.5, 0.5²), on which
    /// the divergences of figure 14 of the tutorial choose different single Gaussians.
    Mixture1d {
        /// The components.
        #[serde(default = "default::components")]
        #[cfg_attr(feature = "schema", schemars(length(min = 1, max = 64)))]
        components: Vec<Component>,
    },
}

tagged!(Toy);

mod default {
    use super::Component;

    pub(super) fn ring_modes() -> u32 {
        8
    }
    pub(super) fn ring_radius() -> f32 {
        2.0
    }
    pub(super) fn ring_std() -> f32 {
        0.02
    }
    pub(super) fn grid_side() -> u32 {
        5
    }
    pub(super) fn grid_spacing() -> f32 {
        2.0
    }
    pub(super) fn curve_std() -> f32 {
        0.05
    }
    pub(super) fn line_length() -> f32 {
        4.0
    }
    pub(super) fn components() -> Vec<Component> {
        [(0.6, -1.5), (0.4, 1.5)]
            .map(|(weight, mean)| Component {
                weight,
                mean,
                std: 0.5,
            })
            .to_vec()
    }
}

impl Default for Toy {
    fn default() -> Self {
        Toy::Ring {
            modes: default::ring_modes(),
            radius: default::ring_radius(),
            std: default::ring_std(),
            zipf: false,
        }
    }
}

impl Toy {
    /// Number of coordinates of a sample: 1 or 2.
    pub fn dim(&self) -> usize {
        match self {
            Toy::Mixture1d { .. } => 1,
            Toy::Ring { .. }
            | Toy::Grid { .. }
            | Toy::Moons { .. }
            | Toy::SwissRoll { .. }
            | Toy::Line { .. }
            | Toy::Points { .. } => 2,
        }
    }

    /// The mixture that this toy is. Build it once where many densities or samples are wanted.
    pub fn mixture(&self) -> Mixture {
        let gaussians = |centres: Vec<[f64; 2]>, std: f32, weight: &dyn Fn(usize) -> f64| {
            let std = f64::from(std);
            let total: f64 = (0..centres.len()).map(weight).sum();
            let gaussian = |(i, mean)| Gaussian {
                weight: weight(i) / total,
                mean,
                std,
            };
            Mixture::new(2, centres.into_iter().enumerate().map(gaussian).collect())
        };
        let equal = |centres, std| gaussians(centres, std, &|_| 1.0);
        match self {
            Toy::Ring {
                modes,
                radius,
                std,
                zipf,
            } => {
                let weight = |i: usize| if *zipf { 1.0 / (i + 1) as f64 } else { 1.0 };
                gaussians(curve::ring(*modes, (*radius).into()), *std, &weight)
            }
            Toy::Grid { side, spacing, std } => equal(curve::grid(*side, (*spacing).into()), *std),
            Toy::Moons { std } => equal(curve::moons(), *std),
            Toy::SwissRoll { std } => equal(curve::swiss_roll(), *std),
            Toy::Line { length, angle, std } => {
                equal(curve::line((*length).into(), (*angle).into()), *std)
            }
            Toy::Points { points, std } => {
                equal(points.iter().map(|p| p.map(f64::from)).collect(), *std)
            }
            Toy::Mixture1d { components } => {
                let total: f64 = components.iter().map(|c| f64::from(c.weight)).sum();
                let gaussian = |c: &Component| Gaussian {
                    weight: f64::from(c.weight) / total,
                    mean: [c.mean.into(), 0.0],
                    std: c.std.into(),
                };
                Mixture::new(1, components.iter().map(gaussian).collect())
            }
        }
    }

    /// The components of the mixture; weights add up to 1. In one dimension `mean[1]` is 0 and unused.
    pub fn components(&self) -> Vec<Gaussian> {
        self.mixture().components().to_vec()
    }

    /// The centres that count as modes, or `None` where the data follows a curve.
    pub fn modes(&self) -> Option<Vec<[f64; 2]>> {
        match self {
            // Many points are a drawn curve or cloud, whose points are no modes.
            Toy::Points { points, .. } if points.len() > MOST_MODES => None,
            Toy::Ring { .. } | Toy::Grid { .. } | Toy::Points { .. } | Toy::Mixture1d { .. } => {
                Some(self.components().iter().map(|g| g.mean).collect())
            }
            Toy::Moons { .. } | Toy::SwissRoll { .. } | Toy::Line { .. } => None,
        }
    }

    /// Exact density at a point of [`dim`](Self::dim) coordinates.
    pub fn density(&self, x: &[f64]) -> f64 {
        self.mixture().density(x)
    }

    /// A box to plot the data in.
    pub fn bounds(&self) -> Bounds {
        self.mixture().bounds()
    }

    /// Draws `n` samples, row by row: `n * dim` values.
    pub fn sample<R: rand::Rng + ?Sized>(&self, rng: &mut R, n: usize) -> Vec<f32> {
        self.mixture().sample(rng, n)
    }
}

#[cfg(test)]
mod tests;
