//! Which nests there are for a domain, and what affine functions do over the lanes of one: see [`ganlet_loops::nest`].

use ganlet_loops::nest::{LANES, Loop, Nest, Pattern};

use crate::plan::kernel::Affine;

/// Chunks over `axis` and all of `inside`; loops over the other axes in order, kept ones outside reduced ones.
/// `reduced` has a flag for each axis; extents of 1 need no loop.
fn nest(domain: &[usize], reduced: &[bool], axis: usize, inside: &[usize]) -> Nest {
    let extent = domain.get(axis).copied().unwrap_or(1);
    let inner: usize = inside.iter().map(|&i| domain[i]).product();
    let is_reduced = |axis: usize| reduced.get(axis).copied().unwrap_or(false);
    let limit = (LANES / inner).max(1);
    let chunk = match is_reduced(axis) {
        true => summed_extent(extent, limit),
        false => chunk_extent(extent, limit),
    };
    let mut loops: Vec<Loop> = (0..domain.len())
        .filter(|&i| i != axis && domain[i] > 1 && !inside.contains(&i))
        .map(|i| Loop {
            axis: i,
            extent: domain[i],
            step: 1,
        })
        .collect();
    let position = loops.iter().take_while(|l| l.axis < axis).count();
    loops.insert(
        position,
        Loop {
            axis,
            extent: extent.div_ceil(chunk),
            step: chunk,
        },
    );
    let (outer, summed): (Vec<Loop>, Vec<Loop>) =
        loops.into_iter().partition(|l| !is_reduced(l.axis));
    let kept = outer.len();
    let loops = [outer, summed].concat();
    let chunked = loops
        .iter()
        .position(|l| l.axis == axis)
        .expect("just inserted");
    let dims = std::iter::once((axis, chunk))
        .chain(inside.iter().map(|&i| (i, domain[i])))
        .collect();
    Nest {
        loops,
        kept,
        chunked,
        extent,
        dims,
        inner,
    }
}

/// The stride of an affine function along the lanes, zero if it is the same for all, none if there is not one.
pub(crate) fn lane_stride(nest: &Nest, affine: &Affine) -> Option<i64> {
    let mut first = None;
    let mut expected = 0;
    for &(axis, n) in nest.dims.iter().rev().filter(|d| d.1 > 1) {
        let stride = stride(affine, axis);
        if first.is_some() && stride != expected {
            return None;
        }
        first = first.or(Some(stride));
        expected = stride * n as i64;
    }
    Some(first.unwrap_or(0))
}

/// What an affine function does over the lanes.
pub(crate) fn pattern(nest: &Nest, affine: &Affine) -> Pattern {
    match lane_stride(nest, affine) {
        Some(0) => return Pattern::Uniform,
        Some(stride) => return Pattern::Linear(stride),
        None => {}
    }
    let mut table = vec![0i64];
    for &(axis, n) in &nest.dims {
        let stride = stride(affine, axis);
        table = table
            .iter()
            .flat_map(|&base| (0..n as i64).map(move |x| base + x * stride))
            .collect();
    }
    Pattern::Table(table.into_iter().map(|v| v as i32).collect())
}

/// 1 + the innermost loop on which an affine function depends; 0 when it depends on none.
pub(crate) fn depth(nest: &Nest, affine: &Affine) -> usize {
    let depends = |l: &Loop| l.extent > 1 && stride(affine, l.axis) != 0;
    nest.loops.iter().rposition(depends).map_or(0, |i| i + 1)
}

/// The values of a pattern for some lanes.
pub(crate) fn values(pattern: &Pattern, lanes: usize) -> Vec<i64> {
    match pattern {
        Pattern::Uniform => vec![0; lanes],
        Pattern::Linear(stride) => (0..lanes as i64).map(|lane| stride * lane).collect(),
        Pattern::Table(table) => table[..lanes].iter().map(|&v| i64::from(v)).collect(),
    }
}

/// The coefficient of an axis.
pub(crate) fn stride(affine: &Affine, axis: usize) -> i64 {
    affine.strides.get(axis).copied().unwrap_or(0)
}

/// Splits an extent into chunks of at most `limit`: as few as possible, of nearly equal size, whole vectors where the
/// chunks are long.
fn chunk_extent(extent: usize, limit: usize) -> usize {
    let even = extent.div_ceil(extent.div_ceil(limit));
    if even >= 64 {
        even.next_multiple_of(16).min(limit).min(extent)
    } else {
        even
    }
}

/// The same for an axis that is summed away: where possible no chunk lies in both halves, so that these are summed alike.
fn summed_extent(extent: usize, limit: usize) -> usize {
    let halves = |chunk: &usize| (extent / 2).is_multiple_of(*chunk);
    let aligned = match extent > limit && extent.is_multiple_of(2) {
        true => (limit.div_ceil(2)..=limit).rev().find(halves),
        false => None,
    };
    aligned.unwrap_or_else(|| chunk_extent(extent, limit))
}

/// The kinds of nest that are worth considering: chunks over each run of neighbouring axes that fits, among them each
/// axis alone.
pub(crate) fn candidates(domain: &[usize], reduced: &[bool]) -> Vec<Nest> {
    let axes: Vec<usize> = (0..domain.len()).filter(|&i| domain[i] > 1).collect();
    let mut nests = Vec::new();
    // The last axes first: of equals the first one is taken.
    for end in (1..=axes.len()).rev() {
        for start in (0..end).rev() {
            let inside = &axes[start + 1..end];
            if inside.iter().map(|&axis| domain[axis]).product::<usize>() > LANES / 2 {
                break;
            }
            nests.push(nest(domain, reduced, axes[start], inside));
        }
    }
    if nests.is_empty() {
        nests.push(nest(domain, reduced, 0, &[]));
    }
    nests
}
