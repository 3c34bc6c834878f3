//! The trace that becomes a [`Program`].

use std::cell::RefCell;
use std::panic::Location;

use crate::dtype::{DType, Scalar};
use crate::error::GraphError;
use crate::graph::SharedGraph;
use crate::node::Node;
use crate::op::Op;
use crate::program::{Entry, Init, InputDef, Program, StateDef};
use crate::shape;
use crate::tensor::{self, Tensor};

#[cfg(test)]
mod tests;

/// Traces a [`Program`]: declares inputs and state, hands out tensors, collects entries.
///
/// ```
/// use ganlet_core::eval::{Evaluator, Value};
/// use ganlet_core::{Builder, DType, Init};
///
/// let b = Builder::new();
/// let x = b.input("x", &[3], DType::F32);
/// let total = b.state("total", &[], DType::F32, Init::Zeros);
/// b.entry("add", &[(&total, &(&total + x.sum_all()))], &[]);
/// let program = b.build()?;
///
/// let mut evaluator = Evaluator::<f64>::new(&program); // the reference; `backend::Session` is fast
/// evaluator.inputs[0] = Value::Float(vec![1.0, 2.0, 4.0]);
/// evaluator.run(0);
/// evaluator.run(0);
/// assert_eq!(evaluator.states[0].floats(), [14.0]);
/// # Ok::<(), ganlet_core::GraphError>(())
/// ```
///
/// What does not fit is said by [`build`](Self::build), with the caller's place:
///
/// ```
/// use ganlet_core::{Builder, DType};
///
/// let b = Builder::new();
/// let (x, y) = (b.input("x", &[2, 3], DType::F32), b.input("y", &[2, 3], DType::F32));
/// b.entry("product", &[], &[("xy", &x.matmul(&y))]);
/// assert_eq!(b.build().unwrap_err().op, "MatMul");
/// ```
#[derive(Default)]
pub struct Builder {
    graph: SharedGraph,
    inputs: RefCell<Vec<InputDef>>,
    states: RefCell<Vec<StateDef>>,
    entries: RefCell<Vec<EntryTrace>>,
}

struct EntryTrace {
    name: String,
    updates: Vec<(usize, Tensor)>,
    outputs: Vec<(String, Tensor)>,
}

impl Builder {
    /// An empty trace, to write a program in.
    pub fn new() -> Self {
        Self::default()
    }

    #[cfg_attr(not(target_family = "wasm"), track_caller)]
    fn leaf(&self, op: Op, shape: &[usize], dtype: DType) -> Tensor {
        if let Err(problem) = shape::check_extents(shape) {
            let op = format!("{op:?}");
            self.graph
                .borrow_mut()
                .fail(op, vec![], problem, Location::caller());
            return Tensor::new(self.graph.clone(), None);
        }
        let id = self.graph.borrow_mut().intern(Node {
            op,
            args: vec![],
            shape: shape.to_vec(),
            dtype,
        });
        Tensor::new(self.graph.clone(), Some(id))
    }

    /// Declares a buffer that the host writes.
    #[cfg_attr(not(target_family = "wasm"), track_caller)]
    pub fn input(&self, name: &str, shape: &[usize], dtype: DType) -> Tensor {
        let mut inputs = self.inputs.borrow_mut();
        inputs.push(InputDef {
            name: name.into(),
            shape: shape.to_vec(),
            dtype,
        });
        self.leaf(Op::Input(inputs.len() - 1), shape, dtype)
    }

    /// Declares a buffer that lives on the device.
    #[cfg_attr(not(target_family = "wasm"), track_caller)]
    pub fn state(&self, name: &str, shape: &[usize], dtype: DType, init: Init) -> Tensor {
        let mut states = self.states.borrow_mut();
        states.push(StateDef {
            name: name.into(),
            shape: shape.to_vec(),
            dtype,
            init,
        });
        self.leaf(Op::State(states.len() - 1), shape, dtype)
    }

    /// A float constant of shape `[]`; it broadcasts against anything.
    pub fn scalar(&self, value: f64) -> Tensor {
        self.full(&[], value)
    }

    /// A float constant in every element.
    #[cfg_attr(not(target_family = "wasm"), track_caller)]
    pub fn full(&self, shape: &[usize], value: f64) -> Tensor {
        self.leaf(Op::Const(Scalar::F32(value)), shape, DType::F32)
    }

    /// An unsigned constant in every element.
    #[cfg_attr(not(target_family = "wasm"), track_caller)]
    pub fn full_u32(&self, shape: &[usize], value: u32) -> Tensor {
        self.leaf(Op::Const(Scalar::U32(value)), shape, DType::U32)
    }

