//! Graphs at random whose results are exact, so that every backend must agree to the last bit.
//!
//! All floats are small integers: the generator knows a bound of every tensor, and where a sum or a product would
//! leave the range in which f32 is exact it squashes the arguments first. So the order of sums, fused
//! multiply-adds and the accuracy of `tanh` cannot matter, and a comparison needs no tolerance: whatever differs is
//! a wrong index, a wrong order of kernels or a value that was overwritten too early.
//!
//! A graph is a list of [`Choice`]s. Every choice is valid after any others, so a failing list shrinks by leaving
//! choices out and by making their numbers smaller.
//!
//! The planner's own tests inside `ganlet-core` include this file, because what they check is private there.

use std::sync::Arc;

use ganlet_core::{Builder, DType, Init, Program, Tensor, Window};
use proptest::array::uniform6;
use proptest::collection::vec;
use proptest::num::u16;
use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestError, TestRng, TestRunner};

/// What one step of the generator does: an operation, and the numbers that it consumes.
pub type Choice = [u16; 6];

/// The largest magnitude that a tensor may have: sums of two of them are still exact in f32.
const LIMIT: f64 = (1 << 22) as f64;

/// The largest magnitude in a float state before every step.
const STATE_BOUND: f64 = 5.0;

/// The largest tensor that is made.
const MAX_ELEMENTS: usize = 400;

/// A tensor and the largest magnitude that its elements can have.
#[derive(Clone)]
struct Bounded {
    tensor: Tensor,
    bound: f64,
}

/// Reads the numbers of one choice, then zeros.
struct Numbers<'a>(&'a [u16]);

impl Numbers<'_> {
    fn next(&mut self) -> usize {
        match self.0.split_first() {
            Some((&first, rest)) => {
                self.0 = rest;
                first as usize
            }
            None => 0,
        }
    }

    fn below(&mut self, end: usize) -> usize {
        self.next() % end
    }
}

/// Runs `check` on random programs, the same ones every time; the variable `PROPTEST_CASES` asks for more of them than
/// `cases`.
///
/// # Panics
/// On the smallest program found that fails, with its nodes.
pub fn check_all(cases: u32, check: impl Fn(&Program) -> Result<(), String>) {
    check_all_choices(cases, |steps, roots| check(&program(steps, roots)));
}

/// As [`check_all`], for checks that make the program from its choices themselves.
///
/// # Panics
/// On the smallest program found that fails, with its nodes.
pub fn check_all_choices(cases: u32, check: impl Fn(&[Choice], &[Choice]) -> Result<(), String>) {
    let config = Config {
        cases: std::env::var("PROPTEST_CASES").map_or(cases, |n| n.parse().expect("a number")),
        failure_persistence: None,
        max_shrink_iters: 20_000,
        ..Config::default()
    };
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &[7; 32]);
    let choices = |count| vec(uniform6(u16::ANY), count);
    let result = TestRunner::new_with_rng(config, rng).run(
        &(choices(0..40), choices(1..16)),
        |(steps, roots): (Vec<Choice>, Vec<Choice>)| {
            check(&steps, &roots).map_err(TestCaseError::fail)
        },
    );
    if let Err(TestError::Fail(reason, (steps, roots))) = &result {
        let program = program(steps, roots);
        let nodes: String = (program.nodes.iter().enumerate())
            .map(|(i, n)| {
                format!(
                    "{i}: {:?} of {:?} -> {}{:?}\n",
                    n.op, n.args, n.dtype, n.shape
                )
            })
            .collect();
        panic!("{reason}\n{nodes}{:?}", program.entries);
    }
    result.expect("no test case is rejected");
}

