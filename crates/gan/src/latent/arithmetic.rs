//! Sums of concepts: "man with glasses" - "man" + "woman" (Radford et al. 2015, section 6.3.2).

use super::{LatentError, norm, rows, typical_norm};
use crate::config::Prior;

/// One concept of a sum: the mean of some latents, times a number.
#[derive(Clone, Copy, Debug)]
pub struct Term<'a> {
    /// What it is called in errors.
    pub name: &'a str,
    /// Factor on the mean.
    pub coefficient: f32,
    /// Latents of samples that show the concept, `[n, dim]`.
    pub basket: &'a [f32],
}

/// The mean of latents `[n, dim]`. A single sample's z is a poor concept; a mean of three is a usable one.
///
/// # Errors
/// No latents, or numbers that do not form latents.
pub fn mean(what: &str, latents: &[f32], dim: usize) -> Result<Vec<f32>, LatentError> {
    let rows = rows(what, latents, dim)?;
    let share = 1.0 / rows.len() as f32;
    let mut sum = vec![0.0; dim];
    for row in rows {
        sum.iter_mut().zip(row).for_each(|(s, x)| *s += share * x);
    }
    Ok(sum)
}

/// The sum of `terms`. With `rescale` it is put at the distance from the middle that latents of the prior have: there the
/// generator was trained.
///
/// # Errors
/// As [`mean`], for each term.
pub fn arithmetic(
    prior: &Prior,
    terms: &[Term<'_>],
    rescale: bool,
) -> Result<Vec<f32>, LatentError> {
    let mut sum = vec![0.0; prior.dim];
    for term in terms {
        let mean = mean(term.name, term.basket, prior.dim)?;
        (sum.iter_mut().zip(mean)).for_each(|(s, x)| *s += term.coefficient * x);
    }
    let length = norm(&sum);
    if rescale && length > 0.0 {
        let factor = typical_norm(prior) / length;
        sum.iter_mut().for_each(|x| *x *= factor);
    }
    Ok(sum)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::PriorKind;

    fn prior() -> Prior {
        Prior {
            kind: PriorKind::Normal,
            dim: 2,
            scale: 2.0,
        }
    }

    fn term<'a>(name: &'a str, coefficient: f32, basket: &'a [f32]) -> Term<'a> {
        Term {
            name,
            coefficient,
            basket,
        }
    }

    #[test]
    fn means_are_added_with_their_coefficients() {
        let terms = [
            term("A", 1.0, &[1.0, 2.0, 3.0, 4.0]),
            term("B", -1.0, &[1.0, 0.0]),
            term("C", 0.5, &[0.0, 2.0]),
        ];
        assert_eq!(arithmetic(&prior(), &terms, false), Ok(vec![1.0, 4.0]));
        let rescaled = arithmetic(&prior(), &terms, true).unwrap();
        assert!((norm(&rescaled) - 2.0 * 2_f32.sqrt()).abs() < 1e-6);
        assert!((rescaled[1] / rescaled[0] - 4.0).abs() < 1e-5);
    }

    #[test]
    fn an_empty_basket_and_a_broken_one_are_named() {
        let error = arithmetic(&prior(), &[term("basket B", 1.0, &[])], true).unwrap_err();
        let message = "basket B is empty; put at least one sample into it";
        assert_eq!(error.to_string(), message);
        let error = arithmetic(&prior(), &[term("A", 1.0, &[0.0; 3])], true).unwrap_err();
        let expected = LatentError::Length {
            what: "A".into(),
            found: 3,
            dim: 2,
        };
        assert_eq!(error, expected);
    }
}
