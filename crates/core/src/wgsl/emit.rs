//! From the IR's bodies, views and bounds to WGSL statements. Knows nothing of templates: a template says what the
//! coordinates are called and along which axis a register holds four points at once.

use std::collections::HashMap;
use std::fmt::Write as _;

use super::helpers;
use crate::dtype::{DType, Scalar};
use crate::op::{Binary, Unary};
use crate::plan::kernel::{Access, Affine, Bound, Instr, Kernel, Register, Store, Typed, View};

/// Elements in a vector register.
pub(super) const LANES: usize = 4;
const COMPONENTS: [&str; LANES] = ["x", "y", "z", "w"];

/// Statements under construction. Equal expressions are computed once.
#[derive(Default)]
pub(super) struct Block {
    text: String,
    names: HashMap<String, String>,
}

impl Block {
    pub(super) fn line(&mut self, line: &str) {
        self.text.push_str(line);
        self.text.push('\n');
    }

    pub(super) fn text(&self) -> &str {
        &self.text
    }
}

/// Where statements go: one block for each depth of a loop nest, the first before all loops. A statement goes to the
/// outermost block that knows all it depends on.
pub(super) struct Out {
    pub(super) blocks: Vec<Block>,
}

impl Out {
    /// Blocks around and inside `loops` nested loops.
    pub(super) fn new(loops: usize) -> Self {
        Out {
            blocks: (0..=loops).map(|_| Block::default()).collect(),
        }
    }

    /// The block inside all loops.
    pub(super) fn innermost(&mut self) -> &mut Block {
        let last = self.blocks.len() - 1;
        &mut self.blocks[last]
    }
}

/// A coordinate: the name of an `i32` (or nothing, for zero) plus a constant.
#[derive(Clone, Default, Debug)]
pub(super) struct Coord {
    pub(super) name: Option<String>,
    pub(super) offset: i64,
    /// How many loops it is inside of.
    pub(super) depth: usize,
}

impl Coord {
    pub(super) fn new(name: impl Into<String>, depth: usize) -> Self {
        Coord {
            name: Some(name.into()),
            offset: 0,
            depth,
        }
    }

    pub(super) fn plus(&self, offset: usize) -> Self {
        Coord {
            offset: self.offset + offset as i64,
            ..self.clone()
        }
    }
}

/// Where a body runs: the coordinate of every axis, and the axis of which registers hold four consecutive points.
///
/// The coordinate of that axis is a multiple of four and its extent too.
pub(super) struct Place<'a> {
    pub(super) coords: &'a [Coord],
    pub(super) lane: Option<usize>,
    pub(super) accumulators: &'a [Value],
}

/// A register: its name, and whether it holds one value or four.
#[derive(Clone, Debug)]
pub(super) struct Value {
    pub(super) name: String,
    pub(super) dtype: DType,
    pub(super) wide: bool,
    /// How many loops it is inside of.
    pub(super) depth: usize,
}

impl Value {
    pub(super) fn float(name: impl Into<String>, wide: bool) -> Self {
        Value {
            name: name.into(),
            dtype: DType::F32,
            wide,
            depth: 0,
        }
    }

    /// As an expression of the given width. Only widens.
    pub(super) fn at(&self, wide: bool) -> String {
        if wide && !self.wide {
            format!("{}({})", type_name(self.dtype, true), self.name)
        } else {
            self.name.clone()
        }
    }

    /// One element, as an expression.
    pub(super) fn component(&self, lane: usize) -> String {
        if self.wide {
            format!("{}.{}", self.name, COMPONENTS[lane])
        } else {
            self.name.clone()
        }
    }
}

fn type_name(dtype: DType, wide: bool) -> &'static str {
    match (dtype, wide) {
        (DType::F32, false) => "f32",
        (DType::F32, true) => "vec4<f32>",
        (DType::U32 | DType::U8, false) => "u32",
        (DType::U32 | DType::U8, true) => "vec4<u32>",
        (DType::Bool, false) => "bool",
        (DType::Bool, true) => "vec4<bool>",
    }
}

/// What four consecutive points along a stride add to an index.
fn lane_steps(stride: i64) -> String {
    format!("vec4<i32>(0, {stride}, {}, {})", 2 * stride, 3 * stride)
}

/// Whether four consecutive points along `lane` are one aligned vector in memory.
fn is_vector(index: &Affine, lane: usize) -> bool {
    let step = |(axis, &stride): (usize, &i64)| {
        if axis == lane {
            stride == 1
        } else {
            stride % LANES as i64 == 0
        }
    };
    index.offset % LANES as i64 == 0 && index.strides.iter().enumerate().all(step)
}

fn is_vector_load(instr: &Instr, lane: usize) -> Option<usize> {
    match instr {
        Instr::Load { binding, view } if is_vector(&view.index, lane) => Some(*binding),
        Instr::Gather {
            binding,
            view,
            row_stride,
            ..
        } if is_vector(&view.index, lane) && row_stride % LANES == 0 => Some(*binding),
        _ => None,
    }
}

