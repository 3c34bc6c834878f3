//! One face for both backends: choose where a program runs, and run it.
//!
//! Either backend can be left out of a build (the features `cpu` and `gpu`), which makes the browser's modules small.

#[cfg(feature = "cpu")]
use crate::cpu;
#[cfg(feature = "gpu")]
use crate::gpu::{self, Device, Prefer};
use crate::plan::{EntryPlan, Plan};
use crate::program::Program;
use crate::session::{DeviceError, Slot};
use crate::wgsl::Tuned;

/// Where a program is to run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Choice {
    /// A real GPU where there is one; the CPU where there is none, or only a rasterizer, which is slower than that.
    #[default]
    Auto,
    /// A GPU, whatever it is.
    Gpu,
    /// The CPU, whatever GPUs there are.
    Cpu,
}

/// A place to run programs.
#[derive(Clone)]
pub enum Place {
    /// On the CPU, with so many threads.
    #[cfg(feature = "cpu")]
    Cpu {
        /// At least 1; a browser tab has 1.
        threads: usize,
        /// Bytes that the buffers of a program may take.
        memory: u64,
        /// Why it is not a GPU, where one was looked for.
        reason: Option<String>,
    },
    /// On a GPU, through this device.
    #[cfg(feature = "gpu")]
    Gpu(Device),
}

/// A match over the backends that were compiled.
macro_rules! either {
    ($on:expr, $enum:ident, Cpu $cpu:tt => $then:expr, Gpu $gpu:tt => $else:expr $(,)?) => {
        match $on {
            #[cfg(feature = "cpu")]
            $enum::Cpu $cpu => $then,
            #[cfg(feature = "gpu")]
            $enum::Gpu $gpu => $else,
        }
    };
}

impl Place {
    /// Finds a place for `choice`.
    ///
    /// # Errors
    /// [`Choice::Gpu`] where there is no usable device, [`Choice::Auto`] where there is none and no CPU backend either,
    /// and a choice that was not compiled.
    pub async fn find(choice: Choice, threads: usize) -> Result<Self, DeviceError> {
        match choice {
            Choice::Cpu => Self::cpu(threads, None),
            // A person who asks for a GPU gets the real one if there is one; tests have only a rasterizer.
            Choice::Gpu => Self::gpu(true).await,
            Choice::Auto => match Self::gpu(false).await {
                Ok(place) => Ok(place),
                Err(reason) => Self::cpu(threads, Some(reason)),
            },
        }
    }

    #[cfg(feature = "cpu")]
    fn cpu(threads: usize, reason: Option<DeviceError>) -> Result<Self, DeviceError> {
        let reason = reason.map(|reason| reason.to_string());
        // A browser addresses 4 GiB; the program itself and what it is made from are in there too.
        let memory = (isize::MAX as u64 / 4).saturating_mul(7);
        Ok(Place::Cpu {
            threads,
            memory,
            reason,
        })
    }

    #[cfg(not(feature = "cpu"))]
    fn cpu(_threads: usize, reason: Option<DeviceError>) -> Result<Self, DeviceError> {
        Err(reason.unwrap_or(DeviceError::NotCompiled("CPU", "cpu")))
    }

    #[cfg(feature = "gpu")]
    async fn gpu(software: bool) -> Result<Self, DeviceError> {
        let device = Device::request(Prefer::Performance).await?;
        let info = device.info();
        if info.software && !software {
            return Err(DeviceError::Software(info.name.clone()));
        }
        Ok(Place::Gpu(device))
    }

    #[cfg(not(feature = "gpu"))]
    async fn gpu(_software: bool) -> Result<Self, DeviceError> {
        Err(DeviceError::NotCompiled("GPU", "gpu"))
    }

    /// Takes over what was measured on this place's adapter, if it was measured on this one.
    pub fn tune(&mut self, tuned: &Tuned) {
        either!(
            self, Self,
            Cpu { .. } => { let _ = tuned; },
            Gpu (device) => device.tune(tuned),
        )
    }

    /// The largest buffer that a program may have here, in bytes.
    pub fn max_buffer_bytes(&self) -> u64 {
        either!(
            self, Self,
            // Kernels count elements of four bytes with 32 bits; a browser's memory has fewer.
            Cpu { .. } => (i32::MAX as u64 * 4).min(isize::MAX as u64),
            Gpu (device) => device.max_buffer_bytes(),
        )
    }
}

