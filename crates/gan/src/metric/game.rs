//! Closed forms of the GAN game in one dimension (Goodfellow et al. 2014, section 4.1): what an exact
//! discriminator would say, and exact divergences to hold estimates against.

use std::f64::consts::LN_2;
use std::ops::Range;

/// The optimal discriminator at a point of density `data` under the data and `model` under the generator:
/// D* = p_data / (p_data + p_model). One half where both are 0.
pub fn optimal_discriminator(data: f64, model: f64) -> f64 {
    let sum = data + model;
    if sum > 0.0 { data / sum } else { 0.5 }
}

/// The integral of `f` over `range` by the trapezoid rule with `intervals` steps. For smooth functions that
/// vanish at both ends, such as densities, the error falls faster than any power of the step: a step of half
/// a standard deviation gives 1e-8.
pub fn integrate(f: impl Fn(f64) -> f64, range: Range<f64>, intervals: usize) -> f64 {
    let intervals = intervals.max(1);
    let step = (range.end - range.start) / intervals as f64;
    let inner: f64 = (1..intervals)
        .map(|i| f(range.start + i as f64 * step))
        .sum();
    step * (inner + 0.5 * (f(range.start) + f(range.end)))
}

/// KL(p || q) in nats of two densities on the line; infinite where q is 0 and p is not.
pub fn kl_divergence(
    p: impl Fn(f64) -> f64,
    q: impl Fn(f64) -> f64,
    range: Range<f64>,
    intervals: usize,
) -> f64 {
    integrate(|x| relative_entropy(p(x), q(x)), range, intervals)
}

/// Jensen-Shannon divergence in nats, 0 to ln 2, of two densities on the line.
///
/// With an optimal discriminator the two-sided loss J(D) = -1/2 E log D(x) - 1/2 E log(1 - D(G(z))) is
/// ln 2 less this.
pub fn js_divergence(
    p: impl Fn(f64) -> f64,
    q: impl Fn(f64) -> f64,
    range: Range<f64>,
    intervals: usize,
) -> f64 {
    integrate(|x| jensen_shannon(p(x), q(x)), range, intervals)
}

/// J(D) of the optimal discriminator for a Jensen-Shannon divergence in nats.
pub fn optimal_discriminator_loss(js: f64) -> f64 {
    LN_2 - js
}

/// p ln(p / q), with 0 ln 0 = 0.
pub(super) fn relative_entropy(p: f64, q: f64) -> f64 {
    if p > 0.0 { p * (p / q).ln() } else { 0.0 }
}

/// The term of the Jensen-Shannon divergence of two densities or masses.
pub(super) fn jensen_shannon(p: f64, q: f64) -> f64 {
    let middle = 0.5 * (p + q);
    0.5 * (relative_entropy(p, middle) + relative_entropy(q, middle))
}

#[cfg(test)]
mod tests {
    use super::*;

    const RANGE: Range<f64> = -15.0..22.0;
    const INTERVALS: usize = 4000;

    fn normal(x: f64, mean: f64, std: f64) -> f64 {
        let z = (x - mean) / std;
        (-0.5 * z * z).exp() / (std * (2.0 * std::f64::consts::PI).sqrt())
    }

    /// Mean and coefficient of variation over the generator's samples of the gradient of its cost with
    /// respect to its mean, where `slope` is that of the cost with respect to the logit a = mu²/2 - mu x.
    fn gradient(mu: f64, slope: impl Fn(f64) -> f64) -> (f64, f64) {
        // da/dx = -mu, and x = mu + noise moves one to one with mu; D stays fixed.
        let sample = |x: f64| -mu * slope(mu * mu / 2.0 - mu * x);
        // Wide enough for the second moment of the likelihood ratio, whose mass lies about -mu.
        let range = -25.0..25.0;
        let moment = |power: i32| {
            let weighted = |x: f64| normal(x, mu, 1.0) * sample(x).powi(power);
            integrate(weighted, range.clone(), 40_000)
        };
        let mean = moment(1);
        (mean, (moment(2) - mean * mean).max(0.0).sqrt() / mean)
    }

    /// p_data = N(0, 1), p_model = N(mu, 1): JSD, J(D) at D*, dJ(G)/dmu of the minimax, non-saturating and
    /// maximum likelihood costs (equations 10, 13 and 14 of the tutorial), accuracy of D*.
    #[expect(clippy::approx_constant, reason = "0.3010 is a gradient, not log10(2)")]
    const TABLE: [[f64; 7]; 6] = [
        [0.5, 0.0303, 0.6628, 0.1176, 0.1324, 0.250, 0.599],
        [1.0, 0.1114, 0.5817, 0.1990, 0.3010, 0.500, 0.692],
        [2.0, 0.3368, 0.3563, 0.2248, 0.7752, 1.000, 0.841],
        [3.0, 0.5268, 0.1664, 0.1479, 1.3521, 1.500, 0.933],
        [4.0, 0.6327, 0.0604, 0.0686, 1.9314, 2.000, 0.977],
        [6.0, 0.6893, 0.0038, 0.0062, 2.9938, 3.000, 0.9987],
    ];

