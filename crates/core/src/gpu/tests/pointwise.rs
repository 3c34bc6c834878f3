use super::harness::*;
use crate::dtype::DType;
use crate::op::{Binary, Unary};
use crate::plan::kernel::{Access, Kernel, Kind};

fn floats(len: usize, seed: u64) -> (DType, Vec<u8>) {
    (DType::F32, Numbers::new(seed).floats(len))
}

fn zeros(dtype: DType, len: usize) -> (DType, Vec<u8>) {
    (dtype, vec![0; dtype.bytes(len)])
}

#[test]
fn transposed_padded_and_broadcast_views() {
    for (rows, columns) in [(4, 8), (3, 5), (6, 4), (17, 12)] {
        let (r, c) = (rows as i64, columns as i64);
        let mut code = Code::default();
        let transposed = code.load(0, affine(0, &[1, r]), vec![]);
        // A [rows - 2, columns - 3] matrix, padded by one row above, one below, two columns left and one right.
        let inside = vec![bound(&[1, 0], -1, 0, r - 2), bound(&[0, 1], -2, 0, c - 3)];
        let padded = code.load(1, affine(-(c - 3) - 2, &[c - 3, 1]), inside);
        let row = code.load(2, affine(0, &[0, 1]), vec![]);
        let column = code.load(2, affine(0, &[1, 0]), vec![]);
        let scalar = code.load(2, affine(1, &[0, 0]), vec![]);
        let flipped = code.load(0, affine(r * c - 1, &[-c, -1]), vec![]);
        let mut sum = transposed;
        for other in [padded, row, column, scalar, flipped] {
            sum = code.binary(Binary::Add, sum, other);
        }
        let stores = vec![store(3, affine(0, &[c, 1]), sum)];
        let k = kernel(&[rows, columns], Kind::Pointwise, code, 3, stores);
        let n = rows * columns;
        let buffers = [
            floats(n, 1),
            floats(n, 2),
            floats(rows.max(columns), 3),
            zeros(DType::F32, n),
        ];
        check(&k, &buffers, 1e-6);
    }
}

#[test]
fn a_point_and_more_points_than_one_axis_of_workgroups_takes() {
    let mut code = Code::default();
    let x = code.load(0, affine(0, &[]), vec![]);
    let k = kernel(
        &[],
        Kind::Pointwise,
        code,
        1,
        vec![store(1, affine(0, &[]), x)],
    );
    check(&k, &[floats(1, 1), zeros(DType::F32, 1)], 0.0);

    let n = 65_537 * 64;
    let mut code = Code::default();
    let x = code.coordinate(affine(3, &[1]));
    let k = Kernel {
        name: "count".into(),
        bindings: bindings(&[(Access::Write, DType::U32)]),
        domain: vec![n + 1],
        kind: Kind::Pointwise,
        body: code.0,
        stores: vec![store(0, affine(0, &[1]), x)],
    };
    check(&k, &[zeros(DType::U32, n + 1)], 0.0);
}

#[test]
fn every_function_with_extreme_arguments() {
    let values: Vec<f32> = vec![
        0.0, -0.0, 1.0, -1.0, 0.5, 1e-3, 3.0, -3.0, 20.0, -20.0, 100.0, -100.0, 1e-30, 7.25, -7.25,
        2.0, 1e4,
    ];
    for op in [
        Unary::Neg,
        Unary::Recip,
        Unary::Exp,
        Unary::Log,
        Unary::Sqrt,
        Unary::Tanh,
        Unary::Sin,
        Unary::Floor,
    ] {
        let values: Vec<f32> = values
            .iter()
            .copied()
            .filter(|&v| match op {
                Unary::Log | Unary::Sqrt => v > 0.0,
                Unary::Recip => v != 0.0,
                Unary::Sin => v.abs() < 10.0,
                Unary::Exp => v < 80.0,
                Unary::Neg | Unary::Tanh | Unary::Floor => true,
            })
            .collect();
        for len in [values.len() / 4 * 4, values.len()] {
            let mut code = Code::default();
            let x = code.load(0, affine(0, &[1]), vec![]);
            let y = code.unary(op, x);
            let k = kernel(
                &[len],
                Kind::Pointwise,
                code,
                1,
                vec![store(1, affine(0, &[1]), y)],
            );
            let bytes = values[..len].iter().flat_map(|v| v.to_le_bytes()).collect();
            check(&k, &[(DType::F32, bytes), zeros(DType::F32, len)], 2e-6);
        }
    }
}

#[test]
fn constants_without_a_literal() {
    for len in [4, 5] {
        let mut code = Code::default();
        let values = [
            f64::INFINITY,
            f64::NEG_INFINITY,
            f64::NAN,
            1e-45,
            -0.0,
            3.402_823_4e38,
            1e300,
            0.1,
        ];
        let mut stores = Vec::new();
        for (i, value) in values.into_iter().enumerate() {
            let value = code.float(value);
            stores.push(store(0, affine((i * len) as i64, &[1]), value));
        }
        let k = kernel(&[len], Kind::Pointwise, code, 0, stores);
        check(&k, &[zeros(DType::F32, values.len() * len)], 0.0);
    }
}

