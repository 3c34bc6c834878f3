//! What plans of the benchmarks promise: few dispatches, few pipelines, little memory.

use std::collections::HashSet;

use ganlet::ExperimentConfig;
use ganlet::model::{Dataset, Traced, entry};
use ganlet::preset::{self, Group};
use ganlet_core::plan::{EntryPlan, Plan, plan};
use ganlet_core::wgsl::{self, AdapterClass, Tuning, emit};

/// For the CPU first, then for every class of adapters.
fn planned(preset: &str) -> [(Plan, Option<Tuning>); 4] {
    let config = ExperimentConfig::preset(preset).unwrap();
    let traced = Traced::new(&config, &Dataset::None, 0, u64::MAX).unwrap();
    let [gpu, llvmpipe, swiftshader] = AdapterClass::ALL.map(|class| {
        let tuning = Tuning::of(class);
        (wgsl::plan(&traced.program, &tuning), Some(tuning))
    });
    [(plan(&traced.program), None), gpu, llvmpipe, swiftshader]
}

fn training(plan: &Plan) -> &EntryPlan {
    let mut entries = plan.entries.iter();
    entries
        .find(|e| e.name == entry::TRAIN)
        .expect("every model trains")
}

fn pipelines(entry: &EntryPlan, tuning: &Tuning) -> usize {
    let sources = entry
        .dispatches
        .iter()
        .map(|kernels| emit(kernels, tuning).source);
    sources.collect::<HashSet<String>>().len()
}

#[test]
fn buffers_take_little_more_than_what_is_alive_at_once() {
    for preset in preset::all().iter().filter(|p| p.group == Group::Bench) {
        for (plan, tuning) in planned(preset.name) {
            let (bytes, least) = (plan.bytes() as f64, plan.least_bytes() as f64);
            assert!(
                least > 0.0 && least <= bytes && bytes <= 1.3 * least,
                "{}: {bytes} bytes, {least} alive at once with {tuning:?}",
                preset.name
            );
        }
    }
}

#[test]
fn a_step_of_the_dense_benchmarks_takes_at_most_40_dispatches() {
    for preset in ["bench-mlp", "bench-ring"] {
        for (plan, tuning) in planned(preset) {
            let dispatches = training(&plan).dispatches.len();
            assert!(dispatches <= 40, "{preset}: {dispatches} with {tuning:?}");
        }
    }
}

/// 40 for software adapters. On the plan for GPUs, which divides long sums, batch norms that keep their digits cost one more
/// (docs/rejected.md).
#[test]
fn a_step_of_the_dcgan_takes_at_most_60_dispatches_and_41_pipelines() {
    for (plan, tuning) in planned("bench-dcgan") {
        let entry = training(&plan);
        assert!(entry.dispatches.len() <= 60, "{}", entry.dispatches.len());
        if let Some(tuning) = tuning {
            let pipelines = pipelines(entry, &tuning);
            let most = 40 + usize::from(tuning == Tuning::gpu());
            assert!(pipelines <= most, "{pipelines} with {tuning:?}");
        }
    }
}

#[test]
fn kernels_grow_in_step_with_unrolled_updates() {
    let kernels = |unrolled_steps: usize| {
        let mut config = ExperimentConfig::preset("bench-mlp").unwrap();
        config.gan_mut().unwrap().schedule.unrolled_steps = unrolled_steps;
        let traced = Traced::new(&config, &Dataset::None, 0, u64::MAX).unwrap();
        training(&plan(&traced.program)).kernels().count()
    };
    let (none, five, ten) = (kernels(0), kernels(5), kernels(10));
    assert!(
        none <= 45 && five <= none + 5 * 41 && ten <= none + 10 * 41,
        "{none}, {five}, {ten}"
    );
}
