//! Values that are known when the file is written: weights, and whatever follows from them alone.

use ganlet_core::eval::{Evaluator, Value};
use ganlet_core::node::Node;
use ganlet_core::op::Op;
use ganlet_core::program::{Entry, StateDef};
use ganlet_core::{DType, Init, Program};

use crate::proto::{self, DataType, Message};

/// A tensor whose elements are known.
#[derive(Clone)]
pub(crate) struct Constant {
    /// What it is called where it is written to a file, if it has a name of its own.
    pub(crate) name: Option<String>,
    pub(crate) shape: Vec<usize>,
    pub(crate) dtype: DType,
    pub(crate) value: Value<f32>,
}

impl Constant {
    pub(crate) fn new(shape: Vec<usize>, dtype: DType, value: Value<f32>) -> Self {
        Self {
            name: None,
            shape,
            dtype,
            value,
        }
    }

    /// What an operation makes of constants of the shapes that it takes: what the reference interpreter makes of them.
    pub(crate) fn of(op: &Op, args: &[&Constant], shape: &[usize], dtype: DType) -> Constant {
        let state = |arg: &&Constant| StateDef {
            name: String::new(),
            shape: arg.shape.clone(),
            dtype: arg.dtype,
            init: Init::Zeros,
        };
        let leaf = |(index, arg): (usize, &&Constant)| Node {
            op: Op::State(index),
            args: vec![],
            shape: arg.shape.clone(),
            dtype: arg.dtype,
        };
        let mut nodes: Vec<Node> = args.iter().enumerate().map(leaf).collect();
        nodes.push(Node {
            op: op.clone(),
            args: (0..args.len()).collect(),
            shape: shape.to_vec(),
            dtype,
        });
        let program = Program {
            nodes,
            inputs: vec![],
            states: args.iter().map(state).collect(),
            entries: vec![Entry {
                name: String::new(),
                updates: vec![],
                outputs: vec![(String::new(), args.len())],
            }],
        };
        let mut evaluator = Evaluator::<f32>::new(&program);
        evaluator.states = args.iter().map(|arg| arg.value.clone()).collect();
        let value = evaluator.run(0).remove(0);
        Self::new(shape.to_vec(), dtype, value)
    }

    /// Its elements repeated up to `shape`.
    pub(crate) fn broadcast(&self, shape: &[usize]) -> Constant {
        if self.shape == shape {
            return self.clone();
        }
        let mut whole = Self::of(&Op::Broadcast, &[self], shape, self.dtype);
        whole.name.clone_from(&self.name);
        whole
    }

    /// As an initializer of a graph.
    pub(crate) fn to_proto(&self, name: &str) -> Message {
        let (data_type, raw) = match &self.value {
            Value::Float(v) => (DataType::Float, bytes(v, |x| x.to_le_bytes())),
            Value::Uint(v) => (DataType::Int64, bytes(v, |x| i64::from(*x).to_le_bytes())),
            Value::Bool(v) => (DataType::Bool, bytes(v, |x| [u8::from(*x)])),
        };
        let extents: Vec<i64> = self.shape.iter().map(|&extent| extent as i64).collect();
        proto::tensor(name, data_type, &extents, &raw)
    }
}

fn bytes<T, const N: usize>(values: &[T], element: impl Fn(&T) -> [u8; N]) -> Vec<u8> {
    values.iter().flat_map(element).collect()
}
