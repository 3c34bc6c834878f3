//! Which values of an entry are kept in memory, and which are computed again wherever they are used.
//!
//! Kept are: what the entry updates and outputs; operands of contractions; the data of gathers; for every
//! reduction and contraction the last value of the element-wise chain behind it that has a single user (that chain
//! becomes the kernel's epilogue); joined tensors, whose parts are then written in place; and what would be expensive
//! to compute twice.

use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use super::lower::{Home, squeeze};
use crate::dtype::DType;
use crate::graph::{Node, NodeId};
use crate::op::{Binary, Op, Unary};
use crate::program::{self, Program};
use crate::shape::numel;

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

/// Weights of recomputation, in units of one addition.
const TRANSCENDENTAL: usize = 4;
const RANDOM: usize = 24;
/// Sharing between kernels pays from this cost on.
const SHARE_FROM: usize = 8;

/// A part of a joined tensor: the node, and its first coordinate in the whole.
type Part = (NodeId, Vec<usize>);

struct Chooser<'a> {
    nodes: &'a [Node],
    /// Nodes that lowering asked for, because it cannot compute what moves them: they are kept row by row.
    extra: &'a BTreeSet<NodeId>,
    users: Vec<Vec<NodeId>>,
    needed: Vec<bool>,
    stored: BTreeSet<NodeId>,
    joins: BTreeMap<NodeId, Vec<Part>>,
    /// The heavy node whose epilogue computes a stored node.
    heavy_of: HashMap<NodeId, Heavy>,
}

/// Decides for `entry`. Nodes of `extra` are kept in any case.
pub(super) fn choose(
    program: &Program,
    entry: &program::Entry,
    extra: &BTreeSet<NodeId>,
) -> Storage {
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
    let mut stored = BTreeSet::new();
    stored.extend(roots.iter().chain(extra).copied());
    let mut chooser = Chooser {
        nodes,
        extra,
        users,
        needed,
        stored,
        joins: BTreeMap::new(),
        heavy_of: HashMap::new(),
    };
    chooser.operands();
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

/// What planning tells ops apart by: the one list of all of them.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Class {
    /// In a buffer of the host's or of the device's state.
    Leaf,
    /// Made of nothing but coordinates.
    Made,
    /// Computes an element from the elements at the same place.
    Elementwise,
    /// Only moves elements.
    Movement,
    /// Looks rows up.
    Gather,
    /// Sums along axes.
    Reduction,
    /// Sums products of two tensors.
    Contraction,
}

pub(super) fn class(op: &Op) -> Class {
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
        | Op::Detach => Class::Movement,
        Op::Gather => Class::Gather,
        Op::Reduce { .. } => Class::Reduction,
        Op::MatMul | Op::Conv(_) => Class::Contraction,
    }
}

fn is_leaf(op: &Op) -> bool {
    class(op) == Class::Leaf
}

fn is_heavy(op: &Op) -> bool {
    matches!(class(op), Class::Reduction | Class::Contraction)
}

