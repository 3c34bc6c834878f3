//! The browser library in web/lib: three modules (a developer may do with one), each crates/wasm with one backend, compiled,
//! wrapped by wasm-bindgen and shrunk by wasm-opt; and the entry of web/library, which loads the one that a browser needs.

use crate::stamp::Stamp;
use crate::{setup, sh};
use anyhow::{Context, Result};
use std::fs;
use std::path::{Path, PathBuf};
use std::thread;
use wasm_bindgen_cli_support::Bindgen;

/// The name of a module's wasm file, on the site too.
pub(crate) const WASM: &str = "ganlet_bg.wasm";

/// How the library is compiled.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Profile {
    /// Small and fast: what people get.
    Release,
    /// Compiled soon, with debug assertions and names: every module, or the one that runs in any browser.
    Dev { all: bool },
}

impl Profile {
    /// The profile that the flags `--dev` and `--all` ask for.
    pub(crate) fn new(dev: bool, all: bool) -> Self {
        if dev {
            Self::Dev { all }
        } else {
            Self::Release
        }
    }

    /// What is built of the library.
    fn modules(self) -> &'static [(&'static str, &'static str)] {
        match self {
            Self::Release | Self::Dev { all: true } => &MODULES,
            Self::Dev { all: false } => &MODULES[..1],
        }
    }

    /// Its name to cargo, and the folder that cargo puts its products in.
    fn cargo(self) -> (&'static str, &'static str) {
        match self {
            Self::Release => ("wasm", "wasm"),
            Self::Dev { .. } => ("dev", "debug"),
        }
    }
}

/// How wasm-opt makes the file small, and the post-MVP features that rustc's output may use: the target's defaults, simd128
/// and, in one module, relaxed SIMD.
///
/// LLVM has inlined what is hot. Inlining once more makes the file larger, and so does the order by how often functions are called:
/// gzip looks back 32 KB, so that functions that resemble each other (one generic function for several types) must lie side by side,
/// as they do by name. Hence the names are kept until here.
const WASM_OPT_FLAGS: [&str; 15] = [
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
    "--enable-relaxed-simd",
    "--enable-sign-ext",
    "--enable-simd",
    "--strip-producers",
];

/// A module of the library: its folder, and the features that crates/wasm is compiled with. The first runs in any browser.
pub(crate) const MODULES: [(&str, &str); 3] = [
    ("cpu", "cpu"),
    ("cpu-relaxed", "relaxed-simd"),
    ("gpu", "gpu"),
];

/// What the modules are made from, beside the flags in here.
const MODULE_SOURCES: [&str; 8] = [
    ".cargo",
    "Cargo.lock",
    "Cargo.toml",
    "crates/core",
    "crates/gan",
    "crates/loops",
    "crates/wasm",
    "rust-toolchain.toml",
];

/// What the entry is made from, beside the modules.
const ENTRY_SOURCES: [&str; 3] = ["web/library", "web/tools/minify.js", "web/tools/catalog.js"];

/// Builds what changed of the library, and returns its folder.
pub(crate) fn build(profile: Profile) -> Result<PathBuf> {
    setup::wasm_target()?;
    setup::node_packages()?;
    let folder = sh::web().join("lib");
    let flags = WASM_OPT_FLAGS.join(" ");
    let key = format!("{} {:?} {flags}", profile.cargo().0, profile.modules());
    let modules = Stamp::new("ganlet-modules", &key);
    // Cargo keeps one library of a package at a time, so it cannot say by itself that all of them are up to date.
    let stale = !folder.is_dir() || !modules.holds(&MODULE_SOURCES, &["tests"])?;
    if stale {
        if folder.exists() {
            fs::remove_dir_all(&folder)?;
        }
        build_modules(&folder, profile)?;
        modules.set()?;
    }
    let entry = Stamp::new("ganlet-entry", "entry");
    // The catalog is written last.
    if stale || !folder.join("ganlet.json").is_file() || !entry.holds(&ENTRY_SOURCES, &[])? {
        sh::run(&mut sh::npm_run("library"))?;
        entry.set()?;
    }
    Ok(folder)
}

/// Makes one module small while the next is compiled.
fn build_modules(folder: &Path, profile: Profile) -> Result<()> {
    thread::scope(|scope| {
        let mut optimizing = Vec::new();
        for (name, features) in profile.modules() {
            let module = folder.join(name);
            bind(&compile(features, profile)?, &module, profile)?;
            if profile == Profile::Release {
                optimizing.push(scope.spawn(move || optimize(&module.join(WASM))));
            }
        }
        optimizing
            .into_iter()
            .try_for_each(|made| made.join().expect("optimizing does not panic"))
    })
}

/// Compiles crates/wasm and returns the file; the next call replaces it.
fn compile(features: &str, profile: Profile) -> Result<PathBuf> {
    let (name, products) = profile.cargo();
    let target = "wasm32-unknown-unknown";
    sh::run(
        // Flags meant for a native build would replace the wasm ones of .cargo/config.toml.
        sh::cargo(&format!(
            "build --package ganlet-wasm --lib --target {target} --profile {name} --no-default-features --features {features}"
        ))
        .env_remove("RUSTFLAGS")
        .env_remove("CARGO_ENCODED_RUSTFLAGS"),
    )?;
    Ok(sh::target()
        .join(target)
        .join(products)
        .join("ganlet_wasm.wasm"))
}

/// Writes the ES module, its types and the wasm that it loads.
fn bind(compiled: &Path, folder: &Path, profile: Profile) -> Result<()> {
    let dev = profile != Profile::Release;
    // The names of a release go with wasm-opt.
    Bindgen::new()
        .input_path(compiled)
        .web(true)?
        .omit_default_module_path(false)
        // By which the entry lets a module begin anew after a trap.
        .reset_state_function(true)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_developers_build_has_the_module_for_any_cpu_unless_all_are_asked_for() {
        assert_eq!(Profile::new(true, false).modules(), [("cpu", "cpu")]);
        assert_eq!(Profile::new(true, true).modules(), MODULES);
        assert_eq!(Profile::new(false, false).modules(), MODULES);
    }
}
