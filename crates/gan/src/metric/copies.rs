//! Whether a generator copies its training images.

use super::distance::{squared_distances, squared_norms};
use super::{Rows, ascending};

/// Rows that are compared at once.
const BLOCK: usize = 256;

/// The distance of each row of `a` to the nearest row of `b`.
pub fn nearest(a: Rows<'_>, b: Rows<'_>) -> Vec<f32> {
    nearest_rows(a, b)
        .into_iter()
        .map(|(_, distance)| distance)
        .collect()
}

/// The nearest row of `b` to each row of `a`: which, and how far.
pub fn nearest_rows(a: Rows<'_>, b: Rows<'_>) -> Vec<(usize, f32)> {
    let mut best = vec![(0, f32::INFINITY); a.len()];
    let mut out = vec![0.0; BLOCK * BLOCK];
    for b_start in (0..b.len()).step_by(BLOCK) {
        let b = b.slice(b_start..(b_start + BLOCK).min(b.len()));
        let norms = squared_norms(b);
        for a_start in (0..a.len()).step_by(BLOCK) {
            let a = a.slice(a_start..(a_start + BLOCK).min(a.len()));
            let out = &mut out[..a.len() * b.len()];
            squared_distances(a, b, &norms, out);
            for (best, row) in best[a_start..].iter_mut().zip(out.chunks_exact(b.len())) {
                for (i, &square) in row.iter().enumerate() {
                    if square < best.1 {
                        *best = (b_start + i, square);
                    }
                }
            }
        }
    }
    best.into_iter()
        .map(|(i, square)| (i, square.sqrt()))
        .collect()
}

/// The middle value, or the mean of the two in the middle; NaN of nothing.
pub fn median(values: &[f32]) -> f64 {
    let order = ascending(values);
    let (low, high) = (order.len().saturating_sub(1) / 2, order.len() / 2);
    match order.get(low).zip(order.get(high)) {
        Some((&a, &b)) => f64::midpoint(f64::from(values[a]), f64::from(values[b])),
        None => f64::NAN,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn planted_copies_are_nearer_than_anything_else() {
        let values: Vec<f32> = (0..600 * 4)
            .map(|i| ((i * 37) % 101) as f32 / 50.0)
            .collect();
        let all = Rows::new("x", &values, 4).unwrap();
        let (set, others) = (all.slice(0..300), all.slice(300..600));
        let copies = nearest(set.slice(20..120), set);
        assert!(median(&copies) < 1e-3, "{}", median(&copies));
        let found = nearest(others, set);
        for (i, &distance) in found.iter().enumerate() {
            let to = |j: usize| {
                let pairs = others.row(i).iter().zip(set.row(j));
                pairs.map(|(a, b)| (a - b).powi(2)).sum::<f32>().sqrt()
            };
            let expected = (0..300).map(to).fold(f32::INFINITY, f32::min);
            assert!(
                (distance - expected).abs() < 1e-2,
                "{i}: {distance} {expected}"
            );
        }
    }

    #[test]
    fn the_median_is_the_middle() {
        assert_eq!(median(&[3.0, 1.0, 2.0]), 2.0);
        assert_eq!(median(&[4.0, 1.0, 2.0, 3.0]), 2.5);
        assert!(median(&[]).is_nan());
    }
}
