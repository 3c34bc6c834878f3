//! What can be wrong with a graph, said so that it can be mended.

use std::fmt;
use std::panic::Location;

use crate::dtype::DType;

/// The first ill-formed operation of a graph. Later operations on its result stay silent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GraphError {
    /// Name of the operation that refused its arguments, such as `MatMul`.
    pub op: String,
    /// Shapes and types of its arguments.
    pub args: Vec<(Vec<usize>, DType)>,
    /// What is wrong, and what would be right.
    pub problem: String,
    /// Where in the caller's source the operation was written.
    pub location: &'static Location<'static>,
}

impl fmt::Display for GraphError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}(", self.op)?;
        for (i, (shape, dtype)) in self.args.iter().enumerate() {
            write!(f, "{}{dtype}{shape:?}", if i > 0 { ", " } else { "" })?;
        }
        write!(
            f,
            "): {} (at {}:{})",
            self.problem,
            self.location.file(),
            self.location.line()
        )
    }
}

impl std::error::Error for GraphError {}
