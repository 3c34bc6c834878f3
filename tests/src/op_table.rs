//! One table of all primitive operations, from which gradient checks and the parity of backends come.
//!
//! The table is a `match` on [`Op`]: an operation without a row does not compile. Rows stay away from kinks (the
//! places where a slope jumps), because a finite difference across one means nothing.
//!
//! The planner's own tests inside `ganlet-core` include this file, because what they check is private there.

use std::sync::Arc;

use ganlet_core::grad::grad;
use ganlet_core::op::{Binary, Op, Reducer, Unary};
use ganlet_core::random::threefry2x32;
use ganlet_core::{Builder, DType, Init, Program, Tensor, Window};

/// A float argument of a row: its shape, and between which numbers its elements lie.
#[derive(Clone, Copy)]
pub struct Arg {
    /// The extents.
    pub shape: &'static [usize],
    /// The least element.
    pub low: f64,
    /// The greatest element.
    pub high: f64,
}

/// A small graph around one operation.
#[derive(Clone)]
pub struct Row {
    /// Names the row in failures.
    pub name: &'static str,
    /// What the graph is a function of.
    pub args: Vec<Arg>,
    /// Makes the graph; the result is f32.
    pub build: fn(&Builder, &[Tensor]) -> Tensor,
}

/// The rows of one operation.
pub struct Entry {
    /// The operation as it is written in the table.
    pub pattern: &'static str,
    /// Whether an operation is the one that the rows are about.
    pub matches: fn(&Op) -> bool,
    /// Its rows; at least one.
    pub rows: Vec<Row>,
}

fn arg(shape: &'static [usize], low: f64, high: f64) -> Arg {
    Arg { shape, low, high }
}

fn any(shape: &'static [usize]) -> Arg {
    arg(shape, -1.5, 1.5)
}

/// For sums of many products: `tanh` of them stays away from where its slope is lost to rounding.
fn small(shape: &'static [usize]) -> Arg {
    arg(shape, -0.4, 0.4)
}

fn row<const N: usize>(
    name: &'static str,
    args: [Arg; N],
    build: fn(&Builder, &[Tensor]) -> Tensor,
) -> Row {
    Row {
        name,
        args: args.to_vec(),
        build,
    }
}

/// Turns `pattern => rows` into the table and into a `match` that the compiler checks for completeness.
macro_rules! table {
    ($($pattern:pat => $rows:expr,)*) => {
        /// The rows of every operation.
        pub fn entries() -> Vec<Entry> {
            // Never run: it is here so that an operation without a row does not compile.
            let _complete = |op: &Op| match op { $($pattern => (),)* };
            vec![$(Entry {
                pattern: stringify!($pattern),
                matches: |op| matches!(op, $pattern),
                rows: $rows.to_vec(),
            },)*]
        }
    };
}

