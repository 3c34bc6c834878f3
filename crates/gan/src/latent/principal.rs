//! Directions found without labels: those that the first layer of G stretches most (Shen and Zhou 2021).

use super::LatentError;

/// A direction, and how much of the matrix it accounts for.
#[derive(Clone, Debug, PartialEq)]
pub struct Principal {
    /// The axis, of length 1, `[dim]`.
    pub direction: Vec<f32>,
    /// Share of the matrix's squared norm, 0 to 1.
    pub share: f64,
}

/// Rounds of orthogonal iteration; each shrinks what is wrong by the ratio of neighbouring squared singular values.
const ROUNDS: usize = 300;

/// The `count` leading left singular vectors of the matrix `[dim, columns]` that maps z to the first features, the
/// strongest first.
///
/// # Errors
/// More directions than the matrix has.
pub fn principal(matrix: &[f32], dim: usize, count: usize) -> Result<Vec<Principal>, LatentError> {
    let columns = matrix.len() / dim;
    let most = dim.min(columns);
    if !(1..=most).contains(&count) {
        return Err(LatentError::Range {
            what: "directions",
            found: count.to_string(),
            range: format!("1 to {most}"),
        });
    }
    let gram = gram(matrix, dim, columns);
    // A few more than asked for, so that the last of them is as clear as the first.
    let width = (count + 4).min(most);
    let mut basis: Vec<Vec<f64>> = (0..width)
        .map(|v| (0..dim).map(|i| start(v * dim + i)).collect())
        .collect();
    let mut lengths = vec![0.0; width];
    for _ in 0..ROUNDS {
        for vector in &mut basis {
            *vector = (0..dim)
                .map(|i| dot(&gram[i * dim..(i + 1) * dim], vector))
                .collect();
        }
        lengths = orthonormalize(&mut basis);
    }
    let trace: f64 = (0..dim).map(|i| gram[i * dim + i]).sum();
    let found = basis.into_iter().zip(lengths).take(count);
    Ok(found
        .map(|(vector, eigenvalue)| Principal {
            direction: vector.into_iter().map(|x| x as f32).collect(),
            share: eigenvalue / trace,
        })
        .collect())
}

/// `M Mᵀ`
fn gram(matrix: &[f32], dim: usize, columns: usize) -> Vec<f64> {
    let row = |i: usize| &matrix[i * columns..(i + 1) * columns];
    let entry = |i: usize, j: usize| {
        let products = row(i).iter().zip(row(j)).map(|(a, b)| f64::from(a * b));
        products.sum::<f64>()
    };
    let mut gram = vec![0.0; dim * dim];
    for i in 0..dim {
        for j in 0..=i {
            let value = entry(i, j);
            (gram[i * dim + j], gram[j * dim + i]) = (value, value);
        }
    }
    gram
}

/// Any start will do that is not orthogonal to what is sought.
fn start(index: usize) -> f64 {
    ((index as f64 + 1.0) * 0.618_033_988_75).fract() - 0.5
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(x, y)| x * y).sum()
}

/// Gram and Schmidt, in place; returns the length of what was left of each vector.
fn orthonormalize(vectors: &mut [Vec<f64>]) -> Vec<f64> {
    let mut lengths = Vec::with_capacity(vectors.len());
    for v in 0..vectors.len() {
        let (done, rest) = vectors.split_at_mut(v);
        let vector = &mut rest[0];
        for other in done.iter() {
            let along = dot(vector, other);
            (vector.iter_mut().zip(other)).for_each(|(x, o)| *x -= along * o);
        }
        let length = dot(vector, vector).sqrt();
        let factor = if length > 0.0 { 1.0 / length } else { 0.0 };
        vector.iter_mut().for_each(|x| *x *= factor);
        lengths.push(length);
    }
    lengths
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_singular_vectors_of_a_known_product_are_found() {
        // U diag(4, 3, 2, 1) Vᵀ with the columns of a Hadamard matrix as U and V.
        let h = [
            [1., 1., 1., 1.],
            [1., -1., 1., -1.],
            [1., 1., -1., -1.],
            [1., -1., -1., 1.],
        ];
        let singular = [4.0, 3.0, 2.0, 1.0];
        let entry =
            |i: usize, j: usize| (0..4).map(|k| h[i][k] * singular[k] * h[j][k]).sum::<f32>() / 4.0;
        let matrix: Vec<f32> = (0..16).map(|n| entry(n / 4, n % 4)).collect();
        let found = principal(&matrix, 4, 2).unwrap();
        for (k, principal) in found.iter().enumerate() {
            let along: f32 = (0..4).map(|i| principal.direction[i] * h[i][k] / 2.0).sum();
            assert!((along.abs() - 1.0).abs() < 1e-5, "{k}: {principal:?}");
            let share = f64::from(singular[k].powi(2)) / 30.0;
            assert!((principal.share - share).abs() < 1e-6, "{principal:?}");
        }
        assert!(principal(&matrix, 4, 5).is_err());
    }
}
