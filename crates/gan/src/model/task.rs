//! What a model is to learn from: what is known of the data before any is loaded.

use std::borrow::Cow;

use super::source::Dataset;
use crate::config::{Common, Data, Monitor, PoolData};
use crate::data::Attribute;
use crate::error::ConfigError;

/// What a model is to learn from.
pub struct Task<'a> {
    /// The part of the config that says which data.
    pub data: &'a Data,
    /// Extents of one sample: `[numbers]`, or `[height, width, channels]`.
    pub sample: Vec<usize>,
    /// What labels say, in their order, where the data are images.
    pub attributes: Cow<'a, [Attribute]>,
    /// Samples in one minibatch.
    pub batch: usize,
    /// How much is recorded at every step.
    pub monitor: Monitor,
}

/// The labels of one attribute of the data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Classes {
    /// Which of the data's attributes.
    pub attribute: usize,
    /// Names, in the order of their numbers.
    pub names: Vec<String>,
}

impl<'a> Task<'a> {
    /// Of a config, before its data are loaded.
    pub fn new(common: &'a Common) -> Self {
        let (sample, attributes): (_, Cow<'a, [Attribute]>) = match &common.data {
            Data::Toy(toy) => (vec![toy.dim()], Cow::default()),
            Data::Images(images) => (images.shape().to_vec(), images.attributes()),
            Data::Own(images) => (images.shape().to_vec(), images.attributes().into()),
            Data::Pool(PoolData::BenchPool { dim, .. }) => (vec![*dim], Cow::default()),
        };
        Self {
            data: &common.data,
            sample,
            attributes,
            batch: common.batch,
            monitor: common.monitor,
        }
    }

    /// Of a config and what was loaded for it, which has the last word.
    pub fn loaded(common: &'a Common, dataset: &Dataset) -> Self {
        let task = Self::new(common);
        match dataset {
            Dataset::None => task,
            Dataset::Images(images) => Self {
                sample: vec![
                    images.train.height,
                    images.train.width,
                    images.train.channels,
                ],
                attributes: images.train.attributes.to_vec().into(),
                ..task
            },
        }
    }

    /// Numbers of one sample.
    pub fn sample_len(&self) -> usize {
        self.sample.iter().product()
    }

    /// Whether samples are images.
    pub fn is_image(&self) -> bool {
        self.data.image_shape().is_some()
    }

    /// The classes of the attribute of this name, or of the first one; `field` asks for them.
    ///
    /// # Errors
    /// Data without labels, or without this attribute; the error says what there is instead.
    pub fn classes(&self, field: &str, attribute: Option<&str>) -> Result<Classes, ConfigError> {
        match self.data {
            Data::Toy(toy) => match (toy.modes(), attribute) {
                (Some(modes), None | Some("mode")) => Ok(Classes {
                    attribute: 0,
                    names: (1..=modes.len()).map(|mode| mode.to_string()).collect(),
                }),
                (Some(_), Some(other)) => Err(unknown(field, other, &["mode".into()])),
                (None, _) => Err(ConfigError::new(
                    field,
                    "these points have no labels: they lie on a curve, not in clusters",
                    "take data with clusters (ring, grid, mixture1d) or images, or leave the labels out",
                )),
            },
            Data::Images(_) | Data::Own(_) if self.attributes.is_empty() => Err(ConfigError::new(
                field,
                "these images have no labels",
                "put the images of each class in a folder of their own, or leave the labels out",
            )),
            Data::Images(_) | Data::Own(_) => {
                let attributes = &self.attributes;
                let found = attribute.map_or(Some(0), |name| {
                    attributes.iter().position(|a| a.name == name)
                });
                let names = || {
                    attributes
                        .iter()
                        .map(|a| a.name.clone())
                        .collect::<Vec<_>>()
                };
                let index =
                    found.ok_or_else(|| unknown(field, attribute.unwrap_or_default(), &names()))?;
                Ok(Classes {
                    attribute: index,
                    names: attributes[index].classes.clone(),
                })
            }
            Data::Pool(_) => Err(ConfigError::new(
                field,
                "the benchmark's numbers have no labels",
                "leave the labels out",
            )),
        }
    }
}

fn unknown(field: &str, attribute: &str, known: &[String]) -> ConfigError {
    ConfigError::new(
        field,
        format!("these data have no attribute `{attribute}`"),
        format!("use one of {}", known.join(", ")),
    )
}