table! {
    Op::Input(_) => [row("input", [any(&[3]), any(&[2, 3])], |_, x| &x[0] * &x[1])],
    Op::State(_) => [row("state", [any(&[5])], |b, x| {
        &x[0] * b.state("weights", &[5], DType::F32, floats(&noise(5, 77)))
    })],
    Op::Const(_) => [
        row("constants", [any(&[2, 3])], |b, x| &x[0] * 2.5 + b.full(&[2, 1], 0.25) - b.scalar(1.5)),
        row("integer constants", [any(&[4])], |b, x| {
            let few = b.iota(&[4], 0).less(&b.full_u32(&[4], 2));
            few.select(&x[0], &(&x[0] * 3.0))
        }),
    ],
    Op::Iota { .. } => [row("iota", [any(&[2, 3, 4])], |b, x| {
        let position = b.iota(&[2, 3, 4], 1) + b.iota(&[2, 3, 4], 2) * 3.0;
        &x[0] * position.cast(DType::F32)
    })],
    Op::Random { .. } => [row("dropout", [any(&[3, 7])], |b, x| {
        let key = b.state("key", &[2], DType::U32, Init::Bytes(Arc::from([9, 1, 0, 0, 4, 0, 0, 0])));
        let keep = key.random(&[3, 7], 5, 10).cast(DType::F32).less_than(6.0);
        keep.select(&(&x[0] * (1.0 / 0.6)), &b.scalar(0.0))
    })],
    Op::Unary(Unary::Neg) => [row("neg", [any(&[7])], |_, x| -&x[0])],
    Op::Unary(Unary::Recip) => [
        row("recip", [arg(&[3, 2], 0.5, 2.0)], |_, x| x[0].recip()),
        row("recip of negatives", [arg(&[5], -2.0, -0.5)], |_, x| x[0].recip()),
        row("division", [any(&[2, 3]), arg(&[3], 0.5, 2.0)], |_, x| &x[0] / &x[1]),
    ],
    Op::Unary(Unary::Exp) => [row("exp", [any(&[2, 5])], |_, x| x[0].exp())],
    Op::Unary(Unary::Log) => [row("log", [arg(&[2, 5], 0.5, 3.0)], |_, x| x[0].log())],
    Op::Unary(Unary::Sqrt) => [row("sqrt", [arg(&[2, 5], 0.5, 3.0)], |_, x| x[0].sqrt())],
    Op::Unary(Unary::Tanh) => [row("tanh", [any(&[2, 5])], |_, x| x[0].tanh())],
    Op::Unary(Unary::Sin) => [
        row("sin", [arg(&[2, 5], -4.0, 4.0)], |_, x| x[0].sin()),
        row("cos", [arg(&[5], -4.0, 4.0)], |_, x| x[0].cos()),
    ],
    Op::Unary(Unary::Floor) => [row("floor", [arg(&[9], -4.0, 4.0)], |_, x| x[0].floor() * &x[0])],
    Op::Cast(_) => [
        row("cast of truth", [any(&[3, 3])], |_, x| x[0].less_than(0.1).cast(DType::F32) * &x[0]),
        row("cast to integers and back", [arg(&[7], 0.2, 5.0)], |_, x| {
            x[0].cast(DType::U32).cast(DType::F32) * &x[0]
        }),
    ],
    Op::Binary(Binary::Add) => [
        row("add", [any(&[2, 3]), any(&[2, 3])], |_, x| &x[0] + &x[1]),
        row("add to itself", [any(&[2, 3])], |_, x| &x[0] + &x[0]),
        row("add of a row", [any(&[4, 3]), any(&[3])], |_, x| &x[0] + &x[1]),
        row("add of row and column", [any(&[1, 3]), any(&[4, 1])], |_, x| &x[0] + &x[1]),
        row("sub of a scalar", [any(&[2, 1, 3]), any(&[])], |_, x| &x[0] - &x[1]),
    ],
    Op::Binary(Binary::Mul) => [
        row("mul", [any(&[2, 3]), any(&[2, 3])], |_, x| &x[0] * &x[1]),
        row("square", [any(&[5])], |_, x| x[0].square()),
        row("mul in the middle", [any(&[2, 3, 4]), any(&[3, 1])], |_, x| &x[0] * &x[1]),
        row("mul by a scalar", [any(&[]), any(&[2, 2])], |_, x| &x[0] * &x[1]),
    ],
    Op::Binary(Binary::Max) => [
        row("max", [any(&[3, 4]), any(&[3, 4])], |_, x| x[0].max(&x[1])),
        row("max with a row", [any(&[3, 4]), any(&[4])], |_, x| x[0].max(&x[1])),
        row("relu", [any(&[9])], |b, x| b.scalar(0.0).max(&x[0])),
        row("min", [any(&[4, 1]), any(&[1, 3])], |_, x| x[0].min(&x[1])),
        row("abs", [any(&[9])], |_, x| x[0].abs()),
        row("clamp", [any(&[12])], |_, x| x[0].clamp(-0.7, 0.4)),
    ],
    Op::Binary(Binary::Less) => [row("less", [any(&[3, 4]), any(&[4])], |_, x| {
        x[0].less(&x[1]).cast(DType::F32) * (&x[0] + &x[1])
    })],
    Op::Binary(Binary::Eq) => [row("equal", [any(&[12]), any(&[12])], |_, x| {
        x[0].floor().equal(&x[1].floor()).cast(DType::F32) * &x[0]
    })],
    Op::Select => [
        row("select", [any(&[3, 4]), any(&[3, 4])], |_, x| {
            x[0].less(&x[1]).select(&x[0].exp(), &x[1].square())
        }),
        row("select with broadcasting", [any(&[3, 1]), any(&[4])], |_, x| {
            x[0].greater_than(0.2).select(&x[1], &x[0])
        }),
    ],
    Op::Reduce { reducer: Reducer::Sum, .. } => [
        row("sum of all", [any(&[3, 5])], |_, x| x[0].sum_all()),
        row("sum of rows", [any(&[3, 5])], |_, x| x[0].sum(&[1])),
        row("sum around the middle", [any(&[3, 2, 4])], |_, x| x[0].sum(&[0, 2])),
        row("mean of columns", [any(&[3, 5])], |_, x| x[0].mean(&[0])),
        row("sum of an expression", [any(&[3, 5]), any(&[5])], |_, x| (&x[0] * &x[1]).tanh().sum(&[1]).exp()),
    ],
    Op::Reduce { reducer: Reducer::Max, .. } => [
        row("max of rows", [any(&[3, 5])], |_, x| x[0].max_along(&[1])),
        row("max around the middle", [any(&[3, 2, 4])], |_, x| x[0].max_along(&[0, 2])),
        row("max of negatives", [arg(&[3, 4], -3.0, -1.0)], |_, x| x[0].max_along(&[0])),
    ],
    Op::Reshape => [
        row("reshape", [any(&[2, 6])], |_, x| x[0].sin().reshape(&[3, 4])),
        row("reshape of a product", [any(&[3, 2]), any(&[2, 4])], |_, x| {
            x[0].matmul(&x[1]).reshape(&[4, 3]) * 2.0
        }),
        row("reshape to a scalar", [any(&[1, 1])], |_, x| x[0].reshape(&[])),
    ],
    Op::Permute(_) => [
        // A cycle of three is not its own inverse.
        row("permute", [any(&[2, 3, 4])], |_, x| x[0].permute(&[2, 0, 1])),
        row("transpose", [any(&[3, 5])], |_, x| x[0].exp().t()),
    ],
    Op::Broadcast => [
        row("broadcast of the middle", [any(&[2, 1, 3])], |_, x| x[0].broadcast_to(&[2, 4, 3])),
        row("broadcast of new axes", [any(&[3])], |_, x| x[0].broadcast_to(&[2, 2, 3])),
        row("broadcast of a scalar", [any(&[])], |_, x| x[0].broadcast_to(&[2, 3])),
    ],
    Op::Pad(_) => [
        row("pad", [any(&[2, 3])], |_, x| x[0].pad(&[(1, 2), (0, 3)])),
        row("pad of an expression", [any(&[2, 3])], |_, x| x[0].exp().pad(&[(0, 1), (2, 0)]) + 0.5),
        row("concat", [any(&[2, 3]), any(&[2, 1]), any(&[2, 2])], |_, x| {
            Tensor::concat(&[&x[0], &x[1].exp(), &x[2]], 1)
        }),
    ],
    Op::Slice(_) => [
        row("slice", [any(&[4, 5])], |_, x| x[0].slice(&[1, 2], &[2, 3])),
        row("narrow", [any(&[3, 4])], |_, x| x[0].tanh().narrow(0, 2, 1)),
    ],
    Op::Flip(_) => [
        row("flip", [any(&[3, 4])], |_, x| x[0].flip(&[1])),
        row("flip of both", [any(&[3, 4]), any(&[4])], |_, x| (&x[0] * &x[1]).flip(&[0, 1])),
    ],
    Op::MatMul => [
        row("matmul", [any(&[2, 3]), any(&[3, 4])], |_, x| x[0].matmul(&x[1])),
        row("matmul of transposes", [any(&[3, 2]), any(&[4, 3])], |_, x| x[0].t().matmul(&x[1].t())),
        row("matmul in batches", [any(&[2, 3, 2]), any(&[2, 2, 5])], |_, x| x[0].matmul(&x[1])),
        row("outer product", [any(&[3, 1]), any(&[1, 4])], |_, x| x[0].matmul(&x[1])),
        row("inner product", [any(&[1, 5]), any(&[5, 1])], |_, x| x[0].matmul(&x[1])),
        row("matmul with itself", [any(&[3, 3])], |_, x| x[0].matmul(&x[0])),
        row("matmul with an epilogue", [any(&[4, 3]), any(&[3, 2]), any(&[2])], |_, x| {
            (x[0].matmul(&x[1]) + &x[2]).tanh() * 2.0
        }),
        row("matmul of what is padded", [any(&[2, 3]), any(&[4, 2])], |_, x| {
            x[0].pad(&[(0, 1), (1, 0)]).matmul(&x[1])
        }),
    ],
    Op::Conv(_) => [
        row("conv along one axis", [any(&[2, 5, 3]), small(&[3, 3, 2])], |_, x| {
            x[0].conv(&x[1], &[Window::default()])
        }),
        row("conv with a stride", [any(&[2, 6, 7, 2]), small(&[4, 3, 2, 3])], |_, x| {
            let strided = Window { stride: 2, padding: (1, 1), ..Window::default() };
            x[0].conv(&x[1], &[strided, strided])
        }),
        row("conv with an uneven tail", [any(&[1, 8, 6, 1]), small(&[3, 3, 1, 2])], |_, x| {
            let third = Window { stride: 3, padding: (0, 1), ..Window::default() };
            let second = Window { stride: 2, padding: (1, 0), ..Window::default() };
            x[0].conv(&x[1], &[third, second])
        }),
        row("transposed conv", [any(&[2, 3, 2, 2]), small(&[4, 4, 2, 3])], |_, x| {
            let twice = Window { padding: (2, 2), lhs_dilation: 2, ..Window::default() };
            x[0].conv(&x[1], &[twice, twice])
        }),
        row("transposed conv, odd results", [any(&[2, 3, 3, 2]), small(&[3, 5, 2, 2])], |_, x| {
            let odd = Window { padding: (1, 1), lhs_dilation: 2, ..Window::default() };
            let even = Window { padding: (3, 2), lhs_dilation: 2, ..Window::default() };
            x[0].conv(&x[1], &[odd, even])
        }),
        row("transposed conv, three phases", [any(&[2, 4, 2]), small(&[5, 2, 3])], |_, x| {
            x[0].conv(&x[1], &[Window { padding: (3, 2), lhs_dilation: 3, ..Window::default() }])
        }),
        row("conv with a dilated kernel", [any(&[1, 7, 6, 2]), small(&[3, 2, 2, 2])], |_, x| {
            let wide = Window { padding: (2, 1), rhs_dilation: 2, ..Window::default() };
            x[0].conv(&x[1], &[wide, Window { rhs_dilation: 3, ..wide }])
        }),
        row("conv with everything", [any(&[2, 4, 5, 2]), small(&[3, 2, 2, 2])], |_, x| {
            let first = Window { stride: 2, padding: (3, -1), lhs_dilation: 3, rhs_dilation: 2 };
            let second = Window { stride: 3, padding: (-1, 2), lhs_dilation: 2, rhs_dilation: 1 };
            x[0].conv(&x[1], &[first, second])
        }),
        row("conv of what is padded, with an epilogue", [any(&[2, 3, 3, 2]), small(&[3, 2, 2, 3]), any(&[3])], |_, x| {
            let padded = x[0].exp().pad(&[(0, 0), (1, 0), (0, 2), (0, 0)]);
            (padded.conv(&x[1], &[Window::default(); 2]) + &x[2]).tanh() * 2.0
        }),
        row("convs that share a kernel", [small(&[2, 4, 4, 1]), small(&[3, 4, 4, 1]), small(&[4, 4, 1, 3])], |_, x| {
            // As a discriminator that sees real and generated images, with its gradients joined to one buffer.
            let strided = Window { stride: 2, padding: (1, 1), ..Window::default() };
            let judge = |images: &Tensor| images.conv(&x[2], &[strided; 2]).tanh().square().sum_all();
            let loss = judge(&x[0]) - judge(&x[1]) * 0.5;
            let slopes = grad(&loss, &[&x[2], &x[0]]);
            Tensor::concat(&[&slopes[0].reshape(&[48]), &slopes[1].reshape(&[32])], 0)
        }),
        row("conv of all there is, turned", [any(&[3, 2, 2, 2]), small(&[2, 2, 2, 4])], |_, x| {
            x[0].conv(&x[1], &[Window::default(); 2]).reshape(&[3, 4]).t() * 3.0
        }),
        row("conv whose axes are permuted", [any(&[2, 4, 3, 2]), small(&[2, 2, 2, 3])], |_, x| {
            x[0].conv(&x[1], &[Window::default(); 2]).permute(&[3, 1, 2, 0]).sin()
        }),
    ],
    Op::Gather => [
        row("gather", [any(&[4, 3])], |b, x| {
            // Rows twice, rows never, and past the end.
            let index = (b.iota(&[6], 0) * 5.0).max(&b.full_u32(&[6], 1));
            let wrapped = index.less(&b.full_u32(&[6], 12)).select(&index, &b.full_u32(&[6], 1));
            x[0].gather(&wrapped)
        }),
        row("gather of an expression", [any(&[3, 2, 2]), any(&[2])], |b, x| {
            (&x[0] * &x[1]).gather(&b.iota(&[3], 0).flip(&[0]))
        }),
    ],
    Op::Detach => [row("detach", [any(&[5])], |_, x| {
        // What is detached is constant piece by piece, so that finite differences see no slope in it either.
        &x[0] * &x[0] + x[0].floor().detach() * 3.0
    })],
    Op::Fresh(_) => [row("fresh", [any(&[5])], |_, x| {
        let (first, second) = (x[0].fresh(), x[0].fresh());
        &first * &second.tanh() + grad(&first.exp(), &[&first]).remove(0)
    })],
}

