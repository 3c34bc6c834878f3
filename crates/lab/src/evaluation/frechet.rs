//! The distance of two normal distributions.

use nalgebra::{DMatrix, DVector, SymmetricEigen};

/// `|m1 - m2|^2 + tr(S1 + S2 - 2 (S1^1/2 S2 S1^1/2)^1/2)` of the means and covariances of two sets of rows (Heusel et al. 2017,
/// equation 6): 0 where both are the same.
pub(crate) fn frechet_distance(a: &DMatrix<f64>, b: &DMatrix<f64>) -> f64 {
    let ((mean_a, cov_a), (mean_b, cov_b)) = (moments(a), moments(b));
    let root = root(&cov_a);
    let cross = SymmetricEigen::new(&root * &cov_b * &root);
    // Rounding leaves eigenvalues a little below 0.
    let cross: f64 = cross.eigenvalues.iter().map(|x| x.max(0.0).sqrt()).sum();
    (mean_a - mean_b).norm_squared() + cov_a.trace() + cov_b.trace() - 2.0 * cross
}

fn moments(rows: &DMatrix<f64>) -> (DVector<f64>, DMatrix<f64>) {
    let mean = rows.row_mean();
    let mut centred = rows.clone();
    centred.row_iter_mut().for_each(|mut row| row -= &mean);
    let covariance = centred.transpose() * &centred / (rows.nrows() - 1) as f64;
    (mean.transpose(), covariance)
}

fn root(matrix: &DMatrix<f64>) -> DMatrix<f64> {
    let SymmetricEigen {
        eigenvectors,
        eigenvalues,
    } = SymmetricEigen::new(matrix.clone());
    let roots = DMatrix::from_diagonal(&eigenvalues.map(|x| x.max(0.0).sqrt()));
    &eigenvectors * roots * eigenvectors.transpose()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Rows whose mean and covariance are known: every sign pattern of two numbers, scaled by `s` and moved by `m`.
    fn signs(m: [f64; 2], s: [f64; 2]) -> DMatrix<f64> {
        let rows = [[1.0, 1.0], [1.0, -1.0], [-1.0, 1.0], [-1.0, -1.0]];
        DMatrix::from_fn(4, 2, |i, j| m[j] + s[j] * rows[i][j])
    }

    #[test]
    fn it_is_that_of_normal_distributions() {
        let a = signs([0.0, 0.0], [1.0, 2.0]);
        assert!(frechet_distance(&a, &a).abs() < 1e-9);
        let b = signs([3.0, -1.0], [2.0, 1.0]);
        // Covariances are diagonal, 4/3 of the squares: (3² + 1²) + 4/3 ((1 - 2)² + (2 - 1)²).
        assert!((frechet_distance(&a, &b) - (10.0 + 8.0 / 3.0)).abs() < 1e-9);
    }
}
