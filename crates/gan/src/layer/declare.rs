//! What a layer declares: parameters, and what comes out of it.

use super::{Param, ParamKind, Stack};
use crate::error::ConfigError;

/// Kernels count the elements of one buffer with 32 bits.
const MOST_NUMBERS: usize = i32::MAX as usize;

impl Stack {
    /// Takes note of a layer that compares samples by so many numbers in each channel.
    pub(super) fn compares(&mut self, at: &Place, numbers: usize) {
        let fewest = self.thinnest_norm.as_ref().map_or(usize::MAX, |(_, n)| *n);
        if numbers < fewest {
            self.thinnest_norm = Some((at.field.clone(), numbers));
        }
    }

    /// Height, width and channels of what comes before a layer.
    pub(super) fn image(&self, at: &Place) -> Result<[usize; 3], ConfigError> {
        self.output.clone().try_into().map_err(|found: Vec<usize>| {
            at.error(
                format!("it reads [height, width, channels], but {found:?} comes before it"),
                "put a reshape layer before it, such as {\"kind\": \"reshape\", \"shape\": [7, 7, 64]}",
            )
        })
    }

    pub(super) fn weight(
        &mut self,
        at: &Place,
        shape: Vec<usize>,
        kind: ParamKind,
    ) -> Result<(), ConfigError> {
        let before = &self.output;
        at.countable(&shape, || format!("{before:?} needs a weight of"))?;
        let units = shape[shape.len() - 1];
        self.param(at, "weight", shape, kind);
        if self.has_gains() {
            self.param(at, "gain", vec![units], ParamKind::Scale);
        }
        at.countable(&[self.params_len()], || {
            "with this layer the network has parameters".into()
        })
    }

    pub(super) fn param(&mut self, at: &Place, part: &str, shape: Vec<usize>, kind: ParamKind) {
        let offset = self.params_len();
        self.params.push(Param {
            name: format!("{}.{part}", at.name),
            shape,
            offset,
            kind,
        });
    }
}

/// Where a layer stands.
pub(super) struct Place {
    /// In the config, for errors.
    pub(super) field: String,
    /// In the parameters' names.
    pub(super) name: String,
}

impl Place {
    pub(super) fn error(&self, problem: String, cure: impl Into<String>) -> ConfigError {
        ConfigError::new(&self.field, problem, cure)
    }

    /// Whether `shape` has few enough numbers for one buffer; `what` says whose shape it is.
    pub(super) fn countable(
        &self,
        shape: &[usize],
        what: impl Fn() -> String,
    ) -> Result<(), ConfigError> {
        let numbers = (shape.iter()).try_fold(1_usize, |product, &n| product.checked_mul(n));
        if numbers.is_some_and(|n| n <= MOST_NUMBERS) {
            return Ok(());
        }
        Err(self.error(
            format!(
                "{} {shape:?}, and one buffer has at most {MOST_NUMBERS} numbers",
                what()
            ),
            "make this layer smaller, or the layers before it",
        ))
    }
}
