//! To a checkpoint and back.

use ganlet_core::Slot;

use super::{Error, Options, Trainer};
use crate::checkpoint::{Checkpoint, CheckpointError};

impl Trainer {
    /// Everything that is needed to go on later, as one safetensors file.
    ///
    /// # Errors
    /// A device that fails.
    pub async fn save(&mut self) -> Result<Vec<u8>, Error> {
        Ok(self.checkpoint().await?.to_bytes()?)
    }

    /// What a [`save`](Self::save) writes.
    ///
    /// # Errors
    /// A device that fails.
    pub async fn checkpoint(&mut self) -> Result<Checkpoint, Error> {
        let states = self.mutable_states().await?;
        Ok(Checkpoint::new(
            self.config.clone(),
            self.seed,
            self.step,
            &self.traced,
            states,
        ))
    }

    /// Goes on from a saved file. `dataset` as in [`Options`].
    ///
    /// # Errors
    /// A damaged file, one of another version or another game.
    pub async fn load(bytes: &[u8], options: Options<'_>) -> Result<Self, Error> {
        let checkpoint = Checkpoint::from_bytes(bytes)?;
        let options = Options {
            seed: checkpoint.seed,
            ..options
        };
        let mut trainer = Self::create(checkpoint.config.clone(), options).await?;
        trainer.restore(&checkpoint)?;
        Ok(trainer)
    }

    /// Puts a checkpoint of the same game in place of what was learned.
    ///
    /// # Errors
    /// A checkpoint of another game, or one with numbers that are not finite; nothing has changed then.
    pub fn restore(&mut self, checkpoint: &Checkpoint) -> Result<(), Error> {
        let states = checkpoint.matched(&self.traced)?;
        if let Some(tensor) = self.not_finite(&states) {
            return Err(CheckpointError::NotFinite { tensor }.into());
        }
        for (index, bytes) in states {
            self.session.write(Slot::State(index), &bytes)?;
            if self.traced.program.states[index].name == "metrics.cursor" {
                self.recorded = bytemuck::pod_read_unaligned::<u32>(&bytes).into();
            }
        }
        self.step = checkpoint.step;
        self.history.clear();
        self.directions = None;
        self.snapshot = None;
        Ok(())
    }

    /// State that training changes: index and contents.
    pub(super) async fn mutable_states(&mut self) -> Result<Vec<(usize, Vec<u8>)>, Error> {
        let saved: Vec<usize> = self.traced.saved_states().map(|(index, _)| index).collect();
        let kept = saved
            .iter()
            .map(|&index| self.session.keep(Slot::State(index)));
        let kept = kept.collect::<Result<_, _>>()?;
        let contents = self.session.take(kept).await?;
        Ok(saved.into_iter().zip(contents).collect())
    }
}
