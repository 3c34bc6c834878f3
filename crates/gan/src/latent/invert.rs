//! The z that G turns into something close to a given image: Adam on z, several starts in one batch, on the device.
//!
//! Part of the game's program, because it reads the parameters that training leaves there.

use ganlet_core::grad::grad;
use ganlet_core::{DType, Tensor};

use crate::config::{Optimizer, Prior};
use crate::model::states::{Role, States};
use crate::optimizer::Descent;

/// Latents that are improved side by side.
pub(crate) const STARTS: usize = 16;
/// The entry that improves all starts once; its output is their errors before.
pub(crate) const ENTRY: &str = "invert.step";
/// Input: the image, `[1, sample_len]`.
pub(crate) const TARGET: &str = "invert.target";
/// Input: the learning rate, in scales of the prior.
pub(crate) const RATE: &str = "invert.rate";
/// State: `[STARTS, dim]`.
pub(crate) const Z: &str = "invert.z";
/// States that start at zero for every image, beside [`Z`].
pub(crate) const ZEROED: [&str; 3] = ["invert.mean", "invert.square", "invert.updates"];

/// Input: what the decoder takes beside z, `[1, len]`, by its name there.
pub(crate) fn held(input: &str) -> String {
    format!("invert.held.{input}")
}

/// Weight of the squared distance from the middle, per number of z: enough to keep z where the prior has mass, too little
/// to show in the image.
const PULL: f64 = 1e-4;

/// Traces the entry for a generator `view`: z `[STARTS, dim]` to samples `[STARTS, len]`.
pub(crate) fn trace(
    states: &mut States<'_>,
    prior: &Prior,
    len: usize,
    view: impl Fn(&Tensor) -> Tensor,
) {
    let b = states.builder();
    let mut state =
        |name: &str, shape: &[usize]| states.zeros(name, shape, DType::F32, Role::Scratch);
    let z = state(Z, &[STARTS, prior.dim]);
    let moments = [
        state(ZEROED[0], &[STARTS, prior.dim]),
        state(ZEROED[1], &[STARTS, prior.dim]),
    ];
    let updates = state(ZEROED[2], &[]);
    let target = b.input(TARGET, &[1, len], DType::F32);
    let rate = b.input(RATE, &[], DType::F32);

    let error = (view(&z) - target).square().mean(&[1]);
    let pull = (&z * (1.0 / prior.scale)).square().mean(&[1]) * PULL;
    // Each start has its own cost, so the sum gives each its own gradient.
    let gradient = grad(&(&error + pull).sum_all(), &[&z]).remove(0);
    let optimizer = Optimizer::Adam {
        lr: prior.scale,
        beta1: 0.9,
        beta2: 0.99,
        eps: 1e-8,
        decay_steps: None,
    };
    let hyper = |name: &str, value: f64| match name {
        "lr" => &rate * value,
        _ => b.scalar(value),
    };
    let after = &updates + 1.0;
    let (next, next_moments) = optimizer.update(
        &hyper,
        Descent {
            params: &z,
            gradient: &gradient,
            buffers: &moments,
            count: &after,
        },
    );
    b.entry(
        ENTRY,
        &[
            (&z, &next),
            (&moments[0], &next_moments[0]),
            (&moments[1], &next_moments[1]),
            (&updates, &after),
        ],
        &[("error", &error)],
    );
}
