//! What a fresh machine lacks, and how to get it.
//!
//! Each function first looks for what it needs, then tries to install it, and where it cannot, fails with one
//! line that says what is missing and how to get it.

use crate::sh;
use anyhow::{Context, Result, bail};
use serde_json::Value;
use std::path::{Path, PathBuf};

/// The oldest Node that the page's tools run on.
const NODE_MAJOR: u32 = 20;

/// Makes sure that the compiler can build for the browser.
pub(crate) fn wasm_target() -> Result<()> {
    let sysroot = sh::output(&mut sh::command("rustc", ["--print", "sysroot"]))?;
    if Path::new(&sysroot)
        .join("lib/rustlib/wasm32-unknown-unknown")
        .is_dir()
    {
        return Ok(());
    }
    sh::run(&mut sh::command(
        "rustup",
        ["target", "add", "wasm32-unknown-unknown"],
    ))
    .context(
        "the Rust target wasm32-unknown-unknown is missing; install Rust with https://rustup.rs",
    )
}

/// Makes sure that web/node_modules is what the lock file says.
pub(crate) fn node_packages() -> Result<()> {
    let version = sh::output(&mut sh::command("node", ["--version"]))
        .context("Node is missing; get version 20 or newer from https://nodejs.org")?;
    let major = version.trim_start_matches('v').split('.').next();
    if major.and_then(|major| major.parse().ok()).unwrap_or(0) < NODE_MAJOR {
        bail!("Node {version} is too old; get version 20 or newer from https://nodejs.org");
    }
    npm_packages(&sh::web())
}

/// Makes sure that what the npm package is made and tried with is there, beside the page's packages.
pub(crate) fn package_tools() -> Result<()> {
    node_packages()?;
    npm_packages(&sh::web().join("package"))
}

/// Makes sure that a folder's node_modules is what its lock file says.
fn npm_packages(folder: &Path) -> Result<()> {
    if npm_packages_match(folder) {
        return Ok(());
    }
    eprintln!("Installing the npm packages of {}", folder.display());
    sh::run(sh::command("npm", ["ci", "--no-fund", "--no-audit"]).current_dir(folder))
}

/// Compares npm's record of what it installed with what the lock file asks for. File times would not do: they
/// change with every checkout.
fn npm_packages_match(folder: &Path) -> bool {
    let packages = |file: &str| -> Option<Value> {
        let text = std::fs::read_to_string(folder.join(file)).ok()?;
        Some(serde_json::from_str::<Value>(&text).ok()?["packages"].take())
    };
    let (Some(wanted), Some(installed)) = (
        packages("package-lock.json"),
        packages("node_modules/.package-lock.json"),
    ) else {
        return false;
    };
    let Some(wanted) = wanted.as_object() else {
        return false;
    };
    wanted
        .iter()
        .filter(|(path, _)| !path.is_empty())
        .all(|(path, package)| {
            let found = &installed[path];
            found["version"] == package["version"] && found["integrity"] == package["integrity"]
            // Packages for other systems are in the lock file too.
            || found.is_null() && package["optional"] == true
        })
}

/// A browser and the program that drives it.
pub(crate) struct Browser {
    /// The Chromium executable.
    pub(crate) chrome: PathBuf,
    /// Its WebDriver server.
    pub(crate) driver: PathBuf,
}

/// Finds a Chromium: `CHROME`, then what is installed, then a fresh install.
pub(crate) fn chrome() -> Result<PathBuf> {
    if let Some(chrome) = from_environment("CHROME")? {
        return Ok(chrome);
    }
    if let Some(chrome) = installed_chrome() {
        return Ok(chrome);
    }
    if apt_install(&["chromium", "chromium-driver"]).is_ok()
        && let Some(chrome) = installed_chrome()
    {
        return Ok(chrome);
    }
    playwright_chrome()
        .context("no Chromium found; install Chromium or Chrome, or set CHROME to its executable")
}

/// Finds a Chromium and its ChromeDriver (`CHROMEDRIVER`, then PATH, then a fresh install).
pub(crate) fn browser() -> Result<Browser> {
    let chrome = chrome()?;
    let installed = || sh::find_program(&["chromedriver"]);
    let driver = match from_environment("CHROMEDRIVER")?.or_else(installed) {
        Some(driver) => driver,
        None => apt_install(&["chromium-driver"]).ok().and_then(|()| installed()).context(
            "no chromedriver found; install the one of your Chromium's version (Debian: chromium-driver, \
             macOS: brew install chromedriver), or set CHROMEDRIVER to its executable",
        )?,
    };
    Ok(Browser { chrome, driver })
}

/// The browser engines beside Chromium that the page is tried in, as far as they can be had.
pub(crate) struct Engines {
    /// Those that there are, as `web/e2e/engines` is told of them: the name, and the variable with its program.
    pub(crate) found: Vec<(&'static str, &'static str, PathBuf)>,
    /// A line for each that is missing: which, and how to get it.
    pub(crate) missing: Vec<String>,
}

