//! Rules of the simplifier, one by one, and all together against graphs that were left as they were written.

use std::cell::Cell;

use crate::eval::Evaluator;
use crate::op::Op;
use crate::program::Program;
use crate::shared::random_graph;
use crate::{Builder, DType, Init, Scalar, Tensor, Window};

thread_local! {
    static OFF: Cell<bool> = const { Cell::new(false) };
}

/// Whether this thread's graphs stay as they are written.
pub(crate) fn is_off() -> bool {
    OFF.get()
}

fn op(tensor: &Tensor) -> Op {
    let id = tensor.id().expect("a well-formed tensor");
    tensor.graph().borrow().nodes[id].op.clone()
}

fn is_constant(tensor: &Tensor, value: f64, shape: &[usize]) -> bool {
    op(tensor) == Op::Const(Scalar::F32(value)) && tensor.shape() == shape
}

fn same(a: &Tensor, b: &Tensor) -> bool {
    a.id().is_some() && a.id() == b.id()
}

#[test]
fn arithmetic_with_zero_and_one_disappears() {
    let b = Builder::new();
    let x = b.input("x", &[2, 3], DType::F32);
    assert!(same(&(&x + 0.0), &x));
    assert!(same(&(0.0 + &x), &x));
    assert!(same(&(&x - 0.0), &x));
    assert!(same(&(&x * 1.0), &x));
    assert!(same(&(1.0 * &x), &x));
    assert!(same(&(&x * -1.0), &-&x));
    assert!(same(&-(-&x), &x));
    assert!(same(&x.recip().recip(), &x));
    assert!(is_constant(&(&x * 0.0), 0.0, &[2, 3]));
    let n = b.input("n", &[2], DType::U32);
    assert!(same(&(&n + 0.0), &n));
    assert!(same(&(&n * 1.0), &n));
}

#[test]
fn one_element_alone_is_not_dilated() {
    let b = Builder::new();
    let (x, w) = (
        b.input("x", &[1, 1, 2], DType::F32),
        b.input("w", &[1, 2, 3], DType::F32),
    );
    let dilated = Window {
        lhs_dilation: 2,
        rhs_dilation: 3,
        padding: (1, 0),
        ..Window::default()
    };
    let plain = Window {
        padding: (1, 0),
        ..Window::default()
    };
    assert!(same(&x.conv(&w, &[dilated]), &x.conv(&w, &[plain])));
    assert!(is_constant(
        &x.conv(&w.constant_like(0.0), &[plain]),
        0.0,
        &[1, 2, 3]
    ));
}

#[test]
fn constants_are_folded() {
    let b = Builder::new();
    let x = b.input("x", &[2, 3], DType::F32);
    assert!(is_constant(&(b.scalar(2.0) + 3.0), 5.0, &[]));
    assert!(is_constant(
        &(b.full(&[2, 3], 4.0).sqrt() * -0.5),
        -1.0,
        &[2, 3]
    ));
    assert!(is_constant(
        &b.scalar(2.0).broadcast_to(&[2, 3]),
        2.0,
        &[2, 3]
    ));
    assert!(is_constant(&b.full(&[2, 3], 2.0).reshape(&[6]), 2.0, &[6]));
    assert!(is_constant(
        &b.full(&[2, 3], 0.0).pad(&[(1, 0), (0, 0)]),
        0.0,
        &[3, 3]
    ));
    assert!(
        matches!(op(&b.full(&[2, 3], 1.0).pad(&[(1, 0), (0, 0)])), Op::Pad(_)),
        "a border of zeros around ones is no constant"
    );
    let truth = b.scalar(1.0).less_than(2.0);
    assert!(same(&truth.select(&x, &x.exp()), &x));
    assert!(is_constant(
        &truth.cast(DType::F32).broadcast_to(&[2]),
        1.0,
        &[2]
    ));
    assert!(is_constant(&x.matmul(&b.full(&[3, 4], 0.0)), 0.0, &[2, 4]));
}

#[test]
fn movements_collapse() {
    let b = Builder::new();
    let x = b.input("x", &[2, 3, 4], DType::F32);
    assert!(same(&x.reshape(&[6, 4]).reshape(&[2, 3, 4]), &x));
    assert!(same(&x.permute(&[1, 2, 0]).permute(&[2, 0, 1]), &x));
    assert!(same(
        &x.permute(&[1, 2, 0]).permute(&[1, 2, 0]),
        &x.permute(&[2, 0, 1])
    ));
    assert!(same(
        &x.pad(&[(1, 2), (0, 0), (3, 0)])
            .slice(&[1, 0, 3], &[2, 3, 4]),
        &x
    ));
    assert!(same(
        &x.slice(&[0, 1, 1], &[2, 2, 3])
            .slice(&[1, 0, 1], &[1, 2, 2]),
        &x.slice(&[1, 1, 2], &[1, 2, 2])
    ));
    assert!(same(&x.sum(&[]), &x));
    let row = x.sum(&[1]);
    assert!(same(&row.sum(&[1]), &row));
    assert!(same(&row.max_along(&[0, 1]), &row.max_along(&[0])));
    assert!(same(&row.flip(&[1]), &row));
    assert!(same(&x.detach().detach(), &x.detach()));
    assert!(same(&x.less(&x).select(&x, &x), &x));
    assert!(same(&x.cast(DType::F32), &x));
}

#[test]
fn a_maximum_keeps_its_order() {
    // A tie gives its gradient to the first argument.
    let b = Builder::new();
    let x = b.input("x", &[2], DType::F32);
    let zero = b.full(&[2], 0.0);
    assert!(!same(&x.max(&zero), &zero.max(&x)));
}

/// Every random program twice, with and without the simplifier: the same values, exactly.
#[test]
fn no_rule_changes_a_value() {
    let run = |program: &Program| {
        let mut evaluator = Evaluator::<f64>::new(program);
        let mut values = Vec::new();
        for entry in [0, 1, 0, 1] {
            values.extend(evaluator.run(entry));
            values.extend(evaluator.states.clone());
        }
        values
    };
    let smaller = Cell::new(0);
    random_graph::check_all_choices(400, |steps, roots| {
        let simplified = random_graph::program(steps, roots);
        OFF.set(true);
        let literal = random_graph::program(steps, roots);
        OFF.set(false);
        smaller.set(smaller.get() + usize::from(simplified.nodes.len() < literal.nodes.len()));
        match run(&simplified) == run(&literal) {
            true => Ok(()),
            false => Err(format!("as written: {:#?}", literal.nodes)),
        }
    });
    assert!(smaller.get() > 0, "the simplifier was off both times");
}

/// State starts as zeros here, and still nothing may fold it.
#[test]
fn state_is_not_constant() {
    let b = Builder::new();
    let s = b.state("s", &[1], DType::F32, Init::Zeros);
    let next = &s + 1.0;
    b.entry("count", &[(&s, &next)], &[("next", &next)]);
    let program = b.build().unwrap();
    let mut evaluator = Evaluator::<f64>::new(&program);
    let counted: Vec<f64> = (0..3).map(|_| evaluator.run(0)[0].floats()[0]).collect();
    assert_eq!(counted, [1.0, 2.0, 3.0]);
}