/// Builds a program of two entries over a handful of states: the tensors that `steps` make, of which `roots` say what
/// becomes an output and what updates a state.
pub fn program(steps: &[Choice], roots: &[Choice]) -> Program {
    let mut maker = Maker::new();
    let of_entry = |entry: u16| -> Vec<Choice> {
        (roots.iter().filter(|root| root[0] % 2 == entry))
            .copied()
            .collect()
    };
    // The first entry uses what is there after half of the steps.
    let (before, after) = steps.split_at(steps.len() / 2);
    before.iter().for_each(|step| maker.step(step));
    maker.entry("first", &of_entry(1));
    after.iter().for_each(|step| maker.step(step));
    maker.entry("second", &of_entry(0));
    maker
        .builder
        .build()
        .unwrap_or_else(|error| panic!("the generator made an ill-formed graph: {error}"))
}

struct Maker {
    builder: Builder,
    states: Vec<Tensor>,
    key: Tensor,
    /// Everything made so far, of any type.
    pool: Vec<Bounded>,
}

fn words(words: impl Iterator<Item = u32>) -> Init {
    let bytes: Vec<u8> = words.flat_map(u32::to_le_bytes).collect();
    Init::Bytes(Arc::from(bytes))
}

impl Maker {
    fn new() -> Self {
        let builder = Builder::new();
        let float = |name: &str, shape: &[usize]| {
            let len = shape.iter().product::<usize>() as u32;
            let element = |i: u32| ((i * 7 + i * i * 3 + len) % 11) as f32 - STATE_BOUND as f32;
            let init = words((0..len).map(|i| element(i).to_bits()));
            builder.state(name, shape, DType::F32, init)
        };
        let states = vec![
            float("a", &[2, 3]),
            float("b", &[2, 3]),
            float("c", &[3, 4]),
            float("d", &[4, 3]),
            float("e", &[24]),
            float("f", &[1]),
            float("g", &[2, 3, 4]),
            float("h", &[3]),
            float("i", &[6]),
            builder.state("counts", &[5], DType::U32, words(0..5)),
        ];
        let key = builder.state("key", &[2], DType::U32, words(3..5));
        let bytes = builder.state(
            "bytes",
            &[5, 3],
            DType::U8,
            Init::Bytes((0..15).map(|i| i * 13 % 9).collect()),
        );
        let mut pool: Vec<Bounded> = states
            .iter()
            .map(|tensor| Bounded {
                tensor: tensor.clone(),
                bound: state_bound(tensor),
            })
            .collect();
        pool.push(Bounded {
            tensor: bytes,
            bound: 9.0,
        });
        let mut states = states;
        states.push(key.clone());
        Self {
            builder,
            states,
            key,
            pool,
        }
    }

    /// A tensor of any type. Recent ones are as likely as old ones.
    fn any(&self, n: &mut Numbers<'_>) -> Bounded {
        // Counted from the end, so that leaving out a choice mostly keeps what the others meant.
        let back = n.below(self.pool.len());
        self.pool[self.pool.len() - 1 - back].clone()
    }

    fn float(&self, n: &mut Numbers<'_>) -> Bounded {
        let Bounded { tensor, bound } = self.any(n);
        match tensor.dtype() {
            DType::F32 => Bounded { tensor, bound },
            _ => Bounded {
                tensor: tensor.cast(DType::F32),
                bound: bound.max(1.0),
            },
        }
    }

    /// A float tensor that broadcasts with `other` to something not too large; `other` itself if there is none.
    fn partner(&self, n: &mut Numbers<'_>, other: &Bounded) -> Bounded {
        let shape = other.tensor.shape();
        let fits = |t: &Bounded| {
            t.tensor.dtype() == DType::F32
                && ganlet_core::shape::broadcast(&shape, &t.tensor.shape())
                    .is_some_and(|s| s.iter().product::<usize>() <= MAX_ELEMENTS)
        };
        let fitting: Vec<&Bounded> = self.pool.iter().rev().filter(|t| fits(t)).collect();
        match fitting.len() {
            0 => other.clone(),
            count => fitting[n.below(count)].clone(),
        }
    }

