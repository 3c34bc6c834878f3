//! A plan's buffers on a device, and its entries to run.

use std::collections::{HashSet, VecDeque};

use super::device::{Device, Submission};
use super::error::GpuError;
use super::limits::{allocated, check_buffers, check_shader, length};
use super::pipelines::Recipe;
use super::signal::signal;
use crate::plan::kernel::{Access, BufferId, Kernel, shared_bindings};
use crate::plan::{Buffer, Plan, Role};
use crate::program::{Init, Program};
use crate::session::Slot;
use crate::wgsl::{self, Shader, Tuning};

/// How long one submit should keep the device, so that a page stays responsive and a watchdog calm.
const SUBMIT_MILLISECONDS: f64 = 50.0;
/// Dispatches in the first submit, before anything is known of the device.
const FIRST_DISPATCHES: f64 = 64.0;
/// Dispatches in a submit at most: recording them takes time too.
const MOST_DISPATCHES: f64 = 4096.0;
/// Submits under way at most. The device works on one while the next is recorded.
const IN_FLIGHT: usize = 2;
/// What a session consists of.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Info {
    /// The adapter's name.
    pub adapter: String,
    /// The interface it is driven through.
    pub backend: String,
    /// Whether the adapter is a rasterizer on the CPU.
    pub software: bool,
    /// Different shaders, over all entries.
    pub kernels: usize,
    /// Dispatches that one run of each entry takes, by its index.
    pub dispatches: Vec<usize>,
    /// What the buffers take on the device.
    pub bytes: u64,
}

struct Dispatch {
    name: String,
    shader: Shader,
    buffers: Vec<BufferId>,
    read_only: Vec<bool>,
}

impl Dispatch {
    fn new(kernels: &[Kernel], tuning: &Tuning) -> Self {
        let names: Vec<&str> = kernels.iter().map(|kernel| kernel.name.as_str()).collect();
        let bindings = shared_bindings(kernels);
        Self {
            name: names.join(" + "),
            shader: wgsl::emit(kernels, tuning),
            buffers: bindings.iter().map(|binding| binding.buffer).collect(),
            read_only: bindings.iter().map(|b| b.access == Access::Read).collect(),
        }
    }
}

struct Ready {
    pipeline: wgpu::ComputePipeline,
    bind_group: wgpu::BindGroup,
    workgroups: [u32; 3],
}

struct Entry {
    dispatches: Vec<Dispatch>,
    /// Once prepared, one for each dispatch.
    ready: Option<Vec<Ready>>,
    outputs: Vec<BufferId>,
}

/// A copy of a buffer's contents, for [`Session::take`] to hand over.
pub struct Kept {
    staging: wgpu::Buffer,
    buffer: BufferId,
}

/// A submit that nobody has waited for yet.
struct InFlight {
    submission: Submission<()>,
    submitted: f64,
    dispatches: usize,
}

/// The buffers of a program on a device.
pub struct Session {
    device: Device,
    shapes: Vec<Buffer>,
    buffers: Vec<wgpu::Buffer>,
    inputs: Vec<BufferId>,
    states: Vec<BufferId>,
    entries: Vec<Entry>,
    /// Staging buffers that serve the next copies.
    spare: Vec<wgpu::Buffer>,
    /// What was submitted and may still be under way, the oldest first.
    in_flight: VecDeque<InFlight>,
    /// When the last submit that was waited for was done.
    last_done: f64,
    /// Dispatches in one submit, as measured.
    dispatches_per_submit: f64,
    destroyed: bool,
}

impl Session {
    /// Allocates a plan's buffers and fills its state.
    ///
    /// # Errors
    /// Where the program is too large for the device; nothing is allocated then.
    pub fn new(device: &Device, program: &Program, plan: &Plan) -> Result<Session, GpuError> {
        Session::with_tuning(device, program, plan, device.tuning())
    }

