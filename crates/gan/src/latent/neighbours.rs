//! The grid of a latent and its neighbours, as the DCGAN paper shows each result.

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::{LatentError, single};

/// How far a number of a neighbour is from the latent's own, at most; the paper's value.
pub const RADIUS: f32 = 0.25;

/// Nine latents around `z`, `[9, dim]`; `z` itself is the fifth, the middle of the grid. The others differ from it by noise
/// that is uniform in `±radius`.
///
/// # Errors
/// Not one latent, or a radius that is no positive number.
pub fn neighbours(z: &[f32], dim: usize, radius: f32, seed: u32) -> Result<Vec<f32>, LatentError> {
    let z = single("z", z, dim)?;
    if !(radius > 0.0 && radius.is_finite()) {
        return Err(LatentError::Range {
            what: "radius",
            found: radius.to_string(),
            range: "a number above 0, such as 0.25".into(),
        });
    }
    let mut rng = ChaCha8Rng::seed_from_u64(u64::from(seed));
    let mut grid = Vec::with_capacity(9 * dim);
    for place in 0..9 {
        let moved = z.iter().map(|&x| match place {
            4 => x,
            _ => x + rng.random_range(-radius..radius),
        });
        grid.extend(moved);
    }
    Ok(grid)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_latent_is_in_the_middle_of_others_within_the_radius() {
        let z = [1.0, -2.0, 3.0];
        let grid = neighbours(&z, 3, 0.25, 7).unwrap();
        assert_eq!(grid[12..15], z);
        for (place, row) in grid.chunks(3).enumerate().filter(|(place, _)| *place != 4) {
            let distances = row.iter().zip(z).map(|(a, b)| (a - b).abs());
            assert!(distances.clone().all(|d| d <= 0.25), "{row:?}");
            assert!(distances.sum::<f32>() > 0.0, "{place}");
        }
        assert!(neighbours(&z, 3, f32::NAN, 7).is_err());
        assert!(neighbours(&grid, 3, 0.25, 7).is_err());
    }
}
