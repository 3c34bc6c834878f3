//! Arithmetic of index expressions.

use super::kernel::Affine;

impl Affine {
    /// The same value everywhere.
    pub fn constant(rank: usize, offset: i64) -> Self {
        Self {
            offset,
            strides: vec![0; rank],
        }
    }

    /// The coordinate along `axis`.
    pub fn axis(rank: usize, axis: usize) -> Self {
        let mut affine = Self::constant(rank, 0);
        affine.strides[axis] = 1;
        affine
    }

    /// `self + factor * other`
    pub fn plus(mut self, other: &Affine, factor: i64) -> Self {
        self.offset += factor * other.offset;
        for (stride, other) in self.strides.iter_mut().zip(&other.strides) {
            *stride += factor * other;
        }
        self
    }

    /// `self + offset`
    pub fn shifted(mut self, offset: i64) -> Self {
        self.offset += offset;
        self
    }

    /// `factor * self`
    pub fn scaled(self, factor: i64) -> Self {
        Self::constant(self.strides.len(), 0).plus(&self, factor)
    }

    /// The least and the largest value over a domain.
    pub fn range(&self, domain: &[usize]) -> (i64, i64) {
        let (mut low, mut high) = (self.offset, self.offset);
        for (&stride, &extent) in self.strides.iter().zip(domain) {
            let reach = stride * (extent as i64 - 1);
            low += reach.min(0);
            high += reach.max(0);
        }
        (low, high)
    }

    /// `-self`
    pub fn negated(mut self) -> Self {
        self.offset = -self.offset;
        self.strides.iter_mut().for_each(|s| *s = -*s);
        self
    }

    /// The dot product of coordinates and strides.
    pub fn flat(rank: usize, coordinates: &[Affine], strides: &[usize]) -> Self {
        coordinates
            .iter()
            .zip(strides)
            .fold(Self::constant(rank, 0), |sum, (c, &s)| {
                sum.plus(c, s as i64)
            })
    }

    /// `(self / divisor, self % divisor)` where both are affine over a domain of these extents.
    fn div_rem(&self, divisor: i64, domain: &[usize]) -> Option<(Affine, Affine)> {
        let rank = self.strides.len();
        let mut quotient = Self::constant(rank, self.offset.div_euclid(divisor));
        let mut remainder = Self::constant(rank, self.offset.rem_euclid(divisor));
        for (axis, &stride) in self.strides.iter().enumerate() {
            if stride % divisor == 0 {
                quotient.strides[axis] = stride / divisor;
            } else {
                remainder.strides[axis] = stride;
            }
        }
        let (least, largest) = remainder.range(domain);
        let fits = least >= 0 && largest < divisor;
        fits.then_some((quotient, remainder))
    }
}

/// Coordinates in a tensor of shape `to` that is, in row-major order, the tensor of shape `from` at `coordinates`.
/// `None` where a coordinate would need a true division.
pub(super) fn reshape(
    coordinates: &[Affine],
    from: &[usize],
    to: &[usize],
    domain: &[usize],
) -> Option<Vec<Affine>> {
    let rank = domain.len();
    let mut result = Vec::with_capacity(to.len());
    let (mut i, mut j) = (0, 0);
    while i < from.len() || j < to.len() {
        // The shortest groups of axes with equal products, starting here.
        let (mut from_end, mut to_end) = (i, j);
        let (mut from_product, mut to_product) = (1, 1);
        loop {
            if from_product == to_product && (from_end > i || to_end > j) && from_product > 1 {
                break;
            }
            if from_product <= to_product && from_end < from.len() {
                from_product *= from[from_end];
                from_end += 1;
            } else if to_end < to.len() {
                to_product *= to[to_end];
                to_end += 1;
            } else {
                break;
            }
        }
        // Merge the group to one flat coordinate, then split it from the innermost axis outward.
        let mut flat = Affine::flat(
            rank,
            &coordinates[i..from_end],
            &crate::shape::strides(&from[i..from_end]),
        );
        let mut split = Vec::with_capacity(to_end - j);
        let mut remaining: usize = to[j..to_end].iter().product();
        for &extent in to[j..to_end].iter().rev() {
            if extent == 1 {
                split.push(Affine::constant(rank, 0));
                continue;
            }
            remaining /= extent;
            if remaining == 1 {
                split.push(flat.clone());
                flat = Affine::constant(rank, 0);
            } else {
                let (quotient, remainder) = flat.div_rem(extent as i64, domain)?;
                split.push(remainder);
                flat = quotient;
            }
        }
        result.extend(split.into_iter().rev());
        (i, j) = (from_end, to_end);
    }
    Some(result)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Evaluates `reshape` at every point of `from` and compares with row-major order.
    fn check(from: &[usize], to: &[usize]) -> bool {
        let identity: Vec<Affine> = (0..from.len())
            .map(|axis| Affine::axis(from.len(), axis))
            .collect();
        let Some(result) = reshape(&identity, from, to, from) else {
            return false;
        };
        let (from_strides, to_strides) = (crate::shape::strides(from), crate::shape::strides(to));
        for flat in 0..from.iter().product::<usize>() {
            let point: Vec<i64> = (0..from.len())
                .map(|a| (flat / from_strides[a] % from[a]) as i64)
                .collect();
            for (axis, affine) in result.iter().enumerate() {
                let value = affine.offset
                    + affine
                        .strides
                        .iter()
                        .zip(&point)
                        .map(|(s, x)| s * x)
                        .sum::<i64>();
                assert_eq!(
                    value as usize,
                    flat / to_strides[axis] % to[axis],
                    "{from:?} -> {to:?} at {point:?}"
                );
            }
        }
        true
    }

    #[test]
    fn merging_axes_is_affine() {
        assert!(check(&[2, 3, 4], &[6, 4]));
        assert!(check(&[2, 3, 4], &[24]));
        assert!(check(&[2, 1, 3], &[1, 2, 3, 1]));
        assert!(check(&[1, 1], &[]));
        assert!(check(&[], &[1, 1]));
        assert!(check(&[1], &[1, 1]));
    }

    #[test]
    fn splitting_an_axis_is_not() {
        assert!(!check(&[6], &[2, 3]));
        assert!(!check(&[2, 3], &[3, 2]));
    }

    #[test]
    fn a_merge_is_undone_by_the_matching_split() {
        let domain = [2, 3];
        let merged = vec![
            Affine::axis(2, 0)
                .plus(&Affine::axis(2, 0), 2)
                .plus(&Affine::axis(2, 1), 1),
        ];
        let split = reshape(&merged, &[6], &[2, 3], &domain).unwrap();
        assert_eq!(split, vec![Affine::axis(2, 0), Affine::axis(2, 1)]);
    }
}
