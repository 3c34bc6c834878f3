//! Reverse-mode differentiation as a graph transform.
//!
//! Every rule writes the vector-Jacobian product in ops of the same graph, so a gradient is an ordinary tensor and can
//! be differentiated again, to any order.

use std::collections::{BTreeMap, HashSet};

use crate::dtype::DType;
use crate::graph::{Node, NodeId};
use crate::op::{Binary, Op, Reducer, Unary};
use crate::shape;
use crate::tensor::Tensor;

#[cfg(test)]
mod tests;

/// The gradient of the sum of `output`'s elements with respect to each tensor of `wrt`.
#[track_caller]
pub fn grad(output: &Tensor, wrt: &[&Tensor]) -> Vec<Tensor> {
    vjp(&[(output, &output.constant_like(1.0))], wrt)
}

/// For each tensor of `wrt`: the sum over `outputs` of cotangent times Jacobian. Zero where nothing depends on it.
#[track_caller]
pub fn vjp(outputs: &[(&Tensor, &Tensor)], wrt: &[&Tensor]) -> Vec<Tensor> {
    let Some(targets) = wrt.iter().map(|t| t.id()).collect::<Option<Vec<NodeId>>>() else {
        return wrt.iter().map(|t| (*t).clone()).collect();
    };
    let Some(first) = wrt.first() else {
        return vec![];
    };
    let graph = first.graph().clone();
    let tensor = |id: NodeId| Tensor::new(graph.clone(), Some(id));

    // Cotangents so far, by node. Users have higher ids than arguments, so popping the highest id finds every
    // contribution to it already summed.
    let mut cotangents: BTreeMap<NodeId, Tensor> = BTreeMap::new();
    let mut highest = 0;
    for (output, cotangent) in outputs {
        let Some(id) = output.id() else { continue };
        highest = highest.max(id);
        accumulate(&mut cotangents, id, (*cotangent).clone());
    }
    let dependent = dependents(&graph.borrow().nodes[..=highest], &targets);

    let mut gradients: Vec<Option<Tensor>> = vec![None; wrt.len()];
    while let Some((id, cotangent)) = cotangents.pop_last() {
        for (target, gradient) in targets.iter().zip(&mut gradients) {
            if *target == id {
                *gradient = Some(cotangent.clone());
            }
        }
        if !dependent.contains(&id) {
            continue;
        }
        let node = graph.borrow().nodes[id].clone();
        let args: Vec<Tensor> = node.args.iter().map(|&arg| tensor(arg)).collect();
        for (arg, contribution) in rule(&node, &tensor(id), &args, &cotangent) {
            if dependent.contains(&node.args[arg]) {
                accumulate(&mut cotangents, node.args[arg], contribution);
            }
        }
    }
    gradients
        .into_iter()
        .zip(wrt)
        .map(|(gradient, t)| gradient.unwrap_or_else(|| t.constant_like(0.0)))
        .collect()
}

#[track_caller]
fn accumulate(cotangents: &mut BTreeMap<NodeId, Tensor>, id: NodeId, contribution: Tensor) {
    let sum = match cotangents.remove(&id) {
        Some(so_far) => so_far + contribution,
        None => contribution,
    };
    cotangents.insert(id, sum);
}

/// The nodes whose value depends on a target, the targets included.
fn dependents(nodes: &[Node], targets: &[NodeId]) -> HashSet<NodeId> {
    let mut dependent: HashSet<NodeId> = targets.iter().copied().collect();
    for (id, node) in nodes.iter().enumerate() {
        if node.args.iter().any(|arg| dependent.contains(arg)) {
            dependent.insert(id);
        }
    }
    dependent
}

