//! A training step as a value: inputs, state on the device, and entries that update the one and output the other.

use std::sync::Arc;

use crate::dtype::DType;
use crate::node::{Node, NodeId};

/// A buffer that the host writes.
#[derive(Clone, Debug)]
pub struct InputDef {
    /// The name the host knows it by.
    pub name: String,
    /// Extent of each axis, outermost first.
    pub shape: Vec<usize>,
    /// The element type.
    pub dtype: DType,
}

/// What a state buffer holds before the first step.
#[derive(Clone, Debug)]
pub enum Init {
    /// Every element is zero.
    Zeros,
    /// Little-endian elements; shared, so that a data set is not copied.
    Bytes(Arc<[u8]>),
}

/// A buffer that lives on the device between steps.
#[derive(Clone, Debug)]
pub struct StateDef {
    /// The name in checkpoints and errors.
    pub name: String,
    /// Extent of each axis, outermost first.
    pub shape: Vec<usize>,
    /// The element type.
    pub dtype: DType,
    /// What the buffer holds before the first run.
    pub init: Init,
}

/// Something a session can run: all its updates happen together, from the values before the run.
#[derive(Clone, Debug)]
pub struct Entry {
    /// The name the host knows it by.
    pub name: String,
    /// State index and its next value.
    pub updates: Vec<(usize, NodeId)>,
    /// Named results that the host may read afterwards.
    pub outputs: Vec<(String, NodeId)>,
}

/// A traced, checked, simplified graph and what to do with it. Built by `Builder`.
#[derive(Clone, Debug)]
pub struct Program {
    /// The nodes, arguments before users. Nothing dead.
    pub nodes: Vec<Node>,
    /// What the host writes.
    pub inputs: Vec<InputDef>,
    /// What lives on the device.
    pub states: Vec<StateDef>,
    /// What can be run.
    pub entries: Vec<Entry>,
}

impl Program {
    /// The same entries over other nodes; `moved` says where each of the old ones is found.
    pub(crate) fn rewritten(&self, nodes: Vec<Node>, moved: &[NodeId]) -> Program {
        let mut entries = self.entries.clone();
        for entry in &mut entries {
            let updates = entry.updates.iter_mut().map(|(_, id)| id);
            let outputs = entry.outputs.iter_mut().map(|(_, id)| id);
            updates.chain(outputs).for_each(|id| *id = moved[*id]);
        }
        Program {
            nodes,
            inputs: self.inputs.clone(),
            states: self.states.clone(),
            entries,
        }
    }

    /// The index of an entry.
    pub fn entry(&self, name: &str) -> Option<usize> {
        self.entries.iter().position(|e| e.name == name)
    }

    /// The index of a state buffer.
    pub fn state(&self, name: &str) -> Option<usize> {
        self.states.iter().position(|s| s.name == name)
    }

    /// The index of an input.
    pub fn input(&self, name: &str) -> Option<usize> {
        self.inputs.iter().position(|i| i.name == name)
    }
}
