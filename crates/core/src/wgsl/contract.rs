//! Sums of products: what the tilings share. `registers` and `staged` hold the two tilings.

use super::emit::Emitter;
use super::memory::{has_vector_load, is_bounded, load_stride};
use super::parts::{Frame, Parts};
use super::pointwise::store_order;
use super::values::{Coord, LANES, Out, Place, Value};
use super::{ContractTuning, ShapeClass, Tuning, reduce, registers, staged};
use crate::dtype::DType;
use crate::op::{Binary, Reducer};
use crate::plan::coalesce::coalesce;
use crate::plan::kernel::{
    Accumulator, Instr, Kernel, Kind, Operand, Register, Role, Typed, farthest_first,
};

/// Rows or columns below which a tile would be mostly edge, so that each output is a reduction of its own.
const SKINNY: usize = 2;

pub(super) fn emit(kernel: &Kernel, tuning: &Tuning, frame: &Frame) -> Parts {
    let kernel = oriented(kernel);
    let product = Product::of(&kernel);
    if product.is_skinny() {
        return reduce::emit(&as_reduction(&kernel), tuning, frame);
    }
    match tuning.tile(product.shape()) {
        // Too long for llvmpipe: invocations share the sums instead.
        ContractTuning::Registers { .. } if registers::passes(&product) > reduce::MOST_STEPS => {
            reduce::emit(&as_reduction(&kernel), tuning, frame)
        }
        ContractTuning::Registers {
            rows,
            vectors,
            workgroup,
        } => registers::emit(&product, tuning, (rows, vectors), workgroup as usize, frame),
        ContractTuning::Workgroup { edge, depth } => {
            staged::emit(&product, tuning, (edge, depth), frame)
        }
    }
}

/// The shape of a kernel's product and its floating-point operations: nothing where the kernel is no product, or one that
/// runs as a plain sum whatever the tile.
pub fn product(kernel: &Kernel) -> Option<(ShapeClass, f64)> {
    let Kind::Contract { .. } = kernel.kind else {
        return None;
    };
    let kernel = oriented(&coalesce(kernel));
    let product = Product::of(&kernel);
    let operations = 2.0 * kernel.domain.iter().product::<usize>() as f64;
    let tiled = !product.is_skinny() && registers::passes(&product) <= reduce::MOST_STEPS;
    tiled.then(|| (product.shape(), operations))
}

/// Into how many parts the sums of a contraction should be divided, at most.
pub(super) fn parts(kernel: &Kernel, tuning: &Tuning) -> usize {
    let kernel = oriented(&coalesce(kernel));
    let product = Product::of(&kernel);
    match tuning.tile(product.shape()) {
        // Invocations share the sums of skinny products.
        _ if product.is_skinny() => 1,
        // Few invocations keep a processor busy, and tiles shrink until there are as many.
        ContractTuning::Registers { .. } => 1,
        ContractTuning::Workgroup { edge, .. } => staged::parts(&product, tuning, edge),
    }
}

/// A contraction with its axes by role, outermost first.
pub(super) struct Product<'k> {
    pub(super) kernel: &'k Kernel,
    pub(super) a: &'k Operand,
    pub(super) b: &'k Operand,
    pub(super) batch: Vec<usize>,
    pub(super) m: Vec<usize>,
    pub(super) n: Vec<usize>,
    pub(super) k: Vec<usize>,
}

impl<'k> Product<'k> {
    fn of(kernel: &'k Kernel) -> Self {
        let Kind::Contract { roles, a, b } = &kernel.kind else {
            unreachable!("the caller matched the template")
        };
        let order = store_order(kernel);
        let axes = |role: Role| -> Vec<usize> {
            order
                .iter()
                .copied()
                .filter(|&axis| roles[axis] == role)
                .collect()
        };
        let mut k = axes(Role::K);
        let stride = |axis: usize| {
            let strides = [load_stride(&a.body, axis), load_stride(&b.body, axis)];
            strides.into_iter().flatten().min().unwrap_or(u64::MAX)
        };
        // Axes that bounds depend on go outside, so that checks are made once for the loops within.
        let checked = |axis: usize| is_bounded(&a.body, axis) || is_bounded(&b.body, axis);
        farthest_first(&mut k, &|axis| (checked(axis), stride(axis)));
        Product {
            kernel,
            a,
            b,
            batch: axes(Role::Batch),
            m: axes(Role::M),
            n: axes(Role::N),
            k,
        }
    }

    fn shape(&self) -> ShapeClass {
        let [batch, m, n, k] = [&self.batch, &self.m, &self.n, &self.k].map(|axes| self.size(axes));
        ShapeClass::of(batch * m, n, k)
    }

    fn is_skinny(&self) -> bool {
        self.size(&self.m).min(self.size(&self.n)) <= SKINNY
    }

    pub(super) fn size(&self, axes: &[usize]) -> usize {
        axes.iter().map(|&axis| self.kernel.domain[axis]).product()
    }

    pub(super) fn extents(&self, axes: &[usize]) -> Vec<usize> {
        axes.iter().map(|&axis| self.kernel.domain[axis]).collect()
    }

