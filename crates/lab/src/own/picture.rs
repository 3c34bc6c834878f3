//! One picture, to the size and the colours that a model learns.

use std::io::Cursor;

use anyhow::{Context, Result, bail};
use image::imageops::FilterType;
use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder, ImageReader, Rgb, RgbImage};

/// Rows and columns, and values of a pixel.
#[derive(Clone, Copy)]
pub(super) struct Shape {
    pub(super) size: usize,
    pub(super) channels: usize,
}

/// The picture in a file, turned as its camera says.
pub(super) fn decode(bytes: &[u8]) -> Result<DynamicImage> {
    if bytes.is_empty() {
        bail!("it cannot be read, or is empty");
    }
    if bytes.starts_with(b"PK\x03\x04") {
        bail!("a ZIP in a folder or a ZIP: unpack it first");
    }
    let reader = ImageReader::new(Cursor::new(bytes)).with_guessed_format()?;
    if reader.format().is_none() {
        bail!("no picture of a known kind");
    }
    let mut decoder = reader.into_decoder().context("damaged")?;
    let turn = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let mut image = DynamicImage::from_decoder(decoder).context("damaged or cut short")?;
    image.apply_orientation(turn);
    Ok(image)
}

/// Appends the square in the middle of `image`, made small; what it does not cover is white.
pub(super) fn append(image: DynamicImage, Shape { size, channels }: Shape, pixels: &mut Vec<u8>) {
    let side = size as u32;
    let opaque = DynamicImage::ImageRgb8(over_white(&image));
    let small = opaque.resize_to_fill(side, side, FilterType::Triangle);
    match channels {
        1 => pixels.extend(small.to_luma8().into_raw()),
        _ => pixels.extend(small.to_rgb8().into_raw()),
    }
}

fn over_white(image: &DynamicImage) -> RgbImage {
    if !image.color().has_alpha() {
        return image.to_rgb8();
    }
    let clear = image.to_rgba8();
    RgbImage::from_fn(clear.width(), clear.height(), |x, y| {
        let [red, green, blue, alpha] = clear.get_pixel(x, y).0.map(u32::from);
        let over = |value: u32| ((value * alpha + 255 * (255 - alpha) + 127) / 255) as u8;
        Rgb([over(red), over(green), over(blue)])
    })
}
