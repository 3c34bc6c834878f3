//! Errors that stick and name their place, and graphs without doubles or dead nodes.

use crate::grad::{grad, vjp};
use crate::{Builder, DType, GraphError, Init, Program, Tensor, Window};

fn error(builder: Builder) -> GraphError {
    builder.build().expect_err("an ill-formed graph")
}

fn build(builder: Builder, outputs: &[(&str, &Tensor)]) -> Program {
    builder.entry("f", &[], outputs);
    builder.build().expect("a well-formed graph")
}

#[test]
fn an_error_names_operation_arguments_and_place() {
    let b = Builder::new();
    let x = b.input("x", &[2, 3], DType::F32);
    let y = b.input("y", &[4, 5], DType::F32);
    let line = line!() + 1;
    let _ = x.matmul(&y);
    let error = error(b);
    assert_eq!(error.op, "MatMul");
    assert_eq!(
        error.args,
        [(vec![2, 3], DType::F32), (vec![4, 5], DType::F32)]
    );
    assert_eq!(error.location.file(), file!());
    assert_eq!(error.location.line(), line);
    let text = error.to_string();
    for part in ["MatMul", "f32[2, 3]", "f32[4, 5]", "equal leading axes"] {
        assert!(text.contains(part), "{part} is not in {text}");
    }
    assert!(text.contains(&format!("{}:{line}", file!())), "{text}");
}

/// A convolution that cannot be says which extents do not fit, and what to change.
#[test]
fn an_ill_formed_convolution_says_why() {
    /// Input, kernel, windows, and what the message says.
    type Case = (
        &'static [usize],
        &'static [usize],
        &'static [Window],
        &'static [&'static str],
    );
    const PLAIN: Window = Window {
        stride: 1,
        padding: (0, 0),
        lhs_dilation: 1,
        rhs_dilation: 1,
    };
    let cases: &[Case] = &[
        (
            &[1, 5, 5, 2],
            &[3, 6, 2, 4],
            &[PLAIN; 2],
            &["axis 1", "spans 6", "input of 5 has only 5", "more padding"],
        ),
        (
            &[1, 5, 2],
            &[3, 2, 4],
            &[Window {
                rhs_dilation: 3,
                padding: (2, -1),
                ..PLAIN
            }],
            &["spans 7", "only 6", "(2, -1)"],
        ),
        (
            &[1, 5, 2],
            &[1, 2, 4],
            &[Window {
                padding: (-5, 0),
                ..PLAIN
            }],
            &["only 0"],
        ),
        (&[1, 5, 2], &[3, 4, 2], &[PLAIN], &["2 channels", "takes 4"]),
        (&[1, 5, 5, 2], &[3, 2, 4], &[PLAIN], &["rank 3"]),
        (&[5, 2], &[2, 4], &[], &["rank 2", "spatial axis"]),
        (
            &[1, 5, 2],
            &[3, 2, 4],
            &[Window { stride: 0, ..PLAIN }],
            &["axis 0", "at least 1"],
        ),
        (
            &[1, 5, 2],
            &[3, 2, 4],
            &[Window {
                lhs_dilation: 0,
                ..PLAIN
            }],
            &["axis 0", "at least 1"],
        ),
        (
            &[1, 5, 2],
            &[3, 2, 4],
            &[Window {
                padding: (i64::MAX, i64::MAX),
                ..PLAIN
            }],
            &["too wide"],
        ),
    ];
    for (x, w, windows, parts) in cases {
        let b = Builder::new();
        let (x, w) = (b.input("x", x, DType::F32), b.input("w", w, DType::F32));
        drop(x.conv(&w, windows));
        let error = error(b);
        for part in *parts {
            assert!(error.problem.contains(part), "{part} is not in {error}");
        }
        assert_eq!(error.args.len(), 2, "both shapes are there: {error}");
    }
    let b = Builder::new();
    let x = b.input("x", &[1, 5, 2], DType::U32);
    drop(x.conv(&b.input("w", &[1, 2, 2], DType::F32), &[PLAIN]));
    assert!(error(b).problem.contains("cast"));
}

