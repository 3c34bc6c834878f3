//! What of a config makes the game too large for a place, and how much of it would fit.

use ganlet_core::backend::{Place, Session, SessionError};

use super::Error;
use crate::error::ConfigError;
use crate::experiment::ExperimentConfig;
use crate::model::{Dataset, Task, Traced};

/// `error` as a person can act on it: nearly all of what a model takes grows with its batch.
pub(super) fn explain(
    error: SessionError,
    config: &ExperimentConfig,
    dataset: &Dataset,
    place: &Place,
) -> Error {
    let Some(room) = error.room() else {
        return error.into();
    };
    let fits = |&batch: &usize| {
        let mut smaller = config.clone();
        smaller.batch = batch;
        let bytes = Traced::new(&smaller, dataset, 0, place.max_buffer_bytes())
            .ok()
            .and_then(|traced| Session::bytes(place, &traced.program).ok());
        bytes.is_some_and(|bytes| bytes <= room)
    };
    let halves = std::iter::successors(Some(config.batch / 2), |batch| Some(batch / 2));
    match halves.take_while(|&batch| batch > 0).find(fits) {
        Some(batch) => ConfigError::new(
            "batch",
            format!(
                "{} samples at once are too many here: {error}",
                config.batch
            ),
            format!("use {batch} or fewer"),
        ),
        None => ConfigError::new(
            networks(config, dataset),
            format!("these networks are too large here: {error}"),
            "take fewer or smaller layers, or another device",
        ),
    }
    .into()
}

/// The fields of the networks, as a list.
fn networks(config: &ExperimentConfig, dataset: &Dataset) -> String {
    let specs = config
        .model
        .model()
        .networks(&Task::loaded(&config.common, dataset));
    let fields = specs.iter().flatten().map(|spec| spec.field);
    fields.collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::code::Code;
    use crate::trainer::Trainer;

    fn opened(batch: usize, memory: u64) -> Result<Trainer, Error> {
        let config = format!(r#"{{"preset": "ring", "batch": {batch}}}"#);
        let place = Place::Cpu {
            threads: 1,
            memory,
            reason: None,
        };
        let config = ExperimentConfig::parse(&config).unwrap();
        Trainer::at(config, Dataset::None, place, 0)
    }

    #[test]
    fn a_batch_that_does_not_fit_is_named_with_one_that_does() {
        let room = opened(1024, u64::MAX).unwrap().info().session.bytes + 4096;
        let error = opened(8192, room).err().unwrap();
        assert_eq!(error.code(), Code::Input);
        let text = error.to_string();
        assert!(text.starts_with("field `batch`: 8192 samples"), "{text}");
        assert!(text.ends_with("use 1024 or fewer"), "{text}");
        assert!(opened(1024, room).is_ok());
    }

    #[test]
    fn networks_that_do_not_fit_with_any_batch_are_named() {
        let text = opened(64, 10_000).err().unwrap().to_string();
        assert!(
            text.starts_with("field `generator, discriminator`: these networks are too large"),
            "{text}"
        );
    }
}
