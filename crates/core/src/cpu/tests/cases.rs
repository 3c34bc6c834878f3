//! Kernels as training makes them, at sizes that take paths which random kernels are too small for.

use super::kernels::{Case, Maker, affine, bound, noise};
use crate::dtype::{DType, Scalar};
use crate::op::{Binary, Reducer, Unary};
use crate::plan::kernel::{Access, Accumulator, Instr, Kind, Operand, Register, Role, View};
use crate::session::Slot;

fn add(m: &mut Maker, a: Register, b: Register) -> Register {
    m.float(Instr::Binary(Binary::Add, a, b))
}

fn mul(m: &mut Maker, a: Register, b: Register) -> Register {
    m.float(Instr::Binary(Binary::Mul, a, b))
}

fn constant(m: &mut Maker, value: f64) -> Register {
    m.float(Instr::Constant(Scalar::F32(value)))
}

/// `x < 0 ? x / 5 : x`
fn leaky_relu(m: &mut Maker, x: Register) -> Register {
    let (zero, slope) = (constant(m, 0.0), constant(m, 0.2));
    let negative = m.push(Instr::Binary(Binary::Less, x, zero), DType::Bool);
    let small = mul(m, x, slope);
    m.float(Instr::Select(negative, small, x))
}

/// Momentum in place, with a rate that is computed from one number.
fn momentum(len: usize) -> Case {
    let mut m = Maker::default();
    let (params, gradients) = (m.floats(len), m.floats(len));
    let (moments, time) = (m.floats(len), m.floats(1));
    m.bindings[params].access = Access::ReadWrite;
    m.bindings[moments].access = Access::ReadWrite;
    let each = affine(0, &[1]);
    let time = m.load(time, affine(0, &[0]), vec![]);
    let rate = m.float(Instr::Unary(Unary::Exp, time));
    let decay = constant(&mut m, 0.9);
    let gradient = m.load(gradients, each.clone(), vec![]);
    let moment = m.load(moments, each.clone(), vec![]);
    let kept = mul(&mut m, moment, decay);
    let next = add(&mut m, kept, gradient);
    let param = m.load(params, each.clone(), vec![]);
    let step = mul(&mut m, next, rate);
    let back = m.float(Instr::Unary(Unary::Neg, step));
    let param = add(&mut m, param, back);
    m.store(moments, each.clone(), next);
    m.store(params, each, param);
    m.pointwise(&[len])
}

#[test]
fn optimizers_update_in_place() {
    for len in [1, 15, 5003, 150_000] {
        momentum(len).check();
    }
}

/// Sums and maxima of squares.
fn norms(domain: &[usize], strides: &[i64], reduced: &[bool]) -> Case {
    let mut m = Maker::default();
    let x = m.floats(domain.iter().product());
    let x = m.load(x, affine(0, strides), vec![]);
    let square = mul(&mut m, x, x);
    let prologue = m.take_body();
    let (sum, max) = (
        m.float(Instr::Accumulator(0)),
        m.float(Instr::Accumulator(1)),
    );
    let root = m.float(Instr::Unary(Unary::Sqrt, sum));
    let ratio = add(&mut m, root, max);
    let (mut to, mut len) = (vec![0; domain.len()], 1);
    for axis in (0..domain.len()).rev().filter(|&axis| !reduced[axis]) {
        to[axis] = len;
        len *= domain[axis] as i64;
    }
    for value in [sum, ratio] {
        let output = m.output(len as usize, DType::F32);
        m.store(output, affine(0, &to), value);
    }
    let accumulate = |reducer| Accumulator {
        reducer,
        value: square,
    };
    let accumulators = vec![accumulate(Reducer::Sum), accumulate(Reducer::Max)];
    m.reduce(domain, reduced, prologue, accumulators)
}

#[test]
fn rows_columns_and_channels_are_reduced() {
    norms(&[130, 300], &[300, 1], &[true, false]).check();
    norms(&[130, 300], &[300, 1], &[false, true]).check();
    norms(&[130, 300], &[1, 130], &[false, true]).check();
    norms(&[512, 2], &[2, 1], &[true, false]).check();
    norms(&[20_000, 3], &[3, 1], &[false, true]).check();
    norms(&[6, 16, 49], &[784, 49, 1], &[true, false, true]).check();
    norms(&[300, 700], &[700, 1], &[false, true]).check();
}

/// The kernel that sums the columns of a matrix.
fn column_sums(rows: usize, columns: usize) -> Case {
    let mut m = Maker::default();
    let x = m.floats(rows * columns);
    let x = m.load(x, affine(0, &[columns as i64, 1]), vec![]);
    let prologue = m.take_body();
    let sum = m.float(Instr::Accumulator(0));
    let output = m.output(columns, DType::F32);
    m.store(output, affine(0, &[0, 1]), sum);
    let accumulator = Accumulator {
        reducer: Reducer::Sum,
        value: x,
    };
    m.reduce(
        &[rows, columns],
        &[true, false],
        prologue,
        vec![accumulator],
    )
}

