//! Thickness and slant of a drawn digit, from the moments of its ink.

/// Measures of one image.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Strokes {
    /// Ink per pixel of the image, 0 to 1: the zeroth moment over the area.
    pub thickness: f64,
    /// How far the ink leans to the right per pixel upward: the mixed second moment over the vertical one.
    pub slant: f64,
}

/// Measures an image of pixels from 0 to 1, row after row of `width`. Nothing where there is too little ink to lean.
pub fn strokes(pixels: &[f32], width: usize) -> Option<Strokes> {
    let ink = || {
        let places = pixels.iter().enumerate();
        places.map(|(i, &p)| {
            (
                (i % width) as f64,
                (i / width) as f64,
                f64::from(p.max(0.0)),
            )
        })
    };
    let mass: f64 = ink().map(|(_, _, p)| p).sum();
    let mean = |coordinate: fn((f64, f64, f64)) -> f64| {
        ink().map(|at| coordinate(at) * at.2).sum::<f64>() / mass
    };
    let (x, y) = (mean(|at| at.0), mean(|at| at.1));
    let (mixed, vertical) = ink().fold((0.0, 0.0), |(mixed, vertical), at| {
        let (dx, dy) = (at.0 - x, at.1 - y);
        (mixed + at.2 * dx * dy, vertical + at.2 * dy * dy)
    });
    // A blob of a pixel or two has no direction.
    (mass > 1.0 && vertical > mass).then(|| Strokes {
        thickness: mass / pixels.len() as f64,
        slant: -mixed / vertical,
    })
}

/// Pearson's correlation of two lists of equal length.
pub fn correlation(a: &[f64], b: &[f64]) -> f64 {
    let mean = |v: &[f64]| v.iter().sum::<f64>() / v.len() as f64;
    let (ma, mb) = (mean(a), mean(b));
    let covariance = |p: &[f64], mp: f64, q: &[f64], mq: f64| -> f64 {
        p.iter().zip(q).map(|(x, y)| (x - mp) * (y - mq)).sum()
    };
    covariance(a, ma, b, mb) / (covariance(a, ma, a, ma) * covariance(b, mb, b, mb)).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A stroke three pixels wide on a 28 by 28 image, moved to the right by `lean` pixels for each pixel upward.
    fn stroke(lean: f64, value: f32) -> Vec<f32> {
        let mut pixels = vec![0.0; 784];
        for row in 4..24 {
            let middle = (14.0 + lean * (13.5 - row as f64)).round() as usize;
            (middle - 1..=middle + 1).for_each(|column| pixels[row * 28 + column] = value);
        }
        pixels
    }

    #[test]
    fn a_stroke_leans_as_it_was_drawn() {
        for lean in [-0.5, 0.0, 0.5] {
            let found = strokes(&stroke(lean, 1.0), 28).unwrap();
            assert!((found.slant - lean).abs() < 0.03, "{lean}: {found:?}");
            assert!((found.thickness - 60.0 / 784.0).abs() < 1e-9);
        }
        let pale = strokes(&stroke(0.5, 0.5), 28).unwrap();
        assert!((pale.thickness - 30.0 / 784.0).abs() < 1e-9);
        assert_eq!(strokes(&[0.0; 784], 28), None);
    }

    #[test]
    fn correlation_is_one_on_a_line() {
        assert!((correlation(&[1.0, 2.0, 4.0], &[3.0, 5.0, 9.0]) - 1.0).abs() < 1e-12);
        assert!((correlation(&[1.0, 2.0, 3.0], &[1.0, 0.0, 1.0])).abs() < 1e-12);
    }
}
