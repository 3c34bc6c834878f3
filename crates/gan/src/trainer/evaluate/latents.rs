//! Whether latents hold what samples show: neighbours by latent, and what comes back by way of it.

use super::{distance, mean, nearest};
use crate::data::{ImageSet, ImageView, Toy};
use crate::metric::Evaluation;
use crate::metric::Rows;
use crate::metric::copies::nearest_rows;
use crate::model::{InputKind, ViewKind};
use crate::trainer::{Error, Trainer};

/// Training images among which neighbours are looked for, and held-out images whose neighbours they are.
const NEIGHBOURS: usize = 10_000;
const ASKED: usize = 1_000;
/// Held-out images that are reconstructed.
const RECONSTRUCTED: usize = 2_000;

impl Trainer {
    /// `nearest_neighbour_accuracy`: the share of held-out images whose nearest training image by latent is of their class, and
    /// beside it the same by pixels.
    pub(super) async fn latents_of(&mut self, images: &ImageSet) -> Result<Evaluation, Error> {
        let Some(view) = self
            .traced
            .view_of(|kind| kind == ViewKind::Encode)
            .map(|view| view.name)
        else {
            return Ok(Evaluation::new());
        };
        if images.train.attributes.is_empty() {
            return Ok(Evaluation::new());
        }
        let train = images.train.slice(0..NEIGHBOURS.min(images.train.len()));
        let test = images.test.slice(0..ASKED.min(images.test.len()));
        let pixels = [train.unit_pixels(), test.unit_pixels()];
        let mut latents = Vec::new();
        for pixels in &pixels {
            let x = self.model_pixels(pixels.clone());
            latents.push(self.ask_rows(view, "x", &x).await?);
        }
        let width = latents[1].len() / test.len();
        let by =
            |rows: &[Vec<f32>], width: usize| accuracy([&rows[0], &rows[1]], width, train, test);
        Ok(Evaluation::from([
            ("nearest_neighbour_accuracy".into(), by(&latents, width)?),
            (
                "nearest_neighbour_accuracy_pixels".into(),
                by(&pixels, self.traced.sample_len)?,
            ),
        ]))
    }

    /// `reconstruction_ratio`: how far held-out images are from what comes back of them, over how far they are from what comes
    /// back of others. `test_reconstruction_mse`: the mean square of the former, for each pixel from 0 to 1.
    pub(super) async fn reconstructions(&mut self, images: &ImageSet) -> Result<Evaluation, Error> {
        let Some(view) = self
            .traced
            .view_of(|kind| kind == ViewKind::Reconstruct)
            .cloned()
        else {
            return Ok(Evaluation::new());
        };
        let row = self.traced.sample_len;
        let test = images.test.slice(0..RECONSTRUCTED.min(images.test.len()));
        let pixels = test.unit_pixels();
        let x = self.model_pixels(pixels.clone());
        // One label an image, of the first attribute.
        let labels: Vec<f32> = match images.test.attributes.len() {
            0 => vec![],
            width => (test.labels.iter().step_by(width))
                .map(|&label| label.into())
                .collect(),
        };
        let mut question = vec![("x", &x[..])];
        if view
            .inputs
            .iter()
            .any(|input| matches!(input.kind, InputKind::Label { .. }))
        {
            question.push(("label", &labels));
        }
        let back = self.ask(view.name, &question, test.len()).await?;
        let back = self.unit_pixels(&back);
        let squares = (pixels.chunks(row).zip(back.chunks(row)))
            .map(|(x, y)| distance(x, y).powi(2) / row as f64);
        Ok(Evaluation::from([
            ("reconstruction_ratio".into(), ratio(&pixels, &back, row)),
            ("test_reconstruction_mse".into(), mean(squares)),
        ]))
    }

    /// `reconstruction_ratio` of points of the data, and `mode_kept`: the share of them that come back nearest to the mode that they
    /// were nearest to.
    pub(super) async fn points_back(&mut self, toy: &Toy) -> Result<Evaluation, Error> {
        let view = self.traced.view_of(|kind| kind == ViewKind::Reconstruct);
        let Some(view) = view.map(|view| view.name) else {
            return Ok(Evaluation::new());
        };
        let points = self.real(RECONSTRUCTED, 1).await?;
        let back = self.ask_rows(view, "x", &points).await?;
        let dim = toy.dim();
        let mut found =
            Evaluation::from([("reconstruction_ratio".into(), ratio(&points, &back, dim))]);
        if let Some(modes) = toy.modes() {
            let kept = (points.chunks(dim).zip(back.chunks(dim)))
                .map(|(x, y)| f64::from(u8::from(nearest(x, &modes) == nearest(y, &modes))));
            found.insert("mode_kept".into(), mean(kept));
        }
        Ok(found)
    }
}

/// How far rows are from what comes back of them, over how far they are from what comes back of others.
fn ratio(rows: &[f32], back: &[f32], row: usize) -> f64 {
    let count = rows.len() / row;
    let (mut own, mut other) = (0.0, 0.0);
    for i in 0..count {
        let of = |j: usize| &back[j * row..][..row];
        let x = &rows[i * row..][..row];
        own += distance(x, of(i));
        other += distance(x, of((i + 1) % count));
    }
    own / other
}

/// The share of `test` whose nearest row of `train` has its label; each set as rows of `width`.
fn accuracy(
    rows: [&[f32]; 2],
    width: usize,
    train: ImageView<'_>,
    test: ImageView<'_>,
) -> Result<f64, Error> {
    let [from, asked] = rows;
    let nearest = nearest_rows(
        Rows::new("held-out images", asked, width)?,
        Rows::new("training images", from, width)?,
    );
    let labels = train.labels.len() / train.len();
    let same = |(i, &(j, _)): (usize, &(usize, f32))| {
        f64::from(u8::from(
            test.labels[i * labels] == train.labels[j * labels],
        ))
    };
    Ok(mean(nearest.iter().enumerate().map(same)))
}
