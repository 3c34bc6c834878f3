//! Convolutions that no kernel computes as they are, in terms of others: the same values, before anything is planned.
//!
//! Where a dilated input has no affine phases (see [`contraction`](super::contraction)), a larger result that has them is
//! computed and cut; where stride or kernel dilation stand in the way as well, the zeros are written out.

use std::borrow::Cow;

use super::contraction::phase;
use crate::node::{Node, NodeId};
use crate::op::{Op, Window};
use crate::program::Program;

/// A program without convolutions that have no phases.
pub(super) fn expand(program: &Program) -> Cow<'_, Program> {
    let has_phases = |node: &Node| {
        let Op::Conv(windows) = &node.op else {
            return true;
        };
        (windows.iter().zip(&node.shape[1..]))
            .all(|(window, &extent)| phase(window, extent).is_some())
    };
    if program.nodes.iter().all(has_phases) {
        return Cow::Borrowed(program);
    }
    let mut nodes: Vec<Node> = Vec::new();
    let mut moved: Vec<NodeId> = Vec::new();
    for node in &program.nodes {
        let mut node = node.clone();
        node.args.iter_mut().for_each(|arg| *arg = moved[*arg]);
        let id = if let Op::Conv(windows) = &node.op
            && !has_phases(&node)
        {
            expand_conv(&mut nodes, &node, windows.clone())
        } else {
            push(&mut nodes, node)
        };
        moved.push(id);
    }
    Cow::Owned(program.rewritten(nodes, &moved))
}

fn push(nodes: &mut Vec<Node>, node: Node) -> NodeId {
    nodes.push(node);
    nodes.len() - 1
}

/// Appends what computes `node`, and returns its last node.
fn expand_conv(nodes: &mut Vec<Node>, node: &Node, mut windows: Vec<Window>) -> NodeId {
    let mut input = node.args[0];
    let mut computed = node.shape.clone();
    let mut start = vec![0; node.shape.len()];
    for (axis, window) in windows.iter_mut().enumerate() {
        let axis = axis + 1;
        if phase(window, computed[axis]).is_some() {
            continue;
        }
        if window.stride == 1 && window.rhs_dilation == 1 {
            (start[axis], computed[axis]) = widen(window, node.shape[axis]);
        } else {
            input = dilate(nodes, input, axis, window.lhs_dilation);
            window.lhs_dilation = 1;
        }
    }
    let cut = computed != node.shape;
    let conv = push(
        nodes,
        Node {
            op: Op::Conv(windows),
            args: vec![input, node.args[1]],
            shape: computed,
            dtype: node.dtype,
        },
    );
    match cut {
        false => conv,
        true => push(
            nodes,
            Node {
                op: Op::Slice(start),
                args: vec![conv],
                shape: node.shape.clone(),
                dtype: node.dtype,
            },
        ),
    }
}

/// Pads a window until its phases are affine. Returns where the result proper starts, and the extent of the whole.
fn widen(window: &mut Window, result: usize) -> (usize, usize) {
    let dilation = window.lhs_dilation;
    let before = match dilation {
        2 => 0,
        _ => (-1 - window.padding.0).rem_euclid(dilation as i64) as usize,
    };
    let whole = (before + result).next_multiple_of(dilation);
    window.padding.0 += before as i64;
    window.padding.1 += (whole - before - result) as i64;
    (before, whole)
}

/// `dilation - 1` zeros between neighbours along `axis`: each element gets them behind it, and those behind the last
/// one are cut off.
fn dilate(nodes: &mut Vec<Node>, input: NodeId, axis: usize, dilation: usize) -> NodeId {
    let Node { shape, dtype, .. } = nodes[input].clone();
    let mut move_to = |op: Op, from: NodeId, shape: &[usize]| {
        let node = Node {
            op,
            args: vec![from],
            shape: shape.to_vec(),
            dtype,
        };
        push(nodes, node)
    };
    let mut apart = shape.clone();
    apart.insert(axis + 1, 1);
    let mut padding = vec![(0, 0); apart.len()];
    padding[axis + 1].1 = dilation - 1;
    let mut padded = apart.clone();
    padded[axis + 1] = dilation;
    let mut joined = shape.clone();
    joined[axis] *= dilation;
    let mut dilated = joined.clone();
    dilated[axis] -= dilation - 1;

    let id = move_to(Op::Reshape, input, &apart);
    let id = move_to(Op::Pad(padding), id, &padded);
    let id = move_to(Op::Reshape, id, &joined);
    move_to(Op::Slice(vec![0; joined.len()]), id, &dilated)
}
