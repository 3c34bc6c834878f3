//! k-means: seeded k-means++ starts (Arthur & Vassilvitskii 2007), then Lloyd's iterations.

use rand::{Rng, RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::distance::{squared_distances, squared_norms};
use super::{Rows, parallel};
use crate::error::MetricError;

/// Rows whose distances are computed at once.
const BLOCK: usize = 128;
/// The starts are drawn in at most this many rounds. With fewer centroids each is drawn alone, as in
/// k-means++; with more, a round draws several from the same distances, as in k-means|| (Bahmani et al. 2012).
const ROUNDS: usize = 64;

/// The result of k-means.
#[derive(Clone, Debug, PartialEq)]
pub struct Clusters {
    /// The centroids, row by row.
    pub centroids: Vec<f32>,
    /// Mean squared distance of a row to its centroid, at the last assignment.
    pub inertia: f64,
}

/// Finds `k` centroids of the rows in `iterations` of Lloyd's algorithm. A centroid that no row chooses stays
/// where it is. The same seed gives the same centroids on the same machine. `progress` gets the share done, 0 to 1.
pub fn fit(
    rows: Rows<'_>,
    k: usize,
    iterations: usize,
    seed: u64,
    progress: &mut dyn FnMut(f32),
) -> Result<Clusters, MetricError> {
    rows.at_least(k.max(1))?;
    // One pass over all pairs of rows and centroids for the starts, one per iteration, one at the end.
    let passes = (iterations + 2) as f32;
    let mut centroids = starts(
        rows,
        k,
        &mut ChaCha8Rng::seed_from_u64(seed),
        &mut |share| {
            progress(share / passes);
        },
    );
    for iteration in 0..iterations {
        let nearest = assign(rows, &centroids, &mut |share| {
            progress((1.0 + iteration as f32 + share) / passes);
        });
        move_to_means(rows, &nearest, &mut centroids);
    }
    let nearest = assign(rows, &centroids, &mut |share| {
        progress((1.0 + iterations as f32 + share) / passes);
    });
    let total: f64 = nearest.iter().map(|n| f64::from(n.square)).sum();
    Ok(Clusters {
        centroids,
        inertia: total / rows.len() as f64,
    })
}

/// The centroid nearest to a row.
#[derive(Clone, Copy)]
struct Nearest {
    index: usize,
    square: f32,
}

/// Assigns every row to its nearest centroid.
fn assign(rows: Rows<'_>, centroids: &[f32], progress: &mut dyn FnMut(f32)) -> Vec<Nearest> {
    let start = Nearest {
        index: 0,
        square: f32::INFINITY,
    };
    let mut nearest = vec![start; rows.len()];
    improve(rows, centroids, 0, &mut nearest, progress);
    nearest
}

/// Lets rows change to one of `centroids` where it is nearer; `first` is the index of the first of them.
fn improve(
    rows: Rows<'_>,
    centroids: &[f32],
    first: usize,
    nearest: &mut [Nearest],
    progress: &mut dyn FnMut(f32),
) {
    let centroids = rows.like(centroids);
    let norms = squared_norms(centroids);
    let work = |start: usize, nearest: &mut [Nearest]| {
        let block = rows.slice(start..start + nearest.len());
        let mut squares = vec![0.0; block.len() * centroids.len()];
        squared_distances(block, centroids, &norms, &mut squares);
        let lines = squares.chunks_exact(centroids.len());
        for (best, line) in nearest.iter_mut().zip(lines) {
            for (index, &square) in line.iter().enumerate() {
                if square < best.square {
                    *best = Nearest {
                        index: first + index,
                        square,
                    };
                }
            }
        }
    };
    parallel::fill(nearest, BLOCK, work, progress);
}

/// Draws starts: the first evenly, the others with probability proportional to the squared distance to
/// the nearest one so far.
fn starts(rows: Rows<'_>, k: usize, rng: &mut impl Rng, progress: &mut dyn FnMut(f32)) -> Vec<f32> {
    let mut centroids = Vec::with_capacity(k * rows.dim());
    if k == 0 {
        return centroids;
    }
    centroids.extend_from_slice(rows.row(rng.random_range(0..rows.len())));
    let mut nearest = assign(rows, &centroids, &mut |_| ());
    let mut count = 1;
    let round = k.div_ceil(ROUNDS);
    while count < k {
        let drawn = round.min(k - count);
        let cumulative: Vec<f64> = nearest
            .iter()
            .scan(0.0, |sum, n| {
                *sum += f64::from(n.square);
                Some(*sum)
            })
            .collect();
        let total = cumulative[rows.len() - 1];
        for _ in 0..drawn {
            let at = rng.random::<f64>() * total;
            // Where all rows are centroids already the total is 0 and the last row is as good as any.
            let chosen = cumulative.partition_point(|&c| c <= at);
            centroids.extend_from_slice(rows.row(chosen.min(rows.len() - 1)));
        }
        let added = &centroids[count * rows.dim()..];
        improve(rows, added, count, &mut nearest, &mut |_| ());
        count += drawn;
        progress(count as f32 / k as f32);
    }
    centroids
}

/// Moves every centroid to the mean of its rows.
fn move_to_means(rows: Rows<'_>, nearest: &[Nearest], centroids: &mut [f32]) {
    let dim = rows.dim();
    let mut sums = vec![0.0_f64; centroids.len()];
    let mut counts = vec![0_u32; centroids.len() / dim];
    for (i, n) in nearest.iter().enumerate() {
        counts[n.index] += 1;
        let sum = &mut sums[n.index * dim..][..dim];
        for (sum, &x) in sum.iter_mut().zip(rows.row(i)) {
            *sum += f64::from(x);
        }
    }
    let means = sums.chunks_exact(dim).zip(counts);
    for (centroid, (sum, count)) in centroids.chunks_exact_mut(dim).zip(means) {
        if count > 0 {
            for (x, sum) in centroid.iter_mut().zip(sum) {
                *x = (sum / f64::from(count)) as f32;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::Toy;

    #[test]
    fn finds_the_modes_of_a_ring() {
        let toy = Toy::default();
        let samples = toy.sample(&mut ChaCha8Rng::seed_from_u64(3), 2000);
        let rows = Rows::new("samples", &samples, 2).unwrap();
        let clusters = fit(rows, 8, 10, 0, &mut |_| ()).unwrap();
        for mode in toy.modes().unwrap() {
            let nearest = clusters
                .centroids
                .chunks_exact(2)
                .map(|c| (f64::from(c[0]) - mode[0]).hypot(f64::from(c[1]) - mode[1]))
                .fold(f64::INFINITY, f64::min);
            assert!(nearest < 0.01, "{mode:?}: {nearest}");
        }
        // Two coordinates of variance 0.02².
        assert!((clusters.inertia / 8e-4 - 1.0).abs() < 0.1);
        assert_eq!(fit(rows, 8, 10, 0, &mut |_| ()).unwrap(), clusters);
    }

    #[test]
    fn copes_with_equal_rows_and_too_few() {
        let rows = Rows::new("samples", &[1.0; 6], 2).unwrap();
        assert_eq!(fit(rows, 3, 2, 0, &mut |_| ()).unwrap().centroids, [1.0; 6]);
        assert!(matches!(
            fit(rows, 4, 2, 0, &mut |_| ()),
            Err(MetricError::TooFew { needed: 4, .. })
        ));
    }
}