/// The vector-Jacobian product of one node: which argument gets which cotangent. `y` is the node itself, `ct` its
/// cotangent.
#[track_caller]
fn rule(node: &Node, y: &Tensor, args: &[Tensor], ct: &Tensor) -> Vec<(usize, Tensor)> {
    let zero = || ct.constant_like(0.0);
    match &node.op {
        Op::Input(_)
        | Op::State(_)
        | Op::Const(_)
        | Op::Iota { .. }
        | Op::Random { .. }
        | Op::Detach => vec![],
        Op::Unary(unary) => {
            let x = &args[0];
            let slope = match unary {
                Unary::Neg => return vec![(0, -ct)],
                Unary::Recip => -(y * y),
                Unary::Exp => y.clone(),
                Unary::Log => x.recip(),
                Unary::Sqrt => y.recip() * 0.5,
                Unary::Tanh => 1.0 - y * y,
                Unary::Sin => x.cos(),
                Unary::Floor => return vec![],
            };
            vec![(0, ct * slope)]
        }
        // Integers and truth values carry no gradient, and a cast between floats does not exist.
        Op::Cast(_) => vec![],
        Op::Binary(binary) => {
            if node.dtype != DType::F32 {
                return vec![];
            }
            let (a, b) = (&args[0], &args[1]);
            match binary {
                Binary::Add => vec![(0, ct.clone()), (1, ct.clone())],
                Binary::Mul => vec![(0, ct * b), (1, ct * a)],
                // a < y says the same as a < b and lets relu(x) = max(0, x) forget its argument.
                Binary::Max => {
                    let second = a.less(y);
                    vec![
                        (0, second.select(&zero(), ct)),
                        (1, second.select(ct, &zero())),
                    ]
                }
                Binary::Less | Binary::Eq => vec![],
            }
        }
        Op::Select => vec![
            (1, args[0].select(ct, &zero())),
            (2, args[0].select(&zero(), ct)),
        ],
        Op::Reduce { reducer, axes } => {
            let x = &args[0];
            let ct = ct.broadcast_to(&x.shape());
            match reducer {
                Reducer::Sum => vec![(0, ct)],
                Reducer::Max => {
                    let hit = x.equal(&y.broadcast_to(&x.shape())).cast(DType::F32);
                    let share = hit.sum(axes).recip();
                    vec![(0, ct * hit * share)]
                }
            }
        }
        Op::Reshape => vec![(0, ct.reshape(&args[0].shape()))],
        Op::Permute(permutation) => {
            let mut inverse = vec![0; permutation.len()];
            for (i, &axis) in permutation.iter().enumerate() {
                inverse[axis] = i;
            }
            vec![(0, ct.permute(&inverse))]
        }
        Op::Broadcast => {
            let from = args[0].shape();
            let repeated: Vec<usize> = (0..from.len())
                .filter(|&axis| from[axis] != node.shape[axis])
                .collect();
            vec![(0, ct.sum(&repeated))]
        }
        Op::Pad(padding) => {
            let start: Vec<usize> = padding.iter().map(|&(low, _)| low).collect();
            vec![(0, ct.slice(&start, &args[0].shape()))]
        }
        Op::Slice(start) => {
            let from = args[0].shape();
            let padding: Vec<(usize, usize)> = (0..from.len())
                .map(|axis| (start[axis], from[axis] - start[axis] - node.shape[axis]))
                .collect();
            vec![(0, ct.pad(&padding))]
        }
        Op::Flip(axes) => vec![(0, ct.flip(axes))],
        Op::MatMul => vec![(0, ct.matmul(&args[1].t())), (1, args[0].t().matmul(ct))],
        // Scattering rows back is a product with the one-hot rows of the index.
        Op::Gather => {
            if node.dtype != DType::F32 {
                return vec![];
            }
            let from = args[0].shape();
            let (rows, count) = (from[0], node.shape[0]);
            let row_len = shape::numel(&from[1..]);
            let column = (args[1].reshape(&[1, count])).min_u32(rows as u32 - 1);
            let hit = column
                .iota_like(&[rows, count], 0)
                .equal(&column.broadcast_to(&[rows, count]));
            let scattered = hit.cast(DType::F32).matmul(&ct.reshape(&[count, row_len]));
            vec![(0, scattered.reshape(&from))]
        }
    }
}
