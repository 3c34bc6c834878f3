//! What models make small: each a function of tensors with its equation.

pub mod categorical;
pub mod cost;
pub mod divergence;
pub mod mmd;
pub mod penalty;
pub mod spread;

use serde::{Deserialize, Serialize};

/// What the players minimize, from D's logit `a`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Cost {
    /// G minimizes what D maximizes (tutorial, equation 10). G's gradient vanishes when D wins.
    Minimax,
    /// G maximizes the log probability of D being mistaken (equation 13).
    #[default]
    NonSaturating,
    /// G's expected gradient is that of maximum likelihood when D is optimal (equation 14).
    MaximumLikelihood,
    /// Squared distance of the logit from 1 for real, 0 for generated (Mao et al. 2017).
    LeastSquares,
    /// Only logits below 1 for real and above -1 for generated samples cost D anything (Lim and Ye 2017; Miyato et al.
    /// 2018). Its usual company is spectral norm in D.
    Hinge,
    /// Difference of mean scores (Arjovsky et al. 2017). Needs a penalty on the critic, or clipped weights.
    Wasserstein,
    /// D tells which of a real and a generated sample is the real one, and G makes it err (Jolicoeur-Martineau 2019).
    Relativistic,
    /// D as in the non-saturating game; G matches, on average, what D's last layer sees of the data (Salimans et al.
    /// 2016, section 3.1).
    FeatureMatching,
    /// The Kullback-Leibler divergence KL(data || model) as a game (f-GAN, Nowozin et al. 2016): G covers everything that the data cover.
    Kl,
    /// KL(model || data) as a game: G stays where data are.
    ReverseKl,
    /// Pearson's chi-square divergence as a game.
    Pearson,
    /// Neyman's chi-square divergence as a game.
    Neyman,
    /// The squared Hellinger distance as a game.
    SquaredHellinger,
    /// The Jensen-Shannon divergence as a game: the minimax one, up to constants.
    JensenShannon,
    /// The total variation as a game.
    TotalVariation,
}
