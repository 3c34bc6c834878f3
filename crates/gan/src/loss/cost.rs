//! What each player minimizes, from D's logits. Means are over the batch; results have shape `[]`.

use ganlet_core::Tensor;

use super::Cost;
use super::divergence::{Terms, terms};
use crate::layer::{Features, relu, softplus};

/// Logits above this are cut in the maximum likelihood cost, whose gradient is `e^a`.
const LARGEST_LOGIT: f64 = 30.0;

fn divergence(cost: Cost, v: &Tensor) -> Terms {
    terms(cost, v).expect("this cost is a divergence")
}

/// What D is asked to answer.
pub struct Targets {
    /// On data: 1, or less, which is one-sided smoothing.
    pub real: Tensor,
    /// On samples: 0 where there is none; more is the other side of smoothing (tutorial, equation 15).
    pub fake: Option<Tensor>,
}

impl Targets {
    /// 1 on data, 0 on samples.
    pub fn plain(like: &Tensor) -> Self {
        Self {
            real: like.constant_like(1.0),
            fake: None,
        }
    }
}

/// J(D).
pub fn discriminator(cost: Cost, real: &Tensor, fake: &Tensor, targets: &Targets) -> Tensor {
    let label = &targets.real;
    match cost {
        // Cross-entropy with target t is softplus(a) - t a (tutorial, equation 8).
        Cost::Minimax | Cost::NonSaturating | Cost::MaximumLikelihood | Cost::FeatureMatching => {
            let of_fake = match &targets.fake {
                Some(target) => softplus(fake) - fake * target,
                None => softplus(fake),
            };
            (softplus(real) - real * label).mean_all() + of_fake.mean_all()
        }
        Cost::LeastSquares => {
            let off = targets.fake.as_ref().map(|target| fake - target);
            let off = off.as_ref().unwrap_or(fake);
            (real - label).square().mean_all() + off.square().mean_all()
        }
        Cost::Hinge => relu(&(label - real)).mean_all() + relu(&(fake + 1.0)).mean_all(),
        Cost::Wasserstein => fake.mean_all() - real.mean_all(),
        Cost::Relativistic => softplus(&(fake - real)).mean_all(),
        Cost::Kl
        | Cost::ReverseKl
        | Cost::Pearson
        | Cost::Neyman
        | Cost::SquaredHellinger
        | Cost::JensenShannon
        | Cost::TotalVariation => {
            let (real, fake) = (divergence(cost, real), divergence(cost, fake));
            fake.conjugate.mean_all() - real.variable.mean_all()
        }
    }
}

/// J(G) from what D makes of G's samples, `[batch, 1]`, shape `[]`. `real` is what it makes of data, for costs that
/// [compare](compares) both.
pub fn generator(cost: Cost, fake: &Features, real: impl FnOnce() -> Features) -> Tensor {
    match paid(cost, fake, real) {
        (each, true) => -each.mean_all(),
        (each, false) => each.mean_all(),
    }
}

/// What each of G's samples costs it, `[batch, 1]`; where that [is not asked](asks_each), `[]`, what all do.
pub fn of_each(cost: Cost, fake: &Features, real: impl FnOnce() -> Features) -> Tensor {
    match paid(cost, fake, real) {
        (each, true) => -each,
        (each, false) => each,
    }
}

/// Whether J(G) is the mean of what each sample costs.
pub fn asks_each(cost: Cost) -> bool {
    cost != Cost::FeatureMatching
}

/// What G pays for each sample, or, where that is true, what it is paid.
fn paid(cost: Cost, fake: &Features, real: impl FnOnce() -> Features) -> (Tensor, bool) {
    let logits = &fake.output;
    match cost {
        Cost::Minimax => (softplus(logits), true),
        Cost::NonSaturating => (softplus(&-logits), false),
        Cost::MaximumLikelihood => (logits.clamp(-LARGEST_LOGIT, LARGEST_LOGIT).exp(), true),
        Cost::LeastSquares => ((logits - 1.0).square(), false),
        Cost::Hinge | Cost::Wasserstein => (logits.clone(), true),
        Cost::Relativistic => (softplus(&(real().output - logits)), false),
        Cost::FeatureMatching => {
            let mean = |features: &Features| features.last.mean(&[0]);
            ((mean(fake) - mean(&real())).square().sum_all(), false)
        }
        Cost::Kl
        | Cost::ReverseKl
        | Cost::Pearson
        | Cost::Neyman
        | Cost::SquaredHellinger
        | Cost::JensenShannon
        | Cost::TotalVariation => (divergence(cost, logits).conjugate, true),
    }
}

/// Whether G's cost takes D's opinion of data too.
pub fn compares(cost: Cost) -> bool {
    matches!(cost, Cost::Relativistic | Cost::FeatureMatching)
}

