//! What can go wrong on a device, said so that a person can act on it.

use crate::session::Slot;

/// Why a session failed.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum GpuError {
    /// A kernel uses more buffers than the device binds at once.
    #[error(
        "kernel {kernel} binds {needed} buffers; the device allows {limit} (maxStorageBuffersPerShaderStage)"
    )]
    TooManyBindings {
        /// Name of the kernel that was refused.
        kernel: String,
        /// How many it binds.
        needed: usize,
        /// How many are allowed.
        limit: usize,
    },
    /// A buffer is larger than the device binds.
    #[error("{buffer} takes {bytes} bytes; the device allows {limit} ({limit_name})")]
    BufferTooLarge {
        /// What it is for.
        buffer: String,
        /// Bytes of the buffer.
        bytes: u64,
        /// Bytes that the device allows for one buffer.
        limit: u64,
        /// The limit by its name in WebGPU.
        limit_name: &'static str,
    },
    /// A kernel needs more of something than the device has.
    #[error("kernel {kernel} needs {needed} of {limit_name}; the device allows {limit}")]
    KernelTooLarge {
        /// Name of the kernel that was refused.
        kernel: String,
        /// How much of the limited resource the kernel needs.
        needed: u64,
        /// How much of it the device allows.
        limit: u64,
        /// The limit by its name in WebGPU.
        limit_name: &'static str,
    },
    /// The driver or the browser refused a shader.
    #[error("kernel {kernel} did not compile: {message}")]
    Compile {
        /// Name of the kernel that was refused.
        kernel: String,
        /// What the compiler said.
        message: String,
    },
    /// The device is gone; a new one is needed.
    #[error("the GPU device was lost: {0}")]
    Lost(String),
    /// The device has no memory for the buffers.
    #[error("the GPU is out of memory: {0}")]
    OutOfMemory(String),
    /// The device reported an error.
    #[error("the GPU reported an error: {0}")]
    Fault(String),
    /// There is no such entry.
    #[error("the program has no entry {0}")]
    NoSuchEntry(usize),
    /// There is no such buffer.
    #[error("the program has no {0:?}")]
    NoSuchSlot(Slot),
    /// The bytes to be written do not fill the buffer.
    #[error("{slot:?} takes {expected} bytes, not {given}")]
    WrongLength {
        /// The buffer that was to be written.
        slot: Slot,
        /// Bytes that the buffer has.
        expected: usize,
        /// The size of what was given.
        given: usize,
    },
    /// The session's buffers were destroyed.
    #[error("the session was destroyed")]
    Destroyed,
}
