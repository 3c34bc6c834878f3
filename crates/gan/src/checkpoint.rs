//! One safetensors file: weights, optimizer state and counters, with the config in its header.

use std::borrow::Cow;
use std::collections::HashMap;

use ganlet_core::program::StateDef;
use ganlet_core::{DType, Init};
use half::f16;
use safetensors::tensor::{Dtype, TensorView};
use safetensors::{SafeTensorError, SafeTensors};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::error::{ConfigError, excerpt};
use crate::experiment::ExperimentConfig;
use crate::model::{ModelConfig, Role, Traced};

/// The newest layout of our header that is read. A larger number in a file means a newer ganlet wrote it.
const VERSION: u32 = 2;
/// The layout of a GAN's header, which builds from before there were other models read.
const GAN_VERSION: u32 = 1;

/// Where the header stands in the file's metadata.
const KEY: &str = "ganlet";

/// What a checkpoint says of itself.
#[derive(Serialize, Deserialize)]
struct Header {
    version: u32,
    seed: u32,
    step: u64,
    /// Weights alone: what is missing starts anew.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    weights_only: bool,
    config: Value,
}

/// Why a checkpoint cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum CheckpointError {
    /// Not a safetensors file, or cut short.
    #[error("the checkpoint is damaged ({}); save it again, or take an older one", excerpt(&.0.to_string()))]
    Damaged(#[from] SafeTensorError),
    /// A safetensors file of somebody else.
    #[error(
        "this safetensors file has no header of ganlet's, so it is no checkpoint; load one that ganlet saved"
    )]
    Foreign,
    /// Written by a newer version.
    #[error(
        "the checkpoint has format {found}, and this ganlet reads up to {VERSION}; update ganlet, or reload the page"
    )]
    Newer {
        /// The version that the file's header names.
        found: u32,
    },
    /// The config in the header cannot work.
    #[error("the checkpoint's config cannot be used: {0}")]
    Config(#[from] ConfigError),
    /// Tensors do not match the model.
    #[error("the checkpoint is of another model: {problem}; load it as a new trainer instead")]
    Mismatch {
        /// Which tensor differs, and how.
        problem: String,
    },
    /// A number that is no number.
    #[error(
        "the checkpoint's `{tensor}` holds a number that is not finite (NaN or infinite), so nothing can be made with it or \
         learned from it; take an older one"
    )]
    NotFinite {
        /// The first such parameter or state.
        tensor: String,
    },
}

/// What a trainer has learned, and what it needs to go on.
#[derive(Clone, Debug)]
pub struct Checkpoint {
    /// The experiment that the tensors belong to.
    pub config: ExperimentConfig,
    /// The seed of every random number.
    pub seed: u32,
    /// Training steps taken when it was saved.
    pub step: u64,
    weights_only: bool,
    tensors: Vec<Tensor>,
}

/// States by their index in a program, and what they hold.
pub type Contents<'a> = Vec<(usize, Cow<'a, [u8]>)>;

#[derive(Clone, Debug)]
struct Tensor {
    /// What it is for; unknown in a file that was read.
    role: Option<Role>,
    name: String,
    shape: Vec<usize>,
    dtype: Dtype,
    bytes: Vec<u8>,
}

impl Checkpoint {
    /// Of a game's state: index in the program, and contents.
    pub fn new(
        config: ExperimentConfig,
        seed: u32,
        step: u64,
        traced: &Traced,
        states: Vec<(usize, Vec<u8>)>,
    ) -> Self {
        let tensors = states
            .into_iter()
            .map(|(index, bytes)| {
                let state = &traced.program.states[index];
                Tensor {
                    role: Some(traced.role(state)),
                    name: state.name.clone(),
                    shape: state.shape.clone(),
                    dtype: file_dtype(state.dtype),
                    bytes,
                }
            })
            .collect();
        Self {
            config,
            seed,
            step,
            weights_only: false,
            tensors,
        }
    }

    /// The same model without what only training needs, and its weights in half precision: a sixth of the size. Training
    /// can go on from it, with optimizers that start anew.
    pub fn weights_only(mut self) -> Self {
        self.tensors
            .retain(|tensor| tensor.role != Some(Role::Optimizer));
        for tensor in &mut self.tensors {
            if tensor.role == Some(Role::Parameter) && tensor.dtype == Dtype::F32 {
                let numbers: Vec<f32> = bytemuck::pod_collect_to_vec(&tensor.bytes);
                let halves: Vec<f16> = numbers.iter().map(|&x| f16::from_f32(x)).collect();
                // Half precision ends at 65,504; beyond that the weights stay as they are.
                if halves.iter().all(|half| half.is_finite()) {
                    tensor.bytes = halves.iter().flat_map(|half| half.to_le_bytes()).collect();
                    tensor.dtype = Dtype::F16;
                }
            }
        }
        self.weights_only = true;
        self
    }

