//! Numbers that say how good samples are. All but the classifier run on the host and need no tensor engine.

pub mod classifier;
pub mod copies;
mod distance;
pub mod game;
pub mod kmeans;
pub mod matching;
pub mod memory;
mod nearest;
mod parallel;
pub mod partition;
pub mod parzen;
mod rows;
pub mod strokes;
pub mod toy;

pub use parzen::{Oddity, ParzenReport};
pub use rows::Rows;
pub use toy::{Coverage, Divergence, ToyMetric};

use std::collections::BTreeMap;

/// Metrics by their fixed names.
pub type Evaluation = BTreeMap<String, f64>;

/// The indices of numbers in ascending order; of equal ones the first first.
pub(crate) fn ascending(values: &[f32]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_unstable_by(|&a, &b| values[a].total_cmp(&values[b]).then(a.cmp(&b)));
    order
}
