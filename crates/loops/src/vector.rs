//! Mathematics over slices, for an interpreter that works on a few hundred lanes at a time.
//!
//! The functions are written for one number, without branches, tables or fused multiply-adds, so the compiler turns
//! the loops over them into vector code for wasm simd128 and for whatever the machine has, and every target gives the
//! same bits: a browser and a terminal draw the same noise from the same seed. The standard library calls a scalar
//! function per element: @@ times slower in wasm.
//!
//! Polynomials are minimax fits (Remez exchange, weighted for relative error); arguments are reduced with constants
//! split so that products with small integers are exact (Cody and Waite, *Software Manual for the Elementary
//! Functions*, 1980). The bounds stated are measured against `f64`, and the tests hold them over sweeps of all
//! exponents. Results below the normal range are correctly scaled; the sign of a zero is not promised.

use crate::target::multiversion;

/// Adding this rounds to an integer, which is then found in the low bits: 1.5 * 2^23.
const ROUND: f32 = 12_582_912.0;
/// The high part of ln 2: 15 bits, so its products with exponents are exact.
const LN2_HIGH: f32 = 0.693_145_75;
/// ln 2 less its high part.
const LN2_LOW: f32 = 1.428_606_8e-6;

/// A function from one slice to another of the same length.
macro_rules! unary {
    ($(#[$doc:meta])* $name:ident, $lane:expr) => {
        multiversion! {
            $(#[$doc])*
            ///
            /// # Panics
            /// Where the lengths differ.
            pub(crate) fn $name(to: &mut [f32], from: &[f32]) {
                assert_eq!(from.len(), to.len(), "slices of different lengths");
                for (to, &from) in to.iter_mut().zip(from) {
                    *to = $lane(from);
                }
            }
        }
    };
}

unary! {
    /// e^x, within 1.1 units in the last place.
    exp, exp_lane
}
unary! {
    /// The natural logarithm, within 1.2 units in the last place. Of zero minus infinity, of a negative number NaN.
    log, log_lane
}
unary! {
    /// The hyperbolic tangent, within 2.5 units in the last place.
    tanh, tanh_lane
}

multiversion! {
    /// The sine, within 2.5 units in the last place for |x| up to 12,000 (and so within 1.5e-7).
    ///
    /// A slice that holds anything larger is done element by element, and the large ones by the standard library in
    /// `f64`, which is accurate everywhere, slow, and not the same to the last bit on every target.
    ///
    /// # Panics
    /// Where the lengths differ.
    pub(crate) fn sin(to: &mut [f32], from: &[f32]) {
        assert_eq!(from.len(), to.len(), "slices of different lengths");
        // Magnitudes compare as integers, which a compiler may reorder; NaN is the largest.
        let largest = from.iter().fold(0, |largest, x| largest.max(x.to_bits() & 0x7fff_ffff));
        if largest <= SIN_REACH.to_bits() {
            for (to, &from) in to.iter_mut().zip(from) {
                *to = sin_lane(from);
            }
        } else {
            for (to, &from) in to.iter_mut().zip(from) {
                *to = if from.abs() <= SIN_REACH { sin_lane(from) } else { f64::from(from).sin() as f32 };
            }
        }
    }
}

/// (e^r - 1 - r) / r^2 for |r| up to ln(2) / 2.
#[inline(always)]
fn exp_remainder(r: f32) -> f32 {
    let high = 8.369_58e-3 + r * 1.395_168_8e-3;
    0.5 + r * (0.166_665_14 + r * (4.166_618_7e-2 + r * high))
}

/// 2^n for n from -126 to 127.
#[inline(always)]
fn power_of_two(n: i32) -> f32 {
    f32::from_bits((n.wrapping_add(127) as u32) << 23)
}

/// Splits x into n ln 2 + r.
#[inline(always)]
fn reduce_by_ln2(x: f32) -> (i32, f32) {
    let shifted = x * core::f32::consts::LOG2_E + ROUND;
    let n = shifted - ROUND;
    let r = (x - n * LN2_HIGH) - n * LN2_LOW;
    (shifted.to_bits().wrapping_sub(ROUND.to_bits()) as i32, r)
}

#[inline(always)]
fn exp_lane(x: f32) -> f32 {
    // Beyond these all results are zero or infinity. NaN passes both comparisons.
    let x = if x > 89.0 { 89.0 } else { x };
    let x = if x < -104.0 { -104.0 } else { x };
    let (n, r) = reduce_by_ln2(x);
    let power = 1.0 + (r + r * r * exp_remainder(r));
    // Two steps reach infinity and the numbers below the normal range.
    let half = n >> 1;
    power * power_of_two(half) * power_of_two(n.wrapping_sub(half))
}

#[inline(always)]
fn log_lane(x: f32) -> f32 {
    // sqrt(1/2): the significand is taken from [sqrt(1/2), sqrt(2)).
    const LOWEST: u32 = 0x3f35_04f3;
    let small = x < f32::MIN_POSITIVE;
    let scaled = if small { x * 8_388_608.0 } else { x };
    let bits = scaled.to_bits().wrapping_sub(LOWEST);
    let exponent = ((bits as i32) >> 23) as f32 - if small { 23.0 } else { 0.0 };
    let f = f32::from_bits((bits & 0x007f_ffff).wrapping_add(LOWEST)) - 1.0;
    let square = f * f;
    let high = 0.141_998_8 + f * (-0.131_638_3 + f * (0.127_755_54 + f * -7.645_070_6e-2));
    let tail =
        0.333_333_3 + f * (-0.250_008_37 + f * (0.200_012_86 + f * (-0.166_228_18 + f * high)));
    let small_terms = exponent * LN2_LOW + (square * f * tail - 0.5 * square);
    let log = exponent * LN2_HIGH + (f + small_terms);
    let log = if x < f32::INFINITY { log } else { x };
    let log = if x == 0.0 { f32::NEG_INFINITY } else { log };
    if x < 0.0 { f32::NAN } else { log }
}

/// tanh(x) = d / (d + 2) where d = e^2x - 1, which loses nothing near zero.
#[inline(always)]
fn tanh_lane(x: f32) -> f32 {
    let double = x.abs() * 2.0;
    // From here on the result rounds to 1.
    let double = if double > 20.0 { 20.0 } else { double };
    let (n, r) = reduce_by_ln2(double);
    let power = power_of_two(n);
    let d = power * (r + r * r * exp_remainder(r)) + (power - 1.0);
    (d / (d + 2.0)).copysign(x)
}

/// The largest argument whose multiple of pi has few enough bits.
const SIN_REACH: f32 = 12_000.0;

#[inline(always)]
fn sin_lane(x: f32) -> f32 {
    // pi in parts of 11 bits: exact when multiplied by up to 4096, which has 12.
    const PI: [f32; 4] = [3.140_625, 9.675_026e-4, 1.509_906_7e-7, 5.126_688e-12];
    let shifted = x * core::f32::consts::FRAC_1_PI + ROUND;
    let n = shifted - ROUND;
    let r = (((x - n * PI[0]) - n * PI[1]) - n * PI[2]) - n * PI[3];
    let square = r * r;
    let tail = 8.333_062e-3 + square * (-1.980_922_5e-4 + square * 2.604_901e-6);
    let sine = r + r * square * (-0.166_666_6 + square * tail);
    // An odd multiple of pi turns the sign.
    f32::from_bits(sine.to_bits() ^ (shifted.to_bits() << 31))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Ours and the truth.
    type Pair = (fn(&mut [f32], &[f32]), fn(f64) -> f64);

    /// The functions with their stated bounds in units in the last place.
    const CASES: [(&str, Pair, f64); 4] = [
        ("exp", (exp, f64::exp), 1.1),
        ("log", (log, f64::ln), 1.2),
        ("tanh", (tanh, f64::tanh), 2.5),
        ("sin", (sin, f64::sin), 2.5),
    ];

    /// The distance between neighbours of `f32` around `value`.
    fn unit(value: f64) -> f64 {
        let exponent = value.abs().max(f64::from(f32::MIN_POSITIVE)).log2().floor();
        (exponent - 23.0).exp2()
    }

    fn check(index: usize, inputs: &[f32]) {
        let (name, (ours, truth), bound) = CASES[index];
        let mut got = vec![0.0; inputs.len()];
        ours(&mut got, inputs);
        for (&x, &y) in inputs.iter().zip(&got) {
            let want = truth(f64::from(x));
            if (want as f32).is_finite() {
                let error = (f64::from(y) - want).abs() / unit(want);
                assert!(
                    error <= bound,
                    "{name}({x:e}) = {y:e}, not {want:e}: {error} units"
                );
            } else {
                assert!(
                    y == want as f32 || (y.is_nan() && want.is_nan()),
                    "{name}({x:e}) = {y:e}, not {want:e}"
                );
            }
        }
    }

    #[test]
    fn every_exponent() {
        let inputs: Vec<f32> = (0..=f32::INFINITY.to_bits())
            .step_by(499)
            .flat_map(|bits| [f32::from_bits(bits), -f32::from_bits(bits)])
            .collect();
        for index in 0..CASES.len() {
            check(index, &inputs);
        }
        // Without large arguments the sine takes its fast way.
        let moderate: Vec<f32> = inputs
            .into_iter()
            .filter(|x| x.abs() <= SIN_REACH)
            .collect();
        check(3, &moderate);
    }

    #[test]
    fn dense_where_it_matters() {
        let steps = 2_000_000;
        for (index, from, to) in [
            (0, -105.0, 90.0),
            (1, 0.0, 4.0),
            (2, -11.0, 11.0),
            (3, -8.0, 8.0),
            (3, -SIN_REACH, SIN_REACH),
        ] {
            let inputs: Vec<f32> = (0..=steps)
                .map(|i| from + (to - from) * (i as f32 / steps as f32))
                .collect();
            check(index, &inputs);
        }
    }

    #[test]
    fn edges() {
        let of = |function: fn(&mut [f32], &[f32]), x: f32| {
            // Alone and among others: the remainder of a loop and its vector body.
            let (mut alone, mut among) = ([0.0], [0.0; 67]);
            function(&mut alone, &[x]);
            function(&mut among, &[x; 67]);
            assert!(among.iter().all(|y| y.to_bits() == alone[0].to_bits() || (y.is_nan() && alone[0].is_nan())));
            alone[0]
        };
        let (inf, nan) = (f32::INFINITY, f32::NAN);
        for (_, (function, _), _) in CASES {
            assert!(of(function, nan).is_nan());
            assert!(of(function, -nan).is_nan());
        }
        assert_eq!(of(exp, 0.0), 1.0);
        assert_eq!(of(exp, 88.8), inf);
        assert_eq!(of(exp, inf), inf);
        assert_eq!(of(exp, -inf), 0.0);
        assert_eq!(of(exp, -104.0), 0.0);
        assert_eq!(of(exp, -103.0).to_bits(), 1);
        assert_eq!(of(log, 0.0), -inf);
        assert_eq!(of(log, -0.0), -inf);
        assert_eq!(of(log, 1.0), 0.0);
        assert_eq!(of(log, inf), inf);
        assert!(of(log, -1.0).is_nan());
        assert!(of(log, -inf).is_nan());
        assert_eq!(of(tanh, inf), 1.0);
        assert_eq!(of(tanh, -inf), -1.0);
        assert_eq!(of(tanh, 0.0), 0.0);
        assert_eq!(of(sin, 0.0), 0.0);
        assert!(of(sin, inf).is_nan());
        assert!((of(sin, 1e6) - 1e6_f64.sin() as f32).abs() < 1e-7);
    }
}
