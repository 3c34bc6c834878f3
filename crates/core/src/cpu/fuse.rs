//! What is computed at all, and which steps share a pass over the lanes.
//!
//! A fused step rounds as its parts do, so that a value has the same bits in every kernel that computes it: which steps fuse
//! depends on who else uses them there, and comparisons (the gradients of `max`) tell values apart by their last bit.

use ganlet_loops::operation::{Comparison, Float2, Operation, Unary};

use super::space::Rate;
use crate::plan::kernel::{Instr, Register, Typed};

/// Which registers `roots` need.
pub(crate) fn live(body: &[Typed], roots: &[Register]) -> Vec<bool> {
    let mut live = vec![false; body.len()];
    roots.iter().for_each(|&r| live[r] = true);
    for i in (0..body.len()).rev() {
        if !live[i] {
            continue;
        }
        let mut mark = |r: Register| live[r] = true;
        match body[i].instr {
            Instr::Load { .. }
            | Instr::Coordinate(_)
            | Instr::Within(_)
            | Instr::Constant(_)
            | Instr::Accumulator(_) => {}
            Instr::Gather { row, .. } => mark(row),
            Instr::Random { key, .. } => key.into_iter().for_each(mark),
            Instr::Unary(_, a) | Instr::Cast(a, _) => mark(a),
            Instr::Binary(_, a, b) => [a, b].into_iter().for_each(mark),
            Instr::Select(c, a, b) => [c, a, b].into_iter().for_each(mark),
        }
    }
    live
}

/// Lets a step absorb an operand that only it uses, where one pass over the lanes can do both.
pub(crate) fn fuse(
    operations: &mut [Option<Operation<Register>>],
    rates: &[Rate],
    roots: &[Register],
) {
    let mut uses = vec![0usize; operations.len()];
    operations
        .iter()
        .flatten()
        .flat_map(Operation::operands)
        .for_each(|r| uses[r] += 1);
    roots.iter().for_each(|&r| uses[r] += 1);
    for i in 0..operations.len() {
        let only = |r: Register| uses[r] == 1 && rates[r] == Rate::Lane;
        let operand = |r: Register| {
            if only(r) {
                operations[r].as_ref()
            } else {
                None
            }
        };
        let (fused, absorbed) = match operations[i] {
            Some(Operation::Float2(Float2::Add, a, b)) => match (operand(a), operand(b)) {
                (Some(&Operation::Float2(Float2::Mul, x, y)), _) => (Operation::MulAdd(x, y, b), a),
                (_, Some(&Operation::Float2(Float2::Mul, x, y))) => (Operation::MulAdd(x, y, a), b),
                (Some(&Operation::Unary(Unary::Neg, x)), _) => {
                    (Operation::Float2(Float2::Sub, b, x), a)
                }
                (_, Some(&Operation::Unary(Unary::Neg, x))) => {
                    (Operation::Float2(Float2::Sub, a, x), b)
                }
                _ => continue,
            },
            Some(Operation::Float2(Float2::Mul, a, b)) => match (operand(a), operand(b)) {
                (Some(&Operation::Unary(Unary::Recip, x)), _) => {
                    (Operation::Float2(Float2::MulRecip, b, x), a)
                }
                (_, Some(&Operation::Unary(Unary::Recip, x))) => {
                    (Operation::Float2(Float2::MulRecip, a, x), b)
                }
                _ => continue,
            },
            Some(Operation::Select(c, x, y)) => match operand(c) {
                Some(&Operation::Compare(Comparison::LessFloat, a, b)) => {
                    (Operation::SelectLess(a, b, x, y), c)
                }
                _ => continue,
            },
            _ => continue,
        };
        operations[i] = Some(fused);
        operations[absorbed] = None;
    }
}
