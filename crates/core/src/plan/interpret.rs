//! Executes one kernel, slowly and literally: the meaning of the IR, for the tests of both backends.
//!
//! Out-of-range accesses panic, so a test that passes here has also shown that its views stay inside their buffers.

use super::kernel::{Affine, Bound, Instr, Kernel, Kind, Operand, Register, Role, Typed, View};
use crate::dtype::{DType, Scalar};
use crate::op::{Binary, Reducer, Unary};

/// What a register holds. Floats are f32, as on the devices; only accumulation is wider.
#[derive(Clone, Copy, PartialEq, Debug)]
enum Value {
    F32(f32),
    U32(u32),
    Bool(bool),
}

/// Runs `kernel` on `buffers`, the plan's buffers as little-endian bytes.
pub(crate) fn interpret(kernel: &Kernel, buffers: &mut [Vec<u8>]) {
    let mut machine = Machine { kernel, buffers };
    match &kernel.kind {
        Kind::Pointwise => for_each_point(
            &kernel.domain,
            |_| true,
            |point| machine.epilogue(point, &[]),
        ),
        Kind::Reduce {
            reduced,
            prologue,
            accumulators,
        } => for_each_point(
            &kernel.domain,
            |axis| !reduced[axis],
            |point| {
                let mut totals: Vec<f64> = accumulators
                    .iter()
                    .map(|a| match a.reducer {
                        Reducer::Sum => 0.0,
                        Reducer::Max => f64::NEG_INFINITY,
                    })
                    .collect();
                for_each_point(
                    &kernel.domain,
                    |axis| reduced[axis],
                    |inner| {
                        let registers = machine.run(prologue, &sum(point, inner), &[]);
                        for (total, a) in totals.iter_mut().zip(accumulators) {
                            let value = f64::from(float(registers[a.value]));
                            *total = match a.reducer {
                                Reducer::Sum => *total + value,
                                Reducer::Max => total.max(value),
                            };
                        }
                    },
                );
                let totals: Vec<f32> = totals.iter().map(|&t| t as f32).collect();
                machine.epilogue(point, &totals);
            },
        ),
        Kind::Contract { roles, a, b } => for_each_point(
            &kernel.domain,
            |axis| roles[axis] != Role::K,
            |point| {
                let mut total = 0.0;
                for_each_point(
                    &kernel.domain,
                    |axis| roles[axis] == Role::K,
                    |inner| {
                        let point = sum(point, inner);
                        total += machine.operand(a, &point) * machine.operand(b, &point);
                    },
                );
                machine.epilogue(point, &[total as f32]);
            },
        ),
    }
}

/// Visits the box spanned by the axes that `included` names; the other coordinates stay 0.
fn for_each_point(
    domain: &[usize],
    included: impl Fn(usize) -> bool,
    mut visit: impl FnMut(&[i64]),
) {
    let mut point = vec![0; domain.len()];
    loop {
        visit(&point);
        let Some(axis) = (0..domain.len())
            .rev()
            .filter(|&axis| included(axis))
            .find(|&axis| {
                point[axis] = (point[axis] + 1) % domain[axis] as i64;
                point[axis] != 0
            })
        else {
            return;
        };
        debug_assert!(point[axis] > 0);
    }
}

fn sum(a: &[i64], b: &[i64]) -> Vec<i64> {
    a.iter().zip(b).map(|(a, b)| a + b).collect()
}

fn at(affine: &Affine, point: &[i64]) -> i64 {
    assert_eq!(affine.strides.len(), point.len(), "a stride for each axis");
    affine.offset
        + affine
            .strides
            .iter()
            .zip(point)
            .map(|(s, x)| s * x)
            .sum::<i64>()
}

fn within(bounds: &[Bound], point: &[i64]) -> bool {
    bounds
        .iter()
        .all(|b| (b.low..b.high).contains(&at(&b.expr, point)))
}

fn float(value: Value) -> f32 {
    match value {
        Value::F32(v) => v,
        other => panic!("not a float: {other:?}"),
    }
}

fn integer(value: Value) -> u32 {
    match value {
        Value::U32(v) => v,
        other => panic!("not an integer: {other:?}"),
    }
}

struct Machine<'a> {
    kernel: &'a Kernel,
    buffers: &'a mut [Vec<u8>],
}