    #[test]
    fn the_table_of_closed_forms_holds() {
        let sigmoid = |a: f64| 1.0 / (1.0 + (-a).exp());
        for [mu, js, loss, minimax, non_saturating, likelihood, accuracy] in TABLE {
            let data = |x: f64| normal(x, 0.0, 1.0);
            let model = |x: f64| normal(x, mu, 1.0);
            let close = |found: f64, expected: f64, what: &str| {
                assert!((found - expected).abs() < 6e-5, "{what} at {mu}: {found}");
            };
            let found = js_divergence(data, model, RANGE, INTERVALS);
            close(found, js, "JSD");
            close(optimal_discriminator_loss(found), loss, "loss");
            let by_definition = integrate(
                |x| {
                    // 1 - D* is D* of the other side; subtracting would round to 0.
                    let real = optimal_discriminator(data(x), model(x));
                    let fake = optimal_discriminator(model(x), data(x));
                    -0.5 * data(x) * real.ln() - 0.5 * model(x) * fake.ln()
                },
                RANGE,
                INTERVALS,
            );
            close(by_definition, loss, "loss by definition");
            close(gradient(mu, |a| -0.5 * sigmoid(a)).0, minimax, "minimax");
            let (mean, _) = gradient(mu, |a| -0.5 * sigmoid(-a));
            close(mean, non_saturating, "non-saturating");
            let (mean, variation) = gradient(mu, |a| -0.5 * a.exp());
            close(mean, likelihood, "maximum likelihood");
            // The likelihood ratio is log-normal: its variation is sqrt(exp(mu²) - 1).
            let expected = (mu * mu).exp_m1().sqrt();
            assert!((variation / expected - 1.0).abs() < 1e-3, "{variation}");
            let right = |x: f64| 0.5 * if x < mu / 2.0 { data(x) } else { model(x) };
            let found = integrate(right, RANGE, 400_000);
            assert!((found - accuracy).abs() < 6e-4, "accuracy at {mu}: {found}");
        }
    }

    #[test]
    fn per_sample_gradients_vary_as_tabulated() {
        let sigmoid = |a: f64| 1.0 / (1.0 + (-a).exp());
        for (mu, minimax, non_saturating) in
            [(0.5, 0.25, 0.22), (1.0, 0.51, 0.34), (4.0, 3.7, 0.13)]
        {
            let found = gradient(mu, |a| -0.5 * sigmoid(a)).1;
            assert!((found / minimax - 1.0).abs() < 0.03, "{found}");
            let found = gradient(mu, |a| -0.5 * sigmoid(-a)).1;
            assert!((found / non_saturating - 1.0).abs() < 0.04, "{found}");
        }
    }

    #[test]
    fn the_discriminator_is_a_sigmoid_of_the_log_ratio() {
        for x in [-3.0, 0.0, 0.5, 4.0] {
            let mu = 2.0;
            let found = optimal_discriminator(normal(x, 0.0, 1.0), normal(x, mu, 1.0));
            let expected = 1.0 / (1.0 + (mu * x - mu * mu / 2.0).exp());
            assert!((found - expected).abs() < 1e-12);
        }
        assert_eq!(optimal_discriminator(0.0, 0.0), 0.5);
    }

    /// The single Gaussians that each divergence prefers for 0.6 N(-1.5, 0.5²) + 0.4 N(1.5, 0.5²).
    #[test]
    fn divergences_of_the_two_component_mixture() {
        let p = |x: f64| 0.6 * normal(x, -1.5, 0.5) + 0.4 * normal(x, 1.5, 0.5);
        let forward = kl_divergence(p, |x| normal(x, -0.3, 1.553), -9.0..9.0, INTERVALS);
        assert!((forward - 0.4637).abs() < 1e-4, "{forward}");
        let reverse = kl_divergence(|x| normal(x, -1.494, 0.509), p, -9.0..9.0, INTERVALS);
        assert!((reverse - 0.5074).abs() < 1e-4, "{reverse}");
        let js = js_divergence(p, |x| normal(x, -0.295, 1.531), -9.0..9.0, INTERVALS);
        assert!((js - 0.1289).abs() < 1e-4, "{js}");
    }
}
