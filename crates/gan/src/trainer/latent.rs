//! Latent tools that need the model: decoding, classifying, directions, and the way back from an image to its z.

use std::borrow::Cow;

use ganlet_core::Slot;

use super::{Error, Trainer};
use crate::config::Data;
use crate::data::{Attribute, ImageKind, stack};
use crate::latent::invert::{ENTRY, RATE, STARTS, TARGET, Z, ZEROED};
use crate::latent::{self, LatentError, Principal, Truncation};
use crate::metric::ascending;
use crate::metric::classifier::{Classifier, Model, heads, most_likely};
use crate::metric::strokes::{Strokes, strokes};

/// Samples that directions are found from.
const DIRECTION_SAMPLES: usize = 2048;
/// Samples that are looked at for what somebody wants to see, at most.
const FIND_SAMPLES: usize = 4096;
/// Samples that are decoded and classified at once.
const CHUNK: usize = 512;
/// Directions of the first layer.
const PRINCIPALS: usize = 6;
/// The first learning rate of an inversion, in scales of the prior.
const INVERT_RATE: f32 = 0.1;
/// Only verdicts surer than this count where means are taken.
pub(super) const SURE: f32 = 0.9;

/// Directions of measured properties.
const THICKNESS: &str = "thickness";
const SLANT: &str = "slant";

/// What a way through latent space follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DirectionKind {
    /// From the mean of one class to that of another.
    Attribute,
    /// Along a measured property of the strokes of digits.
    Property,
    /// What the first layer of G stretches most.
    Principal,
}

/// A named way through latent space.
#[derive(Clone, Debug, PartialEq)]
pub struct Direction {
    /// Such as `glasses` or `principal 1`.
    pub name: String,
    /// What the direction was found by.
    pub kind: DirectionKind,
    /// What to add to a latent for one step, `[dim]`.
    pub step: Vec<f32>,
}

/// How an inversion is done.
#[derive(Clone, Copy, Debug)]
pub struct InvertOptions {
    /// Updates of z to take.
    pub steps: usize,
    /// How many of the 16 starts to choose among at the end; more find better ones.
    pub starts: usize,
    /// Where the starts are drawn from.
    pub seed: u32,
}

impl Default for InvertOptions {
    fn default() -> Self {
        Self {
            steps: 200,
            starts: STARTS,
            seed: 0,
        }
    }
}

/// How far an inversion is.
#[derive(Clone, Copy, Debug)]
pub struct InvertProgress {
    /// Updates of z done so far.
    pub step: usize,
    /// Updates of z in all.
    pub steps: usize,
    /// The least mean squared error among the starts.
    pub error: f32,
}

/// What an inversion found.
#[derive(Clone, Debug)]
pub struct Inversion {
    /// The latent that was found, `[dim]`.
    pub z: Vec<f32>,
    /// Its sample, `[sample_len]`.
    pub image: Vec<f32>,
    /// Mean squared error of the sample, in the units of the pixels.
    pub error: f32,
}

impl Trainer {
    /// Puts a classifier of these data beside the model, for [`classify`](Self::classify) and all that builds on it.
    ///
    /// # Errors
    /// A classifier of other images; a device that fails.
    pub fn attach_classifier(&mut self, model: Model) -> Result<(), Error> {
        let place = &self.place;
        let Data::Images(images) = &self.config.data else {
            return Err(LatentError::NoClassifier.into());
        };
        model.check(images.kind)?;
        self.classifier = Some(Classifier::open(place, model)?);
        Ok(())
    }

    /// Rows, columns, and values of a pixel of the images that the model learns to make.
    pub(super) fn image_shape(&self) -> Result<[usize; 3], LatentError> {
        let found = match &self.config.data {
            Data::Toy(_) => "points",
            Data::Images(_) | Data::Own(_) | Data::Pool(_) => "benchmark numbers",
        };
        let shape = self.config.data.image_shape();
        shape.ok_or(LatentError::NotImages { found })
    }

