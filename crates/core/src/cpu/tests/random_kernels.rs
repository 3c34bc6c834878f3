//! Kernels at random: views with every kind of stride and bound, over domains long and short.

use super::kernels::{Case, Maker, noise};
use crate::dtype::{DType, Scalar};
use crate::op::{Binary, Reducer, Unary};
use crate::plan::kernel::{
    Access, Accumulator, Affine, Bound, Instr, Kind, Operand, Register, Role, View,
};

/// A source of choices.
struct Dice {
    rolls: Box<dyn Iterator<Item = u32>>,
}

impl Dice {
    fn new(seed: u32) -> Self {
        Self {
            rolls: Box::new(noise(usize::MAX >> 33, seed)),
        }
    }

    fn below(&mut self, n: usize) -> usize {
        self.rolls.next().unwrap() as usize % n
    }

    fn one_of<T: Copy>(&mut self, choices: &[T]) -> T {
        choices[self.below(choices.len())]
    }

    fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    fn shuffled(&mut self, len: usize) -> Vec<usize> {
        let mut order: Vec<usize> = (0..len).collect();
        for i in (1..len).rev() {
            order.swap(i, self.below(i + 1));
        }
        order
    }

    /// Extents of at most `points` points in all.
    fn domain(&mut self, points: usize) -> Vec<usize> {
        let mut domain = vec![];
        for _ in 0..self.below(5) {
            let extent = self.one_of(&[1, 2, 3, 4, 7, 8, 16, 31, 100, 300, 513, 1100]);
            if domain.iter().product::<usize>() * extent <= points {
                domain.push(extent);
            }
        }
        domain
    }

    /// A view that may use the axes in `allowed`, and how many elements its buffer needs.
    fn view(&mut self, domain: &[usize], allowed: &[bool]) -> (View, usize) {
        let rank = domain.len();
        let (mut index, mut bounds) = (
            Affine {
                offset: 0,
                strides: vec![0; rank],
            },
            vec![],
        );
        let mut len = 1;
        for axis in self.shuffled(rank) {
            if !allowed[axis] || self.chance(20) {
                continue;
            }
            let mut expr = Affine {
                offset: 0,
                strides: vec![0; rank],
            };
            expr.strides[axis] = 1;
            let mut extent = domain[axis] as i64;
            if self.chance(20) {
                (expr.offset, expr.strides[axis]) = (extent - 1, -1);
            }
            if self.chance(20) {
                // Some of it lies outside, on either side.
                expr.offset += self.below(5) as i64 - 2;
                expr.strides[axis] *= self.one_of(&[1, 1, 2, 3]);
                let other = self.below(rank);
                if other != axis && allowed[other] && self.chance(50) {
                    expr.strides[other] += self.one_of(&[1, 2, -1]);
                }
                extent = (extent + self.below(4) as i64 - 2).max(1);
                bounds.push(Bound {
                    expr: expr.clone(),
                    low: 0,
                    high: extent,
                });
            }
            for (to, stride) in index.strides.iter_mut().zip(&expr.strides) {
                *to += len * stride;
            }
            index.offset += len * expr.offset;
            len *= extent;
            if self.chance(10) {
                len *= 2;
            }
        }
        let offset = self.below(3) as i64;
        index.offset += offset;
        (View { index, bounds }, (len + offset) as usize)
    }

    /// A distinct element for each point of the axes in `kept`.
    fn layout(&mut self, domain: &[usize], kept: &[bool]) -> (Affine, usize) {
        let mut index = Affine {
            offset: self.below(3) as i64,
            strides: vec![0; domain.len()],
        };
        let mut len = 1;
        let order = if self.chance(70) {
            (0..domain.len()).rev().collect()
        } else {
            self.shuffled(domain.len())
        };
        for axis in order {
            if kept[axis] {
                index.strides[axis] = len;
                len *= domain[axis] as i64;
            }
        }
        let end = len + index.offset;
        (index, end as usize)
    }
}

/// Integers scaled down, so that functions of them are well-conditioned.
fn as_small_float(m: &mut Maker, register: Register) -> Register {
    if m.body[register].dtype == DType::F32 {
        return register;
    }
    let cast = m.float(Instr::Cast(register, DType::F32));
    let scale = m.float(Instr::Constant(Scalar::F32(0.01)));
    m.float(Instr::Binary(Binary::Mul, cast, scale))
}