/// Every way of writing an ill-formed operation blames the line that wrote it.
#[test]
fn the_place_is_the_callers() {
    type Wrong = fn(&Builder, &Tensor, &Tensor);
    let wrong: &[(&str, Wrong)] = &[
        ("add", |_, x, y| drop(x + y)),
        ("owned add", |_, x, y| drop(x.clone() + y.clone())),
        ("sub", |_, x, y| drop(x - y)),
        ("mul", |_, x, y| drop(x * y)),
        ("div", |_, x, y| drop(x / y)),
        ("max", |_, x, y| drop(x.max(y))),
        ("min", |_, x, y| drop(x.min(y))),
        ("less", |_, x, y| drop(x.less(y))),
        ("equal", |_, x, y| drop(x.equal(y))),
        ("select shapes", |_, x, y| drop(x.less(x).select(x, y))),
        ("select by a number", |_, x, _| drop(x.select(x, x))),
        ("sum", |_, x, _| drop(x.sum(&[2]))),
        ("sum twice", |_, x, _| drop(x.sum(&[1, 1]))),
        ("mean", |_, x, _| drop(x.mean(&[5]))),
        ("max_along", |_, x, _| drop(x.max_along(&[3]))),
        ("reshape", |_, x, _| drop(x.reshape(&[7]))),
        ("a reshape past all numbers", |_, x, _| {
            drop(x.reshape(&[usize::MAX, 2]));
        }),
        ("permute", |_, x, _| drop(x.permute(&[0, 0]))),
        ("a short permute", |_, x, _| drop(x.permute(&[0]))),
        ("t", |b, _, _| drop(b.scalar(1.0).t())),
        ("broadcast_to", |_, x, _| drop(x.broadcast_to(&[4, 3]))),
        ("broadcast_to fewer", |_, x, _| drop(x.broadcast_to(&[3]))),
        ("pad", |_, x, _| drop(x.pad(&[(1, 1)]))),
        ("a pad past all numbers", |_, x, _| {
            drop(x.pad(&[(usize::MAX, 2), (0, 0)]));
        }),
        ("slice", |_, x, _| drop(x.slice(&[1, 1], &[2, 1]))),
        ("an empty slice", |_, x, _| drop(x.slice(&[0, 0], &[0, 1]))),
        ("a slice past all numbers", |_, x, _| {
            drop(x.slice(&[usize::MAX, 0], &[2, 1]));
        }),
        ("narrow", |_, x, _| drop(x.narrow(2, 0, 1))),
        ("narrow too far", |_, x, _| drop(x.narrow(0, 1, 2))),
        ("flip", |_, x, _| drop(x.flip(&[2]))),
        ("conv", |_, x, y| drop(x.conv(y, &[Window::default()]))),
        ("concat", |_, x, y| drop(Tensor::concat(&[x, y], 0))),
        ("concat on no axis", |_, x, _| {
            drop(Tensor::concat(&[x, x], 2))
        }),
        ("matmul", |_, x, y| drop(x.matmul(y))),
        ("gather", |_, x, y| drop(x.gather(y))),
        ("random", |_, x, _| drop(x.random(&[3], 0, 2))),
        ("random below nothing", |b, _, _| {
            let key = b.input("key", &[2], DType::U32);
            drop(key.random(&[3], 0, 0));
        }),
        ("an empty input", |b, _, _| {
            drop(b.input("z", &[3, 0], DType::F32));
        }),
        ("an endless state", |b, _, _| {
            drop(b.state("z", &[1 << 20, 1 << 20], DType::F32, Init::Zeros));
        }),
        ("an empty constant", |b, _, _| drop(b.full(&[0], 1.0))),
        ("iota", |b, _, _| drop(b.iota(&[3], 1))),
        ("integers", |_, x, _| drop(x.cast(DType::U32).exp())),
        ("mixed types", |_, x, _| drop(x + x.cast(DType::U32))),
        ("cast to truth", |_, x, _| drop(x.cast(DType::Bool))),
    ];
    for (name, make) in wrong {
        let b = Builder::new();
        let x = b.input("x", &[2, 3], DType::F32);
        let y = b.input("y", &[4, 5], DType::F32);
        make(&b, &x, &y);
        let error = match b.build() {
            Err(error) => error,
            Ok(_) => panic!("{name} was taken for well-formed"),
        };
        assert_eq!(error.location.file(), file!(), "{name}: {error}");
        assert!(!error.problem.is_empty(), "{name}");
    }
}

