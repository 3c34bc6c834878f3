//! Updates of a flat parameter buffer.

use ganlet_core::Tensor;

use crate::config::Optimizer;

/// Keeps the slope of a root finite at zero, where its gradient would not be a number. Its own root is far below any epsilon.
const FLOOR: f64 = 1e-30;

/// Looks up a live hyper-parameter by the name it has in the optimizer's config.
pub type Lookup<'a> = &'a dyn Fn(&str, f64) -> Tensor;

/// Where an update starts from; params, gradient and running buffers have one length.
#[derive(Clone, Copy)]
pub struct Descent<'a> {
    /// What moves, downhill.
    pub params: &'a Tensor,
    /// The loss's gradient there.
    pub gradient: &'a Tensor,
    /// As [`Optimizer::buffers`] names them.
    pub buffers: &'a [Tensor],
    /// The number of updates with this one, shape `[]`.
    pub count: &'a Tensor,
}

impl Optimizer {
    /// Names of the running buffers it keeps for each parameter.
    pub fn buffers(&self) -> &'static [&'static str] {
        match self {
            Optimizer::Sgd { .. } => &["velocity"],
            Optimizer::RmsProp { .. } => &["square"],
            Optimizer::Adam { .. } => &["mean", "square"],
        }
    }

    /// Parameters and running buffers after one update.
    pub fn update(&self, hyper: Lookup<'_>, at: Descent<'_>) -> (Tensor, Vec<Tensor>) {
        self.rule(Tensor::sqrt, hyper, at)
    }

    /// [`update`](Self::update) for whoever differentiates through it: its gradient is finite everywhere, also for parameters
    /// whose gradient has been zero so far.
    pub fn differentiable_update(
        &self,
        hyper: Lookup<'_>,
        at: Descent<'_>,
    ) -> (Tensor, Vec<Tensor>) {
        let root = |square: &Tensor| (square + FLOOR).sqrt();
        self.rule(root, hyper, at)
    }

    /// An update that takes the root of a mean of squares by `root`.
    fn rule(
        &self,
        root: fn(&Tensor) -> Tensor,
        hyper: Lookup<'_>,
        at: Descent<'_>,
    ) -> (Tensor, Vec<Tensor>) {
        let Descent {
            params,
            gradient,
            buffers,
            count,
        } = at;
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
                let decayed =
                    hyper("lr", lr) * (&before * log_of_decay(&hyper("lr_decay", lr_decay))).exp();
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
                decay_steps,
            } => {
                let (beta1, beta2) = (hyper("beta1", beta1), hyper("beta2", beta2));
                let mean = &beta1 * &buffers[0] + (1.0 - &beta1) * gradient;
                let square = &beta2 * &buffers[1] + (1.0 - &beta2) * gradient.square();
                let rate = match decay_steps {
                    None => hyper("lr", lr),
                    Some(steps) => {
                        let done = (count - 1.0) / hyper("decay_steps", steps);
                        hyper("lr", lr) * (1.0 - done).clamp(0.0, 1.0)
                    }
                };
                let rate = rate / bias_correction(&beta1, count);
                let scale = bias_correction(&beta2, count).sqrt().recip();
                let step = rate * &mean / (root(&square) * scale + hyper("eps", eps));
                (params - step, vec![mean, square])
            }
        }
    }
}

/// `1 - beta^t`, the weight that a running mean with memory `beta` has given to `t` numbers so far; right to a few units in
/// the last place also where `beta^t` is next to 1 and their difference would not be.
fn bias_correction(beta: &Tensor, t: &Tensor) -> Tensor {
    let y = -(t * log_of_decay(beta));
    // (1 - e^-y) / y = 1 - y/2! + y^2/3! - … up to 1/4, where the next term is below 5e-8.
    let small = y.min(&y.constant_like(0.25));
    let factors = [6.0, 5.0, 4.0, 3.0, 2.0];
    let series = (factors.iter()).fold(small.constant_like(1.0), |inner, &n| {
        1.0 - &small * inner * (1.0 / n)
    });
    y.less_than(0.25)
        .select(&(&small * series), &(1.0 - (-y).exp()))
}

/// The logarithm of a factor between 0 and 1, right to a few units in the last place also next to 1, where a GPU's `log` may
/// be off by more than its own value.
fn log_of_decay(factor: &Tensor) -> Tensor {
    // log f = -2 artanh(u) = -2 (u + u^3/3 + u^5/5 + …) with u = (1 - f) / (1 + f), at most 1/7 from f = 3/4 on.
    let u = (1.0 - factor) / (factor + 1.0);
    let square = u.square();
    let series = ((&square * (1.0 / 7.0) + 1.0 / 5.0) * &square + 1.0 / 3.0) * &square + 1.0;
    // Kept off the pole.
    let log = factor.max(&factor.constant_like(1e-30)).log();
    factor.less_than(0.75).select(&log, &(u * series * -2.0))
}

#[cfg(test)]
mod tests {
    use ganlet_core::eval::{Evaluator, Value};
    use ganlet_core::grad::grad;
    use ganlet_core::{Builder, DType, Init};

    use super::*;

    #[test]
    fn bias_corrections_keep_their_digits_next_to_one() {
        let b = Builder::new();
        let [beta, t] = ["beta", "t"].map(|name| b.input(name, &[1], DType::F32));
        b.entry("correct", &[], &[("c", &bias_correction(&beta, &t))]);
        let program = b.build().unwrap();
        let mut evaluator = Evaluator::<f32>::new(&program);
        for beta in [0.0, 0.1, 0.5, 0.749, 0.751, 0.9, 0.999, 0.9999, 0.99999] {
            for t in [1.0, 2.0, 50.0, 250.0, 1000.0, 25_000.0, 1e7] {
                evaluator.inputs = vec![Value::Float(vec![beta]), Value::Float(vec![t])];
                let found = f64::from(evaluator.run(0)[0].floats()[0]);
                let expected = -(f64::from(beta).ln() * f64::from(t)).exp_m1();
                assert!(
                    (found / expected - 1.0).abs() < 4e-7,
                    "beta {beta}, t {t}: {found}, not {expected}"
                );
            }
        }
    }

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
        let at = Descent {
            params: &params,
            gradient: &gradient,
            buffers: &buffers,
            count: &count,
        };
        let (next, _) = update(optimizer, &hyper, at);
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
                decay_steps: None,
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
