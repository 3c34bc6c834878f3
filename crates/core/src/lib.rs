//! ganlet-core: a static tensor graph with autodiff of any order, a fusing planner, and WGSL and CPU backends.

pub mod dtype;
pub mod graph;
pub mod op;
pub mod plan;
pub mod program;
pub mod session;

pub use dtype::{DType, Scalar};
