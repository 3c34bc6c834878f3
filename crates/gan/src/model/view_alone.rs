//! One view without training: what a file for other runtimes is made of.

use ganlet_core::{Builder, DType, Program, Tensor};

use super::describe::View;
use super::learner::{Learner, Room};
use super::look::Look;
use super::program::{NetworkInfo, answer_of, entry, network_infos};
use super::states::States;
use super::task::Task;
use crate::error::ConfigError;
use crate::experiment::ExperimentConfig;
use crate::random::Random;

/// What can be asked of the model of a config.
///
/// # Errors
/// A config that cannot work.
pub fn views(config: &ExperimentConfig) -> Result<Vec<View>, ConfigError> {
    config.validate()?;
    config.model.model().views(&Task::new(&config.common))
}

/// A view, traced for a number of rows. It learns nothing, so no data are loaded for it.
pub struct ViewAlone {
    /// Its entries are those that were declared, the view's own by [`new`](Self::new); its states are those of the networks, by the names that checkpoints have for them.
    pub program: Program,
    /// The networks, in the model's order.
    pub networks: Vec<NetworkInfo>,
}

impl ViewAlone {
    /// Traces `view` of the model of `config` for `rows` at once.
    ///
    /// # Errors
    /// Parts of the config that do not fit together.
    pub fn new(config: &ExperimentConfig, view: &View, rows: usize) -> Result<Self, ConfigError> {
        Self::with(config, view, rows, |b, _, answer| {
            b.entry(&entry::view(view.name), &[], &[("answer", answer)]);
        })
    }

    /// The same with entries that `declare` makes of the view's inputs and its answer, such as a gradient.
    ///
    /// # Errors
    /// As [`new`](Self::new).
    pub fn with(
        config: &ExperimentConfig,
        view: &View,
        rows: usize,
        declare: impl FnOnce(&Builder, &[Tensor], &Tensor),
    ) -> Result<Self, ConfigError> {
        config.validate()?;
        let model = config.model.model();
        let task = Task::new(&config.common);
        let specs = model.networks(&task)?;
        let b = Builder::new();
        let mut states = States::new(&b);
        let room = Room {
            view_batch: rows,
            bytes: u64::MAX,
        };
        // Whatever they start from is replaced by what a checkpoint says.
        let learners = (specs.iter())
            .map(|spec| {
                let learner = Learner::new(&mut states, spec, config.batch, 0, None, room)?;
                Ok((spec.name, learner))
            })
            .collect::<Result<Vec<_>, ConfigError>>()?;
        let random = Random::new(&b.input("draw", &[2], DType::U32));
        let look = Look {
            task: &task,
            random: &random,
            learners: &learners,
        };
        let (inputs, answer) = answer_of(&b, model, &look, std::slice::from_ref(view), view, rows);
        declare(&b, &inputs, &answer);
        let networks = network_infos(&specs, &learners);
        let program = b.build().map_err(|error| {
            let fields: Vec<&str> = specs.iter().map(|spec| spec.field).collect();
            ConfigError::new(
                fields.join(", "),
                error.to_string(),
                "make the layers' sizes fit each other",
            )
        })?;
        Ok(Self { program, networks })
    }
}
