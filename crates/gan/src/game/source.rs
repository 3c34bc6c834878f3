//! Real data and noise, drawn on the device.

use std::sync::Arc;

use ganlet_core::{Builder, DType, Init, Tensor};

use super::player::Turn;
use crate::config::{Data, ExperimentConfig, PoolData, PriorKind};
use crate::data::{ImageSet, Images, Toy};
use crate::error::ConfigError;
use crate::init::bench;
use crate::random::Random;

/// What the host has loaded for a config.
#[derive(Clone, Debug, Default)]
pub enum Dataset {
    /// Toys and benchmarks make their own data.
    #[default]
    None,
    /// Images to learn from.
    Images(ImageSet),
}

/// Batches that the benchmark's pool holds.
const POOL: usize = 4;

pub(super) struct Source {
    /// Extents of one sample: `[numbers]`, or `[height, width, channels]`.
    pub(super) shape: Vec<usize>,
    kind: Kind,
    mean: Option<Vec<f32>>,
}

enum Kind {
    /// Rows `[mean.., std]` of a Gaussian mixture; the cumulative weights where they are not equal.
    Mixture {
        components: Tensor,
        count: usize,
        cumulative: Option<Tensor>,
    },
    /// Packed bytes `[images, pixels]`, scaled to `black..1`.
    Images {
        bytes: Tensor,
        count: usize,
        black: f64,
    },
    Pool(Pool),
}

struct Pool {
    real: Tensor,
    noise: [Tensor; 2],
    mix: Tensor,
    /// Counts 0 to 3.
    turn: Tensor,
    batch: usize,
}

fn floats(values: &[f32]) -> Init {
    Init::Bytes(bytemuck::cast_slice(values).into())
}

impl Source {
    pub(super) fn new(
        b: &Builder,
        config: &ExperimentConfig,
        dataset: &Dataset,
    ) -> Result<Self, ConfigError> {
        match (&config.data, dataset) {
            (Data::Toy(toy), _) => Ok(Self::mixture(b, toy)),
            (Data::Images(chosen), Dataset::Images(loaded)) => {
                let count = chosen.images.min(loaded.train.len());
                Ok(Self::images(b, &loaded.train, count, chosen.black))
            }
            (Data::Images(_), Dataset::None) => Err(ConfigError::new(
                "data",
                "these images have not been loaded",
                "load the data set first, then build the game",
            )),
            (Data::Pool(PoolData::BenchPool { dim, ring }), _) => {
                Ok(Self::pool(b, config, *dim, *ring))
            }
        }
    }

    fn mixture(b: &Builder, toy: &Toy) -> Self {
        let (dim, parts) = (toy.dim(), toy.components());
        let count = parts.len();
        let rows: Vec<f32> = parts
            .iter()
            .flat_map(|p| {
                p.mean[..dim]
                    .iter()
                    .chain([&p.std])
                    .map(|&x| x as f32)
                    .collect::<Vec<_>>()
            })
            .collect();
        let components = b.state(
            "data.components",
            &[count, dim + 1],
            DType::F32,
            floats(&rows),
        );
        let equal = parts
            .iter()
            .all(|p| (p.weight - parts[0].weight).abs() < 1e-12);
        let cumulative = (!equal).then(|| {
            let mut sum = 0.0;
            let ends: Vec<f32> = parts
                .iter()
                .map(|p| {
                    sum += p.weight;
                    sum as f32
                })
                .collect();
            b.state("data.cumulative", &[1, count], DType::F32, floats(&ends))
        });
        Self {
            shape: vec![dim],
            kind: Kind::Mixture {
                components,
                count,
                cumulative,
            },
            mean: None,
        }
    }

    fn images(b: &Builder, images: &Images, count: usize, black: f64) -> Self {
        let dim = images.image_len();
        let view = images.slice(0..count);
        let bytes = b.state(
            "data.images",
            &[count, dim],
            DType::U8,
            Init::Bytes(Arc::from(view.bytes)),
        );
        let mut sums = vec![0_u64; dim];
        view.bytes.chunks_exact(dim).for_each(|image| {
            sums.iter_mut()
                .zip(image)
                .for_each(|(sum, &pixel)| *sum += u64::from(pixel));
        });
        let mean = sums
            .iter()
            .map(|&sum| (sum as f64 / count as f64 / 255.0) as f32)
            .collect();
        Self {
            shape: vec![images.height, images.width, images.channels],
            kind: Kind::Images {
                bytes,
                count,
                black,
            },
            mean: Some(mean),
        }
    }

