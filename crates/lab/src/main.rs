//! `ganlet`: the experiments of the page from a terminal. Results go to stdout, progress and logs to stderr.

mod bench;
mod classifier;
mod data;
mod latent;
mod list;
mod picture;
mod profile;
mod progress;
mod run;
mod shaders;
mod timing;
mod tune;

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Result;
use clap::{Parser, Subcommand, ValueEnum};
use ganlet_core::backend::Choice;
use ganlet_core::wgsl::{AdapterClass, Tuned};

#[derive(Parser)]
#[command(
    name = "ganlet",
    version,
    about = "Trains GANs: the experiments of Goodfellow's tutorial"
)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Lists the presets
    List {
        /// As JSON
        #[arg(long)]
        json: bool,
    },
    /// Trains a preset and measures what it learned
    Run(RunArgs),
    /// Times the workloads of the peers' benchmark
    Bench {
        /// bench-mlp, bench-dcgan, bench-ring, bench-wgan-gp, or all; growth: the MLP by batch, width and unrolled steps
        workload: String,
        #[command(flatten)]
        place: PlaceArgs,
        /// Timed repetitions
        #[arg(long, default_value_t = 5)]
        reps: usize,
        /// As JSON
        #[arg(long)]
        json: bool,
        /// Draws the curves of growth into this SVG file
        #[arg(long, value_name = "FILE")]
        plot: Option<PathBuf>,
    },
    /// Prints or writes the WGSL of every kernel of a preset
    Shaders {
        /// A preset, a config as JSON, or a .json file that holds one
        #[arg(value_parser = config_text)]
        preset: String,
        /// Writes one file for each kernel here instead of printing them all
        #[arg(long)]
        out: Option<PathBuf>,
        /// In the shapes for this class of adapters
        #[arg(long, value_enum, default_value_t = AdapterArg::Gpu)]
        adapter: AdapterArg,
        /// Prints a line for each dispatch instead: its shader, what it reads and what it writes
        #[arg(long, conflicts_with = "out")]
        list: bool,
    },
    /// Times every dispatch of a training step by itself on the GPU at hand
    Profile {
        /// A preset, a config as JSON, or a .json file that holds one
        #[arg(value_parser = config_text)]
        preset: String,
    },
    /// Times the tiles of matrix products on the GPU at hand and keeps the fastest for --tuning
    Tune {
        /// Presets, configs or .json files whose products are timed
        #[arg(value_parser = config_text, default_values = ["bench-mlp", "bench-ring", "bench-dcgan"])]
        presets: Vec<String>,
        /// Where the result goes
        #[arg(long, value_name = "FILE", default_value = tune::FILE)]
        out: PathBuf,
    },
    /// Measures what a model's latent space can do: analogies, sliders, inversions, and that nothing is copied
    Latent(latent::Args),
    /// Trains the classifier that says what samples show, and measures it on held-out images
    TrainClassifier(classifier::Args),
    /// Measures k-means centroids against real training images by the Parzen protocol of 2014, on MNIST
    ParzenOddity {
        /// As JSON
        #[arg(long)]
        json: bool,
        /// Folder with MNIST's four IDX files
        #[arg(long)]
        data: Option<PathBuf>,
    },
}

/// What names a config, where it may be in a file.
fn config_text(argument: &str) -> Result<String, String> {
    if !argument.ends_with(".json") {
        return Ok(argument.into());
    }
    std::fs::read_to_string(argument).map_err(|error| format!("the file cannot be read: {error}"))
}

/// Where to run.
#[derive(clap::Args, Clone)]
pub(crate) struct PlaceArgs {
    /// auto takes a real GPU where there is one, the CPU otherwise
    #[arg(long, value_enum, default_value_t = BackendArg::Auto)]
    backend: BackendArg,
    /// Threads of the CPU backend [default: 1; hyper-threads of one core gain nothing]
    #[arg(long, default_value_t = 1)]
    threads: usize,
    /// What `ganlet tune` measured on this GPU
    #[arg(long, value_name = "FILE")]
    tuning: Option<PathBuf>,
}

