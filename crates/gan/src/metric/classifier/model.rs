//! A trained classifier as a file: its weights in half precision, and in the header what it was trained on.

use std::collections::HashMap;

use half::f16;
use half::slice::HalfFloatSliceExt;
use safetensors::SafeTensors;
use safetensors::tensor::{Dtype, TensorView};
use serde::{Deserialize, Serialize};

use crate::config::Network;
use crate::data::{ImageFacts, ImageKind};
use crate::error::excerpt;
use crate::layer::Stack;

/// Where the header stands in the file's metadata.
const KEY: &str = "ganlet-classifier";
/// The one tensor.
const PARAMS: &str = "params";

/// A file that is no classifier of these images.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "the classifier's file cannot be used: {cause}; train it again with `ganlet train-classifier`, or fetch it again"
)]
pub struct ModelError {
    /// What is wrong with it.
    pub cause: String,
}

/// A trained classifier.
#[derive(Clone, Debug, PartialEq)]
pub struct Model {
    /// The images that it knows.
    pub kind: ImageKind,
    /// Share of held-out images that it names rightly, for each attribute.
    pub accuracy: Vec<f64>,
    /// What computes the logits of all attributes.
    pub network: Network,
    /// Its flat buffer of parameters.
    pub params: Vec<f32>,
}

#[derive(Serialize, Deserialize)]
struct Header {
    kind: ImageKind,
    network: Network,
    accuracy: Vec<f64>,
    /// How to make the file again.
    command: String,
}

impl Model {
    /// What is known of its images.
    pub fn facts(&self) -> &'static ImageFacts {
        self.kind.facts()
    }

    /// Whether it looks at images of `kind`.
    ///
    /// # Errors
    /// It was trained on others.
    pub fn check(&self, kind: ImageKind) -> Result<(), ModelError> {
        if self.kind == kind {
            return Ok(());
        }
        Err(ModelError {
            cause: format!("it knows {}, not {}", self.kind.name(), kind.name()),
        })
    }

    /// Its network. The constructors have checked it.
    pub(super) fn stack(&self) -> Stack {
        Stack::new("network", &self.network, &self.facts().shape, 0)
            .expect("checked when it was made")
    }

    /// As a safetensors file, with the `command` that makes it again.
    pub fn to_bytes(&self, command: &str) -> Vec<u8> {
        let header = Header {
            kind: self.kind,
            network: self.network.clone(),
            accuracy: self.accuracy.clone(),
            command: command.into(),
        };
        let header = serde_json::to_string(&header).expect("a header is plain data");
        let bytes: Vec<u8> = (self.params.iter())
            .flat_map(|&x| f16::from_f32(x).to_le_bytes())
            .collect();
        let view = TensorView::new(Dtype::F16, vec![self.params.len()], &bytes);
        let view = view.expect("two bytes for each number");
        let metadata = HashMap::from([(KEY.to_string(), header)]);
        safetensors::serialize([(PARAMS, view)], Some(metadata)).expect("one well-formed tensor")
    }

    /// From a safetensors file.
    ///
    /// # Errors
    /// A damaged file, or one that holds something else.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, ModelError> {
        let error = |cause: String| ModelError { cause };
        let damaged = |e: safetensors::SafeTensorError| {
            error(format!("it is damaged ({})", excerpt(&e.to_string())))
        };
        let (_, metadata) = SafeTensors::read_metadata(bytes).map_err(damaged)?;
        let header = (metadata.metadata().as_ref().and_then(|m| m.get(KEY)))
            .ok_or_else(|| error("its header is not that of a classifier".into()))?;
        let header: Header = crate::json::from_str(header).map_err(|e| {
            error(format!(
                "its header does not read ({})",
                excerpt(&e.to_string())
            ))
        })?;
        let stack = Stack::new("network", &header.network, &header.kind.facts().shape, 0)
            .map_err(|e| error(e.to_string()))?;
        let tensors = SafeTensors::deserialize(bytes).map_err(damaged)?;
        let view = tensors.tensor(PARAMS).map_err(damaged)?;
        let classes = (header.kind.facts().attributes.iter())
            .map(|a| a.classes.len())
            .sum::<usize>();
        let outputs: usize = stack.output.iter().product();
        if view.dtype() != Dtype::F16 || view.shape() != [stack.params_len()] || outputs != classes
        {
            return Err(error(format!(
                "it has {:?} {} for {outputs} classes, and its network needs F16 [{}] for {classes}",
                view.dtype(),
                excerpt(&format!("{:?}", view.shape())),
                stack.params_len()
            )));
        }
        let numbers: Vec<f16> = (view.data().as_chunks::<2>().0.iter())
            .map(|pair| f16::from_le_bytes(*pair))
            .collect();
        if let Some(at) = numbers.iter().position(|x| !x.is_finite()) {
            let param = stack.params.iter().find(|p| at < p.offset + p.len());
            let name = param.map_or(PARAMS, |p| &p.name);
            return Err(error(format!(
                "its `{name}` holds a number that is not finite"
            )));
        }
        Ok(Self {
            kind: header.kind,
            accuracy: header.accuracy,
            network: header.network,
            params: numbers.to_f32_vec(),
        })
    }
}
