//! What kind of failure it is, for programs: nobody has to read the words to find out what to do.

use std::fmt;

use crate::checkpoint::CheckpointError;
use crate::latent::LatentError;
use crate::trainer::Error;

/// The kind of a failure, which stands beside its words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Code {
    /// The change shapes the model: it needs a new trainer.
    Structural,
    /// The device is gone, and with it what was not saved.
    Lost,
    /// Training left the finite numbers; the trainer is back at the last good step.
    Diverged,
    /// What was passed cannot be used: a config, an argument, an option.
    Input,
    /// What was loaded cannot be used: a data file, a checkpoint, samples.
    Data,
    /// This device, this build or this model cannot do it.
    Unsupported,
}

impl Code {
    /// The code as programs in other languages see it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Structural => "structural",
            Self::Lost => "lost",
            Self::Diverged => "diverged",
            Self::Input => "input",
            Self::Data => "data",
            Self::Unsupported => "unsupported",
        }
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Error {
    /// The field of the config that is wrong, as a dotted path, where it is one.
    pub fn field(&self) -> Option<&str> {
        match self {
            Self::Config(error) => Some(&error.field),
            Self::Structural { field, .. } => Some(field),
            _ => None,
        }
    }

    /// What kind of failure it is.
    pub fn code(&self) -> Code {
        match self {
            Self::Structural { .. } => Code::Structural,
            Self::Diverged { .. } => Code::Diverged,
            Self::Session(error) if error.is_lost() => Code::Lost,
            Self::Device(_) | Self::Session(_) => Code::Unsupported,
            Self::Config(_) | Self::Length { .. } | Self::Input { .. } | Self::Update { .. } => {
                Code::Input
            }
            Self::View { .. } => Code::Unsupported,
            Self::Data(_) | Self::Metric(_) | Self::Classifier(_) => Code::Data,
            Self::Checkpoint(error) => match error {
                CheckpointError::Newer { .. } => Code::Unsupported,
                CheckpointError::Damaged(_)
                | CheckpointError::Foreign
                | CheckpointError::Config(_)
                | CheckpointError::NotFinite { .. }
                | CheckpointError::Mismatch { .. } => Code::Data,
            },
            Self::Latent(error) => match error {
                LatentError::Empty { .. }
                | LatentError::Length { .. }
                | LatentError::Single { .. }
                | LatentError::Range { .. }
                | LatentError::Unknown { .. } => Code::Input,
                LatentError::TooFew { .. } => Code::Data,
                LatentError::NoClassifier
                | LatentError::NoMatrix { .. }
                | LatentError::NoLatents
                | LatentError::NotImages { .. } => Code::Unsupported,
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::{ConfigError, DataError};

    #[test]
    fn failures_say_what_kind_they_are() {
        let file = || "faces.bin".to_string();
        let errors: [(Error, &str); 5] = [
            (
                ConfigError::new("batch", "0 samples", "use more").into(),
                "input",
            ),
            (
                DataError::Truncated {
                    file: file(),
                    found: 1,
                    expected: 2,
                }
                .into(),
                "data",
            ),
            (CheckpointError::Newer { found: 9 }.into(), "unsupported"),
            (LatentError::NoClassifier.into(), "unsupported"),
            (ganlet_core::DeviceError::NoWebGpu.into(), "unsupported"),
        ];
        for (error, code) in errors {
            assert_eq!(error.code().to_string(), code, "{error}");
        }
    }
}