/// Compositions that the networks and costs are made of.
pub fn composites() -> Vec<Row> {
    vec![
        row("softplus", [arg(&[9], -6.0, 6.0)], |_, x| softplus(&x[0])),
        row("leaky relu", [any(&[3, 4])], |_, x| leaky(&x[0])),
        row("sigmoid", [arg(&[7], -4.0, 4.0)], |_, x| {
            (x[0].tanh() + 1.0) * 0.5
        }),
        row(
            "cross entropy of logits",
            [arg(&[6, 1], -5.0, 5.0), arg(&[6, 1], 0.0, 1.0)],
            |_, x| (softplus(&x[0]) - &x[0] * &x[1]).mean_all(),
        ),
        row(
            "softmax cross entropy",
            [any(&[4, 5]), arg(&[4, 5], 0.1, 1.0)],
            |_, x| {
                let shifted = &x[0] - x[0].max_along(&[1]).detach();
                let log_softmax = &shifted - shifted.exp().sum(&[1]).log();
                -(log_softmax * &x[1]).sum(&[1]).mean_all()
            },
        ),
        row(
            "batch norm",
            [any(&[6, 3]), any(&[3]), any(&[3])],
            |_, x| {
                let centred = &x[0] - x[0].mean(&[0]);
                let variance = centred.square().mean(&[0]);
                centred / (variance + 1e-3).sqrt() * &x[1] + &x[2]
            },
        ),
        row("maxout", [any(&[4, 3]), any(&[3, 6])], |_, x| {
            x[0].matmul(&x[1])
                .reshape(&[4, 2, 3])
                .max_along(&[2])
                .reshape(&[4, 2])
        }),
        row(
            "minibatch discrimination",
            [any(&[4, 3]), any(&[3, 2])],
            |_, x| {
                let m = x[0].matmul(&x[1]);
                let distance = (m.reshape(&[4, 1, 2]) - m.reshape(&[1, 4, 2]) + 0.01).square();
                let closeness = (-distance.sum(&[2])).exp().sum(&[1]).reshape(&[4, 1]);
                Tensor::concat(&[&x[0], &closeness], 1)
            },
        ),
        row(
            "gradient penalty",
            [any(&[5, 3]), any(&[3, 4]), any(&[4, 1])],
            |_, x| {
                let critic = x[0].matmul(&x[1]).tanh().matmul(&x[2]);
                let slope = grad(&critic, &[&x[0]]).remove(0);
                let norm = (slope.square().sum(&[1]) + 1e-3).sqrt();
                (norm - 1.0).square().mean_all()
            },
        ),
        row(
            "a step of descent inside",
            [any(&[3, 2]), any(&[2, 3])],
            |_, x| {
                let loss = |w: &Tensor| (x[1].matmul(w).tanh() - 0.3).square().sum_all();
                let slope = grad(&loss(&x[0]), &[&x[0]]).remove(0);
                loss(&(&x[0] - slope * 0.1))
            },
        ),
        row(
            "spectral norm",
            [any(&[3, 4]), any(&[4, 1]), any(&[2, 3])],
            |_, x| {
                let unit = |v: &Tensor| v / (v.square().sum(&[0, 1]) + 1e-3).sqrt();
                let u = unit(&x[0].matmul(&x[1]));
                let v = unit(&x[0].t().matmul(&u));
                let sigma = u.t().matmul(&x[0]).matmul(&v);
                x[2].matmul(&(&x[0] / sigma))
            },
        ),
    ]
}

