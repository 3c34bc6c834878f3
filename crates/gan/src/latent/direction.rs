//! Directions that labels or measurements of samples point out.

use super::{LatentError, rows};

/// From the mean latent of samples that lack something to that of samples that show it: `shows` says for each latent
/// which, where anybody can tell. One step along it turns the one mean into the other.
///
/// # Errors
/// Latents of which none, or all, show it.
pub fn class_direction(
    name: &str,
    latents: &[f32],
    dim: usize,
    shows: &[Option<bool>],
) -> Result<Vec<f32>, LatentError> {
    let mut sums = [vec![0.0_f64; dim], vec![0.0; dim]];
    let mut counts = [0_usize; 2];
    for (row, shown) in rows(name, latents, dim)?.zip(shows) {
        let Some(side) = shown.map(usize::from) else {
            continue;
        };
        counts[side] += 1;
        (sums[side].iter_mut().zip(row)).for_each(|(sum, &x)| *sum += f64::from(x));
    }
    if counts.contains(&0) {
        return Err(LatentError::TooFew {
            wanted: format!("both sides of {name}"),
            tried: shows.len(),
            found: counts.into_iter().max().unwrap_or(0),
            needed: 1,
        });
    }
    let [without, with] = [0, 1].map(|side| (&sums[side], counts[side] as f64));
    let step = |i: usize| (with.0[i] / with.1 - without.0[i] / without.1) as f32;
    Ok((0..dim).map(step).collect())
}

/// The direction along which a measured property rises among samples of the same class: the covariance of latents and
/// property. Numbers of the prior's latents are uncorrelated, so this is the least-squares slope up to a factor; its
/// length is the share of the property's spread that a line explains, times the prior's scale. A sample without property
/// or class does not count.
///
/// # Errors
/// Numbers that do not form latents, or no sample that counts.
pub fn property_direction(
    name: &str,
    latents: &[f32],
    dim: usize,
    property: &[Option<f64>],
    class: &[Option<usize>],
) -> Result<Vec<f32>, LatentError> {
    let rows = rows(name, latents, dim)?;
    let classes = class.iter().flatten().max().map_or(0, |last| last + 1);
    let counted = || (property.iter().zip(class)).map(|(p, c)| Some(((*p)?, (*c)?)));
    let mut sums = vec![(0.0, 0.0); classes];
    for (p, c) in counted().flatten() {
        sums[c] = (sums[c].0 + p, sums[c].1 + 1.0);
    }
    let rest = |(p, c): (f64, usize)| p - sums[c].0 / sums[c].1;
    let squares: f64 = counted().flatten().map(|at| rest(at).powi(2)).sum();
    let count = counted().flatten().count() as f64;
    if squares <= 0.0 {
        return Err(LatentError::TooFew {
            wanted: format!("different {name}"),
            tried: property.len(),
            found: 0,
            needed: 2,
        });
    }
    let spread = (squares / count).sqrt();
    let mut slope = vec![0.0_f64; dim];
    for (row, at) in rows.zip(counted()) {
        let Some(at) = at else { continue };
        let weight = rest(at) / spread / count;
        (slope.iter_mut().zip(row)).for_each(|(s, &x)| *s += weight * f64::from(x));
    }
    Ok(slope.into_iter().map(|s| s as f32).collect())
}

/// The part of `direction` that is orthogonal to all of `others`: moving along it leaves alone what they change (Shen et
/// al. 2020, conditional manipulation).
pub fn without(direction: &[f32], others: &[&[f32]]) -> Vec<f32> {
    let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(x, y)| x * y).sum::<f64>();
    let wide = |v: &[f32]| v.iter().map(|&x| f64::from(x)).collect::<Vec<_>>();
    let rest = |mut vector: Vec<f64>, basis: &[Vec<f64>]| {
        for unit in basis {
            let along = dot(&vector, unit);
            (vector.iter_mut().zip(unit)).for_each(|(x, u)| *x -= along * u);
        }
        vector
    };
    let mut basis: Vec<Vec<f64>> = Vec::new();
    for other in others {
        let other = wide(other);
        let whole = dot(&other, &other);
        let new = rest(other, &basis);
        let length = dot(&new, &new);
        // One that the others before it make up adds nothing but rounding.
        if length > 1e-6 * whole {
            basis.push(new.iter().map(|x| x / length.sqrt()).collect());
        }
    }
    let left = rest(wide(direction), &basis);
    left.into_iter().map(|x| x as f32).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Prior, PriorKind};
    use crate::latent::{Truncation, draw};

    /// Cosine of the angle between two directions.
    fn cosine(a: &[f32], b: &[f32]) -> f32 {
        let dot = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(x, y)| x * y).sum::<f32>();
        dot(a, b) / (dot(a, a) * dot(b, b)).sqrt()
    }

    #[test]
    fn a_planted_direction_is_found_from_labels_and_from_a_property() {
        let prior = Prior {
            kind: PriorKind::Normal,
            dim: 8,
            scale: 1.0,
        };
        let z = draw(&prior, 4000, 1, Truncation::NONE);
        let planted = [0.6, 0.0, -0.8, 0.0, 0.0, 0.0, 0.0, 0.0];
        let along: Vec<f64> = (z.chunks(8))
            .map(|row| row.iter().zip(planted).map(|(x, p)| f64::from(x * p)).sum())
            .collect();
        let shows: Vec<_> = along
            .iter()
            .map(|&a| (a.abs() > 0.1).then_some(a > 0.0))
            .collect();
        let by_class = class_direction("x", &z, 8, &shows).unwrap();
        assert!(cosine(&by_class, &planted) > 0.99);
        // The means of the two halves of a normal beyond 0.1 are 2 phi(0.1) / Q(0.1) apart.
        let length: f32 = by_class.iter().map(|x| x * x).sum::<f32>().sqrt();
        assert!((length - 1.726).abs() < 0.06, "{length}");
        // Two classes that differ by far more than what is looked for.
        let class: Vec<_> = (0..4000).map(|i| Some(i % 2)).collect();
        let property: Vec<_> = (along.iter().zip(&class))
            .map(|(a, c)| Some(a + 100.0 * c.unwrap() as f64))
            .collect();
        let by_property = property_direction("x", &z, 8, &property, &class).unwrap();
        assert!(cosine(&by_property, &planted) > 0.99);
        let length: f32 = by_property.iter().map(|x| x * x).sum::<f32>().sqrt();
        assert!((length - 1.0).abs() < 0.05, "{length}");
    }

    #[test]
    fn what_is_left_is_orthogonal_to_the_others() {
        let others: [&[f32]; 3] = [
            &[1.0, 0.0, 0.0, 1.0],
            &[0.0, 2.0, 0.0, 0.0],
            &[1.0, 2.0, 0.0, 1.0],
        ];
        let left = without(&[1.0, 1.0, 1.0, 0.0], &others);
        for (found, expected) in left.iter().zip([0.5, 0.0, 1.0, -0.5]) {
            assert!((found - expected).abs() < 1e-6, "{left:?}");
        }
    }

    #[test]
    fn one_side_alone_gives_no_direction() {
        let error = class_direction("glasses", &[1.0, 2.0], 1, &[Some(true), None]).unwrap_err();
        assert!(
            error.to_string().contains("both sides of glasses"),
            "{error}"
        );
    }
}
