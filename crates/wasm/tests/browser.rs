//! The wrapper in a real browser, on both backends. WebGPU runs on Chromium's software adapter.

#![cfg(target_arch = "wasm32")]

use ganlet_wasm::{Failure, Trainer};
use js_sys::{Float32Array, Promise, Reflect, Uint8Array};
use wasm_bindgen::convert::TryFromJsValue;
use wasm_bindgen::prelude::*;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_dedicated_worker);

fn options(backend: &str, seed: u32) -> JsValue {
    let options = js_sys::Object::new();
    Reflect::set(&options, &"backend".into(), &backend.into()).unwrap();
    Reflect::set(&options, &"seed".into(), &seed.into()).unwrap();
    options.into()
}

async fn create(config: &str, backend: &str) -> Result<Trainer, JsValue> {
    let options = options(backend, 3).unchecked_into();
    Trainer::try_from_js_value(Trainer::create(config.into(), Some(options)).await?)
}

async fn floats(promise: Promise) -> Vec<f32> {
    Float32Array::new(&promise.await.unwrap()).to_vec()
}

async fn bytes(promise: Promise) -> Vec<u8> {
    Uint8Array::new(&promise.await.unwrap()).to_vec()
}

fn number(object: &JsValue, name: &str) -> f64 {
    Reflect::get(object, &name.into())
        .unwrap()
        .as_f64()
        .unwrap()
}

fn message(error: &JsValue) -> String {
    error.unchecked_ref::<js_sys::Error>().message().into()
}

fn code(error: &JsValue) -> String {
    let code = Reflect::get(error, &"code".into()).unwrap();
    code.as_string().unwrap()
}

const SMALL: &str = r#"{"preset": "ring", "batch": 32}"#;

/// Trains, samples, judges and measures; returns samples.
async fn plays(backend: &str) -> Vec<f32> {
    let trainer = create(SMALL, backend).await.unwrap();
    let info: JsValue = trainer.info().ok().unwrap().into();
    assert_eq!(
        Reflect::get(&info, &"backend".into()).unwrap(),
        JsValue::from(backend)
    );
    let metrics = trainer.train(5.0).await.unwrap();
    assert_eq!(number(&metrics, "step"), 5.0);
    assert!(number(&metrics, "d_loss").is_finite() && number(&metrics, "g_loss").is_finite());
    trainer.step("d".into()).await.unwrap();
    trainer.step("g".into()).await.unwrap();
    let samples = floats(trainer.sample(100.0)).await;
    assert_eq!(samples.len(), 200);
    let verdicts = floats(trainer.discriminate(samples.clone())).await;
    assert!(verdicts.len() == 100 && verdicts.iter().all(|v| (0.0..=1.0).contains(v)));
    samples
}

#[wasm_bindgen_test]
async fn a_ring_trains_the_same_on_both_backends() {
    let (cpu, gpu) = (plays("cpu").await, plays("webgpu").await);
    let largest = cpu
        .iter()
        .zip(&gpu)
        .map(|(a, b)| (a - b).abs())
        .fold(0.0, f32::max);
    assert!(largest < 1e-3, "samples differ by {largest}");
}

/// Rows by name, as `ask` takes them.
fn rows(name: &str, numbers: &[f32]) -> JsValue {
    let rows = js_sys::Object::new();
    Reflect::set(&rows, &name.into(), &Float32Array::from(numbers)).unwrap();
    rows.into()
}

/// Questions as `ask_all` takes them.
fn asks(wanted: &[(&str, JsValue, f64)]) -> JsValue {
    let ask = |(view, inputs, n): &(&str, JsValue, f64)| {
        let ask = js_sys::Object::new();
        let set = |name: &str, value: &JsValue| Reflect::set(&ask, &name.into(), value).unwrap();
        set("view", &(*view).into());
        set("inputs", inputs);
        set("n", &(*n).into());
        ask
    };
    let asks: js_sys::Array = wanted.iter().map(ask).collect();
    asks.into()
}

