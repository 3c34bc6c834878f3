//! How tests start trainers: on one thread of the CPU, where the same seed gives the same bits.

use ganlet::model::Dataset;
use ganlet::trainer::Options;
use ganlet_core::backend::Choice;

pub(crate) fn options(seed: u32, dataset: Dataset) -> Options<'static> {
    Options {
        backend: Choice::Cpu,
        threads: 1,
        tuned: None,
        seed,
        dataset,
        // Of no size, so nothing is allocated.
        progress: Box::leak(Box::new(|_| {})),
    }
}