#[test]
fn the_first_error_wins_and_its_consequences_are_silent() {
    let b = Builder::new();
    let x = b.input("x", &[2, 3], DType::F32);
    let first = line!() + 1;
    let poisoned = &x + b.input("y", &[4], DType::F32);
    assert_eq!(poisoned.shape(), Vec::<usize>::new());
    // Whatever is done with it neither panics nor hides the first error.
    let results = [
        -&poisoned,
        &poisoned + &x,
        &x * &poisoned,
        1.0 / &poisoned,
        poisoned.exp().abs().cos().clamp(0.0, 1.0),
        poisoned.less_than(0.5).select(&x, &poisoned),
        poisoned.sum(&[1]).mean(&[0]).max_along(&[7]),
        poisoned.sum_all() + poisoned.mean_all(),
        poisoned.reshape(&[9]).permute(&[1, 0]).t(),
        poisoned
            .broadcast_to(&[8, 8])
            .pad(&[(1, 1)])
            .slice(&[3], &[3]),
        poisoned.narrow(3, 1, 1).flip(&[4]),
        Tensor::concat(&[&x, &poisoned], 0),
        Tensor::concat(&[&poisoned, &x], 0),
        poisoned.matmul(&x),
        x.matmul(&poisoned),
        poisoned.gather(&x),
        x.gather(&poisoned),
        poisoned.random(&[4], 0, 1).cast(DType::F32).detach(),
        grad(&poisoned, &[&x]).remove(0),
        grad(&x, &[&poisoned]).remove(0),
        vjp(&[(&x, &poisoned)], &[&x]).remove(0),
    ];
    b.entry("f", &[(&poisoned, &x), (&x, &poisoned)], &[]);
    let outputs: Vec<(&str, &Tensor)> = results.iter().map(|t| ("y", t)).collect();
    b.entry("g", &[], &outputs);
    let _ = x.reshape(&[5]);
    let error = error(b);
    assert_eq!(error.location.line(), first, "{error}");
}

/// Whatever meets a tensor of another builder, both builders say so, and where.
#[test]
fn tensors_of_two_builders_do_not_mix() {
    type Mix = fn(&Builder, &Tensor, &Tensor) -> Vec<Tensor>;
    let mixes: &[(&str, Mix)] = &[
        ("add", |_, x, y| vec![x + y]),
        ("select", |_, x, y| vec![x.less(x).select(x, y)]),
        ("max", |_, x, y| vec![y.max(x)]),
        ("matmul", |_, x, y| vec![x.matmul(&y.t())]),
        ("concat", |_, x, y| vec![Tensor::concat(&[x, y], 0)]),
        ("grad", |_, x, y| grad(&x.square(), &[y])),
        ("several", |_, x, y| grad(&x.square(), &[x, y])),
        ("cotangent", |_, x, y| vjp(&[(x, y)], &[x])),
        ("output", |_, _, y| vec![y.clone()]),
        ("update", |b, x, y| {
            b.entry("f", &[(x, y)], &[]);
            vec![]
        }),
    ];
    for (name, mix) in mixes {
        let (b, other) = (Builder::new(), Builder::new());
        let x = b.state("x", &[2, 3], DType::F32, Init::Zeros);
        // More nodes there than here: the number of one is no node of the other.
        let y = other.input("y", &[2, 3], DType::F32).exp().tanh();
        let mixed = mix(&b, &x, &y);
        let outputs: Vec<(&str, &Tensor)> = mixed.iter().map(|t| ("mixed", t)).collect();
        b.entry("g", &[], &outputs);
        for error in [error(b), error(other)] {
            assert!(error.problem.contains("`Builder`"), "{name}: {error}");
            assert_eq!(error.location.file(), file!(), "{name}: {error}");
        }
    }
}

