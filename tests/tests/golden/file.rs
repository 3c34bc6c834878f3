//! The file of golden values.

use std::collections::BTreeMap;
use std::sync::Arc;

use ganlet_core::{Builder, DType, Init, Tensor};
use serde::Deserialize;

/// All that `make.py` wrote.
#[derive(Deserialize)]
pub(crate) struct File {
    pub(crate) cases: Vec<Case>,
    pub(crate) random: Vec<Draw>,
}

/// A training step: state given once, inputs and outputs for each step.
#[derive(Deserialize)]
pub(crate) struct Case {
    pub(crate) name: String,
    state: BTreeMap<String, Array>,
    pub(crate) inputs: Vec<BTreeMap<String, Array>>,
    pub(crate) outputs: Vec<BTreeMap<String, Array>>,
}

/// Numbers and their shape.
#[derive(Deserialize)]
pub(crate) struct Array {
    pub(crate) shape: Vec<usize>,
    pub(crate) data: Vec<f64>,
}

/// Random bits: the first elements of a stream.
#[derive(Deserialize)]
pub(crate) struct Draw {
    pub(crate) key: [u32; 2],
    pub(crate) stream: u32,
    pub(crate) words: Vec<u32>,
}

/// Reads the file.
pub(crate) fn load() -> File {
    let text = include_str!("../../golden/golden.json");
    serde_json::from_str(text).expect("make.py writes this format")
}

impl Array {
    /// As buffers hold them.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        self.data
            .iter()
            .flat_map(|&x| (x as f32).to_le_bytes())
            .collect()
    }
}

impl Case {
    /// What the case gives to its graph.
    pub(crate) fn given<'a>(&'a self, builder: &'a Builder) -> Given<'a> {
        Given {
            case: self,
            builder,
        }
    }
}

/// Declares what a case names.
pub(crate) struct Given<'a> {
    case: &'a Case,
    pub(crate) builder: &'a Builder,
}

impl Given<'_> {
    /// A tensor of the state, with its first value.
    pub(crate) fn state(&self, name: &str) -> Tensor {
        let array = (self.case.state.get(name))
            .unwrap_or_else(|| panic!("{} gives no `{name}`", self.case.name));
        let init = Init::Bytes(Arc::from(array.bytes()));
        self.builder.state(name, &array.shape, DType::F32, init)
    }

    /// State that the framework keeps for itself: zeros at first.
    pub(crate) fn zeros(&self, name: &str, shape: &[usize]) -> Tensor {
        self.builder.state(name, shape, DType::F32, Init::Zeros)
    }

    /// A tensor that is given at each step.
    pub(crate) fn input(&self, name: &str) -> Tensor {
        let array = (self.case.inputs[0].get(name))
            .unwrap_or_else(|| panic!("{} gives no `{name}`", self.case.name));
        self.builder.input(name, &array.shape, DType::F32)
    }
}
