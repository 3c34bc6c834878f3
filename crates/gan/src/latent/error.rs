//! What cannot be done in latent space, and what to do instead.

use crate::error::excerpt;

/// Why a latent tool cannot do what was asked.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum LatentError {
    /// A mean of nothing.
    #[error("{what} is empty; put at least one sample into it")]
    Empty {
        /// Which basket or argument.
        what: String,
    },
    /// Numbers that do not form latents.
    #[error("{what}: {found} numbers do not form latents of {dim}; pass a multiple of {dim}")]
    Length {
        /// Which basket or argument.
        what: String,
        /// How many numbers were passed.
        found: usize,
        /// How many one latent has.
        dim: usize,
    },
    /// Several latents where one is needed.
    #[error("{what}: {found} latents where one is needed; pass one, or the mean of them")]
    Single {
        /// Name of the argument that was refused.
        what: String,
        /// How many were passed.
        found: usize,
    },
    /// A number out of range.
    #[error("{what}: {found} is out of range; use {range}")]
    Range {
        /// Name of the argument that was refused.
        what: &'static str,
        /// The refused value, as it is printed.
        found: String,
        /// The values that are allowed, in words.
        range: String,
    },
    /// Nobody can say what these images show.
    #[error(
        "there is no classifier for these data, so nobody can say what a sample shows; fill the baskets by hand, or take \
         a preset on digits, clothes or faces"
    )]
    NoClassifier,
    /// A label that the classifier does not know.
    #[error(
        "the classifier knows no {what} `{}`; use one of {known}",
        excerpt(found)
    )]
    Unknown {
        /// Attribute, class or direction.
        what: String,
        /// What was asked for.
        found: String,
        /// What there is, as a list.
        known: String,
    },
    /// The model makes too few such samples.
    #[error(
        "of {tried} samples only {found} show {wanted}, and {needed} are needed; train longer, or ask for less"
    )]
    TooFew {
        /// What was looked for.
        wanted: String,
        /// Samples that were looked at.
        tried: usize,
        /// How many showed it.
        found: usize,
        /// How many were asked for.
        needed: usize,
    },
    /// G does not start with a matrix.
    #[error(
        "G starts with {found}, not with a dense layer, so it has no principal directions; take a model that does"
    )]
    NoMatrix {
        /// Its first parameter.
        found: String,
    },
    /// A model without a latent space.
    #[error(
        "this model makes no samples from noise, so it has no latents; choose one that decodes, such as a GAN or a VAE"
    )]
    NoLatents,
    /// Data whose samples are no images.
    #[error("the samples of this model are {found}, not images; choose a preset that makes images")]
    NotImages {
        /// What the data are instead of images.
        found: &'static str,
    },
}
