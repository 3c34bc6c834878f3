//! The static site in web/dist: the page, and beside it the library in lib/ and the data sets in data/.

use crate::library::Profile;
use crate::stamp::Stamp;
use crate::{data, library, sh};
use anyhow::Result;
use std::path::PathBuf;

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
    const NOT_SOURCES: [&str; 9] = [
        "node_modules",
        "dist",
        "notebook",
        "package",
        "pkg",
        "e2e",
        "test",
        "test-results",
        "playwright-report",
    ];
    let parts = Parts::ensure(profile)?;
    if folder().is_dir() && stamp().holds(&["web"], &NOT_SOURCES)? {
        return Ok(());
    }
    parts.assemble()
}

fn stamp() -> Stamp {
    Stamp::new("ganlet-site", "built")
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
        let stamp = stamp();
        sh::run(&mut sh::npm_run("build"))?;
        sh::copy_folder(&self.library, &folder().join("lib"))?;
        sh::copy_folder(&self.data, &folder().join("data"))?;
        // What the service worker keeps is all that lies there now.
        sh::run(&mut sh::npm_run("offline"))?;
        stamp.set()
    }
}