    fn step(&mut self, choice: &Choice) {
        let mut n = Numbers(choice);
        if let Some(made) = self.operation(&mut n)
            && made.tensor.numel() <= MAX_ELEMENTS
            && made.tensor.shape().len() <= 5
        {
            self.pool.push(made);
        }
    }

    fn operation(&self, n: &mut Numbers<'_>) -> Option<Bounded> {
        let made = |tensor: Tensor, bound: f64| Some(Bounded { tensor, bound });
        match n.below(29) {
            0 => {
                let x = self.float(n);
                made(-x.tensor, x.bound)
            }
            1 => Some(squash(&self.float(n), 0)),
            2 => Some(squash(&self.float(n), 1)),
            3 | 4 => {
                let a = self.float(n);
                let b = self.partner(n, &a);
                let (a, b) = (tame(a, LIMIT / 2.0), tame(b, LIMIT / 2.0));
                made(a.tensor + b.tensor, a.bound + b.bound)
            }
            5 => {
                let a = self.float(n);
                let b = self.partner(n, &a);
                let (a, b) = (tame(a, LIMIT.sqrt()), tame(b, LIMIT.sqrt()));
                made(a.tensor * b.tensor, a.bound * b.bound)
            }
            6 => {
                let a = self.float(n);
                let b = self.partner(n, &a);
                made(a.tensor.max(&b.tensor), a.bound.max(b.bound))
            }
            7 => {
                let a = self.float(n);
                let b = self.partner(n, &a);
                made(a.tensor.less(&b.tensor), 1.0)
            }
            8 => {
                let a = self.float(n);
                let b = self.partner(n, &a);
                made(
                    a.tensor.equal(&b.tensor).select(&(-&a.tensor), &b.tensor),
                    a.bound.max(b.bound),
                )
            }
            9 | 10 => {
                let x = self.float(n);
                let axes = subset(n, x.tensor.shape().len());
                let shape = x.tensor.shape();
                let count: usize = axes.iter().map(|&axis| shape[axis]).product();
                let x = tame(x, LIMIT / count as f64);
                made(x.tensor.sum(&axes), x.bound * count as f64)
            }
            11 => {
                let x = self.float(n);
                let axes = subset(n, x.tensor.shape().len());
                made(x.tensor.max_along(&axes), x.bound)
            }
            12 | 13 => {
                let x = self.any(n);
                let shape = reshaped(n, &x.tensor.shape());
                made(x.tensor.reshape(&shape), x.bound)
            }
            14 => {
                let x = self.any(n);
                made(
                    x.tensor.permute(&permutation(n, x.tensor.shape().len())),
                    x.bound,
                )
            }
            15 => {
                let x = self.any(n);
                let mut shape = x.tensor.shape();
                let extent = 2 + n.below(3);
                let repeated = subset(n, shape.len());
                for axis in repeated {
                    if shape[axis] == 1 {
                        shape[axis] = extent;
                    }
                }
                if n.below(2) == 1 {
                    shape.insert(0, extent);
                }
                made(x.tensor.broadcast_to(&shape), x.bound)
            }
            16 => {
                let x = self.any(n);
                let padding: Vec<(usize, usize)> = (x.tensor.shape().iter())
                    .map(|_| (n.below(3), n.below(2)))
                    .collect();
                made(x.tensor.pad(&padding), x.bound)
            }
            17 => {
                let x = self.any(n);
                let shape = x.tensor.shape();
                let start: Vec<usize> = shape.iter().map(|&extent| n.below(extent)).collect();
                let extents: Vec<usize> = (shape.iter().zip(&start))
                    .map(|(&extent, &start)| 1 + n.below(extent - start))
                    .collect();
                made(x.tensor.slice(&start, &extents), x.bound)
            }
            18 => {
                let x = self.any(n);
                let axes = subset(n, x.tensor.shape().len());
                made(x.tensor.flip(&axes), x.bound)
            }
            19 | 20 => self.product(n),
            21 => self.join(n),
            22 => self.gathered(n),
            23 => {
                let key = match n.below(2) {
                    0 => self.key.clone(),
                    _ => &self.key * 3.0 + self.builder.iota(&[2], 0),
                };
                let shape = self.any(n).tensor.shape();
                let stream = n.below(3) as u32;
                made(key.random(&shape, stream, 7), 7.0)
            }
            24 => {
                let shape = self.any(n).tensor.shape();
                let value = n.below(4) as f64 - 1.0;
                match n.below(3) {
                    0 if !shape.is_empty() => {
                        let axis = n.below(shape.len());
                        made(self.builder.iota(&shape, axis), MAX_ELEMENTS as f64)
                    }
                    1 => made(self.builder.full(&shape, value), 2.0),
                    _ => made(self.builder.scalar(value), 2.0),
                }
            }
            25 => {
                let x = self.any(n);
                made(x.tensor.detach(), x.bound)
            }
            26 | 27 => Some(self.convolution(n)),
            _ => {
                // What normalisation looks like: a value beside its own statistics.
                let x = self.float(n);
                let axes = subset(n, x.tensor.shape().len());
                let highest = x.tensor.max_along(&axes);
                let x = tame(
                    Bounded {
                        tensor: &x.tensor - highest,
                        bound: 2.0 * x.bound,
                    },
                    LIMIT / 2.0,
                );
                Some(x)
            }
        }
    }

