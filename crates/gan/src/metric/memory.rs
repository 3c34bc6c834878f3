//! Whether a discriminator knows its training images by heart.

/// The share of pairs in which the number of `a` is above that of `b`, ties counted half: the area under the curve of a
/// classifier that tells them apart by these numbers (Mann and Whitney 1947). One half where nothing tells them apart,
/// whatever the numbers' scale; NaN of nothing.
pub fn above(a: &[f32], b: &[f32]) -> f64 {
    let mut half_wins = 0;
    for x in a {
        for y in b {
            half_wins += usize::from(x > y) + usize::from(x >= y);
        }
    }
    half_wins as f64 / (2 * a.len() * b.len()) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_tells_apart_is_above() {
        assert_eq!(above(&[2.0, 3.0], &[0.0, 1.0]), 1.0);
        assert_eq!(above(&[0.0, 1.0], &[2.0, 3.0]), 0.0);
    }

    #[test]
    fn ties_are_undecided() {
        assert_eq!(above(&[1.0; 4], &[1.0; 3]), 0.5);
        // Of four pairs one is won, two are lost, one is even.
        assert_eq!(above(&[0.0, 2.0], &[2.0, 1.0]), 0.375);
    }

    #[test]
    fn nothing_is_not_a_number() {
        assert!(above(&[], &[1.0]).is_nan());
    }
}