    /// [`new`](Session::new) with shaders in shapes of the caller's choice.
    ///
    /// # Errors
    /// Where the program is too large for the device; nothing is allocated then.
    pub fn with_tuning(
        device: &Device,
        program: &Program,
        plan: &Plan,
        tuning: &Tuning,
    ) -> Result<Session, GpuError> {
        let entries: Vec<Entry> = plan
            .entries
            .iter()
            .map(|entry| Entry {
                dispatches: entry
                    .dispatches
                    .iter()
                    .map(|kernels| Dispatch::new(kernels, tuning))
                    .collect(),
                ready: None,
                outputs: entry.outputs.clone(),
            })
            .collect();
        check_buffers(&device.limits, program, plan)?;
        for dispatch in entries.iter().flat_map(|entry| &entry.dispatches) {
            let bindings = dispatch.buffers.len();
            check_shader(&device.limits, &dispatch.name, bindings, &dispatch.shader)?;
        }

        let buffers = plan
            .buffers
            .iter()
            .map(|buffer| {
                device.raw.create_buffer(&wgpu::BufferDescriptor {
                    label: None,
                    size: allocated(buffer),
                    usage: wgpu::BufferUsages::STORAGE
                        | wgpu::BufferUsages::COPY_SRC
                        | wgpu::BufferUsages::COPY_DST,
                    mapped_at_creation: false,
                })
            })
            .collect();
        let find = |wanted: fn(Role) -> Option<usize>, count: usize| {
            let mut found = vec![0; count];
            for (id, buffer) in plan.buffers.iter().enumerate() {
                if let Some(place) = wanted(buffer.role).and_then(|index| found.get_mut(index)) {
                    *place = id;
                }
            }
            found
        };
        let inputs = find(
            |role| {
                if let Role::Input(i) = role {
                    Some(i)
                } else {
                    None
                }
            },
            program.inputs.len(),
        );
        let states = find(
            |role| {
                if let Role::State(i) = role {
                    Some(i)
                } else {
                    None
                }
            },
            program.states.len(),
        );
        let mut session = Session {
            device: device.clone(),
            shapes: plan.buffers.clone(),
            buffers,
            inputs,
            states,
            entries,
            spare: Vec::new(),
            in_flight: VecDeque::new(),
            last_done: f64::NEG_INFINITY,
            dispatches_per_submit: FIRST_DISPATCHES,
            destroyed: false,
        };
        for (i, state) in program.states.iter().enumerate() {
            if let Init::Bytes(bytes) = &state.init {
                session.write(Slot::State(i), bytes)?;
            }
        }
        device.check()?;
        Ok(session)
    }

    /// Compiles what an entry needs. `progress` hears how many pipelines are done, of how many.
    ///
    /// # Errors
    /// Where a shader does not compile or the device fails.
    pub async fn prepare(
        &mut self,
        entry: usize,
        progress: &mut dyn FnMut(usize, usize),
    ) -> Result<(), GpuError> {
        self.alive()?;
        let entry = self
            .entries
            .get_mut(entry)
            .ok_or(GpuError::NoSuchEntry(entry))?;
        if entry.ready.is_some() {
            return Ok(());
        }
        let recipes: Vec<Recipe<'_>> = entry
            .dispatches
            .iter()
            .map(|dispatch| Recipe {
                name: &dispatch.name,
                source: &dispatch.shader.source,
                entry: dispatch.shader.entry,
                subgroups: dispatch.shader.subgroups,
                read_only: &dispatch.read_only,
            })
            .collect();
        let pipelines = self.device.compile(&recipes, progress).await?;
        let ready = entry
            .dispatches
            .iter()
            .zip(pipelines)
            .map(|(dispatch, pipeline)| {
                let resources: Vec<_> = dispatch
                    .buffers
                    .iter()
                    .zip(0..)
                    .map(|(&buffer, binding)| wgpu::BindGroupEntry {
                        binding,
                        resource: self.buffers[buffer].as_entire_binding(),
                    })
                    .collect();
                let bind_group = self
                    .device
                    .raw
                    .create_bind_group(&wgpu::BindGroupDescriptor {
                        label: None,
                        layout: &self.device.layout(&dispatch.read_only),
                        entries: &resources,
                    });
                Ready {
                    pipeline,
                    bind_group,
                    workgroups: dispatch.shader.workgroups,
                }
            })
            .collect();
        entry.ready = Some(ready);
        self.device.check()
    }

    /// Runs an entry several times. Resolves when the device is done.
    ///
    /// # Errors
    /// Where the device fails.
    pub async fn run(&mut self, entry: usize, steps: usize) -> Result<(), GpuError> {
        self.start(entry, steps).await?;
        while let Some(oldest) = self.in_flight.pop_front() {
            self.settle(oldest).await?;
        }
        self.device.check()
    }

