//! Which values of an entry are kept in memory, and which are computed again wherever they are used.
//!
//! Kept are: what the entry updates and outputs; operands of contractions; the data of gathers; for every
//! reduction and contraction the last value of the element-wise chain behind it that has a single user (that chain
//! becomes the kernel's epilogue); joined tensors, whose parts are then written in place; what an equality tests, which must
//! not be rounded in two ways; and what would be expensive to compute twice.
mod class;
mod cost;
mod epilogues;
mod homes;
mod joins;

use std::collections::HashMap;

use fixedbitset::FixedBitSet;

use super::home::Home;
use crate::node::{Node, NodeId};
use crate::op::{Binary, Op};
use crate::program::{self, Program};

pub(super) use class::{Class, class};
use class::{is_leaf, is_movement, rounds};

/// A buffer before slots are assigned.
#[derive(Clone, Debug)]
pub(super) struct Virtual {
    pub(super) role: VirtualRole,
    pub(super) len: usize,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum VirtualRole {
    Input(usize),
    State(usize),
    Scratch,
    /// The next value of a state: in the state's own buffer if the order of kernels allows it.
    Update(usize),
    /// The entry's output of this index.
    Output(usize),
}

/// A value that is written to memory: `(node, home, copy)` as in [`Keep`](super::lower::Keep).
#[derive(Clone, Debug)]
pub(super) struct Written {
    pub(super) node: NodeId,
    pub(super) home: Home,
    pub(super) copy: bool,
    /// The reduction or contraction whose epilogue computes it.
    pub(super) heavy: Option<Heavy>,
}

/// A reduction or contraction, as the value at the end of its epilogue knows it.
#[derive(Clone, Debug)]
pub(super) struct Heavy {
    pub(super) node: NodeId,
    /// For each axis of the value, those of extent 1 left out, which such axis of the heavy node it is.
    pub(super) order: Vec<usize>,
}

/// The decision for one entry.
pub(super) struct Storage {
    pub(super) virtuals: Vec<Virtual>,
    /// The first home of every stored node and leaf.
    pub(super) homes: HashMap<NodeId, Home>,
    /// Everything that some kernel has to write, in the order of nodes.
    pub(super) written: Vec<Written>,
    /// Joined tensors, and the parts that are written instead of them, each with the place it is written to.
    pub(super) joined: HashMap<NodeId, Vec<(NodeId, Home)>>,
}
/// A part of a joined tensor: the node, and its first coordinate in the whole.
type Part = (NodeId, Vec<usize>);

struct Chooser<'a> {
    nodes: &'a [Node],
    /// Nodes that lowering asked for, because it cannot compute what moves them: they are kept row by row.
    extra: &'a FixedBitSet,
    users: Vec<Vec<NodeId>>,
    needed: Vec<bool>,
    stored: FixedBitSet,
    /// Joined tensors with their parts, the outer before those inside.
    joins: Vec<(NodeId, Vec<Part>)>,
    /// The heavy node whose epilogue computes a stored node.
    heavy_of: HashMap<NodeId, Heavy>,
}

/// Decides for `entry`. Nodes of `extra` are kept in any case.
pub(super) fn choose(program: &Program, entry: &program::Entry, extra: &FixedBitSet) -> Storage {
    let nodes = &program.nodes;
    let roots: Vec<NodeId> = entry
        .updates
        .iter()
        .map(|&(_, id)| id)
        .chain(entry.outputs.iter().map(|&(_, id)| id))
        .collect();
    let needed = reachable(nodes, &roots);
    let mut users = vec![Vec::new(); nodes.len()];
    for (id, node) in nodes.iter().enumerate().filter(|&(id, _)| needed[id]) {
        for &arg in &node.args {
            if users[arg].last() != Some(&id) {
                users[arg].push(id);
            }
        }
    }
    let mut stored = extra.clone();
    stored.extend(roots);
    let mut chooser = Chooser {
        nodes,
        extra,
        users,
        needed,
        stored,
        joins: vec![],
        heavy_of: HashMap::new(),
    };
    chooser.operands();
    chooser.tested();
    chooser.find_joins();
    chooser.epilogues();
    chooser.expensive();
    chooser.assign(program, entry)
}

fn reachable(nodes: &[Node], roots: &[NodeId]) -> Vec<bool> {
    let mut needed = vec![false; nodes.len()];
    roots.iter().for_each(|&root| needed[root] = true);
    for id in (0..nodes.len()).rev() {
        if needed[id] {
            nodes[id].args.iter().for_each(|&arg| needed[arg] = true);
        }
    }
    needed
}

impl Chooser<'_> {
    fn ids(&self) -> impl DoubleEndedIterator<Item = NodeId> + use<> {
        let needed = self.needed.clone();
        (0..self.nodes.len()).filter(move |&id| needed[id])
    }

    fn store(&mut self, id: NodeId) {
        if !is_leaf(&self.nodes[id].op) && !matches!(self.nodes[id].op, Op::Const(_)) {
            self.stored.insert(id);
        }
    }

    /// What an equality tests is kept: computed again, perhaps in another shader, it may be rounded differently, and equal
    /// numbers would differ. (By that test the gradient of a maximum finds where it comes from.)
    fn tested(&mut self) {
        let mut rounded = vec![false; self.nodes.len()];
        for id in self.ids() {
            let node = &self.nodes[id];
            let of_args = || node.args.iter().any(|&arg| rounded[arg]);
            rounded[id] = match class(&node.op) {
                Class::Leaf | Class::Made | Class::Reduction | Class::Contraction => false,
                Class::Movement | Class::Gather => of_args(),
                Class::Elementwise => rounds(node) || of_args(),
            };
            if matches!(node.op, Op::Binary(Binary::Eq)) {
                for arg in node.args.clone() {
                    let base = self.base(arg);
                    if rounded[base] {
                        self.store(base);
                    }
                }
            }
        }
    }

    /// What a chain of movements moves.
    fn base(&self, mut id: NodeId) -> NodeId {
        while is_movement(&self.nodes[id].op) && !self.stored.contains(id) {
            id = self.nodes[id].args[0];
        }
        id
    }

    fn operands(&mut self) {
        for id in self.ids() {
            let args = &self.nodes[id].args;
            match class(&self.nodes[id].op) {
                Class::Contraction => {
                    for arg in args.clone() {
                        self.store(self.base(arg));
                    }
                }
                Class::Gather => self.store(args[0]),
                Class::Leaf | Class::Made | Class::Elementwise => {}
                Class::Movement | Class::Reduction => {}
            }
        }
    }
}
