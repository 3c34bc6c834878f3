//! Drops what only differentiation tells apart: detached and fresh values are their arguments here, so they cost nothing,
//! and what is equal but for them is computed once.

use std::borrow::Cow;

use crate::graph::Graph;
use crate::node::{Node, NodeId};
use crate::op::Op;
use crate::program::Program;

/// A program without [`Op::Detach`] and [`Op::Fresh`].
pub(super) fn erase(program: &Program) -> Cow<'_, Program> {
    let is_erased = |node: &Node| matches!(node.op, Op::Detach | Op::Fresh(_));
    if !program.nodes.iter().any(is_erased) {
        return Cow::Borrowed(program);
    }
    let mut graph = Graph::default();
    let mut moved: Vec<NodeId> = Vec::new();
    for node in &program.nodes {
        let args: Vec<NodeId> = node.args.iter().map(|&arg| moved[arg]).collect();
        moved.push(match is_erased(node) {
            true => args[0],
            false => graph.intern(Node {
                args,
                ..node.clone()
            }),
        });
    }
    Cow::Owned(program.rewritten(graph.nodes, &moved))
}
