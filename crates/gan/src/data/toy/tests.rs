//! Tests that hold for every toy.

use super::*;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

fn all() -> Vec<Toy> {
    [
        r#"{"kind":"ring"}"#,
        r#"{"kind":"ring","modes":1,"radius":1,"std":0.3}"#,
        r#"{"kind":"grid"}"#,
        r#"{"kind":"moons"}"#,
        r#"{"kind":"swiss_roll"}"#,
        r#"{"kind":"line","angle":30}"#,
        r#"{"kind":"points","points":[[0,0],[1,2],[0.1,0]],"std":0.2}"#,
        r#"{"kind":"mixture1d"}"#,
    ]
    .iter()
    .map(|json| serde_json::from_str(json).unwrap())
    .collect()
}

#[test]
fn defaults_survive_json() {
    for toy in all() {
        let json = serde_json::to_string(&toy).unwrap();
        assert_eq!(serde_json::from_str::<Toy>(&json).unwrap(), toy);
    }
    assert_eq!(all()[0], Toy::default());
}

#[test]
fn unknown_fields_and_kinds_are_refused() {
    for json in [
        r#"{"kind":"ring","mode":8}"#,
        r#"{"kind":"blob"}"#,
        r#"{"kind":"mixture1d","components":[{"weight":1,"mean":0,"std":1,"x":0}]}"#,
    ] {
        assert!(serde_json::from_str::<Toy>(json).is_err(), "{json}");
    }
}

#[test]
fn densities_integrate_to_one() {
    for toy in all() {
        let mixture = toy.mixture();
        let std = mixture.smallest_std();
        // The trapezoid rule on a step of half a std is exact to 1e-8 for Gaussians.
        let step = std / 2.0;
        let near = |x: f64, axis: usize| {
            let mut centres = mixture.components().iter();
            centres.any(|g| (g.mean[axis] - x).abs() < 7.0 * g.std)
        };
        let axis = |axis: usize| -> Vec<f64> {
            if axis == toy.dim() {
                return vec![0.0];
            }
            let Bounds { lower, upper } = mixture.support(7.0);
            let count = ((upper[axis] - lower[axis]) / step).ceil() as usize;
            (0..=count)
                .map(|i| lower[axis] + i as f64 * step)
                .filter(|&x| near(x, axis))
                .collect()
        };
        let (xs, ys) = (axis(0), axis(1));
        let total: f64 = xs
            .iter()
            .flat_map(|x| ys.iter().map(move |y| [*x, *y]))
            .map(|x| mixture.density(&x[..toy.dim()]))
            .sum();
        let integral = total * step.powi(toy.dim() as i32);
        assert!((integral - 1.0).abs() < 1e-6, "{toy:?}: {integral}");
    }
}

#[test]
fn samples_have_the_moments_of_the_mixture() {
    const N: usize = 20_000;
    for toy in all() {
        let dim = toy.dim();
        let samples = toy.sample(&mut ChaCha8Rng::seed_from_u64(1), N);
        assert_eq!(samples.len(), N * dim);
        let components = toy.components();
        assert!((components.iter().map(|g| g.weight).sum::<f64>() - 1.0).abs() < 1e-12);
        for axis in 0..dim {
            let mean: f64 = components.iter().map(|g| g.weight * g.mean[axis]).sum();
            let second: f64 = components
                .iter()
                .map(|g| g.weight * (g.mean[axis].powi(2) + g.std.powi(2)))
                .sum();
            let variance = second - mean * mean;
            let values = || {
                samples
                    .iter()
                    .skip(axis)
                    .step_by(dim)
                    .map(|&x| f64::from(x))
            };
            let found = values().sum::<f64>() / N as f64;
            let spread = values().map(|x| (x - found).powi(2)).sum::<f64>() / N as f64;
            let error = (variance / N as f64).sqrt();
            assert!((found - mean).abs() < 5.0 * error, "{toy:?}: mean {found}");
            assert!(
                (spread / variance - 1.0).abs() < 0.05,
                "{toy:?}: {spread} vs {variance}"
            );
        }
    }
}

#[test]
fn only_separate_centres_count_as_modes() {
    let modes: Vec<Option<usize>> = all().iter().map(|t| t.modes().map(|m| m.len())).collect();
    let expected = [
        Some(8),
        Some(1),
        Some(25),
        None,
        None,
        None,
        Some(3),
        Some(2),
    ];
    assert_eq!(modes, expected);
    let drawn = |n: u16| Toy::Points {
        points: (0..n).map(|i| [f32::from(i), 0.0]).collect(),
        std: 0.05,
    };
    assert_eq!(drawn(32).modes().map(|m| m.len()), Some(32));
    assert_eq!(drawn(33).modes(), None);
}

#[test]
fn bounds_hold_nearly_every_sample() {
    for toy in all() {
        let Bounds { lower, upper } = toy.bounds();
        let samples = toy.sample(&mut ChaCha8Rng::seed_from_u64(2), 1000);
        for (i, &x) in samples.iter().enumerate() {
            let axis = i % toy.dim();
            let x = f64::from(x);
            assert!(lower[axis] <= x && x <= upper[axis], "{toy:?}: {x}");
        }
    }
}
