//! Algebra on one node at a time, applied while the graph is built. Together with hash-consing (common
//! subexpressions are one node from the start) and the dead-code pass of [`Builder::build`](crate::Builder::build)
//! the graph needs no further clean-up.
//!
//! A rule must hold for every finite value. `0 * x` is taken as 0, also where `x` might be infinite: those products
//! come from masks and detached paths.

use crate::dtype::{DType, Scalar};
use crate::node::{Node, NodeId};
use crate::op::{Binary, Op, Unary};

#[cfg(test)]
mod tests;

/// What a node turns out to be.
pub(crate) enum Simplified {
    /// An existing node.
    Existing(NodeId),
    /// A simpler node.
    Node(Node),
}

/// Applies one rule, if any fits.
pub(crate) fn simplify(nodes: &[Node], node: &Node) -> Option<Simplified> {
    use Simplified::{Existing, Node as New};
    #[cfg(test)]
    if tests::is_off() {
        return None;
    }
    let arg = |i: usize| &nodes[node.args[i]];
    let constant = |i: usize| match nodes[node.args[i]].op {
        Op::Const(scalar) => Some(scalar),
        _ => None,
    };
    let replace = |op: Op, args: Vec<NodeId>| {
        Some(New(Node {
            op,
            args,
            shape: node.shape.clone(),
            dtype: node.dtype,
        }))
    };
    let fill = |scalar: Scalar| replace(Op::Const(scalar), vec![]);
    match &node.op {
        Op::Input(_)
        | Op::State(_)
        | Op::Const(_)
        | Op::Iota { .. }
        | Op::Random { .. }
        | Op::Gather => None,
        Op::Unary(unary) => match (unary, constant(0), &arg(0).op) {
            (_, Some(Scalar::F32(x)), _) => fill(Scalar::F32(apply_unary(*unary, x))),
            (Unary::Neg, _, Op::Unary(Unary::Neg)) | (Unary::Recip, _, Op::Unary(Unary::Recip)) => {
                Some(Existing(arg(0).args[0]))
            }
            _ => None,
        },
        Op::Cast(to) => match constant(0) {
            Some(scalar) => fill(cast(scalar, *to)),
            None if arg(0).dtype == *to => Some(Existing(node.args[0])),
            None => None,
        },
        Op::Binary(binary) => match (binary, constant(0), constant(1)) {
            (_, Some(a), Some(b)) => fill(apply_binary(*binary, a, b)),
            // Constants go to the right of commutative operations; `Max` keeps its order, which decides ties.
            (Binary::Add | Binary::Mul, Some(_), None) => {
                replace(node.op.clone(), vec![node.args[1], node.args[0]])
            }
            (Binary::Add, None, Some(zero)) if is(zero, 0.0) => Some(Existing(node.args[0])),
            (Binary::Mul, None, Some(one)) if is(one, 1.0) => Some(Existing(node.args[0])),
            (Binary::Mul, None, Some(zero)) if is(zero, 0.0) => fill(zero),
            (Binary::Mul, None, Some(Scalar::F32(-1.0))) => {
                replace(Op::Unary(Unary::Neg), vec![node.args[0]])
            }
            _ => None,
        },
        Op::Select => match constant(0) {
            Some(Scalar::Bool(condition)) => {
                Some(Existing(node.args[if condition { 1 } else { 2 }]))
            }
            _ if node.args[1] == node.args[2] => Some(Existing(node.args[1])),
            _ => None,
        },
        Op::Reduce { axes, .. } => {
            // Axes of extent 1 have nothing to combine.
            let real: Vec<usize> = axes
                .iter()
                .copied()
                .filter(|&axis| arg(0).shape[axis] > 1)
                .collect();
            match &node.op {
                _ if real.is_empty() => Some(Existing(node.args[0])),
                Op::Reduce { reducer, .. } if real.len() < axes.len() => replace(
                    Op::Reduce {
                        reducer: *reducer,
                        axes: real,
                    },
                    node.args.clone(),
                ),
                _ => None,
            }
        }
        Op::Reshape | Op::Broadcast | Op::Permute(_) | Op::Slice(_) | Op::Flip(_) => {
            if let Some(scalar) = constant(0) {
                return fill(scalar);
            }
            let unchanged = match &node.op {
                Op::Permute(permutation) => {
                    permutation.iter().enumerate().all(|(i, &axis)| i == axis)
                }
                Op::Flip(axes) => axes.iter().all(|&axis| node.shape[axis] == 1),
                _ => node.shape == arg(0).shape,
            };
            if unchanged {
                return Some(Existing(node.args[0]));
            }
            match (&node.op, &arg(0).op) {
                (Op::Reshape, Op::Reshape) | (Op::Broadcast, Op::Broadcast) => {
                    replace(node.op.clone(), arg(0).args.clone())
                }
                (Op::Permute(outer), Op::Permute(inner)) => {
                    let composed = outer.iter().map(|&axis| inner[axis]).collect();
                    replace(Op::Permute(composed), arg(0).args.clone())
                }
                (Op::Slice(outer), Op::Slice(inner)) => {
                    let start = outer.iter().zip(inner).map(|(a, b)| a + b).collect();
                    replace(Op::Slice(start), arg(0).args.clone())
                }
                // The part of a padded tensor that is exactly the tensor.
                (Op::Slice(start), Op::Pad(padding))
                    if start.iter().zip(padding).all(|(&s, &(low, _))| s == low)
                        && nodes[arg(0).args[0]].shape == node.shape =>
                {
                    Some(Existing(arg(0).args[0]))
                }
                _ => None,
            }
        }
        Op::Pad(padding) => match constant(0) {
            _ if padding.iter().all(|&p| p == (0, 0)) => Some(Existing(node.args[0])),
            Some(zero) if is(zero, 0.0) => fill(zero),
            _ => None,
        },
        Op::MatMul => match (constant(0), constant(1)) {
            (Some(zero), _) | (_, Some(zero)) if is(zero, 0.0) => fill(zero),
            _ => None,
        },
        Op::Conv(windows) => {
            if [constant(0), constant(1)]
                .into_iter()
                .flatten()
                .any(|c| is(c, 0.0))
            {
                return fill(Scalar::F32(0.0));
            }
            // One element alone has no distance to a neighbour.
            let mut plain = windows.clone();
            for (axis, window) in plain.iter_mut().enumerate() {
                if arg(0).shape[axis + 1] == 1 {
                    window.lhs_dilation = 1;
                }
                if arg(1).shape[axis] == 1 {
                    window.rhs_dilation = 1;
                }
            }
            match plain == *windows {
                true => None,
                false => replace(Op::Conv(plain), node.args.clone()),
            }
        }
        // Not so a detached input: gradients may be taken with respect to it.
        Op::Detach => match &arg(0).op {
            Op::Detach => Some(Existing(node.args[0])),
            _ => None,
        },
        Op::Fresh(_) => None,
    }
}

