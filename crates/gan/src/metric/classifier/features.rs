//! What a classifier makes its decision from: the numbers before its last layer, in which images that look alike are near.

use ganlet_core::backend::{Place, SessionError};

use super::Model;
use super::reader::Reader;

/// A classifier's body on a device.
pub struct Features(Reader);

impl Features {
    /// Puts the body of `model` on the device at `place`.
    ///
    /// # Errors
    /// A device that fails.
    pub fn open(place: &Place, model: &Model) -> Result<Self, SessionError> {
        Ok(Self(Reader::open(place, model, |made| made.last)?))
    }

    /// Numbers of an image's features.
    pub fn dim(&self) -> usize {
        self.0.len
    }

    /// Features `[n, dim]` of images `[n, height * width * channels]` of pixels from 0 to 1; NaN for an image that is not finite.
    ///
    /// # Errors
    /// A device that fails.
    ///
    /// # Panics
    /// If the pixels do not form images.
    pub async fn read(&mut self, pixels: &[f32]) -> Result<Vec<f32>, SessionError> {
        self.0.read(pixels).await
    }
}
