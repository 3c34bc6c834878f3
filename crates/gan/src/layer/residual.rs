//! Two convolutions whose result is added to what came in (He et al. 2016).

use crate::config::{Layer, Resample, Upsampling, batch_norm_eps};

/// The layers of the main path and of the shortcut, for `inputs` channels: pre-activation, as in SN-GAN. Resampling and the
/// shortcut's convolution of kernel 1 commute, so that convolution sees the smaller image.
pub(super) fn parts(
    inputs: usize,
    channels: usize,
    resample: Resample,
    batch_norm: bool,
) -> [Vec<Layer>; 2] {
    let conv = |kernel: usize| Layer::Conv {
        channels,
        kernel,
        stride: 1,
        padding: kernel / 2,
        bias: true,
    };
    let norm = || {
        batch_norm.then_some(Layer::BatchNorm {
            eps: batch_norm_eps(),
        })
    };
    let up = || {
        (resample == Resample::Up).then_some(Layer::Upsample {
            factor: 2,
            method: Upsampling::Nearest,
        })
    };
    let down = || (resample == Resample::Down).then_some(Layer::AveragePool { size: 2 });
    let first = [norm(), Some(Layer::Relu), up(), Some(conv(3))];
    let second = [norm(), Some(Layer::Relu), Some(conv(3)), down()];
    let shortcut = [down(), (inputs != channels).then(|| conv(1)), up()];
    [
        first.into_iter().chain(second).flatten().collect(),
        shortcut.into_iter().flatten().collect(),
    ]
}
