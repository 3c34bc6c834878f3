//! Gradients of any order against finite differences, in f64.

use ganlet_core::eval::{Evaluator, Value};
use ganlet_core::grad::vjp;
use ganlet_core::{Builder, DType, Program, Tensor};

use crate::op_table::noise;

/// A function that appends to a graph.
pub type Function<'a> = Box<dyn Fn(&Builder, &[Tensor]) -> Vec<Tensor> + 'a>;

/// A point where a function is checked: shapes and elements of its arguments.
pub type Point = Vec<(Vec<usize>, Vec<f64>)>;

/// Half the distance over which differences are taken.
const STEP: f64 = 1e-5;

/// Checks the gradients of orders 1 to `orders` at `point`, each along one random direction: `vjp` against the central
/// difference, then `vjp` itself, as a function of arguments and cotangents, in the same way.
///
/// # Errors
/// The first order that is wrong.
pub fn check(function: Function<'_>, point: Point, orders: usize) -> Result<(), String> {
    check_order(function, point, 1, orders)
}

fn check_order(f: Function<'_>, at: Point, order: usize, orders: usize) -> Result<(), String> {
    let traced = trace(&f, &at);
    let values = |point: &Point| run(&traced, point);
    let noises = |len: usize, stream: usize| -> Vec<f64> {
        noise(len, (order * 100 + stream) as u32)
            .into_iter()
            .map(f64::from)
            .collect()
    };
    let direction: Vec<Vec<f64>> = (at.iter().enumerate())
        .map(|(i, (_, x))| noises(x.len(), i))
        .collect();
    let moved = |by: f64| -> Point {
        let moved = |x: &[f64], v: &[f64]| x.iter().zip(v).map(|(x, v)| x + by * v).collect();
        (at.iter().zip(&direction))
            .map(|((shape, x), v)| (shape.clone(), moved(x, v)))
            .collect()
    };
    let (above, below) = (values(&moved(STEP)), values(&moved(-STEP)));

    let shapes = &traced.entries[0].outputs;
    let cotangents: Point = (shapes.iter().enumerate())
        .map(|(i, (_, node))| {
            let shape = traced.nodes[*node].shape.clone();
            let len = shape.iter().product();
            (shape, noises(len, 50 + i))
        })
        .collect();
    let difference: f64 = (above.iter().zip(&below).zip(&cotangents))
        .map(|((a, b), (_, u))| {
            let slopes = a.iter().zip(b).map(|(a, b)| (a - b) / (2.0 * STEP));
            slopes.zip(u).map(|(slope, u)| slope * u).sum::<f64>()
        })
        .sum();

    let arguments = at.len();
    let derived: Function<'_> = Box::new(move |builder, tensors| {
        let (x, u) = tensors.split_at(arguments);
        let y = f(builder, x);
        let outputs: Vec<(&Tensor, &Tensor)> = y.iter().zip(u).collect();
        vjp(&outputs, &x.iter().collect::<Vec<_>>())
    });
    let mut point = at.clone();
    point.extend(cotangents);
    let gradients = run(&trace(&derived, &point), &point);
    let directional: f64 = (gradients.iter().zip(&direction))
        .map(|(g, v)| g.iter().zip(v).map(|(g, v)| g * v).sum::<f64>())
        .sum();

    let scale: f64 = 1.0 + difference.abs();
    let close = (directional - difference).abs() <= 1e-6 * scale; // false of NaN
    if !close {
        return Err(format!(
            "order {order}: the gradient says {directional}, the difference {difference}"
        ));
    }
    match order < orders {
        true => check_order(derived, point, order + 1, orders),
        false => Ok(()),
    }
}

fn trace(f: &Function<'_>, at: &Point) -> Program {
    let builder = Builder::new();
    let arguments: Vec<Tensor> = at
        .iter()
        .map(|(shape, _)| builder.input("argument", shape, DType::F32))
        .collect();
    let results = f(&builder, &arguments);
    let outputs: Vec<(&str, &Tensor)> = results.iter().map(|t| ("result", t)).collect();
    builder.entry("function", &[], &outputs);
    builder
        .build()
        .unwrap_or_else(|error| panic!("an ill-formed graph: {error}"))
}

fn run(program: &Program, at: &Point) -> Vec<Vec<f64>> {
    let mut evaluator = Evaluator::<f64>::new(program);
    for (input, (_, elements)) in evaluator.inputs.iter_mut().zip(at) {
        *input = Value::Float(elements.clone());
    }
    let outputs = evaluator.run(0);
    outputs.iter().map(|v| v.floats().to_vec()).collect()
}
