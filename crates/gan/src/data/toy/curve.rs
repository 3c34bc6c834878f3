//! Where the centres of each toy lie.

use std::f64::consts::PI;

use super::{LINE_CENTRES, MOON_CENTRES, SWISS_ROLL_CENTRES};

/// Points on a circle about the origin; the end of the turn is left out, so all are distinct.
pub(super) fn ring(modes: u32, radius: f64) -> Vec<[f64; 2]> {
    (0..modes)
        .map(|i| {
            let (sin, cos) = (2.0 * PI * f64::from(i) / f64::from(modes)).sin_cos();
            [radius * cos, radius * sin]
        })
        .collect()
}

/// A square lattice about the origin, row by row.
pub(super) fn grid(side: u32, spacing: f64) -> Vec<[f64; 2]> {
    let at = |i: u32| (f64::from(i) - f64::from(side - 1) / 2.0) * spacing;
    (0..side)
        .flat_map(|row| (0..side).map(move |column| [at(column), at(row)]))
        .collect()
}

/// The half circles (cos t, sin t) and (1 - cos t, 1/2 - sin t), moved by (-1/2, -1/4) to the origin.
pub(super) fn moons() -> Vec<[f64; 2]> {
    let upper = spaced(MOON_CENTRES).map(|u| (PI * u).sin_cos());
    let lower = upper.clone();
    upper
        .map(|(sin, cos)| [cos - 0.5, sin - 0.25])
        .chain(lower.map(|(sin, cos)| [0.5 - cos, 0.25 - sin]))
        .collect()
}

/// The spiral r = 2 t / (4.5 pi) for t from 1.5 pi to 4.5 pi, in equal steps of arc length.
pub(super) fn swiss_roll() -> Vec<[f64; 2]> {
    let (first, last) = (1.5 * PI, 4.5 * PI);
    // Arc length of r = t from 0 to t.
    let length = |t: f64| 0.5 * (t * t.hypot(1.0) + t.asinh());
    let scale = 2.0 / last;
    spaced(SWISS_ROLL_CENTRES)
        .map(|u| {
            let target = length(first) + u * (length(last) - length(first));
            // Newton's method: length is convex with slope sqrt(1 + t²), so it converges from above.
            let t = (0..6).fold(last, |t, _| t - (length(t) - target) / t.hypot(1.0));
            let (sin, cos) = t.sin_cos();
            [scale * t * cos, scale * t * sin]
        })
        .collect()
}

/// A segment through the origin at `angle` degrees to the x axis.
pub(super) fn line(length: f64, angle: f64) -> Vec<[f64; 2]> {
    let (sin, cos) = angle.to_radians().sin_cos();
    spaced(LINE_CENTRES)
        .map(|u| (u - 0.5) * length)
        .map(|r| [r * cos, r * sin])
        .collect()
}

/// `count` numbers from 0 to 1, ends included, evenly spaced.
fn spaced(count: usize) -> impl Iterator<Item = f64> + Clone {
    (0..count).map(move |i| i as f64 / (count - 1) as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gaps(points: &[[f64; 2]]) -> Vec<f64> {
        points
            .windows(2)
            .map(|p| (p[0][0] - p[1][0]).hypot(p[0][1] - p[1][1]))
            .collect()
    }

    #[test]
    fn centres_are_evenly_spaced() {
        for points in [
            ring(8, 2.0),
            moons()[..MOON_CENTRES].to_vec(),
            moons()[MOON_CENTRES..].to_vec(),
            swiss_roll(),
            line(4.0, 30.0),
        ] {
            let gaps = gaps(&points);
            let mean = gaps.iter().sum::<f64>() / gaps.len() as f64;
            for gap in gaps {
                assert!((gap / mean - 1.0).abs() < 1e-3, "{gap} {mean}");
            }
        }
    }

    #[test]
    fn shapes_lie_about_the_origin() {
        let radius = |p: &[f64; 2]| p[0].hypot(p[1]);
        assert!(ring(8, 2.0).iter().all(|p| (radius(p) - 2.0).abs() < 1e-12));
        let roll = swiss_roll();
        assert!((radius(&roll[0]) - 2.0 / 3.0).abs() < 1e-9);
        assert!((radius(&roll[SWISS_ROLL_CENTRES - 1]) - 2.0).abs() < 1e-9);
        for points in [grid(5, 2.0), grid(4, 1.0), moons(), line(4.0, 70.0)] {
            for axis in 0..2 {
                assert!(points.iter().map(|p| p[axis]).sum::<f64>().abs() < 1e-9);
            }
        }
    }
}
