//! Images, kept on the device as packed bytes.

use std::sync::Arc;

use ganlet_core::{DType, Init, Tensor};

use super::{Batch, Labels, Source};
use crate::data::Images;
use crate::model::states::{Role, States};
use crate::random::Random;

/// A set of images on the device.
pub(super) struct Pictures {
    /// `[images, pixels]`
    bytes: Tensor,
    /// One byte for each attribute, `[images, attributes]`; nothing where they have none.
    labels: Option<Tensor>,
    count: usize,
    /// What a byte of 0 becomes; 255 becomes 1.
    black: f64,
    mean: Vec<f32>,
}

impl Pictures {
    pub(super) fn new(states: &mut States<'_>, images: &Images, count: usize, black: f64) -> Self {
        let dim = images.image_len();
        let view = images.slice(0..count);
        let packed = |states: &mut States<'_>, name: &str, width: usize, bytes: &[u8]| {
            let init = Init::Bytes(Arc::from(bytes));
            states.declare(name, &[count, width], DType::U8, init, Role::Data)
        };
        let bytes = packed(states, "data.images", dim, view.bytes);
        let attributes = images.attributes.len();
        let labels =
            (attributes > 0).then(|| packed(states, "data.labels", attributes, view.labels));
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
            bytes,
            labels,
            count,
            black,
            mean,
        }
    }
}

impl Source for Pictures {
    fn mean(&self) -> Option<&[f32]> {
        Some(&self.mean)
    }

    fn batch(&self, random: &Random, count: usize) -> Batch {
        let chosen = random.integers(&[count], self.count as u32);
        let bytes = self.bytes.gather(&chosen).cast(DType::F32);
        let x = bytes * ((1.0 - self.black) / 255.0) + self.black;
        let table = self.labels.clone();
        let labels = table.map_or(Labels::None, |table| Labels::Rows { table, chosen });
        Batch { x, labels }
    }
}
