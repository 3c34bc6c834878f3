//! How large buffers are on the device, and what a device is too small for: found out before anything is allocated.

use super::error::GpuError;
use crate::dtype::DType;
use crate::plan::{Buffer, Plan, Role};
use crate::program::Program;
use crate::wgsl::Shader;

/// Buffers are padded to whole vectors, which kernels may load and store past a buffer's last element.
const ALIGNMENT: usize = 16;

/// Bytes that the host sees.
pub(super) fn length(buffer: &Buffer) -> usize {
    match buffer.dtype {
        DType::U8 => buffer.len,
        DType::F32 | DType::U32 | DType::Bool => buffer.dtype.bytes(buffer.len),
    }
}

/// Bytes on the device.
pub(super) fn allocated(buffer: &Buffer) -> u64 {
    buffer
        .dtype
        .bytes(buffer.len)
        .next_multiple_of(ALIGNMENT)
        .max(ALIGNMENT) as u64
}

/// Whether every buffer fits.
pub(super) fn check_buffers(
    limits: &wgpu::Limits,
    program: &Program,
    plan: &Plan,
) -> Result<(), GpuError> {
    let allowed = [
        (
            "maxStorageBufferBindingSize",
            limits.max_storage_buffer_binding_size,
        ),
        ("maxBufferSize", limits.max_buffer_size),
    ];
    for (id, buffer) in plan.buffers.iter().enumerate() {
        let bytes = allocated(buffer);
        if let Some(&(limit_name, limit)) = allowed.iter().find(|(_, limit)| bytes > *limit) {
            let named = |kind: &str, name: Option<&String>| match name {
                Some(name) => format!("{kind} {name}"),
                None => format!("{kind} of buffer {id}"),
            };
            let buffer = match buffer.role {
                Role::Input(i) => named("input", program.inputs.get(i).map(|input| &input.name)),
                Role::State(i) => named("state", program.states.get(i).map(|state| &state.name)),
                Role::Slot => named("intermediate", None),
                Role::Output => named("output", None),
            };
            return Err(GpuError::BufferTooLarge {
                buffer,
                bytes,
                limit,
                limit_name,
            });
        }
    }
    Ok(())
}

/// Whether the shader of that name, over so many buffers, fits.
pub(super) fn check_shader(
    limits: &wgpu::Limits,
    name: &str,
    needed: usize,
    shader: &Shader,
) -> Result<(), GpuError> {
    let limit = limits.max_storage_buffers_per_shader_stage as usize;
    if needed > limit {
        return Err(GpuError::TooManyBindings {
            kernel: name.to_string(),
            needed,
            limit,
        });
    }
    let needs = [
        (
            "maxComputeWorkgroupStorageSize",
            shader.workgroup_bytes,
            limits.max_compute_workgroup_storage_size,
        ),
        (
            "maxComputeInvocationsPerWorkgroup",
            shader.workgroup_size,
            limits.max_compute_invocations_per_workgroup,
        ),
        (
            "maxComputeWorkgroupsPerDimension",
            shader.workgroups[1],
            limits.max_compute_workgroups_per_dimension,
        ),
    ];
    match needs.into_iter().find(|(_, needed, limit)| needed > limit) {
        Some((limit_name, needed, limit)) => Err(GpuError::KernelTooLarge {
            kernel: name.to_string(),
            needed: u64::from(needed),
            limit: u64::from(limit),
            limit_name,
        }),
        None => Ok(()),
    }
}
