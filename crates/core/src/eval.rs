//! The reference interpreter: the definition of every op.
//!
//! Generic over the float type. In f64 it is what gradients are checked against; in f32 what other backends are. It is
//! written for plainness and runs one element at a time.

use crate::dtype::{DType, Scalar};
use crate::node::{Node, NodeId};
use crate::op::{Binary, Op, Reducer, Unary};
use crate::program::{Init, Program};
use crate::random;
use crate::shape::{numel, strides};

/// A float that the interpreter can compute in: f32 or f64.
pub trait Real: Copy + PartialOrd {
    /// Rounds from f64.
    fn of(x: f64) -> Self;
    /// Widens to f64.
    fn to_f64(self) -> f64;
    /// An element-wise function, computed in this precision.
    fn unary(self, unary: Unary) -> Self;
    /// `a + b`
    fn add(self, other: Self) -> Self;
    /// `a * b`
    fn mul(self, other: Self) -> Self;
}

macro_rules! real {
    ($T:ident) => {
        impl Real for $T {
            fn of(x: f64) -> Self {
                x as $T
            }
            fn to_f64(self) -> f64 {
                f64::from(self)
            }
            fn unary(self, unary: Unary) -> Self {
                match unary {
                    Unary::Neg => -self,
                    Unary::Recip => 1.0 / self,
                    Unary::Exp => self.exp(),
                    Unary::Log => self.ln(),
                    Unary::Sqrt => self.sqrt(),
                    Unary::Tanh => self.tanh(),
                    Unary::Sin => self.sin(),
                    Unary::Floor => self.floor(),
                }
            }
            fn add(self, other: Self) -> Self {
                self + other
            }
            fn mul(self, other: Self) -> Self {
                self * other
            }
        }
    };
}
real!(f32);
real!(f64);

/// The elements of a tensor, row-major. Bytes are held as u32.
#[derive(Clone, Debug, PartialEq)]
pub enum Value<T> {
    /// Elements of an f32 tensor, in the evaluator's precision.
    Float(Vec<T>),
    /// Unsigned integers and bytes.
    Uint(Vec<u32>),
    /// Elements of a bool tensor.
    Bool(Vec<bool>),
}

impl<T: Real> Value<T> {
    /// The elements, where they are floats.
    ///
    /// # Panics
    /// If they are not.
    pub fn floats(&self) -> &[T] {
        match self {
            Value::Float(v) => v,
            _ => panic!("this value holds no floats"),
        }
    }

    /// The elements, where they are integers.
    ///
    /// # Panics
    /// If they are not.
    pub fn uints(&self) -> &[u32] {
        match self {
            Value::Uint(v) => v,
            _ => panic!("this value holds no integers"),
        }
    }

    fn bools(&self) -> &[bool] {
        match self {
            Value::Bool(v) => v,
            _ => panic!("this value holds no truth values"),
        }
    }

    /// From little-endian bytes, as buffers hold them.
    pub fn from_bytes(bytes: &[u8], dtype: DType, len: usize) -> Self {
        let words = |bytes: &[u8]| -> Vec<[u8; 4]> {
            bytes
                .chunks_exact(4)
                .take(len)
                .map(|c| [c[0], c[1], c[2], c[3]])
                .collect()
        };
        match dtype {
            DType::F32 => Value::Float(
                words(bytes)
                    .into_iter()
                    .map(|w| T::of(f32::from_le_bytes(w).into()))
                    .collect(),
            ),
            DType::U32 => Value::Uint(words(bytes).into_iter().map(u32::from_le_bytes).collect()),
            DType::U8 => Value::Uint(bytes[..len].iter().map(|&b| b.into()).collect()),
            DType::Bool => Value::Bool(
                words(bytes)
                    .into_iter()
                    .map(|w| u32::from_le_bytes(w) != 0)
                    .collect(),
            ),
        }
    }

    /// A value of `len` elements that are all zero.
    pub fn zeros(dtype: DType, len: usize) -> Self {
        match dtype {
            DType::F32 => Value::Float(vec![T::of(0.0); len]),
            DType::U32 | DType::U8 => Value::Uint(vec![0; len]),
            DType::Bool => Value::Bool(vec![false; len]),
        }
    }

