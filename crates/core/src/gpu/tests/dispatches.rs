//! Kernels that share a dispatch.

use super::harness::*;
use crate::dtype::DType;
use crate::op::{Binary, Reducer, Unary};
use crate::plan::kernel::{Access, Accumulator, Kernel, Kind};

/// The kernel over these buffers of the test.
fn over(mut kernel: Kernel, buffers: &[usize]) -> Kernel {
    for (binding, &buffer) in kernel.bindings.iter_mut().zip(buffers) {
        binding.buffer = buffer;
    }
    kernel
}

/// Sums of the rows or columns of a matrix, `start` elements into the result.
fn sums([rows, columns]: [usize; 2], of_columns: bool, start: i64) -> Kernel {
    let mut prologue = Code::default();
    let x = prologue.load(0, affine(0, &[columns as i64, 1]), vec![]);
    let kind = Kind::Reduce {
        reduced: vec![of_columns, !of_columns],
        prologue: prologue.0,
        accumulators: vec![Accumulator {
            reducer: Reducer::Sum,
            value: x,
        }],
    };
    let mut body = Code::default();
    let sum = body.accumulator(0);
    let strides = [i64::from(!of_columns), i64::from(of_columns)];
    let stores = vec![store(1, affine(start, &strides), sum)];
    kernel(&[rows, columns], kind, body, 1, stores)
}

fn tanh(len: usize) -> Kernel {
    let mut body = Code::default();
    let x = body.load(0, affine(0, &[1]), vec![]);
    let y = body.unary(Unary::Tanh, x);
    kernel(
        &[len],
        Kind::Pointwise,
        body,
        1,
        vec![store(1, affine(0, &[1]), y)],
    )
}

fn floats(lengths: &[usize]) -> Vec<(DType, Vec<u8>)> {
    let mut numbers = Numbers::new(lengths.len() as u64);
    let filled = |&len: &usize| (DType::F32, numbers.floats(len));
    lengths.iter().map(filled).collect()
}

/// What a layer's backward pass does: two products that share a factor, and sums of that factor, into one buffer with the
/// first product.
#[test]
fn products_sums_and_elements_side_by_side() {
    let device = device();
    for [m, n, k] in [
        [64, 64, 96],
        [33, 20, 17],
        [8, 4, 100],
        [130, 70, 3],
        [2, 12, 40],
    ] {
        let product = |a, b| matmul([m, n, k], a, b, 2, |code| code.accumulator(0));
        let kernels = [
            over(product([k as i64, 1], [k as i64, 1]), &[0, 1, 2]),
            over(product([1, m as i64], [1, n as i64]), &[0, 1, 3]),
            over(sums([m, k], true, (m * n) as i64), &[0, 2]),
            over(tanh(n * k), &[1, 4]),
        ];
        let buffers = floats(&[m * k, n * k, m * n + k, m * n, n * k]);
        check_dispatch(&device, &kernels, &buffers, 1e-4);
    }
}

#[test]
fn sums_of_different_matrices_side_by_side() {
    let device = device();
    let kernels = [
        over(sums([64, 784], true, 0), &[0, 4]),
        over(sums([64, 37], true, 784), &[1, 4]),
        over(sums([5, 2000], false, 784 + 37), &[2, 4]),
        over(sums([3, 1], false, 784 + 37 + 5), &[3, 4]),
    ];
    let buffers = floats(&[64 * 784, 64 * 37, 5 * 2000, 3, 784 + 37 + 5 + 3]);
    check_dispatch(&device, &kernels, &buffers, 1e-4);
}

/// One reads and writes whole vectors of a buffer, of which another writes single elements.
#[test]
fn a_buffer_that_kernels_see_differently() {
    let mut body = Code::default();
    let x = body.load(1, affine(0, &[1]), vec![]);
    let twice = body.binary(Binary::Add, x, x);
    let doubled = Kernel {
        name: "doubled".into(),
        bindings: bindings(&[(Access::Read, DType::F32), (Access::ReadWrite, DType::F32)]),
        domain: vec![64],
        kind: Kind::Pointwise,
        body: body.0,
        stores: vec![store(1, affine(0, &[1]), twice)],
    };
    let mut body = Code::default();
    let x = body.load(0, affine(0, &[1]), vec![]);
    let odd = vec![store(1, affine(65, &[2]), x)];
    let scattered = kernel(&[31], Kind::Pointwise, body, 1, odd);
    check_dispatch(&device(), &[doubled, scattered], &floats(&[31, 126]), 0.0);
}
