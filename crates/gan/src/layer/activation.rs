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

/// `log(1 + e^x)` as `max(0, x) + log(1 + e^-|x|)`, which does not overflow; its slope is the sigmoid.
pub fn softplus(x: &Tensor) -> Tensor {
    // At 0 the first term has the slope 0, so `-|x|` must have 1 there for a sum of 1/2: `min` gives a tie to `x`.
    let minus_magnitude = x.min(&-x);
    relu(x) + (minus_magnitude.exp() + 1.0).log()
}

#[cfg(test)]
mod tests {
    use ganlet_core::eval::Evaluator;
    use ganlet_core::grad::grad;
    use ganlet_core::{Builder, DType, Init};

    use super::*;
    use crate::layer::Features;
    use crate::loss::{Cost, cost};

    /// Value, slope and curvature of a function at `x`.
    fn derivatives(f: &dyn Fn(&Tensor) -> Tensor, x: f32) -> [f64; 3] {
        let b = Builder::new();
        let bytes = Init::Bytes(bytemuck::cast_slice(&[x]).into());
        let x = b.state("x", &[1], DType::F32, bytes);
        let y = f(&x).sum_all();
        let slope = grad(&y, &[&x]).remove(0);
        let curvature = grad(&slope, &[&x]).remove(0);
        let outputs = [("y", &y), ("slope", &slope), ("curvature", &curvature)];
        b.entry("f", &[], &outputs);
        let program = b.build().unwrap();
        let mut evaluator = Evaluator::<f64>::new(&program);
        let found = evaluator.run(0);
        [0, 1, 2].map(|i| found[i].floats()[0])
    }

    #[test]
    fn softplus_has_the_sigmoid_as_its_slope_everywhere() {
        for x in [-30.0, -4.0, -1e-6, 0.0, 1e-6, 0.5, 30.0] {
            let [_, slope, curvature] = derivatives(&softplus, x);
            let p = 1.0 / (1.0 + (-f64::from(x)).exp());
            assert!((slope / p - 1.0).abs() < 1e-12, "{slope} at {x}");
            let expected = p * (1.0 - p);
            assert!(
                (curvature - expected).abs() < 1e-12 && curvature > 0.0,
                "{curvature} at {x}"
            );
        }
    }

    /// A function, where it bends, and its slope there.
    type Kink<'a> = (&'a str, &'a dyn Fn(&Tensor) -> Tensor, f32, f64);

    /// What PyTorch's functions of the same names give, and what finite differences give where there is one slope.
    #[test]
    fn slopes_where_functions_bend_are_those_of_other_frameworks() {
        let no = |x: &Tensor| x.constant_like(0.0);
        let plain = cost::Targets::plain;
        let d_real = |cost| move |x: &Tensor| cost::discriminator(cost, x, &no(x), &plain(x));
        let d_fake = |cost| move |x: &Tensor| cost::discriminator(cost, &no(x), x, &plain(x));
        let features = |x: &Tensor| Features {
            last: x.clone(),
            output: x.clone(),
        };
        let g = |cost| move |x: &Tensor| cost::generator(cost, &features(x), || features(x));
        let kinks: [Kink<'_>; 15] = [
            ("relu", &relu, 0.0, 0.0),
            ("leaky_relu", &|x| leaky_relu(x, 0.2), 0.0, 0.2),
            ("softplus", &softplus, 0.0, 0.5),
            ("softplus(-x)", &|x| softplus(&-x), 0.0, -0.5),
            ("sigmoid", &sigmoid, 0.0, 0.25),
            ("hinge, real", &d_real(Cost::Hinge), 1.0, 0.0),
            ("hinge, fake", &d_fake(Cost::Hinge), -1.0, 0.0),
            (
                "cross-entropy, real",
                &d_real(Cost::NonSaturating),
                0.0,
                -0.5,
            ),
            (
                "cross-entropy, fake",
                &d_fake(Cost::NonSaturating),
                0.0,
                0.5,
            ),
            ("minimax, real", &d_real(Cost::Minimax), 0.0, -0.5),
            (
                "likelihood, fake",
                &d_fake(Cost::MaximumLikelihood),
                0.0,
                0.5,
            ),
            ("minimax, G", &g(Cost::Minimax), 0.0, -0.5),
            ("non-saturating, G", &g(Cost::NonSaturating), 0.0, -0.5),
            ("likelihood, G", &g(Cost::MaximumLikelihood), 0.0, -1.0),
            // As `clamp`, whose ends belong to its inside.
            (
                "likelihood, G, cut",
                &g(Cost::MaximumLikelihood),
                30.0,
                -(30_f64.exp()),
            ),
        ];
        for (name, f, x, expected) in kinks {
            let [_, slope, _] = derivatives(f, x);
            assert!(
                (slope - expected).abs() <= 1e-12 * expected.abs().max(1.0),
                "{name}: {slope}, not {expected}"
            );
        }
    }
}
