//! Distances to nearest neighbours in the plane, by a k-d tree (Bentley 1975).

/// Points in a leaf.
const LEAF: usize = 8;

/// Points in the plane that can be asked for their neighbours.
pub(super) struct Tree {
    /// Every node of the tree is a range of these: its halves are its children.
    points: Vec<[f64; 2]>,
    /// By the middle of its range: which axis divides a node, and where.
    splits: Vec<(usize, f64)>,
}

impl Tree {
    /// Of points whose coordinates are finite.
    pub(super) fn new(mut points: Vec<[f64; 2]>) -> Self {
        let mut splits = vec![(0, 0.0); points.len()];
        split(&mut points, &mut splits);
        Self { points, splits }
    }

    /// The distance from `at` to the `k`-th nearest point, counting from 1; infinite where there are fewer.
    pub(super) fn distance(&self, at: [f64; 2], k: usize) -> f64 {
        let mut nearest = vec![f64::INFINITY; k.max(1)];
        self.search(0, self.points.len(), at, &mut nearest);
        nearest[nearest.len() - 1].sqrt()
    }

    /// Puts the squared distances of a node's points among the `nearest`, which are sorted.
    fn search(&self, start: usize, end: usize, at: [f64; 2], nearest: &mut [f64]) {
        let last = nearest.len() - 1;
        if end - start <= LEAF {
            for point in &self.points[start..end] {
                let square = (point[0] - at[0]).powi(2) + (point[1] - at[1]).powi(2);
                if square < nearest[last] {
                    let place = nearest.partition_point(|&other| other <= square);
                    nearest[place..].rotate_right(1);
                    nearest[place] = square;
                }
            }
            return;
        }
        let middle = start.midpoint(end);
        let (axis, value) = self.splits[middle];
        let side = at[axis] - value;
        let (near, far) = match side < 0.0 {
            true => ((start, middle), (middle, end)),
            false => ((middle, end), (start, middle)),
        };
        self.search(near.0, near.1, at, nearest);
        if side * side < nearest[last] {
            self.search(far.0, far.1, at, nearest);
        }
    }
}

/// Orders points so that each half lies on its side of their median along the longer axis, and so on for the halves.
fn split(points: &mut [[f64; 2]], splits: &mut [(usize, f64)]) {
    if points.len() <= LEAF {
        return;
    }
    let extent = |axis: usize| {
        let ends = points
            .iter()
            .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), p| {
                (low.min(p[axis]), high.max(p[axis]))
            });
        ends.1 - ends.0
    };
    let axis = usize::from(extent(1) > extent(0));
    let middle = points.len() / 2;
    points.select_nth_unstable_by(middle, |a, b| a[axis].total_cmp(&b[axis]));
    splits[middle] = (axis, points[middle][axis]);
    let (left, right) = points.split_at_mut(middle);
    let (left_splits, right_splits) = splits.split_at_mut(middle);
    split(left, left_splits);
    // A node has more than a leaf's points, so its middle is not its first point: no entry is written twice.
    split(right, right_splits);
}

#[cfg(test)]
mod tests {
    use rand::{RngExt, SeedableRng};
    use rand_chacha::ChaCha8Rng;

    use super::*;

    #[test]
    fn distances_are_those_of_a_search_through_all_points() {
        let mut rng = ChaCha8Rng::seed_from_u64(3);
        for count in [0, 1, 7, 8, 9, 40, 333] {
            // On a lattice, so that many coordinates are equal; a thin one, and one line.
            for (width, height) in [(20, 20), (100, 3), (50, 1)] {
                let point = |rng: &mut ChaCha8Rng| {
                    [
                        rng.random_range(0..width).into(),
                        rng.random_range(0..height).into(),
                    ]
                };
                let points: Vec<[f64; 2]> = (0..count).map(|_| point(&mut rng)).collect();
                let tree = Tree::new(points.clone());
                for _ in 0..50 {
                    let at = point(&mut rng);
                    let mut all: Vec<f64> = (points.iter())
                        .map(|p| (p[0] - at[0]).hypot(p[1] - at[1]))
                        .collect();
                    all.sort_by(f64::total_cmp);
                    for k in [1, 2, 9] {
                        let expected = all.get(k - 1).copied().unwrap_or(f64::INFINITY);
                        let found = tree.distance(at, k);
                        assert!(found == expected || (found - expected).abs() < 1e-12);
                    }
                }
            }
        }
    }
}
