//! Squared Euclidean distances between sets of rows, through one matrix product.

use super::Rows;

/// Squared length of every row, summed in f64.
pub(super) fn squared_norms(rows: Rows<'_>) -> Vec<f32> {
    let square = |row: &[f32]| row.iter().map(|&x| f64::from(x).powi(2)).sum::<f64>() as f32;
    rows.values().chunks_exact(rows.dim()).map(square).collect()
}

/// Writes |a_i - b_j|² to `out[i * b.len() + j]`. `b_norms` are those of [`squared_norms`].
///
/// |a|² + |b|² - 2 a·b loses digits where the norms are far above the distance: centre the rows first
/// where a few parts in a million of the norms matter.
pub(super) fn squared_distances(a: Rows<'_>, b: Rows<'_>, b_norms: &[f32], out: &mut [f32]) {
    let (m, n, k) = (a.len(), b.len(), a.dim());
    assert_eq!(b.dim(), k, "rows of equal length");
    assert_eq!(b_norms.len(), n, "one norm per row");
    assert_eq!(out.len(), m * n, "one distance per pair");
    // SAFETY: the pointers come from slices; `a` holds m rows of k values, `b` holds n rows of k values and is
    // read transposed, `out` holds m rows of n values, as asserted above.
    unsafe {
        matrixmultiply::sgemm(
            m,
            k,
            n,
            -2.0,
            a.values().as_ptr(),
            k as isize,
            1,
            b.values().as_ptr(),
            1,
            k as isize,
            0.0,
            out.as_mut_ptr(),
            n as isize,
            1,
        );
    }
    for (row, a_norm) in out.chunks_exact_mut(n).zip(squared_norms(a)) {
        for (d, b_norm) in row.iter_mut().zip(b_norms) {
            *d = (*d + a_norm + b_norm).max(0.0);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances_match_their_definition() {
        let values: Vec<f32> = (0..35).map(|i| (i * i % 11) as f32 - 5.0).collect();
        let all = Rows::new("x", &values, 5).unwrap();
        let (a, b) = (all.slice(0..3), all.slice(3..7));
        let mut out = vec![0.0; 12];
        squared_distances(a, b, &squared_norms(b), &mut out);
        for i in 0..3 {
            for j in 0..4 {
                let pairs = a.row(i).iter().zip(b.row(j));
                let expected: f32 = pairs.map(|(x, y)| (x - y).powi(2)).sum();
                assert!((out[i * 4 + j] - expected).abs() < 1e-3);
            }
        }
    }
}
