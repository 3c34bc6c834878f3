//! Ways from one latent to another.

use super::{LatentError, norm, single};

/// The path of a walk between two latents.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Walk {
    /// Straight. Between latents of a Gaussian it cuts through the middle, where the prior has almost no mass.
    Linear,
    /// Along the great circle, while the distance from the middle changes evenly (Shoemake 1985; White 2016).
    Spherical,
}

/// Directions nearer to parallel than this have no circle to follow, so the way between them is straight.
const PARALLEL: f32 = 1e-4;

/// `steps` latents from `a` to `b`, both included, `[steps, dim]`.
///
/// # Errors
/// Not one latent each, or fewer than two steps.
pub fn walk(
    a: &[f32],
    b: &[f32],
    dim: usize,
    steps: usize,
    kind: Walk,
) -> Result<Vec<f32>, LatentError> {
    let (a, b) = (single("a", a, dim)?, single("b", b, dim)?);
    if !(2..=10_000).contains(&steps) {
        return Err(LatentError::Range {
            what: "steps",
            found: steps.to_string(),
            range: "2 to 10000".into(),
        });
    }
    let (from, to) = (norm(a), norm(b));
    let dot: f32 = a.iter().zip(b).map(|(x, y)| x * y).sum();
    let angle = (dot / (from * to)).clamp(-1.0, 1.0).acos();
    let circle = kind == Walk::Spherical && angle.sin() > PARALLEL;
    let mut path = Vec::with_capacity(steps * dim);
    for step in 0..steps {
        let t = step as f32 / (steps - 1) as f32;
        let (mut wa, mut wb) = (1.0 - t, t);
        if circle {
            let length = (1.0 - t) * from + t * to;
            wa = ((1.0 - t) * angle).sin() / angle.sin() * length / from;
            wb = (t * angle).sin() / angle.sin() * length / to;
        }
        path.extend(a.iter().zip(b).map(|(x, y)| wa * x + wb * y));
    }
    Ok(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(found: &[f32], expected: &[f32]) {
        let apart = found.iter().zip(expected).map(|(a, b)| (a - b).abs());
        assert!(apart.fold(0.0, f32::max) < 1e-5, "{found:?} {expected:?}");
    }

    #[test]
    fn a_straight_walk_halves_and_a_spherical_one_keeps_its_distance() {
        let (a, b) = ([2.0, 0.0], [0.0, 2.0]);
        let straight = walk(&a, &b, 2, 3, Walk::Linear).unwrap();
        close(&straight, &[2.0, 0.0, 1.0, 1.0, 0.0, 2.0]);
        let half = 2_f32.sqrt();
        let circle = walk(&a, &b, 2, 3, Walk::Spherical).unwrap();
        close(&circle, &[2.0, 0.0, half, half, 0.0, 2.0]);
        // Between different distances from the middle, the distance changes evenly.
        let spiral = walk(&a, &[0.0, 4.0], 2, 5, Walk::Spherical).unwrap();
        let distances: Vec<f32> = spiral.chunks(2).map(norm).collect();
        close(&distances, &[2.0, 2.5, 3.0, 3.5, 4.0]);
    }

    #[test]
    fn parallel_opposite_and_zero_latents_have_a_way_too() {
        for (a, b) in [
            ([1.0, 0.0], [3.0, 0.0]),
            ([1.0, 0.0], [-1.0, 0.0]),
            ([0.0; 2], [1.0, 1.0]),
        ] {
            let path = walk(&a, &b, 2, 5, Walk::Spherical).unwrap();
            assert!(path.iter().all(|x| x.is_finite()), "{path:?}");
            close(&path[..2], &a);
            close(&path[8..], &b);
        }
        assert!(walk(&[0.0], &[1.0], 1, 1, Walk::Linear).is_err());
    }
}
