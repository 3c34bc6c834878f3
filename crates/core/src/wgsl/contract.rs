//! Sums of products: which of the tilings a contraction gets. `registers` and `staged` hold the two.

use super::parts::{Frame, Parts};
use super::product::Product;
use super::{ContractTuning, ShapeClass, Tuning, reduce, registers, staged};
use crate::dtype::DType;
use crate::op::{Binary, Reducer};
use crate::plan::coalesce::coalesce;
use crate::plan::kernel::{Accumulator, Instr, Kernel, Kind, Register, Role, Typed};

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
