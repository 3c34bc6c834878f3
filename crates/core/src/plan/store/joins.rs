//! Joined tensors, whose parts are written in place: which sums are joins.

use std::collections::HashSet;

use super::class::is_heavy;
use super::{Chooser, Part};
use crate::dtype::DType;
use crate::node::{Node, NodeId};
use crate::op::{Binary, Op};
use crate::shape::numel;

impl Chooser<'_> {
    /// Sums of padded tensors that tile the whole: concatenations, and the flat gradient of a flat parameter buffer.
    pub(super) fn find_joins(&mut self) {
        let mut absorbed = HashSet::new();
        for id in self.ids().rev() {
            if absorbed.contains(&id) || !matches!(self.nodes[id].op, Op::Binary(Binary::Add)) {
                continue;
            }
            let mut parts = Vec::new();
            let mut inner = Vec::new();
            if self.flatten(id, &mut parts, &mut inner)
                && tiles(self.nodes, id, &parts)
                && parts
                    .iter()
                    .any(|(part, _)| self.worth_writing_in_place(*part))
            {
                absorbed.extend(inner);
                self.stored.insert(id);
                self.joins.push((id, parts));
            }
        }
    }

    /// The parts of a joined tensor.
    pub(super) fn parts(&self, whole: NodeId) -> Option<&[Part]> {
        let mut joins = self.joins.iter();
        joins
            .find(|(id, _)| *id == whole)
            .map(|(_, parts)| &**parts)
    }

    fn flatten(&self, id: NodeId, parts: &mut Vec<Part>, inner: &mut Vec<NodeId>) -> bool {
        self.nodes[id].args.iter().all(|&arg| {
            let op = &self.nodes[arg].op;
            if let Op::Pad(padding) = op {
                let start = padding.iter().map(|&(low, _)| low).collect();
                parts.push((self.nodes[arg].args[0], start));
                return true;
            }
            let is_sum = matches!(op, Op::Binary(Binary::Add))
                && self.users[arg].len() == 1
                && !self.stored.contains(arg);
            if is_sum {
                inner.push(arg);
            }
            is_sum && self.flatten(arg, parts, inner)
        })
    }

    /// Whether a part comes out of a kernel of its own anyway, so that joining it costs nothing.
    fn worth_writing_in_place(&self, part: NodeId) -> bool {
        let mut seen = HashSet::new();
        let mut stack = vec![part];
        while let Some(id) = stack.pop() {
            let node = &self.nodes[id];
            if is_heavy(&node.op) || self.stored.contains(id) {
                return true;
            }
            if seen.insert(id) {
                stack.extend(&node.args);
            }
        }
        false
    }
}

/// Whether the parts are disjoint and fill the whole.
fn tiles(nodes: &[Node], whole: NodeId, parts: &[Part]) -> bool {
    let shape = |part: &Part| &nodes[part.0].shape;
    let overlap = |a: &Part, b: &Part| {
        (0..a.1.len()).all(|axis| {
            let (a_end, b_end) = (a.1[axis] + shape(a)[axis], b.1[axis] + shape(b)[axis]);
            a.1[axis] < b_end && b.1[axis] < a_end
        })
    };
    let disjoint = parts
        .iter()
        .enumerate()
        .all(|(i, a)| parts[i + 1..].iter().all(|b| !overlap(a, b)));
    let filled: usize = parts.iter().map(|p| numel(shape(p))).sum();
    nodes[whole].dtype == DType::F32 && disjoint && filled == numel(&nodes[whole].shape)
}
