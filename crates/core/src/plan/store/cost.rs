//! Values that are dear enough to be kept rather than computed twice.

use super::Chooser;
use super::class::{is_heavy, is_leaf, is_movement};
use crate::node::NodeId;
use crate::op::{Op, Unary};
use crate::shape::numel;

/// Weights of recomputation, in units of one addition.
const TRANSCENDENTAL: usize = 4;
const RANDOM: usize = 24;
/// Sharing between kernels pays from this cost on.
const SHARE_FROM: usize = 8;

/// The kernels that would compute a value, each by the node that it ends with.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kernels {
    None,
    One(NodeId),
    Several,
}

impl Kernels {
    fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::None, kernels) | (kernels, Self::None) => kernels,
            _ if self == other => self,
            _ => Self::Several,
        }
    }
}

impl Chooser<'_> {
    /// Values that several kernels would compute, and small values that a large kernel would compute at every point.
    pub(super) fn expensive(&mut self) {
        let mut kernels = vec![Kernels::None; self.nodes.len()];
        for id in self.ids().rev() {
            for &user in &self.users[id] {
                let through = match self.stored.contains(user) || is_heavy(&self.nodes[user].op) {
                    true => Kernels::One(user),
                    false => kernels[user],
                };
                kernels[id] = kernels[id].and(through);
            }
        }
        let mut costs = vec![0_usize; self.nodes.len()];
        for id in self.ids() {
            let node = &self.nodes[id];
            if self.stored.contains(id) || is_leaf(&node.op) || is_heavy(&node.op) {
                continue;
            }
            // A value that is used twice counts twice, so costs may grow with every node.
            costs[id] = (node.args.iter().map(|&arg| costs[arg]))
                .fold(own_cost(&node.op), usize::saturating_add);
            let shared = kernels[id] == Kernels::Several
                && costs[id] >= SHARE_FROM
                && numel(&node.shape) >= 32;
            let repeated = costs[id] >= TRANSCENDENTAL
                && self.users[id]
                    .iter()
                    .any(|&user| self.grows(user, numel(&node.shape)));
            if !is_movement(&node.op) && (shared || repeated) {
                self.stored.insert(id);
                costs[id] = 0;
            }
        }
    }

    /// Whether `id` repeats its argument of `len` elements many times over. A gather asks for its row at every element.
    fn grows(&self, id: NodeId, len: usize) -> bool {
        match self.nodes[id].op {
            Op::Broadcast | Op::Gather => numel(&self.nodes[id].shape) >= 4 * len,
            Op::Reshape => self.users[id].iter().any(|&user| self.grows(user, len)),
            Op::Input(_) | Op::State(_) | Op::Const(_) | Op::Iota { .. } => false,
            Op::Unary(_) | Op::Cast(_) | Op::Binary(_) | Op::Select => false,
            Op::Reduce { .. } | Op::MatMul | Op::Conv(_) | Op::Random { .. } => false,
            Op::Permute(_) | Op::Pad(_) | Op::Slice(_) | Op::Flip(_) => false,
            Op::Detach | Op::Fresh(_) => false,
        }
    }
}

fn own_cost(op: &Op) -> usize {
    match op {
        Op::Random { .. } => RANDOM,
        Op::Unary(
            Unary::Exp | Unary::Log | Unary::Sqrt | Unary::Tanh | Unary::Sin | Unary::Recip,
        ) => TRANSCENDENTAL,
        Op::Unary(Unary::Neg | Unary::Floor)
        | Op::Cast(_)
        | Op::Binary(_)
        | Op::Select
        | Op::Iota { .. } => 1,
        Op::Gather => 2,
        Op::Input(_) | Op::State(_) | Op::Const(_) => 0,
        Op::Reduce { .. } | Op::MatMul | Op::Conv(_) => 0,
        Op::Reshape
        | Op::Permute(_)
        | Op::Broadcast
        | Op::Pad(_)
        | Op::Slice(_)
        | Op::Flip(_)
        | Op::Detach
        | Op::Fresh(_) => 0,
    }
}
