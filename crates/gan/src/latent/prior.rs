//! Draws from the prior on the host.

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rand_distr::StandardNormal;

use super::LatentError;
use crate::config::{Prior, PriorKind};

/// No number of a latent is farther from the middle than this many scales of the prior: typical samples in exchange for
/// variety (Brock et al. 2019).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Truncation(f32);

impl Truncation {
    /// At so many scales: standard deviations of a normal prior, half widths of a uniform one.
    ///
    /// # Errors
    /// A threshold that is no number from 0.05 to 10; below, almost every draw would be thrown away.
    pub fn at(threshold: f32) -> Result<Self, LatentError> {
        if (0.05..=10.0).contains(&threshold) {
            return Ok(Self(threshold));
        }
        Err(LatentError::Range {
            what: "truncation",
            found: threshold.to_string(),
            range: "0.05 to 10".into(),
        })
    }
}

/// `count` latents `[count, prior.dim]`, the same for the same seed on every backend.
pub fn draw(prior: &Prior, count: usize, seed: u32, truncation: Option<Truncation>) -> Vec<f32> {
    let mut rng = ChaCha8Rng::seed_from_u64(u64::from(seed) ^ 0x5eed);
    let scale = prior.scale as f32;
    let mut number = || match prior.kind {
        PriorKind::Normal => rng.sample::<f32, _>(StandardNormal),
        PriorKind::Uniform => rng.random_range(-1.0..1.0),
    };
    let mut inside = || loop {
        let x = number();
        if truncation.is_none_or(|t| x.abs() <= t.0) {
            return x * scale;
        }
    };
    (0..count * prior.dim).map(|_| inside()).collect()
}

/// How far latents of the prior are from the middle: the root of their mean squared distance.
pub fn typical_norm(prior: &Prior) -> f32 {
    let variance = match prior.kind {
        PriorKind::Normal => 1.0,
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
        for kind in [PriorKind::Normal, PriorKind::Uniform] {
            let prior = Prior {
                kind,
                dim: 50,
                scale: 2.0,
            };
            let z = draw(&prior, 400, 3, None);
            let squares: f32 = z.chunks(50).map(|row| norm(row).powi(2)).sum();
            let ratio = (squares / 400.0).sqrt() / typical_norm(&prior);
            assert!((ratio - 1.0).abs() < 0.02, "{kind:?} {ratio}");
            assert_eq!(z, draw(&prior, 400, 3, None));
            assert_ne!(z, draw(&prior, 400, 4, None));
            let half = Truncation::at(0.5).unwrap();
            let near = draw(&prior, 400, 3, Some(half));
            assert!(near.iter().all(|x| x.abs() <= 1.0));
            assert!(near.iter().any(|x| x.abs() > 0.9));
        }
        assert!(Truncation::at(0.0).is_err() && Truncation::at(f32::NAN).is_err());
    }
}
