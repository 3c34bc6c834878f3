//! The primitive operations. Everything else is a composition of these.

pub use ganlet_loops::operation::Unary;

use crate::dtype::{DType, Scalar};

/// Element-wise functions of two tensors of one shape and type.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Binary {
    /// `a + b`; integers wrap.
    Add,
    /// `a * b`; integers wrap.
    Mul,
    /// The larger one. A tie gives its gradient to `a`.
    Max,
    /// `a < b`, a [`DType::Bool`].
    Less,
    /// `a == b`, a [`DType::Bool`].
    Eq,
}

/// How a reduction combines elements.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Reducer {
    /// Adds the elements.
    Sum,
    /// The largest element. A tie shares its gradient equally.
    Max,
}

/// How a convolution walks one spatial axis, in the terms of XLA's `ConvWithGeneralPadding`.
///
/// The input is first spread out, `lhs_dilation - 1` zeros between neighbours, then padded; the kernel is spread out by
/// `rhs_dilation` likewise and moves by `stride`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Window {
    /// Steps between neighbours of the result; at least 1.
    pub stride: usize,
    /// Zeros before and after the spread-out input; negative numbers cut off.
    pub padding: (i64, i64),
    /// Distance between neighbours of the input; at least 1. A transposed convolution of stride 2 has 2 here.
    pub lhs_dilation: usize,
    /// Distance between neighbours of the kernel; at least 1.
    pub rhs_dilation: usize,
}

impl Default for Window {
    /// Stride 1, no padding, nothing spread out.
    fn default() -> Self {
        Self {
            stride: 1,
            padding: (0, 0),
            lhs_dilation: 1,
            rhs_dilation: 1,
        }
    }
}

/// A primitive operation. Shapes are static; `args` are listed with each.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum Op {
    /// A buffer that the host writes, by its index in the program. No arguments.
    Input(usize),
    /// A buffer that lives on the device between steps, by its index in the program. No arguments.
    State(usize),
    /// One constant in every element. No arguments.
    Const(Scalar),
    /// The coordinate along `axis`, as u32. No arguments.
    Iota {
        /// The axis whose coordinate each element holds.
        axis: usize,
    },
    /// Uniform integers in `[0, below)`: Threefry-2x32 of (key, [element, stream]), scaled by multiply and shift.
    /// One argument: the key, u32 of shape `[2]` (seed, step).
    Random {
        /// Tells apart the draws of one step.
        stream: u32,
        /// The exclusive upper end.
        below: u32,
    },
    /// An element-wise function. One argument.
    Unary(Unary),
    /// A change of type; float to integer truncates, bool gives 0 or 1. One argument.
    Cast(DType),
    /// An element-wise function of two arguments.
    Binary(Binary),
    /// `condition ? a : b`. Three arguments.
    Select,
    /// Combines elements along `axes`, which stay with extent 1. One argument.
    Reduce {
        /// How the elements are combined.
        reducer: Reducer,
        /// The axes that are combined, ascending.
        axes: Vec<usize>,
    },
    /// The same elements, in row-major order, under another shape. One argument.
    Reshape,
    /// Axis `i` of the result is axis `permutation[i]` of the argument.
    Permute(Vec<usize>),
    /// Repeats axes of extent 1 up to the node's shape. One argument of the same rank.
    Broadcast,
    /// Surrounds with zeros: per axis, how many before and after. One argument.
    Pad(Vec<(usize, usize)>),
    /// A box cut out: per axis the first coordinate; the extents are the node's shape. One argument.
    Slice(Vec<usize>),
    /// Reverses the listed axes. One argument.
    Flip(Vec<usize>),
    /// `[…, m, k] x [.., k, n] -> […, m, n]`, leading axes equal. Two arguments.
    MatMul,
    /// Cross-correlation (the kernel is not flipped), channels last, one window for each spatial axis:
    /// `[n, spatial.., c]` and `[kernel.., c, o]` give `[n, out.., o]`. Two arguments.
    Conv(Vec<Window>),
    /// Rows of data: arguments `data [rows, …]` and `index u32 [n]` give `[n, …]`. An index past the end takes the
    /// last row.
    Gather,
    /// The argument itself, and a gradient of zero.
    Detach,
    /// The argument itself, as a value of its own: the number tells it from every other, so that hash-consing joins no two.
    Fresh(usize),
}
