//! The partition function of a restricted Boltzmann machine: exactly, by a sum over all states of few hidden units, and by
//! annealed importance sampling (Neal 2001; Salakhutdinov and Murray 2008) for any number.

use matrixmultiply::sgemm;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// The most hidden units whose states are summed over: a million states.
pub const MOST_EXACT: usize = 20;
/// Runs of annealed importance sampling.
const RUNS: usize = 100;
/// Temperatures between the machine without weights and the whole one.
const TEMPERATURES: usize = 1000;

/// A machine on the host.
pub struct Machine {
    /// `[visible, hidden]`
    weight: Vec<f32>,
    visible: Vec<f32>,
    hidden: Vec<f32>,
}

/// What annealing found.
#[derive(Clone, Copy, Debug)]
pub struct Annealed {
    /// The logarithm of the partition function.
    pub log_partition: f64,
    /// Its standard error, by the spread of the runs' weights (of the logarithm, by the delta method).
    pub deviation: f64,
}

impl Machine {
    /// From the parameters as they lie on the device: weights, visible biases, hidden biases.
    pub fn new(params: &[f32], visible: usize, hidden: usize) -> Self {
        let (weight, biases) = params.split_at(visible * hidden);
        let (visible, hidden) = biases.split_at(visible);
        Self {
            weight: weight.to_vec(),
            visible: visible.to_vec(),
            hidden: hidden.to_vec(),
        }
    }

    /// `log sum_h exp(c h) prod_i (1 + exp(b_i + (W h)_i))`, over all states h.
    ///
    /// # Panics
    /// Above [`MOST_EXACT`] hidden units.
    pub fn exact(&self) -> f64 {
        let count = self.hidden.len();
        assert!(
            count <= MOST_EXACT,
            "{count} hidden units have too many states"
        );
        // States in the order of a Gray code: one unit changes at a time.
        let mut logits: Vec<f64> = self.visible.iter().map(|&b| b.into()).collect();
        let (mut bias, mut state) = (0.0, 0_u32);
        let mut terms = LogSum::default();
        for step in 0..1_u32 << count {
            if step > 0 {
                let unit = step.trailing_zeros() as usize;
                state ^= 1 << unit;
                let sign = if state >> unit & 1 == 1 { 1.0 } else { -1.0 };
                bias += sign * f64::from(self.hidden[unit]);
                for (i, logit) in logits.iter_mut().enumerate() {
                    *logit += sign * f64::from(self.weight[i * count + unit]);
                }
            }
            terms.add(bias + logits.iter().map(|&logit| softplus(logit)).sum::<f64>());
        }
        terms.value()
    }

    /// By annealing from the machine without weights, whose partition function is known; `progress` hears the share done.
    pub fn annealed(&self, seed: u32, progress: &mut dyn FnMut(f32)) -> Annealed {
        let (visible, hidden) = (self.visible.len(), self.hidden.len());
        let mut rng = ChaCha8Rng::seed_from_u64(u64::from(seed));
        let mut bernoulli = |p: f32| f32::from(rng.random::<f32>() < p);
        let mut v: Vec<f32> = (0..RUNS)
            .flat_map(|_| &self.visible)
            .map(|&b| bernoulli(sigmoid(b)))
            .collect();
        let mut weights = vec![0.0_f64; RUNS];
        let mut logits = vec![0.0; RUNS * hidden];
        let mut h = vec![0.0; RUNS * hidden];
        for step in 1..=TEMPERATURES {
            let inverse = |step: usize| step as f32 / TEMPERATURES as f32;
            let (before, now) = (inverse(step - 1), inverse(step));
            product(
                &v,
                &self.weight,
                &mut logits,
                [RUNS, visible, hidden],
                false,
            );
            for (run, weight) in weights.iter_mut().enumerate() {
                let logits = &mut logits[run * hidden..(run + 1) * hidden];
                logits
                    .iter_mut()
                    .zip(&self.hidden)
                    .for_each(|(logit, c)| *logit += c);
                let energy = |share: f32| {
                    logits
                        .iter()
                        .map(|&a| softplus(f64::from(share * a)))
                        .sum::<f64>()
                };
                *weight += energy(now) - energy(before);
            }
            // One step of a chain that leaves the distribution at this temperature as it is.
            for (h, &logit) in h.iter_mut().zip(&logits) {
                *h = bernoulli(sigmoid(now * logit));
            }
            product(&h, &self.weight, &mut v, [RUNS, hidden, visible], true);
            for (v, &b) in v.iter_mut().zip(self.visible.iter().cycle()) {
                *v = bernoulli(sigmoid(b + now * *v));
            }
            progress(now);
        }
        let start = hidden as f64 * std::f64::consts::LN_2
            + self
                .visible
                .iter()
                .map(|&b| softplus(b.into()))
                .sum::<f64>();
        let mut sum = LogSum::default();
        weights.iter().for_each(|&weight| sum.add(weight));
        let mean = sum.value() - (RUNS as f64).ln();
        let relative = weights
            .iter()
            .map(|weight| ((weight - mean).exp() - 1.0).powi(2))
            .sum::<f64>();
        Annealed {
            log_partition: start + mean,
            deviation: relative.sqrt() / RUNS as f64,
        }
    }

