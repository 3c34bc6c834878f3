//! A table on disk that grows by whole rows, the first column being the step.

use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::file;

/// A CSV file, open for more rows.
pub(super) struct Table {
    path: PathBuf,
    file: File,
}

impl Table {
    /// Opens the table at `path` for more rows, or begins it. Of the rows that are there, those of the steps that `keep`
    /// refuses are dropped, and so is one that was cut in the middle.
    pub(super) fn open(path: &Path, columns: &[&str], keep: impl Fn(u64) -> bool) -> Result<Self> {
        let header = line(columns)?;
        let found = read(path)?.unwrap_or_default();
        let kept = match found.split_once('\n') {
            None => header,
            Some((columns, _)) if columns != header.trim_end() => bail!(
                "{} has other columns than this run records; name another folder, or --overwrite it",
                file::shown(path)
            ),
            Some((columns, rows)) => {
                let kept = whole(rows).filter(|row| step(row).is_none_or(&keep));
                let mut text = format!("{columns}\n");
                kept.for_each(|row| text.push_str(row));
                text
            }
        };
        if kept != found {
            file::write(path, &kept)?;
        }
        let file = OpenOptions::new().append(true).open(path);
        Ok(Self {
            path: path.to_path_buf(),
            file: file.with_context(|| format!("{} cannot be opened", file::shown(path)))?,
        })
    }

    /// Adds rows, in one piece.
    pub(super) fn add<R: IntoIterator<Item: AsRef<[u8]>>>(
        &mut self,
        rows: impl IntoIterator<Item = R>,
    ) -> Result<()> {
        let mut text = String::new();
        for row in rows {
            text.push_str(&line(row)?);
        }
        self.file
            .write_all(text.as_bytes())
            .with_context(|| format!("{} cannot be written", file::shown(&self.path)))
    }
}

/// The last whole row of a table, as its fields; none where there is no table, or no row in it.
pub(super) fn last_row(path: &Path) -> Result<Option<Vec<String>>> {
    let text = read(path)?.unwrap_or_default();
    let row = whole(&text).skip(1).last();
    Ok(row.map(|row| row.trim_end().split(',').map(str::to_owned).collect()))
}

/// The step that a row is of.
fn step(row: &str) -> Option<u64> {
    row.split(',').next()?.parse().ok()
}

fn whole(text: &str) -> impl Iterator<Item = &str> {
    text.split_inclusive('\n').filter(|row| row.ends_with('\n'))
}

fn read(path: &Path) -> Result<Option<String>> {
    path.exists().then(|| file::read_text(path)).transpose()
}

fn line<R: IntoIterator<Item: AsRef<[u8]>>>(fields: R) -> Result<String> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(fields)?;
    Ok(String::from_utf8(
        writer.into_inner().map_err(|e| e.into_error())?,
    )?)
}
