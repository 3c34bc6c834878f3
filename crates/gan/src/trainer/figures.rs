//! Figures that say whether latent space means anything: analogies, sliders, inversions, and that nothing is copied.

use rand::SeedableRng;
use rand::seq::index::sample as choose;
use rand_chacha::ChaCha8Rng;
use serde::Serialize;

use super::latent::{InvertOptions, SURE, property};
use super::{Error, Trainer};
use crate::latent::{self, LatentError, Term, Truncation};
use crate::metric::Rows;
use crate::metric::classifier::{heads, most_likely};
use crate::metric::copies::{median, nearest};
use crate::metric::strokes::{correlation, strokes};
use crate::model::Dataset;

/// Latents whose samples concepts are filled from.
const POOL: usize = 8192;

/// Classes by attribute, such as person: man, glasses: none.
pub type Concept = &'static [(&'static str, &'static str)];

/// `a - b + c` should show `result`.
#[derive(Clone, Copy, Debug)]
pub struct Analogy {
    /// What was tried, in words.
    pub name: &'static str,
    /// Shows what is to be carried over, on the one kind of face.
    pub a: Concept,
    /// The same kind of face without it.
    pub b: Concept,
    /// The other kind of face.
    pub c: Concept,
    /// The other kind of face, with it.
    pub result: Concept,
}

/// What the studio offers and the terminal measures on faces.
pub const ANALOGIES: [Analogy; 5] = [
    Analogy {
        name: "man with glasses - man + woman = woman with glasses",
        a: &[("person", "man"), ("glasses", "glasses")],
        b: &[("person", "man"), ("glasses", "none")],
        c: &[("person", "woman"), ("glasses", "none")],
        result: &[("person", "woman"), ("glasses", "glasses")],
    },
    Analogy {
        name: "woman with glasses - woman + man = man with glasses",
        a: &[("person", "woman"), ("glasses", "glasses")],
        b: &[("person", "woman"), ("glasses", "none")],
        c: &[("person", "man"), ("glasses", "none")],
        result: &[("person", "man"), ("glasses", "glasses")],
    },
    Analogy {
        name: "blond woman - black-haired woman + black-haired man = blond man",
        a: &[("person", "woman"), ("hair", "blond")],
        b: &[("person", "woman"), ("hair", "black")],
        c: &[("person", "man"), ("hair", "black")],
        result: &[("person", "man"), ("hair", "blond")],
    },
    Analogy {
        name: "dark man - light man + light woman = dark woman",
        a: &[("person", "man"), ("skin", "dark")],
        b: &[("person", "man"), ("skin", "light")],
        c: &[("person", "woman"), ("skin", "light")],
        result: &[("person", "woman"), ("skin", "dark")],
    },
    Analogy {
        name: "man with beard - man + man with glasses = man with beard and glasses",
        a: &[
            ("person", "man"),
            ("facial_hair", "beard"),
            ("glasses", "none"),
        ],
        b: &[
            ("person", "man"),
            ("facial_hair", "none"),
            ("glasses", "none"),
        ],
        c: &[
            ("person", "man"),
            ("facial_hair", "none"),
            ("glasses", "glasses"),
        ],
        result: &[
            ("person", "man"),
            ("facial_hair", "beard"),
            ("glasses", "glasses"),
        ],
    },
];

/// How often an analogy held.
#[derive(Clone, Debug, Serialize)]
pub struct AnalogyReport {
    /// What was tried, in words.
    pub name: &'static str,
    /// Share of trials with one sample for each concept that show the result.
    pub mean_of_1: f64,
    /// With means of three.
    pub mean_of_3: f64,
    /// With means of ten.
    pub mean_of_10: f64,
    /// Share of samples of the prior that show the result.
    pub chance: f64,
    /// Trials for each number.
    pub trials: usize,
}

/// What a slider along a measured property does.
#[derive(Clone, Debug, Serialize)]
pub struct SliderReport {
    /// The property that the slider is to change.
    pub property: String,
    /// Correlation of slider and property along each sample's way, on average.
    pub correlation: f64,
    /// Share of the slider's places where the digit is the one in the middle.
    pub class_kept: f64,
    /// The property at the left end, in the middle and at the right end, on average.
    pub ends: [f64; 3],
    /// Samples that were moved.
    pub samples: usize,
}

/// How near inversion comes to images that the model never saw.
#[derive(Clone, Debug, Serialize)]
pub struct InversionReport {
    /// Mean squared error of the reconstructions, in the units of the pixels.
    pub mse: f64,
    /// That of the nearest of 1,000 random samples.
    pub nearest_of_1000_mse: f64,
    /// The first over the second.
    pub ratio: f64,
    /// Held-out images that were inverted.
    pub images: usize,
    /// Updates of z for each.
    pub steps: usize,
}

/// Distances that tell copying.
#[derive(Clone, Debug, Serialize)]
pub struct CopyReport {
    /// Median distance of samples to the nearest training image, pixels from 0 to 1.
    pub samples_to_train: f64,
    /// The same of held-out images.
    pub test_to_train: f64,
    /// The first over the second; far below 1 where samples are copies.
    pub ratio: f64,
    /// Images of each kind that were compared.
    pub images: usize,
}

