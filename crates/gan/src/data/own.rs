//! A person's own images: what a config says of them, and the file that holds them.
//!
//! The file is in the safetensors format: `images`, u8 `[count, size, size]` or `[count, size, size, channels]`, and, where
//! they have labels, `labels`, u8 `[count]`. The classes' names may stand in its metadata under `classes`, as a JSON list.

use std::sync::Arc;

use safetensors::SafeTensors;
use safetensors::tensor::{Dtype, TensorView};
use serde::{Deserialize, Serialize};

use super::images::{Attribute, Images};
use super::sets::ImageSet;
use crate::error::{DataError, excerpt};

/// Every so many images one is held out, to measure on.
const HELD_OUT: usize = 10;
/// Fewer are refused: of two pictures nothing can be held out, and nothing but these two can be learned.
pub const FEWEST: usize = 20;
/// What the labels of a person's own images are called.
const ATTRIBUTE: &str = "class";

/// Images of a person's own. Neither a link nor a checkpoint holds them: their file is passed beside the config.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct OwnImages {
    /// That they are a person's own.
    pub kind: OwnKind,
    /// What they are called.
    #[serde(default = "unnamed")]
    pub name: String,
    /// Rows and columns of an image.
    #[cfg_attr(feature = "schema", schemars(range(min = 8, max = 64), extend("x-unit" = "pixels")))]
    pub size: usize,
    /// In colour, with three values a pixel; grey otherwise.
    #[serde(default)]
    pub colour: bool,
    /// How many classes their labels tell apart; 0 without labels.
    #[serde(default)]
    #[cfg_attr(feature = "schema", schemars(range(min = 0, max = 100), extend("x-unit" = "classes")))]
    pub classes: usize,
    /// The value of black; white is 1. Use 0 with a sigmoid, -1 with a tanh at the end of G.
    #[serde(default = "minus_one")]
    #[cfg_attr(feature = "schema", schemars(range(min = -1.0, max = 0.0)))]
    pub black: f64,
}

/// The `kind` of data that are a person's own images.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum OwnKind {
    /// A person's own images.
    OwnImages,
}

fn unnamed() -> String {
    "my images".into()
}

fn minus_one() -> f64 {
    -1.0
}

impl OwnImages {
    /// Rows, columns, and values of a pixel.
    pub fn shape(&self) -> [usize; 3] {
        [self.size, self.size, if self.colour { 3 } else { 1 }]
    }

    /// What their labels say before the names of the classes are known: numbers.
    pub fn attributes(&self) -> Vec<Attribute> {
        let numbers = |count: usize| (1..=count).map(|class| class.to_string()).collect();
        attributes(numbers(self.classes))
    }

    /// The set in the contents of its file.
    ///
    /// # Errors
    /// A file that is no set of images, or not the one that the config describes.
    pub fn read(&self, file: &[u8]) -> Result<ImageSet, DataError> {
        let set = read(&self.name, file)?;
        let found = &set.train;
        let classes = |images: &Images| images.attributes.first().map_or(0, |a| a.classes.len());
        let is = |[height, width, channels]: [usize; 3], classes: usize| {
            format!("{height} by {width} pixels of {channels}, {classes} classes")
        };
        let shape = [found.height, found.width, found.channels];
        if shape != self.shape() || classes(found) != self.classes {
            return Err(DataError::Size {
                file: excerpt(&self.name).into_owned(),
                found: is(shape, classes(found)),
                expected: is(self.shape(), self.classes),
                cure: "set data.size, data.colour and data.classes to those of the file, or pass the file that the model \
                       was made for",
            });
        }
        Ok(set)
    }

    /// What a file with these images says of itself, as it stands in a config.
    ///
    /// # Errors
    /// A file that is no set of images.
    pub fn describe(name: &str, file: &[u8]) -> Result<Self, DataError> {
        let images = read(name, file)?.train;
        Ok(Self {
            kind: OwnKind::OwnImages,
            name: name.into(),
            size: images.height,
            colour: images.channels == 3,
            classes: images.attributes.first().map_or(0, |a| a.classes.len()),
            black: minus_one(),
        })
    }

    /// The error of a model whose images are not there.
    pub fn missing(&self) -> DataError {
        DataError::NotPassed {
            name: excerpt(&self.name).into_owned(),
        }
    }
}

