//! Instructions -> operations on addresses, and how often each has to be done.

use ganlet_loops::nest::Pattern;
use ganlet_loops::operation::{Cast, Comparison, Fetch, Float2, Gather, Limit, Operation, Word2};

use super::compile::Compiler;
use super::nest::{depth, pattern};
use super::resolve::resolve;
use super::space::{Array, Rate};
use crate::dtype::{DType, Scalar};
use crate::op::Binary;
use crate::plan::kernel::{Affine, Bound, Instr, Register, Typed, View};

impl Compiler<'_> {
    fn rate(&self, affine: &Affine) -> Rate {
        match pattern(&self.nest, affine) {
            Pattern::Uniform => Rate::Loop(depth(&self.nest, affine)),
            Pattern::Linear(_) | Pattern::Table(_) => Rate::Lane,
        }
    }

    pub(super) fn rates(&self, body: &[Typed]) -> Vec<Rate> {
        let mut rates: Vec<Rate> = Vec::with_capacity(body.len());
        for typed in body {
            let bounds_rate = |bounds: &[Bound]| {
                bounds
                    .iter()
                    .map(|b| self.rate(&b.expr))
                    .max()
                    .unwrap_or(Rate::Loop(0))
            };
            let rate = match &typed.instr {
                Instr::Load { view, .. } => self.rate(&view.index).max(bounds_rate(&view.bounds)),
                Instr::Gather { row, view, .. } => rates[*row]
                    .max(self.rate(&view.index))
                    .max(bounds_rate(&view.bounds)),
                Instr::Coordinate(affine) => self.rate(affine),
                Instr::Within(bounds) => bounds_rate(bounds),
                Instr::Constant(_) => Rate::Loop(0),
                Instr::Random { key, element, .. } => {
                    rates[key[0]].max(rates[key[1]]).max(self.rate(element))
                }
                Instr::Accumulator(_) => unreachable!("accumulators are compiled to loads"),
                Instr::Unary(_, a) | Instr::Cast(a, _) => rates[*a],
                Instr::Binary(_, a, b) => rates[*a].max(rates[*b]),
                Instr::Select(c, a, b) => rates[*c].max(rates[*a]).max(rates[*b]),
            };
            rates.push(rate);
        }
        rates
    }

    /// The step for an instruction; none for constants and for casts between types that look the same.
    pub(super) fn operation(
        &mut self,
        body: &[Typed],
        typed: &Typed,
    ) -> Option<Operation<Register>> {
        Some(match &typed.instr {
            Instr::Load { binding, view } => Operation::Load(self.fetch(*binding, view, 0)),
            Instr::Gather {
                binding,
                row,
                rows,
                row_stride,
                view,
            } => {
                let last = rows.saturating_sub(1);
                let fetch = self.fetch(*binding, view, (last * row_stride) as i64);
                Operation::Gather(Gather {
                    fetch,
                    row: *row,
                    last: last as u32,
                    stride: *row_stride as i64,
                })
            }
            Instr::Coordinate(affine) => {
                Operation::Coordinate(self.addresses.intern(&self.nest, affine, false))
            }
            Instr::Within(bounds) => Operation::Within(self.limits(bounds, false)),
            Instr::Constant(_) => return None,
            Instr::Random {
                key,
                element,
                stream,
                below,
            } => {
                let element = self.addresses.intern(&self.nest, element, false);
                Operation::Random {
                    key: *key,
                    element,
                    stream: *stream,
                    below: *below,
                }
            }
            Instr::Accumulator(_) => unreachable!("accumulators are compiled to loads"),
            Instr::Unary(op, a) => Operation::Unary(*op, *a),
            Instr::Binary(op, a, b) => binary(*op, body[*a].dtype, *a, *b),
            Instr::Select(c, a, b) => Operation::Select(*c, *a, *b),
            Instr::Cast(a, to) => Operation::Cast(cast(body[*a].dtype, *to)?, *a),
        })
    }

    fn fetch(&mut self, binding: usize, view: &View, last_row: i64) -> Fetch {
        let array = &self.space.arrays[binding];
        if view.bounds.is_empty() {
            self.verify(&view.index, array, last_row);
        }
        let address = self
            .addresses
            .intern(&self.nest, &view.index, array.scratch);
        let limits = self.limits(&view.bounds, array.scratch);
        let listed = |address: usize| matches!(self.addresses.pattern(address), Pattern::Table(_));
        let lanes_differ = listed(address) || limits.iter().any(|limit| listed(limit.address));
        let resolved = if lanes_differ && !limits.is_empty() {
            resolve(
                self.space,
                &self.nest,
                &mut self.addresses,
                address,
                &limits,
            )
        } else {
            None
        };
        Fetch {
            buffer: array.buffer,
            address,
            limits,
            bytes: array.dtype == DType::U8,
            resolved,
        }
    }

    fn limits(&mut self, bounds: &[Bound], fixed: bool) -> Vec<Limit> {
        let mut limit = |bound: &Bound| {
            let from_zero = Affine {
                offset: bound.expr.offset - bound.low,
                strides: bound.expr.strides.clone(),
            };
            Limit {
                address: self.addresses.intern(&self.nest, &from_zero, fixed),
                span: bound.high - bound.low,
            }
        };
        bounds.iter().map(&mut limit).collect()
    }

    /// Every element that is touched without a check exists. A planner that breaks this promise stops here, before
    /// anything ran.
    pub(super) fn verify(&self, index: &Affine, array: &Array, last_row: i64) {
        let extents = if array.scratch {
            self.space.domain
        } else {
            self.space.full
        };
        let (low, high) = index.range(extents);
        let high = high + last_row;
        assert!(
            low >= 0 && high < array.len as i64,
            "a kernel reaches {low}..={high} of {} elements",
            array.len
        );
    }
}

/// A constant as it is kept in a register.
pub(super) fn bits(value: Scalar) -> u32 {
    match value {
        Scalar::F32(v) => (v as f32).to_bits(),
        Scalar::U32(v) => v,
        Scalar::Bool(v) => u32::from(v),
    }
}

fn binary(op: Binary, dtype: DType, a: Register, b: Register) -> Operation<Register> {
    if dtype == DType::F32 {
        match op {
            Binary::Add => Operation::Float2(Float2::Add, a, b),
            Binary::Mul => Operation::Float2(Float2::Mul, a, b),
            Binary::Max => Operation::Float2(Float2::Max, a, b),
            Binary::Less => Operation::Compare(Comparison::LessFloat, a, b),
            Binary::Eq => Operation::Compare(Comparison::EqualFloat, a, b),
        }
    } else {
        match op {
            Binary::Add => Operation::Word2(Word2::Add, a, b),
            Binary::Mul => Operation::Word2(Word2::Mul, a, b),
            Binary::Max => Operation::Word2(Word2::Max, a, b),
            Binary::Less => Operation::Compare(Comparison::LessWord, a, b),
            Binary::Eq => Operation::Compare(Comparison::EqualWord, a, b),
        }
    }
}

fn cast(from: DType, to: DType) -> Option<Cast> {
    match (from, to) {
        (DType::F32, DType::U32 | DType::U8) => Some(Cast::FloatToWord),
        (DType::F32, DType::Bool) => Some(Cast::FloatToBool),
        (DType::U32 | DType::Bool | DType::U8, DType::F32) => Some(Cast::WordToFloat),
        (DType::U32 | DType::U8, DType::Bool) => Some(Cast::WordToBool),
        (DType::F32, DType::F32)
        | (DType::Bool, DType::Bool)
        | (DType::U32 | DType::Bool | DType::U8, DType::U32 | DType::U8) => None,
    }
}
