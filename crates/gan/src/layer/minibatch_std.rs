//! How much the samples of a batch differ, for D to see a collapse (Karras et al. 2018, section 3).

use ganlet_core::Tensor;

use super::Stack;
use super::condition::join;
use super::declare::Place;
use super::pass::Pass;

pub(super) fn declare(stack: &mut Stack, at: &Place) {
    stack.compares(at, 1);
    *stack.output.last_mut().expect("every shape has axes") += 1;
    stack.stats_start.push(1.0);
}

pub(super) fn forward(pass: &mut Pass<'_, '_>, x: &Tensor) -> Tensor {
    let spread = pass.compared(1, || spread(x));
    join(x, &spread.broadcast_to(&[x.shape()[0], 1]))
}

/// Keeps the slope of a root finite where all samples are the same.
const VARIANCE_EPS: f64 = 1e-8;

/// How much samples `[batch, ...]` differ, `[1, 1]`: the deviation of each number over the batch, on average.
pub(super) fn spread(x: &Tensor) -> Tensor {
    let variance = (x - x.mean(&[0])).square().mean(&[0]);
    let deviation = (variance + VARIANCE_EPS).sqrt();
    deviation.mean_all().reshape(&[1, 1])
}
