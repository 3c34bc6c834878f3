//! Lengths of weights, and biases, as the first minibatch gives them (Salimans and Kingma 2016, section 3).

use ganlet_core::Tensor;

use super::batch_norm::{all_but_last, moments};
use super::pass::Pass;
use super::{Learned, Mode, Stack};

/// What makes so nearly the same of all samples keeps its length.
const LEAST: f64 = 1e-4;

/// The distance at which nearest neighbours begin, in units of what a kernel of minibatch discrimination compares (Salimans et al.
/// 2016, the authors' code).
const NEAREST: f64 = 2.0;

impl Stack {
    /// The parameters with which this network starts from the batch `input`, as one flat buffer: each layer is fitted to what the
    /// fitted ones before it make of the batch.
    pub fn start(
        &self,
        learned: Learned<'_>,
        input: &Tensor,
        condition: Option<&Tensor>,
        mode: &mut Mode<'_>,
    ) -> Tensor {
        let mut pass = Pass::new(self, learned, condition, mode);
        pass.fitted = Some(vec![None; self.params.len()]);
        pass.run(&self.steps, self.whole_input(learned, input));
        let fitted = pass.fitted.unwrap_or_default();
        let parts: Vec<Tensor> = (self.params.iter().zip(fitted))
            .map(|(param, fitted)| match fitted {
                Some(value) => value.reshape(&[param.len()]),
                None => learned.params.narrow(0, param.offset, param.len()),
            })
            .collect();
        Tensor::concat(&parts.iter().collect::<Vec<_>>(), 0)
    }
}

impl Pass<'_, '_> {
    /// With t what the newest weight makes of a batch: its length `s / sigma(t)` and the bias `-s mu(t) / sigma(t)` (equation 6 there,
    /// where s is 1), and what comes out with them. Without a bias only the length is fitted.
    pub(super) fn fit(&mut self, made: &Tensor, bias: bool) -> Tensor {
        let of_batch = moments(made, &all_but_last(made));
        let units = made.shape().last().copied().unwrap_or(1);
        let deviation = of_batch.variance.sqrt().reshape(&[units]);
        let factor = factor(&deviation, self.deviation());
        self.fit_length(&factor);
        let scaled = made * &factor;
        if !bias {
            return scaled;
        }
        let shift = -(of_batch.mean.reshape(&[units]) * factor);
        let bias = self.pass_over();
        self.keep(bias, &shift);
        scaled + shift
    }

    /// The newest weight, or its length where that is kept apart, times a factor for each of its units.
    fn fit_length(&mut self, factor: &Tensor) {
        let newest = self.newest();
        let value = self.raw(newest) * factor;
        self.keep(newest, &value);
    }

    /// The deviation with which units begin.
    fn deviation(&self) -> f64 {
        self.stack.weight_norm.unwrap_or(1.0)
    }

    fn keep(&mut self, index: usize, value: &Tensor) {
        if let Some(fitted) = &mut self.fitted {
            fitted[index] = Some(value.clone());
        }
    }

    /// Distances `[batch, batch, kernels]` between samples, by `dims` units of the newest weight each, in such lengths that the nearest
    /// other sample is 2 away on average.
    pub(super) fn fit_distances(&mut self, distances: &Tensor, dims: usize) -> Tensor {
        let [batch, _, kernels] = distances.shape()[..] else {
            unreachable!("distances between samples, for each kernel");
        };
        let place = |axis| distances.iota_like(&[batch, batch, 1], axis);
        let others = place(0)
            .equal(&place(1))
            .select(&distances.constant_like(f64::from(f32::MAX)), distances);
        let nearest = -(-others).max_along(&[1]);
        let factor = factor(&nearest.mean(&[0]).reshape(&[kernels, 1]), NEAREST);
        let of_units = factor.broadcast_to(&[kernels, dims]);
        self.fit_length(&of_units.reshape(&[kernels * dims]));
        distances * factor.reshape(&[1, 1, kernels])
    }
}

/// By what `found` is to be multiplied to be `wanted`.
fn factor(found: &Tensor, wanted: f64) -> Tensor {
    let least = found.constant_like(LEAST);
    let factor = found.max(&least).recip() * wanted;
    found
        .less(&least)
        .select(&found.constant_like(1.0), &factor)
}
