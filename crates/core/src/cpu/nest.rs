//! How a kernel's domain is walked: a nest of loops around chunks of lanes.
//!
//! The lanes of a chunk cover a stretch of one axis (the chunked axis) and all of the axes inside it, in row-major
//! order. So when the innermost axis is short (the two coordinates of a toy's points), a chunk still has hundreds of
//! lanes. Everything outside the chunk is an ordinary loop, and the chunks of the chunked axis are one of these loops.

use crate::plan::kernel::Affine;

/// The most lanes in a chunk: a register of the interpreter is 2 KiB, so that a dozen of them stay in the L1 cache.
pub(crate) const LANES: usize = 512;

/// A loop around the chunks: coordinate `axis` takes the values `0, step, 2 * step, …`
#[derive(Clone, Debug)]
pub(crate) struct Loop {
    pub(crate) axis: usize,
    pub(crate) extent: usize,
    pub(crate) step: usize,
}

/// The values of an affine function over the lanes of a chunk, relative to its value at lane 0.
#[derive(Clone, PartialEq, Debug)]
pub(crate) enum Pattern {
    /// The same for all lanes.
    Uniform,
    /// `stride * lane`, with a stride that is not zero.
    Linear(i64),
    /// Anything else, listed.
    Table(Box<[i32]>),
}

impl Pattern {
    /// The values of some lanes.
    pub(crate) fn values(&self, lanes: usize) -> Vec<i64> {
        match self {
            Pattern::Uniform => vec![0; lanes],
            Pattern::Linear(stride) => (0..lanes as i64).map(|lane| stride * lane).collect(),
            Pattern::Table(table) => table[..lanes].iter().map(|&v| i64::from(v)).collect(),
        }
    }
}

/// The loops and the lanes.
#[derive(Clone, Debug)]
pub(crate) struct Nest {
    /// Outermost first; `loops[..kept]` are over kept axes, the others over reduced ones.
    pub(crate) loops: Vec<Loop>,
    /// How many loops are over kept axes.
    pub(crate) kept: usize,
    /// The loop over the chunks.
    pub(crate) chunked: usize,
    /// Extent of the chunked axis.
    extent: usize,
    /// Axis and extent of the lanes' dimensions, outermost first; the first one is the chunked axis, its extent that
    /// of one chunk.
    dims: Vec<(usize, usize)>,
    /// Lanes for each step along the chunked axis.
    inner: usize,
}

impl Nest {
    /// Chunks over `axis` and all of `inside`; loops over the other axes in order, kept ones outside reduced ones.
    /// `reduced` has a flag for each axis; extents of 1 need no loop.
    pub(crate) fn new(domain: &[usize], reduced: &[bool], axis: usize, inside: &[usize]) -> Self {
        let extent = domain.get(axis).copied().unwrap_or(1);
        let inner: usize = inside.iter().map(|&i| domain[i]).product();
        let chunk = chunk_extent(extent, (LANES / inner).max(1));
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
        let is_reduced = |axis: usize| reduced.get(axis).copied().unwrap_or(false);
        loops.sort_by_key(|l| is_reduced(l.axis));
        let kept = loops.iter().filter(|l| !is_reduced(l.axis)).count();
        let chunked = loops
            .iter()
            .position(|l| l.axis == axis)
            .expect("just inserted");
        let dims = std::iter::once((axis, chunk))
            .chain(inside.iter().map(|&i| (i, domain[i])))
            .collect();
        Self {
            loops,
            kept,
            chunked,
            extent,
            dims,
            inner,
        }
    }

    /// How many lanes a chunk has, but for the last ones.
    pub(crate) fn lanes(&self) -> usize {
        self.dims[0].1 * self.inner
    }

    /// How many lanes a chunk has at this position of the chunks' loop.
    #[inline(always)]
    pub(crate) fn lanes_at(&self, chunk: usize) -> usize {
        let step = self.dims[0].1;
        step.min(self.extent - chunk * step) * self.inner
    }

    /// How often the loops over kept axes turn.
    pub(crate) fn kept_turns(&self) -> usize {
        self.loops[..self.kept].iter().map(|l| l.extent).product()
    }

    /// How often the loops over reduced axes turn.
    pub(crate) fn reduced_turns(&self) -> usize {
        self.loops[self.kept..].iter().map(|l| l.extent).product()
    }

    /// The stride of an affine function along the lanes, zero if it is the same for all, none if there is not one.
    pub(crate) fn lane_stride(&self, affine: &Affine) -> Option<i64> {
        let mut first = None;
        let mut expected = 0;
        for &(axis, n) in self.dims.iter().rev().filter(|d| d.1 > 1) {
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
    pub(crate) fn pattern(&self, affine: &Affine) -> Pattern {
        match self.lane_stride(affine) {
            Some(0) => return Pattern::Uniform,
            Some(stride) => return Pattern::Linear(stride),
            None => {}
        }
        let mut table = vec![0i64];
        for &(axis, n) in &self.dims {
            let stride = stride(affine, axis);
            table = table
                .iter()
                .flat_map(|&base| (0..n as i64).map(move |x| base + x * stride))
                .collect();
        }
        Pattern::Table(table.into_iter().map(|v| v as i32).collect())
    }

    /// 1 + the innermost loop on which an affine function depends; 0 when it depends on none.
    pub(crate) fn depth(&self, affine: &Affine) -> usize {
        let depends = |l: &Loop| l.extent > 1 && stride(affine, l.axis) != 0;
        self.loops.iter().rposition(depends).map_or(0, |i| i + 1)
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
            nests.push(Nest::new(domain, reduced, axes[start], inside));
        }
    }
    if nests.is_empty() {
        nests.push(Nest::new(domain, reduced, 0, &[]));
    }
    nests
}
