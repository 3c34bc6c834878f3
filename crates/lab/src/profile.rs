//! `ganlet profile`: where the time of a training step goes on the GPU at hand.

use std::time::Instant;

use anyhow::Result;
use ganlet::ExperimentConfig;
use ganlet::game::{Game, entry};
use ganlet_core::gpu::{Device, Prefer, Session};
use ganlet_core::plan::kernel::Kernel;
use ganlet_core::plan::{EntryPlan, Plan, plan};
use ganlet_core::program::Program;
use ganlet_core::wgsl::product;

use crate::{data, progress};

/// Milliseconds that one timing lasts at least, unless that takes so many runs.
const TIMING_MS: f64 = 20.0;
const MOST_TIMES: usize = 1 << 12;
/// Timings of every dispatch, of which the least counts.
const ROUNDS: usize = 5;

/// Times every dispatch of the preset's training step by itself, over and over on whatever its buffers hold, and prints
/// them in order: what they take, their share of the sum, and the rate of the products among them.
pub(crate) async fn profile(preset: &str) -> Result<()> {
    let device = Device::request(Prefer::Performance).await?;
    println!("{} ({})", device.info().name, device.info().backend);
    let config = ExperimentConfig::parse(preset)?;
    let game = Game::new(
        &config,
        &data::load(&config, None)?,
        0,
        device.max_buffer_bytes(),
    )?;
    let plan = plan(&game.program);
    let train = plan.entries.iter().filter(|e| e.name == entry::TRAIN);
    let dispatches: Vec<Vec<Kernel>> = train.flat_map(|e| e.dispatches.clone()).collect();
    let mut session = alone(&device, &plan, &dispatches)?;

    let bar = progress::timings(dispatches.len() * (ROUNDS + 1));
    let mut times = Vec::with_capacity(dispatches.len());
    for i in 0..dispatches.len() {
        session.run(i, 1).await?;
        let mut count = 1;
        while milliseconds(&mut session, i, count).await? < TIMING_MS && count < MOST_TIMES {
            count *= 2;
        }
        times.push((count, f64::INFINITY));
        bar.inc(1);
    }
    for _ in 0..ROUNDS {
        for (i, (count, least)) in times.iter_mut().enumerate() {
            let one = milliseconds(&mut session, i, *count).await? / *count as f64;
            *least = least.min(one);
            bar.inc(1);
        }
    }
    bar.finish_and_clear();

    let sum: f64 = times.iter().map(|(_, least)| least).sum();
    println!("{:>8} {:>6} {:>8}", "ms", "share", "GFLOP/s");
    for (kernels, (_, least)) in dispatches.iter().zip(&times) {
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

/// A session with an entry for every dispatch.
fn alone(device: &Device, plan: &Plan, dispatches: &[Vec<Kernel>]) -> Result<Session> {
    let program = Program {
        nodes: Vec::new(),
        inputs: Vec::new(),
        states: Vec::new(),
        entries: Vec::new(),
    };
    let entry = |(i, kernels): (usize, &Vec<Kernel>)| EntryPlan {
        name: format!("dispatch {i}"),
        dispatches: vec![kernels.clone()],
        outputs: Vec::new(),
        live_bytes: 0,
    };
    let plan = Plan {
        buffers: plan.buffers.clone(),
        entries: dispatches.iter().enumerate().map(entry).collect(),
    };
    Ok(Session::with_tuning(
        device,
        &program,
        &plan,
        device.tuning(),
    )?)
}

async fn milliseconds(session: &mut Session, entry: usize, times: usize) -> Result<f64> {
    let started = Instant::now();
    session.run(entry, times).await?;
    Ok(started.elapsed().as_secs_f64() * 1e3)
}
