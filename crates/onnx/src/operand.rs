//! The value of a node while a graph is translated.

use std::rc::Rc;

use ganlet_core::DType;

use crate::constant::Constant;
use crate::extent::Extent;

/// The value of a node.
#[derive(Clone)]
pub(crate) struct Operand {
    pub(crate) held: Held,
    pub(crate) dtype: DType,
    /// Its extents in the graph.
    pub(crate) shape: Vec<Extent>,
    /// Its extents as it is held: 1 along an axis whose elements are all the same and which is not yet repeated. ONNX repeats in
    /// element-wise operations by itself.
    pub(crate) thin: Vec<Extent>,
}

/// How a value is there.
#[derive(Clone)]
pub(crate) enum Held {
    /// Its elements are known.
    Constant(Rc<Constant>),
    /// The result of a node, by its name.
    Result(String),
}

impl Operand {
    pub(crate) fn constant(constant: Constant) -> Self {
        let shape: Vec<Extent> = constant.shape.iter().map(|&n| Extent::Fixed(n)).collect();
        Self {
            dtype: constant.dtype,
            thin: shape.clone(),
            shape,
            held: Held::Constant(Rc::new(constant)),
        }
    }

    pub(crate) fn result(name: String, dtype: DType, shape: Vec<Extent>) -> Self {
        Self {
            held: Held::Result(name),
            dtype,
            thin: shape.clone(),
            shape,
        }
    }

    /// Its elements, where they are known.
    pub(crate) fn known(&self) -> Option<&Constant> {
        match &self.held {
            Held::Constant(constant) => Some(constant),
            Held::Result(_) => None,
        }
    }
}
