//! Kernels on the CPU backend against the literal interpreter: made by hand, and at random.

mod cases;
mod kernels;
mod random_kernels;
mod session;
