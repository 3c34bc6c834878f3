//! Element-wise functions, in forms that do not overflow.

use ganlet_core::Tensor;

/// `max(0, x)`; the slope at 0 is 0, and only the result is needed to know the slope.
pub fn relu(x: &Tensor) -> Tensor {
    x.constant_like(0.0).max(x)
}

/// `x` where positive, `slope x` elsewhere. Its second derivative is zero almost everywhere.
pub fn leaky_relu(x: &Tensor, slope: f64) -> Tensor {
    x.greater_than(0.0).select(x, &(x * slope))
}

/// `1 / (1 + e^-x)`, through tanh, which does not overflow.
pub fn sigmoid(x: &Tensor) -> Tensor {
    (x * 0.5).tanh() * 0.5 + 0.5
}

/// `log(1 + e^x)` as `max(0, x) + log(1 + e^-|x|)`, which does not overflow.
pub fn softplus(x: &Tensor) -> Tensor {
    relu(x) + ((-x.abs()).exp() + 1.0).log()
}
