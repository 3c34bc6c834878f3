//! What both backends execute: kernels over a box of coordinates, reading and writing buffers through affine views.
//!
//! A kernel is one of three templates. All share one list of axes (`domain`); the role of each axis tells the
//! templates apart:
//!
//! - *pointwise*: every axis is an output axis; `body` runs once for each point.
//! - *reduce*: `prologue` runs at every point; its values are accumulated over the reduced axes; `body` (the epilogue)
//!   runs once for each output point with the accumulators in hand.
//! - *contract*: `acc = sum over K axes of a * b`; `body` (the epilogue) runs once for each output point.
//!
//! Bodies are straight-line SSA: an instruction defines the register of its own index.

use crate::dtype::{DType, Scalar};
use crate::op::{Binary, Reducer, Unary};
use crate::shape::sort_axes;

/// Index of a buffer in [`Plan::buffers`](super::Plan).
pub type BufferId = usize;

/// Index of an instruction within its body: the register it defines.
pub type Register = usize;

/// `offset + sum_i strides[i] * x[i]` over the coordinates of the kernel's domain.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Affine {
    /// The value at the origin.
    pub offset: i64,
    /// One coefficient for each axis of the domain.
    pub strides: Vec<i64>,
}

/// `low <= expr < high`: where a padded view has data.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Bound {
    /// The coordinate that is checked.
    pub expr: Affine,
    /// The first value inside.
    pub low: i64,
    /// The first value past the end.
    pub high: i64,
}

/// Where in a buffer a point of the domain reads or writes: an element index, valid where all bounds hold.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct View {
    /// The element's index. Within the buffer wherever the bounds hold.
    pub index: Affine,
    /// All must hold; otherwise a load gives zero. Stores have no bounds.
    pub bounds: Vec<Bound>,
}

/// One instruction of a body.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum Instr {
    /// An element of `buffer`; zero outside the view's bounds and without touching memory there. Bytes come as u32.
    Load {
        /// The buffer, as an index into [`Kernel::bindings`].
        binding: usize,
        /// Which element of the buffer is loaded at each point of the kernel's domain.
        view: View,
    },
    /// Element `min(row, rows - 1) * row_stride + view` of `buffer`, with `row` a u32 register.
    Gather {
        /// The buffer, as an index into [`Kernel::bindings`].
        binding: usize,
        /// The register that holds the number of the row.
        row: Register,
        /// How many rows there are.
        rows: usize,
        /// Elements from one row to the next.
        row_stride: usize,
        /// The element within the row.
        view: View,
    },
    /// An affine function of the coordinates, as u32 (never negative where it is used).
    Coordinate(Affine),
    /// True where all bounds hold.
    Within(Vec<Bound>),
    /// The same number at every point.
    Constant(Scalar),
    /// `(threefry2x32([key0, key1], [element, stream])[0] * below) >> 32`, as u32.
    Random {
        /// Two u32 registers: seed and step.
        key: [Register; 2],
        /// The counter of the draw, from the point's coordinates.
        element: Affine,
        /// The second counter word.
        stream: u32,
        /// The exclusive upper end of the result.
        below: u32,
    },
    /// In an epilogue: the value of accumulator `i`. A contraction has one.
    Accumulator(usize),
    /// An element-wise function of one register.
    Unary(Unary, Register),
    /// An element-wise function of two registers of one type.
    Binary(Binary, Register, Register),
    /// `condition ? a : b`.
    Select(Register, Register, Register),
    /// A change of type.
    Cast(Register, DType),
}

/// An instruction and the type of the register it defines.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Typed {
    /// The instruction whose result the register holds.
    pub instr: Instr,
    /// Of which type. Registers hold f32, u32 or bool; never u8.
    pub dtype: DType,
}

/// A straight-line program: instruction `i` defines register `i` and reads lower ones.
pub type Body = Vec<Typed>;

/// A write of one register.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Store {
    /// The buffer, as an index into [`Kernel::bindings`].
    pub binding: usize,
    /// Index of the written element in its buffer, from the point's coordinates.
    pub index: Affine,
    /// What is written. A bool is stored as u32.
    pub value: Register,
}

/// How a kernel uses a buffer.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Access {
    /// The kernel only loads from the buffer.
    Read,
    /// The kernel only stores to the buffer.
    Write,
    /// Both: updates in place, and segments of one buffer. A point only loads the elements it stores, or elements that
    /// no point of this kernel stores.
    ReadWrite,
}

/// A buffer as a kernel sees it.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Binding {
    /// Which buffer of the plan.
    pub buffer: BufferId,
    /// How it is used.
    pub access: Access,
    /// The element type in memory (bool is u32 there, u8 is packed four to a word, little endian).
    pub dtype: DType,
}

