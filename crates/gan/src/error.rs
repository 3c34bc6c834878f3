//! Errors that name the cause and the cure.

use std::borrow::Cow;
use std::fmt;

/// Characters of what somebody passed in that a message quotes at most.
const QUOTED: usize = 160;

/// `text` as a message may quote it: cut with `…` where it is long, so that no message is as long as what it is about.
/// Whatever a person, a link or a file passed in goes through here on its way into an error.
pub fn excerpt(text: &str) -> Cow<'_, str> {
    match text.char_indices().nth(QUOTED) {
        Some((end, _)) => Cow::Owned(format!("{}…", &text[..end])),
        None => Cow::Borrowed(text),
    }
}

/// A configuration value that cannot work. The message names the field, what is wrong and what to do.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("field `{field}`: {problem}; {cure}")]
pub struct ConfigError {
    /// Dotted path of the field, such as `data.modes`.
    pub field: String,
    /// What is wrong with its value.
    pub problem: String,
    /// What to write instead.
    pub cure: String,
}

impl ConfigError {
    /// An error about `field`, of which an [`excerpt`] is kept. What `problem` quotes has to be one too.
    pub fn new(
        field: impl Into<String>,
        problem: impl Into<String>,
        cure: impl Into<String>,
    ) -> Self {
        Self {
            field: excerpt(&field.into()).into_owned(),
            problem: problem.into(),
            cure: cure.into(),
        }
    }

    /// Checks that `value` lies in `range`, ends included; NaN lies in no range.
    /// `noun` is what the value counts or measures, such as `modes`.
    pub fn check_range<T: PartialOrd + fmt::Display>(
        field: impl Into<String>,
        noun: &str,
        value: T,
        range: std::ops::RangeInclusive<T>,
    ) -> Result<(), Self> {
        if range.contains(&value) {
            return Ok(());
        }
        Err(Self::new(
            field,
            format!("{} {noun}", excerpt(&value.to_string())),
            format!("use {} to {}", range.start(), range.end()),
        ))
    }
}

/// A data file that cannot be used. Every message names the file, what was found and what was expected.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DataError {
    /// The file is absent or cannot be read.
    #[error(
        "{file}: cannot be read ({cause}); put the file there, raw or with .gz at the end of its name"
    )]
    Unreadable {
        /// Path of the file.
        file: String,
        /// What the operating system says.
        cause: String,
    },
    /// The gzip stream is damaged, or unpacks to more than any such data set holds.
    #[error("{file}: gzip stream does not unpack ({cause}); download the file again")]
    Gzip {
        /// Name of the file.
        file: String,
        /// What the decoder says.
        cause: String,
    },
    /// The first four bytes are not those of the expected IDX kind.
    #[error(
        "{file}: found magic number {found:#010x}, expected {expected:#010x} ({kind}); \
         check that images and labels are not swapped and that this is an IDX file"
    )]
    Magic {
        /// Name of the file.
        file: String,
        /// The number that stands in the file.
        found: u32,
        /// The number of that kind of file.
        expected: u32,
        /// The kind of file, in words.
        kind: &'static str,
    },
    /// The file ends before its header says it should.
    #[error("{file}: truncated: found {found} bytes, expected {expected}; download the file again")]
    Truncated {
        /// Name of the file.
        file: String,
        /// Bytes that the file has.
        found: usize,
        /// Bytes that the header promises.
        expected: usize,
    },
    /// The size or shape differs from what the header, or the other file of the pair, says.
    #[error("{file}: wrong size: found {found}, expected {expected}; {cure}")]
    Size {
        /// Name of the file.
        file: String,
        /// What was found, with its unit.
        found: String,
        /// What was expected, with its unit.
        expected: String,
        /// What to do about it, as an imperative.
        cure: &'static str,
    },
    /// The content is not that of the published file.
    #[error(
        "{file}: wrong checksum: found md5 {found}, expected {expected}; download the file again, \
         or load it as your own images if it is meant to differ"
    )]
    Checksum {
        /// Name of the file.
        file: String,
        /// md5 of the unpacked content, in hexadecimal.
        found: String,
        /// md5 of the published file, in hexadecimal.
        expected: String,
    },
    /// A model of somebody's own images, without them.
    #[error(
        "the images “{name}” are somebody's own, so no link, config or checkpoint has them: pass their file too, or open \
         them first"
    )]
    NotPassed {
        /// What the images are called.
        name: String,
    },
    /// The content is not laid out as it should be.
    #[error("{file}: damaged: {cause}; download the file again")]
    Damaged {
        /// Name of the file.
        file: String,
        /// Why the file cannot be read.
        cause: String,
    },
}

/// Values that a metric cannot be computed from.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MetricError {
    /// The values do not form rows of the given length.
    #[error("{name}: {values} values do not form rows of {dim}; pass a multiple of {dim}")]
    Shape {
        /// Name of the argument that was refused.
        name: &'static str,
        /// Number of values passed.
        values: usize,
        /// Length of a row.
        dim: usize,
    },
    /// Two sets of rows differ in length.
    #[error("{name}: rows of {found}, but the other rows have {expected} values; pass equal sizes")]
    Dimension {
        /// Name of the argument that was refused.
        name: &'static str,
        /// Length of its rows.
        found: usize,
        /// Length of the rows it is compared with.
        expected: usize,
    },
    /// Too few rows for the estimate to mean anything.
    #[error("{name}: {found} rows; pass at least {needed}")]
    TooFew {
        /// Name of the argument that was refused.
        name: &'static str,
        /// Rows that were passed.
        found: usize,
        /// The least number of rows that will do.
        needed: usize,
    },
    /// A value is NaN or infinite.
    #[error(
        "{name}: row {row} holds a value that is not finite; the model that made it has diverged, \
         so go back to an earlier checkpoint or lower the learning rate"
    )]
    NotFinite {
        /// Name of the argument that was refused.
        name: &'static str,
        /// First row with such a value.
        row: usize,
    },
    /// A kernel width that is not a positive number.
    #[error("sigma: {found} is no kernel width; pass a finite standard deviation above 0")]
    Sigma {
        /// The value passed, printed.
        found: String,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_excerpt_is_cut_between_characters() {
        assert_eq!(excerpt("short"), "short");
        let whole = "ä".repeat(QUOTED);
        assert_eq!(excerpt(&whole), whole);
        assert_eq!(excerpt(&(whole.clone() + "ä")), whole + "…");
    }

    #[test]
    fn a_range_error_names_field_value_and_cure() {
        let error = ConfigError::check_range("data.modes", "modes", 0, 1..=64).unwrap_err();
        assert_eq!(
            error.to_string(),
            "field `data.modes`: 0 modes; use 1 to 64"
        );
        assert!(ConfigError::check_range("x", "y", f32::NAN, 0.0..=1.0).is_err());
        assert_eq!(ConfigError::check_range("x", "y", 1, 1..=1), Ok(()));
    }
}