/// What an encoder minimizes, from D's logits on data with its latents: the pairs are to pass for those of G, as the mirror image
/// of [`generator`] (Donahue et al. 2017, equation 3); none where G's cost compares both already.
pub fn encoder(cost: Cost, real: &Tensor) -> Option<Tensor> {
    Some(match cost {
        Cost::Minimax => -softplus(&-real).mean_all(),
        Cost::NonSaturating => softplus(real).mean_all(),
        Cost::MaximumLikelihood => -(-real)
            .clamp(-LARGEST_LOGIT, LARGEST_LOGIT)
            .exp()
            .mean_all(),
        Cost::LeastSquares => real.square().mean_all(),
        Cost::Hinge | Cost::Wasserstein => real.mean_all(),
        Cost::Relativistic | Cost::FeatureMatching => return None,
        Cost::Kl
        | Cost::ReverseKl
        | Cost::Pearson
        | Cost::Neyman
        | Cost::SquaredHellinger
        | Cost::JensenShannon
        | Cost::TotalVariation => divergence(cost, real).variable.mean_all(),
    })
}

/// Whether D's output is a logit of a probability; otherwise it is a score.
pub fn is_probability(cost: Cost) -> bool {
    match cost {
        Cost::Minimax | Cost::NonSaturating | Cost::MaximumLikelihood => true,
        Cost::FeatureMatching | Cost::JensenShannon => true,
        Cost::LeastSquares | Cost::Hinge | Cost::Wasserstein | Cost::Relativistic => false,
        Cost::Kl | Cost::ReverseKl | Cost::Pearson | Cost::Neyman => false,
        Cost::SquaredHellinger | Cost::TotalVariation => false,
    }
}

/// Whether D has a target on real data, which may be smoothed.
pub fn has_target(cost: Cost) -> bool {
    match cost {
        Cost::Minimax | Cost::NonSaturating | Cost::MaximumLikelihood => true,
        Cost::FeatureMatching | Cost::LeastSquares | Cost::Hinge => true,
        Cost::Wasserstein | Cost::Relativistic => false,
        Cost::Kl | Cost::ReverseKl | Cost::Pearson | Cost::Neyman => false,
        Cost::SquaredHellinger | Cost::JensenShannon | Cost::TotalVariation => false,
    }
}

/// Whether D has a target on samples too, which may be smoothed. That of the hinge cost is an edge, and no answer.
pub fn has_fake_target(cost: Cost) -> bool {
    has_target(cost) && cost != Cost::Hinge
}

#[cfg(test)]
mod tests {
    use ganlet_core::eval::{Evaluator, Value};
    use ganlet_core::grad::grad;
    use ganlet_core::{Builder, DType, Program};

    use super::*;

    /// Costs of one sample, as a function of the logits of data and of samples.
    struct Costs {
        program: Program,
    }

    impl Costs {
        fn new(cost: Cost) -> Self {
            let b = Builder::new();
            let [real, fake] = ["real", "fake"].map(|name| b.input(name, &[1, 1], DType::F32));
            let features = |output: &Tensor| Features {
                last: output.clone(),
                output: output.clone(),
            };
            let d = discriminator(cost, &real, &fake, &Targets::plain(&real));
            let g = generator(cost, &features(&fake), || features(&real));
            let slope = grad(&g, &[&fake]).remove(0).sum_all();
            b.entry("costs", &[], &[("d", &d), ("g", &g), ("slope", &slope)]);
            Self {
                program: b.build().unwrap(),
            }
        }

        /// J(D), J(G), and the slope of J(G) by the logit of the sample.
        fn at(&self, real: f64, fake: f64) -> [f64; 3] {
            let mut evaluator = Evaluator::<f64>::new(&self.program);
            evaluator.inputs = [real, fake].map(|x| Value::Float(vec![x])).to_vec();
            let found = evaluator.run(0);
            [0, 1, 2].map(|i| found[i].floats()[0])
        }
    }

    /// The integral over the line of `f` times the density of N(mean, 1).
    fn expected(mean: f64, f: impl Fn(f64) -> f64) -> f64 {
        const PARTS: u32 = 1200;
        let width = 24.0 / f64::from(PARTS);
        let terms = (0..PARTS).map(|i| {
            let z = (f64::from(i) + 0.5) * width - 12.0;
            (-0.5 * z * z).exp() * f(mean + z)
        });
        terms.sum::<f64>() * width / std::f64::consts::TAU.sqrt()
    }

