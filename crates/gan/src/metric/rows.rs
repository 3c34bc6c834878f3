//! Sets of equally long vectors.

use std::ops::Range;

use crate::error::MetricError;

/// A borrowed set of row vectors: at least one row, every value finite.
#[derive(Clone, Copy, Debug)]
pub struct Rows<'a> {
    name: &'static str,
    values: &'a [f32],
    dim: usize,
}

impl<'a> Rows<'a> {
    /// Rows of `dim` values each; `name` is what messages call them.
    pub fn new(name: &'static str, values: &'a [f32], dim: usize) -> Result<Self, MetricError> {
        if dim == 0 || !values.len().is_multiple_of(dim) {
            let values = values.len();
            return Err(MetricError::Shape { name, values, dim });
        }
        let rows = Self { name, values, dim };
        rows.at_least(1)?;
        match values.iter().position(|x| !x.is_finite()) {
            Some(at) => Err(MetricError::NotFinite {
                name,
                row: at / dim,
            }),
            None => Ok(rows),
        }
    }

    /// Number of rows.
    #[expect(clippy::len_without_is_empty, reason = "there is always a row")]
    pub fn len(&self) -> usize {
        self.values.len() / self.dim
    }

    /// Values of a row.
    pub fn dim(&self) -> usize {
        self.dim
    }

    /// All values, row by row.
    pub fn values(&self) -> &'a [f32] {
        self.values
    }

    /// One row.
    pub(super) fn row(&self, index: usize) -> &'a [f32] {
        &self.values[index * self.dim..][..self.dim]
    }

    /// The rows of a range, which must not be empty.
    pub(super) fn slice(&self, range: Range<usize>) -> Self {
        let values = &self.values[range.start * self.dim..range.end * self.dim];
        Self { values, ..*self }
    }

    /// Other finite values in rows of the same length under the same name.
    pub(super) fn like<'b>(&self, values: &'b [f32]) -> Rows<'b> {
        Rows {
            name: self.name,
            values,
            dim: self.dim,
        }
    }

    /// Checks that there are `needed` rows.
    pub(super) fn at_least(&self, needed: usize) -> Result<(), MetricError> {
        if self.len() >= needed {
            return Ok(());
        }
        Err(MetricError::TooFew {
            name: self.name,
            found: self.len(),
            needed,
        })
    }

    /// Checks that rows are as long as those of `other`.
    pub(super) fn same_dim(&self, other: &Rows<'_>) -> Result<(), MetricError> {
        if self.dim == other.dim {
            return Ok(());
        }
        Err(MetricError::Dimension {
            name: self.name,
            found: self.dim,
            expected: other.dim,
        })
    }

    /// The mean of the rows.
    pub(super) fn mean(&self) -> Vec<f32> {
        let mut sums = vec![0.0_f64; self.dim];
        for row in self.values.chunks_exact(self.dim) {
            for (sum, &x) in sums.iter_mut().zip(row) {
                *sum += f64::from(x);
            }
        }
        let count = self.len() as f64;
        sums.into_iter().map(|sum| (sum / count) as f32).collect()
    }

    /// The values with `offset` taken from every row.
    pub(super) fn minus(&self, offset: &[f32]) -> Vec<f32> {
        let rows = self.values.chunks_exact(self.dim);
        rows.flat_map(|row| row.iter().zip(offset).map(|(x, o)| x - o))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bad_rows_are_named() {
        let shape = Rows::new("samples", &[0.0; 5], 2).unwrap_err();
        assert_eq!(
            shape.to_string(),
            "samples: 5 values do not form rows of 2; pass a multiple of 2"
        );
        assert!(matches!(
            Rows::new("samples", &[], 2),
            Err(MetricError::TooFew { found: 0, .. })
        ));
        assert!(matches!(
            Rows::new("samples", &[0.0, 0.0, f32::NAN], 1),
            Err(MetricError::NotFinite { row: 2, .. })
        ));
        assert!(Rows::new("samples", &[1.0], 0).is_err());
    }

    #[test]
    fn the_mean_is_taken_away() {
        let rows = Rows::new("x", &[1.0, 2.0, 3.0, 6.0], 2).unwrap();
        assert_eq!(rows.mean(), [2.0, 4.0]);
        assert_eq!(rows.minus(&rows.mean()), [-1.0, -2.0, 1.0, 2.0]);
    }
}