    /// Mean `log p(v)` of rows `[n, visible]` in nats.
    pub fn mean_log_density(&self, rows: &[f32], log_partition: f64) -> f64 {
        let (visible, hidden) = (self.visible.len(), self.hidden.len());
        let count = rows.len() / visible;
        let mut logits = vec![0.0; count * hidden];
        product(
            rows,
            &self.weight,
            &mut logits,
            [count, visible, hidden],
            false,
        );
        let minus_free_energy = |(row, logits): (&[f32], &[f32])| {
            let own: f64 = row
                .iter()
                .zip(&self.visible)
                .map(|(v, b)| f64::from(v * b))
                .sum();
            let units = logits.iter().zip(&self.hidden);
            own + units.map(|(a, c)| softplus(f64::from(a + c))).sum::<f64>()
        };
        let rows = rows.chunks_exact(visible).zip(logits.chunks_exact(hidden));
        rows.map(minus_free_energy).sum::<f64>() / count as f64 - log_partition
    }
}

/// `out = a b` of `[rows, inner] [inner, columns]`, or with `b` as `[columns, inner]` turned.
fn product(
    a: &[f32],
    b: &[f32],
    out: &mut [f32],
    [rows, inner, columns]: [usize; 3],
    turned: bool,
) {
    assert!(a.len() == rows * inner && b.len() == inner * columns && out.len() == rows * columns);
    let (row, column) = if turned {
        (1, inner as isize)
    } else {
        (columns as isize, 1)
    };
    // SAFETY: the lengths are those of the extents and strides, as asserted.
    unsafe {
        sgemm(
            rows,
            inner,
            columns,
            1.0,
            a.as_ptr(),
            inner as isize,
            1,
            b.as_ptr(),
            row,
            column,
            0.0,
            out.as_mut_ptr(),
            columns as isize,
            1,
        );
    }
}

fn sigmoid(x: f32) -> f32 {
    1.0 / (1.0 + (-x).exp())
}

fn softplus(x: f64) -> f64 {
    x.max(0.0) + (-x.abs()).exp().ln_1p()
}

/// The logarithm of a sum of exponentials.
struct LogSum {
    top: f64,
    sum: f64,
}

impl Default for LogSum {
    fn default() -> Self {
        Self {
            top: f64::NEG_INFINITY,
            sum: 0.0,
        }
    }
}

impl LogSum {
    fn add(&mut self, x: f64) {
        if x > self.top {
            self.sum = self.sum * (self.top - x).exp() + 1.0;
            self.top = x;
        } else {
            self.sum += (x - self.top).exp();
        }
    }

    fn value(&self) -> f64 {
        self.top + self.sum.ln()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn machine(visible: usize, hidden: usize, scale: f32) -> Machine {
        let number = |i: usize| ((i as f32 * 2.399).sin()) * scale;
        let params: Vec<f32> = (0..visible * hidden + visible + hidden)
            .map(number)
            .collect();
        Machine::new(&params, visible, hidden)
    }

    #[test]
    fn the_sum_over_hidden_states_is_that_over_all_states() {
        let (visible, hidden) = (4, 3);
        let m = machine(visible, hidden, 1.3);
        let bit = |state: usize, i: usize| (state >> i & 1) as f64;
        let mut all = 0.0_f64;
        for v in 0..1 << visible {
            for h in 0..1 << hidden {
                let mut energy = 0.0;
                for i in 0..visible {
                    energy += bit(v, i) * f64::from(m.visible[i]);
                    for j in 0..hidden {
                        energy += bit(v, i) * bit(h, j) * f64::from(m.weight[i * hidden + j]);
                    }
                }
                energy += (0..hidden)
                    .map(|j| bit(h, j) * f64::from(m.hidden[j]))
                    .sum::<f64>();
                all += energy.exp();
            }
        }
        assert!(
            (m.exact() - all.ln()).abs() < 1e-9,
            "{} not {}",
            m.exact(),
            all.ln()
        );
        // And densities add up to one.
        let rows: Vec<f32> = (0..1 << visible)
            .flat_map(|v| (0..visible).map(move |i| bit(v, i) as f32))
            .collect();
        let total: f64 = rows
            .chunks(visible)
            .map(|row| m.mean_log_density(row, m.exact()).exp())
            .sum();
        assert!((total - 1.0).abs() < 1e-5, "{total}");
    }

    #[test]
    fn annealing_finds_what_the_sum_gives() {
        for (visible, hidden, scale) in [(20, 8, 0.3), (30, 12, 1.0)] {
            let m = machine(visible, hidden, scale);
            let found = m.annealed(1, &mut |_| {});
            let error = (found.log_partition - m.exact()).abs();
            assert!(
                error < 0.2 && error < 6.0 * found.deviation + 0.01,
                "{found:?}, {}",
                m.exact()
            );
        }
    }
}
