//! What the page costs to load, raw and as a static host would compress it. Of the library's modules a visitor loads one.

use crate::library::{MODULES, Profile, WASM};
use crate::{sh, site};
use anyhow::{Result, bail};
use flate2::{Compression, write::GzEncoder};
use std::fs;
use std::io::Write;
use std::path::Path;

/// The most that the compressed wasm of a module may weigh, in bytes.
const WASM_BUDGET: u64 = 475_000;

/// Prints the table, building the site if needed; a module over its budget is an error.
pub(crate) fn run() -> Result<()> {
    site::ensure(Profile::Release)?;
    let dist = site::folder();
    println!("{:>10} {:>10}", "bytes", "gzip");
    let (mut modules, mut heavy) = (0, Vec::new());
    // Data sets and trained models come when a preset asks for them, and types never.
    for file in sh::files_under(&dist, &["data", "models"])? {
        if file.extension().is_some_and(|extension| extension == "ts") {
            continue;
        }
        let sizes = sizes(&file)?;
        println!(
            "{:>10} {:>10}  {}",
            sizes.0,
            sizes.1,
            file.strip_prefix(&dist)?.display()
        );
        if file.ends_with(WASM) {
            modules += 1;
            if sizes.1 > WASM_BUDGET {
                heavy.push(file);
            }
        }
    }
    if modules != MODULES.len() {
        bail!(
            "{modules} modules were weighed, and the library has {}",
            MODULES.len()
        );
    }
    if !heavy.is_empty() {
        bail!("{heavy:?} take more than their budget of {WASM_BUDGET} bytes, compressed");
    }
    Ok(())
}

fn sizes(file: &Path) -> Result<(u64, u64)> {
    let bytes = fs::read(file)?;
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(&bytes)?;
    Ok((bytes.len() as u64, encoder.finish()?.len() as u64))
}