    /// A matrix product with whatever fits, transposed where that helps.
    fn product(&self, n: &mut Numbers<'_>) -> Option<Bounded> {
        let mut a = self.float(n);
        if a.tensor.shape().len() < 2 {
            a.tensor = a.tensor.reshape(&[1, a.tensor.numel()]);
        }
        if n.below(3) == 0 {
            a.tensor = a.tensor.t();
        }
        let shape = a.tensor.shape();
        let rank = shape.len();
        let k = shape[rank - 1];
        let fits = |t: &&Bounded| {
            let s = t.tensor.shape();
            t.tensor.dtype() == DType::F32
                && s.len() == rank
                && s[..rank - 2] == shape[..rank - 2]
                && s[rank - 2..].contains(&k)
        };
        let fitting: Vec<&Bounded> = self.pool.iter().rev().filter(fits).collect();
        let mut b = match fitting.len() {
            0 => a.clone(),
            count => fitting[n.below(count)].clone(),
        };
        if b.tensor.shape()[rank - 2] != k || (n.below(2) == 1 && b.tensor.shape()[rank - 1] == k) {
            b.tensor = b.tensor.t();
        }
        let limit = (LIMIT / k as f64).sqrt();
        let (a, b) = (tame(a, limit), tame(b, limit));
        Some(Bounded {
            tensor: a.tensor.matmul(&b.tensor),
            bound: a.bound * b.bound * k as f64,
        })
    }

