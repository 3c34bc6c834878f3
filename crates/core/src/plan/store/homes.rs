//! Where kept values lie: a buffer, and the place in it.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use super::class::is_leaf;
use super::{Chooser, Storage, Virtual, VirtualRole, Written};
use crate::node::{Node, NodeId};
use crate::op::Op;
use crate::plan::home::Home;
use crate::program::{self, Program};
use crate::shape::numel;

impl Chooser<'_> {
    pub(super) fn assign(self, program: &Program, entry: &program::Entry) -> Storage {
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
        for &(whole, ref parts) in &self.joins {
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
                    self.extra.contains(node) && !segment.is_contiguous(&nodes[node].shape);
                if storage.homes.contains_key(&node) || !self.stored.contains(node) || must_be_whole
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
        for id in self.stored.ones() {
            if !storage.homes.contains_key(&id) {
                let home = storage.scratch(&nodes[id]);
                storage.homes.insert(id, home);
            }
            if self.parts(id).is_none() && !is_leaf(&nodes[id].op) {
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
