use super::harness::*;
use crate::dtype::DType;
use crate::op::Binary;
use crate::plan::kernel::{Kernel, Kind, Operand, Role};
use crate::wgsl::{AdapterClass, ContractTuning, ShapeClass, Tuned, Tuning};

/// Strides on (own axis, K) of a matrix of `own` by `k`, stored either way round.
fn strides(own: usize, k: usize, transposed: bool) -> [i64; 2] {
    if transposed {
        [1, own as i64]
    } else {
        [k as i64, 1]
    }
}

fn buffers(sizes: &[usize]) -> Vec<(DType, Vec<u8>)> {
    let mut numbers = Numbers::new(sizes.len() as u64);
    sizes
        .iter()
        .map(|&len| (DType::F32, numbers.floats(len)))
        .collect()
}

#[test]
fn every_transposition_at_odd_and_even_sizes() {
    let device = device();
    for [m, n, k] in [
        [16, 16, 16],
        [64, 64, 32],
        [33, 20, 17],
        [5, 7, 3],
        [12, 3, 8],
        [3, 40, 25],
        [128, 36, 2],
        [70, 130, 1],
        [9, 9, 100],
    ] {
        for (ta, tb) in [(false, false), (false, true), (true, false), (true, true)] {
            let k_ = matmul([m, n, k], strides(m, k, ta), strides(n, k, tb), 2, |code| {
                code.accumulator(0)
            });
            check_on(&device, &k_, &buffers(&[m * k, n * k, m * n]), 1e-5);
        }
    }
}

#[test]
fn skinny_ones_are_reductions() {
    let device = device();
    for [m, n, k] in [
        [64, 1, 96],
        [1, 64, 96],
        [50, 2, 7],
        [2, 30, 40],
        [1, 1, 1000],
        [100, 1, 1],
    ] {
        for (ta, tb) in [(false, false), (true, true)] {
            let k_ = matmul([m, n, k], strides(m, k, ta), strides(n, k, tb), 2, |code| {
                code.accumulator(0)
            });
            check_on(&device, &k_, &buffers(&[m * k, n * k, m * n]), 1e-5);
        }
    }
}

#[test]
fn an_epilogue_adds_a_bias_and_rectifies() {
    for [m, n, k] in [[20, 24, 12], [20, 23, 12]] {
        let k_ = matmul(
            [m, n, k],
            strides(m, k, false),
            strides(n, k, true),
            3,
            |code| {
                let sum = code.accumulator(0);
                let bias = code.load(2, affine(0, &[0, 1, 0]), vec![]);
                let sum = code.binary(Binary::Add, sum, bias);
                let slope = code.float(0.2);
                let leak = code.binary(Binary::Mul, sum, slope);
                code.binary(Binary::Max, sum, leak)
            },
        );
        check(&k_, &buffers(&[m * k, n * k, n, m * n]), 1e-5);
    }
}

#[test]
fn the_result_may_be_stored_transposed() {
    let [m, n, k] = [24, 10, 9];
    let mut k_ = matmul(
        [m, n, k],
        strides(m, k, false),
        strides(n, k, false),
        2,
        |code| code.accumulator(0),
    );
    k_.stores[0].index = affine(0, &[1, m as i64, 0]);
    check(&k_, &buffers(&[m * k, n * k, m * n]), 1e-5);
}

/// Operands that are computed, and axes of every role.
#[test]
fn prologues_and_batches() {
    for [batch, m, n, k0, k1] in [[3, 8, 12, 2, 4], [2, 5, 6, 3, 3]] {
        let (mi, ni, ki) = (m as i64, n as i64, (k0 * k1) as i64);
        let mut left = Code::default();
        let x = left.load(0, affine(0, &[mi * ki, ki, 0, k1 as i64, 1]), vec![]);
        let y = left.load(0, affine(0, &[0, 0, 0, 0, 1]), vec![]);
        let a = left.binary(Binary::Max, x, y);
        let mut right = Code::default();
        let inside = vec![bound(&[0, 0, 0, 0, 1], 0, 1, k1 as i64)];
        let x = right.load(1, affine(0, &[ni * ki, 0, 1, ni * k1 as i64, ni]), inside);
        let half = right.float(0.5);
        let b = right.binary(Binary::Mul, x, half);
        let kind = Kind::Contract {
            roles: vec![Role::Batch, Role::M, Role::N, Role::K, Role::K],
            a: Operand {
                body: left.0,
                value: a,
            },
            b: Operand {
                body: right.0,
                value: b,
            },
        };
        let mut body = Code::default();
        let sum = body.accumulator(0);
        let stores = vec![store(2, affine(0, &[mi * ni, ni, 1, 0, 0]), sum)];
        let kernel = kernel(&[batch, m, n, k0, k1], kind, body, 2, stores);
        let k = k0 * k1;
        check(
            &kernel,
            &buffers(&[batch * m * k, batch * n * k, batch * m * n]),
            1e-5,
        );
    }
}

