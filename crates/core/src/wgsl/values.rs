//! What emission passes around: blocks of statements, coordinates, registers.

use std::collections::HashMap;

use crate::dtype::DType;

/// Elements in a vector register.
pub(super) const LANES: usize = 4;
const COMPONENTS: [&str; LANES] = ["x", "y", "z", "w"];

/// Statements under construction. Equal expressions are computed once.
#[derive(Default)]
pub(super) struct Block {
    pub(super) text: String,
    pub(super) names: HashMap<String, String>,
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

pub(super) fn type_name(dtype: DType, wide: bool) -> &'static str {
    match (dtype, wide) {
        (DType::F32, false) => "f32",
        (DType::F32, true) => "vec4<f32>",
        (DType::U32 | DType::U8, false) => "u32",
        (DType::U32 | DType::U8, true) => "vec4<u32>",
        (DType::Bool, false) => "bool",
        (DType::Bool, true) => "vec4<bool>",
    }
}
