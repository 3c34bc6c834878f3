//! The `Trainer` class.

use std::pin::Pin;
use std::rc::Rc;

use futures_util::lock::{Mutex, MutexGuard};
use ganlet::config::{Data, PoolData};
use ganlet::error::excerpt;
use ganlet::metric::classifier::Model;
use ganlet::trainer::{self, Ask, Row, Stage};
use ganlet::{ExperimentConfig, Trainer as Inner};
use ganlet_core::backend::Choice;
use js_sys::{Array, Float32Array, Float64Array, Object, Promise, Reflect, Uint8Array};
use serde_json::{Value, json};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::future_to_promise;

use crate::data;
use crate::failure::Failure;
use crate::options::{
    JsAsk, JsAsks, JsHistory, JsInfo, JsOptions, Options, from_js, rows_by_name, to_js,
};

/// A model under way. Calls that return a promise run one after another.
#[wasm_bindgen]
#[derive(Clone)]
pub struct Trainer {
    inner: Rc<Mutex<Inner>>,
    /// Why it is not a GPU, where the caller looked for one.
    fallback_reason: Option<String>,
}

#[wasm_bindgen]
impl Trainer {
    /// Opens a game: a preset's name, or JSON `{preset, …what differs}`. Where `auto` finds no GPU to use and there is no other
    /// backend, resolves with the reason.
    #[wasm_bindgen(unchecked_return_type = "Promise<Trainer | string>")]
    pub fn create(config: String, options: Option<JsOptions>) -> Promise {
        promise(async move {
            let config = ExperimentConfig::parse(&config)?;
            let options = Options::read(options)?;
            let dataset = data::load(&config, &options).await?;
            let classifier = data::classifier(&config, &options).await?;
            let inner = Inner::create(
                config,
                with_progress(&options, dataset, &mut reporter(&options)),
            )
            .await;
            Self::opened(inner, classifier, options)
        })
    }

    /// Goes on from a saved file; resolves as `create` does.
    #[wasm_bindgen(unchecked_return_type = "Promise<Trainer | string>")]
    pub fn load(bytes: Vec<u8>, options: Option<JsOptions>) -> Promise {
        promise(async move {
            let options = Options::read(options)?;
            let config = ganlet::checkpoint::Checkpoint::from_bytes(&bytes)?.config;
            let dataset = data::load(&config, &options).await?;
            let classifier = data::classifier(&config, &options).await?;
            let inner = Inner::load(
                &bytes,
                with_progress(&options, dataset, &mut reporter(&options)),
            )
            .await;
            Self::opened(inner, classifier, options)
        })
    }

    /// Takes so many training steps; resolves with the last one's metrics when the device has done them.
    #[wasm_bindgen(unchecked_return_type = "Promise<Metrics>")]
    pub fn train(&self, steps: f64) -> Promise {
        let this = self.clone();
        promise(async move {
            let steps = count("train", steps)?;
            let mut inner = this.lock().await;
            let row = inner.train(steps).await?;
            Ok(metrics(&inner, &row))
        })
    }

    /// One update of the model alone, by its name in `info().updates`: "d" or "g" of a GAN. The last of a step completes it;
    /// within one, `history` changes its last row.
    #[wasm_bindgen(unchecked_return_type = "Promise<Metrics>")]
    pub fn step(&self, update: String) -> Promise {
        let this = self.clone();
        promise(async move {
            let mut inner = this.lock().await;
            let row = inner.step_update(&update).await?;
            Ok(metrics(&inner, &row))
        })
    }

    /// So many samples from the noise of every redraw.
    #[wasm_bindgen(unchecked_return_type = "Promise<Float32Array>")]
    pub fn sample(&self, n: f64) -> Promise {
        let this = self.clone();
        promise(async move {
            let n = count("sample", n)?;
            Ok(floats(&this.lock().await.sample(n as usize).await?))
        })
    }

    /// G(z) for given latents.
    #[wasm_bindgen(unchecked_return_type = "Promise<Float32Array>")]
    pub fn generate(&self, z: Vec<f32>) -> Promise {
        let this = self.clone();
        promise(async move { Ok(floats(&this.lock().await.generate(&z).await?)) })
    }

    /// So many real samples, the same at every call.
    #[wasm_bindgen(unchecked_return_type = "Promise<Float32Array>")]
    pub fn real(&self, n: f64) -> Promise {
        let this = self.clone();
        promise(async move {
            let n = count("real", n)?;
            Ok(floats(&this.lock().await.real(n as usize, 0).await?))
        })
    }

    /// D(x), or the critic's score, for given samples.
    #[wasm_bindgen(unchecked_return_type = "Promise<Float32Array>")]
    pub fn discriminate(&self, x: Vec<f32>) -> Promise {
        let this = self.clone();
        promise(async move { Ok(floats(&this.lock().await.discriminate(&x).await?)) })
    }

    /// Latents of given samples, of a model that has an encoder.
    #[wasm_bindgen(unchecked_return_type = "Promise<Float32Array>")]
    pub fn encode(&self, x: Vec<f32>) -> Promise {
        let this = self.clone();
        promise(async move { Ok(floats(&this.lock().await.encode(&x).await?)) })
    }