fn softplus(x: &Tensor) -> Tensor {
    x.max(&x.constant_like(0.0)) + ((-x.abs()).exp() + 1.0).log()
}

fn leaky(x: &Tensor) -> Tensor {
    x.greater_than(0.0).select(x, &(x * 0.2))
}

/// Every row there is.
pub fn rows() -> Vec<Row> {
    let of_operations = entries().into_iter().flat_map(|entry| entry.rows);
    of_operations.chain(composites()).collect()
}

/// Repeatable numbers in [-1, 1).
pub fn noise(len: usize, seed: u32) -> Vec<f32> {
    let element = |i: u32| threefry2x32([seed, 0], [i, 0])[0];
    (0..len as u32)
        .map(|i| element(i) as f32 / (1_u32 << 31) as f32 - 1.0)
        .collect()
}

/// Numbers as the first value of a state.
pub fn floats(numbers: &[f32]) -> Init {
    let bytes: Vec<u8> = numbers.iter().flat_map(|x| x.to_le_bytes()).collect();
    Init::Bytes(Arc::from(bytes))
}

/// Repeatable elements for an argument.
pub fn elements(arg: &Arg, seed: u32) -> Vec<f32> {
    let (middle, half) = ((arg.low + arg.high) / 2.0, (arg.high - arg.low) / 2.0);
    noise(arg.shape.iter().product(), seed)
        .iter()
        .map(|x| (middle + half * f64::from(*x)) as f32)
        .collect()
}