    /// What the classifier tells apart, of stacked images in each of them; empty without one.
    pub fn attributes(&self) -> Cow<'static, [Attribute]> {
        match (&self.classifier, &self.config.data) {
            (Some(_), Data::Images(data)) => data.attributes(),
            _ => Cow::default(),
        }
    }

    /// `count` latents from the prior, `[count, dim]`.
    ///
    /// # Errors
    /// A truncation out of range.
    pub fn latents(&self, count: usize, seed: u32, truncation: f64) -> Result<Vec<f32>, Error> {
        let truncation = Truncation::to(truncation)?;
        Ok(latent::draw(self.prior()?, count, seed, truncation))
    }

    /// The probability of every class of every attribute, `[n, classes]`, for images `[n, sample_len]` as G makes them.
    ///
    /// # Errors
    /// No classifier, numbers that do not form images, or a device that fails.
    pub async fn classify(&mut self, images: &[f32]) -> Result<Vec<f32>, Error> {
        let row = self.traced.sample_len;
        if !images.len().is_multiple_of(row) {
            return Err(Error::Length {
                what: "images",
                found: images.len(),
                row,
            });
        }
        let mut pixels = self.unit_pixels(images);
        if let Data::Images(data) = &self.config.data {
            pixels = stack::apart(pixels, row, data.stacked);
        }
        let classifier = self.classifier.as_mut().ok_or(LatentError::NoClassifier)?;
        Ok(classifier.classify(&pixels).await?)
    }

    /// Samples with black at 0 and white at 1.
    pub(super) fn unit_pixels(&self, samples: &[f32]) -> Vec<f32> {
        let black = self.config.data.black().unwrap_or(0.0) as f32;
        samples
            .iter()
            .map(|x| (x - black) / (1.0 - black))
            .collect()
    }

    /// `count` latents `[count, dim]` whose samples show what is `wanted`: classes by attribute, such as glasses: glasses.
    ///
    /// # Errors
    /// No classifier, a label that it does not know, a model that makes too few such samples, or a device that fails.
    pub async fn find(
        &mut self,
        wanted: &[(&str, &str)],
        count: usize,
        seed: u32,
    ) -> Result<Vec<f32>, Error> {
        let places = wanted
            .iter()
            .map(|(attribute, class)| self.place_of(attribute, class))
            .collect::<Result<Vec<_>, LatentError>>()?;
        let prior = self.prior()?;
        let dim = prior.dim;
        let all = latent::draw(prior, FIND_SAMPLES, seed, Truncation::NONE);
        let mut found = Vec::with_capacity(count * dim);
        for z in all.chunks(CHUNK * dim) {
            let samples = self.generate(z).await?;
            let verdicts = self.classify(&samples).await?;
            let classes = verdicts.len() / (z.len() / dim);
            for (z, row) in z.chunks(dim).zip(verdicts.chunks(classes)) {
                if found.len() < count * dim && places.iter().all(|&place| row[place] > SURE) {
                    found.extend_from_slice(z);
                }
            }
            if found.len() == count * dim {
                return Ok(found);
            }
        }
        let names: Vec<String> = wanted.iter().map(|(a, c)| format!("{a}: {c}")).collect();
        Err(LatentError::TooFew {
            wanted: names.join(", "),
            tried: FIND_SAMPLES,
            found: found.len() / dim,
            needed: count,
        }
        .into())
    }

    /// Where a class stands in a row of [`classify`](Self::classify).
    pub(super) fn place_of(&self, attribute: &str, class: &str) -> Result<usize, LatentError> {
        if self.classifier.is_none() {
            return Err(LatentError::NoClassifier);
        }
        let attributes = self.attributes();
        let unknown = |what: &str, found: &str, known: Vec<&str>| LatentError::Unknown {
            what: what.into(),
            found: found.into(),
            known: known.join(", "),
        };
        let head = attributes
            .iter()
            .position(|a| a.name == *attribute)
            .ok_or_else(|| {
                unknown(
                    "attribute",
                    attribute,
                    attributes.iter().map(|a| &*a.name).collect(),
                )
            })?;
        let classes = &attributes[head].classes;
        let place = classes.iter().position(|c| c == class).ok_or_else(|| {
            unknown(
                &attributes[head].name,
                class,
                classes.iter().map(String::as_str).collect(),
            )
        })?;
        Ok(heads(&attributes)[head].start + place)
    }

    /// What there is to go along: between classes, along thickness and slant of digits, and the principal directions of G.
    /// Kept until the model changes.
    ///
    /// # Errors
    /// A device that fails.
    pub async fn directions(&mut self) -> Result<&[Direction], Error> {
        if self
            .directions
            .as_ref()
            .is_none_or(|(step, _)| *step != self.step)
        {
            let mut found = self.labelled_directions().await?;
            found.extend(self.principal_directions().await?);
            self.directions = Some((self.step, found));
        }
        Ok(self.directions.as_ref().map_or(&[], |(_, found)| found))
    }

    /// One of [`directions`](Self::directions), by name.
    ///
    /// # Errors
    /// An unknown name; a device that fails.
    pub async fn direction(&mut self, name: &str) -> Result<&Direction, Error> {
        let all = self.directions().await?;
        let known = || all.iter().map(|d| &*d.name).collect::<Vec<_>>().join(", ");
        let found = all.iter().find(|d| d.name == name);
        Ok(found.ok_or_else(|| LatentError::Unknown {
            what: "direction".into(),
            found: name.into(),
            known: known(),
        })?)
    }

    /// Directions that the classifier's verdicts on many samples point out; none without a classifier.
    async fn labelled_directions(&mut self) -> Result<Vec<Direction>, Error> {
        if self.classifier.is_none() {
            return Ok(vec![]);
        }
        let attributes = self.attributes();
        let heads = heads(&attributes);
        let [_, width, _] = self.image_shape()?;
        let prior = self.prior()?;
        let dim = prior.dim;
        let z = latent::draw(prior, DIRECTION_SAMPLES, self.seed, Truncation::NONE);
        // For each attribute the class of each sample; none where the verdict is unsure.
        let mut classes = vec![Vec::with_capacity(DIRECTION_SAMPLES); heads.len()];
        let mut measured = Vec::new();
        for chunk in z.chunks(CHUNK * dim) {
            let samples = self.generate(chunk).await?;
            let verdicts = self.classify(&samples).await?;
            let row = verdicts.len() / (chunk.len() / dim);
            for verdict in verdicts.chunks(row) {
                for (classes, head) in classes.iter_mut().zip(&heads) {
                    let probabilities = &verdict[head.clone()];
                    let best = most_likely(probabilities);
                    classes.push((probabilities[best] > SURE).then_some(best));
                }
            }
            if matches!(&self.config.data, Data::Images(data) if data.kind == ImageKind::Mnist && data.stacked == 1)
            {
                let pixels = self.unit_pixels(&samples);
                measured.extend(
                    pixels
                        .chunks(self.traced.sample_len)
                        .map(|p| strokes(p, width)),
                );
            }
        }
        let mut found = Vec::new();
        for (attribute, classes) in attributes.iter().zip(&classes) {
            // Of two classes the second is what is shown; of more, each in turn against the rest.
            let shown = if attribute.classes.len() == 2 {
                1..2
            } else {
                0..attribute.classes.len()
            };
            for class in shown {
                let name = direction_name(attribute, class);
                let shows: Vec<_> = classes.iter().map(|c| c.map(|c| c == class)).collect();
                // A class that the model never makes has no direction.
                if let Ok(step) = latent::class_direction(&name, &z, dim, &shows) {
                    let kind = DirectionKind::Attribute;
                    found.push(Direction { name, kind, step });
                }
            }
        }
        for name in [THICKNESS, SLANT] {
            let values: Vec<_> = measured
                .iter()
                .map(|s| s.as_ref().map(|s| property(name, s)))
                .collect();
            if let Ok(step) = latent::property_direction(name, &z, dim, &values, &classes[0]) {
                // A thicker 3 is to stay a 3.
                let digits: Vec<&[f32]> = (found.iter())
                    .filter(|d| d.kind == DirectionKind::Attribute)
                    .map(|d| &d.step[..])
                    .collect();
                let step = latent::without(&step, &digits);
                let (name, kind) = (name.into(), DirectionKind::Property);
                found.push(Direction { name, kind, step });
            }
        }
        Ok(found)
    }

    /// The directions that G's first layer stretches most; none where it does not start with a matrix.
    async fn principal_directions(&mut self) -> Result<Vec<Direction>, Error> {
        let prior = self.prior()?.clone();
        let maker = self
            .traced
            .networks
            .iter()
            .find(|network| network.makes_samples);
        let first = maker.and_then(|network| Some((network.name, network.params.first()?.clone())));
        let Some((name, first)) =
            first.filter(|(_, p)| p.shape.len() == 2 && p.shape[0] == prior.dim)
        else {
            return Ok(vec![]);
        };
        let params = self.parameters(name).await?;
        let matrix = &params[first.offset..first.offset + first.len()];
        let count = PRINCIPALS.min(first.shape[0].min(first.shape[1]));
        let found = latent::principal(matrix, prior.dim, count)?;
        // As long as two typical numbers of a latent: a step that shows.
        let length = 2.0 * prior.scale as f32;
        let named = |(i, Principal { direction, .. }): (usize, Principal)| Direction {
            name: format!("principal {}", i + 1),
            kind: DirectionKind::Principal,
            step: direction.iter().map(|x| x * length).collect(),
        };
        Ok(found.into_iter().enumerate().map(named).collect())
    }

    /// The latent whose sample is nearest to `image` `[sample_len]`: the best of some samples are improved side by side.
    ///
    /// # Errors
    /// Not one image of finite numbers, a model that makes no images, options out of range, or a device that fails.
    pub async fn invert(
        &mut self,
        image: &[f32],
        options: InvertOptions,
        progress: &mut dyn FnMut(InvertProgress),
    ) -> Result<Inversion, Error> {
        self.image_shape()?;
        let prior = self.prior()?.clone();
        let (dim, len) = (prior.dim, self.traced.sample_len);
        if image.len() != len {
            return Err(Error::Length {
                what: "image",
                found: image.len(),
                row: len,
            });
        }
        let range = |what, found: usize, range: std::ops::RangeInclusive<usize>| match range
            .contains(&found)
        {
            true => Ok(()),
            false => Err(LatentError::Range {
                what,
                found: found.to_string(),
                range: format!("{} to {}", range.start(), range.end()),
            }),
        };
        range("steps", options.steps, 1..=10_000)?;
        range("starts", options.starts, 1..=STARTS)?;
        if let Some(bad) = image.iter().find(|x| !x.is_finite()) {
            return Err(LatentError::Range {
                what: "image",
                found: bad.to_string(),
                range: "finite numbers".into(),
            }
            .into());
        }
        let error = |sample: &[f32]| {
            sample
                .iter()
                .zip(image)
                .map(|(a, b)| (a - b) * (a - b))
                .sum::<f32>()
                / len as f32
        };
        // The nearest of many samples are where to start.
        let candidates = latent::draw(&prior, CHUNK, options.seed ^ 0x1457, Truncation::NONE);
        let samples = self.generate(&candidates).await?;
        let errors: Vec<f32> = samples.chunks(len).map(error).collect();
        let order = ascending(&errors);
        let starts: Vec<f32> = (0..STARTS)
            .flat_map(|i| {
                let at = order[i % options.starts] * dim;
                candidates[at..at + dim].iter().copied()
            })
            .collect();

        let entry = self.entry(ENTRY);
        self.session.prepare(entry, &mut |_, _| {}).await?;
        let zeros = |bytes: usize| vec![0_u8; bytes];
        for name in ZEROED {
            let state = self.state(name);
            let shape = &self.traced.program.states[state].shape;
            let bytes = zeros(4 * shape.iter().product::<usize>());
            self.session.write(Slot::State(state), &bytes)?;
        }
        let slot_z = Slot::State(self.state(Z));
        self.session.write(slot_z, bytemuck::cast_slice(&starts))?;
        let target = Slot::Input(self.input(TARGET));
        self.session.write(target, bytemuck::cast_slice(image))?;
        let chunk = (options.steps / 20).clamp(1, 25);
        let mut step = 0;
        while step < options.steps {
            // The rate falls to nothing along half a cosine.
            let done = step as f32 / options.steps as f32;
            let rate = INVERT_RATE * 0.5 * (1.0 + (std::f32::consts::PI * done).cos());
            self.session
                .write(Slot::Input(self.input(RATE)), bytemuck::bytes_of(&rate))?;
            let count = chunk.min(options.steps - step);
            self.session.start(entry, count).await?;
            step += count;
            let errors = self.session.read(Slot::Output { entry, output: 0 }).await?;
            let errors: Vec<f32> = bytemuck::pod_collect_to_vec(&errors);
            progress(InvertProgress {
                step,
                steps: options.steps,
                error: errors.into_iter().fold(f32::INFINITY, f32::min),
            });
        }
        let z: Vec<f32> = bytemuck::pod_collect_to_vec(&self.session.read(slot_z).await?);
        let samples = self.generate(&z).await?;
        let best = (samples.chunks(len).map(error).enumerate())
            .min_by(|a, b| a.1.total_cmp(&b.1))
            .map_or(0, |(i, _)| i);
        let image = samples[best * len..(best + 1) * len].to_vec();
        Ok(Inversion {
            z: z[best * dim..(best + 1) * dim].to_vec(),
            error: error(&image),
            image,
        })
    }

    fn state(&self, name: &str) -> usize {
        let state = self.traced.program.state(name);
        state.expect("callers name states that every game of images has")
    }
}

/// A measure of strokes by the name of its direction.
pub(super) fn property(name: &str, strokes: &Strokes) -> f64 {
    match name {
        SLANT => strokes.slant,
        _ => strokes.thickness,
    }
}

/// `glasses` where the other class is none, `woman to man` between two others, `hair red` among many.
fn direction_name(attribute: &Attribute, class: usize) -> String {
    let [first, second] = &attribute.classes[..] else {
        return format!("{} {}", attribute.name, attribute.classes[class]);
    };
    match first.as_str() {
        "none" => second.clone(),
        _ => format!("{first} to {second}"),
    }
}
