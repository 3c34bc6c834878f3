//! GANs on [`ganlet_core`]: layers, costs, games, data, metrics, and the experiment presets of Goodfellow's tutorial.
//!
//! An [`ExperimentConfig`] says what to run. [`Trainer`] plays the game on the CPU or the GPU, draws samples, measures
//! them, and saves what it has learned.

mod broken;
pub mod checkpoint;
mod code;
pub mod config;
pub mod data;
pub mod error;
pub mod init;
mod json;
pub mod latent;
pub mod layer;
pub mod loss;
pub mod metric;
pub mod model;
pub mod optimizer;
pub mod preset;
pub mod random;
mod tensor;
pub mod trainer;

pub use code::Code;
pub use config::ExperimentConfig;
pub use error::ConfigError;
pub use trainer::Trainer;
