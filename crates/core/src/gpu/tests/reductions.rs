use super::harness::*;
use crate::dtype::DType;
use crate::op::{Binary, Reducer};
use crate::plan::kernel::{Accumulator, Kernel, Kind};

/// The sum of squares and the largest element, over the flagged axes of a contiguous box.
fn moments(domain: &[usize], reduced: &[bool]) -> (Kernel, Vec<(DType, Vec<u8>)>) {
    let mut prologue = Code::default();
    let x = prologue.load(0, affine(0, &contiguous(domain)), vec![]);
    let square = prologue.binary(Binary::Mul, x, x);
    let accumulators = vec![
        Accumulator {
            reducer: Reducer::Sum,
            value: square,
        },
        Accumulator {
            reducer: Reducer::Max,
            value: x,
        },
    ];
    let outer: Vec<usize> = (0..domain.len()).filter(|&i| !reduced[i]).collect();
    let extents: Vec<usize> = outer.iter().map(|&i| domain[i]).collect();
    let mut strides = vec![0; domain.len()];
    for (&axis, stride) in outer.iter().zip(contiguous(&extents)) {
        strides[axis] = stride;
    }
    let outputs: usize = extents.iter().product();
    let mut body = Code::default();
    let sum = body.accumulator(0);
    let largest = body.accumulator(1);
    let scale = body.load(1, affine(0, &strides), vec![]);
    let scaled = body.binary(Binary::Mul, sum, scale);
    let stores = vec![
        store(2, affine(0, &strides), scaled),
        store(2, affine(outputs as i64, &strides), largest),
    ];
    let kind = Kind::Reduce {
        reduced: reduced.to_vec(),
        prologue: prologue.0,
        accumulators,
    };
    let k = kernel(domain, kind, body, 2, stores);
    let mut numbers = Numbers::new(domain.len() as u64);
    let count = domain.iter().product();
    let buffers = vec![
        (DType::F32, numbers.floats(count)),
        (DType::F32, numbers.floats(outputs)),
        (DType::F32, vec![0; 8 * outputs]),
    ];
    (k, buffers)
}

#[test]
fn over_any_axes() {
    let device = device();
    for (domain, reduced) in [
        (vec![1000], vec![true]),
        (vec![1003], vec![true]),
        (vec![7], vec![false]),
        (vec![64, 128], vec![true, false]),
        (vec![64, 128], vec![false, true]),
        (vec![33, 7], vec![true, false]),
        (vec![33, 7], vec![false, true]),
        (vec![4, 3, 5, 8], vec![true, false, true, true]),
        (vec![4, 3, 5, 7], vec![true, false, true, true]),
        (vec![3, 4, 8], vec![false, true, false]),
        (vec![2, 3, 130, 2], vec![false, true, false, true]),
        (vec![3000, 4], vec![false, true]),
        (vec![2, 3000], vec![true, false]),
    ] {
        let (k, buffers) = moments(&domain, &reduced);
        check_on(&device, &k, &buffers, 1e-5);
    }
}

#[test]
fn through_a_transposed_and_padded_view() {
    for (rows, columns) in [(8, 12), (9, 5)] {
        let (r, c) = (rows as i64, columns as i64);
        let mut prologue = Code::default();
        let x = prologue.load(0, affine(-2 * r, &[1, r]), vec![bound(&[0, 1], 0, 2, c)]);
        let kind = Kind::Reduce {
            reduced: vec![false, true],
            prologue: prologue.0,
            accumulators: vec![Accumulator {
                reducer: Reducer::Max,
                value: x,
            }],
        };
        let mut body = Code::default();
        let largest = body.accumulator(0);
        let k = kernel(
            &[rows, columns],
            kind,
            body,
            1,
            vec![store(1, affine(0, &[1, 0]), largest)],
        );
        let x = (DType::F32, Numbers::new(3).floats(rows * (columns - 2)));
        check(&k, &[x, (DType::F32, vec![0; 4 * rows])], 1e-6);
    }
}

/// llvmpipe gives a loop 65,535 passes.
#[test]
fn over_millions_of_elements() {
    let device = device();
    for len in [3_000_001, 4_000_000] {
        let (k, buffers) = moments(&[len], &[true]);
        check_on(&device, &k, &buffers, 1e-5);
    }
}
