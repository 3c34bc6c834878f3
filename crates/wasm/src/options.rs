//! What JavaScript passes to open a trainer.

use ganlet_core::backend::Choice;
use js_sys::{Function, Reflect};
use wasm_bindgen::prelude::*;

#[wasm_bindgen(typescript_custom_section)]
const TYPES: &str = r"
export interface Progress {
  stage: 'adapter' | 'data' | 'init' | 'compile';
  done: number;
  total: number;
}
export interface TrainerOptions {
  backend?: 'auto' | 'webgpu' | 'cpu';
  seed?: number;
  /** Folder with the data sets; by default `data/` beside the library's folder. */
  dataUrl?: string;
  onProgress?: (progress: Progress) => void;
}
export type Metrics = { step: number; d_loss: number; g_loss: number } & Record<string, number>;
export interface Info {
  backend: 'webgpu' | 'cpu';
  adapter: string;
  software: boolean;
  fallback_reason: string | null;
  kernels: number;
  dispatches_per_step: number;
  gpu_bytes: number;
  step: number;
  seed: number;
  latent_dim: number;
  data: {
    kind: 'points' | 'image';
    name: string;
    dim: number;
    width: number;
    height: number;
    channels: number;
    range: [number, number];
    bounds: [number, number, number, number] | null;
  };
}
";

#[wasm_bindgen]
extern "C" {
    /// The options object.
    #[wasm_bindgen(typescript_type = "TrainerOptions")]
    pub type JsOptions;
    /// Metrics of one step.
    #[wasm_bindgen(typescript_type = "Metrics")]
    pub type JsMetrics;
    /// What a trainer runs on.
    #[wasm_bindgen(typescript_type = "Info")]
    pub type JsInfo;
    /// Metrics by name, a typed array each, and `step`.
    #[wasm_bindgen(typescript_type = "{ step: Float64Array } & Record<string, Float64Array>")]
    pub type JsHistory;
    /// Numbers by name.
    #[wasm_bindgen(typescript_type = "Record<string, number>")]
    pub type JsEvaluation;
}

/// The options, read.
#[derive(Clone)]
pub(crate) struct Options {
    pub(crate) backend: Choice,
    pub(crate) seed: u32,
    pub(crate) data_url: Option<String>,
    on_progress: Option<Function>,
}

impl Options {
    pub(crate) fn read(options: Option<JsOptions>) -> Result<Self, JsError> {
        let options: JsValue = options.map_or(JsValue::UNDEFINED, Into::into);
        let get = |name: &str| {
            let value = if options.is_object() {
                Reflect::get(&options, &name.into()).ok()
            } else {
                None
            };
            value.filter(|v| !v.is_undefined() && !v.is_null())
        };
        let wrong =
            |name: &str, wanted: &str| JsError::new(&format!("option `{name}` must be {wanted}"));
        let backend = match get("backend").map(|v| v.as_string()) {
            None => Choice::Auto,
            Some(Some(name)) if name == "auto" => Choice::Auto,
            Some(Some(name)) if name == "webgpu" => Choice::Gpu,
            Some(Some(name)) if name == "cpu" => Choice::Cpu,
            Some(_) => return Err(wrong("backend", "\"auto\", \"webgpu\" or \"cpu\"")),
        };
        let seed = match get("seed").map(|v| v.as_f64()) {
            None => 0,
            Some(Some(seed))
                if (0.0..=f64::from(u32::MAX)).contains(&seed) && seed.fract() == 0.0 =>
            {
                seed as u32
            }
            Some(_) => return Err(wrong("seed", "a whole number from 0 to 4294967295")),
        };
        let data_url = match get("dataUrl").map(|v| v.as_string()) {
            None => None,
            Some(Some(url)) => Some(url),
            Some(None) => return Err(wrong("dataUrl", "a string")),
        };
        let on_progress = match get("onProgress").map(JsCast::dyn_into::<Function>) {
            None => None,
            Some(Ok(function)) => Some(function),
            Some(Err(_)) => return Err(wrong("onProgress", "a function")),
        };
        Ok(Self {
            backend,
            seed,
            data_url,
            on_progress,
        })
    }

    /// Tells the page how far something is. What the page's function throws is its own affair.
    pub(crate) fn report(&self, stage: &str, done: usize, total: usize) {
        if let Some(function) = &self.on_progress {
            let progress = serde_json::json!({ "stage": stage, "done": done, "total": total });
            let _ = function.call1(&JsValue::NULL, &to_js(&progress));
        }
    }
}

/// Plain data as a JavaScript value.
pub(crate) fn to_js(value: &serde_json::Value) -> JsValue {
    js_sys::JSON::parse(&value.to_string()).unwrap_or(JsValue::NULL)
}
