//! What the tests of the workspace share: a table of all operations, graphs at random, gradient checks, and the
//! comparison of backends with the reference interpreter.

pub mod backends;
pub mod grad_check;
pub mod op_table;
pub mod parity;
pub mod random_graph;
pub mod ties;

/// The code in the README, which has to compile and to run.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
pub struct Readme;
