//! A static tensor graph with autodiff of any order, a fusing planner, and WGSL and CPU backends.
//!
//! Write mathematics on [`Tensor`]s of a [`Builder`], differentiate with [`grad`](grad::grad), freeze the trace into a
//! [`Program`], and run it thousands of times in a session on the CPU or the GPU. `ARCHITECTURE.md` at the top of the
//! repository is the map; `examples/fit_line.rs` is a whole program.

// Tests that are shared with the crate of tests name this crate as that one does.
#[cfg(test)]
extern crate self as ganlet_core;

pub mod backend;
mod builder;
#[cfg(feature = "cpu")]
pub mod cpu;
pub mod dtype;
pub mod error;
pub mod eval;
#[cfg(feature = "gpu")]
pub mod gpu;
pub mod grad;
mod graph;
pub mod node;
pub mod op;
pub mod plan;
pub mod program;
pub mod session;
pub mod shape;
#[cfg(test)]
mod shared;
mod simplify;
pub mod tensor;
pub mod wgsl;

pub use builder::Builder;
pub use dtype::{DType, Scalar};
pub use error::GraphError;
pub use ganlet_loops::random;
pub use op::Window;
pub use program::{Init, Program};
pub use session::{DeviceError, Slot};
pub use tensor::Tensor;