#[test]
fn what_cancels_leaves_nothing() {
    // The gradient of a bias over a batch of which the first half says the opposite of the second one.
    for rows in [16, 64, 128, 200, 512, 1000] {
        for columns in [1, 2, 3, 100, 128, 256, 512] {
            let case = column_sums(rows, columns);
            let mut session = case.session(1);
            let half = noise(rows / 2 * columns, 0).map(|bits| bits as f32 / 1e9 - 2.0);
            let half: Vec<f32> = half.collect();
            let whole = half.iter().copied().chain(half.iter().map(|x| -x));
            let bytes: Vec<u8> = whole.flat_map(f32::to_le_bytes).collect();
            session.write(Slot::State(0), &bytes).unwrap();
            session.run(0, 1).unwrap();
            let sums = session.read(Slot::State(1)).unwrap();
            let left = sums
                .chunks_exact(4)
                .map(|s| f32::from_le_bytes([s[0], s[1], s[2], s[3]]));
            let most = left.map(f32::abs).fold(0.0, f32::max);
            assert!(most == 0.0, "{rows} x {columns}: {most}");
        }
    }
}

#[test]
fn long_sums_are_accurate() {
    let len = 500_000;
    let mut m = Maker::default();
    let tenths = m.floats(len);
    let x = m.load(tenths, affine(0, &[1]), vec![]);
    let prologue = m.take_body();
    let sum = m.float(Instr::Accumulator(0));
    let output = m.output(1, DType::F32);
    m.store(output, affine(0, &[0]), sum);
    let case = m.reduce(
        &[len],
        &[true],
        prologue,
        vec![Accumulator {
            reducer: Reducer::Sum,
            value: x,
        }],
    );
    let mut session = case.session(1);
    let bytes: Vec<u8> = std::iter::repeat_n(0.1f32.to_le_bytes(), len)
        .flatten()
        .collect();
    session.write(Slot::State(tenths), &bytes).unwrap();
    session.run(0, 1).unwrap();
    let sum = f32::from_le_bytes(
        session
            .read(Slot::State(output))
            .unwrap()
            .try_into()
            .unwrap(),
    );
    let expected = f64::from(0.1f32) * len as f64;
    assert!(
        (f64::from(sum) / expected - 1.0).abs() < 2e-5,
        "{sum}, not {expected}"
    );
}

/// A dense layer with each operand and the result stored either way round, and two results if `activate`.
fn dense([rows, cols, depth]: [usize; 3], turned: [bool; 3], activate: bool) -> Case {
    let mut m = Maker::default();
    let (a, b, bias) = (
        m.floats(rows * depth),
        m.floats(depth * cols),
        m.floats(cols),
    );
    let i = |n: usize| n as i64;
    let a_index = if turned[0] {
        [1, 0, i(rows)]
    } else {
        [i(depth), 0, 1]
    };
    let b_index = if turned[1] {
        [0, i(depth), 1]
    } else {
        [0, 1, i(cols)]
    };
    let value = m.load(a, affine(0, &a_index), vec![]);
    let a = Operand {
        body: m.take_body(),
        value,
    };
    let value = m.load(b, affine(0, &b_index), vec![]);
    let b = Operand {
        body: m.take_body(),
        value,
    };
    let to = if turned[2] {
        [1, i(rows), 0]
    } else {
        [i(cols), 1, 0]
    };
    let mut result = m.float(Instr::Accumulator(0));
    if activate {
        let bias = m.load(bias, affine(0, &[0, 1, 0]), vec![]);
        let linear = add(&mut m, result, bias);
        let kept = m.output(rows * cols, DType::F32);
        m.store(kept, affine(0, &to), linear);
        result = leaky_relu(&mut m, linear);
    }
    let output = m.output(rows * cols, DType::F32);
    m.store(output, affine(0, &to), result);
    let roles = vec![Role::M, Role::N, Role::K];
    m.finish(&[rows, cols, depth], Kind::Contract { roles, a, b })
}

#[test]
fn dense_layers_in_every_orientation() {
    for bits in 0..16 {
        let turned = [bits & 1 != 0, bits & 2 != 0, bits & 4 != 0];
        for extents in [[33, 18, 50], [7, 1, 40], [1, 9, 40], [19, 23, 1]] {
            dense(extents, turned, bits & 8 != 0).check();
        }
    }
}

#[test]
fn blocks_of_rows_keep_their_epilogue() {
    dense([70, 4100, 2], [false, false, false], true).check();
    dense([4100, 70, 2], [true, true, true], true).check();
}

