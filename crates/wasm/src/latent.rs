//! The latent tools of `Trainer`.

use ganlet::error::excerpt;
use ganlet::latent::{self, RADIUS, Term, Walk};
use ganlet::trainer::{DirectionKind, InvertOptions};
use js_sys::{Float32Array, Function, Object, Promise, Reflect};
use serde_json::{Value, json};
use wasm_bindgen::prelude::*;

use crate::failure::Failure;
use crate::options::{self, from_js, to_js};
use crate::trainer::{Trainer, count, floats, promise};

#[wasm_bindgen(typescript_custom_section)]
const TYPES: &str = r"
export interface Attribute { name: string; classes: string[] }
export interface Direction { name: string; kind: 'attribute' | 'property' | 'principal' }
export interface Inversion { z: Float32Array; image: Float32Array; error: number }
export interface InversionProgress { step: number; steps: number; error: number }
export interface LatentOptions { seed?: number; truncation?: number }
export interface ArithmeticOptions { coefficients?: [number, number, number]; rescale?: boolean }
export interface NeighbourOptions { radius?: number; seed?: number }
export interface FindOptions { seed?: number }
export interface InvertOptions {
  steps?: number;
  starts?: number;
  seed?: number;
  onProgress?: (progress: InversionProgress) => void;
}
";

#[wasm_bindgen]
extern "C" {
    /// What a classifier tells apart.
    #[wasm_bindgen(typescript_type = "Attribute[]")]
    pub type JsAttributes;
    /// Classes by attribute.
    #[wasm_bindgen(typescript_type = "Record<string, string>")]
    pub type JsWanted;
    /// Options of `latents`.
    #[wasm_bindgen(typescript_type = "LatentOptions")]
    pub type JsLatentOptions;
    /// Options of `arithmetic`.
    #[wasm_bindgen(typescript_type = "ArithmeticOptions")]
    pub type JsArithmeticOptions;
    /// Options of `neighbours`.
    #[wasm_bindgen(typescript_type = "NeighbourOptions")]
    pub type JsNeighbourOptions;
    /// Options of `find`.
    #[wasm_bindgen(typescript_type = "FindOptions")]
    pub type JsFindOptions;
    /// Options of `invert`.
    #[wasm_bindgen(typescript_type = "InvertOptions")]
    pub type JsInvertOptions;
}

#[wasm_bindgen]
impl Trainer {
    /// `n` latents from the prior, the same for the same seed; a truncation below 1 draws from the middle of it (signs
    /// have none).
    pub fn latents(&self, n: f64, options: Option<JsLatentOptions>) -> Result<Vec<f32>, Failure> {
        let n = count("latents", n)? as usize;
        let options = options::Bag::new(options);
        let (seed, truncation) = (options.seed()?, options.number("truncation", 1.0)?);
        Ok(self.now()?.latents(n, seed, truncation)?)
    }

    /// The mean of a basket of latents.
    pub fn mean(&self, latents: &[f32]) -> Result<Vec<f32>, Failure> {
        let dim = self.now()?.prior()?.dim;
        Ok(latent::mean("the basket", latents, dim)?)
    }

    /// `mean(A) - mean(B) + mean(C)`, each times its coefficient.
    pub fn arithmetic(
        &self,
        a: &[f32],
        b: &[f32],
        c: &[f32],
        options: Option<JsArithmeticOptions>,
    ) -> Result<Vec<f32>, Failure> {
        let options = options::Bag::new(options);
        let coefficients = options.numbers("coefficients", [1.0, -1.0, 1.0])?;
        let rescale = options.flag("rescale", true)?;
        let term = |name, basket, coefficient: f64| Term {
            name,
            coefficient: coefficient as f32,
            basket,
        };
        let [ka, kb, kc] = coefficients;
        let terms = [
            term("basket A", a, ka),
            term("basket B", b, kb),
            term("basket C", c, kc),
        ];
        Ok(latent::arithmetic(self.now()?.prior()?, &terms, rescale)?)
    }

    /// The 3 by 3 grid around a latent, which is its fifth.
    pub fn neighbours(
        &self,
        z: &[f32],
        options: Option<JsNeighbourOptions>,
    ) -> Result<Vec<f32>, Failure> {
        let options = options::Bag::new(options);
        let radius = options.number("radius", f64::from(RADIUS))? as f32;
        let dim = self.now()?.prior()?.dim;
        Ok(latent::neighbours(z, dim, radius, options.seed()?)?)
    }