#[test]
fn comparisons_selects_casts_and_several_outputs() {
    for len in [8, 9] {
        let n = len as i64;
        let mut code = Code::default();
        let x = code.load(0, affine(0, &[1]), vec![]);
        let y = code.load(0, affine(n - 1, &[-1]), vec![]);
        let less = code.binary(Binary::Less, x, y);
        let equal = code.binary(Binary::Eq, x, y);
        let either = code.binary(Binary::Max, less, equal);
        let both = code.binary(Binary::Mul, less, either);
        let stored = code.load_as(1, affine(0, &[1]), vec![], DType::Bool);
        let picked = code.select(stored, x, y);
        let count = code.cast(both, DType::U32);
        let seven = code.int(7);
        let count = code.binary(Binary::Mul, count, seven);
        let biggest = code.binary(Binary::Max, x, y);
        let five = code.float(5.0);
        let shifted = code.binary(Binary::Add, biggest, five);
        let whole = code.cast(shifted, DType::U32);
        let total = code.binary(Binary::Add, count, whole);
        let back = code.cast(total, DType::F32);
        let sum = code.binary(Binary::Add, back, picked);
        let inside = code.within(vec![bound(&[1], 0, 2, n - 1)]);
        let k = Kernel {
            name: "mixed".into(),
            bindings: bindings(&[
                (Access::Read, DType::F32),
                (Access::Read, DType::Bool),
                (Access::Write, DType::F32),
                (Access::Write, DType::U32),
                (Access::Write, DType::Bool),
            ]),
            domain: vec![len],
            kind: Kind::Pointwise,
            body: code.0,
            stores: vec![
                store(2, affine(0, &[1]), sum),
                store(3, affine(0, &[1]), total),
                store(4, affine(0, &[1]), either),
                store(4, affine(n, &[1]), inside),
            ],
        };
        let flags = (DType::Bool, Numbers::new(5).integers(len, 2));
        let outputs = [
            zeros(DType::F32, len),
            zeros(DType::U32, len),
            zeros(DType::Bool, 2 * len),
        ];
        let [a, b, c] = outputs;
        check(&k, &[floats(len, 4), flags, a, b, c], 1e-6);
    }
}

#[test]
fn in_place_on_one_segment_while_reading_another() {
    for len in [8, 6] {
        let n = len as i64;
        let mut code = Code::default();
        let old = code.load(0, affine(0, &[1]), vec![]);
        let gradient = code.load(0, affine(n, &[1]), vec![]);
        let new = code.binary(Binary::Add, old, gradient);
        let k = Kernel {
            name: "update".into(),
            bindings: bindings(&[(Access::ReadWrite, DType::F32)]),
            domain: vec![len],
            kind: Kind::Pointwise,
            body: code.0,
            stores: vec![store(0, affine(0, &[1]), new)],
        };
        check(&k, &[floats(2 * len, 9)], 0.0);
    }
}

#[test]
fn gathers_rows_of_bytes() {
    // Rows of 12 bytes load as words, rows of 10 do not. Index 99 is past the end and takes the last row.
    for width in [12, 10] {
        let mut code = Code::default();
        let row = code.load_as(1, affine(0, &[1, 0]), vec![], DType::U32);
        let byte = code.gather(0, row, (7, width), affine(0, &[0, 1]), DType::U32);
        let value = code.cast(byte, DType::F32);
        let scale = code.float(1.0 / 255.0);
        let scaled = code.binary(Binary::Mul, value, scale);
        let k = Kernel {
            name: "gather".into(),
            bindings: bindings(&[
                (Access::Read, DType::U8),
                (Access::Read, DType::U32),
                (Access::Write, DType::F32),
            ]),
            domain: vec![5, width],
            kind: Kind::Pointwise,
            body: code.0,
            stores: vec![store(2, affine(0, &[width as i64, 1]), scaled)],
        };
        let rows = [3u32, 0, 6, 99, 3]
            .iter()
            .flat_map(|r| r.to_le_bytes())
            .collect();
        let data = (DType::U8, Numbers::new(6).bytes(7 * width));
        check(
            &k,
            &[data, (DType::U32, rows), zeros(DType::F32, 5 * width)],
            1e-6,
        );
    }
}

#[test]
fn gathers_a_different_row_for_every_point() {
    let mut code = Code::default();
    let row = code.load_as(1, affine(0, &[1]), vec![], DType::U32);
    let label = code.gather(0, row, (9, 1), affine(0, &[0]), DType::U32);
    let k = Kernel {
        name: "labels".into(),
        bindings: bindings(&[
            (Access::Read, DType::U8),
            (Access::Read, DType::U32),
            (Access::Write, DType::U32),
        ]),
        domain: vec![8],
        kind: Kind::Pointwise,
        body: code.0,
        stores: vec![store(2, affine(0, &[1]), label)],
    };
    let data = (DType::U8, Numbers::new(6).bytes(9));
    check(
        &k,
        &[
            data,
            (DType::U32, Numbers::new(2).integers(8, 9)),
            zeros(DType::U32, 8),
        ],
        0.0,
    );
}

#[test]
fn random_numbers_are_bit_identical() {
    for (len, below) in [(64, u32::MAX), (63, 1 << 24), (64, 10), (5, 60_000)] {
        let mut code = Code::default();
        let seed = code.load_as(0, affine(0, &[0]), vec![], DType::U32);
        let step = code.load_as(0, affine(1, &[0]), vec![], DType::U32);
        let draw = code.random([seed, step], affine(5, &[1]), 17, below);
        let k = Kernel {
            name: "random".into(),
            bindings: bindings(&[(Access::Read, DType::U32), (Access::Write, DType::U32)]),
            domain: vec![len],
            kind: Kind::Pointwise,
            body: code.0,
            stores: vec![store(1, affine(0, &[1]), draw)],
        };
        let key = (DType::U32, Numbers::new(len as u64).integers(2, u32::MAX));
        check(&k, &[key, zeros(DType::U32, len)], 0.0);
    }
}