#[test]
fn depth_is_cut_where_an_operand_is_computed() {
    let depth = 5001;
    let mut m = Maker::default();
    let (x, y) = (m.floats(3 * depth), m.floats(2 * depth));
    let x = m.load(x, affine(0, &[depth as i64, 0, 1]), vec![]);
    let value = m.float(Instr::Unary(Unary::Tanh, x));
    let a = Operand {
        body: m.take_body(),
        value,
    };
    // Reversed, and without the first and the last element.
    let inside = vec![bound(0, &[0, 0, 1], 1, depth as i64 - 1)];
    let value = m.load(y, affine(depth as i64 - 1, &[0, depth as i64, -1]), inside);
    let b = Operand {
        body: m.take_body(),
        value,
    };
    let product = m.float(Instr::Accumulator(0));
    // The sum of thousands of terms is exact to a few units in the last place only.
    let scale = constant(&mut m, 0.01);
    let scaled = mul(&mut m, product, scale);
    let output = m.output(6, DType::F32);
    m.store(output, affine(0, &[2, 1, 0]), scaled);
    let roles = vec![Role::M, Role::N, Role::K];
    m.finish(&[3, 2, depth], Kind::Contract { roles, a, b })
        .check();
}

/// Images, padded by one, with filters of 3 x 3.
fn convolution(channels_last: bool, stride: i64, size: usize) -> Case {
    let (images, channels, filters, out) = (5usize, 4usize, 6usize, size / stride as usize);
    let i = |n: usize| n as i64;
    let (s, o, f) = (i(size), i(out), i(filters));
    let [image, row, column, channel] = if channels_last {
        [s * s * 4, s * 4, 4, 1]
    } else {
        [4 * s * s, s, 1, s * s]
    };
    let mut m = Maker::default();
    let (x, w) = (
        m.floats(images * channels * size * size),
        m.floats(filters * channels * 9),
    );
    let index = affine(
        -row - column,
        &[
            image,
            stride * row,
            stride * column,
            0,
            channel,
            row,
            column,
        ],
    );
    let inside = vec![
        bound(-1, &[0, stride, 0, 0, 0, 1, 0], 0, s),
        bound(-1, &[0, 0, stride, 0, 0, 0, 1], 0, s),
    ];
    let value = m.load(x, index, inside);
    let a = Operand {
        body: m.take_body(),
        value,
    };
    let value = m.load(w, affine(0, &[0, 0, 0, 36, 9, 3, 1]), vec![]);
    let b = Operand {
        body: m.take_body(),
        value,
    };
    let result = m.float(Instr::Accumulator(0));
    let output = m.output(images * filters * out * out, DType::F32);
    let to = if channels_last {
        [o * o * f, o * f, f, 1]
    } else {
        [f * o * o, o, 1, o * o]
    };
    m.store(
        output,
        affine(0, &[to[0], to[1], to[2], to[3], 0, 0, 0]),
        result,
    );
    let (spatial, taps) = ([Role::M; 3], [Role::K; 3]);
    let roles = [&spatial[..], &[Role::N], &taps[..]].concat();
    m.finish(
        &[images, out, out, filters, channels, 3, 3],
        Kind::Contract { roles, a, b },
    )
}

#[test]
fn convolutions_are_contractions() {
    for channels_last in [false, true] {
        for (stride, size) in [(1, 7), (2, 8), (2, 28)] {
            convolution(channels_last, stride, size).check();
        }
    }
}

#[test]
fn padding_touches_no_memory() {
    let mut m = Maker::default();
    let x = m.floats(3);
    let y = m.load(x, affine(-2, &[1]), vec![bound(-2, &[1], 0, 3)]);
    let output = m.output(7, DType::F32);
    m.store(output, affine(0, &[1]), y);
    let case = m.pointwise(&[7]);
    let mut session = case.session(1);
    let bytes: Vec<u8> = [f32::NAN; 3].iter().flat_map(|v| v.to_le_bytes()).collect();
    session.write(Slot::State(x), &bytes).unwrap();
    session.run(0, 1).unwrap();
    let read = session.read(Slot::State(output)).unwrap();
    let values = read
        .chunks_exact(4)
        .map(|b| f32::from_le_bytes(b.try_into().unwrap()));
    let is_nan: Vec<bool> = values.map(f32::is_nan).collect();
    assert_eq!(is_nan, [false, false, true, true, true, false, false]);
}

#[test]
fn a_batch_of_bytes_is_gathered() {
    let mut m = Maker::default();
    let (rows, data) = (m.words(64, 30), m.bytes(20 * 784));
    // Ten of the thirty possible rows do not exist: the last one is taken.
    let row = m.load(rows, affine(0, &[1, 0]), vec![]);
    let view = View {
        index: affine(0, &[0, 1]),
        bounds: vec![],
    };
    let gather = Instr::Gather {
        binding: data,
        row,
        rows: 20,
        row_stride: 784,
        view,
    };
    let byte = m.push(gather, DType::U32);
    let float = m.float(Instr::Cast(byte, DType::F32));
    let scale = constant(&mut m, 2.0 / 255.0);
    let pixel = mul(&mut m, float, scale);
    let output = m.output(64 * 784, DType::F32);
    m.store(output, affine(0, &[784, 1]), pixel);
    m.pointwise(&[64, 784]).check();
}