/// Some float computed from loads of every kind; `available` are float registers to start from.
fn value(
    dice: &mut Dice,
    m: &mut Maker,
    domain: &[usize],
    allowed: &[bool],
    mut floats: Vec<Register>,
) -> Register {
    for _ in 0..1 + dice.below(3) {
        let (view, len) = dice.view(domain, allowed);
        let binding = match dice.below(6) {
            0 => m.bytes(len),
            1 => m.words(len, 50),
            _ => m.floats(len),
        };
        let register = m.load(binding, view.index, view.bounds);
        floats.push(as_small_float(m, register));
    }
    if dice.chance(30) {
        let (view, len) = dice.view(domain, allowed);
        let words = m.words(len, 9);
        let row = m.load(words, view.index, view.bounds);
        let (view, len) = dice.view(domain, allowed);
        let binding = if dice.chance(50) {
            m.floats(7 * len)
        } else {
            m.bytes(7 * len)
        };
        let dtype = if m.bindings[binding].dtype == DType::F32 {
            DType::F32
        } else {
            DType::U32
        };
        let gathered = m.push(
            Instr::Gather {
                binding,
                row,
                rows: 7,
                row_stride: len,
                view,
            },
            dtype,
        );
        floats.push(as_small_float(m, gathered));
    }
    let mut truths = vec![];
    if dice.chance(30) {
        let (view, _) = dice.view(domain, allowed);
        truths.push(m.push(Instr::Within(view.bounds), DType::Bool));
    }
    if dice.chance(30) {
        let key = m.words(2, 1000);
        let zero = Affine {
            offset: 0,
            strides: vec![0; domain.len()],
        };
        let one = Affine {
            offset: 1,
            ..zero.clone()
        };
        let key = [m.load(key, zero, vec![]), m.load(key, one, vec![])];
        let (element, _) = dice.layout(domain, allowed);
        let random = m.push(
            Instr::Random {
                key,
                element,
                stream: 3,
                below: 100,
            },
            DType::U32,
        );
        let float = m.float(Instr::Cast(random, DType::F32));
        let scale = m.float(Instr::Constant(Scalar::F32(-0.02)));
        floats.push(m.float(Instr::Binary(Binary::Mul, float, scale)));
    }
    for _ in 0..dice.below(8) {
        let (a, b) = (dice.one_of(&floats), dice.one_of(&floats));
        let bounded = m.float(Instr::Unary(Unary::Tanh, a));
        let next = match dice.below(9) {
            0 => m.float(Instr::Binary(Binary::Add, a, b)),
            1 => m.float(Instr::Binary(Binary::Mul, bounded, b)),
            2 => m.float(Instr::Binary(Binary::Max, a, b)),
            3 => {
                let product = m.float(Instr::Binary(Binary::Mul, bounded, b));
                m.float(Instr::Binary(Binary::Add, product, a))
            }
            4 => {
                let negated = m.float(Instr::Unary(Unary::Neg, b));
                m.float(Instr::Binary(Binary::Add, negated, a))
            }
            5 => {
                let exp = m.float(Instr::Unary(Unary::Exp, bounded));
                let recip = m.float(Instr::Unary(Unary::Recip, exp));
                m.float(Instr::Binary(Binary::Mul, b, recip))
            }
            6 => m.float(Instr::Unary(Unary::Sin, a)),
            7 => {
                let less = m.push(
                    Instr::Binary(Binary::Less, floats[0], floats[floats.len() / 2]),
                    DType::Bool,
                );
                truths.push(less);
                m.float(Instr::Select(less, a, b))
            }
            _ if truths.is_empty() => bounded,
            _ => m.float(Instr::Select(dice.one_of(&truths), a, b)),
        };
        floats.push(m.float(Instr::Unary(
            if dice.chance(10) {
                Unary::Tanh
            } else {
                Unary::Neg
            },
            next,
        )));
    }
    let last = *floats.last().unwrap();
    m.float(Instr::Binary(Binary::Add, last, floats[0]))
}

