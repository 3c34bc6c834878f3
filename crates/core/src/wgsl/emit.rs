//! From the IR's bodies, views and bounds to WGSL statements. Knows nothing of templates: a template says what the
//! coordinates are called and along which axis a register holds four points at once.

use std::fmt::Write as _;

use super::memory::{Load, is_vector_load};
use super::parts::{Frame, Layout, Needs, Parts, Pools};
use super::values::{Coord, LANES, Out, Place, Value, type_name};
use crate::dtype::{DType, Scalar};
use crate::op::{Binary, Unary};
use crate::plan::kernel::{Affine, Bound, Instr, Kernel, Register, Typed};

/// Rounded up to few digits, the largest floats are past what Chrome takes for an f32.
const LARGEST_LITERAL: f32 = 3e38;

/// What four consecutive points along a stride add to an index.
fn lane_steps(stride: i64) -> String {
    format!("vec4<i32>(0, {stride}, {}, {})", 2 * stride, 3 * stride)
}

/// Emits bodies of one kernel.
pub(super) struct Emitter<'k> {
    pub(super) kernel: &'k Kernel,
    pub(super) layout: Layout,
    next: usize,
    pub(super) needs: Needs,
}

impl<'k> Emitter<'k> {
    pub(super) fn new(kernel: &'k Kernel, frame: &Frame) -> Self {
        Emitter {
            kernel,
            layout: frame.layout.clone(),
            next: 0,
            needs: Needs::default(),
        }
    }

    /// What a template has written.
    pub(super) fn parts(
        self,
        functions: String,
        main: String,
        groups: usize,
        workgroup: usize,
        pools: Pools,
    ) -> Parts {
        Parts {
            layout: self.layout,
            needs: self.needs,
            functions,
            main,
            groups,
            workgroup,
            pools,
        }
    }

    /// A name that nothing else has.
    pub(super) fn name(&mut self, prefix: &str) -> String {
        self.next += 1;
        format!("{prefix}{}", self.next - 1)
    }