    /// Element `i` of the result is element `source(i)` of this value, or zero.
    fn take(&self, len: usize, source: impl Fn(usize) -> Option<usize>) -> Self {
        match self {
            Value::Float(v) => Value::Float(
                (0..len)
                    .map(|i| source(i).map_or(T::of(0.0), |s| v[s]))
                    .collect(),
            ),
            Value::Uint(v) => {
                Value::Uint((0..len).map(|i| source(i).map_or(0, |s| v[s])).collect())
            }
            Value::Bool(v) => {
                Value::Bool((0..len).map(|i| source(i).is_some_and(|s| v[s])).collect())
            }
        }
    }
}

/// Runs a program's entries on plain vectors.
pub struct Evaluator<'p, T> {
    program: &'p Program,
    /// The current inputs; zeros at first.
    pub inputs: Vec<Value<T>>,
    /// The current state; the program's initial values at first.
    pub states: Vec<Value<T>>,
}

impl<'p, T: Real> Evaluator<'p, T> {
    /// A fresh state for `program`.
    pub fn new(program: &'p Program) -> Self {
        let inputs = program
            .inputs
            .iter()
            .map(|i| Value::zeros(i.dtype, numel(&i.shape)))
            .collect();
        let states = program
            .states
            .iter()
            .map(|s| match &s.init {
                Init::Zeros => Value::zeros(s.dtype, numel(&s.shape)),
                Init::Bytes(bytes) => Value::from_bytes(bytes, s.dtype, numel(&s.shape)),
            })
            .collect();
        Self {
            program,
            inputs,
            states,
        }
    }

    /// Runs an entry once: its outputs, after its updates have been applied.
    pub fn run(&mut self, entry: usize) -> Vec<Value<T>> {
        let entry = &self.program.entries[entry];
        let roots = entry
            .updates
            .iter()
            .map(|&(_, id)| id)
            .chain(entry.outputs.iter().map(|&(_, id)| id));
        let mut needed = vec![false; self.program.nodes.len()];
        roots.for_each(|id| needed[id] = true);
        for id in (0..needed.len()).rev() {
            if needed[id] {
                self.program.nodes[id]
                    .args
                    .iter()
                    .for_each(|&arg| needed[arg] = true);
            }
        }
        let mut values: Vec<Option<Value<T>>> = vec![None; needed.len()];
        for (id, node) in self
            .program
            .nodes
            .iter()
            .enumerate()
            .filter(|&(id, _)| needed[id])
        {
            values[id] = Some(self.node(node, &values));
        }
        let value = |id: NodeId| values[id].clone().expect("every root was computed");
        let outputs = entry.outputs.iter().map(|&(_, id)| value(id)).collect();
        for &(state, id) in &entry.updates {
            self.states[state] = value(id);
        }
        outputs
    }

