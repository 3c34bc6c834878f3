//! Numbers that say how good the samples are.

use std::collections::BTreeMap;

use super::{Error, Trainer, noise};
use crate::config::Data;
use crate::data::ImageKind;
use crate::game::Dataset;
use crate::metric::{Rows, ToyMetric, parzen};

/// Samples of a toy that are measured.
const TOY_SAMPLES: usize = 10_240;
/// Samples of images in a Parzen window, as in 2014.
const PARZEN_SAMPLES: usize = 10_000;

/// Metrics by their fixed names.
pub type Evaluation = BTreeMap<String, f64>;

impl Trainer {
    /// Measures samples of the model as it is: modes and exact divergences on toys, the Parzen log-likelihood by the
    /// 2014 protocol on images; nothing on the benchmarks. `progress` hears the share done.
    ///
    /// # Errors
    /// A device that fails; samples that are not finite.
    pub async fn evaluate(&mut self, progress: &mut dyn FnMut(f32)) -> Result<Evaluation, Error> {
        match self.config.data.clone() {
            Data::Toy(toy) => {
                let samples = self.fresh_samples(TOY_SAMPLES).await?;
                let metric = ToyMetric::new(&toy);
                let coverage = metric.coverage(&samples)?;
                let divergence = metric.divergence(&samples)?;
                let mut result = Evaluation::new();
                if let (Some(modes), Some(centres)) = (coverage.modes, toy.modes()) {
                    result.insert("modes".into(), modes as f64);
                    result.insert("mode_count".into(), centres.len() as f64);
                }
                result.insert("high_quality".into(), coverage.high_quality);
                result.insert("kl".into(), divergence.kl);
                result.insert("js".into(), divergence.js);
                result.insert("kl_floor".into(), divergence.kl_floor);
                progress(1.0);
                Ok(result)
            }
            Data::Images(data) => {
                let Dataset::Images(images) = self.dataset.clone() else {
                    return Ok(Evaluation::new());
                };
                // The protocol is for small grey images: in 3072 dimensions no window says anything.
                if data.kind == ImageKind::Faces {
                    return Ok(Evaluation::new());
                }
                let mut samples = self.fresh_samples(PARZEN_SAMPLES).await?;
                // Back to 0..1, where the protocol measures.
                let (black, range) = (data.black as f32, 1.0 - data.black as f32);
                samples.iter_mut().for_each(|x| *x = (*x - black) / range);
                let dim = self.game.sample_len;
                let (validation, test) = (
                    images.validation().unit_pixels(),
                    images.test.view().unit_pixels(),
                );
                let report = parzen::evaluate(
                    Rows::new("samples", &samples, dim)?,
                    Rows::new("validation", &validation, dim)?,
                    Rows::new("test", &test, dim)?,
                    progress,
                )?;
                Ok(Evaluation::from([
                    ("parzen_nats".into(), report.nats),
                    ("parzen_standard_error_nats".into(), report.standard_error),
                    ("parzen_sigma".into(), report.sigma),
                ]))
            }
            Data::Pool(_) => Ok(Evaluation::new()),
        }
    }

    /// Samples from other noise than that of the redraws.
    async fn fresh_samples(&mut self, count: usize) -> Result<Vec<f32>, Error> {
        let z = noise(&self.config, count, self.seed.wrapping_add(1));
        self.generate(&z).await
    }
}
