//! The peers' benchmark: the same initial numbers on every library that is compared.

use crate::layer::Order;

/// The numbers that every library starts from in the peers' benchmark: a hash of the index, uniform in
/// `[-scale, scale)`.
pub fn numbers(seed: u32, len: usize, scale: f64) -> Vec<f32> {
    let salt = seed.wrapping_mul(0x7feb_352d);
    (1..=len as u32)
        .map(|i| {
            let mut h = i.wrapping_mul(0x9e37_79b1) ^ salt;
            h = (h ^ (h >> 16)).wrapping_mul(0x21f0_aaad);
            h = (h ^ (h >> 15)).wrapping_mul(0x735a_2d97);
            h ^= h >> 15;
            ((f64::from(h) / 2_147_483_648.0 - 1.0) * scale) as f32
        })
        .collect()
}

/// Puts `numbers`, in the order of the benchmark, into a weight of extents `shape`.
pub(super) fn arrange(weight: &mut [f32], numbers: &[f32], order: &Order, shape: &[usize]) {
    // Our axes, each with its place among the benchmark's.
    let (extents, places): (Vec<usize>, Vec<usize>) = match order {
        Order::Dense { inputs, outputs } => {
            let places = |shape: &[usize]| match shape.len() {
                3 => vec![1, 2, 0],
                _ => (0..shape.len()).collect(),
            };
            let after = |place: usize| place + inputs.len();
            let outputs_at = places(outputs).into_iter().map(after);
            (
                [inputs.as_slice(), outputs].concat(),
                places(inputs).into_iter().chain(outputs_at).collect(),
            )
        }
        Order::Conv => (shape.to_vec(), vec![2, 3, 1, 0]),
        Order::ConvTranspose => (shape.to_vec(), vec![2, 3, 0, 1]),
    };
    let stride = |axis: usize| -> usize {
        let later = (0..places.len()).filter(|&other| places[other] > places[axis]);
        later.map(|other| extents[other]).product()
    };
    let strides: Vec<usize> = (0..places.len()).map(stride).collect();
    let turned = |axis: usize| *order == Order::ConvTranspose && axis < 2;
    for (i, w) in weight.iter_mut().enumerate() {
        let (mut rest, mut at) = (i, 0);
        for axis in (0..places.len()).rev() {
            let (extent, mut coordinate) = (extents[axis], rest % extents[axis]);
            rest /= extent;
            if turned(axis) {
                coordinate = extent - 1 - coordinate;
            }
            at += coordinate * strides[axis];
        }
        *w = numbers[at];
    }
}
