//! The hash-consed graph.

use crate::dtype::DType;
use crate::op::Op;

/// Index of a node in its graph.
pub type NodeId = usize;

/// One operation with its arguments and the shape and type of its result.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Node {
    /// What is computed.
    pub op: Op,
    /// Of which nodes.
    pub args: Vec<NodeId>,
    /// The extents of the result.
    pub shape: Vec<usize>,
    /// The element type of the result.
    pub dtype: DType,
}
