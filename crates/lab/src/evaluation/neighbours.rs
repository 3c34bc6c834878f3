//! Quality and variety apart, by balls around samples and data that reach to their k-th nearest neighbour.

use nalgebra::{DMatrix, DVector};

/// The neighbour that a ball reaches to.
const K: usize = 5;

/// Shares from 0 to 1; only the density can be larger.
#[derive(Debug)]
pub(crate) struct Neighbours {
    /// Samples within a ball of the data (Kynkaanniemi et al. 2019).
    pub(crate) precision: f64,
    /// Data within a ball of the samples.
    pub(crate) recall: f64,
    /// Balls of the data that a sample is in, over k (Naeem et al. 2020): 1 for samples of the data itself.
    pub(crate) density: f64,
    /// Balls of the data with a sample in them: 1 - 2^-k for samples of the data itself.
    pub(crate) coverage: f64,
}

pub(crate) fn neighbours(data: &DMatrix<f64>, samples: &DMatrix<f64>) -> Neighbours {
    let (of_data, of_samples) = (radii(data), radii(samples));
    let apart = squared(data, samples);
    let (n, m) = apart.shape();
    let mut within = 0_usize;
    let mut precise = vec![false; m];
    let mut covered = vec![false; n];
    let mut recalled = vec![false; n];
    for j in 0..m {
        for i in 0..n {
            if apart[(i, j)] <= of_data[i] {
                within += 1;
                precise[j] = true;
                covered[i] = true;
            }
            recalled[i] |= apart[(i, j)] <= of_samples[j];
        }
    }
    let share = |of: &[bool]| of.iter().filter(|&&yes| yes).count() as f64 / of.len() as f64;
    Neighbours {
        precision: share(&precise),
        recall: share(&recalled),
        density: within as f64 / (K * m) as f64,
        coverage: share(&covered),
    }
}

/// Squared distances of each row of `a` to each of `b`.
fn squared(a: &DMatrix<f64>, b: &DMatrix<f64>) -> DMatrix<f64> {
    let norms = |rows: &DMatrix<f64>| -> DVector<f64> {
        DVector::from_iterator(rows.nrows(), rows.row_iter().map(|row| row.norm_squared()))
    };
    let (of_a, of_b) = (norms(a), norms(b));
    let mut squared = a * b.transpose() * -2.0;
    for (j, mut column) in squared.column_iter_mut().enumerate() {
        for (i, value) in column.iter_mut().enumerate() {
            *value = (*value + of_a[i] + of_b[j]).max(0.0);
        }
    }
    squared
}

/// The squared distance of each row to its k-th nearest other row.
fn radii(rows: &DMatrix<f64>) -> Vec<f64> {
    let mut apart = squared(rows, rows);
    let columns = apart.column_iter_mut();
    let radius = |mut column: nalgebra::DVectorViewMut<'_, f64>| {
        // The nearest is the row itself.
        let (_, radius, _) = column
            .as_mut_slice()
            .select_nth_unstable_by(K, f64::total_cmp);
        *radius
    };
    columns.map(radius).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(from: f64, count: usize) -> DMatrix<f64> {
        DMatrix::from_fn(count, 1, |i, _| from + i as f64)
    }

    #[test]
    fn the_same_set_is_precise_and_covered_and_one_far_away_is_neither() {
        let data = line(0.0, 40);
        let same = neighbours(&data, &data);
        assert_eq!(
            (same.precision, same.recall, same.coverage),
            (1.0, 1.0, 1.0)
        );
        let far = neighbours(&data, &line(1000.0, 40));
        assert_eq!((far.precision, far.recall, far.coverage), (0.0, 0.0, 0.0));
    }

    #[test]
    fn a_part_of_the_data_is_precise_and_leaves_the_rest_uncovered() {
        // Balls reach three places to either side, five to one side at the ends.
        let part = neighbours(&line(0.0, 100), &line(0.0, 50));
        assert_eq!(part.precision, 1.0);
        assert!((part.recall - 0.55).abs() < 0.02, "{part:?}");
        assert!((part.coverage - 0.53).abs() < 0.02, "{part:?}");
    }
}
