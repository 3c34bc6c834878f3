//! Samples as PNG files.

use std::path::Path;

use anyhow::Result;

use crate::file;

/// Writes images of `shape` (rows, columns, values of a pixel), values in `black..1`, as a grid of `columns`.
pub(crate) fn image_grid(
    path: &Path,
    images: &[f32],
    [rows, columns, channels]: [usize; 3],
    per_row: usize,
    black: f32,
) -> Result<()> {
    let len = rows * columns * channels;
    let lines = (images.len() / len).div_ceil(per_row);
    let (width, height) = (per_row * (columns + 1) + 1, lines * (rows + 1) + 1);
    let mut pixels = vec![64_u8; width * height * channels];
    for (i, image) in images.chunks_exact(len).enumerate() {
        let (x0, y0) = (
            i % per_row * (columns + 1) + 1,
            i / per_row * (rows + 1) + 1,
        );
        for (y, row) in image.chunks_exact(columns * channels).enumerate() {
            let start = ((y0 + y) * width + x0) * channels;
            for (pixel, &value) in pixels[start..].iter_mut().zip(row) {
                let level = (value - black) / (1.0 - black) * 255.0;
                *pixel = level.round().clamp(0.0, 255.0) as u8;
            }
        }
    }
    let colour = match channels {
        1 => png::ColorType::Grayscale,
        _ => png::ColorType::Rgb,
    };
    // Of two values the second is green and blue, as on the page.
    if channels == 2 {
        pixels = pixels
            .chunks_exact(2)
            .flat_map(|pixel| [pixel[0], pixel[1], pixel[1]])
            .collect();
    }
    write(path, width, height, colour, &pixels)
}

const SIZE: usize = 480;
const BLUE: [u8; 3] = [0, 114, 178];
const VERMILLION: [u8; 3] = [213, 94, 0];

/// Writes points of the plane: real ones blue, generated ones vermillion over them.
pub(crate) fn scatter(path: &Path, real: &[f32], fake: &[f32], bounds: [f64; 4]) -> Result<()> {
    let mut pixels = vec![255_u8; SIZE * SIZE * 3];
    for (points, colour) in [(real, BLUE), (fake, VERMILLION)] {
        for point in points.chunks_exact(2) {
            let place =
                |v: f32, low: f64, high: f64| (f64::from(v) - low) / (high - low) * SIZE as f64;
            let x = place(point[0], bounds[0], bounds[1]);
            let y = SIZE as f64 - place(point[1], bounds[2], bounds[3]);
            for (dx, dy) in [(0, 0), (1, 0), (0, 1), (1, 1)] {
                let (px, py) = (x as i64 + dx, y as i64 + dy);
                if (0..SIZE as i64).contains(&px) && (0..SIZE as i64).contains(&py) {
                    let at = (py as usize * SIZE + px as usize) * 3;
                    pixels[at..at + 3].copy_from_slice(&colour);
                }
            }
        }
    }
    write(path, SIZE, SIZE, png::ColorType::Rgb, &pixels)
}

/// Writes numbers on the line as two histograms, real above and generated below the middle.
pub(crate) fn histograms(
    path: &Path,
    real: &[f32],
    fake: &[f32],
    low: f64,
    high: f64,
) -> Result<()> {
    let mut pixels = vec![255_u8; SIZE * SIZE * 3];
    let bins = 120;
    for (values, colour, up) in [(real, BLUE, true), (fake, VERMILLION, false)] {
        let mut counts = vec![0_usize; bins];
        for &value in values {
            let bin = (f64::from(value) - low) / (high - low) * bins as f64;
            if (0.0..bins as f64).contains(&bin) {
                counts[bin as usize] += 1;
            }
        }
        let tallest = counts.iter().copied().max().unwrap_or(1).max(1);
        for x in 0..SIZE {
            let height = counts[x * bins / SIZE] * (SIZE / 2 - 4) / tallest;
            for h in 0..height {
                let y = if up {
                    SIZE / 2 - 1 - h
                } else {
                    SIZE / 2 + 1 + h
                };
                let at = (y * SIZE + x) * 3;
                pixels[at..at + 3].copy_from_slice(&colour);
            }
        }
    }
    write(path, SIZE, SIZE, png::ColorType::Rgb, &pixels)
}

fn write(
    path: &Path,
    width: usize,
    height: usize,
    colour: png::ColorType,
    pixels: &[u8],
) -> Result<()> {
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, width as u32, height as u32);
    encoder.set_color(colour);
    encoder.set_depth(png::BitDepth::Eight);
    encoder.write_header()?.write_image_data(pixels)?;
    file::write(path, bytes)
}
