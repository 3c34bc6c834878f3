//! Real data and noise, drawn on the device.

use std::sync::Arc;

use ganlet_core::{Builder, DType, Init, Tensor};

use super::program::{Role, States};
use crate::config::{Common, Data, PoolData, Prior, PriorKind};
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
    /// Packed bytes `[images, pixels]`, scaled to `black..1`, and one byte for each attribute `[images, attributes]`.
    Images {
        bytes: Tensor,
        labels: Tensor,
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

impl Source {
    pub(super) fn new(
        states: &mut States<'_>,
        common: &Common,
        dataset: &Dataset,
        noise_len: usize,
    ) -> Result<Self, ConfigError> {
        match (&common.data, dataset) {
            (Data::Toy(toy), _) => Ok(Self::mixture(states, toy)),
            (Data::Images(chosen), Dataset::Images(loaded)) => {
                let count = chosen.images.min(loaded.train.len());
                Ok(Self::images(states, &loaded.train, count, chosen.black))
            }
            (Data::Images(_), Dataset::None) => Err(ConfigError::new(
                "data",
                "these images have not been loaded",
                "load the data set first, then build the model",
            )),
            (Data::Pool(PoolData::BenchPool { dim, ring }), _) => {
                Ok(Self::pool(states, common.batch, noise_len, *dim, *ring))
            }
        }
    }

    fn mixture(states: &mut States<'_>, toy: &Toy) -> Self {
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
        let components = states.floats("data.components", &[count, dim + 1], &rows, Role::Data);
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
            states.floats("data.cumulative", &[1, count], &ends, Role::Data)
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

    fn images(states: &mut States<'_>, images: &Images, count: usize, black: f64) -> Self {
        let dim = images.image_len();
        let view = images.slice(0..count);
        let packed = |states: &mut States<'_>, name: &str, width: usize, bytes: &[u8]| {
            let init = Init::Bytes(Arc::from(bytes));
            states.declare(name, &[count, width], DType::U8, init, Role::Data)
        };
        let bytes = packed(states, "data.images", dim, view.bytes);
        let labels = packed(states, "data.labels", images.attributes.len(), view.labels);
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
                labels,
                count,
                black,
            },
            mean: Some(mean),
        }
    }

    fn pool(states: &mut States<'_>, batch: usize, z: usize, dim: usize, ring: bool) -> Self {
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
        let mut state = |name: &str, width: usize, values: &[f32]| {
            states.floats(name, &[POOL * batch, width], values, Role::Data)
        };
        let pool = Pool {
            real: state("data.real", dim, &real),
            noise: [
                state("data.z1", z, &noise(311)),
                state("data.z2", z, &noise(321)),
            ],
            mix: state("data.mix", 1, &mix),
            turn: states.zeros("pool.turn", &[1], DType::U32, Role::Statistic),
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

    /// A minibatch of the data.
    pub(super) fn batch(&self, random: &Random, count: usize) -> Batch {
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
                let x = mean + std * random.normal(&[count, dim]);
                let labels = Labels::Components(chosen);
                Batch { x, labels }
            }
            Kind::Images {
                bytes,
                labels,
                count: images,
                black,
            } => {
                let chosen = random.integers(&[count], *images as u32);
                let x = bytes.gather(&chosen).cast(DType::F32) * ((1.0 - black) / 255.0) + *black;
                let labels = Labels::Rows {
                    table: labels.clone(),
                    chosen,
                };
                Batch { x, labels }
            }
            Kind::Pool(pool) => Batch {
                x: pool.rows(&pool.real),
                labels: Labels::None,
            },
        }
    }

    /// A minibatch of noise, `[count, prior.dim]`, for the update of index `update`.
    pub(super) fn noise(
        &self,
        random: &Random,
        count: usize,
        prior: &Prior,
        update: usize,
    ) -> Tensor {
        if let Kind::Pool(pool) = &self.kind {
            return pool.rows(&pool.noise[update.min(1)]);
        }
        let shape = [count, prior.dim];
        let scale = prior.scale;
        match prior.kind {
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

    /// Data to look at, `[count, dim]`, from draws of their own; the benchmark's are its first rows.
    pub(super) fn real(&self, b: &Builder, draw: &Tensor, count: usize) -> Tensor {
        match &self.kind {
            Kind::Pool(pool) => pool.real.gather(&b.iota(&[count], 0)),
            Kind::Mixture { .. } | Kind::Images { .. } => self.batch(&Random::new(draw), count).x,
        }
    }
}

/// A minibatch of the data.
pub struct Batch {
    /// Samples, `[batch, numbers]`.
    pub x: Tensor,
    labels: Labels,
}

/// What the labels of a minibatch are read from.
enum Labels {
    None,
    /// The component of the mixture that each point came from, `[batch]`.
    Components(Tensor),
    /// A table `[images, attributes]` and the images that were chosen.
    Rows {
        table: Tensor,
        chosen: Tensor,
    },
}

impl Batch {
    /// The class of each sample, u32 `[batch, 1]`, by an attribute of the data.
    ///
    /// # Panics
    /// If the data have no labels; [`Task::classes`](super::Task::classes) says so before anything is traced.
    pub fn labels(&self, attribute: usize) -> Tensor {
        match &self.labels {
            Labels::None => panic!("the task was asked for classes"),
            Labels::Components(chosen) => chosen.reshape(&[chosen.numel(), 1]),
            Labels::Rows { table, chosen } => table
                .gather(chosen)
                .cast(DType::U32)
                .narrow(1, attribute, 1),
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
