//! The handle that people write mathematics with.
//!
//! Operations broadcast like NumPy's: shapes align at the last axis, and extents are equal or 1. An ill-shaped
//! operation gives a poisoned tensor; [`Builder::build`](crate::Builder::build) then returns the first such error with
//! the caller's place, so that formulas need no `?`.
//!
//! Equal expressions are one tensor: `&x * 2.0` written twice, and `x` and `&x * 1.0`, are computed once, and a gradient with
//! respect to one is with respect to all. [`Tensor::fresh`] makes a tensor that nothing else is.

use std::fmt;
use std::ops::{Add, Div, Mul, Neg, Sub};
use std::panic::Location;
use std::rc::Rc;

use crate::dtype::{DType, Scalar};
use crate::error::GraphError;
use crate::graph::SharedGraph;
use crate::node::{Node, NodeId};
use crate::op::{Binary, Op, Reducer, Unary, Window};
use crate::shape::{self, sort_axes};

/// Whether all of `tensors` are of one builder's graph. If not, all their graphs have an error afterwards: the one that
/// some graph had before, or that `op` mixes them.
#[cfg_attr(not(target_family = "wasm"), track_caller)]
pub(crate) fn share_graph(
    op: fmt::Arguments<'_>,
    graph: &SharedGraph,
    tensors: &[&Tensor],
) -> bool {
    if tensors.iter().all(|t| Rc::ptr_eq(&t.graph, graph)) {
        return true;
    }
    let mixed = GraphError {
        op: op.to_string(),
        args: tensors.iter().map(|t| (t.shape(), t.dtype())).collect(),
        problem: "tensors of different builders; trace a program with one `Builder`".into(),
        location: Location::caller(),
    };
    let graphs = || std::iter::once(graph).chain(tensors.iter().map(|t| &t.graph));
    let before = graphs().find_map(|graph| graph.borrow().error.clone());
    let error = before.unwrap_or(mixed);
    for graph in graphs() {
        graph.borrow_mut().error.get_or_insert(error.clone());
    }
    false
}

/// A value in a graph that is being traced. Cheap to clone.
#[derive(Clone)]
pub struct Tensor {
    graph: SharedGraph,
    id: Option<NodeId>,
}

impl Tensor {
    pub(crate) fn new(graph: SharedGraph, id: Option<NodeId>) -> Self {
        Self { graph, id }
    }

    pub(crate) fn id(&self) -> Option<NodeId> {
        self.id
    }

    pub(crate) fn graph(&self) -> &SharedGraph {
        &self.graph
    }

    #[cfg_attr(not(target_family = "wasm"), track_caller)]
    pub(crate) fn apply(graph: &SharedGraph, op: Op, args: &[&Tensor], target: &[usize]) -> Tensor {
        // A closure would have a place of its own.
        let location = Location::caller();
        let ids: Option<Vec<NodeId>> = match share_graph(format_args!("{op:?}"), graph, args) {
            true => args.iter().map(|t| t.id).collect(),
            false => None,
        };
        let id = ids.and_then(|ids| graph.borrow_mut().apply(op, &ids, target, location));
        Tensor {
            graph: graph.clone(),
            id,
        }
    }

    #[cfg_attr(not(target_family = "wasm"), track_caller)]
    fn op(&self, op: Op, args: &[&Tensor], target: &[usize]) -> Tensor {
        Self::apply(&self.graph, op, args, target)
    }

    #[cfg_attr(not(target_family = "wasm"), track_caller)]
    fn fail(&self, op: &str, problem: String) -> Tensor {
        if self.id.is_some() {
            let args = vec![(self.shape(), self.dtype())];
            self.graph
                .borrow_mut()
                .fail(op.into(), args, problem, Location::caller());
        }
        Tensor {
            graph: self.graph.clone(),
            id: None,
        }
    }

    /// The extents; empty for a poisoned tensor.
    pub fn shape(&self) -> Vec<usize> {
        self.id
            .map_or_else(Vec::new, |id| self.graph.borrow().nodes[id].shape.clone())
    }

    /// Type of the elements.
    pub fn dtype(&self) -> DType {
        self.id
            .map_or(DType::F32, |id| self.graph.borrow().nodes[id].dtype)
    }

    /// The number of elements.
    pub fn numel(&self) -> usize {
        shape::numel(&self.shape())
    }

    fn constant(&self, scalar: Scalar, shape: &[usize]) -> Tensor {
        let node = Node {
            op: Op::Const(scalar),
            args: vec![],
            shape: shape.to_vec(),
            dtype: scalar.dtype(),
        };
        let id = self.graph.borrow_mut().intern(node);
        Tensor {
            graph: self.graph.clone(),
            id: Some(id),
        }
    }