    fn node(&self, node: &Node, values: &[Option<Value<T>>]) -> Value<T> {
        let arg = |i: usize| values[node.args[i]].as_ref().expect("arguments come first");
        let arg_shape = |i: usize| self.program.nodes[node.args[i]].shape.as_slice();
        let len = numel(&node.shape);
        let coordinates = |i: usize| coordinates(i, &node.shape);
        match &node.op {
            Op::Input(i) => self.inputs[*i].clone(),
            Op::State(i) => self.states[*i].clone(),
            Op::Const(Scalar::F32(x)) => Value::Float(vec![T::of(*x); len]),
            Op::Const(Scalar::U32(x)) => Value::Uint(vec![*x; len]),
            Op::Const(Scalar::Bool(x)) => Value::Bool(vec![*x; len]),
            Op::Iota { axis } => {
                Value::Uint((0..len).map(|i| coordinates(i)[*axis] as u32).collect())
            }
            Op::Random { stream, below } => {
                let key = arg(0).uints();
                let draw =
                    |i: usize| random::threefry2x32([key[0], key[1]], [i as u32, *stream])[0];
                Value::Uint((0..len).map(|i| random::below(draw(i), *below)).collect())
            }
            Op::Unary(unary) => {
                Value::Float(arg(0).floats().iter().map(|x| x.unary(*unary)).collect())
            }
            Op::Cast(to) => cast(arg(0), *to),
            Op::Binary(binary) => apply_binary(*binary, arg(0), arg(1)),
            Op::Select => {
                let condition = arg(0).bools();
                match (arg(1), arg(2)) {
                    (Value::Float(a), Value::Float(b)) => Value::Float(
                        (0..len)
                            .map(|i| if condition[i] { a[i] } else { b[i] })
                            .collect(),
                    ),
                    (Value::Uint(a), Value::Uint(b)) => Value::Uint(
                        (0..len)
                            .map(|i| if condition[i] { a[i] } else { b[i] })
                            .collect(),
                    ),
                    _ => unreachable!("shape inference checked the types"),
                }
            }
            Op::Reduce { reducer, .. } => {
                let from = arg_shape(0);
                let to_strides = strides(&node.shape);
                let mut result: Vec<Option<T>> = vec![None; len];
                for (i, &x) in arg(0).floats().iter().enumerate() {
                    let target = crate::eval::coordinates(i, from)
                        .iter()
                        .enumerate()
                        .map(|(axis, &c)| {
                            if node.shape[axis] == 1 {
                                0
                            } else {
                                c * to_strides[axis]
                            }
                        })
                        .sum::<usize>();
                    result[target] = Some(match (result[target], reducer) {
                        (None, _) => x,
                        (Some(sum), Reducer::Sum) => sum.add(x),
                        (Some(max), Reducer::Max) => {
                            if max < x {
                                x
                            } else {
                                max
                            }
                        }
                    });
                }
                Value::Float(
                    result
                        .into_iter()
                        .map(|x| x.expect("no extent is zero"))
                        .collect(),
                )
            }
            Op::Reshape | Op::Detach | Op::Fresh(_) => arg(0).clone(),
            Op::Permute(permutation) => {
                let from = strides(arg_shape(0));
                arg(0).take(len, |i| {
                    Some(
                        coordinates(i)
                            .iter()
                            .zip(permutation)
                            .map(|(&c, &axis)| c * from[axis])
                            .sum(),
                    )
                })
            }
            Op::Broadcast => {
                let (extents, from) = (arg_shape(0), strides(arg_shape(0)));
                arg(0).take(len, |i| {
                    let c = coordinates(i);
                    Some(
                        (0..c.len())
                            .map(|axis| {
                                if extents[axis] == 1 {
                                    0
                                } else {
                                    c[axis] * from[axis]
                                }
                            })
                            .sum(),
                    )
                })
            }
            Op::Pad(padding) => {
                let (extents, from) = (arg_shape(0), strides(arg_shape(0)));
                arg(0).take(len, |i| {
                    let c = coordinates(i);
                    (0..c.len())
                        .map(|axis| {
                            let inside = c[axis]
                                .checked_sub(padding[axis].0)
                                .filter(|&x| x < extents[axis])?;
                            Some(inside * from[axis])
                        })
                        .sum()
                })
            }
            Op::Slice(start) => {
                let from = strides(arg_shape(0));
                arg(0).take(len, |i| {
                    let c = coordinates(i);
                    Some(
                        (0..c.len())
                            .map(|axis| (c[axis] + start[axis]) * from[axis])
                            .sum(),
                    )
                })
            }
            Op::Flip(axes) => {
                let from = strides(&node.shape);
                arg(0).take(len, |i| {
                    let mut c = coordinates(i);
                    axes.iter()
                        .for_each(|&axis| c[axis] = node.shape[axis] - 1 - c[axis]);
                    Some(c.iter().zip(&from).map(|(c, s)| c * s).sum())
                })
            }
            Op::MatMul => {
                let rank = node.shape.len();
                let (m, n, k) = (
                    node.shape[rank - 2],
                    node.shape[rank - 1],
                    arg_shape(0)[rank - 1],
                );
                let (a, b) = (arg(0).floats(), arg(1).floats());
                let element = |i: usize| {
                    let (batch, row, column) = (i / (m * n), i / n % m, i % n);
                    (0..k)
                        .map(|p| a[(batch * m + row) * k + p].mul(b[(batch * k + p) * n + column]))
                        .fold(T::of(0.0), T::add)
                };
                Value::Float((0..len).map(element).collect())
            }
            Op::Conv(windows) => {
                let (x_shape, w_shape) = (arg_shape(0), arg_shape(1));
                let (x_strides, w_strides) = (strides(x_shape), strides(w_shape));
                let (x, w) = (arg(0).floats(), arg(1).floats());
                let spatial = windows.len();
                let channels = w_shape[spatial];
                let taps = &w_shape[..spatial];
                let element = |i: usize| {
                    let at = coordinates(i);
                    let mut sum = T::of(0.0);
                    for tap in 0..numel(taps) {
                        let tap = crate::eval::coordinates(tap, taps);
                        // The input's element under this tap of the kernel, unless there is a zero.
                        let from = (windows.iter().enumerate()).try_fold(
                            at[0] * x_strides[0],
                            |from, (axis, window)| {
                                let place = (at[axis + 1] * window.stride
                                    + tap[axis] * window.rhs_dilation)
                                    as i64
                                    - window.padding.0;
                                let (dilation, extent) =
                                    (window.lhs_dilation as i64, x_shape[axis + 1] as i64);
                                let inside = place % dilation == 0
                                    && (0..extent).contains(&(place / dilation));
                                (inside && place >= 0).then(|| {
                                    from + (place / dilation) as usize * x_strides[axis + 1]
                                })
                            },
                        );
                        let Some(from) = from else { continue };
                        let kernel: usize = tap.iter().zip(&w_strides).map(|(t, s)| t * s).sum();
                        for c in 0..channels {
                            let weight = w[kernel + c * w_strides[spatial] + at[spatial + 1]];
                            sum = sum.add(x[from + c].mul(weight));
                        }
                    }
                    sum
                };
                Value::Float((0..len).map(element).collect())
            }
            Op::Gather => {
                let rows = arg_shape(0)[0];
                let row_len = len / node.shape[0];
                let index = arg(1).uints();
                arg(0).take(len, |i| {
                    Some((index[i / row_len] as usize).min(rows - 1) * row_len + i % row_len)
                })
            }
        }
    }
}