    /// Names an expression, once for each text; names and numbers stay what they are.
    pub(super) fn bind(&mut self, out: &mut Out, depth: usize, expression: String) -> String {
        if expression
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || c == '_')
        {
            return expression;
        }
        let block = &mut out.blocks[depth];
        if let Some(name) = block.names.get(&expression) {
            return name.clone();
        }
        let name = self.name("r");
        let _ = writeln!(block.text, "let {name} = {expression};");
        block.names.insert(expression, name.clone());
        name
    }

    /// Splits a `u32` into coordinates (`i32`) of a box, the last one fastest.
    pub(super) fn decompose(
        &mut self,
        out: &mut Out,
        depth: usize,
        linear: &str,
        extents: &[usize],
    ) -> Vec<String> {
        let mut rest = linear.to_string();
        let mut coords = vec![String::new(); extents.len()];
        for (axis, &extent) in extents.iter().enumerate().rev() {
            coords[axis] = if axis == 0 {
                self.bind(out, depth, format!("i32({rest})"))
            } else {
                let coord = self.bind(out, depth, format!("i32({rest} % {extent}u)"));
                rest = self.bind(out, depth, format!("{rest} / {extent}u"));
                coord
            };
        }
        coords
    }

    /// An affine function as an `i32` expression, and its depth. The parts that vary less are computed further out.
    pub(super) fn affine(
        &mut self,
        out: &mut Out,
        affine: &Affine,
        coords: &[Coord],
    ) -> (String, usize) {
        let mut constant = affine.offset;
        let mut terms = vec![Vec::new(); out.blocks.len()];
        for (&stride, coord) in affine.strides.iter().zip(coords).filter(|(s, _)| **s != 0) {
            constant += stride * coord.offset;
            let Some(name) = &coord.name else { continue };
            terms[coord.depth].push(match stride {
                1 => name.clone(),
                -1 => format!("-{name}"),
                _ => format!("{stride} * {name}"),
            });
        }
        let (mut sum, mut deepest) = (None, 0);
        for (depth, terms) in terms.into_iter().enumerate() {
            if terms.is_empty() {
                continue;
            }
            let terms = sum.into_iter().chain(terms).collect::<Vec<_>>().join(" + ");
            let is_name = !terms.contains([' ', '-']);
            sum = Some(if is_name {
                terms
            } else {
                self.bind(out, depth, terms)
            });
            deepest = depth;
        }
        let text = match sum {
            // Typed: of a negative number without a type, shaders make no `u32`.
            None => format!("{constant}i"),
            Some(sum) if constant == 0 => sum,
            Some(sum) => format!("{sum} + {constant}"),
        };
        (text, deepest)
    }

    /// Whether all bounds hold: nothing if there are none.
    pub(super) fn condition(
        &mut self,
        out: &mut Out,
        bounds: &[Bound],
        place: &Place<'_>,
    ) -> Option<Value> {
        let mut all: Option<Value> = None;
        for bound in bounds {
            let check = self.check(out, bound, place);
            all = Some(match all {
                None => check,
                Some(all) => {
                    let (wide, depth) = (all.wide || check.wide, all.depth.max(check.depth));
                    let text = format!("{} & {}", all.at(wide), check.at(wide));
                    Value {
                        name: self.bind(out, depth, text),
                        dtype: DType::Bool,
                        wide,
                        depth,
                    }
                }
            });
        }
        all
    }

    fn check(&mut self, out: &mut Out, bound: &Bound, place: &Place<'_>) -> Value {
        let mut shifted = bound.expr.clone();
        shifted.offset -= bound.low;
        let span = (bound.high - bound.low).max(0);
        let strides = &bound.expr.strides;
        if strides.iter().all(|&stride| stride == 0) {
            // A constant expression must not be negative, so it is not left to the shader.
            let holds = (0..span).contains(&shifted.offset);
            return Value {
                name: holds.to_string(),
                dtype: DType::Bool,
                wide: false,
                depth: 0,
            };
        }
        let (value, depth) = self.affine(out, &shifted, place.coords);
        let multiple = |x: i64| x % LANES as i64 == 0;
        // Four neighbours agree where the range begins and ends at multiples of four.
        let agree = place.lane.is_none_or(|lane| {
            let alone = strides
                .iter()
                .enumerate()
                .all(|(axis, &s)| s == i64::from(axis == lane));
            strides[lane] == 0 || (alone && multiple(shifted.offset) && multiple(span))
        });
        let (wide, text) = match place.lane {
            Some(lane) if !agree => {
                let steps = lane_steps(strides[lane]);
                (
                    true,
                    format!("vec4<u32>(vec4<i32>({value}) + {steps}) < vec4<u32>({span}u)"),
                )
            }
            _ => (false, format!("u32({value}) < {span}u")),
        };
        Value {
            name: self.bind(out, depth, text),
            dtype: DType::Bool,
            wide,
            depth,
        }
    }

    /// Runs a body; gives its registers.
    pub(super) fn body(&mut self, out: &mut Out, body: &[Typed], place: &Place<'_>) -> Vec<Value> {
        let mut registers: Vec<Value> = Vec::with_capacity(body.len());
        for typed in body {
            let value = self.instr(out, typed, &registers, place);
            registers.push(value);
        }
        registers
    }

    fn instr(
        &mut self,
        out: &mut Out,
        typed: &Typed,
        registers: &[Value],
        place: &Place<'_>,
    ) -> Value {
        let aligned = place
            .lane
            .is_some_and(|lane| is_vector_load(&typed.instr, lane).is_some());
        let wide_of = |used: &[Register]| used.iter().any(|&r| registers[r].wide);
        let depth_of =
            |used: &[Register]| used.iter().map(|&r| registers[r].depth).max().unwrap_or(0);
        let (wide, depth, text) = match &typed.instr {
            Instr::Load { binding, view } => {
                return self.load(
                    out,
                    &Load {
                        binding: *binding,
                        base: None,
                        view,
                        aligned,
                    },
                    place,
                );
            }
            Instr::Gather {
                binding,
                row,
                rows,
                row_stride,
                view,
            } => {
                let row = &registers[*row];
                let text = if row.wide {
                    format!(
                        "vec4<i32>(min({}, vec4<u32>({}u))) * {row_stride}",
                        row.name,
                        rows - 1
                    )
                } else {
                    format!("i32(min({}, {}u)) * {row_stride}", row.name, rows - 1)
                };
                let base = Some(Value {
                    name: self.bind(out, row.depth, text),
                    ..row.clone()
                });
                return self.load(
                    out,
                    &Load {
                        binding: *binding,
                        base,
                        view,
                        aligned,
                    },
                    place,
                );
            }
            Instr::Coordinate(affine) => self.counter(out, affine, place),
            Instr::Within(bounds) => match self.condition(out, bounds, place) {
                Some(condition) => return condition,
                None => (false, 0, "true".to_string()),
            },
            Instr::Constant(scalar) => (false, 0, self.constant(*scalar)),
            Instr::Random {
                key,
                element,
                stream,
                below,
            } => {
                let (wide, depth, counter) = self.counter(out, element, place);
                let wide = wide || wide_of(key);
                self.needs.random[usize::from(wide)] = true;
                let vector = type_name(DType::U32, wide);
                let [k0, k1] = key.map(|r| registers[r].at(wide));
                let name = if wide { "random4" } else { "random" };
                let text = format!(
                    "{name}({k0}, {k1}, {vector}({counter}), {vector}({stream}u), {vector}({below}u))"
                );
                (wide, depth.max(depth_of(key)), text)
            }
            Instr::Accumulator(i) => return place.accumulators[*i].clone(),
            Instr::Unary(op, x) => (wide_of(&[*x]), depth_of(&[*x]), unary(*op, &registers[*x])),
            Instr::Binary(op, a, b) => {
                let wide = wide_of(&[*a, *b]);
                let text = binary(
                    *op,
                    registers[*a].dtype,
                    &registers[*a].at(wide),
                    &registers[*b].at(wide),
                );
                (wide, depth_of(&[*a, *b]), text)
            }
            Instr::Select(condition, a, b) => {
                let wide = wide_of(&[*condition, *a, *b]);
                let depth = depth_of(&[*condition, *a, *b]);
                let [condition, a, b] = [condition, a, b].map(|r| registers[*r].at(wide));
                (wide, depth, format!("select({b}, {a}, {condition})"))
            }
            Instr::Cast(x, dtype) => {
                let x = &registers[*x];
                (
                    x.wide,
                    x.depth,
                    format!("{}({})", type_name(*dtype, x.wide), x.name),
                )
            }
        };
        Value {
            name: self.bind(out, depth, text),
            dtype: typed.dtype,
            wide,
            depth,
        }
    }

    /// An affine function of the coordinates as u32: width, depth and text.
    fn counter(
        &mut self,
        out: &mut Out,
        affine: &Affine,
        place: &Place<'_>,
    ) -> (bool, usize, String) {
        let (text, depth) = self.affine(out, affine, place.coords);
        match place.lane.map_or(0, |lane| affine.strides[lane]) {
            0 => (false, depth, format!("u32({text})")),
            step => (
                true,
                depth,
                format!("vec4<u32>(vec4<i32>({text}) + {})", lane_steps(step)),
            ),
        }
    }

    fn constant(&mut self, scalar: Scalar) -> String {
        match scalar {
            Scalar::Bool(v) => v.to_string(),
            Scalar::U32(v) => format!("{v}u"),
            Scalar::F32(v) => {
                let v = v as f32;
                if v.is_finite() && v.abs() > LARGEST_LITERAL {
                    return format!("bitcast<f32>({:#x}u)", v.to_bits());
                }
                if v.is_finite() {
                    return format!("{v:?}f");
                }
                self.needs.special_floats = true;
                if v.is_nan() {
                    "bitcast<f32>(infinity_bits | 1u)".to_string()
                } else {
                    format!(
                        "{}bitcast<f32>(infinity_bits)",
                        if v < 0.0 { "-" } else { "" }
                    )
                }
            }
        }
    }

    /// Minus infinity, as an expression.
    pub(super) fn lowest(&mut self) -> String {
        self.constant(Scalar::F32(f64::NEG_INFINITY))
    }
}

