//! Groups the values of an entry into kernels and puts the kernels in order.

mod in_place;
mod merge;

use std::collections::HashMap;

use fixedbitset::FixedBitSet;

use super::home::{Home, VirtualId};
use super::kernel::Kernel;
use super::lower::{Context, Keep, NeedsHome, Reads, Recipe, Template, squeeze};
use super::store::{Heavy, Storage, Virtual, VirtualRole, choose};
use crate::node::{Node, NodeId};
use crate::op::Op;
use crate::program::{Entry, Program};
use in_place::{finish, updates};

/// Storage buffers that a kernel may bind: what every WebGPU adapter offers.
pub(super) const MAX_BINDINGS: usize = 8;

/// Kernels in order, over buffers without slots.
pub(super) struct Fused {
    pub(super) virtuals: Vec<Virtual>,
    pub(super) kernels: Vec<Kernel>,
}

/// Plans one entry down to kernels.
pub(super) fn fuse(program: &Program, entry: &Entry) -> Fused {
    let mut extra = FixedBitSet::with_capacity(program.nodes.len());
    loop {
        let storage = choose(program, entry, &extra);
        let fused = Fusion::new(&program.nodes, &storage)
            .and_then(|fusion| fusion.run().map_err(|NeedsHome(node)| vec![node]));
        match fused {
            Ok(kernels) => return finish(storage, kernels),
            Err(needed) => {
                let known = extra.count_ones(..);
                extra.extend(needed);
                assert!(
                    extra.count_ones(..) > known,
                    "a node that is kept in memory can always be loaded"
                );
            }
        }
    }
}

/// A kernel to be: `None` once merged into another.
type Group = Option<(Recipe, Reads)>;

struct Fusion<'a> {
    context: Context<'a>,
    storage: &'a Storage,
    groups: Vec<Group>,
    /// Which group writes a home.
    writers: HashMap<&'a Home, usize>,
    /// For each group, the groups that come before it: those that write what it reads, and those that still read what it
    /// writes over. Kept up to date, because every pair of groups asks.
    needs: Vec<FixedBitSet>,
    /// Updates that go to the state's own buffer, and that buffer.
    in_place: Vec<(VirtualId, VirtualId)>,
}

impl<'a> Fusion<'a> {
    /// One group for each value that is written; or else the nodes that have to be kept in memory for that.
    fn new(nodes: &'a [Node], storage: &'a Storage) -> Result<Self, Vec<NodeId>> {
        let context = Context {
            nodes,
            homes: &storage.homes,
        };
        let mut groups = Vec::new();
        let mut kernels = Vec::new();
        let mut writers = HashMap::new();
        // All of them at once: every round plans anew.
        let mut needed = Vec::new();
        for written in &storage.written {
            let template = match &written.heavy {
                None => Template::Pointwise,
                Some(Heavy { node, .. }) if matches!(nodes[*node].op, Op::Reduce { .. }) => {
                    Template::Reduce(vec![*node])
                }
                Some(Heavy { node, order }) => Template::Contract {
                    heavy: *node,
                    order: order.clone(),
                },
            };
            let keep = Keep {
                node: written.node,
                home: written.home.clone(),
                copy: written.copy,
            };
            let extents = squeeze(&nodes[written.node].shape);
            let recipe = Recipe {
                template,
                extents,
                keeps: vec![keep],
                private: vec![],
            };
            let lowered = match context.lower(&recipe) {
                Ok(lowered) if lowered.kernel.bindings.len() <= MAX_BINDINGS => lowered,
                Ok(_) => {
                    needed.push(largest_part(&context, written.node));
                    continue;
                }
                Err(NeedsHome(node)) => {
                    needed.push(node);
                    continue;
                }
            };
            let reads = lowered.reads;
            writers.insert(&written.home, groups.len());
            groups.push(Some((recipe, reads)));
            kernels.push(lowered.kernel);
        }
        if !needed.is_empty() {
            return Err(needed);
        }
        let mut fusion = Self {
            context,
            storage,
            groups,
            writers,
            needs: vec![],
            in_place: vec![],
        };
        let needs = (0..fusion.groups.len()).map(|group| fusion.dependencies(group));
        fusion.needs = needs.collect();
        for (update, state) in updates(&storage.virtuals) {
            fusion.settle(update, state, &kernels);
        }
        Ok(fusion)
    }

    fn run(mut self) -> Result<Vec<Kernel>, NeedsHome> {
        self.merge_all()?;
        self.forget_private_values();
        let order = self.order();
        let mut kernels = Vec::new();
        for group in order {
            let (recipe, _) = self.groups[group]
                .as_ref()
                .expect("only living groups are ordered");
            kernels.push(self.context.lower(recipe)?.kernel);
        }
        Ok(kernels)
    }

