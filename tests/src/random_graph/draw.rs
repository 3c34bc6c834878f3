//! What choices are read as: numbers, axes and shapes, and tensors whose magnitude is known.

use ganlet_core::Tensor;

/// The largest magnitude that a tensor may have: sums of two of them are still exact in f32.
pub(super) const LIMIT: f64 = (1 << 22) as f64;

/// A tensor and the largest magnitude that its elements can have.
#[derive(Clone)]
pub(super) struct Bounded {
    pub(super) tensor: Tensor,
    pub(super) bound: f64,
}

/// Reads the numbers of one choice, then zeros.
pub(super) struct Numbers<'a>(pub(super) &'a [u16]);

impl Numbers<'_> {
    pub(super) fn next(&mut self) -> usize {
        match self.0.split_first() {
            Some((&first, rest)) => {
                self.0 = rest;
                first as usize
            }
            None => 0,
        }
    }

    pub(super) fn below(&mut self, end: usize) -> usize {
        self.next() % end
    }
}

/// Integers of magnitude at most 4 from any integers, by ways that different accuracies of `tanh` and division agree
/// on: their steps lie far from the values that integers give.
pub(super) fn squash(x: &Bounded, way: usize) -> Bounded {
    let tensor = match way % 3 {
        0 => (x.tensor.tanh() * 3.0 + 0.5).floor(),
        1 => {
            let small = x.tensor.clamp(-100.0, 100.0);
            ((small.square() + 1.0).recip() * 4.0 + 0.25).floor()
        }
        _ => x.tensor.clamp(-4.0, 3.0),
    };
    Bounded { tensor, bound: 4.0 }
}

/// The tensor itself where it keeps within `limit`, else squashed.
pub(super) fn tame(x: Bounded, limit: f64) -> Bounded {
    match x.bound <= limit {
        true => x,
        false => squash(&x, x.bound as usize),
    }
}

pub(super) fn subset(n: &mut Numbers<'_>, rank: usize) -> Vec<usize> {
    let mask = n.next();
    (0..rank).filter(|axis| mask >> axis & 1 == 1).collect()
}

pub(super) fn permutation(n: &mut Numbers<'_>, rank: usize) -> Vec<usize> {
    let mut order: Vec<usize> = (0..rank).collect();
    for i in (1..rank).rev() {
        order.swap(i, n.below(i + 1));
    }
    order
}

/// Another shape of as many elements: axes merged, split or of extent 1.
pub(super) fn reshaped(n: &mut Numbers<'_>, shape: &[usize]) -> Vec<usize> {
    let total: usize = shape.iter().product();
    match n.below(5) {
        0 => vec![total],
        1 => {
            // Split into as many factors as there are.
            let mut rest = total;
            let mut factors = Vec::new();
            for factor in [2, 3, 2, 5] {
                if rest.is_multiple_of(factor) && factors.len() < 3 {
                    factors.push(factor);
                    rest /= factor;
                }
            }
            factors.push(rest);
            let order = permutation(n, factors.len());
            order.iter().map(|&i| factors[i]).collect()
        }
        2 => {
            let mut longer = shape.to_vec();
            longer.insert(n.below(shape.len() + 1), 1);
            longer
        }
        3 => shape
            .iter()
            .copied()
            .filter(|&extent| extent != 1)
            .collect(),
        _ => {
            // Two neighbouring axes become one.
            if shape.len() < 2 {
                return vec![total];
            }
            let axis = n.below(shape.len() - 1);
            let mut merged = shape.to_vec();
            let next = merged.remove(axis + 1);
            merged[axis] *= next;
            merged
        }
    }
}