/// Why a session failed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SessionError {
    /// The GPU backend failed.
    #[cfg(feature = "gpu")]
    #[error(transparent)]
    Gpu(#[from] gpu::GpuError),
    /// The CPU backend failed.
    #[cfg(feature = "cpu")]
    #[error(transparent)]
    Cpu(#[from] cpu::SessionError),
}

impl SessionError {
    /// Whether the device is gone, so that only a new one helps.
    pub fn is_lost(&self) -> bool {
        match self {
            #[cfg(feature = "gpu")]
            Self::Gpu(error) => matches!(error, gpu::GpuError::Lost(_)),
            #[cfg(feature = "cpu")]
            Self::Cpu(_) => false,
        }
    }

    /// Where the program's buffers do not fit: bytes that all of them may take, as far as it is known.
    pub fn room(&self) -> Option<u64> {
        match self {
            // WebGPU does not tell how much memory there is; what each buffer may take, `Session::bytes` knows.
            #[cfg(feature = "gpu")]
            Self::Gpu(error) => matches!(
                error,
                gpu::GpuError::OutOfMemory(_) | gpu::GpuError::BufferTooLarge { .. }
            )
            .then_some(u64::MAX),
            #[cfg(feature = "cpu")]
            Self::Cpu(cpu::SessionError::OutOfMemory { available, .. }) => Some(*available),
            #[cfg(feature = "cpu")]
            Self::Cpu(_) => None,
        }
    }
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

/// The contents of a buffer at some moment, for [`Session::take`] to hand over.
pub enum Kept {
    /// They are there.
    #[cfg(feature = "cpu")]
    Cpu(Vec<u8>),
    /// They are on their way.
    #[cfg(feature = "gpu")]
    Gpu(gpu::Kept),
}

impl Kept {
    #[cfg(feature = "cpu")]
    fn cpu(self) -> Option<Vec<u8>> {
        match self {
            Kept::Cpu(bytes) => Some(bytes),
            #[cfg(feature = "gpu")]
            Kept::Gpu(_) => None,
        }
    }

    #[cfg(feature = "gpu")]
    fn gpu(self) -> Option<gpu::Kept> {
        match self {
            #[cfg(feature = "cpu")]
            Kept::Cpu(_) => None,
            Kept::Gpu(kept) => Some(kept),
        }
    }
}

/// A program's buffers and entries, ready to run. State persists from run to run.
pub struct Session {
    inner: Inner,
    dispatches: Vec<usize>,
    least_bytes: u64,
}

enum Inner {
    #[cfg(feature = "cpu")]
    Cpu {
        session: Box<cpu::Session>,
        threads: usize,
        reason: Option<String>,
    },
    #[cfg(feature = "gpu")]
    Gpu(Box<gpu::Session>),
}

impl Session {
    /// Bytes that the buffers of `program` would take at `place`; nothing is allocated.
    ///
    /// # Errors
    /// A buffer that is too large for the device by itself.
    pub fn bytes(place: &Place, program: &Program) -> Result<u64, SessionError> {
        let plan = planned(place, program);
        either!(
            place, Place,
            Cpu { .. } => {},
            Gpu (device) => device.check_buffers(program, &plan)?
        );
        Ok(plan.bytes())
    }

    /// Plans `program` and allocates its buffers at `place`.
    ///
    /// # Errors
    /// A program too large for the device.
    pub fn new(place: &Place, program: &Program) -> Result<Self, SessionError> {
        let plan = planned(place, program);
        let count = |entry: &EntryPlan| {
            either!(
                place, Place,
                Cpu { .. } => entry.kernels().count(),
                Gpu (_) => entry.dispatches.len(),
            )
        };
        Ok(Self {
            inner: either!(
                place, Place,
                Cpu { threads, memory, reason } => Inner::Cpu {
                    session: Box::new(cpu::Session::new(program, &plan, *threads, *memory)?),
                    threads: *threads,
                    reason: reason.clone(),
                },
                Gpu (device) => Inner::Gpu(Box::new(gpu::Session::new(device, program, &plan)?)),
            ),
            dispatches: plan.entries.iter().map(count).collect(),
            least_bytes: plan.least_bytes(),
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
        either!(
            &mut self.inner, Inner,
            // Done when the session was made.
            Cpu { .. } => { let _ = (entry, progress); Ok(()) },
            Gpu (session) => Ok(session.prepare(entry, progress).await?),
        )
    }

    /// Runs an entry `steps` times.
    ///
    /// # Errors
    /// A device that fails or is lost.
    pub async fn run(&mut self, entry: usize, steps: usize) -> Result<(), SessionError> {
        either!(
            &mut self.inner, Inner,
            Cpu { session, .. } => Ok(session.run(entry, steps)?),
            Gpu (session) => Ok(session.run(entry, steps).await?),
        )
    }

    /// Runs an entry `steps` times, and may come back while the device is still at it: what is read later waits for it.
    ///
    /// # Errors
    /// A device that fails or is lost.
    pub async fn start(&mut self, entry: usize, steps: usize) -> Result<(), SessionError> {
        either!(
            &mut self.inner, Inner,
            Cpu { session, .. } => Ok(session.run(entry, steps)?),
            Gpu (session) => Ok(session.start(entry, steps).await?),
        )
    }

    /// Sets the contents of a buffer, from the bytes of its elements in row-major order.
    ///
    /// # Errors
    /// The wrong number of bytes.
    pub fn write(&mut self, slot: Slot, bytes: &[u8]) -> Result<(), SessionError> {
        either!(
            &mut self.inner, Inner,
            Cpu { session, .. } => Ok(session.write(slot, bytes)?),
            Gpu (session) => Ok(session.write(slot, bytes)?),
        )
    }

    /// The contents of a buffer, once everything that was run is done.
    ///
    /// # Errors
    /// A device that fails or is lost.
    pub async fn read(&mut self, slot: Slot) -> Result<Vec<u8>, SessionError> {
        either!(
            &mut self.inner, Inner,
            Cpu { session, .. } => Ok(session.read(slot)?),
            Gpu (session) => Ok(session.read(slot).await?),
        )
    }

    /// Sets the contents of a buffer aside, as they are after everything that was run: [`take`](Self::take) hands them over.
    /// What is read of several buffers, or at several moments, thus costs one wait.
    ///
    /// # Errors
    /// A slot that does not exist, a device that fails or is lost.
    pub fn keep(&mut self, slot: Slot) -> Result<Kept, SessionError> {
        either!(
            &mut self.inner, Inner,
            Cpu { session, .. } => Ok(Kept::Cpu(session.read(slot)?)),
            Gpu (session) => Ok(Kept::Gpu(session.keep(slot)?)),
        )
    }

    /// The contents that were kept.
    ///
    /// # Errors
    /// A device that fails or is lost.
    pub async fn take(&mut self, kept: Vec<Kept>) -> Result<Vec<Vec<u8>>, SessionError> {
        // A session has one backend, and so has what it kept.
        either!(
            &mut self.inner, Inner,
            Cpu { .. } => Ok(kept.into_iter().filter_map(Kept::cpu).collect()),
            Gpu (session) => {
                let kept = kept.into_iter().filter_map(Kept::gpu).collect();
                Ok(session.take(kept).await?)
            },
        )
    }

    /// What the session consists of.
    pub fn info(&self) -> Info {
        let (dispatches, least_bytes) = (self.dispatches.clone(), self.least_bytes);
        either!(
            &self.inner, Inner,
            Cpu { session, threads, reason, .. } => {
                let info = session.info();
                Info {
                    backend: "cpu",
                    adapter: cpu::name(*threads),
                    software: false,
                    fallback_reason: reason.clone(),
                    kernels: info.kernels,
                    dispatches,
                    bytes: info.bytes as u64,
                    least_bytes,
                }
            },
            Gpu (session) => {
                let info = session.info();
                Info {
                    backend: "webgpu",
                    adapter: info.adapter,
                    software: info.software,
                    fallback_reason: None,
                    kernels: info.kernels,
                    dispatches,
                    bytes: info.bytes,
                    least_bytes,
                }
            },
        )
    }

    /// Frees every buffer now: in a browser dropping alone does not.
    pub fn destroy(&mut self) {
        either!(
            &mut self.inner, Inner,
            Cpu { .. } => {},
            Gpu (session) => session.destroy(),
        )
    }
}

fn planned(place: &Place, program: &Program) -> Plan {
    either!(
        place, Place,
        Cpu { .. } => crate::plan::plan(program),
        Gpu (device) => crate::wgsl::plan(program, device.tuning()),
    )
}

impl Drop for Session {
    fn drop(&mut self) {
        self.destroy();
    }
}
