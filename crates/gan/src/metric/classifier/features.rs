//! What a classifier makes its decision from: the numbers before its last layer, in which images that look alike are near.

use ganlet_core::backend::{Place, Session, SessionError};
use ganlet_core::{Builder, DType, Init, Slot};

use super::{BATCH, Model};
use crate::layer::{Learned, Mode};

/// A classifier's body on a device.
pub struct Features {
    session: Session,
    /// Numbers of an image.
    image: usize,
    /// Numbers of its features.
    len: usize,
}

impl Features {
    /// Puts the body of `model` on the device at `place`.
    ///
    /// # Errors
    /// A device that fails.
    pub fn open(place: &Place, model: &Model) -> Result<Self, SessionError> {
        let b = Builder::new();
        let image = model.facts().shape.iter().product();
        let x = b.input("x", &[BATCH, image], DType::F32);
        let bytes = Init::Bytes(bytemuck::cast_slice(&model.params).into());
        let params = b.state("params", &[model.params.len()], DType::F32, bytes);
        let learned = Learned {
            params: &params,
            spectral: None,
            reference: None,
        };
        let mut mode = Mode::Sample { stats: &params };
        let features = model.stack().forward(learned, &x, None, &mut mode).last;
        let len = features.shape()[1];
        b.entry("features", &[], &[("features", &features)]);
        let program = b.build().expect("a model's network fits its images");
        Ok(Self {
            session: Session::new(place, &program)?,
            image,
            len,
        })
    }

    /// Numbers of an image's features.
    pub fn dim(&self) -> usize {
        self.len
    }

    /// Features `[n, dim]` of images `[n, height * width * channels]` of pixels from 0 to 1.
    ///
    /// # Errors
    /// A device that fails.
    ///
    /// # Panics
    /// If the pixels do not form images.
    pub async fn read(&mut self, pixels: &[f32]) -> Result<Vec<f32>, SessionError> {
        assert!(
            pixels.len().is_multiple_of(self.image),
            "whole images of {} pixels",
            self.image
        );
        let mut rows = Vec::with_capacity(pixels.len() / self.image * self.len);
        let mut batch = vec![0.0_f32; BATCH * self.image];
        for chunk in pixels.chunks(BATCH * self.image) {
            batch[..chunk.len()].copy_from_slice(chunk);
            (self.session).write(Slot::Input(0), bytemuck::cast_slice(&batch))?;
            self.session.start(0, 1).await?;
            let output = Slot::Output {
                entry: 0,
                output: 0,
            };
            let bytes = self.session.read(output).await?;
            let found = bytemuck::pod_collect_to_vec::<u8, f32>(&bytes);
            rows.extend(&found[..chunk.len() / self.image * self.len]);
        }
        Ok(rows)
    }
}