    /// Whether every element is one number, known now.
    pub(crate) fn is_constant(&self) -> bool {
        self.id
            .is_some_and(|id| matches!(self.graph.borrow().nodes[id].op, Op::Const(_)))
    }

    /// A float constant in the same graph, of any shape.
    pub fn constant_like(&self, value: f64) -> Tensor {
        self.constant(Scalar::F32(value), &self.shape())
    }

    /// The coordinate along `axis`, as u32, in the same graph.
    #[cfg_attr(not(target_family = "wasm"), track_caller)]
    pub fn iota_like(&self, shape: &[usize], axis: usize) -> Tensor {
        Self::apply(&self.graph, Op::Iota { axis }, &[], shape)
    }

    /// A number of this tensor's own type, broadcastable to it.
    fn number(&self, value: f64) -> Tensor {
        match self.dtype() {
            DType::U32 => self.constant(Scalar::U32(value as u32), &self.shape()),
            _ => self.constant(Scalar::F32(value), &self.shape()),
        }
    }

    // Element-wise.

    #[cfg_attr(not(target_family = "wasm"), track_caller)]
    fn unary(&self, unary: Unary) -> Tensor {
        self.op(Op::Unary(unary), &[self], &[])
    }

    #[cfg_attr(not(target_family = "wasm"), track_caller)]
    fn binary(&self, binary: Binary, other: &Tensor) -> Tensor {
        let (a, b) = self.broadcast_pair(other);
        self.op(Op::Binary(binary), &[&a, &b], &[])
    }

    #[cfg_attr(not(target_family = "wasm"), track_caller)]
    fn broadcast_pair(&self, other: &Tensor) -> (Tensor, Tensor) {
        match shape::broadcast(&self.shape(), &other.shape()) {
            Some(target) => (self.broadcast_to(&target), other.broadcast_to(&target)),
            None => {
                // The op's own check reports both shapes.
                (self.clone(), other.clone())
            }
        }
    }

    /// `1 / x`
    #[cfg_attr(not(target_family = "wasm"), track_caller)]
    pub fn recip(&self) -> Tensor {
        self.unary(Unary::Recip)
    }

    /// `e^x`
    #[cfg_attr(not(target_family = "wasm"), track_caller)]
    pub fn exp(&self) -> Tensor {
        self.unary(Unary::Exp)
    }

    /// Natural logarithm.
    #[cfg_attr(not(target_family = "wasm"), track_caller)]
    pub fn log(&self) -> Tensor {
        self.unary(Unary::Log)
    }

    /// Square root. Its slope at 0 is infinite: penalties take `(x + eps).sqrt()`.
    #[cfg_attr(not(target_family = "wasm"), track_caller)]
    pub fn sqrt(&self) -> Tensor {
        self.unary(Unary::Sqrt)
    }

    /// Hyperbolic tangent.
    #[cfg_attr(not(target_family = "wasm"), track_caller)]
    pub fn tanh(&self) -> Tensor {
        self.unary(Unary::Tanh)
    }

    /// Sine, of radians.
    #[cfg_attr(not(target_family = "wasm"), track_caller)]
    pub fn sin(&self) -> Tensor {
        self.unary(Unary::Sin)
    }

    /// Cosine, as `sin(x + pi/2)`.
    #[cfg_attr(not(target_family = "wasm"), track_caller)]
    pub fn cos(&self) -> Tensor {
        (self + std::f64::consts::FRAC_PI_2).sin()
    }

    /// The largest integer not above `x`. Its gradient is zero.
    #[cfg_attr(not(target_family = "wasm"), track_caller)]
    pub fn floor(&self) -> Tensor {
        self.unary(Unary::Floor)
    }

    /// `x * x`
    #[cfg_attr(not(target_family = "wasm"), track_caller)]
    pub fn square(&self) -> Tensor {
        self * self
    }

    /// `|x|`, with the slope `1` at 0.
    #[cfg_attr(not(target_family = "wasm"), track_caller)]
    pub fn abs(&self) -> Tensor {
        self.max(&-self)
    }

    /// Another element type; float to integer truncates, bool gives 0 or 1.
    #[cfg_attr(not(target_family = "wasm"), track_caller)]
    pub fn cast(&self, dtype: DType) -> Tensor {
        self.op(Op::Cast(dtype), &[self], &[])
    }

