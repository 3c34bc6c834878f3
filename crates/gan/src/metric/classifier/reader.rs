//! The classifier's network over many images.

use ganlet_core::backend::{Place, Session, SessionError};
use ganlet_core::{Builder, DType, Init, Slot, Tensor};

use super::Model;
use crate::broken::Broken;
use crate::layer::{self, Learned, Mode};

/// Images that are looked at at once.
const BATCH: usize = 64;

/// Something that the network makes of an image, on a device.
pub(super) struct Reader {
    session: Session,
    /// Numbers of an image.
    image: usize,
    /// Numbers of what is made of it.
    pub(super) len: usize,
}

impl Reader {
    /// Puts `model` on the device at `place`, for what `of` makes of the network's output and of what enters its last layer.
    pub(super) fn open(
        place: &Place,
        model: &Model,
        of: impl FnOnce(layer::Features) -> Tensor,
    ) -> Result<Self, SessionError> {
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
        let made = of(model.stack().forward(learned, &x, None, &mut mode));
        let len = made.shape()[1];
        b.entry("read", &[], &[("made", &made)]);
        let program = b.build().expect("a model's network fits its images");
        Ok(Self {
            session: Session::new(place, &program)?,
            image,
            len,
        })
    }

    /// Rows `[n, len]` for images `[n, height * width * channels]` of pixels from 0 to 1; NaN for an image that is not finite.
    ///
    /// # Panics
    /// If the pixels do not form images.
    pub(super) async fn read(&mut self, pixels: &[f32]) -> Result<Vec<f32>, SessionError> {
        let (image, len) = (self.image, self.len);
        assert!(
            pixels.len().is_multiple_of(image),
            "whole images of {image} pixels"
        );
        let mut rows = Vec::with_capacity(pixels.len() / image * len);
        let mut batch = vec![0.0_f32; BATCH * image];
        for chunk in pixels.chunks(BATCH * image) {
            batch[..chunk.len()].copy_from_slice(chunk);
            let broken = Broken::take_out(&mut batch, image);
            (self.session).write(Slot::Input(0), bytemuck::cast_slice(&batch))?;
            self.session.start(0, 1).await?;
            let output = Slot::Output {
                entry: 0,
                output: 0,
            };
            let bytes = self.session.read(output).await?;
            let mut made = bytemuck::pod_collect_to_vec::<u8, f32>(&bytes);
            made.truncate(chunk.len() / image * len);
            broken.put_back(&mut made, len);
            rows.append(&mut made);
        }
        Ok(rows)
    }
}