#[wasm_bindgen_test]
async fn views_are_asked_by_name_and_fill_in_what_is_missing() {
    let trainer = create(r#"{"preset": "ring-cgan", "batch": 32}"#, "cpu")
        .await
        .unwrap();
    let ask = async |inputs: JsValue, n: f64| {
        let answers = trainer
            .ask_all(asks(&[("generate", inputs, n)]).unchecked_into())
            .await;
        Float32Array::from(js_sys::Array::from(&answers.unwrap()).get(0)).to_vec()
    };
    let classes: Vec<f32> = (0..8).map(|class| class as f32).collect();
    let in_turn = ask(js_sys::Object::new().into(), 8.0).await;
    assert_eq!(in_turn, ask(rows("label", &classes), 8.0).await);
    let fives = ask(rows("label", &[5.0; 8]), 8.0).await;
    assert_ne!(in_turn, fives);

    // Several at once are what each is alone.
    let both = [
        ("discriminate", rows("x", &in_turn), 8.0),
        ("generate", rows("label", &[5.0; 8]), 8.0),
    ];
    let both = js_sys::Array::from(&trainer.ask_all(asks(&both).unchecked_into()).await.unwrap());
    assert_eq!(Float32Array::from(both.get(1)).to_vec(), fives);
    assert_eq!(Float32Array::from(both.get(0)).length(), 8);

    let refused = async |view: &str, inputs: JsValue| {
        let error = trainer
            .ask_all(asks(&[(view, inputs, 1.0)]).unchecked_into())
            .await;
        let error = error.err().unwrap();
        let missing = view != "generate";
        assert_eq!(code(&error), if missing { "unsupported" } else { "input" });
        message(&error)
    };
    let none = || js_sys::Object::new().into();
    let view = refused("dream", none()).await;
    assert!(
        view.contains("dream") && view.contains("generate"),
        "{view}"
    );
    let input = refused("generate", rows("colour", &[1.0])).await;
    assert!(
        input.contains("colour") && input.contains("label"),
        "{input}"
    );
    let class = refused("generate", rows("label", &[8.0])).await;
    assert!(class.contains('8') && class.contains('7'), "{class}");
    let kind = rows("label", &[]);
    Reflect::set(&kind, &"label".into(), &"three".into()).unwrap();
    let kind = refused("generate", kind).await;
    assert!(kind.contains("Float32Array"), "{kind}");
}

#[wasm_bindgen_test]
async fn an_autoencoder_encodes_and_reconstructs_and_has_no_discriminator() {
    let trainer = create(r#"{"preset": "ring-vae", "batch": 32}"#, "cpu")
        .await
        .unwrap();
    let metrics = trainer.step("vae".into()).await.unwrap();
    assert!(number(&metrics, "step") == 1.0 && number(&metrics, "vae_loss").is_finite());
    let info: JsValue = trainer.info().ok().unwrap().into();
    let dim = number(&info, "latent_dim") as usize;
    let real = floats(trainer.real(10.0)).await;
    assert_eq!(floats(trainer.encode(real.clone())).await.len(), 10 * dim);
    assert_eq!(floats(trainer.reconstruct(real.clone())).await.len(), 20);
    let error = trainer.discriminate(real).await.err().unwrap();
    assert!(
        message(&error).contains("reconstruct"),
        "{}",
        message(&error)
    );
}

#[wasm_bindgen_test]
async fn a_saved_game_goes_on_bit_for_bit() {
    for backend in ["cpu", "webgpu"] {
        let trainer = create(SMALL, backend).await.unwrap();
        trainer.train(3.0).await.unwrap();
        let saved = bytes(trainer.save()).await;
        trainer.train(4.0).await.unwrap();
        let options = options(backend, 0).unchecked_into();
        let resumed = Trainer::load(saved, Some(options)).await.unwrap();
        let resumed = Trainer::try_from_js_value(resumed).unwrap();
        resumed.train(4.0).await.unwrap();
        assert_eq!(
            bytes(trainer.save()).await,
            bytes(resumed.save()).await,
            "{backend}"
        );
    }
}

#[wasm_bindgen_test]
async fn errors_name_the_field_and_the_cure() {
    let unknown = create("rign", "cpu").await.err().unwrap();
    assert!(
        message(&unknown).contains("rign") && message(&unknown).contains("ring"),
        "{}",
        message(&unknown)
    );
    let range = create(r#"{"preset": "ring", "batch": 0}"#, "cpu")
        .await
        .err()
        .unwrap();
    assert!(message(&range).contains("batch"), "{}", message(&range));
    assert_eq!(code(&range), "input");
    assert_eq!(
        Reflect::get(&range, &"field".into()).unwrap(),
        JsValue::from("batch")
    );
    let trainer = create(SMALL, "cpu").await.unwrap();
    let structural: JsValue = trainer.set("batch", 64.into()).err().unwrap().into();
    assert!(
        message(&structural).contains("create a new trainer"),
        "{}",
        message(&structural)
    );
    assert_eq!(code(&structural), "structural");
    trainer.set("g_optimizer.lr", 0.01.into()).ok().unwrap();
    let cut = bytes(trainer.save()).await;
    let damaged = Trainer::load(cut[..100].to_vec(), None)
        .await
        .err()
        .unwrap();
    assert!(
        message(&damaged).contains("checkpoint"),
        "{}",
        message(&damaged)
    );
    assert_eq!(code(&damaged), "data");
}

#[wasm_bindgen_test]
async fn latents_are_drawn_averaged_and_walked_between() {
    let trainer = create(SMALL, "cpu").await.unwrap();
    let info: JsValue = trainer.info().ok().unwrap().into();
    let dim = number(&info, "latent_dim") as usize;
    let z = trainer.latents(3.0, None).ok().unwrap();
    assert_eq!(z.len(), 3 * dim);
    let rows: Vec<&[f32]> = z.chunks(dim).collect();
    let (a, b, c) = (rows[0], rows[1], rows[2]);
    let near = |found: &[f32], expected: &[f32]| {
        let apart = found.iter().zip(expected).map(|(x, y)| (x - y).abs());
        found.len() == expected.len() && apart.fold(0.0, f32::max) < 1e-5
    };
    let path = trainer.walk(a, b, 5.0, "spherical").ok().unwrap();
    assert!(near(&path[..dim], a) && near(&path[4 * dim..], b));
    let corner = trainer.plane(a, b, c, &[0.0, 1.0]).ok().unwrap();
    assert!(near(&corner, c));
    let grid = trainer.neighbours(a, None).ok().unwrap();
    assert!(grid.len() == 9 * dim && near(&grid[4 * dim..5 * dim], a));
    let plain = js_sys::Object::new();
    Reflect::set(&plain, &"rescale".into(), &false.into()).unwrap();
    let sum = trainer
        .arithmetic(a, a, b, Some(plain.unchecked_into()))
        .ok()
        .unwrap();
    assert!(near(&sum, b));
    // No labels here, but G's first layer has its directions.
    let directions = trainer.directions().await.unwrap();
    let first = Reflect::get(&directions, &0.into()).unwrap();
    assert_eq!(
        Reflect::get(&first, &"name".into()).unwrap(),
        JsValue::from("principal 1")
    );
    assert_eq!(
        floats(trainer.direction("principal 1".into())).await.len(),
        dim
    );

    let refused = |result: Result<Vec<f32>, Failure>| message(&result.err().unwrap().into());
    let empty = refused(trainer.arithmetic(a, &[], c, None));
    assert_eq!(empty, "basket B is empty; put at least one sample into it");
    let walk = refused(trainer.walk(a, b, 5.0, "drunken"));
    assert!(
        walk.contains("drunken") && walk.contains("spherical"),
        "{walk}"
    );
    let image = trainer.invert(vec![0.0; 2], None).await.err().unwrap();
    let image = message(&image);
    assert!(
        image.contains("points") && image.contains("makes images"),
        "{image}"
    );
    let classified = message(&trainer.classify(vec![0.0; 2]).await.err().unwrap());
    assert!(classified.contains("no classifier"), "{classified}");
}