    /// Runs an entry several times. Resolves when the device has been given all of it; what is read later waits for it.
    ///
    /// # Errors
    /// Where the device fails.
    pub async fn start(&mut self, entry: usize, steps: usize) -> Result<(), GpuError> {
        self.prepare(entry, &mut |_, _| {}).await?;
        let mut todo = 0..steps * self.ready(entry)?.len();
        while !todo.is_empty() {
            while self.in_flight.len() >= IN_FLIGHT
                && let Some(oldest) = self.in_flight.pop_front()
            {
                self.settle(oldest).await?;
            }
            let wanted = self.dispatches_per_submit as usize;
            let dispatches = todo.by_ref().take(wanted);
            self.submit(entry, dispatches)?;
        }
        self.device.check()
    }

    fn ready(&self, entry: usize) -> Result<&[Ready], GpuError> {
        let ready = self.entries.get(entry).and_then(|e| e.ready.as_deref());
        ready.ok_or(GpuError::NoSuchEntry(entry))
    }

    /// Submits dispatches of an entry that repeats itself, by their index from its first run on.
    fn submit(
        &mut self,
        entry: usize,
        indices: impl Iterator<Item = usize>,
    ) -> Result<(), GpuError> {
        let ready = self.ready(entry)?;
        let mut encoder = self.encoder();
        let mut dispatches = 0;
        {
            let mut pass = encoder.begin_compute_pass(&wgpu::ComputePassDescriptor::default());
            for dispatch in indices.map(|index| &ready[index % ready.len()]) {
                let [x, y, z] = dispatch.workgroups;
                pass.set_pipeline(&dispatch.pipeline);
                pass.set_bind_group(0, &dispatch.bind_group, &[]);
                pass.dispatch_workgroups(x, y, z);
                dispatches += 1;
            }
        }
        let submission = self.device.submit(Some(encoder.finish()));
        self.in_flight.push_back(InFlight {
            submission,
            submitted: now(),
            dispatches,
        });
        Ok(())
    }

    fn encoder(&self) -> wgpu::CommandEncoder {
        let descriptor = wgpu::CommandEncoderDescriptor::default();
        self.device.raw.create_command_encoder(&descriptor)
    }

    /// Waits for a submit, and learns from the time that it took.
    async fn settle(&mut self, oldest: InFlight) -> Result<(), GpuError> {
        self.device.wait(oldest.submission).await?;
        self.learn(oldest.submitted, oldest.dispatches);
        Ok(())
    }

    /// Adapts the size of a submit to what the last one, which is done now, has taken.
    fn learn(&mut self, submitted: f64, dispatches: usize) {
        // The device began with it when it was submitted or when the one before was done.
        let elapsed = (now() - submitted.max(self.last_done)).max(0.1);
        self.last_done = now();
        let fitting = dispatches as f64 * SUBMIT_MILLISECONDS / elapsed;
        let grown = self.dispatches_per_submit * 2.0;
        self.dispatches_per_submit = fitting.min(grown).clamp(1.0, MOST_DISPATCHES);
    }

    /// Replaces the contents of an input or a state.
    ///
    /// # Errors
    /// Where the slot does not exist or has another size.
    pub fn write(&mut self, slot: Slot, bytes: &[u8]) -> Result<(), GpuError> {
        self.alive()?;
        let id = self.buffer(slot)?;
        let expected = length(&self.shapes[id]);
        if bytes.len() != expected {
            return Err(GpuError::WrongLength {
                slot,
                expected,
                given: bytes.len(),
            });
        }
        // Writes come in whole words.
        let whole = bytes.len() / 4 * 4;
        let queue = &self.device.queue;
        if whole > 0 {
            queue.write_buffer(&self.buffers[id], 0, &bytes[..whole]);
        }
        if whole < bytes.len() {
            let mut word = [0; 4];
            word[..bytes.len() - whole].copy_from_slice(&bytes[whole..]);
            queue.write_buffer(&self.buffers[id], whole as u64, &word);
        }
        Ok(())
    }

    /// The contents of a buffer after all that was run before.
    ///
    /// # Errors
    /// Where the slot does not exist or the device fails.
    pub async fn read(&mut self, slot: Slot) -> Result<Vec<u8>, GpuError> {
        let kept = self.keep(slot)?;
        Ok(self.take(vec![kept]).await?.swap_remove(0))
    }

