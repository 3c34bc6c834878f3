//! f-divergences as games (Nowozin et al. 2016): with u = p_data / p_model,
//!
//! `D_f(data || model) = E_model f(u) = max over T of  E_data T(x) - E_model f*(T(x))`,   f* the conjugate of f,
//!
//! and the maximum is at `T = f'(u)`. D's output v may be any number, and `T = g(v)` keeps it where f* is defined; every g here
//! rises, so that a larger v is more real.

use ganlet_core::Tensor;

use super::Cost;
use crate::layer::softplus;

/// Outputs beyond this are cut before they become exponents.
const LARGEST: f64 = 30.0;

/// Both sides of the bound, of D's output `v`.
pub struct Terms {
    /// `T(v)`, whose mean over data counts for D.
    pub variable: Tensor,
    /// `f*(T(v))`, whose mean over samples counts against it.
    pub conjugate: Tensor,
}

/// The terms of a cost that is a divergence.
pub fn terms(cost: Cost, v: &Tensor) -> Option<Terms> {
    let exp = |x: Tensor| x.clamp(-LARGEST, LARGEST).exp();
    let (variable, conjugate) = match cost {
        // f = u ln u
        Cost::Kl => (v.clone(), exp(v - 1.0)),
        // f = -ln u
        Cost::ReverseKl => (-exp(-v), v - 1.0),
        // f = (u - 1)^2
        Cost::Pearson => (v.clone(), v.square() * 0.25 + v),
        // f = (1 - u)^2 / u
        Cost::Neyman => (1.0 - exp(-v), 2.0 - exp(v * -0.5) * 2.0),
        // f = (sqrt u - 1)^2
        Cost::SquaredHellinger => (1.0 - exp(-v), exp(v.clone()) - 1.0),
        // f = u ln u - (u + 1) ln((u + 1) / 2), twice the divergence; D's logit is v.
        Cost::JensenShannon => {
            let ln2 = std::f64::consts::LN_2;
            (ln2 - softplus(&-v), softplus(v) - ln2)
        }
        // f = |u - 1| / 2
        Cost::TotalVariation => {
            let bounded = v.tanh() * 0.5;
            (bounded.clone(), bounded)
        }
        Cost::Minimax | Cost::NonSaturating | Cost::MaximumLikelihood => return None,
        Cost::LeastSquares | Cost::Hinge | Cost::Wasserstein => return None,
        Cost::Relativistic | Cost::FeatureMatching => return None,
    };
    Some(Terms {
        variable,
        conjugate,
    })
}

#[cfg(test)]
mod tests {
    use ganlet_core::eval::{Evaluator, Value};
    use ganlet_core::grad::grad;
    use ganlet_core::{Builder, DType};

    use super::*;

    /// A divergence: its cost, f, and the v at which `T(v) = f'(u)`.
    type Row = (Cost, fn(f64) -> f64, fn(f64) -> f64);

    const ROWS: [Row; 6] = [
        (Cost::Kl, |u| u * u.ln(), |u| 1.0 + u.ln()),
        (Cost::ReverseKl, |u| -u.ln(), f64::ln),
        (Cost::Pearson, |u| (u - 1.0).powi(2), |u| 2.0 * (u - 1.0)),
        (Cost::Neyman, |u| (1.0 - u).powi(2) / u, |u| 2.0 * u.ln()),
        (
            Cost::SquaredHellinger,
            |u| (u.sqrt() - 1.0).powi(2),
            |u| 0.5 * u.ln(),
        ),
        (
            Cost::JensenShannon,
            |u| u * u.ln() - (u + 1.0) * ((u + 1.0) / 2.0).ln(),
            f64::ln,
        ),
    ];

    /// T, f*(T), and both slopes at v.
    fn at(cost: Cost, v: f64) -> [f64; 4] {
        let b = Builder::new();
        let x = b.input("v", &[1], DType::F32);
        let Terms {
            variable,
            conjugate,
        } = terms(cost, &x).unwrap();
        let slope = |y: &Tensor| grad(&y.sum_all(), &[&x]).remove(0);
        let outputs = [
            ("t", &variable),
            ("f", &conjugate),
            ("dt", &slope(&variable)),
            ("df", &slope(&conjugate)),
        ];
        b.entry("terms", &[], &outputs);
        let program = b.build().unwrap();
        let mut evaluator = Evaluator::<f64>::new(&program);
        evaluator.inputs = vec![Value::Float(vec![v])];
        let found = evaluator.run(0);
        [0, 1, 2, 3].map(|i| found[i].floats()[0])
    }

    #[test]
    fn the_bound_is_the_divergence_at_the_optimal_discriminator_and_no_more_elsewhere() {
        for (cost, f, best) in ROWS {
            for u in [0.05, 0.5, 1.0, 2.0, 7.0] {
                // Where a sample of the model has the density 1, one of data has u.
                let bound = |v: f64| {
                    let [t, conjugate, ..] = at(cost, v);
                    u * t - conjugate
                };
                let v = best(u);
                assert!(
                    (bound(v) - f(u)).abs() < 1e-9 * (1.0 + f(u).abs()),
                    "{cost:?} at {u}: {}, not {}",
                    bound(v),
                    f(u)
                );
                let [_, _, dt, df] = at(cost, v);
                assert!((u * dt - df).abs() < 1e-9, "{cost:?} at {u}: no maximum");
                assert!(dt > 0.0, "{cost:?}: a larger v is more real");
                assert!(bound(v + 0.1) < f(u) && bound(v - 0.1) < f(u), "{cost:?}");
            }
        }
    }

    #[test]
    fn total_variation_is_reached_where_t_is_at_its_end() {
        // E_data T - E_model T of disjoint distributions is 1 at T = 1/2 and -1/2.
        let [t_real, ..] = at(Cost::TotalVariation, 20.0);
        let [_, conjugate, ..] = at(Cost::TotalVariation, -20.0);
        assert!((t_real - conjugate - 1.0).abs() < 1e-12);
    }
}
