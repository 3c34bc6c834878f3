//! What planning tells ops apart by.

use crate::dtype::DType;
use crate::node::Node;
use crate::op::{Binary, Op, Unary};

/// The kinds of ops: the one list of all of them.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(in crate::plan) enum Class {
    /// In a buffer of the host's or of the device's state.
    Leaf,
    /// Made of nothing but coordinates.
    Made,
    /// Computes an element from the elements at the same place.
    Elementwise,
    /// Only moves elements: a change of indices where it is used.
    Movement,
    /// Looks rows up.
    Gather,
    /// Sums along axes.
    Reduction,
    /// Sums products of two tensors.
    Contraction,
}

pub(in crate::plan) fn class(op: &Op) -> Class {
    match op {
        Op::Input(_) | Op::State(_) => Class::Leaf,
        Op::Const(_) | Op::Iota { .. } | Op::Random { .. } => Class::Made,
        Op::Unary(_) | Op::Cast(_) | Op::Binary(_) | Op::Select => Class::Elementwise,
        Op::Reshape
        | Op::Permute(_)
        | Op::Broadcast
        | Op::Pad(_)
        | Op::Slice(_)
        | Op::Flip(_)
        | Op::Detach
        | Op::Fresh(_) => Class::Movement,
        Op::Gather => Class::Gather,
        Op::Reduce { .. } => Class::Reduction,
        Op::MatMul | Op::Conv(_) => Class::Contraction,
    }
}

pub(super) fn is_leaf(op: &Op) -> bool {
    class(op) == Class::Leaf
}

pub(super) fn is_heavy(op: &Op) -> bool {
    matches!(class(op), Class::Reduction | Class::Contraction)
}

pub(super) fn is_movement(op: &Op) -> bool {
    class(op) == Class::Movement
}

/// Whether an element-wise op rounds its result to a float.
pub(super) fn rounds(node: &Node) -> bool {
    match &node.op {
        Op::Unary(unary) => !matches!(unary, Unary::Neg | Unary::Floor),
        Op::Binary(Binary::Add | Binary::Mul) => node.dtype == DType::F32,
        Op::Binary(Binary::Max | Binary::Less | Binary::Eq) | Op::Cast(_) | Op::Select => false,
        Op::Input(_) | Op::State(_) | Op::Const(_) | Op::Iota { .. } | Op::Random { .. } => false,
        Op::Reduce { .. } | Op::MatMul | Op::Conv(_) | Op::Gather => false,
        Op::Reshape | Op::Permute(_) | Op::Broadcast | Op::Pad(_) | Op::Slice(_) => false,
        Op::Flip(_) | Op::Detach | Op::Fresh(_) => false,
    }
}
