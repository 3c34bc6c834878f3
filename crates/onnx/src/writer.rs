//! A graph of ONNX as it is written: nodes, initializers, and names that occur once.

use std::collections::{HashMap, HashSet};
use std::rc::Rc;

use ganlet_core::DType;
use ganlet_core::eval::Value;

use crate::constant::Constant;
use crate::extent::Extent;
use crate::proto::{self, Attribute, DataType, Graph};

/// The name of the extent that is the number of rows.
const ROWS: &str = "rows";

/// A graph, and the names in it.
pub(crate) struct Writer {
    pub(crate) graph: Graph,
    names: HashSet<String>,
    /// Constants that are initializers already, by where they lie, and their names.
    written: HashMap<*const Constant, (Rc<Constant>, String)>,
    /// Lists of integers that are initializers already.
    lists: HashMap<Vec<i64>, String>,
    /// The first input.
    first: Option<String>,
    /// The number of rows, once it was asked for.
    rows: Option<String>,
}

impl Writer {
    pub(crate) fn new(name: &str) -> Self {
        Self {
            graph: Graph {
                name: name.into(),
                ..Graph::default()
            },
            names: HashSet::new(),
            written: HashMap::new(),
            lists: HashMap::new(),
            first: None,
            rows: None,
        }
    }

    /// A name that nothing else has: `wanted`, or with a number behind it.
    fn name(&mut self, wanted: &str) -> String {
        let numbered = (2..).map(|number| format!("{wanted}.{number}"));
        let mut candidates = std::iter::once(wanted.to_string()).chain(numbered);
        let free = candidates.find(|name| !self.names.contains(name));
        let free = free.expect("there is no end of numbers");
        self.names.insert(free.clone());
        free
    }

    /// Declares an input of rows of `len` numbers.
    pub(crate) fn input(&mut self, name: &str, len: usize, about: &str) -> String {
        let name = self.name(name);
        let input = proto::rows_of(&name, ROWS, len, about);
        self.graph.inputs.push(input);
        self.first.get_or_insert_with(|| name.clone());
        name
    }

    /// Declares `value` to be what comes out, rows of `len` numbers, under a name of its own.
    pub(crate) fn output(&mut self, value: String, name: &str, len: usize, about: &str) {
        let name = self.name(name);
        let identity = proto::node("Identity", &[value], &name, &[]);
        self.graph.nodes.push(identity);
        let output = proto::rows_of(&name, ROWS, len, about);
        self.graph.outputs.push(output);
    }

    /// Adds a node; returns the name of its result.
    pub(crate) fn node(
        &mut self,
        op_type: &str,
        inputs: Vec<String>,
        attributes: &[(&str, Attribute)],
    ) -> String {
        let output = self.name(op_type);
        let node = proto::node(op_type, &inputs, &output, attributes);
        self.graph.nodes.push(node);
        output
    }

    /// The initializer of a constant.
    pub(crate) fn constant(&mut self, constant: &Rc<Constant>) -> String {
        if let Some((_, name)) = self.written.get(&Rc::as_ptr(constant)) {
            return name.clone();
        }
        let name = self.name(constant.name.as_deref().unwrap_or("constant"));
        self.graph.initializers.push(constant.to_proto(&name));
        // Kept, so that no other constant comes to lie where this one does.
        let entry = (constant.clone(), name.clone());
        self.written.insert(Rc::as_ptr(constant), entry);
        name
    }

    /// The initializer of one number.
    pub(crate) fn scalar(&mut self, value: Value<f32>, dtype: DType) -> String {
        self.constant(&Rc::new(Constant::new(vec![], dtype, value)))
    }

    /// The initializer of a list of integers, such as axes.
    pub(crate) fn list(&mut self, values: &[i64]) -> String {
        if let Some(name) = self.lists.get(values) {
            return name.clone();
        }
        let name = self.name("integers");
        let bytes: Vec<u8> = values.iter().flat_map(|v| v.to_le_bytes()).collect();
        let list = proto::tensor(&name, DataType::Int64, &[values.len() as i64], &bytes);
        self.graph.initializers.push(list);
        self.lists.insert(values.to_vec(), name.clone());
        name
    }

    /// Extents as a list of integers, which is known only when the model runs where they depend on the number of rows.
    pub(crate) fn extents(&mut self, extents: &[Extent]) -> String {
        let parts: Vec<String> = (extents.iter())
            .map(|extent| match extent {
                Extent::Fixed(n) => self.list(&[*n as i64]),
                Extent::Rows(times) => self.rows(*times),
            })
            .collect();
        match parts.as_slice() {
            [one] => one.clone(),
            _ => self.node("Concat", parts, &[("axis", Attribute::Int(0))]),
        }
    }

    /// So many times the number of rows, as a list of one integer.
    pub(crate) fn rows(&mut self, times: usize) -> String {
        let rows = self.rows.take().unwrap_or_else(|| {
            let first = self.first.clone().expect("every view has inputs");
            let ends = [("start", Attribute::Int(0)), ("end", Attribute::Int(1))];
            self.node("Shape", vec![first], &ends)
        });
        self.rows = Some(rows.clone());
        match times {
            1 => rows,
            _ => {
                let times = self.list(&[times as i64]);
                self.node("Mul", vec![rows, times], &[])
            }
        }
    }
}
