//! The browser's view of [`ganlet`]: a `Trainer` class for JavaScript. No logic of its own.

mod data;
mod failure;
mod latent;
mod options;
mod trainer;

use ganlet_core::session::{DeviceError, SOFTWARE_ADAPTERS};
use wasm_bindgen::prelude::*;

pub use failure::Failure;
pub use trainer::Trainer;

#[wasm_bindgen(start)]
fn start() {
    console_error_panic_hook::set_once();
}

/// Why there is no GPU, in words, for a page that has asked the browser by itself: `left-out` of the site, `no-webgpu`,
/// `no-adapter`, or `software` with the adapter's name.
#[wasm_bindgen(js_name = whyNoGpu)]
pub fn why_no_gpu(case: &str, adapter: Option<String>) -> Result<String, Failure> {
    let reason = match case {
        "left-out" => DeviceError::NotCompiled("GPU", "gpu"),
        "no-webgpu" => DeviceError::NoWebGpu,
        "no-adapter" => DeviceError::NoAdapter("the browser offers none".into()),
        "software" => DeviceError::Software(adapter.unwrap_or_default()),
        other => {
            return Err(Failure::input(format!(
                "there is no case \"{}\"",
                ganlet::error::excerpt(other)
            )));
        }
    };
    Ok(reason.to_string())
}

/// What a page wants to know before there is a module, as JSON:
/// `{presets: [{name, steps, data, config}], software_adapters: [part of a name]}`.
/// It is written beside the modules when they are built, with the presets' words, which no module holds.
#[wasm_bindgen]
pub fn catalog() -> String {
    let presets: Vec<serde_json::Value> = ganlet::preset::all()
        .iter()
        .map(|preset| {
            let config = preset.config();
            let config_json = serde_json::to_value(&config).expect("a config is plain data");
            serde_json::json!({
                "name": preset.name,
                "steps": config.steps,
                "data": config_json["data"]["kind"],
                "config": config_json,
            })
        })
        .collect();
    serde_json::json!({ "presets": presets, "software_adapters": SOFTWARE_ADAPTERS }).to_string()
}
