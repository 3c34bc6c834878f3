//! The browser library: crates/wasm, compiled, wrapped by wasm-bindgen and shrunk by wasm-opt, in web/lib.

use crate::{setup, sh};
use anyhow::{Context, Result};
use std::fs;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;
use wasm_bindgen_cli_support::Bindgen;

/// The wasm file's name, on the site too.
pub(crate) const WASM: &str = "ganlet_bg.wasm";

/// How the library is compiled.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Profile {
    /// Small and fast: what people get.
    Release,
    /// Compiled soon, with debug assertions and names.
    Dev,
}

impl Profile {
    /// The profile that a `--dev` flag asks for.
    pub(crate) fn new(dev: bool) -> Self {
        if dev { Self::Dev } else { Self::Release }
    }

    /// Its name to cargo, and the folder that cargo puts its products in.
    fn cargo(self) -> (&'static str, &'static str) {
        match self {
            Self::Release => ("wasm", "wasm"),
            Self::Dev => ("dev", "debug"),
        }
    }
}

/// How wasm-opt makes the file small, and the post-MVP features that rustc's output may use: the target's defaults and simd128.
///
/// LLVM has inlined what is hot. Inlining once more makes the file larger, and so does the order by how often functions are called:
/// gzip looks back 32 KB, so that functions that resemble each other (one generic function for several types) must lie side by side,
/// as they do by name. Hence the names are kept until here.
const WASM_OPT_FLAGS: [&str; 14] = [
    "-O2",
    "--skip-pass=inlining-optimizing",
    "--reorder-functions-by-name",
    "--strip-debug",
    "--enable-bulk-memory",
    "--enable-bulk-memory-opt",
    "--enable-call-indirect-overlong",
    "--enable-multivalue",
    "--enable-mutable-globals",
    "--enable-nontrapping-float-to-int",
    "--enable-reference-types",
    "--enable-sign-ext",
    "--enable-simd",
    "--strip-producers",
];

/// Builds the library if anything that goes into it changed, and returns its folder.
pub(crate) fn build(profile: Profile) -> Result<PathBuf> {
    setup::wasm_target()?;
    setup::node_packages()?;
    let (name, products) = profile.cargo();
    let target = "wasm32-unknown-unknown";
    sh::run(
        // Flags meant for a native build would replace the wasm ones of .cargo/config.toml.
        sh::cargo(&format!(
            "build --package ganlet-wasm --lib --target {target} --profile {name}"
        ))
        .env_remove("RUSTFLAGS")
        .env_remove("CARGO_ENCODED_RUSTFLAGS"),
    )?;
    let compiled = sh::target()
        .join(target)
        .join(products)
        .join("ganlet_wasm.wasm");

    let folder = sh::web().join("lib");
    let stamp = sh::target().join("ganlet-lib.stamp");
    let key = key(&compiled, name)?;
    if folder.is_dir() && fs::read_to_string(&stamp).is_ok_and(|made_from| made_from == key) {
        return Ok(folder);
    }
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    bind(&compiled, &folder, profile)?;
    if profile == Profile::Release {
        optimize(&folder.join(WASM))?;
    }
    fs::write(stamp, key)?;
    Ok(folder)
}

/// What the library is made from: it is made again when this changes.
fn key(compiled: &Path, profile: &str) -> Result<String> {
    let written = sh::modified(compiled)
        .with_context(|| format!("{} is missing", compiled.display()))?
        .duration_since(UNIX_EPOCH)?;
    let flags = WASM_OPT_FLAGS.join(" ");
    Ok(format!("{profile} {} {flags}", written.as_nanos()))
}

/// Writes the ES module, its types and the wasm that it loads.
fn bind(compiled: &Path, folder: &Path, profile: Profile) -> Result<()> {
    let dev = profile == Profile::Dev;
    // The names of a release go with wasm-opt.
    Bindgen::new()
        .input_path(compiled)
        .web(true)?
        .omit_default_module_path(false)
        .typescript(true)
        .debug(dev)
        .keep_debug(dev)
        .out_name("ganlet")
        .generate(folder)
        .context("wasm-bindgen failed; xtask/Cargo.toml must pin the version that Cargo.lock has")
}

/// Runs wasm-opt, which npm's `binaryen` ships, on a file in place.
fn optimize(wasm: &Path) -> Result<()> {
    eprintln!("Optimizing {}", wasm.display());
    let tool = sh::web().join("node_modules/binaryen/bin/wasm-opt");
    sh::run(
        sh::command("node", [&tool])
            .args(WASM_OPT_FLAGS)
            .arg(wasm)
            .arg("-o")
            .arg(wasm),
    )
}
