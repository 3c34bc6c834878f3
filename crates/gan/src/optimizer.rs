//! Updates of a flat parameter buffer.

use ganlet_core::Tensor;

use crate::config::Optimizer;

/// Keeps the slope of a root finite at zero, where its gradient would not be a number. Its own root is far below any epsilon.
const FLOOR: f64 = 1e-30;

/// Looks up a live hyper-parameter by the name it has in the optimizer's config.
pub type Lookup<'a> = &'a dyn Fn(&str, f64) -> Tensor;

impl Optimizer {
    /// Names of the running buffers it keeps for each parameter.
    pub fn buffers(&self) -> &'static [&'static str] {
        match self {
            Optimizer::Sgd { .. } => &["velocity"],
            Optimizer::RmsProp { .. } => &["square"],
            Optimizer::Adam { .. } => &["mean", "square"],
        }
    }

    /// Parameters and running buffers after one update; `count` is the number of updates with this one, shape `[]`.
    pub fn update(
        &self,
        hyper: Lookup<'_>,
        params: &Tensor,
        gradient: &Tensor,
        buffers: &[Tensor],
        count: &Tensor,
    ) -> (Tensor, Vec<Tensor>) {
        self.rule(Tensor::sqrt, hyper, params, gradient, buffers, count)
    }

    /// [`update`](Self::update) for whoever differentiates through it: its gradient is finite everywhere, also for parameters
    /// whose gradient has been zero so far.
    pub fn differentiable_update(
        &self,
        hyper: Lookup<'_>,
        params: &Tensor,
        gradient: &Tensor,
        buffers: &[Tensor],
        count: &Tensor,
    ) -> (Tensor, Vec<Tensor>) {
        let root = |square: &Tensor| (square + FLOOR).sqrt();
        self.rule(root, hyper, params, gradient, buffers, count)
    }

    /// An update that takes the root of a mean of squares by `root`.
    fn rule(
        &self,
        root: fn(&Tensor) -> Tensor,
        hyper: Lookup<'_>,
        params: &Tensor,
        gradient: &Tensor,
        buffers: &[Tensor],
        count: &Tensor,
    ) -> (Tensor, Vec<Tensor>) {
        match *self {
            Optimizer::Sgd {
                lr,
                lr_decay,
                lr_min,
                momentum,
                momentum_final,
                momentum_steps,
            } => {
                let before = count - 1.0;
                let decayed = hyper("lr", lr) * (&before * hyper("lr_decay", lr_decay).log()).exp();
                let rate = decayed.max(&hyper("lr_min", lr_min));
                let start = hyper("momentum", momentum);
                let momentum = match momentum_final {
                    Some(end) => {
                        let progress =
                            (before / hyper("momentum_steps", momentum_steps)).clamp(0.0, 1.0);
                        &start + progress * (hyper("momentum_final", end) - &start)
                    }
                    None => start,
                };
                let velocity = momentum * &buffers[0] - rate * gradient;
                (params + &velocity, vec![velocity])
            }
            Optimizer::RmsProp { lr, decay, eps } => {
                let decay = hyper("decay", decay);
                let square = &decay * &buffers[0] + (1.0 - &decay) * gradient.square();
                let step = hyper("lr", lr) * gradient / (root(&square) + hyper("eps", eps));
                (params - step, vec![square])
            }
            Optimizer::Adam {
                lr,
                beta1,
                beta2,
                eps,
            } => {
                let (beta1, beta2) = (hyper("beta1", beta1), hyper("beta2", beta2));
                let mean = &beta1 * &buffers[0] + (1.0 - &beta1) * gradient;
                let square = &beta2 * &buffers[1] + (1.0 - &beta2) * gradient.square();
                // 1 - beta^t, with beta kept off the pole of the logarithm.
                let correction = |beta: &Tensor| {
                    1.0 - (count * beta.max(&beta.constant_like(1e-30)).log()).exp()
                };
                let rate = hyper("lr", lr) / correction(&beta1);
                let scale = correction(&beta2).sqrt().recip();
                let step = rate * &mean / (root(&square) * scale + hyper("eps", eps));
                (params - step, vec![mean, square])
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use ganlet_core::eval::Evaluator;
    use ganlet_core::grad::grad;
    use ganlet_core::{Builder, DType, Init};

    use super::*;

    /// The slope of the sum of two parameters after an update, for a gradient that moves with a factor: the second parameter
    /// has no gradient.
    fn slope(optimizer: &Optimizer, differentiable: bool) -> f64 {
        let b = Builder::new();
        let state = |name: &str, values: &[f32]| {
            let bytes = Init::Bytes(bytemuck::cast_slice(values).into());
            b.state(name, &[values.len()], DType::F32, bytes)
        };
        let factor = state("factor", &[2.0]);
        let gradient = &factor * state("direction", &[3.0, 0.0]);
        let buffers: Vec<Tensor> = optimizer
            .buffers()
            .iter()
            .map(|name| state(name, &[0.0; 2]))
            .collect();
        let hyper = |_: &str, value: f64| b.scalar(value);
        let update = if differentiable {
            Optimizer::differentiable_update
        } else {
            Optimizer::update
        };
        let (params, count) = (state("params", &[0.0; 2]), b.scalar(1.0));
        let (next, _) = update(optimizer, &hyper, &params, &gradient, &buffers, &count);
        let slope = grad(&next.sum_all(), &[&factor]).remove(0);
        b.entry("slope", &[], &[("slope", &slope)]);
        let program = b.build().unwrap();
        let mut evaluator = Evaluator::<f64>::new(&program);
        evaluator.run(0)[0].floats()[0]
    }

    #[test]
    fn what_is_differentiated_has_a_gradient_where_a_parameter_has_none() {
        for optimizer in [
            Optimizer::Adam {
                lr: 0.1,
                beta1: 0.5,
                beta2: 0.9,
                eps: 1e-8,
            },
            Optimizer::RmsProp {
                lr: 0.1,
                decay: 0.9,
                eps: 1e-8,
            },
        ] {
            // A first step has the size of the rate whatever the gradient's: its slope is next to nothing.
            let found = slope(&optimizer, true);
            assert!(found.abs() < 1e-6, "{optimizer:?}: {found}");
            // Or the floor would not be needed.
            assert!(slope(&optimizer, false).is_nan(), "{optimizer:?}");
        }
    }
}
