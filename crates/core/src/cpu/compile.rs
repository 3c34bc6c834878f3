//! Body -> steps over lanes: what is the same for all lanes is computed once, loads of consecutive elements are used
//! in place, pairs of instructions that share a pass are fused, and registers are reused.

use super::address::Addresses;
use super::nest::{Nest, Pattern};
use super::operation::{
    Cast, Comparison, Fetch, Float2, Limit, Operation, Source, Step, Target, Word2, Write,
};
use crate::dtype::{DType, Scalar};
use crate::op::{Binary, Unary};
use crate::plan::kernel::{Access, Affine, Bound, Instr, Register, Store, Typed, View};

/// A buffer as a piece of code sees it.
#[derive(Clone, Debug)]
pub(crate) struct Array {
    /// Index among the session's buffers.
    pub(crate) buffer: usize,
    pub(crate) access: Access,
    pub(crate) dtype: DType,
    /// How many elements there are.
    pub(crate) len: usize,
    /// Scratch memory, whose addresses do not move with the origin of a block.
    pub(crate) scratch: bool,
}

/// Over what a piece of code runs.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Space<'a> {
    /// The extents walked.
    pub(crate) domain: &'a [usize],
    /// The extents within which origin and domain stay.
    pub(crate) full: &'a [usize],
    /// A flag for each axis, or empty.
    pub(crate) reduced: &'a [bool],
    /// What bindings stand for.
    pub(crate) arrays: &'a [Array],
}

/// Steps for a body, and the nest around them.
#[derive(Debug)]
pub(crate) struct Code {
    pub(crate) nest: Nest,
    pub(crate) addresses: Addresses,
    /// The first contents of the scalars: constants, and room for the others.
    pub(crate) scalars: Vec<u32>,
    /// What is computed once for all lanes, ordered by the innermost loop it depends on.
    pub(crate) scalar_steps: Vec<Step>,
    /// For each loop, the first scalar step that depends on it or on an inner one.
    pub(crate) scalar_from: Vec<usize>,
    /// What is computed for each chunk.
    pub(crate) steps: Vec<Step>,
    /// What then is written, besides what steps wrote directly.
    pub(crate) writes: Vec<Write>,
    /// Where the requested registers are found after the steps.
    pub(crate) values: Vec<Source>,
    /// How many vector registers are needed.
    pub(crate) registers: usize,
}

/// How often a register varies.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Rate {
    /// With the loop before this number, or never (0).
    Loop(usize),
    Lane,
}

struct Compiler<'a> {
    space: Space<'a>,
    nest: Nest,
    addresses: Addresses,
}

impl Code {
    /// Compiles what `stores` and `wanted` need of a body.
    pub(crate) fn new(
        space: Space<'_>,
        nest: Nest,
        body: &[Typed],
        stores: &[Store],
        wanted: &[Register],
    ) -> Self {
        let addresses = Addresses::new(&nest, space.domain.len());
        Compiler {
            space,
            nest,
            addresses,
        }
        .compile(body, stores, wanted)
    }

    /// An address for an affine function that takes part in no step.
    pub(crate) fn address(&mut self, affine: &Affine) -> usize {
        self.addresses.intern(&self.nest, affine, true)
    }
}