/// One to three stores of what the epilogue computes, some of them in place.
fn epilogue(dice: &mut Dice, m: &mut Maker, domain: &[usize], kept: &[bool], accumulators: usize) {
    let accumulators: Vec<Register> = (0..accumulators)
        .map(|i| m.float(Instr::Accumulator(i)))
        .collect();
    let only_stores = !accumulators.is_empty() && dice.chance(30);
    for i in 0..1 + dice.below(3) {
        let (index, len) = dice.layout(domain, kept);
        if only_stores {
            let output = m.output(len, DType::F32);
            m.store(output, index, accumulators[i % accumulators.len()]);
            continue;
        }
        // Sums are large: scaled down, their error stays below the tolerance.
        let scale = m.float(Instr::Constant(Scalar::F32(0.02)));
        let mut floats: Vec<Register> = accumulators
            .iter()
            .map(|&a| m.float(Instr::Binary(Binary::Mul, a, scale)))
            .collect();
        let output = if dice.chance(30) {
            let updated = m.floats(len);
            m.bindings[updated].access = Access::ReadWrite;
            floats.push(m.load(updated, index.clone(), vec![]));
            updated
        } else {
            m.output(len, DType::F32)
        };
        let value = value(dice, m, domain, kept, floats);
        m.store(output, index, value);
    }
}

fn pointwise(seed: u32) -> Case {
    let mut dice = Dice::new(seed);
    let domain = dice.domain(4000);
    let mut m = Maker::default();
    epilogue(&mut dice, &mut m, &domain, &vec![true; domain.len()], 0);
    m.pointwise(&domain)
}

fn reduce(seed: u32) -> Case {
    let mut dice = Dice::new(seed);
    let domain = dice.domain(6000);
    let reduced: Vec<bool> = domain.iter().map(|_| dice.chance(50)).collect();
    let mut m = Maker::default();
    let mut accumulators = vec![];
    for _ in 0..1 + dice.below(2) {
        let value = value(
            &mut dice,
            &mut m,
            &domain,
            &vec![true; domain.len()],
            vec![],
        );
        // Small enough that the sum's error stays below the tolerance.
        let small = m.float(Instr::Unary(Unary::Sin, value));
        accumulators.push(Accumulator {
            reducer: dice.one_of(&[Reducer::Sum, Reducer::Max]),
            value: small,
        });
    }
    let prologue = m.take_body();
    let kept: Vec<bool> = reduced.iter().map(|r| !r).collect();
    epilogue(&mut dice, &mut m, &domain, &kept, accumulators.len());
    m.reduce(&domain, &reduced, prologue, accumulators)
}

fn contract(seed: u32) -> Case {
    let mut dice = Dice::new(seed);
    let mut domain = vec![];
    let mut roles = vec![];
    for role in [Role::Batch, Role::M, Role::N, Role::K] {
        for _ in 0..dice.one_of(&[0, 1, 1, 1, 2]) {
            domain.push(dice.one_of(&[1, 2, 3, 5, 9, 17]));
            roles.push(role);
        }
    }
    let mut m = Maker::default();
    let mut operand = |dice: &mut Dice, other: Role| {
        let allowed: Vec<bool> = roles.iter().map(|&r| r != other).collect();
        let value = if dice.chance(50) {
            let (index, len) = dice.layout(&domain, &allowed);
            let binding = m.floats(len);
            m.load(binding, index, vec![])
        } else {
            let value = value(dice, &mut m, &domain, &allowed, vec![]);
            m.float(Instr::Unary(Unary::Sin, value))
        };
        Operand {
            body: m.take_body(),
            value,
        }
    };
    let (a, b) = (operand(&mut dice, Role::N), operand(&mut dice, Role::M));
    let kept: Vec<bool> = roles.iter().map(|&r| r != Role::K).collect();
    epilogue(&mut dice, &mut m, &domain, &kept, 1);
    m.finish(&domain, Kind::Contract { roles, a, b })
}

#[test]
fn pointwise_kernels() {
    (0..400).for_each(|seed| pointwise(seed).named(format!("pointwise {seed}")).check());
}

#[test]
fn reductions() {
    (1000..1300).for_each(|seed| reduce(seed).named(format!("reduce {seed}")).check());
}

#[test]
fn contractions() {
    (2000..2200).for_each(|seed| contract(seed).named(format!("contract {seed}")).check());
}
