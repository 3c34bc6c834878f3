//! Kernels drawn at random, to find what nobody thought of.

use super::harness::*;
use crate::dtype::DType;
use crate::op::{Binary, Reducer, Unary};
use crate::plan::kernel::{Accumulator, Affine, Bound, Kernel, Kind, Operand, Role};

/// A view of the given axes of a fresh buffer: permuted, broadcast, flipped, padded, offset. Gives its size too.
fn view(
    numbers: &mut Numbers,
    domain: &[usize],
    allowed: impl Fn(usize) -> bool,
) -> (Affine, Vec<Bound>, usize) {
    let mut axes: Vec<usize> = (0..domain.len()).filter(|&axis| allowed(axis)).collect();
    if numbers.below(2) == 0 {
        for i in (1..axes.len()).rev() {
            axes.swap(i, numbers.below(i + 1));
        }
    }
    let mut index = affine(0, &vec![0; domain.len()]);
    let mut bounds = Vec::new();
    let mut size = 1;
    for &axis in axes.iter().rev() {
        let extent = domain[axis];
        match numbers.below(8) {
            0 => {}
            1 => {
                index.strides[axis] = -size;
                index.offset += size * (extent as i64 - 1);
                size *= extent as i64;
            }
            2 if extent > 2 => {
                let before = 1 + numbers.below(2.min(extent - 2)) as i64;
                let inside = (extent as i64 - before - numbers.below(2) as i64).max(1);
                index.strides[axis] = size;
                index.offset -= size * before;
                let mut strides = vec![0; domain.len()];
                strides[axis] = 1;
                bounds.push(bound(&strides, -before, 0, inside));
                size *= inside;
            }
            _ => {
                index.strides[axis] = size;
                size *= extent as i64;
            }
        }
    }
    let shift = numbers.below(3) as i64 * 2;
    index.offset += shift;
    (index, bounds, (size + shift) as usize)
}

/// A body of a few loads and functions; fills `sizes` with the buffers that it reads.
fn body(
    numbers: &mut Numbers,
    code: &mut Code,
    domain: &[usize],
    sizes: &mut Vec<usize>,
    allowed: impl Fn(usize) -> bool + Copy,
) -> usize {
    let mut value = None;
    for _ in 0..1 + numbers.below(2) {
        let (index, bounds, size) = view(numbers, domain, allowed);
        let loaded = code.load(sizes.len(), index, bounds);
        sizes.push(size);
        let loaded = match numbers.below(4) {
            0 => code.unary(Unary::Neg, loaded),
            1 => code.binary(Binary::Mul, loaded, loaded),
            _ => loaded,
        };
        value = Some(match value {
            None => loaded,
            Some(other) => {
                let op = [Binary::Add, Binary::Mul, Binary::Max][numbers.below(3)];
                code.binary(op, other, loaded)
            }
        });
    }
    value.unwrap_or(0)
}

fn domain(numbers: &mut Numbers, rank: usize) -> Vec<usize> {
    (0..rank)
        .map(|_| [1, 2, 3, 4, 5, 8, 12, 16][numbers.below(8)])
        .collect()
}

fn run(
    device: &crate::gpu::Device,
    numbers: &mut Numbers,
    kernel: &Kernel,
    sizes: &[usize],
    outputs: usize,
) {
    let mut buffers: Vec<_> = sizes
        .iter()
        .map(|&len| (DType::F32, numbers.floats(len)))
        .collect();
    buffers.push((DType::F32, numbers.floats(outputs)));
    check_on(device, kernel, &buffers, 2e-4);
}

/// Strides of a contiguous result over the axes that stay.
fn result(domain: &[usize], stays: impl Fn(usize) -> bool) -> (Vec<i64>, usize) {
    let extents: Vec<usize> = domain
        .iter()
        .enumerate()
        .map(|(i, &e)| if stays(i) { e } else { 1 })
        .collect();
    let strides = contiguous(&extents)
        .into_iter()
        .enumerate()
        .map(|(i, s)| if stays(i) { s } else { 0 });
    (strides.collect(), extents.iter().product())
}

#[test]
fn pointwise_kernels() {
    let device = device();
    for seed in 0..60 {
        let mut numbers = Numbers::new(seed);
        let rank = 1 + numbers.below(4);
        let domain = domain(&mut numbers, rank);
        let (mut sizes, mut code) = (Vec::new(), Code::default());
        let value = body(&mut numbers, &mut code, &domain, &mut sizes, |_| true);
        let (strides, outputs) = result(&domain, |_| true);
        let stores = vec![store(sizes.len(), affine(0, &strides), value)];
        let k = kernel(&domain, Kind::Pointwise, code, sizes.len(), stores);
        run(&device, &mut numbers, &k, &sizes, outputs);
    }
}

#[test]
fn reductions() {
    let device = device();
    for seed in 100..160 {
        let mut numbers = Numbers::new(seed);
        let rank = 1 + numbers.below(4);
        let domain = domain(&mut numbers, rank);
        let reduced: Vec<bool> = domain.iter().map(|_| numbers.below(2) == 0).collect();
        let (mut sizes, mut prologue, mut code) = (Vec::new(), Code::default(), Code::default());
        let value = body(&mut numbers, &mut prologue, &domain, &mut sizes, |_| true);
        let reducer = [Reducer::Sum, Reducer::Max][numbers.below(2)];
        let total = code.accumulator(0);
        let extra = body(&mut numbers, &mut code, &domain, &mut sizes, |axis| {
            !reduced[axis]
        });
        let value_out = code.binary(Binary::Add, total, extra);
        let (strides, outputs) = result(&domain, |axis| !reduced[axis]);
        let kind = Kind::Reduce {
            reduced,
            prologue: prologue.0,
            accumulators: vec![Accumulator { reducer, value }],
        };
        let stores = vec![store(sizes.len(), affine(0, &strides), value_out)];
        let k = kernel(&domain, kind, code, sizes.len(), stores);
        run(&device, &mut numbers, &k, &sizes, outputs);
    }
}

#[test]
fn contractions() {
    let device = device();
    for seed in 200..224 {
        let mut numbers = Numbers::new(seed);
        let rank = 3 + numbers.below(3);
        let domain = domain(&mut numbers, rank);
        let all = [Role::M, Role::N, Role::K, Role::Batch];
        let roles: Vec<Role> = (0..rank)
            .map(|i| if i < 3 { all[i] } else { all[numbers.below(4)] })
            .collect();
        let (mut sizes, mut left, mut right, mut code) = (
            Vec::new(),
            Code::default(),
            Code::default(),
            Code::default(),
        );
        let a = body(&mut numbers, &mut left, &domain, &mut sizes, |axis| {
            roles[axis] != Role::N
        });
        let b = body(&mut numbers, &mut right, &domain, &mut sizes, |axis| {
            roles[axis] != Role::M
        });
        let total = code.accumulator(0);
        let extra = body(&mut numbers, &mut code, &domain, &mut sizes, |axis| {
            roles[axis] != Role::K
        });
        let value = code.binary(Binary::Add, total, extra);
        let (strides, outputs) = result(&domain, |axis| roles[axis] != Role::K);
        let kind = Kind::Contract {
            roles,
            a: Operand {
                body: left.0,
                value: a,
            },
            b: Operand {
                body: right.0,
                value: b,
            },
        };
        let stores = vec![store(sizes.len(), affine(0, &strides), value)];
        let k = kernel(&domain, kind, code, sizes.len(), stores);
        run(&device, &mut numbers, &k, &sizes, outputs);
    }
}