    /// The larger one. A tie gives its gradient to `self`.
    #[cfg_attr(not(target_family = "wasm"), track_caller)]
    pub fn max(&self, other: &Tensor) -> Tensor {
        self.binary(Binary::Max, other)
    }

    /// The smaller one. A tie gives its gradient to `self`.
    #[cfg_attr(not(target_family = "wasm"), track_caller)]
    pub fn min(&self, other: &Tensor) -> Tensor {
        -(-self).max(&-other)
    }

    /// `min(x, limit)` of integers.
    #[cfg_attr(not(target_family = "wasm"), track_caller)]
    pub(crate) fn min_u32(&self, limit: u32) -> Tensor {
        let limit = self.number(f64::from(limit));
        self.less(&limit).select(self, &limit)
    }

    /// Limits to `[low, high]`; the gradient is zero outside.
    #[cfg_attr(not(target_family = "wasm"), track_caller)]
    pub fn clamp(&self, low: f64, high: f64) -> Tensor {
        self.max(&self.number(low)).min(&self.number(high))
    }

    /// `a < b` for each element, as [`DType::Bool`]; shapes broadcast.
    #[cfg_attr(not(target_family = "wasm"), track_caller)]
    pub fn less(&self, other: &Tensor) -> Tensor {
        self.binary(Binary::Less, other)
    }

    /// `a < number` for each element, as [`DType::Bool`].
    #[cfg_attr(not(target_family = "wasm"), track_caller)]
    pub fn less_than(&self, value: f64) -> Tensor {
        self.less(&self.number(value))
    }

    /// `number < a` for each element, as [`DType::Bool`].
    #[cfg_attr(not(target_family = "wasm"), track_caller)]
    pub fn greater_than(&self, value: f64) -> Tensor {
        self.number(value).less(self)
    }

    /// `a == b` for each element, as [`DType::Bool`]; shapes broadcast.
    #[cfg_attr(not(target_family = "wasm"), track_caller)]
    pub fn equal(&self, other: &Tensor) -> Tensor {
        self.binary(Binary::Eq, other)
    }

    /// `self ? a : b`
    #[cfg_attr(not(target_family = "wasm"), track_caller)]
    pub fn select(&self, a: &Tensor, b: &Tensor) -> Tensor {
        let target = shape::broadcast(&a.shape(), &b.shape())
            .and_then(|s| shape::broadcast(&self.shape(), &s));
        match target {
            Some(t) => self.op(
                Op::Select,
                &[
                    &self.broadcast_to(&t),
                    &a.broadcast_to(&t),
                    &b.broadcast_to(&t),
                ],
                &[],
            ),
            None => self.op(Op::Select, &[self, a, b], &[]),
        }
    }

    // Reductions. The reduced axes stay, with extent 1.

    #[cfg_attr(not(target_family = "wasm"), track_caller)]
    fn reduce(&self, reducer: Reducer, axes: &[usize]) -> Tensor {
        let mut axes = axes.to_vec();
        sort_axes(&mut axes, &|a, b| a < b);
        self.op(Op::Reduce { reducer, axes }, &[self], &[])
    }

    /// The sum along `axes`, which stay with extent 1.
    #[cfg_attr(not(target_family = "wasm"), track_caller)]
    pub fn sum(&self, axes: &[usize]) -> Tensor {
        self.reduce(Reducer::Sum, axes)
    }

    /// The mean along `axes`, which stay with extent 1.
    #[cfg_attr(not(target_family = "wasm"), track_caller)]
    pub fn mean(&self, axes: &[usize]) -> Tensor {
        let shape = self.shape();
        let count: usize = axes.iter().filter_map(|&axis| shape.get(axis)).product();
        self.sum(axes) * (1.0 / count as f64)
    }

    /// The largest element along `axes`, which stay with extent 1. A tie shares the gradient equally.
    #[cfg_attr(not(target_family = "wasm"), track_caller)]
    pub fn max_along(&self, axes: &[usize]) -> Tensor {
        self.reduce(Reducer::Max, axes)
    }

    /// The sum of all elements, of shape `[]`.
    #[cfg_attr(not(target_family = "wasm"), track_caller)]
    pub fn sum_all(&self) -> Tensor {
        self.reshape(&[self.numel()]).sum(&[0]).reshape(&[])
    }

    /// The mean of all elements, of shape `[]`.
    #[cfg_attr(not(target_family = "wasm"), track_caller)]
    pub fn mean_all(&self) -> Tensor {
        self.sum_all() * (1.0 / self.numel() as f64)
    }

    // Movement.

    /// The same elements in row-major order under another shape.
    #[cfg_attr(not(target_family = "wasm"), track_caller)]
    pub fn reshape(&self, shape: &[usize]) -> Tensor {
        self.op(Op::Reshape, &[self], shape)
    }