    /// The innermost of `axes` if four consecutive points never straddle its end.
    pub(super) fn lane(&self, axes: &[usize]) -> Option<usize> {
        axes.last()
            .copied()
            .filter(|&axis| self.kernel.domain[axis].is_multiple_of(LANES))
    }

    /// The innermost of `axes` if the operand has vector loads along it.
    pub(super) fn vector_lane(&self, operand: &Operand, axes: &[usize]) -> Option<usize> {
        self.lane(axes)
            .filter(|&axis| has_vector_load(&operand.body, axis))
    }

    /// The function that turns four neighbouring sums of a row into results.
    pub(super) fn finish(&self, emitter: &mut Emitter<'k>, tag: &str) -> String {
        let kernel = self.kernel;
        let mut text = format!(
            "fn finish{tag}(batch: u32, row: u32, first_column: u32, sums: vec4<f32>) {{\n"
        );
        let lane = self.lane(&self.n);
        let columns = if lane.is_some() { 1 } else { LANES };
        for i in 0..columns {
            let mut out = Out::new(0);
            let mut coords = vec![Coord::default(); kernel.domain.len()];
            emit_coords(emitter, &mut out, &mut coords, self, &self.batch, "batch");
            emit_coords(emitter, &mut out, &mut coords, self, &self.m, "row");
            emit_coords(emitter, &mut out, &mut coords, self, &self.n, "column");
            let sum = match lane {
                Some(_) => Value::float("sums", true),
                None => Value::float(Value::float("sums", true).component(i), false),
            };
            let place = Place {
                coords: &coords,
                lane,
                accumulators: &[sum],
            };
            let values = emitter.body(&mut out, &kernel.body, &place);
            emitter.stores(&mut out, &values, &place);
            let n = self.size(&self.n);
            let body = out.innermost().text();
            text += &format!(
                "{{\nlet column = first_column + {i}u;\nif (column < {n}u) {{\n{body}}}\n}}\n"
            );
        }
        text + "}\n"
    }
}

/// Splits the number `linear` into the coordinates of `axes`, before all loops.
pub(super) fn emit_coords(
    emitter: &mut Emitter<'_>,
    out: &mut Out,
    coords: &mut [Coord],
    product: &Product<'_>,
    axes: &[usize],
    linear: &str,
) {
    if axes.is_empty() {
        return;
    }
    let names = emitter.decompose(out, 0, linear, &product.extents(axes));
    for (&axis, name) in axes.iter().zip(names) {
        coords[axis] = Coord::new(name, 0);
    }
}

/// The same contraction with the operands in the order that lets results be written as vectors: neighbours in memory
/// are columns.
fn oriented(kernel: &Kernel) -> Kernel {
    let mut kernel = kernel.clone();
    if let Kind::Contract { roles, a, b } = &mut kernel.kind
        && let Some(store) = kernel.stores.first()
        && roles
            .iter()
            .zip(&store.index.strides)
            .any(|(&role, &stride)| role == Role::M && stride == 1)
    {
        for role in roles.iter_mut() {
            *role = match *role {
                Role::M => Role::N,
                Role::N => Role::M,
                Role::Batch => Role::Batch,
                Role::K => Role::K,
            };
        }
        std::mem::swap(a, b);
    }
    kernel
}

/// The contraction as a plain sum over the products.
fn as_reduction(kernel: &Kernel) -> Kernel {
    let mut kernel = kernel.clone();
    if let Kind::Contract { roles, a, b } = &kernel.kind {
        let mut prologue = a.body.clone();
        let shift = prologue.len();
        prologue.extend(b.body.iter().map(|typed| shifted(typed, shift)));
        let value = prologue.len();
        let product = Instr::Binary(Binary::Mul, a.value, b.value + shift);
        prologue.push(Typed {
            instr: product,
            dtype: DType::F32,
        });
        kernel.kind = Kind::Reduce {
            reduced: roles.iter().map(|&role| role == Role::K).collect(),
            prologue,
            accumulators: vec![Accumulator {
                reducer: Reducer::Sum,
                value,
            }],
        };
    }
    kernel
}

/// The instruction with its registers renumbered.
fn shifted(typed: &Typed, by: usize) -> Typed {
    let mut typed = typed.clone();
    let move_up = |registers: &mut [&mut Register]| registers.iter_mut().for_each(|r| **r += by);
    match &mut typed.instr {
        Instr::Gather { row, .. } => move_up(&mut [row]),
        Instr::Random { key: [k0, k1], .. } => move_up(&mut [k0, k1]),
        Instr::Unary(_, x) | Instr::Cast(x, _) => move_up(&mut [x]),
        Instr::Binary(_, a, b) => move_up(&mut [a, b]),
        Instr::Select(condition, a, b) => move_up(&mut [condition, a, b]),
        Instr::Load { .. }
        | Instr::Coordinate(_)
        | Instr::Within(_)
        | Instr::Constant(_)
        | Instr::Accumulator(_) => {}
    }
    typed
}
