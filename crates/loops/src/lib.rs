//! The hot loops of the CPU backend: what runs for every step of training, and nothing else.
//!
//! The browser's library is compiled for size, but these loops must be inlined and vectorized: they are a crate of their own so that
//! they can have an optimization level of their own. [`walk::Code`] is a kernel in executable form, which `ganlet-core` compiles and
//! this crate runs; [`gemm`] is the matrix product. Running allocates nothing.

pub mod address;
mod execute;
mod fetch;
pub mod frame;
pub mod gemm;
mod lanes;
pub mod memory;
pub mod nest;
pub mod operation;
pub mod random;
pub mod reduce;
mod target;
mod vector;
pub mod walk;
