//! One face for both backends: choose where a program runs, and run it.

use crate::cpu;
use crate::gpu::{self, Device, DeviceError, GpuError, Prefer};
use crate::plan::{EntryPlan, plan};
use crate::program::Program;
use crate::session::Slot;

/// Where a program is to run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Choice {
    /// A real GPU where there is one; the CPU where there is none, or only a rasterizer, which is slower than that.
    #[default]
    Auto,
    /// A GPU, whatever it is.
    Gpu,
    /// The CPU.
    Cpu,
}

/// A place to run programs.
#[derive(Clone)]
pub enum Place {
    /// On the CPU, with so many threads.
    Cpu {
        /// At least 1; a browser tab has 1.
        threads: usize,
        /// Why it is not a GPU, where one was looked for.
        reason: Option<String>,
    },
    /// On a GPU.
    Gpu(Device),
}

impl Place {
    /// Finds a place for `choice`.
    ///
    /// # Errors
    /// [`Choice::Gpu`] where there is no usable device.
    pub async fn find(choice: Choice, threads: usize) -> Result<Self, DeviceError> {
        match choice {
            Choice::Cpu => Ok(Place::Cpu {
                threads,
                reason: None,
            }),
            // A person who asks for a GPU gets the real one if there is one; tests have only a rasterizer.
            Choice::Gpu => Device::request(Prefer::Performance).await.map(Place::Gpu),
            Choice::Auto => Ok(match Device::request(Prefer::Performance).await {
                Ok(device) if !device.info().software => Place::Gpu(device),
                Ok(device) => {
                    let reason = format!(
                        "the only adapter, {}, is a software one",
                        device.info().name
                    );
                    Place::Cpu {
                        threads,
                        reason: Some(reason),
                    }
                }
                Err(error) => Place::Cpu {
                    threads,
                    reason: Some(error.to_string()),
                },
            }),
        }
    }

    /// The largest buffer that a program may have here, in bytes.
    pub fn max_buffer_bytes(&self) -> u64 {
        match self {
            // Kernels count elements of four bytes with 32 bits; a browser's memory has fewer.
            Place::Cpu { .. } => (i32::MAX as u64 * 4).min(isize::MAX as u64),
            Place::Gpu(device) => device.max_buffer_bytes(),
        }
    }
}

/// Why a session failed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SessionError {
    /// On the GPU.
    #[error(transparent)]
    Gpu(#[from] GpuError),
    /// On the CPU.
    #[error(transparent)]
    Cpu(#[from] cpu::SessionError),
}

/// What a session consists of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Info {
    /// `webgpu` or `cpu`.
    pub backend: &'static str,
    /// The adapter's name, or what the CPU backend uses.
    pub adapter: String,
    /// Whether the adapter is a rasterizer on the CPU.
    pub software: bool,
    /// Why it is not a GPU, where one was looked for.
    pub fallback_reason: Option<String>,
    /// Different kernels, over all entries.
    pub kernels: usize,
    /// What each entry runs: kernels on the CPU; on a GPU dispatches, in which kernels may share.
    pub dispatches: Vec<usize>,
    /// Bytes of all buffers.
    pub bytes: u64,
    /// Bytes below which no assignment of values to buffers gets: all that is alive at once.
    pub least_bytes: u64,
}

/// A program's buffers and entries, ready to run. State persists from run to run.
pub struct Session {
    inner: Inner,
    fallback_reason: Option<String>,
    threads: usize,
    dispatches: Vec<usize>,
    least_bytes: u64,
}

enum Inner {
    Cpu(Box<cpu::Session>),
    Gpu(Box<gpu::Session>),
}

