//! The browser's view of [`ganlet`]: a `Trainer` class for JavaScript. No logic of its own.

mod data;
mod latent;
mod options;
mod trainer;

use ganlet_core::session::SOFTWARE_ADAPTERS;
use wasm_bindgen::prelude::*;

pub use trainer::Trainer;

#[wasm_bindgen(start)]
fn start() {
    console_error_panic_hook::set_once();
}

/// What a page wants to know before it chooses a module, as JSON:
/// `{presets: [{name, title, teaches, summary, goal, steps, data, group, config}], software_adapters: [part of a name]}`.
/// It is written beside the modules when they are built.
#[wasm_bindgen]
pub fn catalog() -> String {
    let presets: Vec<serde_json::Value> = ganlet::preset::all()
        .iter()
        .map(|preset| {
            let config = preset.config();
            let config_json = serde_json::to_value(&config).expect("a config is plain data");
            serde_json::json!({
                "name": preset.name,
                "title": preset.title,
                "teaches": preset.teaches,
                "summary": preset.summary,
                "goal": preset.goal,
                "steps": config.steps,
                "data": config_json["data"]["kind"],
                "group": preset.group,
                "config": config_json,
            })
        })
        .collect();
    serde_json::json!({ "presets": presets, "software_adapters": SOFTWARE_ADAPTERS }).to_string()
}
