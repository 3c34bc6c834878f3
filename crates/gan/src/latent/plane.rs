//! The plane through three latents.

use super::{LatentError, single};

/// `a + u (b - a) + v (c - a)` for each pair `u, v` of `uv`, `[uv.len() / 2, dim]`.
///
/// # Errors
/// Not one latent each, or coordinates that do not form pairs.
pub fn plane(
    a: &[f32],
    b: &[f32],
    c: &[f32],
    dim: usize,
    uv: &[f32],
) -> Result<Vec<f32>, LatentError> {
    let (a, b, c) = (
        single("a", a, dim)?,
        single("b", b, dim)?,
        single("c", c, dim)?,
    );
    if uv.is_empty() || !uv.len().is_multiple_of(2) {
        return Err(LatentError::Range {
            what: "uv",
            found: format!("{} coordinates", uv.len()),
            range: "one or more pairs".into(),
        });
    }
    let corners = || a.iter().zip(b).zip(c);
    let points = uv.as_chunks::<2>().0.iter();
    let point = |[u, v]: &[f32; 2]| {
        let (u, v) = (*u, *v);
        corners().map(move |((a, b), c)| a + u * (b - a) + v * (c - a))
    };
    Ok(points.flat_map(point).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn corners_and_the_middle_of_a_side() {
        let (a, b, c) = ([1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]);
        let points = plane(&a, &b, &c, 3, &[0.0, 0.0, 1.0, 0.0, 0.0, 1.0, 0.5, 0.5]).unwrap();
        assert_eq!(points, [a, b, c, [0.0, 0.5, 0.5]].concat());
        assert!(plane(&a, &b, &c, 3, &[0.0]).is_err());
        assert!(plane(&a, &b, &[], 3, &[0.0, 0.0]).is_err());
    }
}
