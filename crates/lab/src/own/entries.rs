//! The files in a folder, in a ZIP, or the one file that was named; one at a time, in the order of their names.

use std::borrow::Cow;
use std::fs::{self, File};
use std::io::{Read, Seek};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use zip::ZipArchive;

use crate::file;

/// A picture or an array of more bytes is refused: what is unpacked has to fit into memory.
const MOST_BYTES: u64 = 1 << 30;

/// A file and what is in it.
pub(super) struct Entry<'a> {
    /// Its path below what was named.
    pub(super) name: String,
    pub(super) bytes: &'a [u8],
}

impl Entry<'_> {
    /// The name of the folder that it lies in; empty at the top.
    pub(super) fn folder(&self) -> String {
        let folder = Path::new(&self.name).parent().and_then(Path::file_name);
        folder.map_or(String::new(), |name| name.to_string_lossy().into_owned())
    }
}

/// Hands over every file in `path`; one that cannot be read as an entry without bytes.
pub(super) fn each(path: &Path, take: &mut dyn FnMut(Entry<'_>)) -> Result<()> {
    if path.is_dir() {
        for found in below(path)? {
            let name = found.strip_prefix(path).unwrap_or(&found);
            let bytes = fs::read(&found).unwrap_or_default();
            take(Entry {
                name: name.to_string_lossy().into_owned(),
                bytes: &bytes,
            });
        }
        return Ok(());
    }
    let opened =
        File::open(path).with_context(|| format!("{} cannot be read", file::shown(path)))?;
    if let Ok(mut archive) = ZipArchive::new(&opened) {
        return packed(&mut archive, take);
    }
    let name = path.file_name().unwrap_or_default();
    take(Entry {
        name: name.to_string_lossy().into_owned(),
        bytes: &file::read(path)?,
    });
    Ok(())
}

/// Every file below a folder, without those that systems hide.
fn below(folder: &Path) -> Result<Vec<PathBuf>> {
    let read = || -> std::io::Result<Vec<PathBuf>> {
        fs::read_dir(folder)?
            .map(|entry| Ok(entry?.path()))
            .collect()
    };
    let mut paths = read().with_context(|| format!("{} cannot be read", file::shown(folder)))?;
    paths.retain(|path| !is_hidden(&path.to_string_lossy()));
    paths.sort();
    let mut found = vec![];
    for path in paths {
        match path.is_dir() {
            true => found.extend(below(&path)?),
            false => found.push(path),
        }
    }
    Ok(found)
}

fn packed<R: Read + Seek>(
    archive: &mut ZipArchive<R>,
    take: &mut dyn FnMut(Entry<'_>),
) -> Result<()> {
    let named = archive.file_names().flatten().map(Cow::into_owned);
    let mut names: Vec<String> = named.collect();
    names.retain(|name| !name.ends_with('/') && !is_hidden(name));
    names.sort();
    for name in names {
        let mut bytes = vec![];
        // What a damaged entry gives up to its fault is no picture either, and is said to be none.
        if let Ok(entry) = archive.by_name(&name) {
            let _ = entry.take(MOST_BYTES).read_to_end(&mut bytes);
        }
        take(Entry {
            name,
            bytes: &bytes,
        });
    }
    Ok(())
}

/// Whether a path is of what systems put beside a person's files.
fn is_hidden(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or_default();
    name.starts_with('.') || path.split('/').any(|part| part == "__MACOSX")
}
