//! What can be asked of a model: its views, a batch at a time, and real data.

use std::borrow::Cow;

use ganlet_core::Slot;
use ganlet_core::backend::Kept;

use super::{Error, Trainer};
use crate::broken::Broken;
use crate::config::Prior;
use crate::error::excerpt;
use crate::latent::{LatentError, Truncation, draw};
use crate::model::{Input, InputKind, View, ViewKind, entry};

/// Keeps the draws of a view's rows apart from those of training.
const ROWS_KEY: u32 = 0x0770_0d5e;
/// Keeps the draws of chains apart from those of training.
const CHAIN_KEY: u32 = 0xc4a1_45ed;

/// How many batches are under way before their results are read: one wait for all of them, and not too much memory for images.
const BATCHES: usize = 4;

/// A batch that the device computes.
struct Batch {
    /// Which of the questions it belongs to.
    question: usize,
    /// Numbers of a row.
    len: usize,
    /// Which rows come to nothing, by input.
    broken: Vec<Broken>,
    /// Numbers that it makes.
    numbers: usize,
}

/// Parts of a question, by the names of a view's inputs: rows of numbers.
pub type Question<'a> = [(&'a str, &'a [f32])];

/// What is asked of a model, among other things.
#[derive(Clone, Copy, Debug)]
pub struct Ask<'a> {
    /// The view.
    pub view: &'a str,
    /// Its inputs, as far as they are given.
    pub question: &'a Question<'a>,
    /// Rows that are wanted.
    pub count: usize,
}

impl Trainer {
    /// Asks `count` rows of a view. What `question` leaves out is filled in: the noise of every redraw, each class or category
    /// in turn, codes in the middle.
    ///
    /// # Errors
    /// A view or an input that the model does not have, rows of another length or number, a class that does not exist, samples
    /// that are missing; a device that fails. A row that is not finite gives an answer of NaN.
    pub async fn ask(
        &mut self,
        view: &str,
        question: &Question<'_>,
        count: usize,
    ) -> Result<Vec<f32>, Error> {
        let ask = Ask {
            view,
            question,
            count,
        };
        Ok(self.ask_all(&[ask]).await?.remove(0))
    }

