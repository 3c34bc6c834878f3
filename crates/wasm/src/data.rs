//! Data sets, fetched once for all trainers of a tab.

use std::cell::RefCell;
use std::collections::HashMap;

use ganlet::ExperimentConfig;
use ganlet::config::Data;
use ganlet::data::{ImageKind, ImageSet};
use ganlet::metric::classifier::Model;
use ganlet::model::Dataset;
use js_sys::Uint8Array;
use wasm_bindgen::prelude::*;

use crate::failure::Failure;
use crate::options::Options;

#[wasm_bindgen(module = "/js/data.js")]
extern "C" {
    #[wasm_bindgen(js_name = fetchBytes, catch)]
    async fn fetch_bytes(
        url: &str,
        report: &Closure<dyn FnMut(f64, f64)>,
    ) -> Result<JsValue, JsValue>;
}

thread_local! {
    static LOADED: RefCell<HashMap<String, ImageSet>> = RefCell::default();
}

/// What `config` learns from; nothing for toys and benchmarks.
pub(crate) async fn load(config: &ExperimentConfig, options: &Options) -> Result<Dataset, Failure> {
    match &config.data {
        Data::Toy(_) | Data::Pool(_) => Ok(Dataset::None),
        Data::Images(data) => Ok(Dataset::images(data, images(data.kind, options).await?)),
        Data::Own(own) => match &options.images {
            Some(file) => Ok(Dataset::Images(own.read(&file.to_vec())?)),
            None => Err(own.missing().into()),
        },
    }
}

/// The classifier that lies beside the images; nothing where none was trained for them.
pub(crate) async fn classifier(
    config: &ExperimentConfig,
    options: &Options,
) -> Result<Option<Model>, Failure> {
    let Data::Images(data) = &config.data else {
        return Ok(None);
    };
    if !data.kind.facts().classifier {
        return Ok(None);
    }
    let url = format!("{}/classifier.safetensors", folder(data.kind, options));
    // Somebody else's folder of data may lack it: then nobody says what samples show, and all else works.
    match fetch(&url, 0, 1, options).await {
        Ok(bytes) => Ok(Some(Model::from_bytes(&bytes)?)),
        Err(_) => Ok(None),
    }
}

/// Where the files of a set are.
fn folder(kind: ImageKind, options: &Options) -> String {
    // The library's entry always names one.
    let base = options.data_url.as_deref().unwrap_or("data");
    format!("{}/{}", base.trim_end_matches('/'), kind.name())
}

async fn images(kind: ImageKind, options: &Options) -> Result<ImageSet, Failure> {
    let key = folder(kind, options);
    if let Some(loaded) = LOADED.with_borrow(|loaded| loaded.get(&key).cloned()) {
        return Ok(loaded);
    }
    let files = kind.facts().page_files();
    let mut contents = Vec::new();
    for (i, file) in files.iter().enumerate() {
        let url = format!("{key}/{}.gz", file.name);
        contents.push(fetch(&url, i, files.len(), options).await?);
    }
    let loaded = kind.read(&contents)?;
    LOADED.with_borrow_mut(|all| all.insert(key, loaded.clone()));
    Ok(loaded)
}

/// One file of several; progress counts each file as a thousand.
async fn fetch(
    url: &str,
    index: usize,
    count: usize,
    options: &Options,
) -> Result<Vec<u8>, Failure> {
    let heard = options.clone();
    let report = Closure::new(move |done: f64, total: f64| {
        let thousandths = if total > 0.0 {
            (done / total * 1000.0) as usize
        } else {
            0
        };
        heard.report("data", index * 1000 + thousandths.min(1000), count * 1000);
    });
    options.report("data", index * 1000, count * 1000);
    let bytes = fetch_bytes(url, &report).await.map_err(|error| {
        let message = error
            .dyn_ref::<js_sys::Error>()
            .map(|e| String::from(e.message()));
        Failure::data(
            message.unwrap_or_else(|| format!("{url} cannot be loaded; check the connection")),
        )
    })?;
    options.report("data", (index + 1) * 1000, count * 1000);
    Ok(Uint8Array::new(&bytes).to_vec())
}
