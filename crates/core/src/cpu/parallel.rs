//! Spreads the turns of a loop over threads. A browser tab has one.

use std::ops::Range;

use ganlet_loops::frame::Registers;

/// A thread must have at least this much to do, by estimate: waking it takes some microseconds.
#[cfg(not(target_arch = "wasm32"))]
const LEAST_NANOSECONDS: f64 = 30_000.0;

/// Runs `work` over parts of `0..turns`, one for each worker, as far as that is worth it. The parts do not affect
/// results.
#[cfg(not(target_arch = "wasm32"))]
pub(crate) fn split(
    turns: usize,
    nanoseconds: f64,
    workers: &mut [Registers],
    work: impl Fn(Range<usize>, &mut Registers) + Sync,
) {
    let parts = ((nanoseconds / LEAST_NANOSECONDS) as usize)
        .clamp(1, workers.len())
        .min(turns);
    if parts <= 1 {
        return work(0..turns, &mut workers[0]);
    }
    let range = |part: usize| turns * part / parts..turns * (part + 1) / parts;
    let (first, others) = workers.split_at_mut(1);
    rayon::in_place_scope(|scope| {
        for (i, worker) in others[..parts - 1].iter_mut().enumerate() {
            let work = &work;
            scope.spawn(move |_| work(range(i + 1), worker));
        }
        work(range(0), &mut first[0]);
    });
}

/// Runs `work` over all of `0..turns`.
#[cfg(target_arch = "wasm32")]
pub(crate) fn split(
    turns: usize,
    _nanoseconds: f64,
    workers: &mut [Registers],
    work: impl Fn(Range<usize>, &mut Registers) + Sync,
) {
    work(0..turns, &mut workers[0]);
}
