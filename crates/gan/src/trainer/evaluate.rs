//! Numbers that say how good a model is. What is measured follows from the views that it has.

mod codes;
mod labels;
mod latents;

use std::ops::Range;

use super::latent::SURE;
use super::{Error, Trainer};
use crate::config::Data;
use crate::data::{ImageSet, Toy};
use crate::latent::{Truncation, draw};
use crate::metric::classifier::{heads, most_likely};
use crate::metric::memory::above;
use crate::metric::{Evaluation, Rows, ToyMetric, parzen};
use crate::model::{Dataset, Figures, Task, ViewKind};

/// Samples of a toy that are measured.
const TOY_SAMPLES: usize = 10_240;
/// Of these, the samples by which modes are counted, as in VEEGAN (Srivastava et al. 2017) and PacGAN (Lin et al. 2018).
const COVERAGE_SAMPLES: usize = 2500;
/// Samples of images that are measured; as many as in the Parzen window of 2014.
const IMAGE_SAMPLES: usize = 10_000;
/// Samples of stacks of three digits, of which there are 1,000 combinations (Metz et al. 2017, Srivastava et al. 2017).
const STACKED_SAMPLES: usize = 26_000;
/// Samples of a person's own images that are measured.
const OWN_SAMPLES: usize = 1_000;
/// Training images that a model can learn by heart, at most.
const FEW_IMAGES: usize = 10_000;
/// Samples and held-out images whose distances to the training images say whether samples are copies of them; training and
/// held-out images whose verdicts say whether D knows the first.
const COPIES: usize = 256;
/// Samples of chains that are measured, each of which takes hundreds of steps.
const CHAIN_SAMPLES: usize = 512;

impl Trainer {
    /// Measures the model as it is, by what can be asked of it: its samples (modes and estimated divergences on toys, the Parzen
    /// log-likelihood by the 2014 protocol on grey images, what a classifier sees where one is attached), whether labels and
    /// codes are what was asked for, latents, reconstructions, and log densities; nothing on the benchmarks. `progress` hears
    /// the share done.
    ///
    /// # Errors
    /// A device that fails; samples that are not finite.
    pub async fn evaluate(&mut self, progress: &mut dyn FnMut(f32)) -> Result<Evaluation, Error> {
        let mut found = match (self.config.data.clone(), self.dataset.clone()) {
            (Data::Toy(toy), _) => self.evaluate_points(&toy).await?,
            (Data::Images(_) | Data::Own(_), Dataset::Images(images)) => {
                self.evaluate_images(&images, progress).await?
            }
            (Data::Images(_) | Data::Own(_), Dataset::None) | (Data::Pool(_), _) => {
                return Ok(Evaluation::new());
            }
        };
        found.extend(self.log_density().await?);
        found.extend(self.own_figures(progress).await?);
        progress(1.0);
        Ok(found)
    }

    async fn evaluate_points(&mut self, toy: &Toy) -> Result<Evaluation, Error> {
        let Some(samples) = self.fresh_samples(TOY_SAMPLES).await? else {
            return Ok(Evaluation::new());
        };
        let metric = ToyMetric::new(toy);
        let coverage = metric.coverage(&samples[..COVERAGE_SAMPLES * toy.dim()])?;
        let divergence = metric.divergence(&samples)?;
        let mut found = Evaluation::new();
        if let (Some(modes), Some(centres)) = (coverage.modes, toy.modes()) {
            found.insert("modes".into(), modes as f64);
            found.insert("mode_count".into(), centres.len() as f64);
            found.extend(coverage.counts_kl.map(|kl| ("counts_kl".into(), kl)));
        }
        if toy.dim() == 1 {
            let (mean, std) = moments(&samples);
            found.extend([("sample_mean".into(), mean), ("sample_std".into(), std)]);
        }
        found.insert("high_quality".into(), coverage.high_quality);
        found.insert("high_quality_chance".into(), metric.chance());
        found.insert("kl".into(), divergence.kl);
        found.insert("js".into(), divergence.js);
        found.insert("kl_floor".into(), divergence.kl_floor);
        found.extend(self.point_labels(toy, &samples));
        found.extend(self.points_back(toy).await?);
        Ok(found)
    }

