//! A person's own images: what `--data` names where it is no set that ganlet knows.
//!
//! A folder or a ZIP of pictures, whose folders are their labels; IDX files; a NumPy array; or the file that the page and
//! [`ganlet::data::own`] write.

mod array;
mod entries;
mod picture;

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context, Result, bail};
use ganlet::config::Data;
use ganlet::data::{OwnImages, own};
use ganlet::error::excerpt;
use ganlet::model::Dataset;
use ganlet::{ConfigError, ExperimentConfig};

use crate::file;
use array::Array;
use entries::Entry;
use picture::Shape;

/// Reasons for leaving something out that are printed one by one.
const NAMED: usize = 5;

/// The config with the images in `path` in place of its own, and those images.
pub(crate) fn take(
    mut config: ExperimentConfig,
    path: &Path,
) -> Result<(ExperimentConfig, Dataset)> {
    let wanted = config.data.image_shape().zip(config.data.black());
    let Some(([size, _, channels], black)) = wanted else {
        bail!(ConfigError::new(
            "data",
            "this preset learns no images",
            "choose one that does, such as mnist-dcgan, or leave --data out",
        ));
    };
    let contents = contents(path, Shape { size, channels })?;
    let own = match &config.data {
        Data::Own(own) => own.clone(),
        _ => {
            let name = path.file_stem().unwrap_or_default().to_string_lossy();
            let found = OwnImages::describe(&excerpt(&name), &contents)?;
            OwnImages { black, ..found }
        }
    };
    let dataset = Dataset::Images(own.read(&contents)?);
    config.data = Data::Own(own);
    config.validate()?;
    Ok((config, dataset))
}

/// The file of a set, made of whatever `path` is.
fn contents(path: &Path, shape: Shape) -> Result<Vec<u8>> {
    if path.extension().is_some_and(|end| end == "safetensors") {
        return file::read(path);
    }
    let mut set = Set::new(shape);
    entries::each(path, &mut |entry| set.take(entry))?;
    set.finish().with_context(|| file::shown(path))
}

/// What has been read so far. Of each picture only its small pixels are kept.
struct Set {
    shape: Shape,
    pixels: Vec<u8>,
    /// The name of each picture's folder.
    folders: Vec<String>,
    /// Labels of a file of their own.
    labels: Option<Vec<u8>>,
    /// What was left out, and why.
    skipped: Vec<String>,
}

impl Set {
    fn new(shape: Shape) -> Self {
        Self {
            shape,
            pixels: vec![],
            folders: vec![],
            labels: None,
            skipped: vec![],
        }
    }

    /// A file that cannot be used is named, and the others go on.
    fn take(&mut self, entry: Entry<'_>) {
        if let Err(error) = self.add(&entry) {
            self.skipped
                .push(format!("{}: {error:#}", excerpt(&entry.name)));
        }
    }

    fn add(&mut self, entry: &Entry<'_>) -> Result<()> {
        match array::read(entry.bytes)? {
            Some(Array::Images(images)) => {
                for image in images {
                    picture::append(image?, self.shape, &mut self.pixels);
                    self.folders.push(String::new());
                }
            }
            Some(Array::Labels(labels)) => self.labels = Some(labels),
            None => {
                let image = picture::decode(entry.bytes)?;
                picture::append(image, self.shape, &mut self.pixels);
                self.folders.push(entry.folder());
            }
        }
        Ok(())
    }

    fn finish(self) -> Result<Vec<u8>> {
        for reason in self.skipped.iter().take(NAMED) {
            eprintln!("note: {reason}; left out");
        }
        if self.skipped.len() > NAMED {
            eprintln!("note: {} more were left out", self.skipped.len() - NAMED);
        }
        if self.folders.len() < own::FEWEST {
            bail!(
                "{} images can be read, and {} are needed; name a folder or a ZIP of PNG, JPEG, WebP, GIF or BMP pictures, \
                 IDX files, or a .npy",
                self.folders.len(),
                own::FEWEST
            );
        }
        let (labels, classes) = self.labels();
        let Shape { size, channels } = self.shape;
        Ok(own::write(
            [size, channels],
            &self.pixels,
            &labels,
            &classes,
        )?)
    }

    /// A label for each image and the names of the classes; none where all are of one class, or of very many.
    fn labels(&self) -> (Vec<u8>, Vec<String>) {
        if let Some(labels) = (self.labels.as_ref()).filter(|l| l.len() == self.folders.len()) {
            let last = labels.iter().max().map_or(0, |&last| usize::from(last));
            return (labels.clone(), (0..=last).map(|c| c.to_string()).collect());
        }
        let mut classes: BTreeMap<&str, u8> = self.folders.iter().map(|f| (&**f, 0)).collect();
        if classes.len() < 2 || classes.len() > 100 {
            return (vec![], vec![]);
        }
        (classes.values_mut().zip(0..)).for_each(|(number, i)| *number = i);
        let labels = self.folders.iter().map(|folder| classes[&**folder]);
        let names = classes.keys().map(ToString::to_string);
        (labels.collect(), names.collect())
    }
}
