//! Live hyper-parameters: one small input buffer, so that changing one costs a write and no new trace.

use std::cell::RefCell;

use ganlet_core::{Builder, DType, Tensor};

/// Room for the hyper-parameters of any game.
const CAPACITY: usize = 32;

/// Which number of the input `hyper` is which field of the config.
pub struct Hyper {
    input: Option<Tensor>,
    /// Dotted path and first value, in order.
    fields: RefCell<Vec<(String, f32)>>,
}

impl Hyper {
    pub(super) fn new(b: &Builder) -> Self {
        let input = b.input("hyper", &[CAPACITY], DType::F32);
        Self {
            input: Some(input),
            fields: RefCell::default(),
        }
    }

    /// The tensor, of shape `[]`, of the field at `path`.
    pub(super) fn get(&self, path: &str, value: f64) -> Tensor {
        let mut fields = self.fields.borrow_mut();
        let index = fields
            .iter()
            .position(|(p, _)| p == path)
            .unwrap_or_else(|| {
                fields.push((path.into(), value as f32));
                fields.len() - 1
            });
        assert!(
            index < CAPACITY,
            "a game has at most {CAPACITY} live hyper-parameters"
        );
        let input = self.input.as_ref().expect("tracing is not finished");
        input.narrow(0, index, 1).reshape(&[])
    }

    /// Lets go of the trace.
    pub(super) fn finish(mut self) -> Self {
        self.input = None;
        self
    }

    /// The paths of the live fields.
    pub fn paths(&self) -> Vec<String> {
        self.fields
            .borrow()
            .iter()
            .map(|(path, _)| path.clone())
            .collect()
    }

    /// Sets the field at `path`; false where it is not live.
    pub fn set(&self, path: &str, value: f32) -> bool {
        let mut fields = self.fields.borrow_mut();
        let field = fields.iter_mut().find(|(p, _)| p == path);
        field.map(|(_, current)| *current = value).is_some()
    }

    /// What the program's input `hyper` has to hold.
    pub fn values(&self) -> Vec<f32> {
        let mut values: Vec<f32> = self
            .fields
            .borrow()
            .iter()
            .map(|&(_, value)| value)
            .collect();
        values.resize(CAPACITY, 0.0);
        values
    }
}