    fn pool(b: &Builder, config: &ExperimentConfig, dim: usize, ring: bool) -> Self {
        let (batch, z) = (config.batch, config.prior.dim);
        let gather = |seed: u32, width: usize, make: &dyn Fn(u32) -> Vec<f32>| -> Vec<f32> {
            let all: Vec<f32> = (0..POOL as u32).flat_map(|i| make(seed + i)).collect();
            debug_assert_eq!(all.len(), POOL * batch * width);
            all
        };
        let real = gather(301, dim, &|seed| {
            let mut x = bench::numbers(seed, batch * dim, 1.0);
            if ring {
                for (row, point) in x.chunks_exact_mut(2).enumerate() {
                    let angle = (row % 8) as f64 * std::f64::consts::FRAC_PI_4;
                    point[0] = (2.0 * angle.cos() + 0.05 * f64::from(point[0])) as f32;
                    point[1] = (2.0 * angle.sin() + 0.05 * f64::from(point[1])) as f32;
                }
            }
            x
        });
        let noise = |seed| {
            gather(seed, z, &|seed| {
                bench::numbers(seed, batch * z, 3_f64.sqrt())
            })
        };
        let mix = gather(341, 1, &|seed| {
            bench::numbers(seed, batch, 0.5)
                .iter()
                .map(|v| v + 0.5)
                .collect()
        });
        let state = |name: &str, width: usize, values: &[f32]| {
            b.state(name, &[POOL * batch, width], DType::F32, floats(values))
        };
        let pool = Pool {
            real: state("data.real", dim, &real),
            noise: [
                state("data.z1", z, &noise(311)),
                state("data.z2", z, &noise(321)),
            ],
            mix: state("data.mix", 1, &mix),
            turn: b.state("pool.turn", &[1], DType::U32, Init::Zeros),
            batch,
        };
        Self {
            shape: vec![dim],
            kind: Kind::Pool(pool),
            mean: None,
        }
    }

    /// Numbers of one sample.
    pub(super) fn dim(&self) -> usize {
        self.shape.iter().product()
    }

    /// The mean of each number of a sample in 0 to 1, where the data are images.
    pub(super) fn mean(&self) -> Option<&[f32]> {
        self.mean.as_deref()
    }

    /// A minibatch of real data, `[count, dim]`.
    pub(super) fn real(&self, random: &Random, count: usize) -> Tensor {
        match &self.kind {
            Kind::Mixture {
                components,
                count: parts,
                cumulative,
            } => {
                let chosen = match cumulative {
                    None => random.integers(&[count], *parts as u32),
                    // The component whose interval of the cumulative weights holds u: as many as end below u.
                    Some(ends) => {
                        let below = ends.less(&random.uniform(&[count, 1])).cast(DType::F32);
                        below.sum(&[1]).reshape(&[count]).cast(DType::U32)
                    }
                };
                let rows = components.gather(&chosen);
                let dim = self.dim();
                let (mean, std) = (rows.narrow(1, 0, dim), rows.narrow(1, dim, 1));
                mean + std * random.normal(&[count, dim])
            }
            Kind::Images {
                bytes,
                count: images,
                black,
            } => {
                let chosen = random.integers(&[count], *images as u32);
                bytes.gather(&chosen).cast(DType::F32) * ((1.0 - black) / 255.0) + *black
            }
            Kind::Pool(pool) => pool.rows(&pool.real),
        }
    }

    /// A minibatch of noise, `[batch, prior.dim]`.
    pub(super) fn noise(&self, random: &Random, config: &ExperimentConfig, turn: Turn) -> Tensor {
        if let Kind::Pool(pool) = &self.kind {
            return pool.rows(&pool.noise[if turn == Turn::First { 0 } else { 1 }]);
        }
        let shape = [config.batch, config.prior.dim];
        let scale = config.prior.scale;
        match config.prior.kind {
            PriorKind::Normal => random.normal(&shape) * scale,
            PriorKind::Uniform => random.uniform(&shape) * (2.0 * scale) - scale,
        }
    }

    /// Where between real and generated each sample of the penalty lies, `[batch, 1]` in 0 to 1.
    pub(super) fn mix(&self, random: &Random, batch: usize) -> Tensor {
        match &self.kind {
            Kind::Pool(pool) => pool.rows(&pool.mix),
            Kind::Mixture { .. } | Kind::Images { .. } => random.uniform(&[batch, 1]),
        }
    }

    /// What the source itself changes at every step.
    pub(super) fn updates(&self, b: &Builder) -> Vec<(Tensor, Tensor)> {
        let Kind::Pool(pool) = &self.kind else {
            return vec![];
        };
        let last = pool.turn.equal(&b.full_u32(&[1], POOL as u32 - 1));
        let next = last.select(&b.full_u32(&[1], 0), &(&pool.turn + 1.0));
        vec![(pool.turn.clone(), next)]
    }

    /// The first rows of the benchmark's real data.
    pub(super) fn pool_rows(&self, b: &Builder, count: usize) -> Tensor {
        match &self.kind {
            Kind::Pool(pool) => pool.real.gather(&b.iota(&[count], 0)),
            Kind::Mixture { .. } | Kind::Images { .. } => {
                unreachable!("only the benchmark has a pool")
            }
        }
    }
}

impl Pool {
    /// This turn's batch of `all`.
    fn rows(&self, all: &Tensor) -> Tensor {
        let first = &self.turn * self.batch as f64;
        let rows = first.broadcast_to(&[self.batch]) + iota(&first, self.batch);
        all.gather(&rows)
    }
}

/// `0, 1, … count - 1` in the graph of `like`.
fn iota(like: &Tensor, count: usize) -> Tensor {
    like.iota_like(&[count], 0)
}
