//! Runs plans on WebGPU: in the browser through `navigator.gpu`, natively through Vulkan, Metal or D3D12.
//!
//! The only module that imports wgpu. Nothing here panics on what a device does: a lost device, a shader that a driver
//! refuses and a buffer that does not fit are errors.

mod device;
mod error;
mod limits;
mod pipelines;
mod session;
mod signal;

pub use device::{AdapterInfo, Device, Prefer};
pub use error::GpuError;
pub use session::{Info, Kept, Session};

#[cfg(test)]
mod tests;
