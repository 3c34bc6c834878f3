//! Generative models on [`ganlet_core`]: layers, losses, kinds of models, data, metrics, and the experiment presets of
//! Goodfellow's tutorial.
//!
//! An [`ExperimentConfig`] says what to run. [`Trainer`] trains the model on the CPU or the GPU, draws samples, measures
//! them, and saves what it has learned. `examples/train_ring.rs` is a whole program.

pub mod assets;
pub mod bench;
mod broken;
pub mod checkpoint;
mod code;
pub mod config;
pub mod data;
pub mod error;
pub mod experiment;
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
pub use error::ConfigError;
pub use experiment::ExperimentConfig;
pub use trainer::Trainer;
