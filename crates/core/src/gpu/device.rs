//! An adapter and its device, with what they report kept as typed errors.

use std::sync::{Arc, Mutex};

use super::error::GpuError;
use super::limits::check_buffers;
use super::pipelines::Pipelines;
use super::signal::{Signal, lock, signal};
use crate::plan::Plan;
use crate::program::Program;
use crate::session::{DeviceError, SOFTWARE_ADAPTERS};
use crate::wgsl::{AdapterClass, Tuned, Tuning};

/// Which adapter to take where there are several. A browser has its own mind about this.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Prefer {
    /// The fastest adapter, where there are several.
    #[default]
    Performance,
    /// The one that spares the battery.
    LowPower,
    /// A rasterizer on the CPU, for tests.
    Software,
}

/// What is known of an adapter.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct AdapterInfo {
    /// The name of the hardware; browsers may keep it to themselves.
    pub name: String,
    /// The interface it is driven through.
    pub backend: String,
    /// Whether it is a rasterizer on the CPU. The CPU backend is faster than that.
    pub software: bool,
}

impl AdapterInfo {
    /// Which shaders suit it.
    pub fn class(&self) -> AdapterClass {
        AdapterClass::of(&self.name, self.software)
    }
}

/// What the device said outside of any call.
#[derive(Default)]
struct Faults {
    lost: Option<String>,
    error: Option<GpuError>,
}

/// A device. Clones are the same device and share its compiled pipelines.
#[derive(Clone)]
pub struct Device {
    pub(super) raw: wgpu::Device,
    pub(super) queue: wgpu::Queue,
    pub(super) pipelines: Arc<Mutex<Pipelines>>,
    pub(super) limits: wgpu::Limits,
    info: AdapterInfo,
    faults: Arc<Mutex<Faults>>,
    tuning: Tuning,
}

impl Device {
    /// Asks for an adapter and its device.
    ///
    /// # Errors
    /// Where there is none, or it is too small.
    pub async fn request(prefer: Prefer) -> Result<Device, DeviceError> {
        #[cfg(target_arch = "wasm32")]
        if !browser::has_webgpu() {
            return Err(DeviceError::NoWebGpu);
        }
        let instance = wgpu::Instance::new(wgpu::InstanceDescriptor {
            flags: wgpu::InstanceFlags::empty(),
            ..wgpu::InstanceDescriptor::new_without_display_handle()
        });
        let adapter = find_adapter(&instance, prefer).await?;
        let available = adapter.limits();
        check_limits(&available)?;
        // The defaults, clamped, and of what programs differ in all that there is.
        let limits = wgpu::Limits {
            max_storage_buffers_per_shader_stage: available.max_storage_buffers_per_shader_stage,
            max_storage_buffer_binding_size: available.max_storage_buffer_binding_size,
            max_buffer_size: available.max_buffer_size,
            ..wgpu::Limits::defaults().or_worse_values_from(&available)
        };
        let descriptor = wgpu::DeviceDescriptor {
            label: Some("ganlet"),
            required_features: adapter.features() & wgpu::Features::SUBGROUP,
            required_limits: limits.clone(),
            ..Default::default()
        };
        let (raw, queue) = adapter
            .request_device(&descriptor)
            .await
            .map_err(|error| DeviceError::Refused(error.to_string()))?;

        let faults = Arc::new(Mutex::new(Faults::default()));
        let on_lost = Arc::clone(&faults);
        raw.set_device_lost_callback(move |reason, message| {
            lock(&on_lost)
                .lost
                .get_or_insert(format!("{reason:?}: {message}"));
        });
        let on_error = Arc::clone(&faults);
        raw.on_uncaptured_error(Arc::new(move |error: wgpu::Error| {
            let fault = match error {
                wgpu::Error::OutOfMemory { .. } => GpuError::OutOfMemory(error.to_string()),
                wgpu::Error::Validation { .. } | wgpu::Error::Internal { .. } => {
                    GpuError::Fault(error.to_string())
                }
            };
            lock(&on_error).error.get_or_insert(fault);
        }));
        let pipelines = Arc::new(Mutex::new(Pipelines::default()));
        let info = adapter_info(&raw, &adapter.get_info());
        let mut tuning = Tuning::of(info.class());
        tuning.quads &= has_subgroups(&raw);
        Ok(Device {
            raw,
            queue,
            pipelines,
            limits,
            tuning,
            info,
            faults,
        })
    }

    /// The largest buffer that kernels may be given, in bytes.
    pub fn max_buffer_bytes(&self) -> u64 {
        let limits = &self.limits;
        limits
            .max_storage_buffer_binding_size
            .min(limits.max_buffer_size)
    }

