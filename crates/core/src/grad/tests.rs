//! What gradients are where nothing depends, at kinks, and through detached paths. The rules themselves are checked
//! against finite differences and against another framework in the crate of tests.

use super::{grad, vjp};
use crate::eval::{Evaluator, Value};
use crate::op::Op;
use crate::{Builder, DType, Tensor};

/// The values of `outputs` where the only input is `x`.
fn values(b: Builder, x: &[f64], outputs: &[&Tensor]) -> Vec<Vec<f64>> {
    let outputs: Vec<(&str, &Tensor)> = outputs.iter().map(|t| ("value", *t)).collect();
    b.entry("f", &[], &outputs);
    let program = b.build().expect("a well-formed graph");
    let mut evaluator = Evaluator::<f64>::new(&program);
    evaluator.inputs[0] = Value::Float(x.to_vec());
    let values = evaluator.run(0);
    values.iter().map(|v| v.floats().to_vec()).collect()
}

#[test]
fn nothing_flows_through_a_detached_path() {
    let b = Builder::new();
    let x = b.input("x", &[3], DType::F32);
    let g = grad(&(&x * x.exp().detach()), &[&x]).remove(0);
    let exp = x.exp();
    let values = values(b, &[0.5, -1.0, 2.0], &[&g, &exp]);
    assert_eq!(values[0], values[1]);
}

/// Also where the path is nothing but an input: a gradient may be taken with respect to that.
#[test]
fn a_detached_input_is_a_constant() {
    let b = Builder::new();
    let x = b.input("x", &[3], DType::F32);
    let g = grad(&(x.detach() * &x), &[&x]).remove(0);
    assert_eq!(values(b, &[0.5, -1.0, 2.0], &[&g])[0], [0.5, -1.0, 2.0]);
}

#[test]
fn equal_expressions_are_one_tensor_unless_one_is_fresh() {
    let b = Builder::new();
    let x = b.input("x", &[2], DType::F32);
    let (y, z) = (&x * 1.0, (&x * 1.0).fresh());
    let of_all_uses = grad(&(&y * &x), &[&y]).remove(0);
    let of_one_use = grad(&(&z * &x), &[&z]).remove(0);
    let (first, second) = (x.fresh(), x.fresh());
    let of_the_second = grad(&(first.square() * &second), &[&second]).remove(0);
    let through_both = grad(&(first.square() * &second), &[&x]).remove(0);
    let all = [&of_all_uses, &of_one_use, &of_the_second, &through_both];
    let values = values(b, &[3.0, -1.0], &all);
    assert_eq!(values[0], [6.0, -2.0], "2x");
    assert_eq!(values[1], [3.0, -1.0], "x");
    assert_eq!(values[2], [9.0, 1.0], "x^2");
    assert_eq!(values[3], [27.0, 3.0], "3x^2");
}

#[test]
fn what_does_not_depend_has_a_gradient_of_zero() {
    let b = Builder::new();
    let x = b.input("x", &[2, 3], DType::F32);
    let y = b.input("y", &[4], DType::F32);
    let unrelated = grad(&x.exp(), &[&y]).remove(0);
    assert_eq!(unrelated.shape(), [4]);
    let steps = grad(&(x.floor() + x.less_than(0.0).cast(DType::F32)), &[&x]).remove(0);
    assert_eq!(steps.shape(), [2, 3]);
    for zero in [unrelated, steps] {
        let id = zero.id().unwrap();
        let op = zero.graph().borrow().nodes[id].op.clone();
        assert!(matches!(op, Op::Const(c) if c == crate::Scalar::F32(0.0)));
    }
    assert!(vjp(&[(&x, &x)], &[]).is_empty());
}

#[test]
fn gradients_of_several_outputs_add_up() {
    let b = Builder::new();
    let x = b.input("x", &[2], DType::F32);
    let (double, square) = (&x * 2.0, x.square());
    let (u, v) = (b.full(&[2], 10.0), b.full(&[2], 1.0));
    let g = vjp(&[(&double, &u), (&square, &v), (&x, &v)], &[&x]).remove(0);
    assert_eq!(values(b, &[3.0, -1.0], &[&g])[0], [27.0, 19.0]);
}

#[test]
fn a_gradient_may_be_taken_at_an_inner_value() {
    let b = Builder::new();
    let x = b.input("x", &[2], DType::F32);
    let inner = x.square();
    let outer = inner.square().sum_all() + x.sum_all();
    let gradients = grad(&outer, &[&inner, &x]);
    let values = values(b, &[2.0, -3.0], &[&gradients[0], &gradients[1]]);
    assert_eq!(values[0], [8.0, 18.0], "2 * inner, x held aside");
    assert_eq!(values[1], [33.0, -107.0], "4 x^3 + 1");
}

#[test]
fn ties_go_where_the_documentation_says() {
    let b = Builder::new();
    let x = b.input("x", &[4], DType::F32);
    let zero = b.scalar(0.0);
    let first = grad(&x.max(&zero), &[&x]).remove(0);
    let second = grad(&zero.max(&x), &[&x]).remove(0);
    let abs = grad(&x.abs(), &[&x]).remove(0);
    let clamp = grad(&x.clamp(-1.0, 1.0), &[&x]).remove(0);
    let shared = grad(&x.max_along(&[0]), &[&x]).remove(0);
    let values = values(
        b,
        &[0.0, 2.0, -2.0, 2.0],
        &[&first, &second, &abs, &clamp, &shared],
    );
    assert_eq!(values[0], [1.0, 1.0, 0.0, 1.0]);
    assert_eq!(values[1], [0.0, 1.0, 0.0, 1.0]);
    assert_eq!(values[2], [1.0, 1.0, -1.0, 1.0]);
    assert_eq!(values[3], [1.0, 0.0, 0.0, 0.0]);
    assert_eq!(values[4], [0.0, 0.5, 0.0, 0.5]);
}