    /// What the model makes of given samples by way of their latents.
    #[wasm_bindgen(unchecked_return_type = "Promise<Float32Array>")]
    pub fn reconstruct(&self, x: Vec<f32>) -> Promise {
        let this = self.clone();
        promise(async move { Ok(floats(&this.lock().await.reconstruct(&x).await?)) })
    }

    /// Answers of views in `info().views`: `n` of each, to rows of numbers by the names of its inputs. What is left out is filled
    /// in: the noise of every redraw, each class in turn, codes in the middle. All are waited for together.
    #[wasm_bindgen(js_name = askAll, unchecked_return_type = "Promise<Float32Array[]>")]
    pub fn ask_all(&self, asks: JsAsks) -> Promise {
        let this = self.clone();
        promise(async move {
            let mut read = vec![];
            for ask in Array::from(&asks).iter() {
                let ask: JsAsk = ask.unchecked_into();
                let count = count("ask", ask.n())? as usize;
                read.push((ask.view(), rows_by_name(&ask.inputs())?, count));
            }
            let questions: Vec<Vec<(&str, &[f32])>> = (read.iter())
                .map(|(_, rows, _)| rows.iter().map(|(name, rows)| (&**name, &**rows)).collect())
                .collect();
            let asks: Vec<Ask<'_>> = (read.iter().zip(&questions))
                .map(|((view, _, count), question)| Ask {
                    view,
                    question,
                    count: *count,
                })
                .collect();
            let answers = this.lock().await.ask_all(&asks).await?;
            let answers = answers.iter().map(|answer| floats(answer));
            Ok(JsValue::from(answers.collect::<Array>()))
        })
    }

    /// Measures samples: modes and estimated divergences on toys, the Parzen log-likelihood on digits.
    #[wasm_bindgen(unchecked_return_type = "Promise<Record<string, number>>")]
    pub fn evaluate(&self) -> Promise {
        let this = self.clone();
        promise(async move {
            let metrics = this.lock().await.evaluate(&mut |_| {}).await?;
            Ok(to_js(&json!(metrics)))
        })
    }

    /// Everything that is needed to go on later, as one safetensors file.
    #[wasm_bindgen(unchecked_return_type = "Promise<Uint8Array>")]
    pub fn save(&self) -> Promise {
        let this = self.clone();
        promise(async move {
            let saved = this.lock().await.save().await?;
            Ok(Uint8Array::from(saved.as_slice()).into())
        })
    }

    /// Starts over from a seed.
    #[wasm_bindgen(unchecked_return_type = "Promise<void>")]
    pub fn reset(&self, seed: u32) -> Promise {
        let this = self.clone();
        promise(async move {
            this.lock().await.reset(seed).await?;
            Ok(JsValue::UNDEFINED)
        })
    }

    /// Metrics recorded from step `since` on.
    pub fn history(&self, since: f64) -> Result<JsHistory, Failure> {
        let inner = self.now()?;
        let rows: Vec<&Row> = inner.history(since.max(0.0) as u64).collect();
        let history = Object::new();
        let put = |name: &str, values: Vec<f64>| {
            // Setting a property of a plain object cannot fail.
            let _ = Reflect::set(
                &history,
                &name.into(),
                &Float64Array::from(values.as_slice()),
            );
        };
        put("step", rows.iter().map(|row| row.step as f64).collect());
        for (i, metric) in inner.metrics().iter().enumerate() {
            put(
                metric.name,
                rows.iter().map(|row| f64::from(row.values[i])).collect(),
            );
        }
        Ok(history.unchecked_into())
    }

    /// The exact density of a toy at points `[n, dim]`; empty for other data.
    pub fn density(&self, points: &[f32]) -> Result<Vec<f32>, Failure> {
        let inner = self.now()?;
        let Some(toy) = inner.toy() else {
            return Ok(vec![]);
        };
        let mixture = toy.mixture();
        let density = |point: &[f32]| {
            let point: Vec<f64> = point.iter().map(|&x| f64::from(x)).collect();
            mixture.density(&point) as f32
        };
        Ok(points.chunks_exact(toy.dim()).map(density).collect())
    }

    /// Changes a live hyper-parameter, such as `g_optimizer.lr`.
    pub fn set(&self, path: &str, value: JsValue) -> Result<(), Failure> {
        let value = from_js(&value).ok_or_else(|| {
            Failure::input(format!(
                "set(\"{}\"): the value is no plain data",
                excerpt(path)
            ))
        })?;
        Ok(self.now()?.set(path, value)?)
    }

    /// The whole config as JSON, live changes included.
    pub fn config(&self) -> Result<String, Failure> {
        let config = serde_json::to_value(self.now()?.config());
        Ok(config.expect("a config is plain data").to_string())
    }

