//! `ganlet table`: comparisons over seeds, as Markdown, JSON and a picture.

mod definition;
mod estimators;
mod evaluation;
mod games;
mod ideas;
mod kept;
mod language;
mod likelihood;
mod normalization;
mod optimal;
mod plot;
mod report;
mod runs;

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use ganlet::error::excerpt;

use crate::{PlaceArgs, file, positive};
use definition::Definition;
use report::{Report, Row};

/// What stands for the table of the presets' ideas.
const IDEAS: &str = "ideas";

/// Which comparison, and over what.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Which comparison; `list` prints their names
    name: String,
    /// Runs of each row, with the seeds 0, 1, 2, ...
    #[arg(long, default_value_t = 5, value_parser = positive::<u32>)]
    seeds: u32,
    /// Training steps of every run [default: each row's own]
    #[arg(long, value_parser = positive::<u64>)]
    steps: Option<u64>,
    /// Only rows whose name contains this
    #[arg(long, value_name = "TEXT")]
    only: Option<String>,
    /// Keeps what each run reached in this file, one line each, and runs none that it has already: a long table can be stopped and
    /// taken up again, with the same build
    #[arg(long, value_name = "FILE")]
    keep: Option<PathBuf>,
    /// Runs at a time, each on threads of its own
    #[arg(long, default_value_t = 1, value_parser = positive::<usize>)]
    jobs: usize,
    #[command(flatten)]
    place: PlaceArgs,
    /// Folder with the files of the images [default: GANLET_DATA, or where `cargo xtask data` leaves them]
    #[arg(long)]
    data: Option<PathBuf>,
    /// As JSON
    #[arg(long)]
    json: bool,
    /// Draws medians and ranges into this SVG file
    #[arg(long, value_name = "FILE")]
    plot: Option<PathBuf>,
}

pub(crate) fn run(args: &Args) -> Result<()> {
    if args.name == "list" {
        names().for_each(|name| println!("{name}"));
        return Ok(());
    }
    let report = match (args.name.as_str(), Definition::find(&args.name)) {
        (IDEAS, _) => ideas::table(args)?,
        (games::NAME, _) => games::table(),
        (estimators::NAME, _) => estimators::table(),
        (language::NAME, _) => language::table(args)?,
        (evaluation::NAME, _) => evaluation::table(args)?,
        (likelihood::NAME, _) => likelihood::table(args)?,
        (optimal::NAME, _) => optimal::table(args)?,
        (normalization::NAME, _) => normalization::table(args)?,
        (_, Some(definition)) => compare(&definition, args)?,
        _ => bail!(
            "there is no table `{}`; use one of {}",
            excerpt(&args.name),
            names().collect::<Vec<_>>().join(", ")
        ),
    };
    if args.json {
        println!("{}", serde_json::to_string_pretty(&report)?);
    } else {
        print!("{}", report.markdown());
    }
    match &args.plot {
        Some(path) => plot::draw(path, &report),
        None => Ok(()),
    }
}

fn names() -> impl Iterator<Item = &'static str> {
    (definition::NAMES.into_iter()).chain([
        estimators::NAME,
        language::NAME,
        optimal::NAME,
        normalization::NAME,
        evaluation::NAME,
        likelihood::NAME,
        games::NAME,
        IDEAS,
    ])
}

/// Whether a row is asked for.
fn wanted(args: &Args, name: &str) -> bool {
    args.only.as_ref().is_none_or(|part| name.contains(part))
}

/// Trains every row of a definition.
fn compare(definition: &Definition, args: &Args) -> Result<Report> {
    let mut entries = definition.entries()?;
    entries.retain(|entry| wanted(args, &entry.name));
    if entries.is_empty() {
        bail!("no row of {} is named so", args.name);
    }
    let configs: Vec<_> = entries.iter().map(|entry| entry.config.clone()).collect();
    let found = runs::run(&configs, &definition.metrics, args)?;
    let rows = entries.into_iter().zip(found).map(|(entry, runs)| {
        Row::new(entry.name, &definition.metrics, &runs).with_goals(&entry.goals, &runs)
    });
    Ok(Report {
        table: args.name.clone(),
        title: definition.title.clone(),
        teaches: definition.teaches.clone(),
        about: definition.about.clone(),
        seeds: args.seeds,
        steps: args.steps,
        only: args.only.clone(),
        metrics: definition.metrics.clone(),
        rows: rows.collect(),
    })
}

/// All tables that are kept in a folder, as one document.
pub(crate) fn catalogue(folder: &Path) -> Result<()> {
    print!("{}", catalogue_of(folder)?);
    Ok(())
}

fn catalogue_of(folder: &Path) -> Result<String> {
    let mut text = String::from(
        "# The catalogue\n\n\
         Every comparison that `ganlet table` makes. This file is generated: `ganlet catalogue docs/tables` prints it from \
         the JSON that `ganlet table NAME --json` left in [tables](tables). A cell is the median over seeds, with the range \
         in brackets. All runs were on the CPU backend.\n",
    );
    for name in names() {
        let path = folder.join(format!("{name}.json"));
        if !path.exists() {
            continue;
        }
        let report: Report = serde_json::from_str(&file::read_text(&path)?)
            .with_context(|| format!("{} is no table", file::shown(&path)))?;
        text += "\n";
        text += &report.markdown();
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_catalogue_is_what_the_kept_tables_say() {
        let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs");
        let kept = file::read_text(&docs.join("catalogue.md")).unwrap();
        let made = catalogue_of(&docs.join("tables")).unwrap();
        assert_eq!(
            kept, made,
            "run `ganlet catalogue docs/tables > docs/catalogue.md`"
        );
    }
}