/// The coordinates of element `index` of a row-major tensor.
fn coordinates(index: usize, shape: &[usize]) -> Vec<usize> {
    strides(shape)
        .iter()
        .zip(shape)
        .map(|(stride, extent)| index / stride % extent)
        .collect()
}

fn cast<T: Real>(value: &Value<T>, to: DType) -> Value<T> {
    match (value, to) {
        (Value::Float(v), DType::F32) => Value::Float(v.clone()),
        (Value::Uint(v), DType::F32) => Value::Float(v.iter().map(|&x| T::of(x.into())).collect()),
        (Value::Bool(v), DType::F32) => {
            Value::Float(v.iter().map(|&x| T::of(u8::from(x).into())).collect())
        }
        (Value::Float(v), _) => Value::Uint(v.iter().map(|x| x.to_f64() as u32).collect()),
        (Value::Uint(v), _) => Value::Uint(v.clone()),
        (Value::Bool(v), _) => Value::Uint(v.iter().map(|&x| x.into()).collect()),
    }
}

fn apply_binary<T: Real>(binary: Binary, a: &Value<T>, b: &Value<T>) -> Value<T> {
    match (a, b) {
        (Value::Float(a), Value::Float(b)) => {
            let pairs = a.iter().copied().zip(b.iter().copied());
            match binary {
                Binary::Add => Value::Float(pairs.map(|(a, b)| a.add(b)).collect()),
                Binary::Mul => Value::Float(pairs.map(|(a, b)| a.mul(b)).collect()),
                Binary::Max => {
                    Value::Float(pairs.map(|(a, b)| if a < b { b } else { a }).collect())
                }
                Binary::Less => Value::Bool(pairs.map(|(a, b)| a < b).collect()),
                Binary::Eq => Value::Bool(pairs.map(|(a, b)| a == b).collect()),
            }
        }
        (Value::Uint(a), Value::Uint(b)) => {
            let pairs = a.iter().copied().zip(b.iter().copied());
            match binary {
                Binary::Add => Value::Uint(pairs.map(|(a, b)| a.wrapping_add(b)).collect()),
                Binary::Mul => Value::Uint(pairs.map(|(a, b)| a.wrapping_mul(b)).collect()),
                Binary::Max => Value::Uint(pairs.map(|(a, b)| a.max(b)).collect()),
                Binary::Less => Value::Bool(pairs.map(|(a, b)| a < b).collect()),
                Binary::Eq => Value::Bool(pairs.map(|(a, b)| a == b).collect()),
            }
        }
        _ => unreachable!("shape inference checked the types"),
    }
}