#[derive(Clone, Copy, ValueEnum)]
enum AdapterArg {
    Gpu,
    Llvmpipe,
    Swiftshader,
}

impl AdapterArg {
    fn class(self) -> AdapterClass {
        match self {
            AdapterArg::Gpu => AdapterClass::Gpu,
            AdapterArg::Llvmpipe => AdapterClass::Llvmpipe,
            AdapterArg::Swiftshader => AdapterClass::SwiftShader,
        }
    }
}

#[derive(Clone, Copy, ValueEnum)]
enum BackendArg {
    Auto,
    Gpu,
    Cpu,
}

impl PlaceArgs {
    /// What was measured on the GPU, where a file was named.
    fn tuned(&self) -> Result<Option<Tuned>> {
        self.tuning.as_deref().map(tune::read).transpose()
    }

    /// Says so where the file that was named belongs to another adapter than the one that runs.
    fn warn_if_unused(&self, tuned: Option<&Tuned>, adapter: &str) {
        if let (Some(path), Some(tuned)) = (&self.tuning, tuned.filter(|t| t.adapter != adapter)) {
            let (path, measured) = (path.display(), &tuned.adapter);
            eprintln!(
                "{path} is ignored: it was measured on {measured}, and this runs on {adapter}"
            );
        }
    }

    fn choice(&self) -> Choice {
        match self.backend {
            BackendArg::Auto => Choice::Auto,
            BackendArg::Gpu => Choice::Gpu,
            BackendArg::Cpu => Choice::Cpu,
        }
    }
}

/// What to train, and what to leave behind.
#[derive(clap::Args)]
pub(crate) struct RunArgs {
    /// A preset, a config as JSON: {"preset": "ring", ...what differs}, or a .json file that holds one
    #[arg(value_parser = config_text)]
    preset: String,
    #[command(flatten)]
    place: PlaceArgs,
    /// What every random number depends on [default: 0, or the checkpoint's]
    #[arg(long)]
    seed: Option<u32>,
    /// Training steps [default: the preset's]
    #[arg(long)]
    steps: Option<u64>,
    /// Replaces a field of the config: d_optimizer.lr=0.001 (may be repeated)
    #[arg(long = "set", value_name = "PATH=VALUE")]
    set: Vec<String>,
    /// Goes on from a checkpoint
    #[arg(long, value_name = "FILE")]
    resume: Option<PathBuf>,
    /// Writes samples (PNG), the loss table (CSV) and the checkpoint here
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Also measures, and writes samples, every so many steps
    #[arg(long, value_name = "STEPS")]
    every: Option<u64>,
    /// Folder with the files of the images [default: GANLET_DATA, or where `cargo xtask data` leaves them]
    #[arg(long)]
    data: Option<PathBuf>,
    /// As JSON
    #[arg(long)]
    json: bool,
}

fn main() -> ExitCode {
    let result = match Cli::parse().command {
        Command::List { json } => list::list(json),
        Command::Run(args) => pollster::block_on(run::run(&args)),
        Command::Bench {
            workload,
            place,
            reps,
            json,
            plot,
        } => {
            let plot = plot.as_deref();
            pollster::block_on(bench::bench(&workload, &place, reps, json, plot))
        }
        Command::Profile { preset } => pollster::block_on(profile::profile(&preset)),
        Command::Tune { presets, out } => pollster::block_on(tune::tune(&presets, &out)),
        Command::Shaders {
            preset,
            out,
            adapter,
            list,
        } => shaders::shaders(&preset, out.as_deref(), adapter.class(), list),
        Command::Latent(args) => pollster::block_on(latent::run(&args)),
        Command::TrainClassifier(args) => pollster::block_on(classifier::run(&args)),
        Command::ParzenOddity { json, data } => run::parzen_oddity(json, data.as_deref()),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}