impl Session {
    /// Plans `program` and allocates its buffers at `place`.
    ///
    /// # Errors
    /// A program too large for the device.
    pub fn new(place: &Place, program: &Program) -> Result<Self, SessionError> {
        let plan = plan(program);
        let count = |entry: &EntryPlan| match place {
            Place::Cpu { .. } => entry.kernels().count(),
            Place::Gpu(_) => entry.dispatches.len(),
        };
        let dispatches = plan.entries.iter().map(count).collect();
        let least_bytes = plan.least_bytes() as u64;
        Ok(match place {
            Place::Cpu { threads, reason } => Self {
                inner: Inner::Cpu(Box::new(cpu::Session::new(program, &plan, *threads))),
                fallback_reason: reason.clone(),
                threads: *threads,
                dispatches,
                least_bytes,
            },
            Place::Gpu(device) => Self {
                inner: Inner::Gpu(Box::new(gpu::Session::new(device, program, &plan)?)),
                fallback_reason: None,
                threads: 0,
                dispatches,
                least_bytes,
            },
        })
    }

    /// Compiles what `entry` needs; `progress` hears how many kernels are done, of how many.
    ///
    /// # Errors
    /// A kernel that the device refuses.
    pub async fn prepare(
        &mut self,
        entry: usize,
        progress: &mut dyn FnMut(usize, usize),
    ) -> Result<(), SessionError> {
        match &mut self.inner {
            Inner::Cpu(_) => Ok(()),
            Inner::Gpu(session) => Ok(session.prepare(entry, progress).await?),
        }
    }

    /// Runs an entry `steps` times.
    ///
    /// # Errors
    /// A device that fails or is lost.
    pub async fn run(&mut self, entry: usize, steps: usize) -> Result<(), SessionError> {
        match &mut self.inner {
            Inner::Cpu(session) => Ok(session.run(entry, steps)?),
            Inner::Gpu(session) => Ok(session.run(entry, steps).await?),
        }
    }

    /// Fills a buffer.
    ///
    /// # Errors
    /// The wrong number of bytes.
    pub fn write(&mut self, slot: Slot, bytes: &[u8]) -> Result<(), SessionError> {
        match &mut self.inner {
            Inner::Cpu(session) => Ok(session.write(slot, bytes)?),
            Inner::Gpu(session) => Ok(session.write(slot, bytes)?),
        }
    }

    /// The contents of a buffer, once everything that was run is done.
    ///
    /// # Errors
    /// A device that fails or is lost.
    pub async fn read(&mut self, slot: Slot) -> Result<Vec<u8>, SessionError> {
        match &mut self.inner {
            Inner::Cpu(session) => Ok(session.read(slot)?),
            Inner::Gpu(session) => Ok(session.read(slot).await?),
        }
    }

    /// What the session consists of.
    pub fn info(&self) -> Info {
        let dispatches = self.dispatches.clone();
        match &self.inner {
            Inner::Cpu(session) => {
                let info = session.info();
                Info {
                    backend: "cpu",
                    adapter: cpu_name(self.threads),
                    software: false,
                    fallback_reason: self.fallback_reason.clone(),
                    kernels: info.kernels,
                    dispatches,
                    bytes: info.bytes as u64,
                    least_bytes: self.least_bytes,
                }
            }
            Inner::Gpu(session) => {
                let info = session.info();
                Info {
                    backend: "webgpu",
                    adapter: info.adapter,
                    software: info.software,
                    fallback_reason: None,
                    kernels: info.kernels,
                    dispatches,
                    bytes: info.bytes,
                    least_bytes: self.least_bytes,
                }
            }
        }
    }

    /// Frees every buffer now: in a browser dropping alone does not.
    pub fn destroy(&mut self) {
        if let Inner::Gpu(session) = &mut self.inner {
            session.destroy();
        }
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        self.destroy();
    }
}

/// What the CPU backend computes with, in words.
fn cpu_name(threads: usize) -> String {
    #[cfg(target_arch = "x86_64")]
    let unit = if is_x86_feature_detected!("avx512f") {
        "AVX-512"
    } else if is_x86_feature_detected!("avx2") {
        "AVX2"
    } else {
        "SSE2"
    };
    #[cfg(target_arch = "wasm32")]
    let unit = if cfg!(target_feature = "simd128") {
        "WebAssembly SIMD"
    } else {
        "WebAssembly"
    };
    #[cfg(not(any(target_arch = "x86_64", target_arch = "wasm32")))]
    let unit = std::env::consts::ARCH;
    match threads {
        1 => format!("{unit}, 1 thread"),
        _ => format!("{unit}, {threads} threads"),
    }
}
