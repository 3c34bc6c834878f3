//! The distance of two sets in all moments up to the third.

use nalgebra::DMatrix;

/// The unbiased estimate of MMD² with the kernel `(x y / d + 1)^3` (Binkowski et al. 2018): about 0 where both are drawn from
/// the same, and as often a little below.
pub(crate) fn kernel_distance(a: &DMatrix<f64>, b: &DMatrix<f64>) -> f64 {
    within(a) + within(b) - 2.0 * kernel(a, b).mean()
}

fn kernel(a: &DMatrix<f64>, b: &DMatrix<f64>) -> DMatrix<f64> {
    let dim = a.ncols() as f64;
    (a * b.transpose()).map(|product| (product / dim + 1.0).powi(3))
}

/// The mean over pairs of two different rows.
fn within(rows: &DMatrix<f64>) -> f64 {
    let (all, count) = (kernel(rows, rows), rows.nrows() as f64);
    (all.sum() - all.trace()) / (count * (count - 1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_the_mean_over_pairs() {
        let rows = |values: &[f64]| DMatrix::from_row_slice(values.len(), 1, values);
        let (a, b) = (rows(&[0.0, 1.0, 2.0]), rows(&[1.0, 3.0]));
        let k = |x: f64, y: f64| (x * y + 1.0).powi(3);
        let own_a = (k(0.0, 1.0) + k(0.0, 2.0) + k(1.0, 2.0)) / 3.0;
        let cross = [0.0, 1.0, 2.0].iter().flat_map(|&x| [k(x, 1.0), k(x, 3.0)]);
        let expected = own_a + k(1.0, 3.0) - 2.0 * cross.sum::<f64>() / 6.0;
        assert!((kernel_distance(&a, &b) - expected).abs() < 1e-12);
    }
}
