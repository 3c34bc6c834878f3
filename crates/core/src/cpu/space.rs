//! What code is compiled for: the points it runs over, and the buffers it sees.

use crate::dtype::DType;
use crate::plan::kernel::Access;

/// A buffer as a piece of code sees it.
#[derive(Clone, Debug)]
pub(crate) struct Array {
    /// Index among the session's buffers.
    pub(crate) buffer: usize,
    pub(crate) access: Access,
    pub(crate) dtype: DType,
    /// How many elements there are.
    pub(crate) len: usize,
    /// Scratch memory, whose addresses do not move with the origin of a block.
    pub(crate) scratch: bool,
}

/// Over what a piece of code runs.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Space<'a> {
    /// The extents walked.
    pub(crate) domain: &'a [usize],
    /// The extents within which origin and domain stay.
    pub(crate) full: &'a [usize],
    /// A flag for each axis, or empty.
    pub(crate) reduced: &'a [bool],
    /// What bindings stand for.
    pub(crate) arrays: &'a [Array],
}

/// How often a register varies.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum Rate {
    /// With the loop before this number, or never (0).
    Loop(usize),
    Lane,
}
