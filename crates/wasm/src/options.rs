//! What JavaScript passes to open a trainer.

use ganlet_core::backend::Choice;
use js_sys::{Array, Float32Array, Function, Object, Reflect, Uint8Array};
use wasm_bindgen::prelude::*;

use crate::failure::Failure;

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
  /** The file of a person's own images, where the config's data are such. */
  images?: Uint8Array;
  /** Why it is not a GPU; `info()` says so. */
  fallbackReason?: string;
  onProgress?: (progress: Progress) => void;
}
/** The step, and every metric of `info().metrics` by its name. */
export type Metrics = { step: number } & Record<string, number>;
export interface Update {
  name: string;
  title: string;
  networks: string[];
  times: number;
}
export type Input = { name: string; len: number } & (
  | { kind: 'noise'; prior: { kind: string; dim: number; scale: number } }
  | { kind: 'label'; classes: string[] }
  | { kind: 'category'; count: number }
  | { kind: 'code' | 'sample' }
);
export interface View {
  name: string;
  kind: 'decode' | 'score' | 'scored' | 'encode' | 'reconstruct' | 'log_density' | 'classify' | 'chain';
  inputs: Input[];
  len: number;
  range: [number, number] | null;
}

export interface Ask {
    view: string;
    inputs: Record<string, Float32Array>;
    n: number;
}
export type Colour = 'generator' | 'discriminator' | 'real' | 'fake' | 'third' | 'neutral';
export interface Metric {
  name: string;
  title: string;
  unit: string;
  chart: 'loss' | 'score' | 'gradient' | 'other';
  colour: Colour;
}
export interface Block {
  name: string;
  title: string;
  field: string;
  view: string | null;
  colour: Colour;
}
export interface Diagram {
  blocks: Block[];
  arrows: { from: string; to: string; gradient_of: string[] }[];
}
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
  model: string;
  networks: { name: string; field: string }[];
  updates: Update[];
  views: View[];
  metrics: Metric[];
  diagram: Diagram;
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
    /// What a trainer runs on.
    #[wasm_bindgen(typescript_type = "Info")]
    pub type JsInfo;
    /// Metrics by name, a typed array each, and `step`.
    #[wasm_bindgen(typescript_type = "{ step: Float64Array } & Record<string, Float64Array>")]
    pub type JsHistory;
    /// Rows of numbers by the names of a view's inputs.
    #[wasm_bindgen(typescript_type = "Record<string, Float32Array>")]
    pub type JsRows;
    /// Questions to a model.
    #[wasm_bindgen(typescript_type = "Ask[]")]
    pub type JsAsks;
    /// One of them.
    #[wasm_bindgen(typescript_type = "Ask")]
    pub type JsAsk;
    /// The view.
    #[wasm_bindgen(method, getter)]
    pub fn view(this: &JsAsk) -> String;
    /// Its inputs.
    #[wasm_bindgen(method, getter)]
    pub fn inputs(this: &JsAsk) -> JsRows;
    /// How many rows are wanted.
    #[wasm_bindgen(method, getter)]
    pub fn n(this: &JsAsk) -> f64;
}

/// The options, read.
#[derive(Clone)]
pub(crate) struct Options {
    pub(crate) backend: Choice,
    pub(crate) seed: u32,
    pub(crate) data_url: Option<String>,
    /// The file of a person's own images.
    pub(crate) images: Option<Uint8Array>,
    /// Why it is not a GPU, where the caller looked for one.
    pub(crate) fallback_reason: Option<String>,
    on_progress: Option<Function>,
}

