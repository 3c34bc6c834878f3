//! Formatting, linters that mend what they find, and the house rules that no linter knows.

use crate::{setup, sh};
use anyhow::{Result, bail};
use std::fs;
use std::path::{Path, PathBuf};

/// A file longer than this does more than one thing.
const MANY_LINES: usize = 600;

/// What no source file may hold. Spelled in two parts, so that this file passes too.
const FORBIDDEN: [(&str, &str); 4] = [
    (concat!("#[ign", "ore]"), "a test runs or does not exist"),
    (concat!("#[ign", "ore ="), "a test runs or does not exist"),
    (concat!("TO", "DO"), "do it or open an issue"),
    (concat!("FIX", "ME"), "fix it or open an issue"),
];

/// Formats and mends everything, then checks the house rules.
pub(crate) fn run() -> Result<()> {
    setup::node_packages()?;
    sh::run(&mut sh::cargo("fmt --all"))?;
    sh::run(&mut sh::npm_run("format"))?;
    sh::run(sh::command("npx", ["eslint", "--fix", "."]).current_dir(sh::web()))?;
    check_house_rules()
}

/// Fails on what no source file may hold, and warns of long files.
pub(crate) fn check_house_rules() -> Result<()> {
    let mut broken = 0;
    for file in sources()? {
        let text = fs::read_to_string(&file)?;
        let shown = file.strip_prefix(sh::root())?.display();
        for (number, line) in text.lines().enumerate() {
            for (word, advice) in FORBIDDEN {
                if line.contains(word) {
                    eprintln!("{shown}:{}: {word}: {advice}", number + 1);
                    broken += 1;
                }
            }
        }
        let lines = text.lines().count();
        if lines > MANY_LINES {
            eprintln!("warning: {shown} has {lines} lines; split it below {MANY_LINES}");
        }
    }
    if broken > 0 {
        bail!("{broken} lines break the house rules");
    }
    Ok(())
}

/// The source files that people write.
fn sources() -> Result<Vec<PathBuf>> {
    let mut sources = Vec::new();
    for folder in ["crates", "tests", "xtask", "web/src", "web/e2e", "web/test"] {
        let folder = sh::root().join(folder);
        if folder.is_dir() {
            sources.extend(sh::files_under(&folder, &["node_modules", "generated"])?);
        }
    }
    let is_code = |file: &Path| {
        file.extension()
            .is_some_and(|extension| extension == "rs" || extension == "ts" || extension == "css")
    };
    sources.retain(|file| is_code(file));
    Ok(sources)
}