    /// Whether every buffer of a plan fits by itself; nothing is allocated.
    ///
    /// # Errors
    /// The first that does not.
    pub fn check_buffers(&self, program: &Program, plan: &Plan) -> Result<(), GpuError> {
        check_buffers(&self.limits, program, plan)
    }

    /// What is known of the adapter.
    pub fn info(&self) -> &AdapterInfo {
        &self.info
    }

    /// The shapes of shaders that suit the adapter.
    pub fn tuning(&self) -> &Tuning {
        &self.tuning
    }

    /// Takes over what was measured on this adapter. What was measured on another is left alone.
    pub fn tune(&mut self, tuned: &Tuned) {
        if tuned.adapter == self.info.name {
            self.tuning.tiles.clone_from(&tuned.tiles);
        }
    }

    /// What the device has reported since it was last asked. A lost device stays lost.
    pub(super) fn check(&self) -> Result<(), GpuError> {
        let mut faults = lock(&self.faults);
        if let Some(message) = &faults.lost {
            return Err(GpuError::Lost(message.clone()));
        }
        match faults.error.take() {
            Some(fault) => Err(fault),
            None => Ok(()),
        }
    }

    /// Submits; the signal comes when the device is done with it and all before it.
    pub(super) fn submit(&self, commands: Option<wgpu::CommandBuffer>) -> Submission<()> {
        let index = self.queue.submit(commands);
        let (sender, done) = signal();
        self.queue.on_submitted_work_done(move || sender.send(()));
        Submission { index, done }
    }

    /// Waits for what a callback of this submission delivers.
    pub(super) async fn wait<T>(&self, submission: Submission<T>) -> Result<T, GpuError> {
        let Submission { index, done } = submission;
        // A browser runs callbacks by itself.
        #[cfg(target_arch = "wasm32")]
        let (_, _nudges) = (index, browser::nudge(&self.queue));
        #[cfg(not(target_arch = "wasm32"))]
        {
            // Natively callbacks only run from within a poll.
            let wait = wgpu::PollType::Wait {
                submission_index: Some(index),
                timeout: None,
            };
            let polled = self.raw.poll(wait);
            if !done.is_ready() {
                self.check()?;
                let message = polled
                    .err()
                    .map_or("a callback was dropped".to_string(), |e| e.to_string());
                return Err(GpuError::Lost(message));
            }
        }
        let value = done.await;
        self.check()?;
        Ok(value)
    }
}

/// Work on its way.
pub(super) struct Submission<T> {
    pub(super) index: wgpu::SubmissionIndex,
    pub(super) done: Signal<T>,
}

async fn find_adapter(
    instance: &wgpu::Instance,
    prefer: Prefer,
) -> Result<wgpu::Adapter, DeviceError> {
    #[cfg(not(target_arch = "wasm32"))]
    if prefer == Prefer::Software {
        let adapters = instance.enumerate_adapters(wgpu::Backends::all()).await;
        return adapters
            .into_iter()
            .find(|adapter| is_software(&adapter.get_info()))
            .ok_or_else(|| {
                DeviceError::NoAdapter(
                    "no software rasterizer (Mesa's lavapipe, WARP) is installed".into(),
                )
            });
    }
    let options = wgpu::RequestAdapterOptions {
        power_preference: match prefer {
            Prefer::Performance | Prefer::Software => wgpu::PowerPreference::HighPerformance,
            Prefer::LowPower => wgpu::PowerPreference::LowPower,
        },
        ..Default::default()
    };
    instance
        .request_adapter(&options)
        .await
        .map_err(|error| DeviceError::NoAdapter(error.to_string()))
}

/// What every kernel may count on (WebGPU's own minimum but for two).
fn check_limits(available: &wgpu::Limits) -> Result<(), DeviceError> {
    let needs = [
        (
            "maxStorageBuffersPerShaderStage",
            8,
            available.max_storage_buffers_per_shader_stage,
        ),
        (
            "maxComputeInvocationsPerWorkgroup",
            256,
            available.max_compute_invocations_per_workgroup,
        ),
        (
            "maxComputeWorkgroupSizeX",
            256,
            available.max_compute_workgroup_size_x,
        ),
        (
            "maxComputeWorkgroupStorageSize",
            16 * 1024,
            available.max_compute_workgroup_storage_size,
        ),
        (
            "maxComputeWorkgroupsPerDimension",
            65_535,
            available.max_compute_workgroups_per_dimension,
        ),
    ];
    match needs
        .into_iter()
        .find(|(_, needed, available)| available < needed)
    {
        Some((limit, needed, available)) => Err(DeviceError::LimitTooSmall {
            limit,
            needed: u64::from(needed),
            available: u64::from(available),
        }),
        None => Ok(()),
    }
}

fn is_software(info: &wgpu::AdapterInfo) -> bool {
    info.device_type == wgpu::DeviceType::Cpu || is_software_name(&info.name)
}