/// A 3x3 convolution with padding 1 and a stride, as one contraction: images in NCHW or NHWC.
fn convolution(channels_last: bool, stride: usize) -> (Kernel, Vec<(DType, Vec<u8>)>) {
    let (images, channels, filters, size, taps) = (2, 4, 8, 8, 3);
    let out = size / stride;
    let domain = [images, out, out, filters, channels, taps, taps];
    let c = |x: usize| x as i64;
    let (s, f) = (c(stride), c(filters));
    let x = if channels_last {
        [
            c(size * size * channels),
            c(size * channels),
            c(channels),
            1,
        ]
    } else {
        [c(channels * size * size), c(size), 1, c(size * size)]
    };
    let mut image = Code::default();
    let inside = vec![
        bound(&[0, s, 0, 0, 0, 1, 0], -1, 0, c(size)),
        bound(&[0, 0, s, 0, 0, 0, 1], -1, 0, c(size)),
    ];
    let index = affine(
        -x[1] - x[2],
        &[x[0], s * x[1], s * x[2], 0, x[3], x[1], x[2]],
    );
    let a = image.load(0, index, inside);
    let mut filter = Code::default();
    // Filters are the last axis, so that they load as vectors.
    let b = filter.load(
        1,
        affine(0, &[0, 0, 0, 1, c(taps * taps) * f, c(taps) * f, f]),
        vec![],
    );
    let kind = Kind::Contract {
        roles: vec![
            Role::M,
            Role::M,
            Role::M,
            Role::N,
            Role::K,
            Role::K,
            Role::K,
        ],
        a: Operand {
            body: image.0,
            value: a,
        },
        b: Operand {
            body: filter.0,
            value: b,
        },
    };
    let o = c(out);
    let to = if channels_last {
        [o * o * f, o * f, f, 1]
    } else {
        [f * o * o, o, 1, o * o]
    };
    let mut body = Code::default();
    let sum = body.accumulator(0);
    let stores = vec![store(
        2,
        affine(0, &[to[0], to[1], to[2], to[3], 0, 0, 0]),
        sum,
    )];
    let sizes = [
        images * channels * size * size,
        filters * channels * taps * taps,
        images * filters * out * out,
    ];
    (kernel(&domain, kind, body, 2, stores), buffers(&sizes))
}

#[test]
fn convolutions_are_contractions() {
    let device = device();
    for channels_last in [false, true] {
        for stride in [1, 2] {
            let (kernel, buffers) = convolution(channels_last, stride);
            check_on(&device, &kernel, &buffers, 1e-5);
        }
    }
}

/// Longer than llvmpipe, whose shape it has, goes on in one invocation.
#[test]
fn a_long_contraction() {
    let [m, n, k] = [8, 12, 300_001];
    let k_ = matmul(
        [m, n, k],
        strides(m, k, true),
        strides(n, k, true),
        2,
        |code| code.accumulator(0),
    );
    let buffers = buffers(&[m * k, n * k, m * n]);
    check_tuned(&device(), &k_, &buffers, 1e-3, Tuning::llvmpipe());
}

/// Whatever a tuner may choose, on sizes that fill tiles and on some that do not, and with operands stored either way.
#[test]
fn every_tile_computes_the_same() {
    let device = device();
    for class in AdapterClass::ALL {
        for contract in ContractTuning::candidates(class) {
            let tuning = Tuning {
                contract,
                parallelism: 1,
                ..Tuning::of(class)
            };
            let sizes = [
                ([64, 64, 36], false),
                ([41, 37, 70], true),
                // Four tiles side by side in either direction, and some that quads are filled up with.
                ([41, 150, 72], true),
                ([150, 41, 8], false),
            ];
            for ([m, n, k], transposed) in sizes {
                let k_ = matmul(
                    [m, n, k],
                    strides(m, k, transposed),
                    strides(n, k, !transposed),
                    2,
                    |code| code.accumulator(0),
                );
                let buffers = buffers(&[m * k, n * k, m * n]);
                check_tuned(&device, &k_, &buffers, 1e-5, tuning.clone());
            }
        }
    }
}

#[test]
fn what_was_measured_on_another_adapter_is_left_alone() {
    let mut device = device();
    let shape = ShapeClass::of(64, 100, 7);
    let built_in = device.tuning().tile(shape);
    let other = ContractTuning::Registers {
        rows: 4,
        vectors: 1,
        workgroup: 16,
    };
    let mut tuned = Tuned {
        adapter: "another".into(),
        tiles: vec![(shape, other)],
    };
    device.tune(&tuned);
    assert_eq!(device.tuning().tile(shape), built_in);
    tuned.adapter.clone_from(&device.info().name);
    device.tune(&tuned);
    assert_eq!(device.tuning().tile(ShapeClass::of(50, 128, 8)), other);
    assert_eq!(device.tuning().tile(ShapeClass::of(64, 129, 8)), built_in);
}