    /// Axis `i` of the result is axis `permutation[i]` of this tensor.
    #[cfg_attr(not(target_family = "wasm"), track_caller)]
    pub fn permute(&self, permutation: &[usize]) -> Tensor {
        self.op(Op::Permute(permutation.to_vec()), &[self], &[])
    }

    /// The last two axes exchanged.
    #[cfg_attr(not(target_family = "wasm"), track_caller)]
    pub fn t(&self) -> Tensor {
        let rank = self.shape().len();
        if rank < 2 {
            return self.fail("t", "a transpose needs at least two axes".into());
        }
        let mut permutation: Vec<usize> = (0..rank).collect();
        permutation.swap(rank - 2, rank - 1);
        self.permute(&permutation)
    }

    /// Repeats axes of extent 1, and adds axes in front, up to `shape`.
    #[cfg_attr(not(target_family = "wasm"), track_caller)]
    pub fn broadcast_to(&self, shape: &[usize]) -> Tensor {
        let own = self.shape();
        if own.len() >= shape.len() {
            return self.op(Op::Broadcast, &[self], shape);
        }
        let mut aligned = vec![1; shape.len() - own.len()];
        aligned.extend(&own);
        let aligned = self.reshape(&aligned);
        self.op(Op::Broadcast, &[&aligned], shape)
    }

    /// Surrounds with zeros: per axis, how many before and after.
    #[cfg_attr(not(target_family = "wasm"), track_caller)]
    pub fn pad(&self, padding: &[(usize, usize)]) -> Tensor {
        self.op(Op::Pad(padding.to_vec()), &[self], &[])
    }

    /// The box that starts at `start` and has the given extents.
    #[cfg_attr(not(target_family = "wasm"), track_caller)]
    pub fn slice(&self, start: &[usize], extents: &[usize]) -> Tensor {
        self.op(Op::Slice(start.to_vec()), &[self], extents)
    }

    /// `length` coordinates of one axis, from `start` on.
    #[cfg_attr(not(target_family = "wasm"), track_caller)]
    pub fn narrow(&self, axis: usize, start: usize, length: usize) -> Tensor {
        let mut extents = self.shape();
        if axis >= extents.len() {
            return self.fail("narrow", format!("there is no axis {axis}"));
        }
        let mut from = vec![0; extents.len()];
        (from[axis], extents[axis]) = (start, length);
        self.slice(&from, &extents)
    }

    /// Reverses the listed axes.
    #[cfg_attr(not(target_family = "wasm"), track_caller)]
    pub fn flip(&self, axes: &[usize]) -> Tensor {
        self.op(Op::Flip(axes.to_vec()), &[self], &[])
    }

    /// Tensors, at least one, joined along `axis`: padded and added, which the planner turns into writes of segments.
    #[cfg_attr(not(target_family = "wasm"), track_caller)]
    pub fn concat(parts: &[&Tensor], axis: usize) -> Tensor {
        let location = Location::caller();
        let total: usize = parts
            .iter()
            .map(|p| p.shape().get(axis).copied().unwrap_or(0))
            .sum();
        let mut before = 0;
        let mut joined: Option<Tensor> = None;
        for part in parts {
            let shape = part.shape();
            let Some(&extent) = shape.get(axis) else {
                return part.fail("concat", format!("there is no axis {axis}"));
            };
            let mut padding = vec![(0, 0); shape.len()];
            padding[axis] = (before, total - before - extent);
            before += extent;
            let padded = part.pad(&padding);
            joined = Some(match joined {
                Some(sum) => sum + &padded,
                None => padded,
            });
        }
        joined.unwrap_or_else(|| {
            // Of no builder: whichever it meets takes over its error.
            let graph = SharedGraph::default();
            let problem = "there is nothing to join; give at least one tensor".into();
            (graph.borrow_mut()).fail("concat".into(), vec![], problem, location);
            Tensor::new(graph, None)
        })
    }

    // Contraction, data, gradient.

    /// Matrix product `[.., m, k] x [.., k, n]`, leading axes equal.
    #[cfg_attr(not(target_family = "wasm"), track_caller)]
    pub fn matmul(&self, other: &Tensor) -> Tensor {
        self.op(Op::MatMul, &[self, other], &[])
    }

