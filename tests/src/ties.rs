//! Graphs at random in which much depends on ties: values that are rounded (quotients, products and sums) meet maxima,
//! comparisons and equalities, and are used again behind a matrix product, hence in kernels of the gradient too.
//!
//! Some elements of the arguments are equal, so that ties are true ties in any precision.

use ganlet_core::eval::{Evaluator, Real, Value};
use ganlet_core::grad::grad;
use ganlet_core::random::threefry2x32;
use ganlet_core::{Builder, DType, Program, Tensor};

use crate::op_table::{floats, noise};

const SHAPE: [usize; 2] = [4, 6];

/// How far the interpreter in f32 may be from that in f64. Where it is farther, two different numbers are so close that
/// rounding decides which is larger: such graphs have no gradient to agree on.
const DECIDED: f64 = 1e-4;

/// The graphs of so many seeds, those that rounding decides left out. Outputs are the gradients.
///
/// # Panics
/// Where more than a fifth is left out.
pub fn programs(count: u32) -> Vec<Program> {
    let kept: Vec<Program> = (0..count).map(program).filter(is_decided).collect();
    assert!(
        5 * kept.len() >= 4 * count as usize,
        "{} of {count}",
        kept.len()
    );
    kept
}

fn program(seed: u32) -> Program {
    let b = Builder::new();
    let argument = |name: &str, shape: &[usize], stream: u32| {
        let (distinct, len) = (7, shape.iter().product());
        let values = noise(distinct, 100 * seed + stream);
        let repeated: Vec<f32> = (0..len).map(|i| values[i * 5 % distinct]).collect();
        b.state(name, shape, DType::F32, floats(&repeated))
    };
    let x = argument("x", &SHAPE, 0);
    let y = argument("y", &SHAPE, 1);
    let row = argument("row", &[1, SHAPE[1]], 2);
    let weights = argument("weights", &[SHAPE[1], 3], 3);

    let mut draws = (0..).map(|i| threefry2x32([seed, 1], [i, 0])[0] as usize);
    let mut pool = vec![x.clone(), y.clone(), row.broadcast_to(&SHAPE)];
    for _ in 0..8 {
        let mut draw = |below: usize| draws.next().expect("endless") % below;
        let (way, a, b) = (draw(15), draw(pool.len()), draw(pool.len()));
        pool.push(step(way, &pool[a], &pool[b]));
    }
    let sum = pool[3..].iter().fold(x.clone(), |sum, z| sum + z);
    let h = sum.matmul(&weights).tanh();
    let slope = pool.last().expect("some were made").matmul(&weights);
    let loss = (h + slope.tanh().square()).sum_all();
    let gradients = grad(&loss, &[&x, &y, &row, &weights]);
    let outputs: Vec<(&str, &Tensor)> = gradients.iter().map(|g| ("gradient", g)).collect();
    b.entry("f", &[], &outputs);
    b.build()
        .unwrap_or_else(|error| panic!("the generator made an ill-formed graph: {error}"))
}

/// One of the ways to make a value from two others; none makes it much larger.
fn step(way: usize, a: &Tensor, b: &Tensor) -> Tensor {
    match way {
        0 => a / (a.square() + 0.1).sqrt(),
        1 => a / (b.square() + 1.0),
        2 => a * (b.square() + 1.0).recip() + a * 0.3,
        3 => a.tanh() * b.tanh() + a * 0.7,
        4 => (a * 1.3 + b * 0.3) / (a.square() + b.square() + 0.5).sqrt(),
        5 => a.abs(),
        6 => a.max(b),
        7 => a.min(b),
        8 => a.clamp(-0.4, 0.3),
        9 => a.constant_like(0.0).max(a) * 0.8,
        10 => a.less(b).select(&(a * 0.3), &(b / (a.square() + 1.0))),
        11 => a.max(&a.flip(&[1])),
        12 => a.equal(&a.flip(&[0])).select(&(a * 0.9), b),
        13 => a.max_along(&[1]) * b.tanh(),
        _ => (a - a.max_along(&[1])).exp(),
    }
}

fn is_decided(program: &Program) -> bool {
    let exact = run::<f64>(program);
    let rounded = run::<f32>(program);
    (exact.iter().zip(&rounded)).all(|(a, b)| (a - b).abs() <= DECIDED * (1.0 + a.abs()))
}

/// All elements of all outputs.
fn run<T: Real>(program: &Program) -> Vec<f64> {
    let outputs = Evaluator::<T>::new(program).run(0);
    let floats = outputs.iter().flat_map(Value::floats);
    floats.map(|x| x.to_f64()).collect()
}
