//! Executes steps over the lanes of one chunk. Each step is one loop; what happens around the loop is paid once for
//! hundreds of lanes.

use bytemuck::cast_slice_mut;

use crate::fetch::{fetch_base, gather, load, values, within};
use crate::frame::Frame;
use crate::lanes::{Lanes, map1, map2, map3};
use crate::memory::Buffer;
use crate::nest::Pattern;
use crate::operation::{
    Cast, Comparison, Float2, Operation, Source, Step, Target, Unary, Word2, Write,
};
use crate::random::{below as scale, threefry2x32};
use crate::target::multiversion;
use crate::vector;

multiversion! {
    /// Executes steps in order.
    pub(crate) fn run_steps<'a, 'b>(steps: &[Step], frame: &mut Frame<'a>, count: usize) {
        for step in steps {
            // One call: all of `run_step` is compiled into this place.
            let (mut vector, mut scalar) = (Vec::new(), [0]);
            let out = match step.target {
                Target::Register(r) => {
                    vector = std::mem::take(&mut frame.registers.vectors[r]);
                    &mut vector[..count]
                }
                Target::Scalar(_) => &mut scalar[..],
                Target::Memory { buffer, address } => {
                    let start = frame.registers.bases[address] as usize;
                    // SAFETY: the kernel only writes to this buffer; see `frame`.
                    unsafe { frame.buffers[buffer].slice_mut(start, count) }
                }
            };
            run_step(&step.operation, frame, out);
            match step.target {
                Target::Register(r) => frame.registers.vectors[r] = vector,
                Target::Scalar(s) => frame.registers.scalars[s] = scalar[0],
                Target::Memory { .. } => {}
            }
        }
    }
}

#[inline(always)]
fn run_step(operation: &Operation<Source>, frame: &mut Frame<'_>, out: &mut [u32]) {
    let n = out.len();
    match operation {
        Operation::Load(fetch) => load(fetch, fetch_base(fetch, frame), frame, out),
        Operation::Gather(chosen) => gather(chosen, frame, out),
        Operation::Coordinate(address) => values(frame, *address, out),
        Operation::Within(limits) => within(limits, frame, out),
        Operation::Random {
            key,
            element,
            stream,
            below,
        } => {
            values(frame, *element, out);
            let (stream, below) = (*stream, *below);
            if let [Source::Scalar(a), Source::Scalar(b)] = *key {
                let key = [frame.registers.scalars[a], frame.registers.scalars[b]];
                out.iter_mut()
                    .for_each(|o| *o = scale(threefry2x32(key, [*o, stream])[0], below));
            } else {
                for (lane, o) in out.iter_mut().enumerate() {
                    let key = [frame.word(key[0], lane), frame.word(key[1], lane)];
                    *o = scale(threefry2x32(key, [*o, stream])[0], below);
                }
            }
        }
        Operation::Unary(op, a) => unary(*op, cast_slice_mut(out), frame.floats(*a, n)),
        // As a choice between words: of one between floats the compiler makes no vectors for WebAssembly.
        Operation::Float2(Float2::Max, a, b) => select_less(frame, [*a, *b, *b, *a], out),
        Operation::Float2(op, a, b) => {
            let (out, a, b) = (
                cast_slice_mut(out),
                frame.floats(*a, n),
                frame.floats(*b, n),
            );
            match op {
                Float2::Add => map2(out, a, b, |a, b| a + b),
                Float2::Sub => map2(out, a, b, |a, b| a - b),
                Float2::Mul => map2(out, a, b, |a, b| a * b),
                Float2::MulRecip => map2(out, a, b, |a, b| a * (1.0 / b)),
                Float2::Max => unreachable!("a choice, see `frame`"),
            }
        }
        Operation::MulAdd(a, b, c) => {
            let (a, b, c) = (
                frame.floats(*a, n),
                frame.floats(*b, n),
                frame.floats(*c, n),
            );
            map3(cast_slice_mut(out), a, b, c, |a, b, c| a * b + c);
        }
        Operation::Word2(op, a, b) => {
            let (a, b) = (frame.words(*a, n), frame.words(*b, n));
            match op {
                Word2::Add => map2(out, a, b, u32::wrapping_add),
                Word2::Mul => map2(out, a, b, u32::wrapping_mul),
                Word2::Max => map2(out, a, b, Ord::max),
            }
        }
        Operation::Compare(comparison, a, b) => match comparison {
            Comparison::LessFloat => map2(out, frame.floats(*a, n), frame.floats(*b, n), |a, b| {
                u32::from(a < b)
            }),
            Comparison::EqualFloat => {
                map2(out, frame.floats(*a, n), frame.floats(*b, n), |a, b| {
                    u32::from(a == b)
                })
            }
            Comparison::LessWord => {
                map2(out, frame.words(*a, n), frame.words(*b, n), |a, b| {
                    u32::from(a < b)
                });
            }
            Comparison::EqualWord => {
                map2(out, frame.words(*a, n), frame.words(*b, n), |a, b| {
                    u32::from(a == b)
                });
            }
        },
        Operation::Select(c, x, y) => {
            let (c, x, y) = (frame.words(*c, n), frame.words(*x, n), frame.words(*y, n));
            map3(out, c, x, y, |c, x, y| if c != 0 { x } else { y });
        }
        Operation::SelectLess(a, b, x, y) => select_less(frame, [*a, *b, *x, *y], out),
        Operation::Cast(cast, a) => match cast {
            Cast::FloatToWord => map1(out, frame.floats(*a, n), |a| a as u32),
            Cast::FloatToBool => map1(out, frame.floats(*a, n), |a| u32::from(a != 0.0)),
            Cast::WordToBool => map1(out, frame.words(*a, n), |a| u32::from(a != 0)),
            Cast::WordToFloat => map1(cast_slice_mut(out), frame.words(*a, n), |a| a as f32),
        },
    }
}

