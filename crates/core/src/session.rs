//! What a backend offers: a program's buffers on a device, and its entries to run.

/// Names a buffer that the host may touch, by its index in the program.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Slot {
    /// The program's input of this index, which the host writes.
    Input(usize),
    /// The program's state of this index, which lives on the device.
    State(usize),
    /// Output `output` of entry `entry`; holds what the last run of that entry left.
    Output {
        /// Index of the entry whose output it is.
        entry: usize,
        /// The output's index within the entry.
        output: usize,
    },
}

/// What the names of rasterizers on the CPU contain, in small letters.
pub const SOFTWARE_ADAPTERS: [&str; 4] = ["swiftshader", "llvmpipe", "lavapipe", "basic render"];

/// Why there is no place for a program.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum DeviceError {
    /// The backend was left out when this was compiled.
    #[error("this build has no {0} backend; compile it with the feature `{1}`")]
    NotCompiled(&'static str, &'static str),
    /// There is an adapter, but the CPU backend is faster.
    #[error("the only adapter, {0}, is a software one")]
    Software(String),
    /// The browser has no `navigator.gpu`.
    #[error("this browser does not offer WebGPU")]
    NoWebGpu,
    /// There is no adapter of the wanted kind.
    #[error("no GPU adapter was found: {0}")]
    NoAdapter(String),
    /// The adapter is too small for any of our kernels.
    #[error("the adapter's {limit} is {available}, and at least {needed} is needed")]
    LimitTooSmall {
        /// The limit by its name in WebGPU.
        limit: &'static str,
        /// Bytes that the program needs.
        needed: u64,
        /// What the adapter has.
        available: u64,
    },
    /// The adapter gave no device.
    #[error("the adapter gave no device: {0}")]
    Refused(String),
}