    /// Asks several views, and waits for the device once where their answers are not too large.
    ///
    /// # Errors
    /// As [`ask`](Self::ask), before anything is computed.
    pub async fn ask_all(&mut self, asks: &[Ask<'_>]) -> Result<Vec<Vec<f32>>, Error> {
        let mut wanted = Vec::with_capacity(asks.len());
        for ask in asks {
            let view = self.find_view(ask.view)?.clone();
            let inputs = self.rows(&view, ask)?;
            wanted.push((view, inputs, ask.count));
        }
        let mut answers = vec![vec![]; asks.len()];
        let mut under_way = Vec::with_capacity(BATCHES);
        for (question, (view, inputs, count)) in wanted.iter().enumerate() {
            for start in (0..*count).step_by(self.traced.view_batch) {
                if under_way.len() == BATCHES {
                    self.collect(&mut under_way, &mut answers).await?;
                }
                let rows = self.traced.view_batch.min(count - start);
                let broken = self.write_rows(view, inputs, start, rows)?;
                let entry = self.entry(&entry::view(view.name));
                self.session.start(entry, 1).await?;
                let kept = self.session.keep(Slot::Output { entry, output: 0 })?;
                let batch = Batch {
                    question,
                    len: view.len,
                    broken,
                    numbers: rows * view.len,
                };
                under_way.push((kept, batch));
            }
        }
        self.collect(&mut under_way, &mut answers).await?;
        Ok(answers)
    }

    /// All inputs of a view, the missing ones filled in.
    fn rows<'a>(&mut self, view: &View, ask: &Ask<'a>) -> Result<Vec<Cow<'a, [f32]>>, Error> {
        let known = |name: &str| view.inputs.iter().any(|input| input.name == name);
        if let Some((name, _)) = ask.question.iter().find(|(name, _)| !known(name)) {
            return Err(Error::Input {
                view: view.name,
                problem: format!("it has no input `{}`", excerpt(name)),
                cure: format!(
                    "it takes {}",
                    names(view.inputs.iter().map(|input| input.name))
                ),
            });
        }
        let mut inputs = Vec::new();
        for input in &view.inputs {
            let given = ask.question.iter().find(|(name, _)| *name == input.name);
            inputs.push(match given {
                Some((_, rows)) => Cow::from(given_rows(view, input, rows, ask.count)?),
                None => Cow::from(self.default_rows(view, input, ask.count)?),
            });
        }
        Ok(inputs)
    }

    /// Hands rows of a view's inputs to the device, `rows` of them from `start` on, where it has others.
    fn write_rows(
        &mut self,
        view: &View,
        inputs: &[Cow<'_, [f32]>],
        start: usize,
        rows: usize,
    ) -> Result<Vec<Broken>, Error> {
        let mut broken = Vec::with_capacity(inputs.len());
        for (input, numbers) in view.inputs.iter().zip(inputs) {
            let mut padded = vec![0.0_f32; self.traced.view_batch * input.len];
            let part = &numbers[start * input.len..(start + rows) * input.len];
            padded[..part.len()].copy_from_slice(part);
            broken.push(Broken::take_out(&mut padded, input.len));
            let index = self.input(&format!("{}.{}", view.name, input.name));
            if self.written.len() <= index {
                self.written.resize(index + 1, vec![]);
            }
            if self.written[index] != padded {
                self.session
                    .write(Slot::Input(index), bytemuck::cast_slice(&padded))?;
                self.written[index] = padded;
            }
        }
        let key = match view.kind {
            ViewKind::Chain { .. } => {
                let key = [self.seed ^ CHAIN_KEY, self.asked];
                self.asked = self.asked.wrapping_add(1);
                key
            }
            // The same rows give the same answer.
            _ => [self.seed ^ ROWS_KEY, start as u32],
        };
        self.session
            .write(Slot::Input(self.input("draw")), bytemuck::cast_slice(&key))?;
        Ok(broken)
    }

    /// Waits for the batches under way and appends what they made.
    async fn collect(
        &mut self,
        under_way: &mut Vec<(Kept, Batch)>,
        answers: &mut [Vec<f32>],
    ) -> Result<(), Error> {
        let (kept, batches): (Vec<_>, Vec<_>) = under_way.drain(..).unzip();
        let contents = self.session.take(kept).await?;
        for (batch, bytes) in batches.into_iter().zip(contents) {
            let mut made = bytemuck::pod_collect_to_vec::<u8, f32>(&bytes);
            made.truncate(batch.numbers);
            for broken in &batch.broken {
                broken.put_back(&mut made, batch.len);
            }
            answers[batch.question].append(&mut made);
        }
        Ok(())
    }

    /// What the model says can be asked of it.
    pub fn views(&self) -> &[View] {
        &self.traced.views
    }

    fn find_view(&self, name: &str) -> Result<&View, Error> {
        self.traced.view(name).ok_or_else(|| Error::View {
            found: excerpt(name).into_owned(),
            known: names(self.traced.views.iter().map(|view| view.name)),
        })
    }

    /// The view of this kind.
    ///
    /// # Errors
    /// A model that has none.
    pub(super) fn view_of(&self, kind: ViewKind) -> Result<&View, Error> {
        self.traced
            .view_of(|found| found == kind)
            .ok_or_else(|| Error::View {
                found: format!("{kind:?}").to_ascii_lowercase(),
                known: names(self.traced.views.iter().map(|view| view.name)),
            })
    }

    /// What latents are drawn from, where the model decodes any.
    ///
    /// # Errors
    /// A model that decodes no noise.
    pub fn prior(&self) -> Result<&Prior, LatentError> {
        let decode = self.traced.view_of(|kind| kind == ViewKind::Decode);
        decode.and_then(View::prior).ok_or(LatentError::NoLatents)
    }

    /// Whether there are samples to look at.
    pub fn makes_samples(&self) -> bool {
        self.chain_view().is_some() || self.prior().is_ok()
    }

    fn default_rows(
        &mut self,
        view: &View,
        input: &Input,
        count: usize,
    ) -> Result<Vec<f32>, Error> {
        let in_turn = |classes: usize| (0..count).map(|i| (i % classes) as f32).collect();
        Ok(match &input.kind {
            InputKind::Noise { prior } => {
                if self.fixed_noise.len() < count * input.len {
                    self.fixed_noise = draw(prior, count, self.seed, Truncation::NONE);
                }
                self.fixed_noise[..count * input.len].to_vec()
            }
            InputKind::Label { classes } => in_turn(classes.len()),
            InputKind::Category { count: categories } => in_turn(*categories),
            InputKind::Code => vec![0.0; count * input.len],
            InputKind::Sample => {
                return Err(Error::Input {
                    view: view.name,
                    problem: format!("the samples `{}` are missing", input.name),
                    cure: format!("pass rows of {} numbers", input.len),
                });
            }
        })
    }

    /// `count` samples from the noise that every redraw uses, `[count, sample_len]`; of every class in turn, where it has labels.
    /// Those of a model that samples by chains are where its chains have come since the last call.
    ///
    /// # Errors
    /// A model that makes no samples; a device that fails.
    pub async fn sample(&mut self, count: usize) -> Result<Vec<f32>, Error> {
        if let Some((view, burn_in)) = self.chain_view() {
            return self.watch_chains(&view, burn_in, count).await;
        }
        let view = self.view_of(ViewKind::Decode)?.name;
        self.ask(view, &[], count).await
    }

    /// G(z) for given latents `[n, prior.dim]`. A latent that is not finite gives a sample of NaN.
    ///
    /// # Errors
    /// A model that decodes no latents, numbers that do not form latents; a device that fails.
    pub async fn generate(&mut self, z: &[f32]) -> Result<Vec<f32>, Error> {
        let view = self.view_of(ViewKind::Decode)?.name;
        self.ask_rows(view, "z", z).await
    }

    /// D's opinion of `[n, sample_len]` numbers: a probability, or a critic's score; NaN on a sample that is not finite.
    ///
    /// # Errors
    /// A model without a discriminator, numbers that do not form samples; a device that fails.
    pub async fn discriminate(&mut self, x: &[f32]) -> Result<Vec<f32>, Error> {
        let view = self.view_of(ViewKind::Score)?.name;
        self.ask_rows(view, "x", x).await
    }

    /// Latents of `[n, sample_len]` numbers, or what else the model's encoder makes of samples.
    ///
    /// # Errors
    /// A model without an encoder, numbers that do not form samples; a device that fails.
    pub async fn encode(&mut self, x: &[f32]) -> Result<Vec<f32>, Error> {
        let view = self.view_of(ViewKind::Encode)?.name;
        self.ask_rows(view, "x", x).await
    }

    /// What the model makes of samples `[n, sample_len]` by way of their latents.
    ///
    /// # Errors
    /// A model that reconstructs nothing, numbers that do not form samples; a device that fails.
    pub async fn reconstruct(&mut self, x: &[f32]) -> Result<Vec<f32>, Error> {
        let view = self.view_of(ViewKind::Reconstruct)?.name;
        self.ask_rows(view, "x", x).await
    }

    /// Asks a view with one of its inputs given; as many rows as that has.
    pub(super) async fn ask_rows(
        &mut self,
        view: &str,
        input: &'static str,
        rows: &[f32],
    ) -> Result<Vec<f32>, Error> {
        let found = self
            .find_view(view)?
            .inputs
            .iter()
            .find(|i| i.name == input);
        let row = found.map_or(1, |input| input.len);
        if !rows.len().is_multiple_of(row) {
            return Err(Error::Length {
                what: input,
                found: rows.len(),
                row,
            });
        }
        self.ask(view, &[(input, rows)], rows.len() / row).await
    }

    /// `count` samples of real data, the same for the same `draw`.
    ///
    /// # Errors
    /// A device that fails.
    pub async fn real(&mut self, count: usize, draw: u32) -> Result<Vec<f32>, Error> {
        let (entry, slot) = (self.entry(entry::REAL), Slot::Input(self.input("draw")));
        let mut results = Vec::new();
        for batch in 0..count.div_ceil(self.traced.view_batch) {
            let key = [!self.seed, draw.wrapping_add(batch as u32)];
            self.session.write(slot, bytemuck::cast_slice(&key))?;
            self.session.start(entry, 1).await?;
            let bytes = self.session.read(Slot::Output { entry, output: 0 }).await?;
            results.extend_from_slice(&bytemuck::pod_collect_to_vec::<u8, f32>(&bytes));
        }
        results.truncate(count * self.traced.sample_len);
        Ok(results)
    }
}

