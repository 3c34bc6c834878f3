//! How sure a classifier is of each sample, and how evenly it uses its classes: what the players of a categorical GAN pay for
//! (CatGAN, Springenberg 2016).

use ganlet_core::Tensor;

use crate::tensor::{log_sum_exp, softmax};

/// Keeps the logarithm of a class that nothing is in finite.
const EPS: f64 = 1e-8;

/// The entropy of the classes of each row of logits `[batch, classes]`, in nats, `[batch, 1]`.
pub fn entropy(logits: &Tensor) -> Tensor {
    log_sum_exp(logits) - (softmax(logits) * logits).sum(&[1])
}

/// The entropy of the classes of a whole batch, in nats, `[]`: largest where each class is as frequent.
pub fn marginal_entropy(logits: &Tensor) -> Tensor {
    let shares = softmax(logits).mean(&[0]);
    -(&shares * (&shares + EPS).log()).sum_all()
}

/// What D pays: it is to be sure of data, to use its classes evenly for them, and to be unsure
/// of samples. Shape `[]`.
pub fn discriminator(real: &Tensor, fake: &Tensor) -> Tensor {
    entropy(real).mean_all() - marginal_entropy(real) - entropy(fake).mean_all()
}

/// What G pays: D is to be sure of each sample, and to find all classes among them. Shape `[]`.
pub fn generator(fake: &Tensor) -> Tensor {
    entropy(fake).mean_all() - marginal_entropy(fake)
}

/// How sure each row is of its class, `[batch, 1]`: 0 where all classes are as likely, 1 where there is no doubt.
pub fn certainty(logits: &Tensor) -> Tensor {
    let most = (logits.shape()[1] as f64).ln();
    entropy(logits) * (-1.0 / most) + 1.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use ganlet_core::eval::{Evaluator, Value};
    use ganlet_core::{Builder, DType};

    type Logits = [[f64; 3]; 2];

    fn of<const N: usize>(logits: [Logits; N], f: impl Fn([Tensor; N]) -> Tensor) -> Vec<f64> {
        let b = Builder::new();
        let inputs = std::array::from_fn(|i| b.input(&i.to_string(), &[2, 3], DType::F32));
        b.entry("f", &[], &[("f", &f(inputs))]);
        let program = b.build().unwrap();
        let mut evaluator = Evaluator::<f64>::new(&program);
        evaluator.inputs = logits.map(|logits| Value::Float(logits.concat())).into();
        evaluator.run(0)[0].floats().to_vec()
    }

    fn close(found: &[f64], expected: &[f64]) {
        let near = found
            .iter()
            .zip(expected)
            .all(|(a, b)| (a - b).abs() < 1e-6);
        assert!(
            near && found.len() == expected.len(),
            "{found:?}, not {expected:?}"
        );
    }

    /// Sure of two classes, of one, and of none.
    const TWO: Logits = [[100.0, 0.0, 0.0], [0.0, 100.0, 0.0]];
    const ONE: Logits = [TWO[0]; 2];
    const NONE: Logits = [[7.0; 3], [0.0; 3]];

    #[test]
    fn entropies_have_their_closed_forms() {
        let (two, three) = (2_f64.ln(), 3_f64.ln());
        let entropies = |logits| of([logits], |[x]| entropy(&x));
        close(&entropies(TWO), &[0.0, 0.0]);
        close(&entropies(NONE), &[three, three]);
        let third: f64 = 1.0 / 3.0;
        let thirds = -third * third.ln() - 2.0 * third * (2.0 * third).ln();
        close(
            &entropies([[0.0, 0.0, -200.0], [two, 0.0, -200.0]]),
            &[two, thirds],
        );
        // Each of two classes has half of the batch.
        let marginal = |logits| of([logits], |[x]| marginal_entropy(&x));
        close(&marginal(TWO), &[two]);
        close(&marginal(NONE), &[three]);
        close(&marginal(ONE), &[0.0]);
        let certain = |logits| of([logits], |[x]| certainty(&x));
        close(&certain(TWO), &[1.0, 1.0]);
        close(&certain(NONE), &[0.0, 0.0]);
    }

    #[test]
    fn players_pay_least_where_theory_says() {
        let (two, three) = (2_f64.ln(), 3_f64.ln());
        let d = |real, fake| of([real, fake], |[real, fake]| discriminator(&real, &fake));
        close(&d(TWO, NONE), &[-two - three]);
        close(&d(ONE, NONE), &[-three]);
        close(&d(NONE, NONE), &[-three]);
        close(&d(TWO, TWO), &[-two]);
        let g = |logits| of([logits], |[x]| generator(&x));
        close(&g(TWO), &[-two]);
        close(&g(ONE), &[0.0]);
        close(&g(NONE), &[0.0]);
    }
}