/// One accumulated value of a reduction.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Accumulator {
    /// How values are combined. Starts from 0 or minus infinity.
    pub reducer: Reducer,
    /// The register of the prologue that is accumulated (f32).
    pub value: Register,
}

/// What an axis of a contraction does.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Role {
    /// In both operands and in the result.
    Batch,
    /// In the first operand and in the result.
    M,
    /// In the second operand and in the result.
    N,
    /// In both operands, summed.
    K,
}

/// One side of a contraction: a body over the whole domain whose `value` (f32) does not depend on the other side's axis.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Operand {
    /// How the element is computed; mostly a single load.
    pub body: Body,
    /// The register that holds it.
    pub value: Register,
}

/// The template, with what only that template has.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum Kind {
    /// Every axis is an output axis.
    Pointwise,
    /// Some axes are reduced. In the epilogue and in stores their coordinate is 0.
    Reduce {
        /// One flag for each axis of the domain.
        reduced: Vec<bool>,
        /// Runs at every point of the domain.
        prologue: Body,
        /// What is accumulated of it.
        accumulators: Vec<Accumulator>,
    },
    /// A sum of products. In the epilogue and in stores the coordinate of K axes is 0.
    Contract {
        /// One role for each axis of the domain.
        roles: Vec<Role>,
        /// The first operand: no stride on N axes.
        a: Operand,
        /// The second operand: no stride on M axes.
        b: Operand,
    },
}

/// One computation over one domain.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Kernel {
    /// For people: progress, traces, shader file names.
    pub name: String,
    /// The buffers used; instructions and stores refer to them by position. No buffer is listed twice.
    pub bindings: Vec<Binding>,
    /// The extent of every axis, reduced and contracted ones included. No extent is zero; may be empty (one point).
    pub domain: Vec<usize>,
    /// The template with its bodies: pointwise, reduction or contraction.
    pub kind: Kind,
    /// The body of a pointwise kernel, the epilogue of the others.
    pub body: Body,
    /// What is written for each output point.
    pub stores: Vec<Store>,
}

impl Kernel {
    /// A short name: the template, its extents, and how much is fused.
    pub(super) fn describe(&self) -> String {
        let extents = |axes: &[usize]| {
            axes.iter()
                .map(ToString::to_string)
                .collect::<Vec<_>>()
                .join("x")
        };
        let work = self
            .body
            .iter()
            .filter(|t| !matches!(t.instr, Instr::Load { .. } | Instr::Constant(_)))
            .count();
        match &self.kind {
            Kind::Pointwise => format!("pointwise {} ({work} ops)", extents(&self.domain)),
            Kind::Reduce { accumulators, .. } => {
                format!(
                    "reduce {} ({} sums, {work} ops)",
                    extents(&self.domain),
                    accumulators.len()
                )
            }
            Kind::Contract { .. } => format!("contract {} ({work} ops)", extents(&self.domain)),
        }
    }

    /// Visits every mention of a binding in bodies and stores.
    pub(crate) fn visit_bindings(&mut self, visit: &mut dyn FnMut(&mut usize)) {
        let inner = match &mut self.kind {
            Kind::Pointwise => vec![],
            Kind::Reduce { prologue, .. } => vec![prologue],
            Kind::Contract { a, b, .. } => vec![&mut a.body, &mut b.body],
        };
        for typed in inner.into_iter().chain([&mut self.body]).flatten() {
            if let Instr::Load { binding, .. } | Instr::Gather { binding, .. } = &mut typed.instr {
                visit(binding);
            }
        }
        for store in &mut self.stores {
            visit(&mut store.binding);
        }
    }
}

/// The bindings of kernels that share a dispatch: every buffer once, used as all of them together use it.
pub fn shared_bindings(kernels: &[Kernel]) -> Vec<Binding> {
    let mut shared = Vec::new();
    kernels.iter().for_each(|k| share(&mut shared, k));
    shared
}

/// Adds the bindings of one more kernel to those of a dispatch.
pub(crate) fn share(shared: &mut Vec<Binding>, kernel: &Kernel) {
    for binding in &kernel.bindings {
        let mut others = shared.iter_mut();
        match others.find(|other| other.buffer == binding.buffer) {
            None => shared.push(binding.clone()),
            Some(other) if other.access != binding.access => other.access = Access::ReadWrite,
            Some(_) => {}
        }
    }
}

/// Orders axes from the farthest stride to the nearest; those of equal rank stay as they are.
pub(crate) fn farthest_first(axes: &mut [usize], rank: &dyn Fn(usize) -> (bool, u64)) {
    sort_axes(axes, &|a, b| rank(a) > rank(b));
}
