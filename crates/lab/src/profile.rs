//! `ganlet profile`: where the time of a training step goes on the GPU at hand.

use anyhow::Result;
use ganlet::ExperimentConfig;
use ganlet::model::{Traced, entry};
use ganlet_core::gpu::{Device, Prefer};
use ganlet_core::wgsl::{plan, product};

use crate::timing::{ROUNDS, Timed};
use crate::{data, progress};

/// Times every dispatch of the preset's training step by itself, over and over on whatever its buffers hold, and prints
/// them in order: what they take, their share of the sum, and the rate of the products among them.
pub(crate) async fn profile(preset: &str) -> Result<()> {
    let device = Device::request(Prefer::Performance).await?;
    println!("{} ({})", device.info().name, device.info().backend);
    let config = ExperimentConfig::parse(preset)?;
    let traced = Traced::new(
        &config,
        &data::load(&config, None)?,
        0,
        device.max_buffer_bytes(),
    )?;
    let plan = plan(&traced.program, device.tuning());
    let train = plan.entries.iter().filter(|e| e.name == entry::TRAIN);
    let dispatches: Vec<_> = train.flat_map(|e| &e.dispatches).collect();

    let bar = progress::timings(dispatches.len() * (ROUNDS + 1));
    let mut times = Vec::with_capacity(dispatches.len());
    for kernels in &dispatches {
        times.push(Timed::new(&device, device.tuning(), &plan.buffers, kernels).await?);
        bar.inc(1);
    }
    for _ in 0..ROUNDS {
        for timed in &mut times {
            timed.again().await?;
            bar.inc(1);
        }
    }
    bar.finish_and_clear();

    let sum: f64 = times.iter().map(|timed| timed.least).sum();
    println!("{:>8} {:>6} {:>8}", "ms", "share", "GFLOP/s");
    for (kernels, Timed { least, .. }) in dispatches.iter().zip(&times) {
        let operations: f64 = kernels.iter().filter_map(product).map(|(_, f)| f).sum();
        let rate = match operations {
            0.0 => String::new(),
            some => format!("{:.2}", some / least / 1e6),
        };
        let names: Vec<&str> = kernels.iter().map(|k| k.name.as_str()).collect();
        println!(
            "{least:8.3} {:5.1}% {rate:>8}  {}",
            100.0 * least / sum,
            names.join(" + ")
        );
    }
    println!("{sum:8.3} in all, each dispatch submitted alone");
    Ok(())
}