/// Whether some load of the body is a vector load along `lane`.
pub(super) fn has_vector_load(body: &[Typed], lane: usize) -> bool {
    body.iter()
        .any(|typed| is_vector_load(&typed.instr, lane).is_some())
}

/// The smallest step in memory that the body's loads take along `axis`: nothing where none depends on it.
pub(super) fn load_stride(body: &[Typed], axis: usize) -> Option<u64> {
    body.iter()
        .filter_map(|typed| match &typed.instr {
            Instr::Load { view, .. } | Instr::Gather { view, .. } => {
                Some(view.index.strides[axis].unsigned_abs())
            }
            _ => None,
        })
        .filter(|&stride| stride != 0)
        .min()
}

/// A load to be emitted.
struct Load<'a> {
    binding: usize,
    /// The first element of a gathered row, as i32.
    base: Option<Value>,
    view: &'a View,
    /// Whether four points along the lane are one aligned vector.
    aligned: bool,
}

/// Emits bodies of one kernel.
pub(super) struct Emitter<'k> {
    kernel: &'k Kernel,
    /// By binding: declared as an array of vectors.
    vectors: Vec<bool>,
    refused: Vec<bool>,
    next: usize,
    random: [bool; 2],
    special_floats: bool,
}

impl<'k> Emitter<'k> {
    pub(super) fn new(kernel: &'k Kernel) -> Self {
        Emitter {
            kernel,
            vectors: vec![false; kernel.bindings.len()],
            refused: vec![false; kernel.bindings.len()],
            next: 0,
            random: [false; 2],
            special_floats: false,
        }
    }

    /// Says that `body` will run along `lane`, which decides how buffers are declared. Before any emission.
    pub(super) fn expect_loads(&mut self, body: &[Typed], lane: Option<usize>) {
        let Some(lane) = lane else { return };
        for binding in body
            .iter()
            .filter_map(|typed| is_vector_load(&typed.instr, lane))
        {
            self.vectors[binding] = true;
        }
    }

    /// Says that the kernel's stores will run along `lane`. Before any emission.
    pub(super) fn expect_stores(&mut self, lane: Option<usize>) {
        for store in &self.kernel.stores {
            if lane.is_some_and(|lane| is_vector(&store.index, lane)) {
                self.vectors[store.binding] = true;
            } else {
                self.refused[store.binding] = true;
            }
        }
    }

    fn is_vector_buffer(&self, binding: usize) -> bool {
        self.vectors[binding]
            && !self.refused[binding]
            && self.kernel.bindings[binding].dtype != DType::U8
    }

    /// The declarations that the emitted statements need.
    pub(super) fn declarations(&self) -> String {
        let mut text = String::new();
        for (i, binding) in self.kernel.bindings.iter().enumerate() {
            let access = if binding.access == Access::Read {
                "read"
            } else {
                "read_write"
            };
            let element = match binding.dtype {
                DType::F32 => DType::F32,
                DType::U32 | DType::Bool | DType::U8 => DType::U32,
            };
            let element = type_name(element, self.is_vector_buffer(i));
            let _ = writeln!(
                text,
                "@group(0) @binding({i}) var<storage, {access}> b{i}: array<{element}>;"
            );
        }
        if self.special_floats {
            text += helpers::SPECIAL_FLOATS;
        }
        for (used, (name, vector)) in self
            .random
            .iter()
            .zip([("random", "u32"), ("random4", "vec4<u32>")])
        {
            if *used {
                text += &helpers::random(name, vector);
            }
        }
        text
    }

    /// A name that nothing else has.
    pub(super) fn name(&mut self, prefix: &str) -> String {
        self.next += 1;
        format!("{prefix}{}", self.next - 1)
    }

    /// Names an expression, once for each text.
    pub(super) fn bind(&mut self, out: &mut Out, depth: usize, expression: String) -> String {
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
    fn affine(&mut self, out: &mut Out, affine: &Affine, coords: &[Coord]) -> (String, usize) {
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
            None => constant.to_string(),
            Some(sum) if constant == 0 => sum,
            Some(sum) => format!("{sum} + {constant}"),
        };
        (text, deepest)
    }

