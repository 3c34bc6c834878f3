//! What a model keeps on the device, and what for.

use std::collections::HashMap;

use ganlet_core::{Builder, DType, Init, Tensor};

/// What a state is for, which decides where it goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// What is learned: weights, and their averages.
    Parameter,
    /// What only an optimizer needs.
    Optimizer,
    /// Running statistics, counters, keys, recorded metrics.
    Statistic,
    /// What the data set gives; in no checkpoint.
    Data,
    /// What a question leaves behind; in no checkpoint.
    Scratch,
}

impl Role {
    /// Whether training changes it, so that a checkpoint needs it.
    pub fn is_saved(self) -> bool {
        match self {
            Role::Parameter | Role::Optimizer | Role::Statistic => true,
            Role::Data | Role::Scratch => false,
        }
    }
}

/// Declares states with what they are for.
pub(crate) struct States<'a> {
    b: &'a Builder,
    roles: HashMap<String, Role>,
}

impl<'a> States<'a> {
    pub(super) fn new(b: &'a Builder) -> Self {
        let roles = HashMap::new();
        Self { b, roles }
    }

    /// What each state is for, by name.
    pub(super) fn into_roles(self) -> HashMap<String, Role> {
        self.roles
    }

    pub(crate) fn builder(&self) -> &'a Builder {
        self.b
    }

    pub(crate) fn declare(
        &mut self,
        name: &str,
        shape: &[usize],
        dtype: DType,
        init: Init,
        role: Role,
    ) -> Tensor {
        self.roles.insert(name.into(), role);
        self.b.state(name, shape, dtype, init)
    }

    pub(crate) fn zeros(
        &mut self,
        name: &str,
        shape: &[usize],
        dtype: DType,
        role: Role,
    ) -> Tensor {
        self.declare(name, shape, dtype, Init::Zeros, role)
    }

    pub(crate) fn floats(
        &mut self,
        name: &str,
        shape: &[usize],
        values: &[f32],
        role: Role,
    ) -> Tensor {
        let bytes = Init::Bytes(bytemuck::cast_slice(values).into());
        self.declare(name, shape, DType::F32, bytes, role)
    }
}