/// The rows that were given for an input, checked.
fn given_rows<'a>(
    view: &View,
    input: &Input,
    rows: &'a [f32],
    count: usize,
) -> Result<&'a [f32], Error> {
    let wrong = |problem: String, cure: String| Error::Input {
        view: view.name,
        problem,
        cure,
    };
    if rows.len() != count * input.len {
        let (name, found) = (input.name, rows.len());
        let problem = format!("`{name}` has {found} numbers");
        return Err(wrong(
            problem,
            format!("pass {count} rows of {}", input.len),
        ));
    }
    let classes = match &input.kind {
        InputKind::Label { classes } => classes.len(),
        InputKind::Category { count } => *count,
        InputKind::Noise { .. } | InputKind::Code | InputKind::Sample => return Ok(rows),
    };
    let exists = |&class: &f32| class.fract() == 0.0 && (0.0..classes as f32).contains(&class);
    match rows.iter().find(|class| !exists(class)) {
        None => Ok(rows),
        Some(class) => {
            let problem = format!("`{}` {class} is none of its {classes}", input.name);
            Err(wrong(
                problem,
                format!("pass whole numbers from 0 to {}", classes - 1),
            ))
        }
    }
}

fn names<'a>(names: impl Iterator<Item = &'a str>) -> String {
    names.collect::<Vec<_>>().join(", ")
}
