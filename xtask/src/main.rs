//! Project tasks: `cargo xtask --help` lists them.
//!
//! Everything that a fresh machine lacks beyond Rust and Node is set up on the way, by [`setup`]; every step
//! that has nothing to do is skipped, so each command can simply be run again.

mod cifar;
mod data;
mod library;
mod package;
mod serve;
mod setup;
mod sh;
mod site;
mod size;
mod stamp;
mod test;
mod tidy;
mod wheel;

use clap::{Parser, Subcommand};

#[derive(Parser)]
#[command(name = "cargo xtask", about = "Ganlet's project tasks")]
struct Cli {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Build what is missing and serve the page on this machine
    Serve {
        /// The port to listen on [default: 8080, or the next free one]
        #[arg(long)]
        port: Option<u16>,
        /// Do not open the browser
        #[arg(long)]
        no_open: bool,
        /// Compile fast instead of small, and the library's module for the CPU alone
        #[arg(long)]
        dev: bool,
        /// With --dev: every module of the library
        #[arg(long, requires = "dev")]
        all: bool,
    },
    /// Build the static site into web/dist
    Build {
        /// Compile fast instead of small: debug assertions on, no wasm-opt, and the library's module for the CPU alone
        #[arg(long)]
        dev: bool,
        /// With --dev: every module of the library
        #[arg(long, requires = "dev")]
        all: bool,
    },
    /// Run every check and test, stopping at the first that fails
    Test {
        /// Run this stage alone (may be repeated)
        #[arg(long, value_name = "STAGE")]
        only: Vec<test::Stage>,
        /// List the stages
        #[arg(long)]
        list: bool,
    },
    /// Print the size of what the page loads
    Size,
    /// Make the npm package in web/pkg, and pack it into the folder of build products
    Package,
    /// Make the wheel of the Python package, in the folder of build products
    Wheel,
    /// Run the Python package in JupyterLab, in headless Chromium
    Notebook,
    /// Format everything, fix what linters can fix, and check the house rules
    Tidy,
    /// Fetch and verify the data sets; prints where each is
    Data,
}

fn main() {
    let result = match Cli::parse().task {
        Task::Serve {
            port,
            no_open,
            dev,
            all,
        } => serve::run(port, !no_open, library::Profile::new(dev, all)),
        Task::Build { dev, all } => site::build(library::Profile::new(dev, all)),
        Task::Test { list: true, .. } => {
            test::list();
            Ok(())
        }
        Task::Test { only, .. } => test::run(&only),
        Task::Size => size::run(),
        Task::Package => package::run(),
        Task::Wheel => wheel::run(),
        Task::Notebook => wheel::test(),
        Task::Tidy => tidy::run(),
        Task::Data => data::run(),
    };
    if let Err(error) = result {
        eprintln!("xtask: {error:#}");
        std::process::exit(1);
    }
}