fn unary(op: Unary, x: &Value) -> String {
    let name = &x.name;
    match op {
        Unary::Neg => format!("-{name}"),
        Unary::Recip => format!("1.0 / {name}"),
        Unary::Exp => format!("exp({name})"),
        Unary::Log => format!("log({name})"),
        Unary::Sqrt => format!("sqrt({name})"),
        // Past 10 it is 1 in f32, and implementations by way of e^2x overflow.
        Unary::Tanh if x.wide => format!("tanh(clamp({name}, vec4<f32>(-10.0), vec4<f32>(10.0)))"),
        Unary::Tanh => format!("tanh(clamp({name}, -10.0, 10.0))"),
        Unary::Sin => format!("sin({name})"),
        Unary::Floor => format!("floor({name})"),
    }
}

fn binary(op: Binary, dtype: DType, a: &str, b: &str) -> String {
    match (op, dtype) {
        (Binary::Add | Binary::Max, DType::Bool) => format!("{a} | {b}"),
        (Binary::Mul, DType::Bool) => format!("{a} & {b}"),
        (Binary::Less, DType::Bool) => format!("!{a} & {b}"),
        (Binary::Add, _) => format!("{a} + {b}"),
        (Binary::Mul, _) => format!("{a} * {b}"),
        (Binary::Max, _) => format!("max({a}, {b})"),
        (Binary::Less, _) => format!("{a} < {b}"),
        (Binary::Eq, _) => format!("{a} == {b}"),
    }
}
