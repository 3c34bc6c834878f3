//! Back to the last good step when training leaves the finite numbers.
//!
//! Steps are deterministic, so a snapshot and the list of what ran since then lead to any later step again, exactly. A
//! snapshot every few hundred steps is therefore enough, and no step pays for the possibility.

use ganlet_core::{Program, Slot};

use super::{Error, Trainer};
use crate::checkpoint;
use crate::layer::Param;

/// Steps between snapshots.
const EVERY: u64 = 500;

/// The state at some step, and what ran since.
pub(super) struct Snapshot {
    step: u64,
    states: Vec<(usize, Vec<u8>)>,
    runs: Vec<(usize, u64)>,
}

impl Snapshot {
    /// The state that a game starts from, which is known without asking the device.
    pub(super) fn initial(program: &Program) -> Self {
        let states = program
            .states
            .iter()
            .enumerate()
            .filter(|(_, state)| checkpoint::is_learned(state));
        let states = states
            .map(|(index, state)| (index, checkpoint::initial_bytes(state)))
            .collect();
        Self {
            step: 0,
            states,
            runs: vec![],
        }
    }

    /// Notes that an entry ran.
    pub(super) fn note(&mut self, entry: usize, steps: u64) {
        match self.runs.last_mut() {
            Some((last, count)) if *last == entry => *count += steps,
            _ => self.runs.push((entry, steps)),
        }
    }
}

impl Trainer {
    /// Takes a snapshot if the last one is old.
    pub(super) async fn keep_snapshot(&mut self) -> Result<(), Error> {
        if self
            .snapshot
            .as_ref()
            .is_some_and(|s| self.step < s.step + EVERY)
        {
            return Ok(());
        }
        let states = self.mutable_states().await?;
        // A state that is not finite already is no place to come back to; the one before is.
        if self.snapshot.is_none() || self.not_finite(&states).is_none() {
            self.snapshot = Some(Snapshot {
                step: self.step,
                states,
                runs: vec![],
            });
        }
        Ok(())
    }

    /// Step `bad`, run by `entry`, reported a number that is not finite: goes back to the last step whose state is
    /// finite, and says what failed.
    pub(super) async fn recover(&mut self, bad: u64, metric: &str, entry: usize) -> Error {
        match self.try_recover(bad, metric, entry).await {
            Ok(error) | Err(error) => error,
        }
    }

    async fn try_recover(&mut self, bad: u64, metric: &str, entry: usize) -> Result<Error, Error> {
        let snapshot = self
            .snapshot
            .as_mut()
            .expect("a snapshot is taken before every run");
        snapshot.note(entry, bad + 1 - self.step.min(bad));
        let start = snapshot.step;
        // The costs of a step are those of the parameters before it, so the step before may be the one that failed.
        let mut target = bad;
        let mut tensor = String::from(metric);
        loop {
            self.replay(target).await?;
            let states = self.mutable_states().await?;
            match self.not_finite(&states) {
                None => break,
                Some(name) if target > start => {
                    tensor = name;
                    target -= 1;
                }
                Some(name) => {
                    tensor = name;
                    break;
                }
            }
        }
        self.step = target;
        self.snapshot = None;
        self.history.retain(|row| row.step < target);
        Ok(Error::Diverged {
            step: target + 1,
            tensor,
            restored: target,
        })
    }

    /// From the snapshot to step `target`.
    async fn replay(&mut self, target: u64) -> Result<(), Error> {
        let Some(snapshot) = &self.snapshot else {
            return Ok(());
        };
        for (index, bytes) in &snapshot.states {
            self.session.write(Slot::State(*index), bytes)?;
        }
        let mut left = target.saturating_sub(snapshot.step);
        for (entry, count) in snapshot.runs.clone() {
            let steps = count.min(left);
            self.session.run(entry, steps as usize).await?;
            left -= steps;
        }
        Ok(())
    }

    /// The first parameter, by name, that holds a number that is not finite.
    fn not_finite(&self, states: &[(usize, Vec<u8>)]) -> Option<String> {
        let players = [("g", &self.game.params[0]), ("d", &self.game.params[1])];
        for (index, bytes) in states {
            let name = &self.game.program.states[*index].name;
            let Some((player, params)) =
                players.iter().find(|(p, _)| *name == format!("{p}.params"))
            else {
                continue;
            };
            let values: Vec<f32> = bytemuck::pod_collect_to_vec(bytes);
            let finite = |param: &Param| {
                values[param.offset..param.offset + param.len()]
                    .iter()
                    .all(|v| v.is_finite())
            };
            if let Some(param) = params.iter().find(|p| !finite(p)) {
                return Some(format!("{player}.{}", param.name));
            }
        }
        None
    }
}
