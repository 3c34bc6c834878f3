//! The sets of images that ganlet knows: what their files are called, what they hold, and where they come from.
//!
//! The facts stand in `sets.json`, which the build of the page and the script that draws the faces read too.

use std::sync::LazyLock;

use md5::{Digest, Md5};
use serde::{Deserialize, Serialize};

use super::gzip::gunzip;
use super::images::Attribute;
use super::{ImageView, Images, cifar, faces};
use crate::error::DataError;

/// A set of images, by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum ImageKind {
    /// Handwritten digits, 28 by 28, grey.
    Mnist,
    /// Articles of clothing, 28 by 28, grey.
    FashionMnist,
    /// Drawn faces with known attributes, 32 by 32, in colour.
    Faces,
    /// Photographs of animals and vehicles, 32 by 32, in colour.
    Cifar10,
}

/// What is known of a set before its files are read.
#[derive(Debug, Deserialize)]
pub struct ImageFacts {
    kind: ImageKind,
    /// Rows, columns, and values of a pixel.
    pub shape: [usize; 3],
    /// What its labels say, in their order.
    pub attributes: Vec<Attribute>,
    /// Its files, in the order that [`ImageKind::read`] takes them.
    pub files: Vec<File>,
    /// Files of some of its images, for a page that cannot load all of them; none where it can.
    #[serde(default)]
    pub excerpt: Vec<File>,
    /// Where the files come from.
    pub source: String,
    /// Whether a classifier ships with them.
    pub classifier: bool,
}

/// One file of a set.
#[derive(Debug, Deserialize)]
pub struct File {
    /// Name as published, without `.gz`.
    pub name: String,
    /// md5 of the raw, unpacked file, in hexadecimal.
    pub md5: String,
}

impl ImageFacts {
    /// The files that a page loads.
    pub fn page_files(&self) -> &[File] {
        if self.excerpt.is_empty() {
            &self.files
        } else {
            &self.excerpt
        }
    }
}

static FACTS: LazyLock<Vec<ImageFacts>> =
    LazyLock::new(|| crate::json::from_str(include_str!("sets.json")).expect("a test parses this"));

impl ImageKind {
    /// Every set.
    pub const ALL: [ImageKind; 4] = [Self::Mnist, Self::FashionMnist, Self::Faces, Self::Cifar10];

    /// What is known of it.
    pub fn facts(self) -> &'static ImageFacts {
        let found = FACTS.iter().find(|facts| facts.kind == self);
        found.expect("a test looks for every kind")
    }

    /// Its name in configs, and of its folder beside the page.
    pub fn name(self) -> &'static str {
        match self {
            Self::Mnist => "mnist",
            Self::FashionMnist => "fashion_mnist",
            Self::Faces => "faces",
            Self::Cifar10 => "cifar10",
        }
    }

    /// The set from the contents of its files, or of those of its excerpt, raw or (except in a browser, which has a decoder of
    /// its own) gzipped, in their order in [`ImageFacts`].
    ///
    /// # Errors
    /// A file that is missing, cut short, of another kind, or not the published one.
    pub fn read(self, contents: &[Vec<u8>]) -> Result<ImageSet, DataError> {
        let facts = self.facts();
        let is_excerpt = !facts.excerpt.is_empty() && contents.len() == facts.excerpt.len();
        let files = if is_excerpt {
            &facts.excerpt
        } else {
            &facts.files
        };
        if contents.len() != files.len() {
            return Err(DataError::Size {
                file: self.name().into(),
                found: format!("{} files", contents.len()),
                expected: files.len().to_string(),
                cure: "pass all files of the set, in their order",
            });
        }
        let unpacked = (files.iter().zip(contents))
            .map(|(file, content)| gunzip(&file.name, content))
            .collect::<Result<Vec<_>, DataError>>()?;
        let verify = || (files.iter().zip(&unpacked)).try_for_each(|(f, c)| f.verify(c));
        // Headers and sizes first, where there are some: "truncated" says more than "wrong checksum".
        let (train, test) = match self {
            Self::Mnist | Self::FashionMnist => {
                let split = |images: usize| {
                    let named = |i: usize| (files[i].name.as_str(), &*unpacked[i]);
                    Images::from_idx(named(images), named(images + 1), &facts.attributes[0])
                };
                (split(0)?, split(2)?)
            }
            Self::Faces => {
                verify()?;
                faces::read(&files[0].name, &unpacked[0], facts.shape, &facts.attributes)?
            }
            Self::Cifar10 => cifar::read(files, &unpacked, facts, is_excerpt)?,
        };
        verify()?;
        Ok(ImageSet { train, test })
    }

    /// The set from the folder that holds its files under their published names, raw or with `.gz`, or those of its excerpt.
    ///
    /// # Errors
    /// As [`read`](Self::read), and a file that cannot be read.
    #[cfg(not(target_arch = "wasm32"))]
    pub fn read_folder(self, folder: &std::path::Path) -> Result<ImageSet, DataError> {
        let raw = |file: &File| folder.join(&file.name);
        let packed = |file: &File| folder.join(format!("{}.gz", file.name));
        let is_here = |file: &File| raw(file).exists() || packed(file).exists();
        let content = |file: &File| {
            let path = if packed(file).exists() && !raw(file).exists() {
                packed(file)
            } else {
                raw(file)
            };
            std::fs::read(&path).map_err(|error| DataError::Unreadable {
                file: crate::error::excerpt(&path.display().to_string()).into_owned(),
                cause: error.to_string(),
            })
        };
        let facts = self.facts();
        let files = if !facts.files.iter().any(is_here) && facts.excerpt.iter().any(is_here) {
            &facts.excerpt
        } else {
            &facts.files
        };
        let contents = files.iter().map(content);
        self.read(&contents.collect::<Result<Vec<_>, DataError>>()?)
    }
}

