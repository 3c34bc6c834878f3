//! Maximum mean discrepancy (Gretton et al. 2012): the distance of two sets of samples by their mean kernel values.

use ganlet_core::Tensor;

/// `mean k(x, x') + mean k(y, y') - 2 mean k(x, y)` over all pairs of rows of `x` and `y`, each `[n, numbers]`, shape `[]`; `k`
/// is the sum of `exp(-|a - b|^2 / 2 s^2)` over the `widths` s (Li et al. 2015, equation 3). Equal sets give 0, and no sets less.
pub fn squared(x: &Tensor, y: &Tensor, widths: &[f64]) -> Tensor {
    let mean_kernel = |a: &Tensor, b: &Tensor| {
        let distances = squared_distances(a, b);
        let kernels = widths.iter().map(|s| (&distances * (-0.5 / (s * s))).exp());
        let sum = kernels.reduce(|sum, kernel| sum + kernel);
        sum.expect("a config has at least one width").mean_all()
    };
    mean_kernel(x, x) + mean_kernel(y, y) - mean_kernel(x, y) * 2.0
}

/// `|a_i - b_j|^2` for every pair of rows, `[rows of a, rows of b]`, as `|a|^2 + |b|^2 - 2 a b`.
fn squared_distances(a: &Tensor, b: &Tensor) -> Tensor {
    let lengths = |x: &Tensor| x.square().sum(&[1]);
    let products = a.matmul(&b.t());
    let distances = lengths(a) + lengths(b).t() - products * 2.0;
    // Rounding may leave less than nothing of two equal rows.
    distances.max(&distances.constant_like(0.0))
}

#[cfg(test)]
mod tests {
    use ganlet_core::eval::{Evaluator, Value};
    use ganlet_core::{Builder, DType};

    use super::*;

    fn discrepancy(x: &[f64], y: &[f64], widths: &[f64]) -> f64 {
        let b = Builder::new();
        let rows = |name: &str, values: &[f64]| b.input(name, &[values.len() / 2, 2], DType::F32);
        let (a, c) = (rows("x", x), rows("y", y));
        b.entry("mmd", &[], &[("mmd", &squared(&a, &c, widths))]);
        let program = b.build().unwrap();
        let mut evaluator = Evaluator::<f64>::new(&program);
        evaluator.inputs = vec![Value::Float(x.to_vec()), Value::Float(y.to_vec())];
        evaluator.run(0)[0].floats()[0]
    }

    #[test]
    fn equal_sets_agree_and_two_points_have_a_closed_form() {
        let set = [0.3, -1.0, 2.0, 0.5, -0.7, 0.1];
        assert!(discrepancy(&set, &set, &[0.5, 2.0]).abs() < 1e-12);
        // Of one point each: 2 (1 - k(x, y)) for each width.
        let found = discrepancy(&[0.0, 0.0], &[3.0, 4.0], &[5.0, 10.0]);
        let expected = 2.0 * (2.0 - (-0.5_f64).exp() - (-0.125_f64).exp());
        assert!((found - expected).abs() < 1e-12, "{found}");
    }

    #[test]
    fn normal_samples_come_near_the_closed_form() {
        // N(0, 1) against N(m, 1) in two dimensions, kernel width s: E k = v^2 / (v^2 + 2) exp(-|m|^2 / 2 (v^2 + 2)), v = s.
        let (n, m, s) = (400, 1.5, 1.0);
        let points = |shift: f64, seed: u32| -> Vec<f64> {
            let prior = crate::config::Prior {
                kind: crate::config::PriorKind::Normal,
                dim: 2,
                scale: 1.0,
            };
            let z = crate::latent::draw(&prior, n, seed, crate::latent::Truncation::NONE);
            let shifted = z
                .chunks(2)
                .flat_map(|p| [f64::from(p[0]) + shift, f64::from(p[1])]);
            shifted.collect()
        };
        let found = discrepancy(&points(0.0, 1), &points(m, 2), &[s]);
        let ratio = s * s / (s * s + 2.0);
        let expected = 2.0 * ratio * (1.0 - (-m * m / (2.0 * (s * s + 2.0))).exp());
        // All pairs include each point with itself, which adds (1 - ratio) / n for each set.
        let floor = 2.0 * (1.0 - ratio) / n as f64;
        assert!(
            (found - expected - floor).abs() < 0.03,
            "{found}, not {expected}"
        );
    }
}
