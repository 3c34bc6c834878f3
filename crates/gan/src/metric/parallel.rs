//! Blocks of work on every core; on one where there are no threads, as in the browser.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Fills `out` in chunks of `chunk` values: `work` gets the index of the first value and the chunk.
/// `progress` is called on this thread with the share done, 0 to 1.
pub(super) fn fill<T: Send>(
    out: &mut [T],
    chunk: usize,
    work: impl Fn(usize, &mut [T]) + Sync,
    progress: &mut dyn FnMut(f32),
) {
    let total = out.len();
    let done = AtomicUsize::new(0);
    let chunks = Mutex::new(out.chunks_mut(chunk).enumerate());
    // The lock is held only to take a chunk, so a poisoned one means that another worker has panicked:
    // stop here, and the scope reports that panic.
    let next = || chunks.lock().ok()?.next();
    let run = |report: &mut dyn FnMut(f32)| {
        while let Some((index, values)) = next() {
            let count = values.len();
            work(index * chunk, values);
            let now = done.fetch_add(count, Ordering::Relaxed) + count;
            report(now as f32 / total as f32);
        }
    };
    // Where threads do not exist this is an error, so the loop below spawns none.
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        for _ in 1..cores.min(total.div_ceil(chunk)) {
            scope.spawn(|| run(&mut |_| ()));
        }
        run(progress);
    });
    progress(1.0);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_value_is_filled_once_and_progress_ends_at_one() {
        let mut out = vec![0; 1003];
        let mut last = 0.0;
        fill(
            &mut out,
            10,
            |start, values| {
                for (i, value) in values.iter_mut().enumerate() {
                    *value += start + i;
                }
            },
            &mut |share| last = share,
        );
        assert!(out.iter().enumerate().all(|(i, &x)| i == x));
        assert_eq!(last, 1.0);
    }
}
