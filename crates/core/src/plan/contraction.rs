//! Matrix products and convolutions as sums of products over a box: what axes there are, and where the factors lie.
//!
//! A convolution is `y[n, p, o] = sum over k, c of x[n, p s + k R - low, c] w[k, c, o]`, with zeros around x. Where the
//! input is dilated by L, only every L-th tap meets an element. With the result's coordinate written as `p = L q + r`
//! and the tap as `k = L j + t`, the phase r alone decides t, so r becomes an axis that both factors share, and only the
//! taps of a phase are visited: see [`phase`].

use super::kernel::{Affine, Bound, Role};
use crate::node::{Node, NodeId};
use crate::op::{Op, Window};

/// A factor of the products: which node, and where.
pub(super) struct Factor {
    pub(super) node: NodeId,
    pub(super) coordinates: Vec<Affine>,
    /// It is zero where one of these does not hold.
    pub(super) within: Vec<Bound>,
}

/// A matrix product or a convolution over its domain. Axes of extent 1 are there too: coalescing drops them later.
pub(super) struct Contraction {
    pub(super) domain: Vec<usize>,
    pub(super) roles: Vec<Role>,
    /// The axes of the result: extent and coordinate.
    pub(super) output: Vec<(usize, Affine)>,
    pub(super) a: Factor,
    pub(super) b: Factor,
}

impl Contraction {
    /// Of the node `id`.
    pub(super) fn of(nodes: &[Node], id: NodeId) -> Self {
        let shape = |arg: usize| nodes[nodes[id].args[arg]].shape.as_slice();
        match &nodes[id].op {
            Op::MatMul => matmul(&nodes[id], shape(0)),
            Op::Conv(windows) => conv(&nodes[id], windows, shape(0), shape(1)),
            op => unreachable!("{op:?} is no sum of products"),
        }
    }
}

fn matmul(node: &Node, a: &[usize]) -> Contraction {
    let rank = node.shape.len();
    let mut domain = node.shape.clone();
    domain.push(a[rank - 1]);
    let mut roles = vec![Role::Batch; rank - 2];
    roles.extend([Role::M, Role::N, Role::K]);
    let axis = |axis: usize| Affine::axis(rank + 1, axis);
    let with_k = |place: usize| -> Vec<Affine> {
        (0..rank)
            .map(|i| axis(if i == place { rank } else { i }))
            .collect()
    };
    let factor = |arg: usize, place: usize| Factor {
        node: node.args[arg],
        coordinates: with_k(place),
        within: vec![],
    };
    let output = (0..rank).map(|i| (node.shape[i], axis(i))).collect();
    let (a, b) = (factor(0, rank - 1), factor(1, rank - 2));
    finish(domain, roles, output, a, b)
}

/// Constants for the coordinates along axes of extent 1, so that equal points are equal expressions.
fn finish(
    domain: Vec<usize>,
    roles: Vec<Role>,
    mut output: Vec<(usize, Affine)>,
    mut a: Factor,
    mut b: Factor,
) -> Contraction {
    let outputs = output.iter_mut().map(|(_, affine)| affine);
    let factors = [&mut a, &mut b].into_iter().flat_map(|f| {
        let bounds = f.within.iter_mut().map(|bound| &mut bound.expr);
        f.coordinates.iter_mut().chain(bounds)
    });
    for affine in outputs.chain(factors) {
        for (stride, &extent) in affine.strides.iter_mut().zip(&domain) {
            if extent == 1 {
                *stride = 0;
            }
        }
    }
    Contraction {
        domain,
        roles,
        output,
        a,
        b,
    }
}

