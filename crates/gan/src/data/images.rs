//! Labelled images as packed bytes, as they go to the device.

use std::ops::Range;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::idx;
use crate::error::DataError;

/// Something that is known of every image of a set: which of some classes it belongs to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attribute {
    /// What it is, such as `digit` or `glasses`.
    pub name: String,
    /// The classes, in the order of the labels 0, 1, …
    pub classes: Vec<String>,
}

/// Images of one size with labels. Clones share the bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Images {
    /// Rows of an image.
    pub height: usize,
    /// Columns of an image.
    pub width: usize,
    /// Values of a pixel: 1 for grey, 3 for colour.
    pub channels: usize,
    /// What the labels of an image say, in their order.
    pub attributes: Arc<[Attribute]>,
    bytes: Arc<[u8]>,
    labels: Arc<[u8]>,
}

impl Images {
    /// Images of `shape` (rows, columns, values of a pixel) with one label for each attribute.
    pub(super) fn new(
        [height, width, channels]: [usize; 3],
        bytes: Arc<[u8]>,
        labels: Arc<[u8]>,
        attributes: Arc<[Attribute]>,
    ) -> Self {
        debug_assert_eq!(
            bytes.len() * attributes.len(),
            labels.len() * height * width * channels
        );
        Self {
            height,
            width,
            channels,
            attributes,
            bytes,
            labels,
        }
    }

    /// Images from an IDX file of grey images and an IDX file of what `attribute` they have.
    /// Each file is a name, for messages, and its unpacked content.
    pub fn from_idx(
        images: (&str, &[u8]),
        labels: (&str, &[u8]),
        attribute: &Attribute,
    ) -> Result<Self, DataError> {
        let pixels = idx::images(images.0, images.1)?;
        let classes = idx::labels(labels.0, labels.1)?;
        let [count, height, width] = pixels.sizes;
        if classes.sizes != [count] {
            return Err(DataError::Size {
                file: labels.0.to_string(),
                found: format!("{} labels", classes.sizes[0]),
                expected: format!("{count}, one for each image of {}", images.0),
                cure: "take images and labels of the same split",
            });
        }
        Ok(Self::new(
            [height, width, 1],
            pixels.bytes.into(),
            classes.bytes.into(),
            Arc::from([attribute.clone()]),
        ))
    }

    /// Number of images.
    pub fn len(&self) -> usize {
        self.bytes.len() / self.image_len()
    }

    /// Whether there is no image.
    pub fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    /// The class of an image in the `attribute`-th of [`attributes`](Self::attributes).
    pub fn label(&self, image: usize, attribute: usize) -> u8 {
        self.labels[image * self.attributes.len() + attribute]
    }

    /// Bytes of one image.
    pub fn image_len(&self) -> usize {
        self.height * self.width * self.channels
    }

    /// All images of the set, to slice or to read.
    pub fn view(&self) -> ImageView<'_> {
        self.slice(0..self.len())
    }

    /// The images of `range`, cut to those that exist.
    pub fn slice(&self, range: Range<usize>) -> ImageView<'_> {
        let end = range.end.min(self.len());
        let start = range.start.min(end);
        let (size, labels) = (self.image_len(), self.attributes.len());
        ImageView {
            bytes: &self.bytes[start * size..end * size],
            labels: &self.labels[start * labels..end * labels],
            count: end - start,
        }
    }
}

/// Some consecutive images of a set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ImageView<'a> {
    /// Pixels 0 to 255: image, row, column, channel; the channel fastest.
    pub bytes: &'a [u8],
    /// Image, attribute; the attribute fastest.
    pub labels: &'a [u8],
    count: usize,
}

impl ImageView<'_> {
    /// Number of images.
    pub fn len(&self) -> usize {
        self.count
    }

    /// Whether there is no image.
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// Pixels from 0 to 1, as the Parzen protocol of 2014 takes them.
    pub fn unit_pixels(&self) -> Vec<f32> {
        self.bytes.iter().map(|&b| f32::from(b) / 255.0).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files() -> (Vec<u8>, Vec<u8>) {
        let bytes: Vec<u8> = (0..12).collect();
        (
            idx::encode(&[3, 2, 2], &bytes),
            idx::encode(&[3], &[7, 8, 9]),
        )
    }

    fn size() -> Attribute {
        Attribute {
            name: "size".into(),
            classes: vec!["small".into(), "large".into()],
        }
    }

    #[test]
    fn images_and_labels_are_read_in_their_order() {
        let (images, labels) = files();
        let raw = Images::from_idx(("i", &images), ("l", &labels), &size()).unwrap();
        assert_eq!(raw.label(2, 0), 9);
        assert_eq!(
            (raw.len(), raw.height, raw.width, raw.channels),
            (3, 2, 2, 1)
        );
        let view = raw.slice(1..2);
        assert_eq!((view.bytes, view.labels), (&[4, 5, 6, 7][..], &[8][..]));
        assert_eq!(view.unit_pixels()[0], 4.0 / 255.0);
        assert_eq!(raw.slice(2..9).len(), 1);
        assert!(raw.slice(7..9).is_empty());
    }

    #[test]
    fn labels_of_another_split_are_refused() {
        let (images, _) = files();
        let labels = idx::encode(&[2], &[0, 1]);
        let error = Images::from_idx(("i", &images), ("l", &labels), &size()).unwrap_err();
        assert_eq!(
            error.to_string(),
            "l: wrong size: found 2 labels, expected 3, one for each image of i; \
             take images and labels of the same split"
        );
    }
}
