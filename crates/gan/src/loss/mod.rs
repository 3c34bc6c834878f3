//! What models make small: each a function of tensors with its equation.

pub mod cost;
pub mod divergence;
pub mod mmd;
pub mod penalty;