    /// What the trainer runs on and what it takes.
    pub fn info(&self) -> Result<JsInfo, Failure> {
        let inner = self.now()?;
        let info = inner.info();
        let config = inner.config();
        let value = json!({
            "backend": info.session.backend,
            "adapter": info.session.adapter,
            "software": info.session.software,
            "fallback_reason": self.fallback_reason.as_ref().or(info.session.fallback_reason.as_ref()),
            "kernels": info.session.kernels,
            "dispatches_per_step": info.dispatches_per_step,
            "gpu_bytes": info.session.bytes,
            "step": info.step,
            "seed": inner.seed(),
            "latent_dim": inner.prior().map_or(0, |prior| prior.dim),
            "model": config.model.kind(),
            "networks": inner.traced().networks.iter().map(|n| json!({ "name": n.name, "field": n.field })).collect::<Vec<_>>(),
            "updates": inner.updates(),
            "views": inner.views(),
            "metrics": inner.metrics(),
            "diagram": config.model.model().diagram(),
            "data": data_info(&config.data, inner.sample_len()),
        });
        Ok(to_js(&value).unchecked_into())
    }
}

impl Trainer {
    fn opened(
        inner: Result<Inner, trainer::Error>,
        classifier: Option<Model>,
        options: Options,
    ) -> Result<JsValue, Failure> {
        let mut inner = match inner {
            Err(trainer::Error::Device(reason)) if options.backend == Choice::Auto => {
                return Ok(reason.to_string().into());
            }
            inner => inner?,
        };
        if let Some(model) = classifier {
            inner.attach_classifier(model)?;
        }
        let inner = Rc::new(Mutex::new(inner));
        let fallback_reason = options.fallback_reason;
        Ok(Self {
            inner,
            fallback_reason,
        }
        .into())
    }

    /// The trainer, when the calls before are done.
    pub(crate) async fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().await
    }

    /// The trainer, unless a promise is still pending.
    pub(crate) fn now(&self) -> Result<MutexGuard<'_, Inner>, Failure> {
        self.inner
            .try_lock()
            .ok_or_else(|| Failure::input("the trainer is busy; await the call before this one"))
    }
}

/// A promise of what a call computes. `async` methods would have the machinery around a promise compiled for each of them.
pub(crate) fn promise(call: impl Future<Output = Result<JsValue, Failure>> + 'static) -> Promise {
    fn spawn(call: Pin<Box<dyn Future<Output = Result<JsValue, Failure>>>>) -> Promise {
        future_to_promise(async { call.await.map_err(JsValue::from) })
    }
    spawn(Box::pin(call))
}

/// A copy on JavaScript's side.
pub(crate) fn floats(values: &[f32]) -> JsValue {
    Float32Array::from(values).into()
}

fn with_progress<'a>(
    options: &Options,
    dataset: ganlet::model::Dataset,
    progress: &'a mut dyn FnMut(trainer::Progress),
) -> trainer::Options<'a> {
    trainer::Options {
        backend: options.backend,
        threads: 1,
        tuned: None,
        seed: options.seed,
        dataset,
        progress,
    }
}

fn reporter(options: &Options) -> impl FnMut(trainer::Progress) + use<> {
    let options = options.clone();
    move |progress| {
        let stage = match progress.stage {
            Stage::Adapter => "adapter",
            Stage::Init => "init",
            Stage::Compile => "compile",
        };
        options.report(stage, progress.done, progress.total);
    }
}

pub(crate) fn count(what: &str, n: f64) -> Result<u64, Failure> {
    if n.fract() == 0.0 && (1.0..=1e9).contains(&n) {
        return Ok(n as u64);
    }
    Err(Failure::input(format!(
        "{what}({n}): pass a whole number from 1 to 1000000000"
    )))
}

fn metrics(inner: &Inner, row: &Row) -> JsValue {
    let mut value = json!({ "step": inner.info().step });
    for (metric, &number) in inner.metrics().iter().zip(&row.values) {
        value[metric.name] = json!(number);
    }
    to_js(&value)
}

/// How the page is to draw samples.
fn data_info(data: &Data, sample_len: usize) -> Value {
    let points = |name: &str, bounds: Value| {
        json!({
            "kind": "points", "name": name, "dim": sample_len, "width": 0, "height": 0, "channels": 0,
            "range": [0.0, 0.0], "bounds": bounds,
        })
    };
    let image = |name: &str, data: &Data| {
        let [height, width, channels] = data.image_shape().unwrap_or_default();
        json!({
            "kind": "image", "name": name, "dim": sample_len, "width": width, "height": height, "channels": channels,
            "range": [data.black(), 1.0], "bounds": null,
        })
    };
    match data {
        Data::Toy(toy) => {
            let bounds = toy.bounds();
            let kind = serde_json::to_value(toy)
                .ok()
                .and_then(|t| t["kind"].as_str().map(String::from));
            points(
                &kind.unwrap_or_default(),
                json!([
                    bounds.lower[0],
                    bounds.upper[0],
                    bounds.lower[1],
                    bounds.upper[1]
                ]),
            )
        }
        Data::Images(images) => image(images.kind.name(), data),
        Data::Own(_) => image("own_images", data),
        Data::Pool(PoolData::BenchPool { .. }) => points("bench_pool", Value::Null),
    }
}
