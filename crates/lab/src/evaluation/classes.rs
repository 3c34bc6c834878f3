//! Whether each image shows something, and all together everything.

/// `exp E KL(p(y|x) || p(y))` of probabilities `[n, classes]`: 1 where every image says the same, the number of classes where
/// each is sure and all are as frequent (Salimans et al. 2016, section 4, with another network).
pub(crate) fn class_score(probabilities: &[f32], classes: usize) -> f64 {
    let count = (probabilities.len() / classes) as f64;
    let mut mean = vec![0.0; classes];
    for row in probabilities.chunks(classes) {
        (mean.iter_mut().zip(row)).for_each(|(mean, &p)| *mean += f64::from(p) / count);
    }
    let kl = |row: &[f32]| -> f64 {
        (row.iter().zip(&mean))
            .filter(|(p, _)| **p > 0.0)
            .map(|(&p, mean)| f64::from(p) * (f64::from(p) / mean).ln())
            .sum()
    };
    (probabilities.chunks(classes).map(kl).sum::<f64>() / count).exp()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_counts_the_classes_that_are_shown_for_sure() {
        let sure = |class: usize| {
            let mut row = vec![0.0; 4];
            row[class] = 1.0;
            row
        };
        let of = |classes: &[usize]| {
            class_score(
                &classes.iter().flat_map(|&c| sure(c)).collect::<Vec<_>>(),
                4,
            )
        };
        assert!((of(&[0, 1, 2, 3]) - 4.0).abs() < 1e-9);
        assert!((of(&[0, 1, 0, 1]) - 2.0).abs() < 1e-9);
        assert!((of(&[2, 2, 2]) - 1.0).abs() < 1e-9);
        assert!((class_score(&[0.25; 12], 4) - 1.0).abs() < 1e-9);
    }
}
