//! Latent space: drawing, averaging and walking among the z that a generator decodes.
//!
//! Latents are rows of `prior.dim` numbers. Everything here is arithmetic on them; what needs the model (decoding,
//! classifying, inverting) is in [`Trainer`](crate::Trainer). Nothing trains anything.

mod arithmetic;
mod direction;
mod error;
pub(crate) mod invert;
mod neighbours;
mod plane;
mod principal;
mod prior;
mod walk;

pub use arithmetic::{Term, arithmetic, mean};
pub use direction::{class_direction, property_direction, without};
pub use error::LatentError;
pub use neighbours::{RADIUS, neighbours};
pub use plane::plane;
pub use principal::{Principal, principal};
pub use prior::{Truncation, draw, typical_norm};
pub use walk::{Walk, walk};

/// Splits `latents` into rows of `dim`; `what` names them in the error.
fn rows<'a>(
    what: &str,
    latents: &'a [f32],
    dim: usize,
) -> Result<std::slice::ChunksExact<'a, f32>, LatentError> {
    if latents.is_empty() {
        return Err(LatentError::Empty { what: what.into() });
    }
    if !latents.len().is_multiple_of(dim) {
        return Err(LatentError::Length {
            what: what.into(),
            found: latents.len(),
            dim,
        });
    }
    Ok(latents.chunks_exact(dim))
}

/// The one latent that `latents` should be.
fn single<'a>(what: &str, latents: &'a [f32], dim: usize) -> Result<&'a [f32], LatentError> {
    match rows(what, latents, dim)?.len() {
        1 => Ok(latents),
        found => Err(LatentError::Single {
            what: what.into(),
            found,
        }),
    }
}

fn norm(latent: &[f32]) -> f32 {
    latent.iter().map(|x| x * x).sum::<f32>().sqrt()
}