impl Machine<'_> {
    fn operand(&self, operand: &Operand, point: &[i64]) -> f64 {
        f64::from(float(self.run(&operand.body, point, &[])[operand.value]))
    }

    fn epilogue(&mut self, point: &[i64], accumulators: &[f32]) {
        let registers = self.run(&self.kernel.body, point, accumulators);
        for store in &self.kernel.stores {
            let binding = &self.kernel.bindings[store.binding];
            let element =
                usize::try_from(at(&store.index, point)).expect("a store inside the buffer");
            let word = match (registers[store.value], binding.dtype) {
                (Value::F32(v), DType::F32) => v.to_bits(),
                (Value::U32(v), DType::U32) => v,
                (Value::Bool(v), DType::Bool) => u32::from(v),
                (value, dtype) => panic!("{value:?} stored in a buffer of {dtype}"),
            };
            self.buffers[binding.buffer][4 * element..4 * element + 4]
                .copy_from_slice(&word.to_le_bytes());
        }
    }

    fn run(&self, body: &[Typed], point: &[i64], accumulators: &[f32]) -> Vec<Value> {
        let mut registers = Vec::with_capacity(body.len());
        for typed in body {
            let value = self.instr(typed, &registers, point, accumulators);
            let dtype = match value {
                Value::F32(_) => DType::F32,
                Value::U32(_) => DType::U32,
                Value::Bool(_) => DType::Bool,
            };
            assert_eq!(dtype, typed.dtype, "{typed:?}");
            registers.push(value);
        }
        registers
    }

    fn instr(
        &self,
        typed: &Typed,
        registers: &[Value],
        point: &[i64],
        accumulators: &[f32],
    ) -> Value {
        let get = |register: Register| registers[register];
        match &typed.instr {
            Instr::Load { binding, view } => self.load(*binding, 0, view, point),
            Instr::Gather {
                binding,
                row,
                rows,
                row_stride,
                view,
            } => {
                let row = (integer(get(*row)) as usize).min(rows - 1);
                self.load(*binding, (row * row_stride) as i64, view, point)
            }
            // Negative where the result is masked out by padding: it wraps, as on the devices.
            Instr::Coordinate(affine) => Value::U32(at(affine, point) as u32),
            Instr::Within(bounds) => Value::Bool(within(bounds, point)),
            Instr::Constant(scalar) => match scalar {
                Scalar::F32(v) => Value::F32(*v as f32),
                Scalar::U32(v) => Value::U32(*v),
                Scalar::Bool(v) => Value::Bool(*v),
            },
            Instr::Random {
                key,
                element,
                stream,
                below,
            } => {
                let counter = at(element, point) as u32;
                let bits = threefry(
                    [integer(get(key[0])), integer(get(key[1]))],
                    [counter, *stream],
                );
                Value::U32(((u64::from(bits) * u64::from(*below)) >> 32) as u32)
            }
            Instr::Accumulator(i) => Value::F32(accumulators[*i]),
            Instr::Unary(op, x) => Value::F32(unary(*op, float(get(*x)))),
            Instr::Binary(op, a, b) => binary(*op, get(*a), get(*b)),
            Instr::Select(condition, a, b) => match get(*condition) {
                Value::Bool(true) => get(*a),
                Value::Bool(false) => get(*b),
                other => panic!("not a condition: {other:?}"),
            },
            Instr::Cast(x, dtype) => cast(get(*x), *dtype),
        }
    }

    fn load(&self, binding: usize, base: i64, view: &View, point: &[i64]) -> Value {
        let binding = &self.kernel.bindings[binding];
        let inside = within(&view.bounds, point);
        let bytes = &self.buffers[binding.buffer];
        let element =
            || usize::try_from(base + at(&view.index, point)).expect("a load inside the buffer");
        let word = || {
            let start = 4 * element();
            u32::from_le_bytes(bytes[start..start + 4].try_into().expect("four bytes"))
        };
        match binding.dtype {
            DType::F32 => Value::F32(if inside { f32::from_bits(word()) } else { 0.0 }),
            DType::U32 => Value::U32(if inside { word() } else { 0 }),
            DType::Bool => Value::Bool(inside && word() != 0),
            DType::U8 => Value::U32(if inside {
                u32::from(bytes[element()])
            } else {
                0
            }),
        }
    }
}

