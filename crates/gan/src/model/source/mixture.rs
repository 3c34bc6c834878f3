//! Points of a Gaussian mixture.

use ganlet_core::{DType, Tensor};

use super::{Batch, Labels, Source};
use crate::data::Toy;
use crate::model::states::{Role, States};
use crate::random::Random;

/// A mixture on the device.
pub(super) struct Mixture {
    /// Rows `[mean.., std]`.
    components: Tensor,
    /// How many there are.
    count: usize,
    /// Numbers of a point.
    dim: usize,
    /// Where the weights are not equal.
    cumulative: Option<Tensor>,
}

impl Mixture {
    pub(super) fn new(states: &mut States<'_>, toy: &Toy) -> Self {
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
            components,
            count,
            dim,
            cumulative,
        }
    }
}

impl Source for Mixture {
    fn batch(&self, random: &Random, count: usize) -> Batch {
        let chosen = match &self.cumulative {
            None => random.integers(&[count], self.count as u32),
            // The component whose interval of the cumulative weights holds u: as many as end below u.
            Some(ends) => {
                let below = ends.less(&random.uniform(&[count, 1])).cast(DType::F32);
                below.sum(&[1]).reshape(&[count]).cast(DType::U32)
            }
        };
        let rows = self.components.gather(&chosen);
        let (mean, std) = (rows.narrow(1, 0, self.dim), rows.narrow(1, self.dim, 1));
        let x = mean + std * random.normal(&[count, self.dim]);
        let labels = Labels::Components(chosen);
        Batch { x, labels }
    }
}
