//! Kernels on a real adapter against their literal interpretation, in the shapes for GPUs and for software rasterizers.

mod contractions;
mod dispatches;
mod harness;
mod pointwise;
mod random;
mod reductions;
mod sessions;