    /// `steps` latents from `a` to `b`; kind is "linear" or "spherical".
    pub fn walk(&self, a: &[f32], b: &[f32], steps: f64, kind: &str) -> Result<Vec<f32>, Failure> {
        let kind = match kind {
            "linear" => Walk::Linear,
            "spherical" => Walk::Spherical,
            other => {
                let message = format!(
                    "walk(\"{}\"): pass \"linear\" or \"spherical\"",
                    excerpt(other)
                );
                return Err(Failure::input(message));
            }
        };
        let dim = self.now()?.prior()?.dim;
        Ok(latent::walk(
            a,
            b,
            dim,
            count("walk", steps)? as usize,
            kind,
        )?)
    }

    /// Points of the plane through three latents, at pairs of coordinates.
    pub fn plane(&self, a: &[f32], b: &[f32], c: &[f32], uv: &[f32]) -> Result<Vec<f32>, Failure> {
        let dim = self.now()?.prior()?.dim;
        Ok(latent::plane(a, b, c, dim, uv)?)
    }

    /// What there is to go along.
    #[wasm_bindgen(unchecked_return_type = "Promise<Direction[]>")]
    pub fn directions(&self) -> Promise {
        let this = self.clone();
        promise(async move {
            let mut inner = this.lock().await;
            let kind = |kind| match kind {
                DirectionKind::Attribute => "attribute",
                DirectionKind::Property => "property",
                DirectionKind::Principal => "principal",
            };
            let all = inner.directions().await?.iter();
            let all: Vec<Value> = all
                .map(|d| json!({ "name": d.name, "kind": kind(d.kind) }))
                .collect();
            Ok(to_js(&json!(all)))
        })
    }

    /// The latent to add for one step along a direction.
    #[wasm_bindgen(unchecked_return_type = "Promise<Float32Array>")]
    pub fn direction(&self, name: String) -> Promise {
        let this = self.clone();
        promise(async move { Ok(floats(&this.lock().await.direction(&name).await?.step)) })
    }

    /// What `classify` tells apart.
    pub fn attributes(&self) -> Result<JsAttributes, Failure> {
        Ok(to_js(&json!(self.now()?.attributes())).unchecked_into())
    }

    /// For each image, the probability of every class of every attribute.
    #[wasm_bindgen(unchecked_return_type = "Promise<Float32Array>")]
    pub fn classify(&self, images: Vec<f32>) -> Promise {
        let this = self.clone();
        promise(async move { Ok(floats(&this.lock().await.classify(&images).await?)) })
    }

    /// Latents whose samples are classified as wanted.
    #[wasm_bindgen(unchecked_return_type = "Promise<Float32Array>")]
    pub fn find(&self, wanted: JsWanted, n: f64, options: Option<JsFindOptions>) -> Promise {
        let this = self.clone();
        promise(async move {
            let n = count("find", n)? as usize;
            let seed = options::Bag::new(options).seed()?;
            let wanted = from_js(&wanted).unwrap_or_default();
            let concept: Option<Vec<(&str, &str)>> = wanted.as_object().and_then(|wanted| {
                wanted
                    .iter()
                    .map(|(attribute, class)| Some((attribute.as_str(), class.as_str()?)))
                    .collect()
            });
            let concept = concept.ok_or_else(|| {
                Failure::input("find: pass classes by attribute, such as { glasses: \"glasses\" }")
            })?;
            Ok(floats(&this.lock().await.find(&concept, n, seed).await?))
        })
    }

    /// The latent whose sample is nearest to an image.
    #[wasm_bindgen(unchecked_return_type = "Promise<Inversion>")]
    pub fn invert(&self, image: Vec<f32>, options: Option<JsInvertOptions>) -> Promise {
        let this = self.clone();
        promise(async move {
            let options = options::Bag::new(options);
            let standard = InvertOptions::default();
            let chosen = InvertOptions {
                steps: count(
                    "invert steps",
                    options.number("steps", standard.steps as f64)?,
                )? as usize,
                starts: count(
                    "invert starts",
                    options.number("starts", standard.starts as f64)?,
                )? as usize,
                seed: options.seed()?,
            };
            let told: Option<Function> = options.function("onProgress")?;
            let mut report = |now: ganlet::trainer::InvertProgress| {
                if let Some(told) = &told {
                    let now = json!({ "step": now.step, "steps": now.steps, "error": now.error });
                    // What the page's function throws is its own affair.
                    let _ = told.call1(&JsValue::NULL, &to_js(&now));
                }
            };
            let found = this
                .lock()
                .await
                .invert(&image, chosen, &mut report)
                .await?;
            let result = Object::new();
            // Setting a property of a plain object cannot fail.
            let set =
                |name: &str, value: &JsValue| drop(Reflect::set(&result, &name.into(), value));
            set("z", &Float32Array::from(&found.z[..]));
            set("image", &Float32Array::from(&found.image[..]));
            set("error", &f64::from(found.error).into());
            Ok(result.into())
        })
    }
}
