//! Files: every message names the one that it is about, and what is written is there whole or not at all.

use std::borrow::Cow;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;

use anyhow::{Context, Result};
use ganlet::error::excerpt;

/// A path for a message.
pub(crate) fn shown(path: &Path) -> String {
    excerpt(&path.to_string_lossy()).into_owned()
}

/// The bytes of a file.
pub(crate) fn read(path: &Path) -> Result<Vec<u8>> {
    fs::read(path).with_context(|| format!("{} cannot be read", shown(path)))
}

/// The text of a file, without the byte-order mark that some editors begin it with.
pub(crate) fn read_text(path: &Path) -> Result<String> {
    let bytes = read(path)?;
    let text = String::from_utf8(bytes)
        .with_context(|| format!("{} is no text in UTF-8; save it as that", shown(path)))?;
    Ok(text
        .strip_prefix('\u{feff}')
        .map(str::to_owned)
        .unwrap_or(text))
}

/// Writes a file beside its place and then moves it there: whoever reads, now or after a crash, finds the old one or the new
/// one.
pub(crate) fn write(path: &Path, bytes: impl AsRef<[u8]>) -> Result<()> {
    replace(path, bytes.as_ref()).with_context(|| format!("{} cannot be written", shown(path)))
}

fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    // Where a link leads is replaced, not the link; and what is no file, such as /dev/stdout, is no place to move one to.
    let place = fs::canonicalize(path).map_or(Cow::Borrowed(path), Cow::Owned);
    if fs::metadata(&place).is_ok_and(|found| !found.is_file()) {
        return fs::write(place, bytes);
    }
    let mut name = place.file_name().unwrap_or_default().to_os_string();
    name.push(".part");
    let beside = place.with_file_name(name);
    let written = File::create(&beside).and_then(|mut file| {
        file.write_all(bytes)?;
        file.sync_all()
    });
    let moved = written.and_then(|()| fs::rename(&beside, &place));
    if moved.is_err() {
        // What could not be finished is of no use; that it cannot be taken away either is no news.
        let _ = fs::remove_file(&beside);
    }
    moved
}
