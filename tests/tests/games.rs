//! Whole games with the plans and shaders meant for real GPUs, on whatever adapter there is, against the CPU backend.

use ganlet::ExperimentConfig;
use ganlet::model::{Dataset, Traced, entry};
use ganlet_core::Slot;
use ganlet_core::wgsl::{AdapterClass, Tuning};
use ganlet_tests::backends::{Cpu, Gpu, device};
use ganlet_tests::parity::Backend;

/// While rounding has not yet grown: sums are added up in another order, and each step builds on the one before.
const EARLY: usize = 3;

/// How far apart backends may be beside a magnitude of 1: any metric of the first steps, and losses ever after.
const TOLERANCE: f32 = 2e-3;
const TOLERANCE_OF_LOSSES: f32 = 2e-2;

/// The metrics of the first steps, row by row.
fn play(traced: &Traced, backend: &mut impl Backend, steps: usize) -> Vec<f32> {
    let program = &traced.program;
    let hyper: Vec<u8> = (traced.hyper.values().iter())
        .flat_map(|x| x.to_le_bytes())
        .collect();
    let slot = program.input("hyper").expect("every model has some");
    backend.write(Slot::Input(slot), &hyper);
    let train = program.entry(entry::TRAIN).expect("every model trains");
    for _ in 0..steps {
        backend.run(train);
    }
    let ring = program.state("metrics").expect("every model records");
    let floats = backend.read(Slot::State(ring));
    let floats = floats.as_chunks().0.iter().copied().map(f32::from_le_bytes);
    floats.take(steps * traced.metrics.len()).collect()
}

fn agree(preset: &str, steps: usize) {
    let config = ExperimentConfig::preset(preset).expect("a preset");
    let traced = Traced::new(&config, &Dataset::None, 3, u64::MAX).expect("a model");
    let cpu = play(&traced, &mut Cpu::new(&traced.program), steps);
    let tuning = Tuning::of(AdapterClass::Gpu);
    let mut gpu = Gpu::shaped(&device(), &traced.program, &tuning);
    let gpu = play(&traced, &mut gpu, steps);
    let width = traced.metrics.len();
    for (i, (cpu, gpu)) in cpu.iter().zip(&gpu).enumerate() {
        let (step, metric) = (i / width, traced.metrics[i % width].name);
        let tolerance = match step < EARLY {
            true => TOLERANCE,
            false if metric.ends_with("_loss") => TOLERANCE_OF_LOSSES,
            false => continue,
        };
        assert!(
            (cpu - gpu).abs() <= tolerance * (1.0 + cpu.abs()),
            "{preset}: {metric} of step {step} is {gpu} on the GPU and {cpu} on the CPU"
        );
    }
    let moved = cpu[..width] != cpu[cpu.len() - width..];
    assert!(moved, "{preset}: nothing was trained");
}

#[test]
fn the_ring() {
    agree("ring", 20);
}

/// A step is six updates at a high rate: by the eighth, roundings have grown into the second digit of a loss.
#[test]
fn the_ring_with_a_gradient_penalty() {
    agree("ring-wgan-gp", 5);
}

#[test]
fn the_dense_benchmark() {
    agree("bench-mlp", 20);
}

#[test]
fn the_ring_benchmark() {
    agree("bench-ring", 20);
}

#[test]
fn the_wgan_benchmark() {
    agree("bench-wgan-gp", 20);
}

/// Its steps are long for an adapter that is a processor.
#[test]
fn the_dcgan_benchmark() {
    agree("bench-dcgan", 2);
}
