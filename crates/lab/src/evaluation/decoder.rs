//! A decoder on the device, as the mean of a normal distribution around what it makes: how likely images are from latents.

use std::f64::consts::TAU;

use anyhow::{Context, Result, ensure};
use ganlet::checkpoint::Checkpoint;
use ganlet::config::PriorKind;
use ganlet::model::{ViewAlone, ViewKind, views};
use ganlet_core::backend::{Place, Session};
use ganlet_core::grad::grad;
use ganlet_core::{DType, Slot};
use pollster::block_on;

use super::annealed::{At, annealed, log_mean_exp};

/// A decoder for a fixed number of images, each with several latents at once.
pub(crate) struct Decoder {
    session: Session,
    chains: usize,
    images: usize,
    dim: usize,
    /// What a standard normal number is multiplied by, to be one of the prior's.
    scale: f64,
    pixels: usize,
    /// Deviation of a pixel from what the decoder makes, pixels being from 0 to 1.
    pub(crate) sigma: f64,
    z: Slot,
    x: Slot,
}

impl Decoder {
    /// The decoder of a model, with `chains` latents for each of `images` images.
    pub(crate) fn open(
        place: &Place,
        checkpoint: &Checkpoint,
        images: usize,
        chains: usize,
        sigma: f64,
    ) -> Result<Self> {
        let config = &checkpoint.config;
        let views = views(config)?;
        let view = (views.iter().find(|view| view.kind == ViewKind::Decode))
            .context("this model decodes nothing, so no image has a likelihood under it")?;
        let prior = view.prior().context("nothing is drawn for this decoder")?;
        ensure!(
            prior.kind == PriorKind::Normal && view.inputs.len() == 1,
            "annealing is for decoders of normal noise alone"
        );
        let (dim, pixels) = (prior.dim, view.len);
        let (black, rows) = (config.data.black().unwrap_or(0.0), images * chains);
        let alone = ViewAlone::with(config, view, rows, |b, inputs, answer| {
            let x = b.input("image", &[rows, pixels], DType::F32);
            let unit = (answer - black) * (1.0 / (1.0 - black));
            let error = (unit - x).square().sum(&[1]);
            let slope = grad(&error.sum_all(), &[&inputs[0]]).remove(0) * prior.scale;
            b.entry("error", &[], &[("error", &error), ("slope", &slope)]);
        })?;
        let program = &alone.program;
        let mut session = Session::new(place, program)?;
        for (index, state) in program.states.iter().enumerate() {
            session.write(Slot::State(index), &checkpoint.contents(state)?)?;
        }
        let input = |name: &str| program.input(name).expect("it was declared");
        let latent = format!("{}.{}", view.name, view.inputs[0].name);
        Ok(Self {
            z: Slot::Input(input(&latent)),
            x: Slot::Input(input("image")),
            session,
            chains,
            images,
            dim,
            scale: prior.scale,
            pixels,
            sigma,
        })
    }

    /// The mean log-likelihood in nats of images, rows of pixels from 0 to 1, by annealing over so many temperatures; and the
    /// deviation of a pixel at the latents where the chains end.
    pub(crate) fn annealed(
        &mut self,
        images: &[f32],
        temperatures: usize,
        seed: u64,
        progress: &mut dyn FnMut(),
    ) -> Result<(f64, f64)> {
        ensure!(
            images.len() == self.images * self.pixels,
            "so many images were announced"
        );
        let repeated = images
            .chunks(self.pixels)
            .flat_map(|x| [x].repeat(self.chains));
        let x: Vec<f32> = repeated.flatten().copied().collect();
        self.session.write(self.x, bytemuck::cast_slice(&x))?;
        let (rows, dim) = (self.images * self.chains, self.dim);
        let (pixels, variance) = (self.pixels as f64, self.sigma * self.sigma);
        let norm = 0.5 * pixels * (TAU * variance).ln();
        let found = annealed(
            rows,
            dim,
            temperatures,
            seed,
            &mut |z| self.at(z, norm),
            progress,
        )?;
        let per_image = found.log_weights.chunks(self.chains).map(log_mean_exp);
        let nats = per_image.sum::<f64>() / self.images as f64;
        let error = |log: &f64| -2.0 * variance * (log + norm);
        let errors: f64 = found.log_likelihood.iter().map(error).sum();
        Ok((nats, (errors / (rows as f64 * pixels)).sqrt()))
    }

    fn at(&mut self, z: &[f64], norm: f64) -> Result<At> {
        let z: Vec<f32> = z.iter().map(|&z| (self.scale * z) as f32).collect();
        self.session.write(self.z, bytemuck::cast_slice(&z))?;
        let of_error = -0.5 / (self.sigma * self.sigma);
        let [error, slope] = block_on(async {
            self.session.run(0, 1).await?;
            let mut numbers = [const { Vec::new() }; 2];
            for (output, numbers) in numbers.iter_mut().enumerate() {
                let bytes = self.session.read(Slot::Output { entry: 0, output }).await?;
                *numbers = bytemuck::pod_collect_to_vec::<u8, f32>(&bytes);
            }
            anyhow::Ok(numbers)
        })?;
        let scaled = |numbers: Vec<f32>| numbers.into_iter().map(move |x| f64::from(x) * of_error);
        Ok(At {
            log_likelihood: scaled(error).map(|log| log - norm).collect(),
            slope: scaled(slope).collect(),
        })
    }
}