impl Row {
    /// The row inside a larger graph: its arguments are smooth functions of the parameters, of which the elements may
    /// be any numbers, and its result goes through another function into a weighted sum. So no cotangent is constant.
    pub fn mid_graph(&self, builder: &Builder, parameters: &[Tensor]) -> Tensor {
        let inner: Vec<Tensor> = (self.args.iter().zip(parameters))
            .map(|(arg, p)| {
                let (middle, half) = ((arg.low + arg.high) / 2.0, (arg.high - arg.low) / 2.0);
                (p * 1.3).sin() * half + middle
            })
            .collect();
        weighted(builder, &(self.build)(builder, &inner).tanh().square())
    }
}

/// The sum of all elements, each with a weight of its own.
fn weighted(builder: &Builder, x: &Tensor) -> Tensor {
    let len = x.numel();
    let weights = (builder.iota(&[len], 0).cast(DType::F32) * 0.7 + 0.4).sin() + 1.5;
    (x.reshape(&[len]) * weights).sum_all()
}

/// A row as a program, and the contents of its inputs.
pub struct ParityCase {
    /// The row's name.
    pub name: &'static str,
    /// Outputs are the row's result and gradients of orders 1 and 2; state is trained a little.
    pub program: Program,
    /// Little-endian elements.
    pub inputs: Vec<Vec<u8>>,
}

