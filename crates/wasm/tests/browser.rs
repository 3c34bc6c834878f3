//! The wrapper in a real browser, on both backends. WebGPU runs on Chromium's software adapter.

#![cfg(target_arch = "wasm32")]

use ganlet_wasm::Trainer;
use js_sys::Reflect;
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
    Trainer::create(config, Some(options(backend, 3).unchecked_into()))
        .await
        .map_err(JsValue::from)
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

const SMALL: &str = r#"{"preset": "ring", "batch": 32}"#;

/// Trains, samples, judges and measures; returns samples.
async fn plays(backend: &str) -> Vec<f32> {
    let trainer = create(SMALL, backend).await.unwrap();
    let info: JsValue = trainer.info().ok().unwrap().into();
    assert_eq!(
        Reflect::get(&info, &"backend".into()).unwrap(),
        JsValue::from(backend)
    );
    let metrics: JsValue = trainer.train(5.0).await.ok().unwrap().into();
    assert_eq!(number(&metrics, "step"), 5.0);
    assert!(number(&metrics, "d_loss").is_finite() && number(&metrics, "g_loss").is_finite());
    trainer.step("d").await.ok().unwrap();
    trainer.step("g").await.ok().unwrap();
    let samples = trainer.sample(100.0).await.ok().unwrap();
    assert_eq!(samples.len(), 200);
    let verdicts = trainer.discriminate(samples.clone()).await.ok().unwrap();
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

#[wasm_bindgen_test]
async fn a_saved_game_goes_on_bit_for_bit() {
    for backend in ["cpu", "webgpu"] {
        let trainer = create(SMALL, backend).await.unwrap();
        trainer.train(3.0).await.ok().unwrap();
        let saved = trainer.save().await.ok().unwrap();
        trainer.train(4.0).await.ok().unwrap();
        let resumed = Trainer::load(&saved, Some(options(backend, 0).unchecked_into()))
            .await
            .ok()
            .unwrap();
        resumed.train(4.0).await.ok().unwrap();
        assert_eq!(
            trainer.save().await.ok().unwrap(),
            resumed.save().await.ok().unwrap(),
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
    let trainer = create(SMALL, "cpu").await.unwrap();
    let structural: JsValue = trainer.set("batch", 64.into()).err().unwrap().into();
    assert!(
        message(&structural).contains("create a new trainer"),
        "{}",
        message(&structural)
    );
    trainer.set("g_optimizer.lr", 0.01.into()).ok().unwrap();
    let cut = trainer.save().await.ok().unwrap();
    let damaged: JsValue = Trainer::load(&cut[..100], None).await.err().unwrap().into();
    assert!(
        message(&damaged).contains("checkpoint"),
        "{}",
        message(&damaged)
    );
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
    let directions: JsValue = trainer.directions().await.ok().unwrap().into();
    let first = Reflect::get(&directions, &0.into()).unwrap();
    assert_eq!(
        Reflect::get(&first, &"name".into()).unwrap(),
        JsValue::from("principal 1")
    );
    assert_eq!(
        trainer.direction("principal 1").await.ok().unwrap().len(),
        dim
    );

    let refused = |result: Result<Vec<f32>, JsError>| message(&result.err().unwrap().into());
    let empty = refused(trainer.arithmetic(a, &[], c, None));
    assert_eq!(empty, "basket B is empty; put at least one sample into it");
    let walk = refused(trainer.walk(a, b, 5.0, "drunken"));
    assert!(
        walk.contains("drunken") && walk.contains("spherical"),
        "{walk}"
    );
    let image = trainer.invert(vec![0.0; 2], None).await.err().unwrap();
    let image = message(&image.into());
    assert!(
        image.contains("points") && image.contains("makes images"),
        "{image}"
    );
    let classified = refused(trainer.classify(vec![0.0; 2]).await);
    assert!(classified.contains("no classifier"), "{classified}");
}
