//! The fixed draws of the peers' benchmark: the same data and noise on every library that is compared.

use ganlet_core::{Builder, DType, Tensor};

use super::{Batch, Labels, Source};
use crate::bench::numbers;
use crate::config::Prior;
use crate::model::states::{Role, States};
use crate::random::Random;

/// Batches that there are of each kind.
const POOL: usize = 4;

/// Fixed batches that follow each other in turn.
pub(super) struct Pool {
    real: Tensor,
    noise: [Tensor; 2],
    mix: Tensor,
    /// Counts 0 to 3.
    turn: Tensor,
    batch: usize,
}

impl Pool {
    pub(super) fn new(
        states: &mut States<'_>,
        batch: usize,
        z: usize,
        dim: usize,
        ring: bool,
    ) -> Self {
        let gather = |seed: u32, width: usize, make: &dyn Fn(u32) -> Vec<f32>| -> Vec<f32> {
            let all: Vec<f32> = (0..POOL as u32).flat_map(|i| make(seed + i)).collect();
            debug_assert_eq!(all.len(), POOL * batch * width);
            all
        };
        let real = gather(301, dim, &|seed| {
            let mut x = numbers(seed, batch * dim, 1.0);
            if ring {
                for (row, point) in x.chunks_exact_mut(2).enumerate() {
                    let angle = (row % 8) as f64 * std::f64::consts::FRAC_PI_4;
                    point[0] = (2.0 * angle.cos() + 0.05 * f64::from(point[0])) as f32;
                    point[1] = (2.0 * angle.sin() + 0.05 * f64::from(point[1])) as f32;
                }
            }
            x
        });
        let noise = |seed| gather(seed, z, &|seed| numbers(seed, batch * z, 3_f64.sqrt()));
        let mix = gather(341, 1, &|seed| {
            numbers(seed, batch, 0.5).iter().map(|v| v + 0.5).collect()
        });
        let mut state = |name: &str, width: usize, values: &[f32]| {
            states.floats(name, &[POOL * batch, width], values, Role::Data)
        };
        Self {
            real: state("data.real", dim, &real),
            noise: [
                state("data.z1", z, &noise(311)),
                state("data.z2", z, &noise(321)),
            ],
            mix: state("data.mix", 1, &mix),
            turn: states.zeros("pool.turn", &[1], DType::U32, Role::Statistic),
            batch,
        }
    }

    /// This turn's batch of `all`.
    fn rows(&self, all: &Tensor) -> Tensor {
        let first = &self.turn * self.batch as f64;
        let rows = first.broadcast_to(&[self.batch]) + first.iota_like(&[self.batch], 0);
        all.gather(&rows)
    }
}

impl Source for Pool {
    fn batch(&self, _: &Random, _: usize) -> Batch {
        Batch {
            x: self.rows(&self.real),
            labels: Labels::None,
        }
    }

    fn noise(&self, _: &Random, _: usize, _: &Prior, update: usize) -> Tensor {
        self.rows(&self.noise[update.min(1)])
    }

    fn mix(&self, _: &Random, _: usize) -> Tensor {
        self.rows(&self.mix)
    }

    fn updates(&self, b: &Builder) -> Vec<(Tensor, Tensor)> {
        let last = self.turn.equal(&b.full_u32(&[1], POOL as u32 - 1));
        let next = last.select(&b.full_u32(&[1], 0), &(&self.turn + 1.0));
        vec![(self.turn.clone(), next)]
    }

    /// Its first rows.
    fn real(&self, b: &Builder, _: &Tensor, count: usize) -> Tensor {
        self.real.gather(&b.iota(&[count], 0))
    }
}
