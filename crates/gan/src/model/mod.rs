//! A model is networks, updates and views: one value that says what learns, how, and what can be asked of it.
//!
//! Each kind is a type that holds its own part of the config and implements [`Model`]: it *declares* networks, updates, views,
//! metrics and a diagram as plain descriptions, and *traces* losses and views against a [`Trace`] or a [`Look`]. Everything
//! else (trainer, checkpoint, terminal, page) follows from what is declared and knows no kind. A new kind is a file of this
//! folder, a line in [`registry`] and a preset.

mod describe;
mod figures;
mod hyper;
mod learner;
mod look;
mod program;
mod record;
pub(crate) mod registry;
mod scored;
pub(crate) mod source;
pub(crate) mod states;
mod task;
mod trace;
mod view_alone;

pub mod classifier;
pub mod density;
pub mod gan;
pub mod gmmn;
pub mod rbm;
pub mod semi_supervised;
pub mod vae;

use ganlet_core::Tensor;

pub use describe::{
    Arrow, Block, Body, Chart, Colour, Diagram, Input, InputKind, Metric, NetworkSpec, StateSpec,
    Update, View, ViewKind,
};
pub use figures::Figures;
pub use hyper::Hyper;
pub use look::Look;
pub use program::{NetworkInfo, Traced, entry};
pub use record::RING;
pub use registry::ModelConfig;
pub use source::{Dataset, Labelled};
pub use states::Role;
pub use task::{Classes, Task};
pub use trace::Trace;
pub use view_alone::{ViewAlone, views};

use crate::error::ConfigError;

/// A kind of model, with its part of the config as its value.
pub trait Model {
    /// Checks that its fields fit each other and the data; that each lies in its range has been seen before.
    ///
    /// # Errors
    /// The first field that cannot work.
    fn validate(&self, _task: &Task<'_>) -> Result<(), ConfigError> {
        Ok(())
    }

    /// What has parameters, in the order in which they are declared.
    ///
    /// # Errors
    /// A part of the model that the data do not have.
    fn networks(&self, task: &Task<'_>) -> Result<Vec<NetworkSpec<'_>>, ConfigError>;

    /// What it keeps on the device beside its networks.
    fn states(&self, _: &Task<'_>) -> Vec<StateSpec> {
        vec![]
    }

    /// The few samples whose labels it learns from, where it learns from few; [`Trace::labelled`] draws from them.
    fn labelled(&self) -> Option<Labelled> {
        None
    }

    /// One training step, in order.
    fn updates(&self) -> Vec<Update>;

    /// At every which step it pays what most steps do without: [`Trace::is_light`] is false there alone.
    fn heavy_every(&self) -> usize {
        1
    }

    /// What can be asked of it.
    ///
    /// # Errors
    /// As [`networks`](Self::networks).
    fn views(&self, task: &Task<'_>) -> Result<Vec<View>, ConfigError>;

    /// What it records at every step.
    fn metrics(&self, task: &Task<'_>) -> Vec<Metric>;

    /// How its parts hang together.
    fn diagram(&self) -> Diagram;

    /// What an update makes small, shape `[]`, against the networks as they are at that moment.
    fn loss(&self, update: &str, t: &Trace<'_>) -> Tensor;

    /// One training step: [`sequential`], or however else the updates hang together.
    fn step(&self, t: &Trace<'_>);

    /// The answer of a view, `[rows, numbers]`, to inputs `[rows, numbers]` in the order in which it declares them.
    fn view(&self, view: &str, look: &Look<'_>, inputs: &[Tensor]) -> Tensor;

    /// Whether it measures something of itself that no view tells.
    fn has_figures(&self) -> bool {
        false
    }

    /// Measures what no view tells: from the parameters, on the host.
    fn figures(&self, _: &mut Figures<'_>) {}
}

/// A training step whose updates happen in order, each as often as it says, against the networks as they are then.
pub fn sequential(model: &dyn Model, t: &Trace<'_>) {
    for update in model.updates() {
        for _ in 0..update.times {
            t.update(&update, |t| model.loss(update.name, t));
        }
    }
}