fn is_software_name(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    SOFTWARE_ADAPTERS.iter().any(|known| name.contains(known))
}

#[cfg(not(target_arch = "wasm32"))]
fn adapter_info(_device: &wgpu::Device, info: &wgpu::AdapterInfo) -> AdapterInfo {
    AdapterInfo {
        name: info.name.clone(),
        backend: info.backend.to_string(),
        software: is_software(info),
    }
}

#[cfg(not(target_arch = "wasm32"))]
pub(super) fn has_subgroups(device: &wgpu::Device) -> bool {
    device.features().contains(wgpu::Features::SUBGROUP)
}

/// wgpu 30 has no name for the feature in browsers: whoever loads the library has to ask for it there.
#[cfg(target_arch = "wasm32")]
pub(super) fn has_subgroups(device: &wgpu::Device) -> bool {
    browser::has_feature(device, "subgroups")
}

#[cfg(target_arch = "wasm32")]
fn adapter_info(device: &wgpu::Device, info: &wgpu::AdapterInfo) -> AdapterInfo {
    let name = if info.name.is_empty() {
        browser::adapter_name(device)
    } else {
        info.name.clone()
    };
    let software = is_software(info) || is_software_name(&name);
    AdapterInfo {
        name,
        backend: "webgpu".into(),
        software,
    }
}

/// What wgpu does not pass on.
#[cfg(target_arch = "wasm32")]
mod browser {
    use std::sync::OnceLock;

    use js_sys::{Function, Reflect};
    use wasm_bindgen::prelude::*;

    /// How often a queue is nudged, in milliseconds. Browsers take no less than 4.
    const NUDGE_MILLISECONDS: i32 = 1;

    #[wasm_bindgen]
    extern "C" {
        #[wasm_bindgen(js_name = setInterval)]
        fn set_interval(callback: &Function, milliseconds: i32) -> JsValue;
        #[wasm_bindgen(js_name = clearInterval)]
        fn clear_interval(timer: &JsValue);
    }

    /// Submits nothing to a queue again and again, for as long as this lives.
    ///
    /// Firefox looks for what is done when something is submitted, and else ten times a second, so that every wait would
    /// take 100 ms. Other browsers need none of this, and SwiftShader's steps would take a fifth longer.
    pub(super) struct Nudges {
        timer: JsValue,
        _callback: Closure<dyn FnMut()>,
    }

    /// Nudges a queue where the browser needs it.
    pub(super) fn nudge(queue: &wgpu::Queue) -> Option<Nudges> {
        static NEEDED: OnceLock<bool> = OnceLock::new();
        if !NEEDED.get_or_init(is_firefox) {
            return None;
        }
        let queue = queue.clone();
        let callback = Closure::new(move || {
            queue.submit([]);
        });
        let timer = set_interval(callback.as_ref().unchecked_ref(), NUDGE_MILLISECONDS);
        Some(Nudges {
            timer,
            _callback: callback,
        })
    }

    fn is_firefox() -> bool {
        let agent = get(&get(&js_sys::global(), "navigator"), "userAgent");
        agent
            .as_string()
            .is_some_and(|agent| agent.contains("Firefox/"))
    }

    impl Drop for Nudges {
        fn drop(&mut self) {
            clear_interval(&self.timer);
        }
    }

    fn get(object: &JsValue, key: &str) -> JsValue {
        // Reading a property of `undefined` throws; to us it is just as undefined.
        Reflect::get(object, &JsValue::from_str(key)).unwrap_or(JsValue::UNDEFINED)
    }

    pub(super) fn has_webgpu() -> bool {
        let gpu = get(&get(&js_sys::global(), "navigator"), "gpu");
        !gpu.is_undefined() && !gpu.is_null()
    }

    pub(super) fn has_feature(device: &wgpu::Device, name: &str) -> bool {
        let features = device.as_webgpu().map_or(JsValue::UNDEFINED, |device| {
            get(device.as_ref(), "features")
        });
        get(&features, "has")
            .dyn_into::<Function>()
            .and_then(|has| has.call1(&features, &JsValue::from_str(name)))
            .is_ok_and(|found| found.is_truthy())
    }

    /// Vendor and architecture: what Chrome tells where it keeps the full name to itself.
    pub(super) fn adapter_name(device: &wgpu::Device) -> String {
        let info = device.as_webgpu().map_or(JsValue::UNDEFINED, |device| {
            get(device.as_ref(), "adapterInfo")
        });
        let parts =
            ["vendor", "architecture"].map(|key| get(&info, key).as_string().unwrap_or_default());
        match parts.join(" ").trim() {
            "" => "unnamed adapter".to_string(),
            name => name.to_string(),
        }
    }
}
