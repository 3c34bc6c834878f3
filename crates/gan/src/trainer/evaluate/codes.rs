//! Whether a categorical code means something: whether it can be read off samples, and whether its values are classes of the
//! data; and whether a classifier names the classes of the data.

use std::ops::Range;

use super::mean;
use crate::config::{Data, ImageData};
use crate::data::{ImageKind, ImageSet};
use crate::metric::Evaluation;
use crate::metric::classifier::{heads, most_likely};
use crate::metric::matching::best_matching;
use crate::metric::strokes::{Strokes, correlation, strokes};
use crate::model::{InputKind, ViewKind};
use crate::trainer::{Error, Trainer};

/// Samples whose code is read.
const SAMPLES: usize = 10_000;
/// Samples whose strokes are measured, and pairs whose classes are compared, for what a continuous code does.
const CODED: usize = 2_000;

impl Trainer {
    /// `mutual_information_nats`: the bound on what samples tell of the category that they were made from (Chen et al. 2016,
    /// equation 4), `ln categories` at most. `cluster_accuracy`: the share of held-out images whose category is the one that
    /// stands for their class, each category for one class, as well as they can be matched.
    pub(super) async fn codes(&mut self, images: &ImageSet) -> Result<Evaluation, Error> {
        let read = self
            .traced
            .view_of(|kind| kind == ViewKind::Classify)
            .map(|view| view.name);
        let (Some((decode, count)), Some(read)) = (self.categories(), read) else {
            return Ok(Evaluation::new());
        };
        // Each category in turn.
        let samples = self.ask(decode, &[], SAMPLES).await?;
        let probabilities = self.ask_rows(read, "x", &samples).await?;
        let log_share =
            |(i, row): (usize, &[f32])| f64::from(row[i % count].max(f32::MIN_POSITIVE)).ln();
        let known = mean(probabilities.chunks(count).enumerate().map(log_share));
        let mut found = Evaluation::from([(
            "mutual_information_nats".into(),
            (count as f64).ln() + known,
        )]);

        let Some(attribute) = images.test.attributes.first() else {
            return Ok(found);
        };
        let test = self.model_pixels(images.test.view().unit_pixels());
        let probabilities = self.ask_rows(read, "x", &test).await?;
        let classes = attribute.classes.len();
        let mut together = vec![vec![0.0; classes]; count];
        for (i, row) in probabilities.chunks(count).enumerate() {
            together[most_likely(row)][usize::from(images.test.label(i, 0))] += 1.0;
        }
        let right = best_matching(&together);
        found.insert("cluster_accuracy".into(), right / images.test.len() as f64);
        Ok(found)
    }

    /// What each continuous code does to digits: `code_1_slant` and `code_1_thickness`, its correlation with both, and, where a
    /// classifier is attached, `code_1_class_kept`, the share of samples that show the same digit at both of its ends. Nothing of
    /// other data, and of models without such codes.
    ///
    /// # Errors
    /// A device that fails.
    pub async fn continuous_codes(&mut self) -> Result<Evaluation, Error> {
        let mut found = Evaluation::new();
        let digits = |data: &ImageData| data.kind == ImageKind::Mnist && data.stacked == 1;
        let Data::Images(data) = &self.config.data else {
            return Ok(found);
        };
        let Some((decode, count)) = self.code_input().filter(|_| digits(data)) else {
            return Ok(found);
        };
        // Multiples of irrational numbers fill -1 to 1 evenly, each code by its own.
        let place =
            |i: usize, code: usize| ((i * 2 + 1) as f64 * ((code + 2) as f64).sqrt()).fract();
        let rows = (0..CODED).flat_map(|i| (0..count).map(move |code| (i, code)));
        let codes: Vec<f32> = rows
            .map(|(i, code)| (place(i, code) * 2.0 - 1.0) as f32)
            .collect();
        let samples = self.ask(decode, &[("code", &codes)], CODED).await?;
        let pixels = self.unit_pixels(&samples);
        let [_, width, _] = self.image_shape()?;
        let measured = pixels
            .chunks(self.traced.sample_len)
            .map(|image| strokes(image, width));
        let measured: Vec<Option<Strokes>> = measured.collect();
        for code in 0..count {
            let values = codes
                .iter()
                .skip(code)
                .step_by(count)
                .map(|&value| f64::from(value));
            let seen = values
                .zip(&measured)
                .filter_map(|(value, s)| Some((value, (*s)?)));
            let (values, seen): (Vec<f64>, Vec<Strokes>) = seen.unzip();
            let along = |property: fn(&Strokes) -> f64| {
                correlation(&values, &seen.iter().map(property).collect::<Vec<_>>())
            };
            let name = |what: &str| format!("code_{}_{what}", code + 1);
            found.insert(name("slant"), along(|s| s.slant));
            found.insert(name("thickness"), along(|s| s.thickness));
            if !self.attributes().is_empty() {
                found.insert(
                    name("class_kept"),
                    self.class_kept(decode, count, code).await?,
                );
            }
        }
        Ok(found)
    }

