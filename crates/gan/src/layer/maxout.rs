//! The largest of several affine maps (Goodfellow et al. 2013).

use ganlet_core::Tensor;

use super::Stack;
use super::declare::Place;
use super::dense::affine;
use super::pass::{Pass, flat};
use crate::error::ConfigError;

pub(super) fn declare(
    stack: &mut Stack,
    at: &Place,
    units: usize,
    pieces: usize,
) -> Result<(), ConfigError> {
    affine(stack, at, units * pieces, vec![units * pieces], true)?;
    stack.output = vec![units];
    Ok(())
}

pub(super) fn forward(pass: &mut Pass<'_, '_>, x: &Tensor, units: usize, pieces: usize) -> Tensor {
    let made = flat(x).matmul(&pass.next());
    let all = pass.biased(made, true);
    let piece = |i: usize| all.narrow(1, i * units, units);
    (1..pieces).fold(piece(0), |best, i| best.max(&piece(i)))
}