fn is(scalar: Scalar, value: f64) -> bool {
    match scalar {
        Scalar::F32(x) => x == value,
        Scalar::U32(x) => f64::from(x) == value,
        Scalar::Bool(_) => false,
    }
}

fn cast(scalar: Scalar, to: DType) -> Scalar {
    let value = match scalar {
        Scalar::F32(x) => x,
        Scalar::U32(x) => f64::from(x),
        Scalar::Bool(x) => f64::from(u8::from(x)),
    };
    match to {
        DType::F32 => Scalar::F32(value),
        DType::U32 | DType::U8 => Scalar::U32(value as u32),
        DType::Bool => Scalar::Bool(value != 0.0),
    }
}

fn apply_unary(unary: Unary, x: f64) -> f64 {
    match unary {
        Unary::Neg => -x,
        Unary::Recip => 1.0 / x,
        Unary::Exp => x.exp(),
        Unary::Log => x.ln(),
        Unary::Sqrt => x.sqrt(),
        Unary::Tanh => x.tanh(),
        Unary::Sin => x.sin(),
        Unary::Floor => x.floor(),
    }
}

fn apply_binary(binary: Binary, a: Scalar, b: Scalar) -> Scalar {
    match (a, b) {
        (Scalar::F32(a), Scalar::F32(b)) => match binary {
            Binary::Add => Scalar::F32(a + b),
            Binary::Mul => Scalar::F32(a * b),
            Binary::Max => Scalar::F32(if a < b { b } else { a }),
            Binary::Less => Scalar::Bool(a < b),
            Binary::Eq => Scalar::Bool(a == b),
        },
        (Scalar::U32(a), Scalar::U32(b)) => match binary {
            Binary::Add => Scalar::U32(a.wrapping_add(b)),
            Binary::Mul => Scalar::U32(a.wrapping_mul(b)),
            Binary::Max => Scalar::U32(a.max(b)),
            Binary::Less => Scalar::Bool(a < b),
            Binary::Eq => Scalar::Bool(a == b),
        },
        _ => unreachable!("shape inference lets only equal numeric types through"),
    }
}
