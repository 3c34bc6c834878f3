//! Trains a GAN on a ring of eight clusters and says how many it covers:
//! `cargo run --release -p ganlet --example train_ring`.

use std::error::Error;

use ganlet::model::Dataset;
use ganlet::trainer::Options;
use ganlet::{ExperimentConfig, Trainer};
use ganlet_core::backend::Choice;
use pollster::block_on;

fn main() -> Result<(), Box<dyn Error>> {
    let config = ExperimentConfig::parse(r#"{"preset": "ring", "batch": 128}"#)?;
    let options = Options {
        backend: Choice::Auto,
        threads: 1,
        tuned: None,
        seed: 1,
        dataset: Dataset::None,
        progress: &mut |_| {},
    };
    let mut trainer = block_on(Trainer::create(config, options))?;
    for _ in 0..4 {
        let row = block_on(trainer.train(500))?;
        let metrics = trainer.metrics().iter().zip(&row.values);
        let metrics: Vec<String> = metrics
            .map(|(metric, value)| format!("{} {value:.3}", metric.name))
            .collect();
        println!("step {}: {}", trainer.info().step, metrics.join(", "));
    }
    let points = block_on(trainer.sample(4))?;
    println!("four samples: {points:.2?}");
    let found = block_on(trainer.evaluate(&mut |_| {}))?;
    println!("{} of {} clusters", found["modes"], found["mode_count"]);
    Ok(())
}