/// The file of images `[count, size, size, channels]`, with one label each where there are classes.
///
/// # Errors
/// Bytes that do not form such images, or not as many labels.
pub fn write(
    [size, channels]: [usize; 2],
    images: &[u8],
    labels: &[u8],
    classes: &[String],
) -> Result<Vec<u8>, safetensors::SafeTensorError> {
    let count = images.len() / (size * size * channels).max(1);
    let view = TensorView::new(Dtype::U8, vec![count, size, size, channels], images)?;
    let mut tensors = vec![("images", view)];
    if !classes.is_empty() {
        tensors.push(("labels", TensorView::new(Dtype::U8, vec![count], labels)?));
    }
    let classes = serde_json::to_string(classes).expect("a list of names is plain data");
    safetensors::serialize(tensors, Some([("classes".to_string(), classes)].into()))
}

/// One attribute with these classes; none without classes.
fn attributes(classes: Vec<String>) -> Vec<Attribute> {
    let name = ATTRIBUTE.into();
    let all = (!classes.is_empty()).then_some(Attribute { name, classes });
    all.into_iter().collect()
}

fn read(name: &str, file: &[u8]) -> Result<ImageSet, DataError> {
    let damaged = |cause: String| DataError::Damaged {
        file: excerpt(name).into_owned(),
        cause: excerpt(&cause).into_owned(),
    };
    let wrong = |error: safetensors::SafeTensorError| damaged(error.to_string());
    let (_, metadata) = SafeTensors::read_metadata(file).map_err(wrong)?;
    let tensors = SafeTensors::deserialize(file).map_err(wrong)?;
    let images = tensors.tensor("images").map_err(wrong)?;
    let shape = match (images.dtype(), images.shape()) {
        (Dtype::U8, &[_, height, width]) => [height, width, 1],
        (Dtype::U8, &[_, height, width, channels @ (1 | 3)]) => [height, width, channels],
        (dtype, shape) => {
            return Err(damaged(format!(
                "`images` is {dtype:?} {shape:?}, not U8 [count, size, size, 1 or 3]"
            )));
        }
    };
    let count = images.shape()[0];
    if count < FEWEST || shape[0] == 0 || shape[0] != shape[1] {
        return Err(DataError::Size {
            file: excerpt(name).into_owned(),
            found: format!("{count} images of {} by {} pixels", shape[0], shape[1]),
            expected: format!("{FEWEST} or more, as high as wide"),
            cure: "take more images, all of one size",
        });
    }
    let labels = match tensors.tensor("labels") {
        Ok(labels) if labels.dtype() == Dtype::U8 && labels.shape() == [count] => labels.data(),
        Ok(labels) => {
            return Err(damaged(format!(
                "`labels` is {:?} {:?}, not U8 [{count}]",
                labels.dtype(),
                labels.shape()
            )));
        }
        Err(_) => &[],
    };
    let named = (metadata.metadata().as_ref()).and_then(|m| m.get("classes"));
    let named: Option<Vec<String>> = named.and_then(|text| crate::json::from_str(text).ok());
    let last = labels.iter().max().map_or(0, |&last| usize::from(last) + 1);
    let classes = match named {
        Some(names) if names.len() >= last => names,
        _ => (1..=last).map(|class| class.to_string()).collect(),
    };
    let attributes: Arc<[Attribute]> = match labels {
        [] => [].into(),
        _ => attributes(classes).into(),
    };
    let size = shape.iter().product();
    let split = |held_out: bool| {
        let chosen: Vec<usize> = (0..count)
            .filter(|i| (i % HELD_OUT == HELD_OUT - 1) == held_out)
            .collect();
        let chosen = || mixed(chosen.len()).map(|i| chosen[i]);
        let bytes = chosen().flat_map(|i| &images.data()[i * size..][..size]);
        let labels = chosen().filter_map(|i| labels.get(i));
        Images::new(
            shape,
            bytes.copied().collect(),
            labels.copied().collect(),
            attributes.clone(),
        )
    };
    Ok(ImageSet {
        train: split(false),
        test: split(true),
    })
}

/// 0 to `count - 1` in such an order that the first of them are from everywhere: files come sorted by their class, and what is
/// measured on the first images of a set should be of all classes.
fn mixed(count: usize) -> impl Iterator<Item = usize> {
    let divides =
        |n: usize, step: usize| (2..=step).any(|d| n.is_multiple_of(d) && step.is_multiple_of(d));
    // About the golden ratio, whose multiples spread evenly.
    let near = (count * 618 / 1000).max(1);
    let step = (1..=near).rev().find(|&step| !divides(count, step));
    let step = step.unwrap_or(1);
    (0..count).map(move |i| i * step % count)
}
