//! Everything that must hold before a change lands, in the order in which it fails soonest.

use crate::library::{self, Profile};
use crate::serve::Site;
use crate::{package, setup, sh, site, size, tidy};
use anyhow::{Context, Result};
use clap::ValueEnum;
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;

/// One stage of the tests.
#[derive(Clone, Copy, ValueEnum)]
pub(crate) enum Stage {
    /// Formatting and the house rules
    Fmt,
    /// Clippy on the native build
    Clippy,
    /// Clippy on the build for the browser
    ClippyWasm,
    /// Unit, parity and training tests on this machine
    Native,
    /// The library's tests in headless Chromium
    Wasm,
    /// Types, lint, format and unit tests of the page
    Web,
    /// The static site, and the size of its wasm
    Site,
    /// The npm package, built by other people's tools and run in Node and headless Chromium
    Package,
    /// A person's path through the page in headless Chromium
    E2e,
    /// The same path in short in Chromium, Firefox and WebKit, as far as they can be had
    Engines,
}

/// Prints the stages in their order.
pub(crate) fn list() {
    for stage in Stage::value_variants() {
        println!("{:<12} {}", stage.name(), stage.help());
    }
}

/// Runs the chosen stages, or all of them where none is chosen.
pub(crate) fn run(only: &[Stage]) -> Result<()> {
    let stages = match only {
        [] => Stage::value_variants(),
        chosen => chosen,
    };
    let mut times = Vec::new();
    let mut remarks = Vec::new();
    for stage in stages {
        println!("\n=== {}: {}", stage.name(), stage.help());
        let start = Instant::now();
        let remark = stage
            .run()
            .with_context(|| format!("stage {} failed", stage.name()))?;
        remarks.extend(remark);
        times.push((stage.name(), start.elapsed()));
    }
    println!("\nAll is well:");
    for (name, time) in times {
        println!("{name:<12} {:>4} s", time.as_secs());
    }
    for remark in remarks {
        println!("{remark}");
    }
    Ok(())
}

impl Stage {
    fn name(self) -> String {
        self.to_possible_value()
            .expect("no stage is hidden")
            .get_name()
            .to_owned()
    }

    fn help(self) -> String {
        let value = self.to_possible_value().expect("no stage is hidden");
        value
            .get_help()
            .map(ToString::to_string)
            .unwrap_or_default()
    }

    /// Runs the stage; returns what it had to leave out, a line for each.
    fn run(self) -> Result<Vec<String>> {
        match self {
            Self::Engines => return engines(),
            Self::Fmt => {
                sh::run(&mut sh::cargo("fmt --all -- --check"))?;
                tidy::check_house_rules()
            }
            Self::Clippy => sh::run(&mut sh::cargo(
                "clippy --workspace --all-targets -- --deny warnings",
            )),
            Self::ClippyWasm => {
                setup::wasm_target()?;
                let lint = |what: &str| {
                    sh::run(&mut sh::cargo(&format!(
                        "clippy {what} --target wasm32-unknown-unknown -- --deny warnings"
                    )))
                };
                // With the crates that it depends on; their tests are native, as are the crates that those use.
                lint("--package ganlet-wasm --all-targets")?;
                library::MODULES.iter().try_for_each(|(_, features)| {
                    lint(&format!(
                        "--package ganlet-wasm --lib --no-default-features --features {features}"
                    ))
                })
            }
            Self::Native => native(),
            Self::Wasm => wasm(),
            Self::Web => {
                setup::node_packages()?;
                sh::run(&mut sh::npm_run("check"))
            }
            Self::Site => {
                site::build(Profile::Release)?;
                size::run()
            }
            Self::Package => package(),
            Self::E2e => e2e(),
        }?;
        Ok(vec![])
    }
}

fn native() -> Result<()> {
    setup::vulkan()?;
    setup::node_packages()?;
    // An adapter is promised here, so the tests that want one fail without it instead of passing unseen.
    let mut tests = sh::cargo("test --workspace --exclude xtask");
    sh::run(tests.env("GANLET_REQUIRE_GPU", "1"))?;
    sh::run(&mut sh::cargo("test --package xtask --profile xtask"))
}

fn wasm() -> Result<()> {
    setup::wasm_target()?;
    let browser = setup::browser()?;
    let runner = "wasm-test-runner";
    // Its dependencies' future incompatibilities are not ours to mend.
    let quiet = "--config future-incompat-report.frequency='never'";
    sh::run(&mut sh::cargo(&format!(
        "build --package xtask --profile xtask --features {runner} --bin {runner} {quiet}"
    )))?;
    let runner = sh::target()
        .join("xtask")
        .join(runner)
        .with_extension(std::env::consts::EXE_EXTENSION);
    let mut tests = sh::cargo("test --package ganlet-wasm --target wasm32-unknown-unknown");
    sh::run(
        tests
            .env_remove("RUSTFLAGS")
            .env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER", runner)
            .env("WASM_BINDGEN_TEST_ONLY_WEB", "1")
            .env(
                "WASM_BINDGEN_TEST_WEBDRIVER_JSON",
                capabilities(&browser.chrome)?,
            )
            .env("CHROMEDRIVER", browser.driver),
    )
}

/// Writes the capabilities that `wasm-pack test` uses too, with the browser that was found.
fn capabilities(chrome: &Path) -> Result<PathBuf> {
    let source = sh::root().join("crates/wasm/webdriver.json");
    let mut capabilities: Value = serde_json::from_str(&fs::read_to_string(source)?)?;
    capabilities["goog:chromeOptions"]["binary"] = chrome.to_string_lossy().into();
    let file = sh::target().join("webdriver.json");
    fs::write(&file, capabilities.to_string())?;
    Ok(file)
}

fn package() -> Result<()> {
    package::make()?;
    let mut tests = sh::npm_run("package:test");
    sh::run(tests.env("CHROME", setup::chrome()?))
}

fn e2e() -> Result<()> {
    site::ensure(Profile::Release)?;
    let chrome = setup::chrome()?;
    let site = Site::start_below_a_path()?;
    // The page's tests start a server of their own where nobody names one.
    let mut tests = sh::npm_run("e2e");
    sh::run(tests.env("CHROME", chrome).env("GANLET_URL", &site.url))
}

fn engines() -> Result<Vec<String>> {
    site::ensure(Profile::Release)?;
    let chrome = setup::chrome()?;
    // Firefox reaches WebGPU by way of the system's driver; Chromium brings its own.
    setup::vulkan()?;
    let setup::Engines { mut found, missing } = setup::engines()?;
    found.push(("chromium", "CHROME", chrome));
    let names: Vec<&str> = found.iter().map(|(name, ..)| *name).collect();
    let site = Site::start_below_a_path()?;
    let mut tests = sh::npm_run("engines");
    tests.env("GANLET_URL", &site.url);
    // What lies where Debian puts it may still lack something, such as a screen.
    tests.env("GANLET_ENGINES", names.join(" "));
    tests.envs(
        found
            .iter()
            .map(|(_, variable, program)| (variable, program)),
    );
    sh::run(&mut tests)?;
    Ok(missing)
}