fn is_movement(op: &Op) -> bool {
    class(op) == Class::Movement
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

    /// What a chain of movements moves.
    fn base(&self, mut id: NodeId) -> NodeId {
        while is_movement(&self.nodes[id].op) && !self.stored.contains(&id) {
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

    /// Sums of padded tensors that tile the whole: concatenations, and the flat gradient of a flat parameter buffer.
    fn find_joins(&mut self) {
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
                self.joins.insert(id, parts);
            }
        }
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
                && !self.stored.contains(&arg);
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
            if is_heavy(&node.op) || self.stored.contains(&id) {
                return true;
            }
            if seen.insert(id) {
                stack.extend(&node.args);
            }
        }
        false
    }

    /// From each heavy node down the chain of single users, as far as one kernel can compute.
    fn epilogues(&mut self) {
        // What a join writes in place has to be stored, but a mere renaming of its shape hands this on.
        let parts: Vec<NodeId> = self
            .joins
            .values()
            .flatten()
            .map(|&(part, _)| self.behind_reshape(part))
            .collect();
        parts.into_iter().for_each(|part| self.store(part));

        let mut claimed = HashSet::new();
        for heavy in self.ids().rev().filter(|&id| is_heavy(&self.nodes[id].op)) {
            let mut extents = squeeze(&self.nodes[heavy].shape);
            let mut order: Vec<usize> = (0..extents.len()).collect();
            let may_turn = !matches!(self.nodes[heavy].op, Op::Reduce { .. });
            let mut last = heavy;
            while !self.stored.contains(&last) {
                let &[user] = self.users[last].as_slice() else {
                    break;
                };
                let op = &self.nodes[user].op;
                let turned = if let (Op::Permute(permutation), true) = (op, may_turn) {
                    // A contraction may write its result in any order of axes.
                    squeezed(permutation, &self.nodes[last].shape)
                } else if class(op) == Class::Elementwise || matches!(op, Op::Reshape | Op::Detach)
                {
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
    fn behind_reshape(&self, mut id: NodeId) -> NodeId {
        while matches!(self.nodes[id].op, Op::Reshape | Op::Detach) && !self.stored.contains(&id) {
            let argument = self.nodes[id].args[0];
            if is_leaf(&self.nodes[argument].op) || matches!(self.nodes[argument].op, Op::Const(_))
            {
                break;
            }
            id = argument;
        }
        id
    }

    /// Values that several kernels would compute, and small values that a large kernel would compute at every point.
    fn expensive(&mut self) {
        let mut anchors: Vec<BTreeSet<NodeId>> = vec![BTreeSet::new(); self.nodes.len()];
        for id in self.ids().rev() {
            let mut own = BTreeSet::new();
            for &user in &self.users[id] {
                if self.stored.contains(&user) || is_heavy(&self.nodes[user].op) {
                    own.insert(user);
                } else {
                    own.extend(anchors[user].iter().copied());
                }
            }
            anchors[id] = own;
        }
        let mut costs = vec![0_usize; self.nodes.len()];
        for id in self.ids() {
            let node = &self.nodes[id];
            if self.stored.contains(&id) || is_leaf(&node.op) || is_heavy(&node.op) {
                continue;
            }
            // A value that is used twice counts twice, so costs may grow with every node.
            costs[id] = (node.args.iter().map(|&arg| costs[arg]))
                .fold(own_cost(&node.op), usize::saturating_add);
            let shared =
                anchors[id].len() > 1 && costs[id] >= SHARE_FROM && numel(&node.shape) >= 32;
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
            Op::Permute(_) | Op::Pad(_) | Op::Slice(_) | Op::Flip(_) | Op::Detach => false,
        }
    }

    fn assign(self, program: &Program, entry: &program::Entry) -> Storage {
        let nodes = self.nodes;
        let mut storage = Storage {
            virtuals: vec![],
            homes: HashMap::new(),
            written: vec![],
            joined: HashMap::new(),
        };
        let input = |i| VirtualRole::Input(i);
        let leaves = (program
            .inputs
            .iter()
            .enumerate()
            .map(|(i, d)| (input(i), &d.shape)))
        .chain(
            program
                .states
                .iter()
                .enumerate()
                .map(|(i, d)| (VirtualRole::State(i), &d.shape)),
        );
        for (role, shape) in leaves {
            storage.virtuals.push(Virtual {
                role,
                len: numel(shape),
            });
        }
        for id in self.ids() {
            let buffer = if let Op::Input(i) = nodes[id].op {
                i
            } else if let Op::State(i) = nodes[id].op {
                program.inputs.len() + i
            } else {
                continue;
            };
            storage
                .homes
                .insert(id, Home::contiguous(buffer, 0, &nodes[id].shape));
        }

        let mut copies = Vec::new();
        for (&whole, parts) in self.joins.iter().rev() {
            // A part of an outer join may be a join itself: then it lies inside.
            let home = match storage.homes.get(&whole) {
                Some(home) => home.clone(),
                None => storage.scratch(&nodes[whole]),
            };
            storage.homes.insert(whole, home.clone());
            for (part, start) in parts {
                let offset = start
                    .iter()
                    .zip(&home.strides)
                    .map(|(s, stride)| s * stride)
                    .sum::<usize>()
                    + home.offset;
                let segment = Home {
                    buffer: home.buffer,
                    offset,
                    strides: home.strides.clone(),
                };
                let behind = self.behind_reshape(*part);
                let can_rename = behind != *part && segment.is_contiguous(&nodes[*part].shape);
                let (node, segment) = match can_rename {
                    true => (
                        behind,
                        Home::contiguous(segment.buffer, segment.offset, &nodes[behind].shape),
                    ),
                    false => (*part, segment),
                };
                storage
                    .joined
                    .entry(whole)
                    .or_default()
                    .push((node, segment.clone()));
                let must_be_whole =
                    self.extra.contains(&node) && !segment.is_contiguous(&nodes[node].shape);
                if storage.homes.contains_key(&node)
                    || !self.stored.contains(&node)
                    || must_be_whole
                {
                    copies.push((node, segment));
                } else {
                    storage.homes.insert(node, segment);
                }
            }
        }
        for (index, &(_, node)) in entry.outputs.iter().enumerate() {
            let home = storage.buffer(VirtualRole::Output(index), &nodes[node]);
            storage.place_root(node, home, &mut copies);
        }
        for &(state, node) in &entry.updates {
            let home = storage.buffer(VirtualRole::Update(state), &nodes[node]);
            storage.place_root(node, home, &mut copies);
        }
        for &id in &self.stored {
            if !storage.homes.contains_key(&id) {
                let home = storage.scratch(&nodes[id]);
                storage.homes.insert(id, home);
            }
            if !self.joins.contains_key(&id) && !is_leaf(&nodes[id].op) {
                let heavy = self.heavy_of.get(&id).cloned();
                storage.written.push(Written {
                    node: id,
                    home: storage.homes[&id].clone(),
                    copy: false,
                    heavy,
                });
            }
        }
        for (node, home) in copies {
            let copy = storage.homes.contains_key(&node);
            storage.written.push(Written {
                node,
                home,
                copy,
                heavy: None,
            });
        }
        storage
    }
}

impl Storage {
    fn buffer(&mut self, role: VirtualRole, node: &Node) -> Home {
        self.virtuals.push(Virtual {
            role,
            len: numel(&node.shape),
        });
        Home::contiguous(self.virtuals.len() - 1, 0, &node.shape)
    }

    fn scratch(&mut self, node: &Node) -> Home {
        self.buffer(VirtualRole::Scratch, node)
    }

    fn place_root(&mut self, node: NodeId, home: Home, copies: &mut Vec<(NodeId, Home)>) {
        match self.homes.entry(node) {
            Entry::Occupied(_) => copies.push((node, home)),
            Entry::Vacant(vacant) => {
                vacant.insert(home);
            }
        }
    }
}

/// A permutation of axes as one of those that are not of extent 1 in `shape`.
fn squeezed(permutation: &[usize], shape: &[usize]) -> Vec<usize> {
    let number = |axis: usize| shape[..axis].iter().filter(|&&n| n != 1).count();
    let kept = permutation.iter().filter(|&&axis| shape[axis] != 1);
    kept.map(|&axis| number(axis)).collect()
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
        | Op::Detach => 0,
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