impl File {
    fn verify(&self, content: &[u8]) -> Result<(), DataError> {
        let digest = Md5::digest(content);
        let found: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
        if found == self.md5 {
            return Ok(());
        }
        Err(DataError::Checksum {
            file: self.name.clone(),
            found,
            expected: self.md5.clone(),
        })
    }
}

/// A set of images whose test split is kept apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImageSet {
    /// The images to learn from.
    pub train: Images,
    /// Held-out images, to measure on.
    pub test: Images,
}

impl ImageSet {
    /// Training images from this one on are for validation: a sixth, which is 10,000 of MNIST as in 2014.
    fn validation_start(&self) -> usize {
        self.train.len() / 6 * 5
    }

    /// The training images on which the Parzen protocol of 2014 trains.
    pub fn fit(&self) -> ImageView<'_> {
        self.train.slice(0..self.validation_start())
    }

    /// The training images on which the protocol chooses its window.
    pub fn validation(&self) -> ImageView<'_> {
        self.train.slice(self.validation_start()..self.train.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::idx;

    #[test]
    fn every_kind_has_its_facts() {
        for kind in ImageKind::ALL {
            let facts = kind.facts();
            assert!(!facts.attributes.is_empty() && !facts.source.is_empty());
            assert!(!facts.files.is_empty(), "{kind:?}");
            // By their number it is known which of them are passed.
            assert_ne!(facts.files.len(), facts.excerpt.len(), "{kind:?}");
            assert_eq!(
                serde_json::to_value(kind).unwrap(),
                serde_json::json!(kind.name())
            );
        }
    }

    #[test]
    fn other_digits_are_not_mnist() {
        let images = idx::encode(&[1, 2, 2], &[0; 4]);
        let labels = idx::encode(&[1], &[0]);
        let files = [images.clone(), labels.clone(), images, labels];
        let error = ImageKind::Mnist.read(&files).unwrap_err();
        let first = &ImageKind::Mnist.facts().files[0].name;
        assert!(
            matches!(&error, DataError::Checksum { file, .. } if file == first),
            "{error}"
        );
        let error = ImageKind::Mnist.read(&files[..3]).unwrap_err();
        assert!(error.to_string().contains("3 files"), "{error}");
    }

    #[test]
    fn the_checksum_is_that_of_the_bytes() {
        let file = File {
            name: "abc".into(),
            md5: "900150983cd24fb0d6963f7d28e17f72".into(),
        };
        assert_eq!(file.verify(b"abc"), Ok(()));
        assert!(file.verify(b"abd").is_err());
    }

    #[test]
    fn an_absent_file_is_named() {
        for kind in ImageKind::ALL {
            let error = kind.read_folder("no-such-folder".as_ref()).unwrap_err();
            let first = &kind.facts().files[0].name;
            assert!(error.to_string().contains(first), "{error}");
        }
    }
}
