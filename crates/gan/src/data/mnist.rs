//! MNIST from its four IDX files, with the published checksums.

use md5::{Digest, Md5};

use super::images::gunzip;
use super::{ImageView, Images};
use crate::error::DataError;

/// One of the four files.
struct Part {
    /// Name as published, without `.gz`.
    name: &'static str,
    /// md5 of the raw, unpacked file, in hexadecimal.
    md5: &'static str,
}

const TRAIN_IMAGES: Part = Part {
    name: "train-images-idx3-ubyte",
    md5: "6bbc9ace898e44ae57da46a324031adb",
};
const TRAIN_LABELS: Part = Part {
    name: "train-labels-idx1-ubyte",
    md5: "a25bea736e30d166cdddb491f175f624",
};
const TEST_IMAGES: Part = Part {
    name: "t10k-images-idx3-ubyte",
    md5: "2646ac647ad5339dbf082846283269ea",
};
const TEST_LABELS: Part = Part {
    name: "t10k-labels-idx1-ubyte",
    md5: "27ae3e4e09519cfbb04c329615203637",
};

/// Training images that the 2014 protocol trains on; the other 10,000 are for validation.
const FIT_IMAGES: usize = 50_000;

/// Contents of the four files, each raw or gzipped.
#[derive(Clone, Copy, Debug)]
pub struct MnistFiles<'a> {
    /// `train-images-idx3-ubyte`
    pub train_images: &'a [u8],
    /// `train-labels-idx1-ubyte`
    pub train_labels: &'a [u8],
    /// `t10k-images-idx3-ubyte`
    pub test_images: &'a [u8],
    /// `t10k-labels-idx1-ubyte`
    pub test_labels: &'a [u8],
}

/// The MNIST digits: 28 by 28 grey pixels, labels 0 to 9. The test split is kept apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mnist {
    /// The 60,000 training images.
    pub train: Images,
    /// The 10,000 test images.
    pub test: Images,
}

impl Mnist {
    /// MNIST from the contents of its files.
    pub fn from_bytes(files: MnistFiles<'_>) -> Result<Self, DataError> {
        Ok(Self {
            train: split(
                (&TRAIN_IMAGES, files.train_images),
                (&TRAIN_LABELS, files.train_labels),
            )?,
            test: split(
                (&TEST_IMAGES, files.test_images),
                (&TEST_LABELS, files.test_labels),
            )?,
        })
    }

    /// MNIST from the folder that holds its four files under their published names, raw or with `.gz`.
    #[cfg(not(target_arch = "wasm32"))]
    pub fn from_folder(folder: &std::path::Path) -> Result<Self, DataError> {
        let read = |part: &Part| {
            let raw = folder.join(part.name);
            let packed = folder.join(format!("{}.gz", part.name));
            let path = if packed.exists() && !raw.exists() {
                packed
            } else {
                raw
            };
            std::fs::read(&path).map_err(|error| DataError::Unreadable {
                file: path.display().to_string(),
                cause: error.to_string(),
            })
        };
        Self::from_bytes(MnistFiles {
            train_images: &read(&TRAIN_IMAGES)?,
            train_labels: &read(&TRAIN_LABELS)?,
            test_images: &read(&TEST_IMAGES)?,
            test_labels: &read(&TEST_LABELS)?,
        })
    }

    /// The first 50,000 training images, on which the 2014 protocol trains.
    pub fn fit(&self) -> ImageView<'_> {
        self.train.slice(0..FIT_IMAGES)
    }

    /// The last 10,000 training images, on which the 2014 protocol chooses the Parzen window.
    pub fn validation(&self) -> ImageView<'_> {
        self.train.slice(FIT_IMAGES..self.train.len())
    }
}

fn split(images: (&Part, &[u8]), labels: (&Part, &[u8])) -> Result<Images, DataError> {
    let image_bytes = gunzip(images.0.name, images.1)?;
    let label_bytes = gunzip(labels.0.name, labels.1)?;
    // The header first: "truncated" says more than "wrong checksum".
    let parsed = Images::from_idx((images.0.name, &image_bytes), (labels.0.name, &label_bytes))?;
    verify(images.0, &image_bytes)?;
    verify(labels.0, &label_bytes)?;
    Ok(parsed)
}

fn verify(part: &Part, content: &[u8]) -> Result<(), DataError> {
    let digest = Md5::digest(content);
    let found: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    if found == part.md5 {
        return Ok(());
    }
    Err(DataError::Checksum {
        file: part.name.to_string(),
        found,
        expected: part.md5,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::idx;

    #[test]
    fn other_digits_are_not_mnist() {
        let images = idx::encode(&[1, 2, 2], &[0; 4]);
        let labels = idx::encode(&[1], &[0]);
        let error = Mnist::from_bytes(MnistFiles {
            train_images: &images,
            train_labels: &labels,
            test_images: &images,
            test_labels: &labels,
        })
        .unwrap_err();
        assert!(
            matches!(&error, DataError::Checksum { file, .. } if file == TRAIN_IMAGES.name),
            "{error}"
        );
    }

    #[test]
    fn the_checksum_is_that_of_the_bytes() {
        let part = Part {
            name: "abc",
            md5: "900150983cd24fb0d6963f7d28e17f72",
        };
        assert_eq!(verify(&part, b"abc"), Ok(()));
        assert!(verify(&part, b"abd").is_err());
    }

    #[test]
    fn an_absent_file_is_named() {
        let error = Mnist::from_folder(std::path::Path::new("no-such-folder")).unwrap_err();
        assert!(error.to_string().contains(TRAIN_IMAGES.name), "{error}");
    }
}
