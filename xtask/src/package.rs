//! The npm package `ganlet`: the library and <gan-playground>, put together in web/pkg from the built site.

use crate::library::Profile;
use crate::{setup, sh, site};
use anyhow::Result;
use std::path::Path;

/// Makes the package and packs it; prints what is in it and what it weighs.
pub(crate) fn run() -> Result<()> {
    make()?;
    let (package, target) = (sh::web().join("pkg"), sh::target());
    let arguments = [
        Path::new("pack"),
        &package,
        Path::new("--pack-destination"),
        &target,
    ];
    sh::run(&mut sh::command("npm", arguments))?;
    println!("It lies in {}.", target.display());
    Ok(())
}

/// Puts the package together, building the site if needed.
pub(crate) fn make() -> Result<()> {
    site::ensure(Profile::Release)?;
    setup::package_tools()?;
    sh::run(&mut sh::npm_run("package"))
}

#[cfg(test)]
mod tests {
    use crate::sh;

    #[test]
    fn the_changes_are_told_up_to_this_version() {
        let changes = std::fs::read_to_string(sh::root().join("CHANGELOG.md")).unwrap();
        let mut headings = changes.lines().filter_map(|line| line.strip_prefix("## "));
        let released = headings.find(|heading| *heading != "Not yet released");
        assert_eq!(released, Some(env!("CARGO_PKG_VERSION")));
    }

    #[test]
    fn the_page_and_the_crates_have_one_version() {
        for file in ["web/package.json", "web/package/ganlet/package.json"] {
            let text = std::fs::read_to_string(sh::root().join(file)).unwrap();
            let package: serde_json::Value = serde_json::from_str(&text).unwrap();
            assert_eq!(package["version"], env!("CARGO_PKG_VERSION"), "{file}");
        }
    }

    #[test]
    fn the_python_package_has_that_version_too() {
        let text = std::fs::read_to_string(sh::root().join("python/pyproject.toml")).unwrap();
        assert!(text.contains(concat!("\nversion = \"", env!("CARGO_PKG_VERSION"), "\"\n")));
    }
}