    /// The groups that write what `node` is read from.
    fn sources(&self, node: NodeId, into: &mut FixedBitSet) {
        if let Some(parts) = self.storage.joined.get(&node) {
            for (part, home) in parts {
                if self.storage.homes.get(part) == Some(home) {
                    self.sources(*part, into);
                } else {
                    into.grow_and_insert(self.writers[home]);
                }
            }
        } else if let Some(&writer) = self.writers.get(&self.storage.homes[&node]) {
            into.grow_and_insert(writer);
        }
    }

    fn dependencies(&self, group: usize) -> FixedBitSet {
        let mut dependencies = FixedBitSet::with_capacity(self.groups.len());
        if let Some((_, reads)) = &self.groups[group] {
            (reads.iter()).for_each(|&(node, _)| self.sources(node, &mut dependencies));
        }
        dependencies.remove(group);
        dependencies
    }

    /// Whether `from` depends on `target`; with `indirectly`, by way of a third group.
    fn depends(&self, from: usize, target: usize, indirectly: bool) -> bool {
        let mut stack: Vec<usize> = self.needs[from].ones().collect();
        if indirectly {
            stack.retain(|&g| g != target);
        }
        let mut seen = vec![false; self.groups.len()];
        while let Some(group) = stack.pop() {
            if group == target {
                return true;
            }
            if !std::mem::replace(&mut seen[group], true) {
                stack.extend(self.needs[group].ones());
            }
        }
        false
    }

    /// Values that only their own kernel uses stay in registers.
    fn forget_private_values(&mut self) {
        let mut read_by_others = FixedBitSet::with_capacity(self.context.nodes.len());
        for (_, reads) in self.groups.iter().flatten() {
            read_by_others.extend(reads.iter().map(|&(node, _)| node));
        }
        let virtuals = &self.storage.virtuals;
        let mut part_homes = FixedBitSet::with_capacity(virtuals.len());
        let joined = self.storage.joined.keys();
        part_homes.extend(joined.map(|node| self.storage.homes[node].buffer));
        for (recipe, _) in self.groups.iter_mut().flatten() {
            let is_needed = |keep: &Keep| {
                virtuals[keep.home.buffer].role != VirtualRole::Scratch
                    || part_homes.contains(keep.home.buffer)
                    || read_by_others.contains(keep.node)
            };
            recipe.private = recipe
                .keeps
                .iter()
                .filter(|k| !is_needed(k))
                .map(|k| k.node)
                .collect();
            recipe.keeps.retain(is_needed);
        }
    }

    /// Producers before consumers; otherwise in the order of the trace.
    fn order(&self) -> Vec<usize> {
        let position = |group: usize| {
            let keeps = self.groups[group]
                .iter()
                .flat_map(|(recipe, _)| &recipe.keeps);
            (keeps.map(|keep| keep.node).max(), group)
        };
        let living: Vec<usize> = (0..self.groups.len())
            .filter(|&g| self.groups[g].is_some())
            .collect();
        let mut waits_for = vec![0; self.groups.len()];
        let mut consumers = vec![Vec::new(); self.groups.len()];
        for &group in &living {
            for dependency in self.needs[group].ones() {
                waits_for[group] += 1;
                consumers[dependency].push(group);
            }
        }
        let mut ready: Vec<usize> = living.clone();
        ready.retain(|&group| waits_for[group] == 0);
        let mut order = Vec::new();
        while let Some(first) = (0..ready.len()).min_by_key(|&i| position(ready[i])) {
            let group = ready.swap_remove(first);
            order.push(group);
            for &consumer in &consumers[group] {
                waits_for[consumer] -= 1;
                if waits_for[consumer] == 0 {
                    ready.push(consumer);
                }
            }
        }
        assert_eq!(
            order.len(),
            living.len(),
            "kernels never depend on each other in a circle"
        );
        order
    }
}

/// What a value with too many sources is split into: the part of it that has the most sources and still fits into a
/// kernel.
fn largest_part(context: &Context<'_>, whole: NodeId) -> NodeId {
    let mut sources: HashMap<NodeId, FixedBitSet> = HashMap::new();
    let mut stack = vec![whole];
    while let Some(&id) = stack.last() {
        if let (Some(home), true) = (context.homes.get(&id), id != whole) {
            sources.entry(id).or_default().grow_and_insert(home.buffer);
        }
        let args = &context.nodes[id].args;
        let waiting = args.iter().find(|arg| !sources.contains_key(arg));
        match (sources.contains_key(&id), waiting) {
            (false, Some(&arg)) => stack.push(arg),
            (false, None) => {
                let mut all = FixedBitSet::new();
                args.iter().for_each(|arg| all.union_with(&sources[arg]));
                sources.insert(id, all);
            }
            (true, _) => {
                stack.pop();
            }
        }
    }
    let is_part = |id: &NodeId| *id != whole && !context.homes.contains_key(id);
    let part = (sources.iter())
        .map(|(&id, from)| (from.count_ones(..), id))
        .filter(|&(count, id)| is_part(&id) && count < MAX_BINDINGS)
        .max();
    part.expect("one operation alone has few arguments").1
}
