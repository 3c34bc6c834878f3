//! Groups the values of an entry into kernels and puts the kernels in order.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::hazard;
use super::kernel::Kernel;
use super::lower::{Context, Home, Keep, NeedsHome, Reads, Recipe, Template, VirtualId, squeeze};
use super::store::{Heavy, Storage, Virtual, VirtualRole, choose};
use crate::graph::{Node, NodeId};
use crate::op::Op;
use crate::program::{Entry, Program};

/// Storage buffers that a kernel may bind: what every WebGPU adapter offers.
pub(super) const MAX_BINDINGS: usize = 8;

/// Buffers of a kernel of values that only read the same data: room is left to share a dispatch with others.
const SIDE_BY_SIDE_BINDINGS: usize = 6;

/// Kernels in order, over buffers without slots.
pub(super) struct Fused {
    pub(super) virtuals: Vec<Virtual>,
    pub(super) kernels: Vec<Kernel>,
}

/// Plans one entry down to kernels.
pub(super) fn fuse(program: &Program, entry: &Entry) -> Fused {
    let mut extra = BTreeSet::new();
    loop {
        let storage = choose(program, entry, &extra);
        let fused = Fusion::new(&program.nodes, &storage)
            .and_then(|fusion| fusion.run().map_err(|NeedsHome(node)| vec![node]));
        match fused {
            Ok(kernels) => return finish(storage, kernels),
            Err(needed) => {
                let known = extra.len();
                extra.extend(needed);
                assert!(
                    extra.len() > known,
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
    needs: Vec<BTreeSet<usize>>,
    /// Updates that go to the state's own buffer, and that buffer.
    in_place: BTreeMap<VirtualId, VirtualId>,
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
            in_place: BTreeMap::new(),
        };
        let needs = (0..fusion.groups.len()).map(|group| fusion.dependencies(group));
        fusion.needs = needs.collect();
        for (update, state) in updates(&storage.virtuals) {
            fusion.settle(update, state, &kernels);
        }
        Ok(fusion)
    }

    /// Lets `update` go to the state's own buffer, where its writers can come after everything that reads the old value.
    fn settle(&mut self, update: VirtualId, state: VirtualId, kernels: &[Kernel]) {
        let all = 0..kernels.len();
        let writers: Vec<usize> = (all.clone())
            .filter(|&group| hazard::writes(&kernels[group], update))
            .collect();
        let readers: Vec<usize> = (all)
            .filter(|&group| hazard::binds(&kernels[group], state))
            .collect();
        let aligned =
            |&group: &usize| hazard::reads_where_it_writes(&kernels[group], state, update);
        let before = |&writer: &usize| {
            let others = readers.iter().filter(move |&&reader| reader != writer);
            others.map(move |&reader| (writer, reader))
        };
        let edges: Vec<(usize, usize)> = writers.iter().flat_map(before).collect();
        let round = |&(writer, reader): &(usize, usize)| self.depends(reader, writer, false);
        // Of several writers each would come after all that the others read.
        let crossed = writers.len() > 1 && writers.iter().any(|writer| readers.contains(writer));
        if crossed || !writers.iter().all(aligned) || edges.iter().any(round) {
            return;
        }
        for (writer, reader) in edges {
            self.needs[writer].insert(reader);
        }
        self.in_place.insert(update, state);
    }

    /// Whether a merged kernel still reads the states that it writes over only at the element that it writes.
    fn keeps_in_place(&self, kernel: &Kernel) -> bool {
        let mut updates = self.in_place.iter();
        updates.all(|(&update, &state)| hazard::reads_where_it_writes(kernel, state, update))
    }

    /// How many buffers a kernel binds, once updates are in place.
    fn buffers(&self, kernel: &Kernel) -> usize {
        let mut buffers = BTreeSet::new();
        buffers.extend(kernel.bindings.iter().map(|binding| {
            let buffer = binding.buffer;
            *self.in_place.get(&buffer).unwrap_or(&buffer)
        }));
        buffers.len()
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
    fn sources(&self, node: NodeId, into: &mut BTreeSet<usize>) {
        if let Some(parts) = self.storage.joined.get(&node) {
            for (part, home) in parts {
                if self.storage.homes.get(part) == Some(home) {
                    self.sources(*part, into);
                } else {
                    into.insert(self.writers[home]);
                }
            }
        } else if let Some(&writer) = self.writers.get(&self.storage.homes[&node]) {
            into.insert(writer);
        }
    }

    fn dependencies(&self, group: usize) -> BTreeSet<usize> {
        let mut dependencies = BTreeSet::new();
        if let Some((_, reads)) = &self.groups[group] {
            reads
                .keys()
                .for_each(|&node| self.sources(node, &mut dependencies));
        }
        dependencies.remove(&group);
        dependencies
    }

    /// Whether `from` depends on `target`; with `indirectly`, by way of a third group.
    fn depends(&self, from: usize, target: usize, indirectly: bool) -> bool {
        let mut stack: Vec<usize> = self.needs[from].iter().copied().collect();
        if indirectly {
            stack.retain(|&g| g != target);
        }
        let mut seen = vec![false; self.groups.len()];
        while let Some(group) = stack.pop() {
            if group == target {
                return true;
            }
            if !std::mem::replace(&mut seen[group], true) {
                stack.extend(&self.needs[group]);
            }
        }
        false
    }

    /// First along data flow, then values that read the same data side by side: both save loads.
    fn merge_all(&mut self) -> Result<(), NeedsHome> {
        for along_flow in [true, false] {
            for second in 0..self.groups.len() {
                for first in 0..second {
                    if self.groups[second].is_none() {
                        break;
                    }
                    if self.groups[first].is_some()
                        && let Some(bindings) = self.may_merge(first, second, along_flow)
                    {
                        self.merge(first, second, bindings)?;
                    }
                }
            }
        }
        Ok(())
    }

    /// How many buffers the kernel of both may bind; nothing where they cannot be one.
    fn may_merge(&self, first: usize, second: usize, along_flow: bool) -> Option<usize> {
        let (Some((a, a_reads)), Some((b, b_reads))) = (&self.groups[first], &self.groups[second])
        else {
            return None;
        };
        if a.extents != b.extents || self.merged_template(&a.template, &b.template).is_none() {
            return None;
        }
        let link = |group: usize, reads, on| match self.needs[group].contains(&on) {
            true => self.link(reads, on),
            false => Link::None,
        };
        let forward = link(second, b_reads, first);
        let backward = link(first, a_reads, second);
        let linked = match (forward, backward) {
            (Link::None, Link::None) => false,
            (Link::Aligned, Link::None) | (Link::None, Link::Aligned) => true,
            _ => return None,
        };
        let alike = std::mem::discriminant(&a.template) == std::mem::discriminant(&b.template);
        let same_data = || a_reads.keys().any(|node| b_reads.contains_key(node));
        if !linked && (along_flow || !alike || !same_data()) {
            return None;
        }
        let bindings = match linked {
            true => MAX_BINDINGS,
            false => SIDE_BY_SIDE_BINDINGS,
        };
        let between = self.depends(second, first, true) || self.depends(first, second, true);
        (!between).then_some(bindings)
    }

    /// How a group that reads `reads` depends on group `on`.
    fn link(&self, reads: &Reads, on: usize) -> Link {
        let mut link = Link::None;
        for (&node, &aligned) in reads {
            let mut sources = BTreeSet::new();
            self.sources(node, &mut sources);
            if sources.contains(&on) {
                if !aligned || self.storage.joined.contains_key(&node) {
                    return Link::Elsewhere;
                }
                link = Link::Aligned;
            }
        }
        link
    }

    fn merged_template(&self, a: &Template, b: &Template) -> Option<Template> {
        let nodes = self.context.nodes;
        match (a, b) {
            (Template::Pointwise, other) | (other, Template::Pointwise) => Some(other.clone()),
            (Template::Reduce(a), Template::Reduce(b)) => {
                let from = |id: NodeId| &nodes[nodes[id].args[0]].shape;
                let same = from(a[0]) == from(b[0]) && nodes[a[0]].shape == nodes[b[0]].shape;
                same.then(|| {
                    let mut heavies = a.clone();
                    heavies.extend(b.iter().filter(|id| !a.contains(id)));
                    Template::Reduce(heavies)
                })
            }
            _ => None,
        }
    }

    fn merge(&mut self, first: usize, second: usize, bindings: usize) -> Result<(), NeedsHome> {
        let (Some((a, _)), Some((b, _))) = (&self.groups[first], &self.groups[second]) else {
            return Ok(());
        };
        let Some(template) = self.merged_template(&a.template, &b.template) else {
            return Ok(());
        };
        let keeps = a.keeps.iter().chain(&b.keeps).cloned().collect();
        let recipe = Recipe {
            template,
            extents: a.extents.clone(),
            keeps,
            private: vec![],
        };
        let lowered = self.context.lower(&recipe)?;
        let kernel = &lowered.kernel;
        if self.buffers(kernel) > bindings || !self.keeps_in_place(kernel) {
            return Ok(());
        }
        for keep in &b.keeps {
            if let Some(writer) = self.writers.get_mut(&keep.home) {
                *writer = first;
            }
        }
        self.groups[first] = Some((recipe, lowered.reads));
        self.groups[second] = None;
        for needs in &mut self.needs {
            if needs.remove(&second) {
                needs.insert(first);
            }
        }
        let mut needs = std::mem::take(&mut self.needs[first]);
        needs.append(&mut self.needs[second]);
        needs.remove(&first);
        self.needs[first] = needs;
        Ok(())
    }

    /// Values that only their own kernel uses stay in registers.
    fn forget_private_values(&mut self) {
        let mut read_by_others: BTreeSet<NodeId> = BTreeSet::new();
        for (_, reads) in self.groups.iter().flatten() {
            read_by_others.extend(reads.keys());
        }
        let virtuals = &self.storage.virtuals;
        let mut part_homes: BTreeSet<VirtualId> = BTreeSet::new();
        let joined = self.storage.joined.keys();
        part_homes.extend(joined.map(|node| self.storage.homes[node].buffer));
        for (recipe, _) in self.groups.iter_mut().flatten() {
            let is_needed = |keep: &Keep| {
                virtuals[keep.home.buffer].role != VirtualRole::Scratch
                    || part_homes.contains(&keep.home.buffer)
                    || read_by_others.contains(&keep.node)
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
            self.groups[group]
                .as_ref()
                .map(|(recipe, _)| recipe.keeps.iter().map(|k| k.node).max())
        };
        let living: Vec<usize> = (0..self.groups.len())
            .filter(|&g| self.groups[g].is_some())
            .collect();
        let mut waiting: HashMap<usize, usize> = HashMap::new();
        let mut consumers: HashMap<usize, Vec<usize>> = HashMap::new();
        for &group in &living {
            let dependencies = &self.needs[group];
            waiting.insert(group, dependencies.len());
            for &dependency in dependencies {
                consumers.entry(dependency).or_default().push(group);
            }
        }
        let mut ready = BTreeSet::new();
        let free = living.iter().filter(|g| waiting[g] == 0);
        ready.extend(free.map(|&g| (position(g), g)));
        let mut order = Vec::new();
        while let Some((_, group)) = ready.pop_first() {
            order.push(group);
            for &consumer in consumers.get(&group).into_iter().flatten() {
                let count = waiting
                    .get_mut(&consumer)
                    .expect("every living group waits");
                *count -= 1;
                if *count == 0 {
                    ready.insert((position(consumer), consumer));
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
    let mut sources: BTreeMap<NodeId, BTreeSet<VirtualId>> = BTreeMap::new();
    let mut stack = vec![whole];
    while let Some(&id) = stack.last() {
        if let (Some(home), true) = (context.homes.get(&id), id != whole) {
            sources.entry(id).or_default().insert(home.buffer);
        }
        let args = &context.nodes[id].args;
        let waiting = args.iter().find(|arg| !sources.contains_key(arg));
        match (sources.contains_key(&id), waiting) {
            (false, Some(&arg)) => stack.push(arg),
            (false, None) => {
                let mut all = BTreeSet::new();
                all.extend(args.iter().flat_map(|arg| sources[arg].iter().copied()));
                sources.insert(id, all);
            }
            (true, _) => {
                stack.pop();
            }
        }
    }
    let is_part = |id: &NodeId| *id != whole && !context.homes.contains_key(id);
    let part = (sources.iter())
        .filter(|(id, from)| is_part(id) && from.len() < MAX_BINDINGS)
        .max_by_key(|(id, from)| (from.len(), **id));
    *part.expect("one operation alone has few arguments").0
}

enum Link {
    None,
    Aligned,
    Elsewhere,
}

/// Updates and the buffers of their states.
fn updates(virtuals: &[Virtual]) -> Vec<(VirtualId, VirtualId)> {
    let state_buffer = |state| {
        let found = virtuals
            .iter()
            .position(|v| v.role == VirtualRole::State(state));
        found.expect("every state of the program has a buffer")
    };
    let pair = |(id, buffer): (VirtualId, &Virtual)| match buffer.role {
        VirtualRole::Update(state) => Some((id, state_buffer(state))),
        VirtualRole::Input(_)
        | VirtualRole::State(_)
        | VirtualRole::Scratch
        | VirtualRole::Output(_) => None,
    };
    virtuals.iter().enumerate().filter_map(pair).collect()
}

/// Lets updates write into the state itself where no later kernel reads the old value; copies the others at the end.
fn finish(storage: Storage, mut kernels: Vec<Kernel>) -> Fused {
    let mut virtuals = storage.virtuals;
    let mut copies = Vec::new();
    for (update, state) in updates(&virtuals) {
        let first = kernels.iter().position(|k| hazard::binds(k, update));
        let (writer, later) = kernels[first.expect("every update is written")..]
            .split_first()
            .expect("the writer is there");
        let read_later = later.iter().any(|k| hazard::binds(k, state));
        if !read_later && hazard::reads_where_it_writes(writer, state, update) {
            for kernel in &mut kernels {
                hazard::rename(kernel, update, state);
            }
        } else {
            copies.push(hazard::copy(update, state, virtuals[update].len));
            virtuals[update].role = VirtualRole::Scratch;
        }
    }
    kernels.extend(copies);
    Fused { virtuals, kernels }
}
