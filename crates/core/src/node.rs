//! What a graph consists of.

use crate::dtype::DType;
use crate::op::Op;

/// Index of a node in its graph. Arguments always have lower indices than their users.
pub type NodeId = usize;

/// One operation with its arguments and the shape and type of its result.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Node {
    /// The operation that gives the node's value.
    pub op: Op,
    /// The operation's arguments, in the order that [`Op`] lists with each.
    pub args: Vec<NodeId>,
    /// The extents of the result.
    pub shape: Vec<usize>,
    /// The element type of the result.
    pub dtype: DType,
}