    /// The share of samples whose class is the same at both ends of a continuous code, all else equal.
    async fn class_kept(&mut self, decode: &str, count: usize, code: usize) -> Result<f64, Error> {
        let mut named = Vec::new();
        for end in [-1.0, 1.0] {
            let mut codes = vec![0.0_f32; CODED * count];
            codes
                .iter_mut()
                .skip(code)
                .step_by(count)
                .for_each(|value| *value = end);
            let samples = self.ask(decode, &[("code", &codes)], CODED).await?;
            let probabilities = self.classify(&samples).await?;
            let row = probabilities.len() / CODED;
            named.push(
                probabilities
                    .chunks(row)
                    .map(most_likely)
                    .collect::<Vec<_>>(),
            );
        }
        let same = named[0]
            .iter()
            .zip(&named[1])
            .map(|(a, b)| f64::from(u8::from(a == b)));
        Ok(mean(same))
    }

    /// The view that makes samples of continuous codes, and how many there are.
    fn code_input(&self) -> Option<(&'static str, usize)> {
        let decode = self.traced.view_of(|kind| kind == ViewKind::Decode)?;
        let codes = decode
            .inputs
            .iter()
            .find(|input| input.kind == InputKind::Code)?;
        Some((decode.name, codes.len))
    }

    /// `accuracy_digit` and the like: the share of held-out images whose class the model names, for each attribute, where it
    /// classifies the data's own classes.
    pub(super) async fn accuracy(&mut self, images: &ImageSet) -> Result<Evaluation, Error> {
        let attributes = images.test.attributes.clone();
        let heads = heads(&attributes);
        let classes = heads.last().map_or(0, |head| head.end);
        let view = self.traced.views.iter().find(|view| {
            // Where a model has categories of its own, those are what it names.
            view.kind == ViewKind::Classify && view.len == classes && self.categories().is_none()
        });
        let Some(view) = view.map(|view| view.name) else {
            return Ok(Evaluation::new());
        };
        let test = self.model_pixels(images.test.view().unit_pixels());
        let named = self.ask_rows(view, "x", &test).await?;
        let share = |(attribute, head): (usize, &Range<usize>)| {
            let right = named.chunks(classes).enumerate().map(|(i, row)| {
                let label = usize::from(images.test.label(i, attribute));
                f64::from(u8::from(most_likely(&row[head.clone()]) == label))
            });
            (
                format!("accuracy_{}", attributes[attribute].name),
                mean(right),
            )
        };
        Ok(heads.iter().enumerate().map(share).collect())
    }

    /// The view that makes samples of a category, and how many categories there are.
    fn categories(&self) -> Option<(&'static str, usize)> {
        let decode = self.traced.view_of(|kind| kind == ViewKind::Decode)?;
        decode.inputs.iter().find_map(|input| match input.kind {
            InputKind::Category { count } => Some((decode.name, count)),
            _ => None,
        })
    }
}
