//! Chooses the nest for a body: along which axes memory is read and written in order matters most, then how many
//! lanes share the work around a chunk. The figures are nanoseconds, measured roughly; only their ratios count.

use ganlet_loops::nest::Nest;

use super::nest::{candidates, lane_stride};
use super::space::Space;
use crate::dtype::DType;
use crate::plan::kernel::{Affine, Bound, Instr, Store, Typed};

/// Around each step of a chunk: dispatch, operands, loop entry and tail.
const PER_STEP: f64 = 5.0;
/// Around each chunk: advancing all addresses.
const PER_CHUNK: f64 = 15.0;
/// Combining a lane with a result that other lanes also go to.
const PER_FOLDED_LANE: f64 = 1.0;

/// A nest with its estimated time.
pub(crate) struct Choice {
    pub(crate) nest: Nest,
    pub(crate) nanoseconds: f64,
}

/// The nest with the least estimated time. `results` are what a reduction accumulates into.
pub(crate) fn choose(
    space: Space<'_>,
    body: &[Typed],
    stores: &[Store],
    results: &[Affine],
) -> Choice {
    let estimated = candidates(space.domain, space.reduced)
        .into_iter()
        .map(|nest| {
            let nanoseconds = cost(&nest, space, body, stores, results);
            Choice { nest, nanoseconds }
        });
    estimated
        .min_by(|a, b| a.nanoseconds.total_cmp(&b.nanoseconds))
        .expect("there is always a candidate")
}

/// Nanoseconds for the whole domain.
fn cost(
    nest: &Nest,
    space: Space<'_>,
    body: &[Typed],
    stores: &[Store],
    results: &[Affine],
) -> f64 {
    let points: f64 = space.domain.iter().map(|&n| n as f64).product();
    let chunks = (nest.kept_turns() * nest.reduced_turns()) as f64;
    let mut per_lane = 0.0;
    for typed in body {
        per_lane += match &typed.instr {
            Instr::Load { binding, view } => {
                let in_place = if space.arrays[*binding].dtype == DType::U8 {
                    0.1
                } else {
                    0.0
                };
                in_place + access(nest, &view.index) + limits(nest, &view.bounds)
            }
            Instr::Gather { view, .. } => access(nest, &view.index) + limits(nest, &view.bounds),
            Instr::Random { element, .. } => varying(nest, element, 3.0),
            Instr::Coordinate(affine) => varying(nest, affine, 0.05),
            Instr::Within(bounds) => limits(nest, bounds),
            Instr::Constant(_)
            | Instr::Accumulator(_)
            | Instr::Unary(..)
            | Instr::Binary(..)
            | Instr::Select(..)
            | Instr::Cast(..) => 0.05,
        };
    }
    per_lane += stores
        .iter()
        .map(|s| 1.5 * access(nest, &s.index))
        .sum::<f64>();
    let folds = nest.kept_turns() as f64;
    let fold: f64 = results
        .iter()
        .map(|result| match lane_stride(nest, result) {
            Some(0) => 20.0 + 0.1 * nest.lanes() as f64,
            Some(1) => 0.1 * nest.lanes() as f64,
            Some(_) | None => 20.0 + PER_FOLDED_LANE * nest.lanes() as f64,
        })
        .sum();
    points * per_lane
        + chunks * (PER_CHUNK + PER_STEP * (body.len() + stores.len()) as f64)
        + folds * fold
}

fn varying(nest: &Nest, affine: &Affine, cost: f64) -> f64 {
    if lane_stride(nest, affine) == Some(0) {
        0.0
    } else {
        cost
    }
}

/// Reading or writing a lane.
fn access(nest: &Nest, index: &Affine) -> f64 {
    match lane_stride(nest, index) {
        Some(0) => 0.0,
        Some(1) => 0.05,
        // Each lane has a cache line of its own, and powers of two fall into few cache sets.
        Some(stride) if stride.abs() >= 512 => 1.5,
        Some(stride) if stride.abs() >= 16 => 0.8,
        Some(_) => 0.5,
        None => 0.7,
    }
}

/// Looking at limits: mostly at a list made beforehand.
fn limits(nest: &Nest, bounds: &[Bound]) -> f64 {
    let all_linear = bounds.iter().all(|b| lane_stride(nest, &b.expr).is_some());
    if all_linear { 0.0 } else { 0.5 }
}
