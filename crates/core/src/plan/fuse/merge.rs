//! Which groups become one kernel.

use fixedbitset::FixedBitSet;

use super::{Fusion, MAX_BINDINGS};
use crate::node::NodeId;
use crate::plan::lower::{NeedsHome, Reads, Recipe, Template};

/// Buffers of a kernel of values that only read the same data: room is left to share a dispatch with others.
const SIDE_BY_SIDE_BINDINGS: usize = 6;

enum Link {
    None,
    Aligned,
    Elsewhere,
}

impl Fusion<'_> {
    /// First along data flow, then values that read the same data side by side: both save loads.
    pub(super) fn merge_all(&mut self) -> Result<(), NeedsHome> {
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
        let link = |group: usize, reads, on| match self.needs[group].contains(on) {
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
        let same_data =
            || (a_reads.iter()).any(|(node, _)| b_reads.iter().any(|(other, _)| node == other));
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
        for &(node, aligned) in reads {
            let mut sources = FixedBitSet::new();
            self.sources(node, &mut sources);
            if sources.contains(on) {
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
            if needs.contains(second) {
                needs.remove(second);
                needs.insert(first);
            }
        }
        let more = std::mem::take(&mut self.needs[second]);
        let needs = &mut self.needs[first];
        needs.union_with(&more);
        needs.remove(first);
        Ok(())
    }
}