    /// A convolution over one or two axes with whatever windows fit.
    fn convolution(&self, n: &mut Numbers<'_>) -> Bounded {
        let mut x = self.float(n);
        let shape = x.tensor.shape();
        if !(3..=4).contains(&shape.len()) {
            let (len, last) = (x.tensor.numel(), shape.last().copied().unwrap_or(1));
            x.tensor = x.tensor.reshape(&[1, len / last, last]);
        }
        let shape = x.tensor.shape();
        let mut w = self.float(n);
        let results = 1 + n.below(3);
        let mut taps = Vec::new();
        let mut windows = Vec::new();
        for &extent in &shape[1..shape.len() - 1] {
            let mut code = n.next();
            let mut digit = |end: usize| {
                let digit = code % end;
                code /= end;
                digit
            };
            let tap = 1 + digit(4);
            let mut window = Window {
                stride: 1 + digit(3),
                lhs_dilation: 1 + digit(3),
                rhs_dilation: 1 + digit(2),
                padding: (digit(4) as i64 - 1, digit(4) as i64 - 1),
            };
            let spread = |extent: usize, dilation: usize| ((extent - 1) * dilation + 1) as i64;
            let (low, high) = window.padding;
            let room =
                spread(extent, window.lhs_dilation) + low + high - spread(tap, window.rhs_dilation);
            window.padding.1 -= room.min(0);
            taps.push(tap);
            windows.push(window);
        }
        taps.extend([shape[shape.len() - 1], results]);
        // Some elements of another tensor, or all of them and zeros.
        let (len, needed) = (w.tensor.numel(), taps.iter().product::<usize>());
        let flat = w.tensor.reshape(&[len]);
        w.tensor = match len < needed {
            true => flat.pad(&[(0, needed - len)]),
            false => flat.narrow(0, len - needed, needed),
        }
        .reshape(&taps);
        let terms = (needed / results) as f64;
        let limit = (LIMIT / terms).sqrt();
        let (x, w) = (tame(x, limit), tame(w, limit));
        Bounded {
            tensor: x.tensor.conv(&w.tensor, &windows),
            bound: x.bound * w.bound * terms,
        }
    }

    /// Tensors beside each other along an axis, of those whose other extents agree.
    fn join(&self, n: &mut Numbers<'_>) -> Option<Bounded> {
        let first = self.float(n);
        let shape = first.tensor.shape();
        if shape.is_empty() {
            return None;
        }
        let axis = n.below(shape.len());
        let fits = |t: &&Bounded| {
            let s = t.tensor.shape();
            t.tensor.dtype() == DType::F32
                && s.len() == shape.len()
                && (0..s.len()).all(|i| i == axis || s[i] == shape[i])
        };
        let fitting: Vec<&Bounded> = self.pool.iter().rev().filter(fits).collect();
        let mut parts = vec![&first];
        for _ in 0..1 + n.below(2) {
            if !fitting.is_empty() {
                parts.push(fitting[n.below(fitting.len())]);
            }
        }
        let bound = parts.iter().map(|p| p.bound).fold(0.0, f64::max);
        let parts: Vec<&Tensor> = parts.iter().map(|p| &p.tensor).collect();
        Some(Bounded {
            tensor: Tensor::concat(&parts, axis),
            bound,
        })
    }

    fn gathered(&self, n: &mut Numbers<'_>) -> Option<Bounded> {
        let data = self.any(n);
        if data.tensor.shape().is_empty() {
            return None;
        }
        let count = 1 + n.below(4);
        let index = match n.below(3) {
            0 => self.key.random(&[count], 9, 6),
            1 => self.builder.iota(&[count], 0).flip(&[0]),
            _ => {
                // Past the end, and from floats: what is negative is cut off at zero.
                let x = self.float(n);
                let len = x.tensor.numel();
                let flat = x.tensor.max(&x.tensor.constant_like(0.0)).reshape(&[len]);
                flat.cast(DType::U32)
            }
        };
        Some(Bounded {
            tensor: data.tensor.gather(&index),
            bound: data.bound,
        })
    }

    /// An entry with the outputs and updates that `roots` choose of all that has been made.
    fn entry(&self, name: &str, roots: &[Choice]) {
        let mut outputs: Vec<(String, Tensor)> = Vec::new();
        let mut updates: Vec<(usize, Tensor)> = Vec::new();
        for root in roots {
            let mut n = Numbers(&root[1..]);
            if n.below(3) == 0 {
                let name = format!("output {}", outputs.len());
                let tensor = self.any(&mut n).tensor;
                outputs.push(match tensor.dtype() {
                    DType::U8 => (name, tensor.cast(DType::U32)),
                    _ => (name, tensor),
                });
                continue;
            }
            let index = n.below(self.states.len());
            if updates.iter().all(|&(other, _)| other != index) {
                updates.extend(self.next_value(index, &mut n).map(|next| (index, next)));
            }
        }
        let updates: Vec<(&Tensor, &Tensor)> = (updates.iter())
            .map(|(index, next)| (&self.states[*index], next))
            .collect();
        let outputs: Vec<(&str, &Tensor)> = (outputs.iter())
            .map(|(name, tensor)| (name.as_str(), tensor))
            .collect();
        self.builder.entry(name, &updates, &outputs);
    }

