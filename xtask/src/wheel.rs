//! The Python package `ganlet` of python/: a wheel with what a notebook shows, taken from the built site.

use crate::library::Profile;
use crate::{setup, sh, site};
use anyhow::{Context, Result};
use std::path::{Path, PathBuf};

/// Makes the wheel; prints where it lies.
pub(crate) fn run() -> Result<()> {
    println!("It lies in {}.", make()?.display());
    Ok(())
}

/// Tests the package, alone and, in a headless browser, in JupyterLab and marimo.
pub(crate) fn test() -> Result<()> {
    let wheel = make()?;
    let python = environment("notebook", "tests/requirements.txt")?;
    let install = [
        "-m",
        "pip",
        "install",
        "--quiet",
        "--no-deps",
        "--force-reinstall",
    ];
    sh::run(sh::command(&python, install).arg(wheel))?;
    let arrays = ["-m", "unittest", "discover", "--start-directory"];
    sh::run(sh::command(&python, arrays).arg(folder().join("tests")))?;
    let mut tests = sh::npm_run("notebook:test");
    sh::run(
        tests
            .env("CHROME", setup::chrome()?)
            .env("GANLET_PYTHON", python),
    )
}

fn make() -> Result<PathBuf> {
    site::ensure(Profile::Release)?;
    sh::run(&mut sh::npm_run("notebook"))?;
    let python = environment("wheel", "build.txt")?;
    let target = sh::target();
    let wheel = [
        "-m",
        "pip",
        "wheel",
        "--quiet",
        "--no-deps",
        "--no-build-isolation",
    ];
    sh::run(
        sh::command(&python, wheel)
            .arg("--wheel-dir")
            .arg(&target)
            .arg(folder()),
    )?;
    Ok(target.join(format!(
        "ganlet-{}-py3-none-any.whl",
        env!("CARGO_PKG_VERSION")
    )))
}

fn folder() -> PathBuf {
    sh::root().join("python")
}

/// A Python of its own among the build products, with what a list of python/ names; returns its program.
fn environment(name: &str, list: &str) -> Result<String> {
    let place = sh::target().join("python").join(name);
    let python = if cfg!(windows) {
        place.join("Scripts/python.exe")
    } else {
        place.join("bin/python")
    };
    if !python.exists() {
        let system = sh::find_program(&["python3", "python"])
            .context("Python is missing; get version 3.10 or newer from https://www.python.org")?;
        sh::run(sh::command(&path(&system), ["-m", "venv"]).arg(&place))?;
    }
    let python = path(&python);
    let install = ["-m", "pip", "install", "--quiet", "--requirement"];
    sh::run(sh::command(&python, install).arg(folder().join(list)))?;
    Ok(python)
}

fn path(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}
