//! Both backends, as the comparisons of [`parity`](crate::parity) want them.

use ganlet_core::gpu::{Device, Prefer};
use ganlet_core::plan::plan;
use ganlet_core::wgsl::{self, Tuning};
use ganlet_core::{Program, Slot, cpu, gpu};
use pollster::block_on;

use crate::parity::Backend;

/// The CPU backend, with two threads.
pub struct Cpu(pub cpu::Session);

impl Cpu {
    /// A session of its own.
    pub fn new(program: &Program) -> Self {
        Self(cpu::Session::new(program, &plan(program), 2, u64::MAX).expect("there is no limit"))
    }
}

impl Backend for Cpu {
    fn write(&mut self, slot: Slot, bytes: &[u8]) {
        self.0.write(slot, bytes).expect("a slot of the program");
    }

    fn run(&mut self, entry: usize) {
        self.0.run(entry, 1).expect("an entry of the program");
    }

    fn read(&mut self, slot: Slot) -> Vec<u8> {
        self.0.read(slot).expect("a slot of the program")
    }
}

/// The GPU backend.
pub struct Gpu(pub gpu::Session);

impl Gpu {
    /// With the plan and shaders that suit the adapter.
    pub fn new(device: &Device, program: &Program) -> Self {
        Self::shaped(device, program, device.tuning())
    }

    /// With the plan and shaders for another kind of adapter: those for real GPUs run on a rasterizer too.
    ///
    /// # Panics
    /// Where the program is too large for the device.
    pub fn shaped(device: &Device, program: &Program, tuning: &Tuning) -> Self {
        let plan = wgsl::plan(program, tuning);
        let session = gpu::Session::with_tuning(device, program, &plan, tuning);
        Self(session.expect("a program that fits"))
    }
}

impl Backend for Gpu {
    fn write(&mut self, slot: Slot, bytes: &[u8]) {
        self.0.write(slot, bytes).expect("a slot of the program");
    }

    fn run(&mut self, entry: usize) {
        block_on(self.0.run(entry, 1)).expect("an entry of the program");
    }

    fn read(&mut self, slot: Slot) -> Vec<u8> {
        block_on(self.0.read(slot)).expect("a slot of the program")
    }
}

/// A software adapter where there is one, so that every machine runs the same test.
///
/// # Panics
/// Where there is no adapter at all.
pub fn device() -> Device {
    block_on(Device::request(Prefer::Software))
        .or_else(|_| block_on(Device::request(Prefer::Performance)))
        .unwrap_or_else(|error| {
            panic!(
                "{error}; these tests need a Vulkan, Metal or D3D12 adapter, and a software one will do \
                 (Debian: apt-get install mesa-vulkan-drivers libvulkan1)"
            )
        })
}
