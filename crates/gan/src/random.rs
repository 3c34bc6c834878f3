//! Random tensors of one training step.

use std::cell::Cell;

use ganlet_core::{DType, Tensor};

/// Draws from the counter-based generator; every draw of a trace gets a stream of its own.
pub struct Random {
    key: Tensor,
    next_stream: Cell<u32>,
}

/// Random words are cut to 24 bits, which f32 holds exactly.
const RESOLUTION: u32 = 1 << 24;

impl Random {
    /// Draws under `key`, u32 `[seed, step]`.
    pub fn new(key: &Tensor) -> Self {
        Self {
            key: key.clone(),
            next_stream: Cell::new(0),
        }
    }

    /// Integers in `[0, below)`.
    pub fn integers(&self, shape: &[usize], below: u32) -> Tensor {
        let stream = self.next_stream.get();
        self.next_stream.set(stream + 1);
        self.key.random(shape, stream, below)
    }

    /// Uniform in (0, 1): the middle of one of 2^24 intervals, so never 0 or 1.
    pub fn uniform(&self, shape: &[usize]) -> Tensor {
        let resolution = f64::from(RESOLUTION);
        self.integers(shape, RESOLUTION).cast(DType::F32) * (1.0 / resolution) + 0.5 / resolution
    }

    /// Standard normal (Box and Muller 1958).
    pub fn normal(&self, shape: &[usize]) -> Tensor {
        let radius = (self.uniform(shape).log() * -2.0).sqrt();
        radius * (self.uniform(shape) * std::f64::consts::TAU).cos()
    }

    /// True with this probability.
    pub fn chance(&self, shape: &[usize], probability: f64) -> Tensor {
        self.uniform(shape).less_than(probability)
    }
}
