//! Looks at the limits of a load once, when it is compiled, instead of at every lane of every chunk.
//!
//! The padding of a convolution depends on where in the image a lane is and on the filter's tap, but neither on the
//! channel nor on the image: all channels and images share one list for each tap.

use ganlet_loops::nest::Nest;
use ganlet_loops::operation::{Limit, Resolved};

use super::address::Interned;
use super::nest::values;
use super::space::Space;

/// The most elements that a list may have: 1 MiB.
const LARGEST: usize = 1 << 18;

/// Added to any address it leads out of any buffer.
const OUTSIDE: u32 = 1 << 31;

/// The list for a load, if it is short, and if the limits do not depend on where a block of the domain starts.
pub(crate) fn resolve(
    space: Space<'_>,
    nest: &Nest,
    addresses: &mut Interned,
    address: usize,
    limits: &[Limit],
) -> Option<Resolved> {
    let matters = |limit: &Limit, l: usize| addresses.stride(l, limit.address) != 0;
    let moves = |axis: usize| space.domain[axis] != space.full[axis];
    let fixed = |limit: &Limit| {
        (0..space.domain.len())
            .all(|axis| !moves(axis) || addresses.shift(axis, limit.address) == 0)
    };
    if !limits.iter().all(fixed) {
        return None;
    }
    let lanes = nest.lanes();
    let (mut weights, mut turns) = (vec![0; nest.loops.len()], 1);
    for (l, weight) in weights.iter_mut().enumerate().rev() {
        if limits.iter().any(|limit| matters(limit, l)) {
            *weight = (turns * lanes) as i64;
            turns *= nest.loops[l].extent;
        }
    }
    if turns * lanes > LARGEST {
        return None;
    }
    let relative = values(addresses.pattern(address), lanes);
    let along: Vec<Vec<i64>> = limits
        .iter()
        .map(|limit| values(addresses.pattern(limit.address), lanes))
        .collect();
    let mut elements = Vec::with_capacity(turns * lanes);
    for turn in 0..turns {
        let base = |limit: &Limit| {
            let turned = weights
                .iter()
                .enumerate()
                .filter(|(_, weight)| **weight > 0)
                .map(|(l, &weight)| {
                    let turn = turn / (weight as usize / lanes) % nest.loops[l].extent;
                    addresses.stride(l, limit.address) * turn as i64
                });
            addresses.offset(limit.address) + turned.sum::<i64>()
        };
        let bases: Vec<i64> = limits.iter().map(base).collect();
        elements.extend((0..lanes).map(|lane| {
            let mut each = limits.iter().zip(&bases).zip(&along);
            let inside =
                each.all(|((limit, base), along)| (0..limit.span).contains(&(base + along[lane])));
            if inside {
                relative[lane] as u32
            } else {
                OUTSIDE
            }
        }));
    }
    let selector = addresses.selector(nest, &weights);
    Some(Resolved {
        selector,
        elements: elements.into(),
    })
}
