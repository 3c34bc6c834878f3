//! Epilogues: how far the kernel of a reduction or contraction computes on.

use std::collections::HashSet;

use super::class::{Class, class, is_heavy, is_leaf};
use super::{Chooser, Heavy};
use crate::node::NodeId;
use crate::op::Op;
use crate::plan::lower::squeeze;

impl Chooser<'_> {
    /// From each heavy node down the chain of single users, as far as one kernel can compute.
    pub(super) fn epilogues(&mut self) {
        // What a join writes in place has to be stored, but a mere renaming of its shape hands this on.
        let parts: Vec<NodeId> = self
            .joins
            .iter()
            .flat_map(|(_, parts)| parts)
            .map(|&(part, _)| self.behind_reshape(part))
            .collect();
        parts.into_iter().for_each(|part| self.store(part));

        let mut claimed = HashSet::new();
        for heavy in self.ids().rev().filter(|&id| is_heavy(&self.nodes[id].op)) {
            let mut extents = squeeze(&self.nodes[heavy].shape);
            let mut order: Vec<usize> = (0..extents.len()).collect();
            let may_turn = !matches!(self.nodes[heavy].op, Op::Reduce { .. });
            let mut last = heavy;
            while !self.stored.contains(last) {
                let &[user] = self.users[last].as_slice() else {
                    break;
                };
                let op = &self.nodes[user].op;
                let turned = if let (Op::Permute(permutation), true) = (op, may_turn) {
                    // A contraction may write its result in any order of axes.
                    squeezed(permutation, &self.nodes[last].shape)
                } else if class(op) == Class::Elementwise || matches!(op, Op::Reshape) {
                    (0..extents.len()).collect()
                } else {
                    break;
                };
                let wanted: Vec<usize> = turned.iter().map(|&axis| extents[axis]).collect();
                if squeeze(&self.nodes[user].shape) != wanted || !claimed.insert(user) {
                    break;
                }
                order = turned.iter().map(|&axis| order[axis]).collect();
                (last, extents) = (user, wanted);
            }
            self.stored.insert(last);
            self.heavy_of.insert(last, Heavy { node: heavy, order });
        }
    }

    /// The node that holds the same elements in the same order, as far as only this path uses them.
    pub(super) fn behind_reshape(&self, mut id: NodeId) -> NodeId {
        while matches!(self.nodes[id].op, Op::Reshape) && !self.stored.contains(id) {
            let argument = self.nodes[id].args[0];
            if is_leaf(&self.nodes[argument].op) || matches!(self.nodes[argument].op, Op::Const(_))
            {
                break;
            }
            id = argument;
        }
        id
    }
}

/// A permutation of axes as one of those that are not of extent 1 in `shape`.
fn squeezed(permutation: &[usize], shape: &[usize]) -> Vec<usize> {
    let number = |axis: usize| shape[..axis].iter().filter(|&&n| n != 1).count();
    let kept = permutation.iter().filter(|&&axis| shape[axis] != 1);
    kept.map(|&axis| number(axis)).collect()
}
