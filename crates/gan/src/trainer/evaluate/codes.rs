//! Whether a categorical code means something: whether it can be read off samples, and whether its values are classes of the
//! data; and whether a classifier names the classes of the data.

use std::ops::Range;

use super::mean;
use crate::data::ImageSet;
use crate::metric::Evaluation;
use crate::metric::classifier::{heads, most_likely};
use crate::metric::matching::best_matching;
use crate::model::{InputKind, ViewKind};
use crate::trainer::{Error, Trainer};

/// Samples whose code is read.
const SAMPLES: usize = 10_000;

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