    /// Whether all bounds hold: nothing if there are none.
    fn condition(&mut self, out: &mut Out, bounds: &[Bound], place: &Place<'_>) -> Option<Value> {
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
        let (value, depth) = self.affine(out, &shifted, place.coords);
        let strides = &bound.expr.strides;
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

    /// One element of a buffer, as an expression.
    fn element(&self, binding: usize, index: &str) -> String {
        let word = match self.kernel.bindings[binding].dtype {
            DType::U8 => {
                return format!(
                    "((b{binding}[{index} >> 2u] >> ((u32({index}) & 3u) * 8u)) & 255u)"
                );
            }
            _ if self.is_vector_buffer(binding) => {
                format!("b{binding}[{index} >> 2u][{index} & 3]")
            }
            _ => format!("b{binding}[{index}]"),
        };
        match self.kernel.bindings[binding].dtype {
            DType::Bool => format!("({word} != 0u)"),
            DType::F32 | DType::U32 | DType::U8 => word,
        }
    }

    /// Four aligned elements of a buffer, as an expression.
    fn vector(&self, binding: usize, index: &str) -> String {
        let word = format!("b{binding}[{index} >> 2u]");
        match self.kernel.bindings[binding].dtype {
            DType::U8 => {
                format!("((vec4<u32>({word}) >> vec4<u32>(0u, 8u, 16u, 24u)) & vec4<u32>(255u))")
            }
            DType::Bool => format!("({word} != vec4<u32>())"),
            DType::F32 | DType::U32 => word,
        }
    }

    /// A load of element `base + view`; `base` is a row of a gather, which may differ from lane to lane.
    fn load(&mut self, out: &mut Out, load: &Load<'_>, place: &Place<'_>) -> Value {
        let Load {
            binding,
            base,
            view,
            aligned,
        } = load;
        let memory = self.kernel.bindings[*binding].dtype;
        let dtype = if memory == DType::U8 {
            DType::U32
        } else {
            memory
        };
        let condition = self.condition(out, &view.bounds, place);
        let (index, depth) = self.affine(out, &view.index, place.coords);
        let depth = [
            Some(depth),
            base.as_ref().map(|b| b.depth),
            condition.as_ref().map(|c| c.depth),
        ];
        let depth = depth.into_iter().flatten().max().unwrap_or(0);
        let step = place.lane.map_or(0, |lane| view.index.strides[lane]);
        // Memory outside the bounds is not ours: a masked load reads element 0 there and drops it.
        let mut index_of = |emitter: &mut Self, lane: usize, condition: Option<String>| {
            let mut text = index.clone();
            if let Some(base) = base {
                text = format!("{} + {text}", base.component(lane));
            }
            if step * lane as i64 != 0 {
                text = format!("{text} + {}", step * lane as i64);
            }
            match condition {
                Some(condition) => {
                    emitter.bind(out, depth, format!("select(0, {text}, {condition})"))
                }
                None => emitter.bind(out, depth, text),
            }
        };
        let apart = base.as_ref().is_some_and(|b| b.wide);
        let vector = *aligned && !apart && (memory == DType::U8 || self.is_vector_buffer(*binding));
        let (wide, text) = if vector || (step == 0 && !apart) {
            let any = condition.as_ref().map(|c| {
                if c.wide {
                    format!("any({})", c.name)
                } else {
                    c.name.clone()
                }
            });
            let index = index_of(self, 0, any);
            (
                vector,
                if vector {
                    self.vector(*binding, &index)
                } else {
                    self.element(*binding, &index)
                },
            )
        } else {
            let elements: Vec<String> = (0..LANES)
                .map(|lane| {
                    let index = index_of(self, lane, condition.as_ref().map(|c| c.component(lane)));
                    self.element(*binding, &index)
                })
                .collect();
            (
                true,
                format!("{}({})", type_name(dtype, true), elements.join(", ")),
            )
        };
        let loaded = Value {
            name: self.bind(out, depth, text),
            dtype,
            wide,
            depth,
        };
        let Some(condition) = condition else {
            return loaded;
        };
        let wide = loaded.wide || condition.wide;
        let text = format!(
            "select({}(), {}, {})",
            type_name(dtype, wide),
            loaded.at(wide),
            condition.at(wide)
        );
        Value {
            name: self.bind(out, depth, text),
            dtype,
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
                self.random[usize::from(wide)] = true;
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
                if v.is_finite() {
                    return format!("{v:?}f");
                }
                self.special_floats = true;
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

    /// Writes the kernel's results.
    pub(super) fn stores(&mut self, out: &mut Out, registers: &[Value], place: &Place<'_>) {
        let kernel = self.kernel;
        for Store {
            binding,
            index,
            value,
        } in &kernel.stores
        {
            let value = &registers[*value];
            let (at, _) = self.affine(out, index, place.coords);
            let word = |text: String, wide: bool| match value.dtype {
                DType::Bool => format!("{}({text})", type_name(DType::U32, wide)),
                _ => text,
            };
            match place.lane {
                Some(_) if self.is_vector_buffer(*binding) => {
                    let text = word(value.at(true), true);
                    out.innermost()
                        .line(&format!("b{binding}[({at}) >> 2u] = {text};"));
                }
                Some(lane) => {
                    for i in 0..LANES {
                        let offset = index.strides[lane] * i as i64;
                        let text = word(value.component(i), false);
                        out.innermost()
                            .line(&format!("b{binding}[{at} + {offset}] = {text};"));
                    }
                }
                None => {
                    let text = word(value.name.clone(), false);
                    out.innermost().line(&format!("b{binding}[{at}] = {text};"));
                }
            }
        }
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
