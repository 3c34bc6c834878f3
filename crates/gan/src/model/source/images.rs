//! Images, kept on the device as packed bytes.

use std::sync::Arc;

use ganlet_core::{DType, Init, Tensor};

use super::{Batch, Labelled, Labels, Source};
use crate::data::Images;
use crate::error::ConfigError;
use crate::model::states::{Role, States};
use crate::random::Random;

/// A set of images on the device.
pub(super) struct Pictures {
    /// `[images, pixels]`
    bytes: Tensor,
    /// One byte for each attribute, `[images, attributes]`; nothing where they have none.
    labels: Option<Tensor>,
    count: usize,
    /// The few whose labels are learned from, `[few, 1]`, where they are few.
    labelled: Option<Tensor>,
    /// What a byte of 0 becomes; 255 becomes 1.
    black: f64,
    mean: Vec<f32>,
}

impl Pictures {
    pub(super) fn new(
        states: &mut States<'_>,
        images: &Images,
        count: usize,
        black: f64,
        labelled: Option<Labelled>,
    ) -> Result<Self, ConfigError> {
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
        let labelled = labelled
            .map(|labelled| labelled.choose(images, count))
            .transpose()?
            .map(|few| states.floats("data.labelled", &[few.len(), 1], &few, Role::Data));
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
        Ok(Self {
            bytes,
            labels,
            count,
            labelled,
            black,
            mean,
        })
    }

    /// The images of these numbers, u32 `[batch]`.
    fn rows(&self, chosen: Tensor) -> Batch {
        let bytes = self.bytes.gather(&chosen).cast(DType::F32);
        let x = bytes * ((1.0 - self.black) / 255.0) + self.black;
        let table = self.labels.clone();
        let labels = table.map_or(Labels::None, |table| Labels::Rows { table, chosen });
        Batch { x, labels }
    }
}

impl Source for Pictures {
    fn mean(&self) -> Option<&[f32]> {
        Some(&self.mean)
    }

    fn batch(&self, random: &Random, count: usize) -> Batch {
        self.rows(random.integers(&[count], self.count as u32))
    }

    fn labelled(&self, random: &Random, count: usize) -> Batch {
        let Some(few) = &self.labelled else {
            return self.batch(random, count);
        };
        let which = random.integers(&[count], few.shape()[0] as u32);
        self.rows(few.gather(&which).reshape(&[count]).cast(DType::U32))
    }
}