    /// Sets the contents of a buffer aside, as they are after all that was run before: [`take`](Self::take) hands them over.
    /// What is read of one moment or several thus costs one wait.
    ///
    /// # Errors
    /// Where the slot does not exist or the device fails.
    pub fn keep(&mut self, slot: Slot) -> Result<Kept, GpuError> {
        self.alive()?;
        let buffer = self.buffer(slot)?;
        let size = allocated(&self.shapes[buffer]);
        let fitting = self.spare.iter().position(|spare| spare.size() >= size);
        let staging = match fitting {
            Some(place) => self.spare.swap_remove(place),
            None => self.device.raw.create_buffer(&wgpu::BufferDescriptor {
                label: Some("staging"),
                size,
                usage: wgpu::BufferUsages::MAP_READ | wgpu::BufferUsages::COPY_DST,
                mapped_at_creation: false,
            }),
        };
        let mut encoder = self.encoder();
        encoder.copy_buffer_to_buffer(&self.buffers[buffer], 0, &staging, 0, size);
        self.device.queue.submit([encoder.finish()]);
        Ok(Kept { staging, buffer })
    }

    /// The contents that were kept.
    ///
    /// # Errors
    /// Where the device fails.
    pub async fn take(&mut self, kept: Vec<Kept>) -> Result<Vec<Vec<u8>>, GpuError> {
        self.alive()?;
        let mapped: Vec<_> = kept
            .iter()
            .map(|Kept { staging, .. }| {
                let (sender, done) = signal();
                staging.map_async(wgpu::MapMode::Read, .., move |outcome| sender.send(outcome));
                done
            })
            .collect();
        // Whatever was submitted before is done with it.
        let index = self.device.queue.submit([]);
        let mut contents = Vec::with_capacity(kept.len());
        for (Kept { staging, buffer }, done) in kept.into_iter().zip(mapped) {
            let index = index.clone();
            self.device
                .wait(Submission { index, done })
                .await?
                .map_err(|error| GpuError::Fault(error.to_string()))?;
            let view = staging
                .get_mapped_range(..)
                .map_err(|error| GpuError::Fault(error.to_string()))?;
            contents.push(view[..length(&self.shapes[buffer])].to_vec());
            drop(view);
            staging.unmap();
            self.spare.push(staging);
        }
        if let Some(first) = self.in_flight.front() {
            let submitted = first.submitted;
            let dispatches = self.in_flight.drain(..).map(|one| one.dispatches).sum();
            self.learn(submitted, dispatches);
        }
        Ok(contents)
    }

    /// What the session consists of.
    pub fn info(&self) -> Info {
        let adapter = self.device.info();
        let shaders: HashSet<&str> = self
            .entries
            .iter()
            .flat_map(|entry| &entry.dispatches)
            .map(|dispatch| dispatch.shader.source.as_str())
            .collect();
        Info {
            adapter: adapter.name.clone(),
            backend: adapter.backend.clone(),
            software: adapter.software,
            kernels: shaders.len(),
            dispatches: self
                .entries
                .iter()
                .map(|entry| entry.dispatches.len())
                .collect(),
            bytes: self.shapes.iter().map(allocated).sum(),
        }
    }

    /// Gives the buffers back now. In a browser dropping them would only leave them to the garbage collector.
    pub fn destroy(&mut self) {
        self.destroyed = true;
        for buffer in self.buffers.iter().chain(&self.spare) {
            buffer.destroy();
        }
    }

    fn alive(&self) -> Result<(), GpuError> {
        if self.destroyed {
            Err(GpuError::Destroyed)
        } else {
            self.device.check()
        }
    }

    fn buffer(&self, slot: Slot) -> Result<BufferId, GpuError> {
        let found = match slot {
            Slot::Input(i) => self.inputs.get(i),
            Slot::State(i) => self.states.get(i),
            Slot::Output { entry, output } => {
                self.entries.get(entry).and_then(|e| e.outputs.get(output))
            }
        };
        found.copied().ok_or(GpuError::NoSuchSlot(slot))
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        self.destroy();
    }
}

/// Milliseconds from some fixed moment.
#[cfg(not(target_arch = "wasm32"))]
fn now() -> f64 {
    use std::sync::LazyLock;
    use std::time::Instant;
    static START: LazyLock<Instant> = LazyLock::new(Instant::now);
    START.elapsed().as_secs_f64() * 1e3
}

/// Milliseconds from some fixed moment.
#[cfg(target_arch = "wasm32")]
fn now() -> f64 {
    js_sys::Date::now()
}
