//! Whether samples are of the class that was asked for, and how varied they are within it.

use super::{distance, mean, nearest};
use crate::data::{ImageSet, Toy};
use crate::metric::Evaluation;
use crate::metric::classifier::{heads, most_likely};
use crate::model::{InputKind, ViewKind};
use crate::trainer::{Error, Trainer};

/// Samples of a class whose distances are taken.
const PAIRED: usize = 100;

impl Trainer {
    /// The classes that can be asked for.
    pub(super) fn asked_classes(&self) -> Option<&[String]> {
        let decode = self.traced.view_of(|kind| kind == ViewKind::Decode)?;
        decode.inputs.iter().find_map(|input| match &input.kind {
            InputKind::Label { classes } => Some(&classes[..]),
            _ => None,
        })
    }

    /// `label_accuracy`: the share of points, of every class in turn, that lie nearest to the mode of their class.
    pub(super) fn point_labels(&self, toy: &Toy, samples: &[f32]) -> Evaluation {
        let (Some(classes), Some(modes)) = (self.asked_classes(), toy.modes()) else {
            return Evaluation::new();
        };
        let points = samples.chunks(toy.dim()).enumerate();
        let right = points.map(|(i, point)| {
            f64::from(u8::from(nearest(point, &modes) == Some(i % classes.len())))
        });
        Evaluation::from([("label_accuracy".into(), mean(right))])
    }

    /// `label_accuracy`: the share of samples, of every class in turn, that a classifier takes for what was asked for.
    /// `class_diversity`: their mean distance to others of their class, over that of held-out images.
    pub(super) async fn image_labels(
        &mut self,
        samples: &[f32],
        images: &ImageSet,
    ) -> Result<Evaluation, Error> {
        let Some(classes) = self.asked_classes().map(<[String]>::to_vec) else {
            return Ok(Evaluation::new());
        };
        let (row, count) = (self.traced.sample_len, classes.len());
        let attributes = self.attributes();
        let mut found = Evaluation::new();
        if let Some(attribute) = attributes.iter().position(|a| a.classes == classes) {
            let head = heads(&attributes)[attribute].clone();
            let probabilities = self.classify(samples).await?;
            let width = probabilities.len() / (samples.len() / row);
            let right = probabilities
                .chunks(width)
                .enumerate()
                .map(|(i, row)| f64::from(u8::from(most_likely(&row[head.clone()]) == i % count)));
            found.insert("label_accuracy".into(), mean(right));
        }
        let Some(attribute) = images
            .test
            .attributes
            .iter()
            .position(|a| a.classes == classes)
        else {
            return Ok(found);
        };
        let made = self.unit_pixels(samples);
        let real = images.test.view().unit_pixels();
        let of_class = |class: usize| {
            let made = made
                .chunks(row)
                .enumerate()
                .filter(move |(i, _)| i % count == class);
            let real = real.chunks(row).enumerate();
            let real =
                real.filter(move |&(i, _)| usize::from(images.test.label(i, attribute)) == class);
            (spread(made.map(|(_, x)| x)), spread(real.map(|(_, x)| x)))
        };
        let ratios = (0..count)
            .map(of_class)
            .filter(|(_, real)| real.is_finite());
        found.insert(
            "class_diversity".into(),
            mean(ratios.map(|(made, real)| made / real)),
        );
        Ok(found)
    }
}

/// Mean distance between the first rows.
fn spread<'a>(rows: impl Iterator<Item = &'a [f32]>) -> f64 {
    let rows: Vec<&[f32]> = rows.take(PAIRED).collect();
    let pairs = rows
        .iter()
        .enumerate()
        .flat_map(|(i, a)| rows[..i].iter().map(move |b| (a, b)));
    mean(pairs.map(|(a, b)| distance(a, b)))
}