/// The error of another builder's tensor comes along, even into a builder that has met nothing else.
#[test]
fn nothing_to_join_is_an_error_of_whom_it_reaches() {
    let b = Builder::new();
    let line = line!() + 1;
    let nothing = Tensor::concat(&[], 0);
    let y = (b.scalar(1.0) + &nothing).exp();
    b.entry("f", &[], &[("y", &y), ("nothing", &nothing)]);
    let error = error(b);
    assert!(error.problem.contains("nothing to join"), "{error}");
    assert_eq!(
        (error.location.file(), error.location.line()),
        (file!(), line)
    );
}

#[test]
fn an_update_keeps_shape_and_type_and_happens_once() {
    type Wrong = fn(&Builder, &Tensor, &Tensor);
    let wrong: &[(&str, Wrong)] = &[
        ("`s` keeps its shape", |b, s, _| {
            b.entry("f", &[(s, &s.reshape(&[3, 2]))], &[]);
        }),
        ("`s` keeps its shape and type", |b, s, _| {
            b.entry("f", &[(s, &s.cast(DType::U32))], &[]);
        }),
        ("only state", |b, s, _| {
            b.entry("f", &[(&(s + 1.0), s)], &[]);
        }),
        ("read-only", |b, _, bytes| {
            b.entry("f", &[(bytes, bytes)], &[]);
        }),
        ("`y` holds packed bytes", |b, _, bytes| {
            b.entry("f", &[], &[("y", bytes)]);
        }),
        ("`s` is updated twice", |b, s, _| {
            b.entry("f", &[(s, &(s + 1.0)), (s, &(s * 2.0))], &[]);
        }),
    ];
    for (problem, make) in wrong {
        let b = Builder::new();
        let s = b.state("s", &[2, 3], DType::F32, Init::Zeros);
        let bytes = b.state("bytes", &[8], DType::U8, Init::Zeros);
        make(&b, &s, &bytes);
        let error = error(b);
        assert!(error.problem.contains(problem), "{problem}: {error}");
        assert_eq!(error.location.file(), file!());
    }
}

#[test]
fn equal_nodes_are_one_node() {
    let b = Builder::new();
    let x = b.input("x", &[2, 3], DType::F32);
    let one = (&x * 2.0 + 1.0).tanh().sum(&[1]);
    let other = (&x * 2.0 + 1.0).tanh().sum(&[1]);
    assert_eq!(one.id(), other.id());
    assert_ne!(x.sum(&[0]).id(), x.sum(&[1]).id());
    assert_ne!(
        b.full(&[2], 1.0).id(),
        b.full(&[3], 1.0).id(),
        "shapes count"
    );
    assert_ne!(
        b.scalar(0.0).id(),
        b.scalar(-0.0).id(),
        "their reciprocals differ"
    );
    // Two states of one shape are two things.
    let s = b.state("s", &[2], DType::F32, Init::Zeros);
    let t = b.state("t", &[2], DType::F32, Init::Zeros);
    assert_ne!(s.id(), t.id());
}

#[test]
fn nothing_dead_is_left() {
    let b = Builder::new();
    let x = b.input("x", &[2, 3], DType::F32);
    let unused = b.input("unused", &[5], DType::F32);
    let _ = unused.exp().sum_all();
    let _ = x.tanh().matmul(&x.t());
    let y = x.exp() + 1.0;
    let program = build(b, &[("y", &y)]);
    assert_eq!(program.nodes.len(), 4, "{:#?}", program.nodes);
    assert_eq!(program.inputs.len(), 2, "what is declared stays");
    for (id, node) in program.nodes.iter().enumerate() {
        assert!(
            node.args.iter().all(|&arg| arg < id),
            "arguments come first"
        );
    }
}