/// Training images that samples are compared with at once.
const COMPARED: usize = 1024;

/// Places of a slider, in steps of its direction.
const SLIDER: [f32; 7] = [-1.5, -1.0, -0.5, 0.0, 0.5, 1.0, 1.5];

impl Trainer {
    /// How often each of `analogies` holds, over `trials` random choices of samples; results are rescaled to the prior's
    /// distance from the middle as asked.
    ///
    /// # Errors
    /// A classifier that does not know the concepts, a model that makes too few of a kind, or a device that fails.
    pub async fn analogies(
        &mut self,
        analogies: &[Analogy],
        trials: usize,
        seed: u32,
        rescale: bool,
    ) -> Result<Vec<AnalogyReport>, Error> {
        let prior = self.prior()?.clone();
        let dim = prior.dim;
        let pool = latent::draw(&prior, POOL, seed, Truncation::NONE);
        let mut verdicts = Vec::new();
        for z in pool.chunks(512 * dim) {
            let samples = self.generate(z).await?;
            verdicts.extend(self.classify(&samples).await?);
        }
        let row = verdicts.len() / POOL;
        let mut rng = ChaCha8Rng::seed_from_u64(u64::from(seed));
        let mut reports = Vec::new();
        for analogy in analogies {
            let places = |concept: Concept| {
                let place = |(attribute, class): &(&str, &str)| self.place_of(attribute, class);
                concept
                    .iter()
                    .map(place)
                    .collect::<Result<Vec<_>, LatentError>>()
            };
            let mut baskets = Vec::new();
            for concept in [analogy.a, analogy.b, analogy.c] {
                let places = places(concept)?;
                let sure = |verdict: &[f32]| places.iter().all(|&place| verdict[place] > SURE);
                let found = verdicts
                    .chunks(row)
                    .enumerate()
                    .filter(|(_, verdict)| sure(verdict));
                let found: Vec<usize> = found.map(|(i, _)| i).collect();
                if found.len() < 30 {
                    let wanted = concept.iter().map(|(a, c)| format!("{a}: {c}"));
                    return Err(LatentError::TooFew {
                        wanted: wanted.collect::<Vec<_>>().join(", "),
                        tried: POOL,
                        found: found.len(),
                        needed: 30,
                    }
                    .into());
                }
                baskets.push(found);
            }
            let result = places(analogy.result)?;
            let mut shares = [0.0; 3];
            for (share, size) in shares.iter_mut().zip([1, 3, 10]) {
                let mut sums = Vec::with_capacity(trials * dim);
                for _ in 0..trials {
                    let mut basket = |from: &Vec<usize>| -> Vec<f32> {
                        let chosen = choose(&mut rng, from.len(), size).into_iter();
                        chosen
                            .flat_map(|i| pool[from[i] * dim..][..dim].iter().copied())
                            .collect()
                    };
                    let [a, b, c] = [&baskets[0], &baskets[1], &baskets[2]].map(&mut basket);
                    let term = |name, coefficient, basket| Term {
                        name,
                        coefficient,
                        basket,
                    };
                    let terms = [
                        term("A", 1.0, &a[..]),
                        term("B", -1.0, &b),
                        term("C", 1.0, &c),
                    ];
                    sums.extend(latent::arithmetic(&prior, &terms, rescale)?);
                }
                let samples = self.generate(&sums).await?;
                let verdicts = self.classify(&samples).await?;
                *share = self.share_showing(&verdicts, &result);
            }
            reports.push(AnalogyReport {
                name: analogy.name,
                mean_of_1: shares[0],
                mean_of_3: shares[1],
                mean_of_10: shares[2],
                chance: self.share_showing(&verdicts, &result),
                trials,
            });
        }
        Ok(reports)
    }

    /// The share of verdicts whose most likely classes include all of `places`.
    fn share_showing(&self, verdicts: &[f32], places: &[usize]) -> f64 {
        let heads = heads(&self.attributes());
        let row = heads.last().map_or(1, |head| head.end);
        let shows = |verdict: &&[f32]| {
            places.iter().all(|place| {
                let head = heads.iter().find(|head| head.contains(place));
                head.is_some_and(|h| h.start + most_likely(&verdict[h.clone()]) == *place)
            })
        };
        let count = verdicts.chunks(row).filter(shows).count();
        count as f64 / (verdicts.len() / row) as f64
    }

