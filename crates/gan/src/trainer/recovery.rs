//! Back to the last good step when training leaves the finite numbers.
//!
//! Steps are deterministic, so a snapshot and the list of what ran since then lead to any later step again, exactly. A
//! snapshot every few hundred steps is therefore enough, and no step pays for the possibility.

use ganlet_core::{DType, Slot};

use super::{Error, Trainer};
use crate::checkpoint::initial_bytes;
use crate::model::Traced;

/// Runs of entries between snapshots.
const EVERY: u64 = 500;

/// The state at some moment, and what ran since: entries, and how often.
pub(super) struct Snapshot {
    step: u64,
    recorded: u64,
    states: Vec<(usize, Vec<u8>)>,
    runs: Vec<(usize, u64)>,
}

impl Snapshot {
    /// The state that a model starts from, which is known without asking the device.
    pub(super) fn initial(traced: &Traced) -> Self {
        let states = (traced.saved_states())
            .map(|(index, state)| (index, initial_bytes(state)))
            .collect();
        Self {
            step: 0,
            recorded: 0,
            states,
            runs: vec![],
        }
    }

    /// Notes that an entry ran so many times.
    pub(super) fn note(&mut self, entry: usize, times: u64) {
        match self.runs.last_mut() {
            Some((last, count)) if *last == entry => *count += times,
            _ => self.runs.push((entry, times)),
        }
    }

    /// How many runs it has noted.
    fn len(&self) -> u64 {
        self.runs.iter().map(|(_, times)| times).sum()
    }

    /// The first `len` of the runs.
    fn first(&self, len: u64) -> Vec<(usize, u64)> {
        let mut left = len;
        let mut take = |&(entry, times): &(usize, u64)| {
            let taken = times.min(left);
            left -= taken;
            (entry, taken)
        };
        self.runs.iter().map(&mut take).collect()
    }
}

impl Trainer {
    /// Takes a snapshot if the last one is old.
    pub(super) async fn keep_snapshot(&mut self) -> Result<(), Error> {
        if self.snapshot.as_ref().is_some_and(|s| s.len() < EVERY) {
            return Ok(());
        }
        let states = self.mutable_states().await?;
        // A state that is not finite already is no place to come back to; the one before is.
        if self.snapshot.is_none() || self.not_finite(&states).is_none() {
            self.snapshot = Some(Snapshot {
                step: self.step,
                recorded: self.recorded,
                states,
                runs: vec![],
            });
        }
        Ok(())
    }

    /// After `good` more runs of `entry`, one reported a number that is not finite: goes back to the last moment whose state is
    /// finite, and says what failed.
    pub(super) async fn recover(&mut self, good: u64, metric: &str, entry: usize) -> Error {
        match self.try_recover(good, metric, entry).await {
            Ok(error) | Err(error) => error,
        }
    }

    async fn try_recover(&mut self, good: u64, metric: &str, entry: usize) -> Result<Error, Error> {
        let mut snapshot = self
            .snapshot
            .take()
            .expect("a snapshot is taken before every run");
        snapshot.note(entry, good);
        // The costs of a run are those of the parameters before it, so the run before may be the one that failed.
        let mut target = snapshot.len();
        let mut tensor = String::from(metric);
        loop {
            self.replay(&snapshot, target).await?;
            let states = self.mutable_states().await?;
            match self.not_finite(&states) {
                None => break,
                Some(name) => tensor = name,
            }
            if target == 0 {
                break;
            }
            target -= 1;
        }
        let restored = self.step;
        let kept = self.history.partition_point(|row| row.step < restored);
        let lost = self.history.split_off(kept).into();
        Ok(Error::Diverged {
            step: restored + 1,
            tensor,
            restored,
            lost,
        })
    }

    /// To the moment after the first `target` runs since a snapshot.
    async fn replay(&mut self, snapshot: &Snapshot, target: u64) -> Result<(), Error> {
        for (index, bytes) in &snapshot.states {
            self.session.write(Slot::State(*index), bytes)?;
        }
        self.step = snapshot.step;
        self.recorded = snapshot.recorded + target;
        for (entry, times) in snapshot.first(target) {
            self.session.run(entry, times as usize).await?;
            self.step += self.steps_of(entry, times);
        }
        Ok(())
    }

    /// The first parameter, by name, that holds a number that is not finite, or else the first other state with NaN: what
    /// optimizers and batch norms remember gets into parameters and samples. What was recorded does not.
    pub(super) fn not_finite<B: AsRef<[u8]>>(&self, states: &[(usize, B)]) -> Option<String> {
        let mut other = None;
        for (index, bytes) in states {
            let state = &self.traced.program.states[*index];
            if state.dtype != DType::F32 || state.name == "metrics" {
                continue;
            }
            let values: Vec<f32> = bytemuck::pod_collect_to_vec(bytes.as_ref());
            let network =
                (self.traced.networks.iter()).find(|n| state.name == format!("{}.params", n.name));
            if let Some(network) = network {
                let bad = values.iter().position(|v| !v.is_finite());
                let of = |at: usize| network.params.iter().find(|p| at < p.offset + p.len());
                if let Some(param) = bad.and_then(of) {
                    return Some(format!("{}.{}", network.name, param.name));
                }
            } else if other.is_none() && values.iter().any(|v| v.is_nan()) {
                // A mean of squares may overflow: its parameters stand still then, and all else goes on.
                other = Some(state.name.clone());
            }
        }
        other
    }
}
