//! The static site in web/dist: the page, and beside it the library in lib/ and the data sets in data/.

use crate::library::Profile;
use crate::{data, library, sh};
use anyhow::Result;
use std::fs;
use std::path::PathBuf;
use std::time::SystemTime;

/// The folder of the built site.
pub(crate) fn folder() -> PathBuf {
    sh::web().join("dist")
}

/// Builds the site anew.
pub(crate) fn build(profile: Profile) -> Result<()> {
    Parts::ensure(profile)?.assemble()
}

/// Builds the site if it is missing or older than something that it is made from.
pub(crate) fn ensure(profile: Profile) -> Result<()> {
    let parts = Parts::ensure(profile)?;
    match (folder().is_dir(), sh::modified(&stamp())) {
        (true, Some(built)) if newest_source()? <= built => Ok(()),
        _ => parts.assemble(),
    }
}

/// The folders that stand beside the page. It loads the library as a file of its own, so that others can import
/// it from the same address.
struct Parts {
    library: PathBuf,
    data: PathBuf,
}

impl Parts {
    fn ensure(profile: Profile) -> Result<Self> {
        Ok(Self {
            data: data::for_site()?,
            library: library::build(profile)?,
        })
    }

    fn assemble(&self) -> Result<()> {
        sh::run(&mut sh::npm_run("build"))?;
        sh::copy_folder(&self.library, &folder().join("lib"))?;
        sh::copy_folder(&self.data, &folder().join("data"))?;
        fs::write(stamp(), "")?;
        Ok(())
    }
}

/// A file as old as the last complete build.
fn stamp() -> PathBuf {
    sh::target().join("ganlet-site.stamp")
}

/// When a file that goes into the site last changed.
fn newest_source() -> Result<SystemTime> {
    const NOT_SOURCES: [&str; 6] = [
        "node_modules",
        "dist",
        "e2e",
        "test",
        "test-results",
        "playwright-report",
    ];
    let files = sh::files_under(&sh::web(), &NOT_SOURCES)?;
    let newest = files.iter().filter_map(|file| sh::modified(file)).max();
    Ok(newest.unwrap_or(SystemTime::UNIX_EPOCH))
}