#[inline(always)]
fn unary(op: Unary, out: &mut [f32], a: Lanes<'_, f32>) {
    let slice = match op {
        Unary::Neg => return map1(out, a, |a| -a),
        Unary::Recip => return map1(out, a, |a| 1.0 / a),
        Unary::Sqrt => return map1(out, a, f32::sqrt),
        Unary::Floor => return map1(out, a, f32::floor),
        Unary::Exp => vector::exp,
        Unary::Log => vector::log,
        Unary::Tanh => vector::tanh,
        Unary::Sin => vector::sin,
    };
    match a {
        Lanes::Each(a) => slice(out, a),
        Lanes::All(a) => {
            slice(&mut out[..1], &[a]);
            let value = out[0];
            out.fill(value);
        }
    }
}

/// `a < b ? x : y`. The limit `b` is mostly one value, as in ReLU; then so are often `x` or `y`.
#[inline(always)]
fn select_less(frame: &Frame<'_>, [a, b, x, y]: [Source; 4], out: &mut [u32]) {
    let n = out.len();
    let (a, b) = (frame.floats(a, n), frame.floats(b, n));
    let (x, y) = (frame.words(x, n), frame.words(y, n));
    match (a, b) {
        (a, Lanes::All(b)) => map3(out, a, x, y, move |a, x, y| if a < b { x } else { y }),
        (Lanes::All(a), b) => map3(out, b, x, y, move |b, x, y| if a < b { x } else { y }),
        (Lanes::Each(a), Lanes::Each(b)) => match (x, y) {
            (x, Lanes::All(y)) => map3(out, Lanes::Each(a), Lanes::Each(b), x, move |a, b, x| {
                if a < b { x } else { y }
            }),
            (Lanes::All(x), y) => map3(out, Lanes::Each(a), Lanes::Each(b), y, move |a, b, y| {
                if a < b { x } else { y }
            }),
            (Lanes::Each(x), Lanes::Each(y)) => {
                let operands = a.iter().zip(b).zip(x.iter().zip(y));
                out.iter_mut()
                    .zip(operands)
                    .for_each(|(o, ((a, b), (&x, &y)))| *o = if a < b { x } else { y });
            }
        },
    }
}

multiversion! {
    /// Writes what the steps left in registers.
    pub(crate) fn run_writes<'a, 'b>(writes: &[Write], frame: &mut Frame<'a>, count: usize) {
        for write in writes {
            store(write, frame, count);
        }
    }
}

#[inline(always)]
fn store(write: &Write, frame: &Frame<'_>, count: usize) {
    let buffer = &frame.buffers[write.buffer];
    let base = frame.registers.bases[write.address];
    let value = frame.words(write.value, count);
    match frame.addresses.pattern(write.address) {
        Pattern::Linear(1) => {
            // SAFETY: see `frame`. A value in place comes from a buffer that is not updated.
            let out = unsafe { buffer.slice_mut::<u32>(base as usize, count) };
            map1(out, value, |v| v);
        }
        Pattern::Uniform => scatter(buffer, value, count, |_| base),
        Pattern::Linear(stride) => {
            scatter(buffer, value, count, |lane| base + stride * lane as i64)
        }
        Pattern::Table(table) => {
            scatter(buffer, value, count, |lane| base + i64::from(table[lane]))
        }
    }
}

#[inline(always)]
fn scatter(buffer: &Buffer, value: Lanes<'_, u32>, count: usize, index: impl Fn(usize) -> i64) {
    for lane in 0..count {
        let value = match value {
            Lanes::Each(values) => values[lane],
            Lanes::All(value) => value,
        };
        // SAFETY: stores were verified when they were compiled; no races, see `frame`.
        unsafe { buffer.set_unchecked(index(lane) as usize, value) }
    }
}
