//! How a domain is walked: a nest of loops around chunks of lanes.
//!
//! The lanes of a chunk cover a stretch of one axis (the chunked axis) and all of the axes inside it, in row-major
//! order. So when the innermost axis is short (the two coordinates of a toy's points), a chunk still has hundreds of
//! lanes. Everything outside the chunk is an ordinary loop, and the chunks of the chunked axis are one of these loops.

/// The most lanes in a chunk: a register of the interpreter is 2 KiB, so that a dozen of them stay in the L1 cache.
pub const LANES: usize = 512;

/// A loop around the chunks: coordinate `axis` takes the values `0, step, 2 * step, …`
#[derive(Clone, Debug)]
pub struct Loop {
    /// The axis of the domain.
    pub axis: usize,
    /// How often it turns.
    pub extent: usize,
    /// By how much the coordinate grows with a turn.
    pub step: usize,
}

/// The values of an affine function over the lanes of a chunk, relative to its value at lane 0.
#[derive(Clone, PartialEq, Debug)]
pub enum Pattern {
    /// The same for all lanes.
    Uniform,
    /// `stride * lane`, with a stride that is not zero.
    Linear(i64),
    /// Offsets without a pattern, listed.
    Table(Box<[i32]>),
}

/// The loops and the lanes.
#[derive(Clone, Debug)]
pub struct Nest {
    /// Outermost first; `loops[..kept]` are over kept axes, the others over reduced ones.
    pub loops: Vec<Loop>,
    /// How many loops are over kept axes.
    pub kept: usize,
    /// The loop over the chunks.
    pub chunked: usize,
    /// Extent of the chunked axis.
    pub extent: usize,
    /// Axis and extent of the lanes' dimensions, outermost first; the first one is the chunked axis, its extent that
    /// of one chunk.
    pub dims: Vec<(usize, usize)>,
    /// Lanes for each step along the chunked axis.
    pub inner: usize,
}

impl Nest {
    /// How many lanes a chunk has, but for the last ones.
    pub fn lanes(&self) -> usize {
        self.dims[0].1 * self.inner
    }

    /// How many lanes a chunk has at this position of the chunks' loop.
    #[inline(always)]
    pub(crate) fn lanes_at(&self, chunk: usize) -> usize {
        let step = self.dims[0].1;
        step.min(self.extent - chunk * step) * self.inner
    }

    /// How often the loops over kept axes turn.
    pub fn kept_turns(&self) -> usize {
        self.loops[..self.kept].iter().map(|l| l.extent).product()
    }

    /// How often the loops over reduced axes turn.
    pub fn reduced_turns(&self) -> usize {
        self.loops[self.kept..].iter().map(|l| l.extent).product()
    }
}