fn unary(op: Unary, x: f32) -> f32 {
    match op {
        Unary::Neg => -x,
        Unary::Recip => 1.0 / x,
        Unary::Exp => x.exp(),
        Unary::Log => x.ln(),
        Unary::Sqrt => x.sqrt(),
        Unary::Tanh => x.tanh(),
        Unary::Sin => x.sin(),
        Unary::Floor => x.floor(),
    }
}

fn binary(op: Binary, a: Value, b: Value) -> Value {
    match (op, a, b) {
        (Binary::Add, Value::F32(a), Value::F32(b)) => Value::F32(a + b),
        (Binary::Mul, Value::F32(a), Value::F32(b)) => Value::F32(a * b),
        (Binary::Max, Value::F32(a), Value::F32(b)) => Value::F32(if a < b { b } else { a }),
        (Binary::Less, Value::F32(a), Value::F32(b)) => Value::Bool(a < b),
        (Binary::Eq, Value::F32(a), Value::F32(b)) => Value::Bool(a == b),
        (Binary::Add, Value::U32(a), Value::U32(b)) => Value::U32(a.wrapping_add(b)),
        (Binary::Mul, Value::U32(a), Value::U32(b)) => Value::U32(a.wrapping_mul(b)),
        (Binary::Max, Value::U32(a), Value::U32(b)) => Value::U32(a.max(b)),
        (Binary::Less, Value::U32(a), Value::U32(b)) => Value::Bool(a < b),
        (Binary::Eq, Value::U32(a), Value::U32(b)) => Value::Bool(a == b),
        (Binary::Add | Binary::Max, Value::Bool(a), Value::Bool(b)) => Value::Bool(a | b),
        (Binary::Mul, Value::Bool(a), Value::Bool(b)) => Value::Bool(a & b),
        (Binary::Less, Value::Bool(a), Value::Bool(b)) => Value::Bool(!a & b),
        (Binary::Eq, Value::Bool(a), Value::Bool(b)) => Value::Bool(a == b),
        (op, a, b) => panic!("{op:?} of {a:?} and {b:?}"),
    }
}

fn cast(x: Value, to: DType) -> Value {
    match (x, to) {
        (Value::F32(v), DType::F32) => Value::F32(v),
        (Value::F32(v), DType::U32) => Value::U32(v as u32),
        (Value::F32(v), DType::Bool) => Value::Bool(v != 0.0),
        (Value::U32(v), DType::F32) => Value::F32(v as f32),
        (Value::U32(v), DType::U32) => Value::U32(v),
        (Value::U32(v), DType::Bool) => Value::Bool(v != 0),
        (Value::Bool(v), DType::F32) => Value::F32(f32::from(u8::from(v))),
        (Value::Bool(v), DType::U32) => Value::U32(u32::from(v)),
        (Value::Bool(v), DType::Bool) => Value::Bool(v),
        (_, DType::U8) => panic!("registers never hold bytes"),
    }
}

/// The first word of Threefry-2x32-20 (Salmon et al. 2011).
fn threefry(key: [u32; 2], counter: [u32; 2]) -> u32 {
    const ROTATIONS: [u32; 8] = [13, 15, 26, 6, 17, 29, 16, 24];
    let keys = [key[0], key[1], 0x1BD1_1BDA ^ key[0] ^ key[1]];
    let mut x = counter[0].wrapping_add(keys[0]);
    let mut y = counter[1].wrapping_add(keys[1]);
    for round in 0..20 {
        x = x.wrapping_add(y);
        y = y.rotate_left(ROTATIONS[round % 8]) ^ x;
        if round % 4 == 3 {
            let group = round / 4 + 1;
            x = x.wrapping_add(keys[group % 3]);
            y = y
                .wrapping_add(keys[(group + 1) % 3])
                .wrapping_add(group as u32);
        }
    }
    x
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn threefry_matches_the_published_vectors() {
        // Random123's known-answer tests, threefry2x32 with 20 rounds.
        assert_eq!(threefry([0, 0], [0, 0]), 0x6b20_0159);
        assert_eq!(threefry([!0, !0], [!0, !0]), 0x1cb9_96fc);
        assert_eq!(
            threefry([0x1319_8a2e, 0x0370_7344], [0x243f_6a88, 0x85a3_08d3]),
            0xc492_3a9c
        );
    }
}