    /// Something of a state's type and size, with numbers small enough for the next step.
    fn next_value(&self, state: usize, n: &mut Numbers<'_>) -> Option<Tensor> {
        let state = &self.states[state];
        let is_float = state.dtype() == DType::F32;
        let fits = |t: &&Bounded| {
            t.tensor.dtype() == state.dtype()
                && t.tensor.numel() == state.numel()
                && (is_float || t.bound <= state_bound(state))
        };
        let fitting: Vec<&Bounded> = self.pool.iter().rev().filter(fits).collect();
        let next = match fitting.len() {
            0 => return None,
            count => fitting[n.below(count)].clone(),
        };
        let next = match next.bound > state_bound(state) {
            true => squash(&next, n.next()),
            false => next,
        };
        Some(next.tensor.reshape(&state.shape()))
    }
}

/// The largest magnitude in a state before every step.
fn state_bound(state: &Tensor) -> f64 {
    match state.dtype() {
        DType::F32 => STATE_BOUND,
        _ => MAX_ELEMENTS as f64,
    }
}

/// Integers of magnitude at most 4 from any integers, by ways that different accuracies of `tanh` and division agree
/// on: their steps lie far from the values that integers give.
fn squash(x: &Bounded, way: usize) -> Bounded {
    let tensor = match way % 3 {
        0 => (x.tensor.tanh() * 3.0 + 0.5).floor(),
        1 => {
            let small = x.tensor.clamp(-100.0, 100.0);
            ((small.square() + 1.0).recip() * 4.0 + 0.25).floor()
        }
        _ => x.tensor.clamp(-4.0, 3.0),
    };
    Bounded { tensor, bound: 4.0 }
}

/// The tensor itself where it keeps within `limit`, else squashed.
fn tame(x: Bounded, limit: f64) -> Bounded {
    match x.bound <= limit {
        true => x,
        false => squash(&x, x.bound as usize),
    }
}

fn subset(n: &mut Numbers<'_>, rank: usize) -> Vec<usize> {
    let mask = n.next();
    (0..rank).filter(|axis| mask >> axis & 1 == 1).collect()
}

fn permutation(n: &mut Numbers<'_>, rank: usize) -> Vec<usize> {
    let mut order: Vec<usize> = (0..rank).collect();
    for i in (1..rank).rev() {
        order.swap(i, n.below(i + 1));
    }
    order
}

/// Another shape of as many elements: axes merged, split or of extent 1.
fn reshaped(n: &mut Numbers<'_>, shape: &[usize]) -> Vec<usize> {
    let total: usize = shape.iter().product();
    match n.below(5) {
        0 => vec![total],
        1 => {
            // Split into as many factors as there are.
            let mut rest = total;
            let mut factors = Vec::new();
            for factor in [2, 3, 2, 5] {
                if rest.is_multiple_of(factor) && factors.len() < 3 {
                    factors.push(factor);
                    rest /= factor;
                }
            }
            factors.push(rest);
            let order = permutation(n, factors.len());
            order.iter().map(|&i| factors[i]).collect()
        }
        2 => {
            let mut longer = shape.to_vec();
            longer.insert(n.below(shape.len() + 1), 1);
            longer
        }
        3 => shape
            .iter()
            .copied()
            .filter(|&extent| extent != 1)
            .collect(),
        _ => {
            // Two neighbouring axes become one.
            if shape.len() < 2 {
                return vec![total];
            }
            let axis = n.below(shape.len() - 1);
            let mut merged = shape.to_vec();
            let next = merged.remove(axis + 1);
            merged[axis] *= next;
            merged
        }
    }
}
