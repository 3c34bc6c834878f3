//! Updates of a flat parameter buffer.

use ganlet_core::Tensor;

use crate::config::Optimizer;

/// Added to a mean of squares before its root is taken where somebody differentiates through the update: at zero the slope of
/// the root is infinite, and the gradient would not be a number. The root of this is far below any epsilon.
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
    /// `smooth` where the result is to be differentiated (unrolled games).
    pub fn update(
        &self,
        hyper: Lookup<'_>,
        params: &Tensor,
        gradient: &Tensor,
        buffers: &[Tensor],
        count: &Tensor,
        smooth: bool,
    ) -> (Tensor, Vec<Tensor>) {
        let root = |square: &Tensor| match smooth {
            true => (square + FLOOR).sqrt(),
            false => square.sqrt(),
        };
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