impl Compiler<'_> {
    fn compile(mut self, body: &[Typed], stores: &[Store], wanted: &[Register]) -> Code {
        let roots: Vec<Register> = stores
            .iter()
            .map(|s| s.value)
            .chain(wanted.iter().copied())
            .collect();
        let live = live(body, &roots);
        let rates = self.rates(body);
        let mut operations: Vec<Option<Operation<Register>>> = vec![None; body.len()];
        for (i, typed) in body.iter().enumerate().filter(|&(i, _)| live[i]) {
            operations[i] = self.operation(body, typed);
        }
        fuse(&mut operations, &rates, &roots);
        let held: Vec<Register> = roots
            .iter()
            .map(|&r| origin(body, &operations, r))
            .collect();

        // Constants, scalars, and loads that need no step have their place at once.
        let mut places: Vec<Option<Source>> = vec![None; body.len()];
        let mut scalars = Vec::new();
        let mut scalar_order = Vec::new();
        for (i, typed) in body.iter().enumerate().filter(|&(i, _)| live[i]) {
            if let Instr::Constant(value) = typed.instr {
                places[i] = Some(Source::Scalar(scalars.len()));
                scalars.push(bits(value));
            } else if let (Some(_), Rate::Loop(depth)) = (&operations[i], rates[i]) {
                places[i] = Some(Source::Scalar(scalars.len()));
                scalars.push(0);
                scalar_order.push((depth, i));
            } else if let Some(Operation::Load(fetch)) = &operations[i]
                && self.usable_in_place(fetch)
                && !(held.contains(&i) && self.updated(fetch.buffer))
            {
                places[i] = Some(Source::Memory {
                    buffer: fetch.buffer,
                    address: fetch.address,
                });
                operations[i] = None;
            } else if let Instr::Cast(a, _) = typed.instr
                && operations[i].is_none()
            {
                places[i] = places[a];
            }
        }
        scalar_order.sort();

        // A value whose only fate is a plain row of a buffer goes there directly.
        let mut writes = Vec::new();
        let mut pending = Vec::new();
        for store in stores {
            let array = &self.space.arrays[store.binding];
            self.verify(&store.index, array, 0);
            let address = self
                .addresses
                .intern(&self.nest, &store.index, array.scratch);
            let contiguous = *self.addresses.pattern(address) == Pattern::Linear(1);
            let free = places[store.value].is_none() && operations[store.value].is_some();
            if contiguous && free && array.access == Access::Write {
                places[store.value] = Some(Source::Memory {
                    buffer: array.buffer,
                    address,
                });
            } else {
                pending.push((array.buffer, address, store.value));
            }
        }

        let order: Vec<usize> = (0..body.len())
            .filter(|&i| operations[i].is_some() && rates[i] == Rate::Lane)
            .collect();
        let registers = allocate(&order, &operations, &held, &mut places, body);
        let place = |register: Register| places[register].expect("operands come first");
        let step = |i: usize| {
            let target = match place(i) {
                Source::Register(r) => Target::Register(r),
                Source::Scalar(s) => Target::Scalar(s),
                Source::Memory { buffer, address } => Target::Memory { buffer, address },
            };
            let operation = operations[i].as_ref().expect("listed only if there is one");
            Step {
                target,
                operation: operation.map(place),
            }
        };
        let scalar_steps = scalar_order.iter().map(|&(_, i)| step(i)).collect();
        let scalar_from = (0..self.nest.loops.len())
            .map(|l| scalar_order.partition_point(|&(depth, _)| depth <= l))
            .collect();
        let steps = order.iter().map(|&i| step(i)).collect();
        for (buffer, address, value) in pending {
            writes.push(Write {
                buffer,
                address,
                value: place(value),
            });
        }
        let values = wanted.iter().map(|&r| place(r)).collect();
        let (nest, addresses) = (self.nest, self.addresses);
        Code {
            nest,
            addresses,
            scalars,
            scalar_steps,
            scalar_from,
            steps,
            writes,
            values,
            registers,
        }
    }

    fn usable_in_place(&self, fetch: &Fetch) -> bool {
        fetch.limits.is_empty()
            && !fetch.bytes
            && *self.addresses.pattern(fetch.address) == Pattern::Linear(1)
    }

    fn updated(&self, buffer: usize) -> bool {
        self.space
            .arrays
            .iter()
            .any(|a| a.buffer == buffer && a.access == Access::ReadWrite)
    }

    fn rate(&self, affine: &Affine) -> Rate {
        match self.nest.pattern(affine) {
            Pattern::Uniform => Rate::Loop(self.nest.depth(affine)),
            Pattern::Linear(_) | Pattern::Table(_) => Rate::Lane,
        }
    }

    fn rates(&self, body: &[Typed]) -> Vec<Rate> {
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
    fn operation(&mut self, body: &[Typed], typed: &Typed) -> Option<Operation<Register>> {
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
                Operation::Gather {
                    fetch,
                    row: *row,
                    last: last as u32,
                    stride: *row_stride as i64,
                }
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
            Instr::Unary(op, a) => Operation::Float1(*op, *a),
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
        Fetch {
            buffer: array.buffer,
            address,
            limits,
            bytes: array.dtype == DType::U8,
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
    fn verify(&self, index: &Affine, array: &Array, last_row: i64) {
        let extents = if array.scratch {
            self.space.domain
        } else {
            self.space.full
        };
        let (mut low, mut high) = (index.offset, index.offset + last_row);
        for (stride, &extent) in index.strides.iter().zip(extents) {
            let reach = stride * (extent as i64 - 1);
            low += reach.min(0);
            high += reach.max(0);
        }
        assert!(
            low >= 0 && high < array.len as i64,
            "a kernel reaches {low}..={high} of {} elements",
            array.len
        );
    }
}

/// A cast that changes nothing shares its argument's place.
fn origin(
    body: &[Typed],
    operations: &[Option<Operation<Register>>],
    mut register: Register,
) -> Register {
    while let (Instr::Cast(a, _), None) = (&body[register].instr, &operations[register]) {
        register = *a;
    }
    register
}

/// Gives every lane step that has no place yet a register, reusing those whose last use has passed.
fn allocate(
    order: &[usize],
    operations: &[Option<Operation<Register>>],
    held: &[Register],
    places: &mut [Option<Source>],
    body: &[Typed],
) -> usize {
    let mut last = vec![0; body.len()];
    for &i in order {
        if let Some(operation) = &operations[i] {
            operation
                .operands()
                .into_iter()
                .for_each(|r| last[origin(body, operations, r)] = i);
        }
    }
    held.iter().for_each(|&r| last[r] = usize::MAX);
    let (mut free, mut count) = (Vec::new(), 0);
    for i in 0..body.len() {
        if let (Instr::Cast(a, _), None, None) = (&body[i].instr, &operations[i], places[i]) {
            places[i] = places[*a];
            continue;
        }
        if order.binary_search(&i).is_err() {
            continue;
        }
        if places[i].is_none() {
            places[i] = Some(Source::Register(free.pop().unwrap_or_else(|| {
                count += 1;
                count - 1
            })));
        }
        let mut operands = operations[i].as_ref().map_or(vec![], Operation::operands);
        operands
            .iter_mut()
            .for_each(|r| *r = origin(body, operations, *r));
        operands.sort_unstable();
        operands.dedup();
        for r in operands.into_iter().filter(|&r| last[r] == i) {
            if let Some(Source::Register(register)) = places[r] {
                free.push(register);
            }
        }
    }
    count
}

fn live(body: &[Typed], roots: &[Register]) -> Vec<bool> {
    let mut live = vec![false; body.len()];
    roots.iter().for_each(|&r| live[r] = true);
    for i in (0..body.len()).rev() {
        if !live[i] {
            continue;
        }
        let mut mark = |r: Register| live[r] = true;
        match body[i].instr {
            Instr::Load { .. }
            | Instr::Coordinate(_)
            | Instr::Within(_)
            | Instr::Constant(_)
            | Instr::Accumulator(_) => {}
            Instr::Gather { row, .. } => mark(row),
            Instr::Random { key, .. } => key.into_iter().for_each(mark),
            Instr::Unary(_, a) | Instr::Cast(a, _) => mark(a),
            Instr::Binary(_, a, b) => [a, b].into_iter().for_each(mark),
            Instr::Select(c, a, b) => [c, a, b].into_iter().for_each(mark),
        }
    }
    live
}

fn bits(value: Scalar) -> u32 {
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

/// Lets a step absorb an operand that only it uses, where one pass over the lanes can do both.
fn fuse(operations: &mut [Option<Operation<Register>>], rates: &[Rate], roots: &[Register]) {
    let mut uses = vec![0usize; operations.len()];
    operations
        .iter()
        .flatten()
        .flat_map(Operation::operands)
        .for_each(|r| uses[r] += 1);
    roots.iter().for_each(|&r| uses[r] += 1);
    for i in 0..operations.len() {
        let only = |r: Register| uses[r] == 1 && rates[r] == Rate::Lane;
        let operand = |r: Register| {
            if only(r) {
                operations[r].as_ref()
            } else {
                None
            }
        };
        let (fused, absorbed) = match operations[i] {
            Some(Operation::Float2(Float2::Add, a, b)) => match (operand(a), operand(b)) {
                (Some(&Operation::Float2(Float2::Mul, x, y)), _) => (Operation::MulAdd(x, y, b), a),
                (_, Some(&Operation::Float2(Float2::Mul, x, y))) => (Operation::MulAdd(x, y, a), b),
                (Some(&Operation::Float1(Unary::Neg, x)), _) => {
                    (Operation::Float2(Float2::Sub, b, x), a)
                }
                (_, Some(&Operation::Float1(Unary::Neg, x))) => {
                    (Operation::Float2(Float2::Sub, a, x), b)
                }
                _ => continue,
            },
            Some(Operation::Float2(Float2::Mul, a, b)) => match (operand(a), operand(b)) {
                (Some(&Operation::Float1(Unary::Recip, x)), _) => {
                    (Operation::Float2(Float2::Div, b, x), a)
                }
                (_, Some(&Operation::Float1(Unary::Recip, x))) => {
                    (Operation::Float2(Float2::Div, a, x), b)
                }
                _ => continue,
            },
            Some(Operation::Select(c, x, y)) => match operand(c) {
                Some(&Operation::Compare(Comparison::LessFloat, a, b)) => {
                    (Operation::SelectLess(a, b, x, y), c)
                }
                _ => continue,
            },
            _ => continue,
        };
        operations[i] = Some(fused);
        operations[absorbed] = None;
    }
}
