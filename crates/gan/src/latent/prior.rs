//! Draws from the prior on the host.

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rand_distr::StandardNormal;

use super::LatentError;
use crate::config::{Prior, PriorKind};

/// How much of the prior is drawn from: each number of a latent comes from the middle share of its distribution. Typical
/// samples in exchange for variety (Brock et al. 2019). Signs are all as far from the middle, so of them it leaves out none.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Truncation(f64);

impl Truncation {
    /// No truncation: the whole prior.
    pub const NONE: Self = Self(1.0);

    /// The middle share, 1 for all.
    ///
    /// # Errors
    /// A share that is no number from 0.05 to 1; below, almost every draw would be thrown away.
    pub fn to(share: f64) -> Result<Self, LatentError> {
        if (0.05..=1.0).contains(&share) {
            return Ok(Self(share));
        }
        Err(LatentError::Range {
            what: "truncation",
            found: share.to_string(),
            range: "0.05 to 1".into(),
        })
    }

    /// The largest distance from the middle, in scales of the prior.
    fn threshold(self, kind: PriorKind) -> f32 {
        match kind {
            _ if self == Self::NONE => f32::INFINITY,
            PriorKind::Uniform => self.0 as f32,
            PriorKind::Signs => f32::INFINITY,
            PriorKind::Normal => {
                // Where erf(x / sqrt 2) is the share, by bisection.
                let (mut low, mut high) = (0.0, 8.0);
                for _ in 0..50 {
                    let middle = f64::midpoint(low, high);
                    let inside = libm::erf(middle * std::f64::consts::FRAC_1_SQRT_2) < self.0;
                    *(if inside { &mut low } else { &mut high }) = middle;
                }
                high as f32
            }
        }
    }
}

/// `count` latents `[count, prior.dim]`, the same for the same seed on every backend.
pub fn draw(prior: &Prior, count: usize, seed: u32, truncation: Truncation) -> Vec<f32> {
    let mut rng = ChaCha8Rng::seed_from_u64(u64::from(seed) ^ 0x5eed);
    let scale = prior.scale as f32;
    let threshold = truncation.threshold(prior.kind);
    let mut number = || match prior.kind {
        PriorKind::Normal => rng.sample::<f32, _>(StandardNormal),
        PriorKind::Uniform => rng.random_range(-1.0..1.0),
        PriorKind::Signs => [-1.0, 1.0][usize::from(rng.random::<bool>())],
    };
    let mut inside = || loop {
        let x = number();
        if x.abs() <= threshold {
            return x * scale;
        }
    };
    (0..count * prior.dim).map(|_| inside()).collect()
}

/// How far latents of the prior are from the middle: the root of their mean squared distance.
pub fn typical_norm(prior: &Prior) -> f32 {
    let variance = match prior.kind {
        PriorKind::Normal | PriorKind::Signs => 1.0,
        PriorKind::Uniform => 1.0 / 3.0,
    };
    (prior.scale * (prior.dim as f64 * variance).sqrt()) as f32
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::latent::norm;

    #[test]
    fn latents_have_the_typical_norm_and_truncation_holds() {
        for kind in [PriorKind::Normal, PriorKind::Uniform, PriorKind::Signs] {
            let prior = Prior {
                kind,
                dim: 50,
                scale: 2.0,
            };
            let z = draw(&prior, 400, 3, Truncation::NONE);
            let squares: f32 = z.chunks(50).map(|row| norm(row).powi(2)).sum();
            let ratio = (squares / 400.0).sqrt() / typical_norm(&prior);
            assert!((ratio - 1.0).abs() < 0.02, "{kind:?} {ratio}");
            assert_eq!(z, draw(&prior, 400, 3, Truncation::NONE));
            assert_ne!(z, draw(&prior, 400, 4, Truncation::NONE));
            let near = draw(&prior, 400, 3, Truncation::to(0.5).unwrap());
            // Half of a normal is within 0.6745 standard deviations, half of a uniform within half its width, no sign within
            // less than all.
            let limit = match kind {
                PriorKind::Normal => 0.6745 * 2.0,
                PriorKind::Uniform => 1.0,
                PriorKind::Signs => 2.0,
            };
            let farthest = near.iter().map(|x| x.abs()).fold(0.0, f32::max);
            assert!((farthest - limit).abs() < 2e-3, "{kind:?} {farthest}");
        }
        assert!(Truncation::to(0.0).is_err() && Truncation::to(f64::NAN).is_err());
    }
}
