//! What was made, and from what: nothing is made again while that stays the same.

use crate::sh;
use anyhow::Result;
use std::fs::{self, File};
use std::path::PathBuf;
use std::time::SystemTime;

/// A file that says what something was made from, as old as the beginning of its making.
pub(crate) struct Stamp {
    file: PathBuf,
    key: String,
    began: SystemTime,
}

impl Stamp {
    /// A stamp of that name; `key` is what counts beside the ages of files.
    pub(crate) fn new(name: &str, key: &str) -> Self {
        Self {
            file: sh::target().join(name).with_extension("stamp"),
            key: key.to_owned(),
            began: SystemTime::now(),
        }
    }

    /// Whether it was made with the same key since any of the sources changed: files and folders below the root, but for folders
    /// that `skip` names.
    pub(crate) fn holds(&self, sources: &[&str], skip: &[&str]) -> Result<bool> {
        let same = fs::read_to_string(&self.file).is_ok_and(|key| key == self.key);
        let Some(made) = sh::modified(&self.file).filter(|_| same) else {
            return Ok(false);
        };
        for source in sources {
            let source = sh::root().join(source);
            let files = if source.is_dir() {
                sh::files_under(&source, skip)?
            } else {
                vec![source]
            };
            let mut changed = files.iter().filter_map(|file| sh::modified(file));
            if changed.any(|changed| changed > made) {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// It is made.
    pub(crate) fn set(&self) -> Result<()> {
        // A copy of the folder may share the file.
        if self.file.exists() {
            fs::remove_file(&self.file)?;
        }
        fs::write(&self.file, &self.key)?;
        let file = File::options().write(true).open(&self.file)?;
        Ok(file.set_modified(self.began)?)
    }
}