    /// Convolution without a flip of the kernel, channels last: `[n, spatial.., c]` with a kernel `[kernel.., c, o]` gives
    /// `[n, out.., o]`, where an extent is `(spread input + padding - spread kernel) / stride + 1`, rounded down.
    #[cfg_attr(not(target_family = "wasm"), track_caller)]
    pub fn conv(&self, kernel: &Tensor, windows: &[Window]) -> Tensor {
        self.op(Op::Conv(windows.to_vec()), &[self, kernel], &[])
    }

    /// Rows of this tensor: `[rows, …]` at a u32 index `[n]` gives `[n, …]`.
    #[cfg_attr(not(target_family = "wasm"), track_caller)]
    pub fn gather(&self, index: &Tensor) -> Tensor {
        self.op(Op::Gather, &[self, index], &[])
    }

    /// Uniform integers in `[0, below)`; `self` is the key `[seed, step]`.
    #[cfg_attr(not(target_family = "wasm"), track_caller)]
    pub fn random(&self, shape: &[usize], stream: u32, below: u32) -> Tensor {
        self.op(Op::Random { stream, below }, &[self], shape)
    }

    /// The same value, through which no gradient flows.
    #[cfg_attr(not(target_family = "wasm"), track_caller)]
    pub fn detach(&self) -> Tensor {
        self.op(Op::Detach, &[self], &[])
    }

    /// The same value as a tensor of its own, equal to no other: a gradient with respect to it counts the uses of this one
    /// tensor alone. Gradients flow through it, and it costs nothing when the program runs.
    #[cfg_attr(not(target_family = "wasm"), track_caller)]
    pub fn fresh(&self) -> Tensor {
        let number = self.graph.borrow().nodes.len();
        self.op(Op::Fresh(number), &[self], &[])
    }
}

/// Implements an operator for every mix of owned and borrowed tensors, and for a number on either side.
macro_rules! operator {
    ($Trait:ident, $method:ident, |$a:ident, $b:ident| $body:expr) => {
        impl $Trait<&Tensor> for &Tensor {
            type Output = Tensor;
            #[cfg_attr(not(target_family = "wasm"), track_caller)]
            fn $method(self, other: &Tensor) -> Tensor {
                let ($a, $b) = (self, other);
                $body
            }
        }
        impl $Trait<Tensor> for &Tensor {
            type Output = Tensor;
            #[cfg_attr(not(target_family = "wasm"), track_caller)]
            fn $method(self, other: Tensor) -> Tensor {
                self.$method(&other)
            }
        }
        impl $Trait<&Tensor> for Tensor {
            type Output = Tensor;
            #[cfg_attr(not(target_family = "wasm"), track_caller)]
            fn $method(self, other: &Tensor) -> Tensor {
                (&self).$method(other)
            }
        }
        impl $Trait<Tensor> for Tensor {
            type Output = Tensor;
            #[cfg_attr(not(target_family = "wasm"), track_caller)]
            fn $method(self, other: Tensor) -> Tensor {
                (&self).$method(&other)
            }
        }
        impl $Trait<f64> for &Tensor {
            type Output = Tensor;
            #[cfg_attr(not(target_family = "wasm"), track_caller)]
            fn $method(self, other: f64) -> Tensor {
                self.$method(&self.number(other))
            }
        }
        impl $Trait<f64> for Tensor {
            type Output = Tensor;
            #[cfg_attr(not(target_family = "wasm"), track_caller)]
            fn $method(self, other: f64) -> Tensor {
                (&self).$method(other)
            }
        }
        impl $Trait<&Tensor> for f64 {
            type Output = Tensor;
            #[cfg_attr(not(target_family = "wasm"), track_caller)]
            fn $method(self, other: &Tensor) -> Tensor {
                (&other.number(self)).$method(other)
            }
        }
        impl $Trait<Tensor> for f64 {
            type Output = Tensor;
            #[cfg_attr(not(target_family = "wasm"), track_caller)]
            fn $method(self, other: Tensor) -> Tensor {
                self.$method(&other)
            }
        }
    };
}

operator!(Add, add, |a, b| a.binary(Binary::Add, b));
operator!(Sub, sub, |a, b| a.binary(Binary::Add, &-b));
operator!(Mul, mul, |a, b| a.binary(Binary::Mul, b));
operator!(Div, div, |a, b| a.binary(Binary::Mul, &b.recip()));

impl Neg for &Tensor {
    type Output = Tensor;
    #[cfg_attr(not(target_family = "wasm"), track_caller)]
    fn neg(self) -> Tensor {
        self.unary(Unary::Neg)
    }
}

impl Neg for Tensor {
    type Output = Tensor;
    #[cfg_attr(not(target_family = "wasm"), track_caller)]
    fn neg(self) -> Tensor {
        -&self
    }
}