    async fn evaluate_images(
        &mut self,
        images: &ImageSet,
        progress: &mut dyn FnMut(f32),
    ) -> Result<Evaluation, Error> {
        let mut found = self.codes(images).await?;
        found.extend(self.latents_of(images).await?);
        found.extend(self.reconstructions(images).await?);
        found.extend(self.accuracy(images).await?);
        found.extend(self.by_heart(images).await?);
        let protocol = match &self.config.data {
            Data::Images(data) => data.shape()[2] == 1,
            Data::Toy(_) | Data::Own(_) | Data::Pool(_) => false,
        };
        let own = matches!(self.config.data, Data::Own(_));
        // No classifier sees what samples of a person's own images show.
        if own && self.asked_classes().is_none() {
            return Ok(found);
        }
        let count = match &self.config.data {
            Data::Own(_) => OWN_SAMPLES,
            Data::Images(data) if data.stacked == 3 => STACKED_SAMPLES,
            _ => IMAGE_SAMPLES,
        };
        let Some(samples) = self.fresh_samples(count).await? else {
            return Ok(found);
        };
        found.extend(self.seen(&samples).await?);
        found.extend(self.image_labels(&samples, images).await?);
        // The protocol is for small grey images, since in 3072 dimensions no window says anything, and for many samples.
        if !protocol || samples.len() < IMAGE_SAMPLES * self.traced.sample_len {
            return Ok(found);
        }
        let samples = self.unit_pixels(&samples);
        let dim = self.traced.sample_len;
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
        found.insert("parzen_nats".into(), report.nats);
        found.insert("parzen_standard_error_nats".into(), report.standard_error);
        found.insert("parzen_sigma".into(), report.sigma);
        Ok(found)
    }

    /// What is known by heart, where there are so few training images that it may be. `copy_ratio`: the median distance of samples
    /// to the nearest training image over that of held-out images. `memorized`: how often D, or what else judges, finds a training
    /// image more real than one that was held out; one half where it cannot tell them apart, 1 where it knows the first.
    async fn by_heart(&mut self, images: &ImageSet) -> Result<Evaluation, Error> {
        let mut found = Evaluation::new();
        let learned = self.config.data.learned(images);
        if learned > FEW_IMAGES {
            return Ok(found);
        }
        if self.prior().is_ok() && self.makes_samples() {
            let report = self.copies(COPIES, self.seed).await?;
            found.insert("copy_ratio".into(), report.ratio);
        }
        let judge = self.traced.view_of(|kind| kind == ViewKind::Score);
        // A D that is told a label judges whether the two go together.
        if judge.is_some_and(|view| view.inputs.len() == 1) {
            let mut pixels = images.train.slice(0..learned.min(COPIES)).unit_pixels();
            let seen = pixels.len() / self.traced.sample_len;
            let held_out = images.test.len().min(COPIES);
            pixels.extend(images.test.slice(0..held_out).unit_pixels());
            let verdicts = self.discriminate(&self.model_pixels(pixels)).await?;
            let (seen, unseen) = verdicts.split_at(seen);
            found.insert("memorized".into(), above(seen, unseen));
        }
        Ok(found)
    }

    /// What the classifier sees in `samples`: the share that it is sure of (`confident`, for every attribute), how many
    /// classes of the first attribute appear (`classes`), and the share of every class (`share_digit_3`). Of stacked images also how
    /// many combinations appear (`modes`) and how far their shares are from equal ones (`counts_kl`), in the samples that it is sure of: it
    /// finds a digit in noise too. Nothing without a classifier.
    async fn seen(&mut self, samples: &[f32]) -> Result<Evaluation, Error> {
        let attributes = self.attributes();
        let mut result = Evaluation::new();
        if attributes.is_empty() {
            return Ok(result);
        }
        let probabilities = self.classify(samples).await?;
        let heads = heads(&attributes);
        let classes = heads.last().map_or(0, |head| head.end);
        let mut counts = vec![0_usize; classes];
        let mut confident = 0;
        let mut combined = vec![];
        for row in probabilities.chunks(classes) {
            let best = heads
                .iter()
                .map(|head| head.start + most_likely(&row[head.clone()]));
            let best: Vec<usize> = best.collect();
            best.iter().for_each(|&class| counts[class] += 1);
            if best.iter().all(|&class| row[class] > SURE) {
                confident += 1;
                combined.push(heads.iter().zip(best).fold(0, |code, (head, class)| {
                    code * head.len() + class - head.start
                }));
            }
        }
        let share = |count: usize| count as f64 / (probabilities.len() / classes) as f64;
        result.insert("confident".into(), share(confident));
        let seen = counts[heads[0].clone()]
            .iter()
            .filter(|&&count| count > 0)
            .count();
        result.insert("classes".into(), seen as f64);
        if self.is_stacked() {
            let all = heads.iter().map(Range::len).product();
            let (modes, kl) = combinations(combined, all);
            result.insert("modes".into(), modes as f64);
            result.insert("mode_count".into(), all as f64);
            // Of no samples there are no shares.
            result.extend((confident > 0).then(|| ("counts_kl".into(), kl)));
        }
        for (attribute, head) in attributes.iter().zip(heads) {
            for (class, &count) in attribute.classes.iter().zip(&counts[head]) {
                result.insert(format!("share_{}_{class}", attribute.name), share(count));
            }
        }
        Ok(result)
    }