/// A program for every row.
pub fn parity_cases() -> Vec<ParityCase> {
    rows().iter().map(parity_case).collect()
}

fn parity_case(row: &Row) -> ParityCase {
    let builder = Builder::new();
    let mut inputs = Vec::new();
    let mut args = Vec::new();
    for (i, arg) in row.args.iter().enumerate() {
        let numbers = elements(arg, i as u32 + 1);
        if i % 2 == 0 {
            args.push(builder.state("parameter", arg.shape, DType::F32, floats(&numbers)));
        } else {
            inputs.push(numbers.iter().flat_map(|x| x.to_le_bytes()).collect());
            args.push(builder.input("argument", arg.shape, DType::F32));
        }
    }
    let references: Vec<&Tensor> = args.iter().collect();
    let result = (row.build)(&builder, &args);
    let scalar = row.mid_graph(&builder, &args);
    let first = grad(&scalar, &references);
    let slopes = first.iter().map(|g| weighted(&builder, &g.square()));
    let steepness = slopes
        .reduce(|a, b| a + b)
        .expect("every row has arguments");
    let second = grad(&steepness, &references);

    let mut outputs: Vec<(&str, &Tensor)> = vec![("result", &result), ("mid-graph", &scalar)];
    outputs.extend(first.iter().map(|g| ("gradient", g)));
    outputs.extend(second.iter().map(|g| ("second gradient", g)));
    let trained: Vec<Tensor> = args
        .iter()
        .zip(&first)
        .map(|(x, g)| x - g * 0.001)
        .collect();
    let updates: Vec<(&Tensor, &Tensor)> = args.iter().zip(&trained).step_by(2).collect();
    builder.entry("step", &updates, &outputs);
    let program = builder
        .build()
        .unwrap_or_else(|error| panic!("{}: {error}", row.name));
    ParityCase {
        name: row.name,
        program,
        inputs,
    }
}