    /// What happens along each direction of a measured property, from `count` samples.
    ///
    /// # Errors
    /// A device that fails.
    pub async fn sliders(&mut self, count: usize, seed: u32) -> Result<Vec<SliderReport>, Error> {
        let [_, width, _] = self.image_shape()?;
        let directions: Vec<_> = (self.directions().await?.iter())
            .filter(|d| d.kind == super::DirectionKind::Property)
            .cloned()
            .collect();
        let z = latent::draw(self.prior()?, count, seed ^ 0x511d, Truncation::NONE);
        let mut reports = Vec::new();
        for direction in directions {
            let moved = |t: &f32| {
                let step = direction.step.iter().cycle();
                z.iter()
                    .zip(step)
                    .map(|(z, s)| z + t * s)
                    .collect::<Vec<f32>>()
            };
            // [place][sample]
            let mut measured = Vec::new();
            let mut class = Vec::new();
            for place in &SLIDER {
                let samples = self.generate(&moved(place)).await?;
                let verdicts = self.classify(&samples).await?;
                let row = verdicts.len() / count;
                class.push(verdicts.chunks(row).map(most_likely).collect::<Vec<_>>());
                let pixels = self.unit_pixels(&samples);
                let measure =
                    |image: &[f32]| Some(property(&direction.name, &strokes(image, width)?));
                let images = pixels.chunks(self.traced.sample_len);
                measured.push(images.map(measure).collect::<Vec<_>>());
            }
            let middle = SLIDER.len() / 2;
            let places: Vec<f64> = SLIDER.iter().map(|&t| f64::from(t)).collect();
            let (mut correlations, mut kept, mut ends) = (vec![], 0, [0.0; 3]);
            for i in 0..count {
                let Some(along) = measured.iter().map(|m| m[i]).collect::<Option<Vec<f64>>>()
                else {
                    continue;
                };
                correlations.push(correlation(&places, &along));
                kept += class.iter().filter(|c| c[i] == class[middle][i]).count();
                for (end, place) in ends.iter_mut().zip([0, middle, SLIDER.len() - 1]) {
                    *end += along[place];
                }
            }
            let n = correlations.len() as f64;
            reports.push(SliderReport {
                property: direction.name.clone(),
                correlation: correlations.iter().sum::<f64>() / n,
                class_kept: kept as f64 / (n * SLIDER.len() as f64),
                ends: ends.map(|end| end / n),
                samples: correlations.len(),
            });
        }
        Ok(reports)
    }

    /// Inverts the first `count` held-out images and compares with the nearest of 1,000 random samples.
    ///
    /// # Errors
    /// Data that are no images; a device that fails.
    pub async fn inversions(
        &mut self,
        count: usize,
        options: InvertOptions,
    ) -> Result<InversionReport, Error> {
        let len = self.traced.sample_len;
        let test = self.held_out(count)?;
        let z = latent::draw(self.prior()?, 1000, options.seed ^ 0x0a5e, Truncation::NONE);
        let samples = self.generate(&z).await?;
        let samples = Rows::new("samples", &samples, len)?;
        let found = nearest(Rows::new("held-out images", &test, len)?, samples);
        let square = |d: &f32| f64::from(*d).powi(2) / len as f64;
        let nearest_mse = found.iter().map(square).sum::<f64>() / found.len() as f64;
        let mut sum = 0.0;
        for image in test.chunks(len) {
            sum += f64::from(self.invert(image, options, &mut |_| {}).await?.error);
        }
        let mse = sum / found.len() as f64;
        Ok(InversionReport {
            mse,
            nearest_of_1000_mse: nearest_mse,
            ratio: mse / nearest_mse,
            images: found.len(),
            steps: options.steps,
        })
    }

    /// The first `count` held-out images as G would make them.
    fn held_out(&self, count: usize) -> Result<Vec<f32>, Error> {
        self.image_shape()?;
        let Dataset::Images(images) = &self.dataset else {
            return Ok(vec![]);
        };
        Ok(self.model_pixels(images.test.slice(0..count).unit_pixels()))
    }

    /// How far `count` samples, and as many held-out images, are from the training images.
    ///
    /// # Errors
    /// Data that are no images; a device that fails.
    pub async fn copies(&mut self, count: usize, seed: u32) -> Result<CopyReport, Error> {
        self.image_shape()?;
        let z = latent::draw(self.prior()?, count, seed ^ 0xc0b1, Truncation::NONE);
        let samples = self.generate(&z).await?;
        let samples = self.unit_pixels(&samples);
        let Dataset::Images(images) = &self.dataset else {
            return Err(LatentError::NotImages { found: "no images" }.into());
        };
        let len = self.traced.sample_len;
        let learned = self.config.data.learned(images);
        let test = images.test.slice(0..count).unit_pixels();
        let distance = |name, values: &[f32]| -> Result<f64, Error> {
            let rows = Rows::new(name, values, len)?;
            let mut best = vec![f32::INFINITY; rows.len()];
            // A part of the images at a time: as numbers, all of them take four times the memory that their bytes take.
            for start in (0..learned).step_by(COMPARED) {
                let part = images.train.slice(start..(start + COMPARED).min(learned));
                let part = part.unit_pixels();
                let found = nearest(rows, Rows::new("training images", &part, len)?);
                (best.iter_mut().zip(found)).for_each(|(best, found)| *best = best.min(found));
            }
            Ok(median(&best))
        };
        let samples_to_train = distance("samples", &samples)?;
        let test_to_train = distance("held-out images", &test)?;
        Ok(CopyReport {
            samples_to_train,
            test_to_train,
            ratio: samples_to_train / test_to_train,
            images: count,
        })
    }
}
