//! What a game shows: samples, D's opinion of them, and real data.

use ganlet_core::Slot;

use super::{Error, Trainer};
use crate::broken::Broken;
use crate::game::entry;
use crate::latent::{Truncation, draw};

impl Trainer {
    /// `count` samples from the noise that every redraw uses, `[count, sample_len]`.
    ///
    /// # Errors
    /// A device that fails.
    pub async fn sample(&mut self, count: usize) -> Result<Vec<f32>, Error> {
        if count * self.config.prior.dim > self.fixed_noise.len() {
            self.fixed_noise = draw(&self.config.prior, count, self.seed, Truncation::NONE);
        }
        let z = self.fixed_noise[..count * self.config.prior.dim].to_vec();
        self.generate(&z).await
    }

    /// G(z) for given latents `[n, prior.dim]`. A latent that is not finite gives a sample of NaN.
    ///
    /// # Errors
    /// Numbers that do not form latents; a device that fails.
    pub async fn generate(&mut self, z: &[f32]) -> Result<Vec<f32>, Error> {
        self.view(
            entry::SAMPLE,
            "z",
            z,
            self.config.prior.dim,
            self.game.sample_len,
        )
        .await
    }

    /// D's verdict on `[n, sample_len]` numbers: a probability, or a critic's score; NaN on a sample that is not finite.
    ///
    /// # Errors
    /// Numbers that do not form samples; a device that fails.
    pub async fn discriminate(&mut self, x: &[f32]) -> Result<Vec<f32>, Error> {
        self.view(entry::DISCRIMINATE, "x", x, self.game.sample_len, 1)
            .await
    }

    /// Runs a viewing entry over all rows, a batch at a time.
    async fn view(
        &mut self,
        name: &str,
        input: &'static str,
        rows: &[f32],
        row: usize,
        out: usize,
    ) -> Result<Vec<f32>, Error> {
        if !rows.len().is_multiple_of(row) {
            return Err(Error::Length {
                what: input,
                found: rows.len(),
                row,
            });
        }
        let entry = self.entry(name);
        let slot = Slot::Input(
            self.game
                .program
                .input(input)
                .expect("callers name inputs that every game has"),
        );
        let mut results = Vec::with_capacity(rows.len() / row * out);
        let mut padded = vec![0.0_f32; self.game.view_batch * row];
        for chunk in rows.chunks(padded.len()) {
            padded[..chunk.len()].copy_from_slice(chunk);
            let broken = Broken::take_out(&mut padded, row);
            self.session.write(slot, bytemuck::cast_slice(&padded))?;
            self.session.run(entry, 1).await?;
            let bytes = self.session.read(Slot::Output { entry, output: 0 }).await?;
            let mut made = bytemuck::pod_collect_to_vec::<u8, f32>(&bytes);
            made.truncate(chunk.len() / row * out);
            broken.put_back(&mut made, out);
            results.append(&mut made);
        }
        Ok(results)
    }

    /// `count` samples of real data, the same for the same `draw`.
    ///
    /// # Errors
    /// A device that fails.
    pub async fn real(&mut self, count: usize, draw: u32) -> Result<Vec<f32>, Error> {
        let entry = self.entry(entry::REAL);
        let slot = Slot::Input(
            self.game
                .program
                .input("draw")
                .expect("every game has this input"),
        );
        let mut results = Vec::new();
        for batch in 0..count.div_ceil(self.game.view_batch) {
            self.session.write(
                slot,
                bytemuck::cast_slice(&[!self.seed, draw.wrapping_add(batch as u32)]),
            )?;
            self.session.run(entry, 1).await?;
            let bytes = self.session.read(Slot::Output { entry, output: 0 }).await?;
            results.extend_from_slice(&bytemuck::pod_collect_to_vec::<u8, f32>(&bytes));
        }
        results.truncate(count * self.game.sample_len);
        Ok(results)
    }
}