    /// Data are N(0, 1), samples N(mu, 1), and D is at its optimum, whose logit is `mu^2 / 2 - mu x`: what D then pays, and the
    /// slope by mu of what G pays in each of its three games, of half the costs as in the tutorial.
    #[test]
    fn costs_and_slopes_are_those_of_the_closed_form_at_six_distances() {
        let games = [Cost::Minimax, Cost::NonSaturating, Cost::MaximumLikelihood];
        let costs = games.map(Costs::new);
        // mu, J(D), and the slope of each game; maximum likelihood's is half that of KL(data || model), which is mu / 2, at 6 less
        // the share of the data where the logit is cut: 3 P(x > -2).
        for (mu, d_known, known) in [
            (0.5, 0.6628, [0.1176, 0.1324, 0.25]),
            (1.0, 0.5817, [0.1990, 0.30101, 0.5]),
            (2.0, 0.3563, [0.2248, 0.7752, 1.0]),
            (3.0, 0.1664, [0.1479, 1.3521, 1.5]),
            (4.0, 0.0604, [0.0686, 1.9314, 2.0]),
            (6.0, 0.0038, [0.0062, 2.9938, 2.9317]),
        ] {
            let logit = |x: f64| 0.5 * mu * mu - mu * x;
            let half = |cost: &Costs| {
                // Where the other logit costs nothing.
                let real = expected(0.0, |x| cost.at(logit(x), -1e4)[0]);
                let fake = expected(mu, |x| cost.at(1e4, logit(x))[0]);
                0.5 * (real + fake)
            };
            let found = half(&costs[1]);
            assert!((found - d_known).abs() < 6e-5, "J(D) at {mu}: {found}");
            for (cost, known) in costs.iter().zip(known) {
                // A sample moves with mu, and D stays: its logit by x is -mu.
                let slope = 0.5 * expected(mu, |x| cost.at(0.0, logit(x))[2] * -mu);
                assert!(
                    (slope - known).abs() < 6e-5 + 2e-4 * known,
                    "{mu}: {slope}, not {known}"
                );
            }
        }
    }

    #[test]
    fn relativistic_players_pay_for_the_same_difference() {
        let costs = Costs::new(Cost::Relativistic);
        for (real, fake) in [(0.0, 0.0), (2.0, -1.0), (-0.5, 3.0)] {
            let [d, g, slope] = costs.at(real, fake);
            let difference: f64 = fake - real;
            assert!((d - difference.exp().ln_1p()).abs() < 1e-12);
            assert!((g - (-difference).exp().ln_1p()).abs() < 1e-12);
            assert!((slope + 1.0 / (1.0 + difference.exp())).abs() < 1e-12);
        }
    }

    #[test]
    fn matched_features_cost_nothing() {
        let costs = Costs::new(Cost::FeatureMatching);
        let [d, g, slope] = costs.at(0.7, 0.7);
        let [d_plain, ..] = Costs::new(Cost::NonSaturating).at(0.7, 0.7);
        assert!((d - d_plain).abs() < 1e-12 && g == 0.0 && slope == 0.0);
        let [_, g, slope] = costs.at(1.0, 4.0);
        assert!((g - 9.0).abs() < 1e-12 && (slope - 6.0).abs() < 1e-12);
    }

    #[test]
    fn d_costs_least_where_it_answers_what_it_is_asked_for() {
        let b = Builder::new();
        let [real, fake] = ["real", "fake"].map(|name| b.input(name, &[1, 1], DType::F32));
        let targets = Targets {
            real: real.constant_like(0.9),
            fake: Some(fake.constant_like(0.1)),
        };
        let slopes = |cost| {
            grad(
                &discriminator(cost, &real, &fake, &targets),
                &[&real, &fake],
            )
        };
        let logit = slopes(Cost::NonSaturating);
        let score = slopes(Cost::LeastSquares);
        let outputs = [&logit[0], &logit[1], &score[0], &score[1]];
        let outputs: Vec<_> = ["0", "1", "2", "3"].into_iter().zip(outputs).collect();
        b.entry("slopes", &[], &outputs);
        let program = b.build().unwrap();
        let at = |real: f64, fake: f64| -> Vec<f64> {
            let mut evaluator = Evaluator::<f64>::new(&program);
            evaluator.inputs = [real, fake].map(|x| Value::Float(vec![x])).to_vec();
            evaluator.run(0).iter().map(|x| x.floats()[0]).collect()
        };
        let logit = |p: f64| (p / (1.0 - p)).ln();
        let found = at(logit(0.9), logit(0.1));
        assert!(
            found[0].abs() < 1e-12 && found[1].abs() < 1e-12,
            "{found:?}"
        );
        let found = at(0.9, 0.1);
        assert!(
            found[2].abs() < 1e-12 && found[3].abs() < 1e-12,
            "{found:?}"
        );
    }
}