    /// The coordinate along `axis`, as u32.
    #[cfg_attr(not(target_family = "wasm"), track_caller)]
    pub fn iota(&self, shape: &[usize], axis: usize) -> Tensor {
        Tensor::apply(&self.graph, Op::Iota { axis }, &[], shape)
    }

    /// Adds something that a session can run. Updates name state tensors and their next values.
    #[cfg_attr(not(target_family = "wasm"), track_caller)]
    pub fn entry(&self, name: &str, updates: &[(&Tensor, &Tensor)], outputs: &[(&str, &Tensor)]) {
        let location = Location::caller();
        let updated = updates.iter().flat_map(|(state, next)| [*state, *next]);
        let named: Vec<&Tensor> = updated
            .chain(outputs.iter().map(|(_, tensor)| *tensor))
            .collect();
        if !tensor::share_graph(format_args!("entry"), &self.graph, &named) {
            return;
        }
        let mut traced: Vec<(usize, Tensor)> = Vec::new();
        for (state, next) in updates {
            let (Some(state_id), Some(next_id)) = (state.id(), next.id()) else {
                continue;
            };
            let mut graph = self.graph.borrow_mut();
            let (from, to) = (graph.nodes[state_id].clone(), graph.nodes[next_id].clone());
            match from.op {
                Op::State(index) if traced.iter().any(|&(other, _)| other == index) => graph.fail(
                    "update".into(),
                    vec![(from.shape, from.dtype)],
                    format!(
                        "state `{}` is updated twice by entry `{name}`",
                        self.states.borrow()[index].name
                    ),
                    location,
                ),
                Op::State(index)
                    if from.shape == to.shape
                        && from.dtype == to.dtype
                        && from.dtype != DType::U8 =>
                {
                    traced.push((index, (*next).clone()));
                }
                Op::State(index) => {
                    let problem = format!(
                        "state `{}` keeps its shape and type, and bytes are read-only",
                        self.states.borrow()[index].name
                    );
                    graph.fail(
                        "update".into(),
                        vec![(from.shape, from.dtype), (to.shape, to.dtype)],
                        problem,
                        location,
                    );
                }
                _ => graph.fail(
                    "update".into(),
                    vec![(from.shape, from.dtype)],
                    "only state can be updated".into(),
                    location,
                ),
            }
        }
        for (name, tensor) in outputs.iter().filter(|(_, t)| t.dtype() == DType::U8) {
            let args = vec![(tensor.shape(), tensor.dtype())];
            let problem = format!("output `{name}` holds packed bytes; cast it to u32");
            self.graph
                .borrow_mut()
                .fail("output".into(), args, problem, location);
        }
        let outputs = outputs
            .iter()
            .map(|(name, tensor)| ((*name).to_string(), (*tensor).clone()))
            .collect();
        self.entries.borrow_mut().push(EntryTrace {
            name: name.into(),
            updates: traced,
            outputs,
        });
    }

    /// Checks the trace, drops what nothing needs, and freezes it.
    ///
    /// # Errors
    /// The first ill-formed operation of the trace.
    pub fn build(self) -> Result<Program, GraphError> {
        let graph = self.graph.borrow();
        if let Some(error) = &graph.error {
            return Err(error.clone());
        }
        let id = |tensor: &Tensor| {
            tensor
                .id()
                .expect("only a recorded error leaves a tensor without a node")
        };
        let entries = self.entries.into_inner();
        let roots = entries.iter().flat_map(|e| {
            e.updates
                .iter()
                .map(|(_, t)| id(t))
                .chain(e.outputs.iter().map(|(_, t)| id(t)))
        });
        let mut live = vec![false; graph.nodes.len()];
        for root in roots {
            live[root] = true;
        }
        for node in (0..graph.nodes.len()).rev() {
            if live[node] {
                graph.nodes[node]
                    .args
                    .iter()
                    .for_each(|&arg| live[arg] = true);
            }
        }
        let mut renumbered = vec![usize::MAX; graph.nodes.len()];
        let mut nodes = Vec::new();
        for (old, node) in graph.nodes.iter().enumerate().filter(|&(old, _)| live[old]) {
            renumbered[old] = nodes.len();
            let args = node.args.iter().map(|&arg| renumbered[arg]).collect();
            nodes.push(Node {
                args,
                ..node.clone()
            });
        }
        let entries = entries
            .iter()
            .map(|e| Entry {
                name: e.name.clone(),
                updates: e
                    .updates
                    .iter()
                    .map(|(state, t)| (*state, renumbered[id(t)]))
                    .collect(),
                outputs: e
                    .outputs
                    .iter()
                    .map(|(name, t)| (name.clone(), renumbered[id(t)]))
                    .collect(),
            })
            .collect();
        Ok(Program {
            nodes,
            inputs: self.inputs.into_inner(),
            states: self.states.into_inner(),
            entries,
        })
    }
}
