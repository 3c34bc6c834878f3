//! How far apart G's samples are for how far apart their noise is: what keeps them apart, and what makes that even.

use ganlet_core::Tensor;
use ganlet_core::grad::grad;

/// Keeps a quotient finite where two samples, or their noise, are the same.
const EPS: f64 = 1e-5;

/// Keeps the square root's slope finite where a sample does not move with its noise.
const NORM_EPS: f64 = 1e-12;

/// `|J^T y|` for every sample, `[batch, 1]`: how far it moves with its noise z along the direction y, which is `directions` over
/// the root of their numbers (Karras et al. 2020, section 3.2 and appendix B). `samples` are made of `noise`, each of its own row.
pub fn path_lengths(samples: &Tensor, noise: &Tensor, directions: &Tensor) -> Tensor {
    let numbers = samples.shape()[1] as f64;
    let along = (samples * directions).sum_all() * (1.0 / numbers.sqrt());
    let slope = grad(&along, &[noise]).remove(0);
    (slope.square().sum(&[1]) + NORM_EPS).sqrt()
}

/// Mean absolute difference of each pair of rows, `[batch, 1]`.
fn apart(a: &Tensor, b: &Tensor) -> Tensor {
    let numbers = a.shape()[1] as f64;
    (a - b).abs().sum(&[1]) * (1.0 / numbers)
}

/// The inverse of how far apart samples are over how far apart their noise is, both on average over the batch (MSGAN, Mao et al.
/// 2019, equation 3, made small instead of its inverse large). Each argument is a pair, sample by sample. Shape `[]`.
pub fn mode_seeking(samples: [&Tensor; 2], noise: [&Tensor; 2]) -> Tensor {
    let of_samples = apart(samples[0], samples[1]).mean_all();
    let of_noise = apart(noise[0], noise[1]).mean_all();
    of_noise / (of_samples + EPS)
}

/// Minus the mean of how far apart two samples are over how far apart their noise is, counted up to `limit` (DSGAN, Yang et al.
/// 2019, equation 2). Each of the first two arguments is a pair, sample by sample. Shape `[]`.
pub fn diversity(samples: [&Tensor; 2], noise: [&Tensor; 2], limit: &Tensor) -> Tensor {
    let ratio = apart(samples[0], samples[1]) / (apart(noise[0], noise[1]) + EPS);
    -ratio.min(limit).mean_all()
}
