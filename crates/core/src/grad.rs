//! Reverse-mode differentiation as a graph transform.
//!
//! Every rule writes the vector-Jacobian product in ops of the same graph, so a gradient is an ordinary tensor and can
//! be differentiated again, to any order.

use crate::dtype::DType;
use crate::node::{Node, NodeId};
use crate::op::{Binary, Op, Reducer, Unary, Window};
use crate::shape;
use crate::tensor::{Tensor, share_graph};

#[cfg(test)]
mod tests;

/// The gradient of the sum of `output`'s elements with respect to each tensor of `wrt`.
///
/// Equal expressions are one tensor (see [`tensor`](crate::tensor)), so a gradient counts every use of an equal expression:
/// with `y = &x * 1.0`, `grad(&(&y * &x), &[&y])` is `2x`. Take it with respect to [`y.fresh()`](Tensor::fresh) where only
/// the uses of this one tensor count.
#[cfg_attr(not(target_family = "wasm"), track_caller)]
pub fn grad(output: &Tensor, wrt: &[&Tensor]) -> Vec<Tensor> {
    vjp(&[(output, &output.constant_like(1.0))], wrt)
}

/// For each tensor of `wrt`: the sum over `outputs` of cotangent times Jacobian. Zero where nothing depends on it.
#[cfg_attr(not(target_family = "wasm"), track_caller)]
pub fn vjp(outputs: &[(&Tensor, &Tensor)], wrt: &[&Tensor]) -> Vec<Tensor> {
    let Some(first) = wrt.first() else {
        return vec![];
    };
    let graph = first.graph().clone();
    let ends = outputs
        .iter()
        .flat_map(|(output, cotangent)| [*output, *cotangent]);
    let all: Vec<&Tensor> = ends.chain(wrt.iter().copied()).collect();
    if !share_graph(format_args!("vjp"), &graph, &all) {
        return wrt
            .iter()
            .map(|t| Tensor::new(t.graph().clone(), None))
            .collect();
    }
    let Some(targets) = wrt.iter().map(|t| t.id()).collect::<Option<Vec<NodeId>>>() else {
        return wrt.iter().map(|t| (*t).clone()).collect();
    };
    let tensor = |id: NodeId| Tensor::new(graph.clone(), Some(id));

    // Cotangents so far, by node. Users have higher ids than arguments, so on the way down every contribution to a
    // node is summed by the time it is reached.
    let ends = outputs.iter().filter_map(|(output, _)| output.id());
    let mut cotangents: Vec<Option<Tensor>> = vec![None; ends.max().map_or(0, |id| id + 1)];
    for (output, cotangent) in outputs {
        if let Some(id) = output.id() {
            accumulate(&mut cotangents[id], (*cotangent).clone());
        }
    }
    let dependent = dependents(&graph.borrow().nodes[..cotangents.len()], &targets);

    let mut gradients: Vec<Option<Tensor>> = vec![None; wrt.len()];
    for id in (0..cotangents.len()).rev() {
        let Some(cotangent) = cotangents[id].take() else {
            continue;
        };
        for (target, gradient) in targets.iter().zip(&mut gradients) {
            if *target == id {
                *gradient = Some(cotangent.clone());
            }
        }
        if !dependent[id] {
            continue;
        }
        let node = graph.borrow().nodes[id].clone();
        let args: Vec<Tensor> = node.args.iter().map(|&arg| tensor(arg)).collect();
        for (arg, contribution) in rule(&node, &tensor(id), &args, &cotangent) {
            let arg = node.args[arg];
            if dependent[arg] {
                accumulate(&mut cotangents[arg], contribution);
            }
        }
    }
    gradients
        .into_iter()
        .zip(wrt)
        .map(|(gradient, t)| gradient.unwrap_or_else(|| t.constant_like(0.0)))
        .collect()
}

#[cfg_attr(not(target_family = "wasm"), track_caller)]
fn accumulate(sum: &mut Option<Tensor>, contribution: Tensor) {
    *sum = Some(match sum.take() {
        Some(so_far) => so_far + contribution,
        None => contribution,
    });
}

/// Whether each node's value depends on a target; a target's own does.
fn dependents(nodes: &[Node], targets: &[NodeId]) -> Vec<bool> {
    let mut dependent = vec![false; nodes.len()];
    for (id, node) in nodes.iter().enumerate() {
        dependent[id] = targets.contains(&id) || node.args.iter().any(|&arg| dependent[arg]);
    }
    dependent
}