    /// Minus the mean of the model's log density on held-out data, in nats, where it has one or a bound of one.
    async fn log_density(&mut self) -> Result<Evaluation, Error> {
        let Some(view) = self
            .traced
            .view_of(|kind| kind == ViewKind::LogDensity)
            .map(|view| view.name)
        else {
            return Ok(Evaluation::new());
        };
        let x = match self.dataset.clone() {
            Dataset::Images(images) => self.model_pixels(images.test.view().unit_pixels()),
            Dataset::None => self.real(TOY_SAMPLES, 1).await?,
        };
        let bounds = self.ask_rows(view, "x", &x).await?;
        let sum: f64 = bounds.iter().map(|&nats| f64::from(nats)).sum();
        let mean = -sum / bounds.len() as f64;
        Ok(Evaluation::from([("negative_elbo_nats".into(), mean)]))
    }

    /// What the model measures of itself.
    async fn own_figures(&mut self, progress: &mut dyn FnMut(f32)) -> Result<Evaluation, Error> {
        let model = self.config.model.clone();
        if !model.model().has_figures() {
            return Ok(Evaluation::new());
        }
        let mut parameters = Vec::new();
        let networks: Vec<&'static str> = self
            .traced
            .networks
            .iter()
            .map(|network| network.name)
            .collect();
        for name in networks {
            parameters.push((name, self.parameters(name).await?));
        }
        let mut figures = Figures {
            task: &Task::loaded(&self.config.common, &self.dataset),
            dataset: &self.dataset,
            seed: self.seed,
            parameters,
            progress,
            found: Evaluation::new(),
        };
        model.model().figures(&mut figures);
        Ok(figures.found)
    }

    /// Samples from other noise than that of the redraws; of every class and category in turn, where it has them. Chains give
    /// fewer; nothing where the model makes none.
    async fn fresh_samples(&mut self, count: usize) -> Result<Option<Vec<f32>>, Error> {
        if let Some((view, burn_in)) = self.chain_view() {
            let start = vec![0.5; count.min(CHAIN_SAMPLES) * self.traced.sample_len];
            return Ok(Some(self.walk(&view, start, burn_in).await?));
        }
        if !self.makes_samples() {
            return Ok(None);
        }
        let seed = self.seed.wrapping_add(1);
        let z = draw(self.prior()?, count, seed, Truncation::NONE);
        Ok(Some(self.generate(&z).await?))
    }

    /// Whether the data are images laid over each other.
    fn is_stacked(&self) -> bool {
        matches!(&self.config.data, Data::Images(data) if data.stacked > 1)
    }

    /// Pixels from 0 to 1 as the model sees them; the inverse of `unit_pixels`.
    pub(super) fn model_pixels(&self, mut pixels: Vec<f32>) -> Vec<f32> {
        let black = self.config.data.black().unwrap_or(0.0) as f32;
        (pixels.iter_mut()).for_each(|x| *x = *x * (1.0 - black) + black);
        pixels
    }
}

/// How many different numbers there are, and the KL of their shares from equal ones of `all`, in nats.
fn combinations(mut seen: Vec<usize>, all: usize) -> (usize, f64) {
    seen.sort_unstable();
    let total = seen.len() as f64;
    let groups = || seen.chunk_by(|a, b| a == b);
    let shares = groups().map(|group| group.len() as f64 / total);
    let kl = shares.map(|share| share * (share * all as f64).ln()).sum();
    (groups().count(), kl)
}

/// Mean of some numbers; NaN of none.
fn mean(values: impl Iterator<Item = f64>) -> f64 {
    let (sum, count) = values.fold((0.0, 0_usize), |(sum, count), value| {
        (sum + value, count + 1)
    });
    sum / count as f64
}

/// Distance of two rows.
fn distance(a: &[f32], b: &[f32]) -> f64 {
    let squares = a.iter().zip(b).map(|(a, b)| f64::from(a - b).powi(2));
    squares.sum::<f64>().sqrt()
}

/// The mode that a point is nearest to.
fn nearest(point: &[f32], modes: &[[f64; 2]]) -> Option<usize> {
    let far = |mode: &[f64; 2]| {
        let squares = (point.iter().zip(mode)).map(|(&x, m)| (f64::from(x) - m).powi(2));
        squares.sum::<f64>()
    };
    let distances = modes.iter().map(far).enumerate();
    let nearest = distances.min_by(|a, b| a.1.total_cmp(&b.1));
    nearest.map(|(mode, _)| mode)
}

/// Mean and standard deviation.
fn moments(values: &[f32]) -> (f64, f64) {
    let values = || values.iter().map(|&x| f64::from(x));
    let centre = mean(values());
    (centre, mean(values().map(|x| (x - centre).powi(2))).sqrt())
}