    /// As a safetensors file.
    ///
    /// # Errors
    /// None in practice: the tensors come from a program.
    pub fn to_bytes(&self) -> Result<Vec<u8>, CheckpointError> {
        let views = self
            .tensors
            .iter()
            .map(|t| {
                Ok((
                    t.name.as_str(),
                    TensorView::new(t.dtype, t.shape.clone(), &t.bytes)?,
                ))
            })
            .collect::<Result<Vec<_>, SafeTensorError>>()?;
        // One entry: the file format leaves the order of several open, and equal games should give equal files.
        let header = Header {
            version: match self.config.model.kind() {
                ModelConfig::DEFAULT => GAN_VERSION,
                _ => VERSION,
            },
            seed: self.seed,
            step: self.step,
            weights_only: self.weights_only,
            config: serde_json::to_value(&self.config).expect("a config is plain data"),
        };
        let header = serde_json::to_string(&header).expect("a header is plain data");
        let header = HashMap::from([(KEY.to_string(), header)]);
        Ok(safetensors::serialize(views, Some(header))?)
    }

    /// From a safetensors file.
    ///
    /// # Errors
    /// A damaged file, one that ganlet did not write, one of a newer version, or a config that cannot work.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, CheckpointError> {
        let (_, metadata) = SafeTensors::read_metadata(bytes)?;
        let header = metadata.metadata().as_ref().and_then(|m| m.get(KEY));
        let header = header.ok_or(CheckpointError::Foreign)?;
        let header: Header = crate::json::from_str(header).map_err(|_| CheckpointError::Foreign)?;
        if header.version > VERSION {
            return Err(CheckpointError::Newer {
                found: header.version,
            });
        }
        let config = ExperimentConfig::parse(&header.config.to_string())?;
        let tensors = SafeTensors::deserialize(bytes)?
            .tensors()
            .into_iter()
            .map(|(name, view)| Tensor {
                role: None,
                name,
                shape: view.shape().to_vec(),
                dtype: view.dtype(),
                bytes: view.data().to_vec(),
            })
            .collect();
        Ok(Self {
            config,
            seed: header.seed,
            step: header.step,
            weights_only: header.weights_only,
            tensors,
        })
    }

    /// The contents of every state that training changes, by its index in the program of `traced`.
    ///
    /// # Errors
    /// A tensor that is missing or has another shape.
    pub fn matched(&self, traced: &Traced) -> Result<Contents<'_>, CheckpointError> {
        (traced.saved_states())
            .map(|(index, state)| Ok((index, self.contents(state)?)))
            .collect()
    }

    /// The contents of a state: as the file has them, or as the state starts where the file has weights alone.
    ///
    /// # Errors
    /// A tensor that is missing or has another shape.
    pub fn contents(&self, state: &StateDef) -> Result<Cow<'_, [u8]>, CheckpointError> {
        let mismatch = |problem: String| CheckpointError::Mismatch { problem };
        let Some(tensor) = self.tensors.iter().find(|t| t.name == state.name) else {
            if self.weights_only {
                return Ok(initial_bytes(state).into());
            }
            return Err(mismatch(format!("it has no `{}`", state.name)));
        };
        if self.weights_only
            && tensor.dtype == Dtype::F16
            && state.dtype == DType::F32
            && tensor.shape == state.shape
        {
            let halves = tensor.bytes.as_chunks::<2>().0.iter();
            let wide = halves.flat_map(|&pair| f16::from_le_bytes(pair).to_f32().to_le_bytes());
            return Ok(wide.collect());
        }
        if tensor.shape != state.shape || tensor.dtype != file_dtype(state.dtype) {
            return Err(mismatch(format!(
                "its `{}` is {:?} {}, and the game's is {:?} {}",
                state.name,
                tensor.dtype,
                excerpt(&format!("{:?}", tensor.shape)),
                state.shape,
                state.dtype
            )));
        }
        Ok(tensor.bytes.as_slice().into())
    }
}

/// What a state holds before the first step.
pub(crate) fn initial_bytes(state: &StateDef) -> Vec<u8> {
    match &state.init {
        Init::Zeros => vec![0; state.dtype.bytes(state.shape.iter().product())],
        Init::Bytes(bytes) => bytes.to_vec(),
    }
}

fn file_dtype(dtype: DType) -> Dtype {
    match dtype {
        DType::F32 => Dtype::F32,
        DType::U32 | DType::Bool => Dtype::U32,
        DType::U8 => Dtype::U8,
    }
}