/// The vector-Jacobian product of one node: which argument gets which cotangent. `y` is the node itself, `ct` its
/// cotangent.
#[cfg_attr(not(target_family = "wasm"), track_caller)]
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
                Binary::Max => {
                    // a < y says the same and lets relu(x) = max(0, x) forget its argument. But where a is computed again
                    // for this, it need not be rounded as it was for y: then y would seem larger than its own a.
                    let second = match a.is_constant() {
                        true => a.less(y),
                        false => a.less(b),
                    };
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
        Op::Fresh(_) => vec![(0, ct.clone())],
        Op::MatMul => vec![(0, ct.matmul(&args[1].t())), (1, args[0].t().matmul(ct))],
        Op::Conv(windows) => vec![
            (0, conv_input(windows, &args[0], &args[1], ct)),
            (1, conv_kernel(windows, &args[0], &args[1], ct)),
        ],
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

// Along one spatial axis a convolution with stride s, padding low, dilations L and R is the sum over all p, k and i with
//     p s + k R - low = i L
// of x[i] w[k] at y[p]. Its derivatives are sums over the same triples, so each is a convolution again: the one that has
// the stride of the axis that it walks, and the dilations of the others. Padding comes from the same equation, and
// what the result's extent asks for at the far end.

/// The cotangent of a convolution's input, at i: `p s = i L + k R - ((K - 1) R - low)` with the kernel flipped.
#[cfg_attr(not(target_family = "wasm"), track_caller)]
fn conv_input(windows: &[Window], x: &Tensor, w: &Tensor, ct: &Tensor) -> Tensor {
    let (inputs, kernels, results) = (x.shape(), w.shape(), ct.shape());
    let spatial = windows.len();
    let turned = (windows.iter().enumerate()).map(|(axis, window)| {
        let reach = (kernels[axis] as i64 - 1) * window.rhs_dilation as i64;
        let input = (inputs[axis + 1] as i64 - 1) * window.lhs_dilation as i64;
        let result = (results[axis + 1] as i64 - 1) * window.stride as i64;
        let low = window.padding.0;
        Window {
            stride: window.lhs_dilation,
            padding: (reach - low, input - result + low),
            lhs_dilation: window.stride,
            rhs_dilation: window.rhs_dilation,
        }
    });
    let turned: Vec<Window> = turned.collect();
    let flipped = w.flip(&(0..spatial).collect::<Vec<_>>());
    let mut order: Vec<usize> = (0..spatial).collect();
    order.extend([spatial + 1, spatial]);
    ct.conv(&flipped.permute(&order), &turned)
}

/// The cotangent of a convolution's kernel, at k. Either the input is walked with the cotangent as the kernel, or, where
/// the input is dilated, the cotangent with the input as the kernel, both flipped: `p s = i L + k R - low'` then.
#[cfg_attr(not(target_family = "wasm"), track_caller)]
fn conv_kernel(windows: &[Window], x: &Tensor, w: &Tensor, ct: &Tensor) -> Tensor {
    let (inputs, kernels, results) = (x.shape(), w.shape(), ct.shape());
    let spatial = windows.len();
    let dilated = windows.iter().any(|w| w.lhs_dilation > 1);
    let exchange = dilated && windows.iter().all(|w| w.stride == 1);
    let turned = (windows.iter().enumerate()).map(|(axis, window)| {
        let reach = (kernels[axis] as i64 - 1) * window.rhs_dilation as i64;
        let input = (inputs[axis + 1] as i64 - 1) * window.lhs_dilation as i64;
        let result = (results[axis + 1] as i64 - 1) * window.stride as i64;
        let low = window.padding.0;
        let (padding, lhs_dilation, rhs_dilation) = match exchange {
            false => {
                let high = reach + result - input - low;
                ((low, high), window.lhs_dilation, window.stride)
            }
            true => {
                let low = input - result + low;
                (
                    (low, reach - window.padding.0),
                    window.stride,
                    window.lhs_dilation,
                )
            }
        };
        Window {
            stride: window.rhs_dilation,
            padding,
            lhs_dilation,
            rhs_dilation,
        }
    });
    let turned: Vec<Window> = turned.collect();
    // Channels take the place of the batch, and the batch that of the contracted channels.
    let channels_first: Vec<usize> = std::iter::once(spatial + 1)
        .chain(1..=spatial)
        .chain([0])
        .collect();
    let batch_inside: Vec<usize> = (1..=spatial).chain([0, spatial + 1]).collect();
    let axes: Vec<usize> = (1..=spatial).collect();
    match exchange {
        false => {
            let lhs = x.permute(&channels_first);
            let gradient = lhs.conv(&ct.permute(&batch_inside), &turned); // [c, kernel.., o]
            let order: Vec<usize> = (1..=spatial).chain([0, spatial + 1]).collect();
            gradient.permute(&order)
        }
        true => {
            let lhs = ct.flip(&axes).permute(&channels_first);
            let gradient = lhs.conv(&x.flip(&axes).permute(&batch_inside), &turned); // [o, kernel.., c]
            let order: Vec<usize> = (1..=spatial).chain([spatial + 1, 0]).collect();
            gradient.permute(&order)
        }
    }
}
