//! What each player minimizes, from D's logits. Means are over the batch; results have shape `[]`.

use ganlet_core::Tensor;

use crate::layer::{relu, softplus};
use crate::model::gan::Cost;

/// Logits above this are cut in the maximum likelihood cost, whose gradient is `e^a`.
const LARGEST_LOGIT: f64 = 30.0;

/// J(D). `label` is the target on real data: one-sided smoothing where below 1.
pub fn discriminator(cost: Cost, real: &Tensor, fake: &Tensor, label: &Tensor) -> Tensor {
    match cost {
        // Cross-entropy with target t is softplus(a) - t a (tutorial, equation 8).
        Cost::Minimax | Cost::NonSaturating | Cost::MaximumLikelihood => {
            (softplus(real) - real * label).mean_all() + softplus(fake).mean_all()
        }
        Cost::LeastSquares => (real - label).square().mean_all() + fake.square().mean_all(),
        Cost::Hinge => relu(&(label - real)).mean_all() + relu(&(fake + 1.0)).mean_all(),
        Cost::Wasserstein => fake.mean_all() - real.mean_all(),
    }
}

/// J(G) where D has the logits `fake` `[batch, 1]` on G's samples, shape `[]`.
pub fn generator(cost: Cost, fake: &Tensor) -> Tensor {
    match cost {
        Cost::Minimax => -softplus(fake).mean_all(),
        Cost::NonSaturating => softplus(&-fake).mean_all(),
        Cost::MaximumLikelihood => -fake.clamp(-LARGEST_LOGIT, LARGEST_LOGIT).exp().mean_all(),
        Cost::LeastSquares => (fake - 1.0).square().mean_all(),
        Cost::Hinge | Cost::Wasserstein => -fake.mean_all(),
    }
}

/// What an encoder minimizes, from D's logits on data with its latents: the pairs are to pass for those of G, as the mirror image
/// of [`generator`] (Donahue et al. 2017, equation 3).
pub fn encoder(cost: Cost, real: &Tensor) -> Tensor {
    match cost {
        Cost::LeastSquares => real.square().mean_all(),
        Cost::Minimax
        | Cost::NonSaturating
        | Cost::MaximumLikelihood
        | Cost::Hinge
        | Cost::Wasserstein => generator(cost, &-real),
    }
}

/// Whether D's output is a logit of a probability; otherwise it is a score.
pub fn is_probability(cost: Cost) -> bool {
    match cost {
        Cost::Minimax | Cost::NonSaturating | Cost::MaximumLikelihood => true,
        Cost::LeastSquares | Cost::Hinge | Cost::Wasserstein => false,
    }
}
