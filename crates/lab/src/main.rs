//! `ganlet`: the experiments of the page from a terminal. Results go to stdout, progress and logs to stderr.

mod bench;
mod classifier;
mod data;
mod evaluation;
mod export;
mod file;
mod interrupt;
mod latent;
mod list;
mod oddity;
mod own;
mod picture;
mod profile;
mod progress;
mod run;
mod shaders;
mod table;
mod timing;
mod tune;

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::str::FromStr;

use anyhow::Result;
use clap::{CommandFactory, FromArgMatches, Parser, Subcommand, ValueEnum};
use ganlet::ExperimentConfig;
use ganlet::error::excerpt;
use ganlet_core::backend::{Choice, Place};
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
    /// Compares configs over seeds: medians and ranges as Markdown, JSON or a picture
    Table(table::Args),
    /// Prints all tables that a folder keeps as JSON, as one document
    Catalogue {
        /// Where `ganlet table NAME --json` was kept as NAME.json
        folder: PathBuf,
    },
    /// Times the workloads of the peers' benchmark
    Bench {
        /// bench-mlp, bench-dcgan, bench-ring, bench-wgan-gp, or all; growth: the MLP by batch, width and unrolled steps
        workload: String,
        #[command(flatten)]
        place: PlaceArgs,
        /// Timed repetitions
        #[arg(long, default_value_t = 5, value_parser = positive::<usize>)]
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
    /// Takes a model away: as a file that other runtimes answer
    Export(export::Args),
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
    let path = Path::new(argument);
    let is_json = |extension: &std::ffi::OsStr| extension.eq_ignore_ascii_case("json");
    if argument.trim_start().starts_with('{') || !path.extension().is_some_and(is_json) {
        return Ok(argument.into());
    }
    let text = file::read_text(path).map_err(|error| format!("{error:#}"))?;
    // Here, where the message names the file.
    ExperimentConfig::parse(&text).map_err(|error| error.to_string())?;
    Ok(text)
}

/// What every random number depends on.
fn seed(argument: &str) -> Result<u32, String> {
    let most = u32::MAX;
    (argument.parse()).map_err(|_| format!("a seed is a whole number from 0 to {most}"))
}

/// A count of what there has to be at least one of.
fn positive<T: FromStr + PartialOrd + From<u8>>(argument: &str) -> Result<T, String> {
    let count = argument.parse().ok().filter(|count| *count >= T::from(1));
    count.ok_or_else(|| "use a whole number from 1".into())
}

/// Where to run.
#[derive(clap::Args, Clone)]
pub(crate) struct PlaceArgs {
    /// auto takes a real GPU where there is one, the CPU otherwise
    #[arg(long, value_enum, default_value_t = BackendArg::Auto)]
    backend: BackendArg,
    /// Threads of the CPU backend [default: 1; hyper-threads of one core gain nothing]
    #[arg(long, default_value_t = 1, value_parser = positive::<usize>)]
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

    /// What was chosen, as fast as was measured on it.
    async fn find(&self) -> Result<Place> {
        let mut place = Place::find(self.choice(), self.threads).await?;
        if let Some(tuned) = &self.tuned()? {
            place.tune(tuned);
        }
        Ok(place)
    }

    /// Says so where the file that was named belongs to another adapter than the one that runs.
    fn warn_if_unused(&self, tuned: Option<&Tuned>, adapter: &str) {
        if let (Some(path), Some(tuned)) = (&self.tuning, tuned.filter(|t| t.adapter != adapter)) {
            let (path, measured) = (file::shown(path), excerpt(&tuned.adapter));
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
    /// What every random number depends on [default: 0, or the checkpoint's, which has no other]
    #[arg(long, value_parser = seed)]
    seed: Option<u32>,
    /// Training steps, after those of the checkpoint with --resume [default: the config's]
    #[arg(long)]
    steps: Option<u64>,
    /// Replaces a field of the config: d_optimizer.lr=0.001 (may be repeated; all are merged, then checked together)
    #[arg(long = "set", value_name = "PATH=VALUE")]
    set: Vec<String>,
    /// Goes on from a checkpoint of the preset, with what else is said here laid over its own config: learning rates and
    /// other live fields may change, what shapes the networks may not
    #[arg(long, value_name = "FILE")]
    resume: Option<PathBuf>,
    /// Writes samples (PNG), the tables of losses and measurements (CSV) and the checkpoint here, at the end and on Ctrl-C;
    /// with --resume from a checkpoint of the same folder, goes on with its tables
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Takes away what an earlier run left in the folder of --out; with --resume from there, only rows after the checkpoint
    #[arg(long, requires = "out")]
    overwrite: bool,
    /// Also measures, and writes samples and the checkpoint, every so many steps
    #[arg(long, value_name = "STEPS", value_parser = positive::<u64>)]
    every: Option<u64>,
    /// Folder with the files of the images [default: GANLET_DATA, or where `cargo xtask data` leaves them]; or your own
    /// images: a folder or a ZIP of pictures (folders are labels), IDX files, a .npy, or a set that the page saved
    #[arg(long, value_name = "FOLDER or FILE")]
    data: Option<PathBuf>,
    /// As JSON
    #[arg(long)]
    json: bool,
}

fn main() -> ExitCode {
    ask_no_display();
    let done = command(parse().command);
    done.unwrap_or_else(|error| {
        eprintln!("error: {error:#}");
        ExitCode::FAILURE
    })
}

/// Mesa's Vulkan layer that chooses a device asks the display which one it is on. Where there is no session, the display's
/// library prints an error of its own, and we draw nothing on any: the layer stays out, unless somebody chose by it.
fn ask_no_display() {
    let is_set = |name: &str| std::env::var_os(name).is_some();
    if cfg!(target_os = "linux") && !is_set("XDG_RUNTIME_DIR") && !is_set("MESA_VK_DEVICE_SELECT") {
        // SAFETY: the first thing that `main` does, so there is no other thread that could read the environment.
        unsafe { std::env::set_var("NODEVICE_SELECT", "1") };
    }
}

/// The arguments, or a message and an end.
fn parse() -> Cli {
    // Whatever takes a value may be given -1, and says itself why not.
    let signed = |arg: clap::Arg| {
        let takes_values = arg.get_action().takes_values();
        arg.allow_negative_numbers(takes_values)
    };
    let read = |args: &[OsString]| {
        let command = Cli::command().mut_subcommands(|command| command.mut_args(signed));
        Cli::from_arg_matches(&command.try_get_matches_from(args)?)
    };
    let args: Vec<OsString> = std::env::args_os().collect();
    read(&args).unwrap_or_else(|error| {
        // It quotes arguments whole. What is wrong with their excerpts is the same, and short.
        let short = |arg: &OsString| OsString::from(excerpt(&arg.to_string_lossy()).into_owned());
        let short: Vec<OsString> = args.iter().map(short).collect();
        read(&short).err().unwrap_or(error).exit()
    })
}

fn command(command: Command) -> Result<ExitCode> {
    match command {
        Command::Run(args) => return pollster::block_on(run::run(&args)),
        Command::List { json } => list::list(json),
        Command::Table(args) => table::run(&args),
        Command::Catalogue { folder } => table::catalogue(&folder),
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
        Command::Export(args) => pollster::block_on(export::run(&args)),
        Command::Latent(args) => pollster::block_on(latent::run(&args)),
        Command::TrainClassifier(args) => pollster::block_on(classifier::run(&args)),
        Command::ParzenOddity { json, data } => oddity::run(json, data.as_deref()),
    }?;
    Ok(ExitCode::SUCCESS)
}