impl Options {
    pub(crate) fn read(options: Option<JsOptions>) -> Result<Self, Failure> {
        let options = Bag::new(options);
        let backend = match options.text("backend")?.as_deref() {
            None | Some("auto") => Choice::Auto,
            Some("webgpu") => Choice::Gpu,
            Some("cpu") => Choice::Cpu,
            Some(_) => return Err(wrong("backend", "\"auto\", \"webgpu\" or \"cpu\"")),
        };
        Ok(Self {
            backend,
            seed: options.seed()?,
            data_url: options.text("dataUrl")?,
            images: options.read("images", "a Uint8Array", |v| v.dyn_into().ok())?,
            fallback_reason: options.text("fallbackReason")?,
            on_progress: options.function("onProgress")?,
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

fn wrong(name: &str, wanted: &str) -> Failure {
    Failure::input(format!("option `{name}` must be {wanted}"))
}

/// An options object of any kind; what is undefined or null is not there.
pub(crate) struct Bag(JsValue);

impl Bag {
    pub(crate) fn new<T: Into<JsValue>>(options: Option<T>) -> Self {
        Self(options.map_or(JsValue::UNDEFINED, Into::into))
    }

    fn get(&self, name: &str) -> Option<JsValue> {
        if !self.0.is_object() {
            return None;
        }
        let value = Reflect::get(&self.0, &name.into()).ok()?;
        Some(value).filter(|v| !v.is_undefined() && !v.is_null())
    }

    /// What `read` makes of an option, if it is there.
    fn read<T>(
        &self,
        name: &str,
        wanted: &str,
        read: impl Fn(JsValue) -> Option<T>,
    ) -> Result<Option<T>, Failure> {
        let value = self.get(name);
        value
            .map(|value| read(value).ok_or_else(|| wrong(name, wanted)))
            .transpose()
    }

    pub(crate) fn text(&self, name: &str) -> Result<Option<String>, Failure> {
        self.read(name, "a string", |v| v.as_string())
    }

    pub(crate) fn function(&self, name: &str) -> Result<Option<Function>, Failure> {
        self.read(name, "a function", |v| v.dyn_into().ok())
    }

    pub(crate) fn flag(&self, name: &str, usual: bool) -> Result<bool, Failure> {
        Ok(self
            .read(name, "true or false", |v| v.as_bool())?
            .unwrap_or(usual))
    }

    pub(crate) fn number(&self, name: &str, usual: f64) -> Result<f64, Failure> {
        Ok(self
            .read(name, "a number", |v| v.as_f64())?
            .unwrap_or(usual))
    }

    pub(crate) fn numbers<const N: usize>(
        &self,
        name: &str,
        usual: [f64; N],
    ) -> Result<[f64; N], Failure> {
        let list = |value: JsValue| {
            let list: js_sys::Array = value.dyn_into().ok()?;
            let numbers: Option<Vec<f64>> = list.iter().map(|v| v.as_f64()).collect();
            numbers?.try_into().ok()
        };
        Ok(self
            .read(name, &format!("a list of {N} numbers"), list)?
            .unwrap_or(usual))
    }

    pub(crate) fn seed(&self) -> Result<u32, Failure> {
        let whole = |value: JsValue| {
            let seed = value.as_f64()?;
            let fits = (0.0..=f64::from(u32::MAX)).contains(&seed) && seed.fract() == 0.0;
            fits.then_some(seed as u32)
        };
        Ok(self
            .read("seed", "a whole number from 0 to 4294967295", whole)?
            .unwrap_or(0))
    }
}

/// Rows of numbers by name.
pub(crate) fn rows_by_name(rows: &JsRows) -> Result<Vec<(String, Vec<f32>)>, Failure> {
    let wrong = || Failure::input("ask: pass the inputs as an object of Float32Arrays by name");
    let rows: &Object = rows.dyn_ref().ok_or_else(wrong)?;
    let pairs = Object::entries(rows);
    let read = |pair: JsValue| {
        let pair: Array = pair.unchecked_into();
        let numbers: Float32Array = pair.get(1).dyn_into().ok()?;
        Some((pair.get(0).as_string()?, numbers.to_vec()))
    };
    pairs
        .iter()
        .map(read)
        .collect::<Option<_>>()
        .ok_or_else(wrong)
}

/// A JavaScript value as plain data; nothing where it is none.
pub(crate) fn from_js(value: &JsValue) -> Option<serde_json::Value> {
    let text = js_sys::JSON::stringify(value).ok()?.as_string()?;
    serde_json::from_str(&text).ok()
}

/// Plain data as a JavaScript value.
pub(crate) fn to_js(value: &serde_json::Value) -> JsValue {
    js_sys::JSON::parse(&value.to_string()).unwrap_or(JsValue::NULL)
}
