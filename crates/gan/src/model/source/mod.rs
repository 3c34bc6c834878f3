//! Real data and noise, drawn on the device. One file a kind of data.

mod images;
mod labelled;
mod mixture;
mod pool;

use ganlet_core::{Builder, DType, Tensor};

use super::states::States;
use crate::config::{Common, Data, ImageData, PoolData, Prior, PriorKind};
use crate::data::{ImageSet, OwnImages};
use crate::error::ConfigError;
use crate::random::Random;
use images::Pictures;
pub use labelled::Labelled;
use mixture::Mixture;
use pool::Pool;

/// What the host has loaded for a config.
#[derive(Clone, Debug, Default)]
pub enum Dataset {
    /// Toys and benchmarks make their own data.
    #[default]
    None,
    /// Images to learn from.
    Images(ImageSet),
}

impl Dataset {
    /// What a config learns from, of the set that it names.
    pub fn images(data: &ImageData, loaded: ImageSet) -> Self {
        if data.stacked == 1 {
            return Self::Images(loaded);
        }
        let train = data.images.min(loaded.train.len());
        Self::Images(loaded.stacked(data.stacked, train, &data.attributes()))
    }
}

/// Noise `[count, prior.dim]`.
fn of_prior(random: &Random, count: usize, prior: &Prior) -> Tensor {
    let shape = [count, prior.dim];
    let scale = prior.scale;
    match prior.kind {
        PriorKind::Normal => random.normal(&shape) * scale,
        PriorKind::Uniform => random.uniform(&shape) * (2.0 * scale) - scale,
        PriorKind::Signs => random.integers(&shape, 2).cast(DType::F32) * (2.0 * scale) - scale,
    }
}

/// Where a step's batches come from.
pub(super) trait Source {
    /// The mean of each number of a sample in 0 to 1, where the data are images.
    fn mean(&self) -> Option<&[f32]> {
        None
    }

    /// A minibatch of the data.
    fn batch(&self, random: &Random, count: usize) -> Batch;

    /// A minibatch of the samples whose labels a model may learn from: of all of them, unless it declares that they are few.
    fn labelled(&self, random: &Random, count: usize) -> Batch {
        self.batch(random, count)
    }

    /// A minibatch of noise, `[count, prior.dim]`, for the update of index `update`.
    fn noise(&self, random: &Random, count: usize, prior: &Prior, _update: usize) -> Tensor {
        of_prior(random, count, prior)
    }

    /// Where between real and generated each sample of the penalty lies, `[batch, 1]` in 0 to 1.
    fn mix(&self, random: &Random, batch: usize) -> Tensor {
        random.uniform(&[batch, 1])
    }

    /// What the source itself changes at every step.
    fn updates(&self, _: &Builder) -> Vec<(Tensor, Tensor)> {
        vec![]
    }

    /// Data to look at, `[count, numbers]`, from draws of their own.
    fn real(&self, _: &Builder, draw: &Tensor, count: usize) -> Tensor {
        self.batch(&Random::new(draw), count).x
    }
}

/// The source of a config's data. `noise_len` is how many numbers the model decodes, `labelled` the few
/// samples whose labels it learns from.
pub(super) fn open(
    states: &mut States<'_>,
    common: &Common,
    dataset: &Dataset,
    noise_len: usize,
    labelled: Option<Labelled>,
) -> Result<Box<dyn Source>, ConfigError> {
    Ok(match (&common.data, dataset) {
        (Data::Toy(toy), _) => Box::new(Mixture::new(states, toy)),
        (
            data @ (Data::Images(ImageData { black, .. }) | Data::Own(OwnImages { black, .. })),
            Dataset::Images(loaded),
        ) => {
            let count = data.learned(loaded);
            Box::new(Pictures::new(
                states,
                &loaded.train,
                count,
                *black,
                labelled,
            )?)
        }
        (Data::Images(_) | Data::Own(_), Dataset::None) => {
            return Err(ConfigError::new(
                "data",
                "these images have not been loaded",
                "load the data set first, then build the model",
            ));
        }
        (Data::Pool(PoolData::BenchPool { dim, ring }), _) => {
            Box::new(Pool::new(states, common.batch, noise_len, *dim, *ring))
        }
    })
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

#[cfg(test)]
mod tests {
    use ganlet_core::eval::{Evaluator, Value};

    use super::*;
    use crate::latent::typical_norm;

    #[test]
    fn noise_of_training_has_the_mean_and_the_spread_that_the_prior_says() {
        for kind in [PriorKind::Normal, PriorKind::Uniform, PriorKind::Signs] {
            let prior = Prior {
                kind,
                dim: 8,
                scale: 0.5,
            };
            let b = Builder::new();
            let random = Random::new(&b.input("key", &[2], DType::U32));
            b.entry("f", &[], &[("noise", &of_prior(&random, 1000, &prior))]);
            let program = b.build().unwrap();
            let mut evaluator = Evaluator::<f64>::new(&program);
            evaluator.inputs[0] = Value::Uint(vec![7, 1]);
            let noise = evaluator.run(0)[0].floats().to_vec();
            let mean = noise.iter().sum::<f64>() / 8000.0;
            let square = noise.iter().map(|x| x * x).sum::<f64>() / 1000.0;
            assert!(mean.abs() < 0.02, "{kind:?} {mean}");
            let ratio = square.sqrt() / f64::from(typical_norm(&prior));
            assert!((ratio - 1.0).abs() < 0.02, "{kind:?} {ratio}");
            if kind == PriorKind::Signs {
                assert!(noise.iter().all(|x| x.abs() == 0.5));
            }
        }
    }
}
