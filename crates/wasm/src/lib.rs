//! The browser's view of [`ganlet`]: a `Trainer` class for JavaScript. No logic of its own.

mod data;
mod latent;
mod options;
mod trainer;

use wasm_bindgen::prelude::*;

pub use trainer::Trainer;

#[wasm_bindgen(start)]
fn start() {
    console_error_panic_hook::set_once();
}

/// All presets, as JSON: `[{name, title, teaches, summary, steps, data, group, config}]`.
#[wasm_bindgen]
pub fn presets() -> String {
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
    serde_json::Value::from(presets).to_string()
}

/// The JSON schema of a config, with descriptions and ranges: what the page makes its controls from.
#[wasm_bindgen]
pub fn describe() -> String {
    ganlet::config::SCHEMA.into()
}