fn conv(node: &Node, windows: &[Window], x: &[usize], w: &[usize]) -> Contraction {
    let spatial = windows.len();
    let phases: Vec<Phase> = (0..spatial)
        .map(|axis| {
            let result = node.shape[axis + 1];
            phase(&windows[axis], result).expect("dilations that have no phases were expanded")
        })
        .collect();
    // Phases, then n and p, then o, then k and c.
    let rank = 3 * spatial + 3;
    let (r, n, p, o) = (0, spatial, spatial + 1, 2 * spatial + 1);
    let (k, c) = (2 * spatial + 2, 3 * spatial + 2);
    let mut domain = vec![1; rank];
    let mut roles = vec![Role::Batch; rank];
    let mut set = |axis: usize, extent: usize, role: Role| {
        domain[axis] = extent;
        roles[axis] = role;
    };
    set(n, x[0], Role::M);
    set(o, w[spatial + 1], Role::N);
    set(c, w[spatial], Role::K);
    for axis in 0..spatial {
        let count = phases[axis].count;
        set(r + axis, count, Role::Batch);
        set(p + axis, node.shape[axis + 1] / count, Role::M);
        set(k + axis, w[axis].div_ceil(count), Role::K);
    }
    let axis = |axis: usize| Affine::axis(rank, axis);
    let mut output = vec![(x[0], axis(n))];
    let mut factors = [
        Factor {
            node: node.args[0],
            coordinates: vec![axis(n)],
            within: vec![],
        },
        Factor {
            node: node.args[1],
            coordinates: vec![],
            within: vec![],
        },
    ];
    for (i, window) in windows.iter().enumerate() {
        let phase = &phases[i];
        let count = phase.count as i64;
        let result = axis(r + i).plus(&axis(p + i), count);
        output.push((node.shape[i + 1], result));
        let tap = axis(r + i)
            .scaled(phase.tap.1)
            .plus(&axis(k + i), count)
            .shifted(phase.tap.0);
        // (p s + k R - low) / L
        let place = axis(p + i)
            .scaled(window.stride as i64)
            .plus(&axis(k + i), window.rhs_dilation as i64)
            .plus(&axis(r + i), phase.place.1)
            .shifted(phase.place.0);
        let mut add = |factor: usize, coordinate: Affine, extent: usize| {
            let bound = Bound {
                expr: coordinate.clone(),
                low: 0,
                high: extent as i64,
            };
            factors[factor].within.push(bound);
            factors[factor].coordinates.push(coordinate);
        };
        add(0, place, x[i + 1]);
        add(1, tap, w[i]);
    }
    output.push((w[spatial + 1], axis(o)));
    let [mut a, mut b] = factors;
    a.coordinates.push(axis(c));
    b.coordinates.extend([axis(c), axis(o)]);
    for factor in [&mut a, &mut b] {
        factor.within.retain(|bound| {
            let (least, largest) = bound.expr.range(&domain);
            least < bound.low || largest >= bound.high
        });
    }
    finish(domain, roles, output, a, b)
}

/// How the phase r of a result's coordinate `p = L q + r` chooses taps `k = L j + t` and inputs `i = q + j + (r + t -
/// low) / L`.
pub(super) struct Phase {
    /// L, the number of phases.
    count: usize,
    /// t as offset and slope in r.
    tap: (i64, i64),
    /// The input's coordinate at `q = j = 0`, likewise.
    place: (i64, i64),
}

/// The phases of a spatial axis where they are affine: `t` is `(low - r) mod L`, which is so for two phases and for any
/// number of them whose last one starts at tap 0. `None` also where a phase would have results past the end, or where
/// the stride or the kernel's own dilation interferes.
pub(super) fn phase(window: &Window, result: usize) -> Option<Phase> {
    let (low, dilation) = (window.padding.0, window.lhs_dilation as i64);
    if dilation == 1 {
        return Some(Phase {
            count: 1,
            tap: (0, 0),
            place: (-low, 0),
        });
    }
    if window.stride != 1 || window.rhs_dilation != 1 || !result.is_multiple_of(window.lhs_dilation)
    {
        return None;
    }
    let first = low.rem_euclid(dilation);
    let slope = match () {
        () if first == dilation - 1 => -1,
        () if dilation == 2 => 1,
        () => return None,
    };
    Some(Phase {
        count: window.lhs_dilation,
        tap: (first, slope),
        place: ((first - low) / dilation, (1 + slope) / dilation),
    })
}
