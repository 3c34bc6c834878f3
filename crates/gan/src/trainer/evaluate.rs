//! Numbers that say how good the samples are.

use std::collections::BTreeMap;

use super::latent::SURE;
use super::{Error, Trainer};
use crate::config::Data;
use crate::data::ImageKind;
use crate::game::Dataset;
use crate::latent::{Truncation, draw};
use crate::metric::classifier::{heads, most_likely};
use crate::metric::{Rows, ToyMetric, parzen};

/// Samples of a toy that are measured.
const TOY_SAMPLES: usize = 10_240;
/// Samples of images that are measured; as many as in the Parzen window of 2014.
const IMAGE_SAMPLES: usize = 10_000;

/// Metrics by their fixed names.
pub type Evaluation = BTreeMap<String, f64>;

impl Trainer {
    /// Measures samples of the model as it is: modes and estimated divergences on toys, the Parzen log-likelihood by the
    /// 2014 protocol on grey images, what a classifier sees where one is attached; nothing on the benchmarks. `progress`
    /// hears the share done.
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
                let samples = self.fresh_samples(IMAGE_SAMPLES).await?;
                let mut result = self.verdicts(&samples).await?;
                // The protocol is for small grey images: in 3072 dimensions no window says anything.
                if data.kind == ImageKind::Faces {
                    return Ok(result);
                }
                let samples = self.unit_pixels(&samples);
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
                result.insert("parzen_nats".into(), report.nats);
                result.insert("parzen_standard_error_nats".into(), report.standard_error);
                result.insert("parzen_sigma".into(), report.sigma);
                Ok(result)
            }
            Data::Pool(_) => Ok(Evaluation::new()),
        }
    }

    /// What the classifier sees in `samples`: the share that it is sure of (`confident`, for every attribute), how many
    /// classes of the first attribute appear (`classes`), and the share of every class (`share_digit_3`). Nothing without
    /// a classifier.
    async fn verdicts(&mut self, samples: &[f32]) -> Result<Evaluation, Error> {
        let attributes = self.attributes();
        let mut result = Evaluation::new();
        if attributes.is_empty() {
            return Ok(result);
        }
        let verdicts = self.classify(samples).await?;
        let heads = heads(attributes);
        let classes = heads.last().map_or(0, |head| head.end);
        let mut counts = vec![0_usize; classes];
        let mut confident = 0;
        for verdict in verdicts.chunks(classes) {
            let best = heads
                .iter()
                .map(|head| head.start + most_likely(&verdict[head.clone()]));
            let best: Vec<usize> = best.collect();
            best.iter().for_each(|&class| counts[class] += 1);
            confident += usize::from(best.iter().all(|&class| verdict[class] > SURE));
        }
        let share = |count: usize| count as f64 / (verdicts.len() / classes) as f64;
        result.insert("confident".into(), share(confident));
        let seen = counts[heads[0].clone()]
            .iter()
            .filter(|&&count| count > 0)
            .count();
        result.insert("classes".into(), seen as f64);
        for (attribute, head) in attributes.iter().zip(heads) {
            for (class, &count) in attribute.classes.iter().zip(&counts[head]) {
                result.insert(format!("share_{}_{class}", attribute.name), share(count));
            }
        }
        Ok(result)
    }

    /// Samples from other noise than that of the redraws.
    async fn fresh_samples(&mut self, count: usize) -> Result<Vec<f32>, Error> {
        let z = draw(
            &self.config.prior,
            count,
            self.seed.wrapping_add(1),
            Truncation::NONE,
        );
        self.generate(&z).await
    }
}
