//! The hash-consed graph: equal nodes are one.

use std::cell::RefCell;
use std::collections::HashMap;
use std::panic::Location;
use std::rc::Rc;

use crate::dtype::DType;
use crate::error::GraphError;
use crate::node::{Node, NodeId};
use crate::op::Op;
use crate::shape;
use crate::simplify::{Simplified, simplify};

/// The nodes made so far. Equal nodes are one node.
#[derive(Default)]
pub(crate) struct Graph {
    pub(crate) nodes: Vec<Node>,
    ids: HashMap<Node, NodeId>,
    pub(crate) error: Option<GraphError>,
}

pub(crate) type SharedGraph = Rc<RefCell<Graph>>;

impl Graph {
    /// Adds a well-formed node, simplified; an equal node that is there already serves.
    pub(crate) fn intern(&mut self, mut node: Node) -> NodeId {
        while let Some(simplified) = simplify(&self.nodes, &node) {
            match simplified {
                Simplified::Existing(id) => return id,
                Simplified::Node(simpler) => node = simpler,
            }
        }
        if let Some(&id) = self.ids.get(&node) {
            return id;
        }
        let id = self.nodes.len();
        self.nodes.push(node.clone());
        self.ids.insert(node, id);
        id
    }

    /// Checks, then adds. `None` after recording the graph's first error.
    pub(crate) fn apply(
        &mut self,
        op: Op,
        args: &[NodeId],
        target: &[usize],
        location: &'static Location<'static>,
    ) -> Option<NodeId> {
        let arg_nodes: Vec<&Node> = args.iter().map(|&id| &self.nodes[id]).collect();
        match shape::infer(&op, &arg_nodes, target) {
            Ok((shape, dtype)) => Some(self.intern(Node {
                op,
                args: args.to_vec(),
                shape,
                dtype,
            })),
            Err(problem) => {
                let args = arg_nodes
                    .iter()
                    .map(|n| (n.shape.clone(), n.dtype))
                    .collect();
                self.fail(format!("{op:?}"), args, problem, location);
                None
            }
        }
    }

    /// Records an error, unless there is one already.
    pub(crate) fn fail(
        &mut self,
        op: String,
        args: Vec<(Vec<usize>, DType)>,
        problem: String,
        location: &'static Location<'static>,
    ) {
        self.error.get_or_insert(GraphError {
            op,
            args,
            problem,
            location,
        });
    }
}