/// Finds Firefox and WebKitGTK's driver: `FIREFOX` and `WEBKIT_DRIVER`, then what is installed, then Debian's packages. A machine
/// without them is one on which less is tested.
pub(crate) fn engines() -> Result<Engines> {
    let mut engines = Engines {
        found: vec![],
        missing: vec![],
    };
    let firefox = from_environment("FIREFOX")?
        .or_else(|| installed_or(&["firefox-esr", "firefox"], &["firefox-esr"]));
    match firefox {
        Some(program) => engines.found.push(("firefox", "FIREFOX", program)),
        None => engines.missing.push(
            "Firefox was not tested: install it (Debian: firefox-esr), or set FIREFOX to its executable".into(),
        ),
    }
    // It shows its windows somewhere, and without a screen that is Xvfb.
    let xvfb = installed_or(&["xvfb-run"], &["xvfb", "xauth"]);
    let webkit = from_environment("WEBKIT_DRIVER")?
        .or_else(|| installed_or(&["WebKitWebDriver"], &["webkit2gtk-driver"]));
    match webkit.filter(|_| xvfb.is_some()) {
        Some(program) => engines.found.push(("webkit", "WEBKIT_DRIVER", program)),
        None => engines.missing.push(
            "WebKit was not tested: install its driver (Debian: webkit2gtk-driver xvfb), or set WEBKIT_DRIVER".into(),
        ),
    }
    Ok(engines)
}

/// A program of PATH, where need be by installing packages.
fn installed_or(names: &[&str], packages: &[&str]) -> Option<PathBuf> {
    sh::find_program(names).or_else(|| {
        apt_install(packages)
            .inspect_err(|error| eprintln!("{error:#}"))
            .ok()?;
        sh::find_program(names)
    })
}

/// The program that an environment variable names, if it is set.
fn from_environment(variable: &str) -> Result<Option<PathBuf>> {
    let Some(path) = std::env::var_os(variable).map(PathBuf::from) else {
        return Ok(None);
    };
    if !path.is_file() {
        bail!("{variable} names {}, which is not a file", path.display());
    }
    Ok(Some(path))
}

fn installed_chrome() -> Option<PathBuf> {
    let on_path = sh::find_program(&[
        "chromium",
        "chromium-browser",
        "google-chrome",
        "google-chrome-stable",
    ]);
    let elsewhere = [
        "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
        "/Applications/Chromium.app/Contents/MacOS/Chromium",
        r"C:\Program Files\Google\Chrome\Application\chrome.exe",
    ];
    on_path.or_else(|| {
        elsewhere
            .map(PathBuf::from)
            .into_iter()
            .find(|file| file.is_file())
    })
}

/// The Chromium that the page's own Playwright downloads.
fn playwright_chrome() -> Result<PathBuf> {
    node_packages()?;
    let script = "console.log(require('playwright-core').chromium.executablePath())";
    let executable = || -> Result<PathBuf> {
        let path = sh::output(sh::command("node", ["-e", script]).current_dir(sh::web()))?;
        Ok(PathBuf::from(path))
    };
    if !executable()?.is_file() {
        let install = ["playwright", "install", "chromium"];
        sh::run(sh::command("npx", install).current_dir(sh::web()))?;
    }
    executable()
}

/// Makes sure that native tests find a GPU. Where there is none, Mesa's software one does.
pub(crate) fn vulkan() -> Result<()> {
    // Elsewhere the system's own interface (Metal, Direct3D) has an adapter.
    if !cfg!(target_os = "linux") || has_vulkan() {
        return Ok(());
    }
    const PACKAGES: [&str; 2] = ["mesa-vulkan-drivers", "libvulkan1"];
    apt_install(&PACKAGES).context(
        "no Vulkan driver found; install Mesa's (Debian and Ubuntu: mesa-vulkan-drivers libvulkan1)",
    )
}

fn has_vulkan() -> bool {
    let chosen = ["VK_DRIVER_FILES", "VK_ICD_FILENAMES"]
        .iter()
        .any(|name| std::env::var_os(name).is_some());
    let has_driver = ["/usr/share/vulkan/icd.d", "/etc/vulkan/icd.d"]
        .iter()
        .any(|folder| std::fs::read_dir(folder).is_ok_and(|mut entries| entries.next().is_some()));
    let libraries = sh::output(&mut sh::command("/sbin/ldconfig", ["-p"])).unwrap_or_default();
    (chosen || has_driver) && libraries.contains("libvulkan.so.1")
}

/// Installs packages of Debian or Ubuntu, where this is such a system and we are its root.
fn apt_install(packages: &[&str]) -> Result<()> {
    if sh::find_program(&["apt-get"]).is_none() {
        bail!("this system has no apt-get");
    }
    if sh::output(&mut sh::command("id", ["-u"]))? != "0" {
        bail!("only root can run apt-get install {}", packages.join(" "));
    }
    eprintln!("Installing {}", packages.join(" "));
    sh::run(&mut sh::command("apt-get", ["update", "-qq"]))?;
    let install = ["install", "-y", "-qq", "--no-install-recommends"];
    let mut command = sh::command("apt-get", install.iter().chain(packages));
    sh::run(command.env("DEBIAN_FRONTEND", "noninteractive"))
}
