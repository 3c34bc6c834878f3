//! Images and labels as arrays: the IDX files of MNIST and its relatives, and NumPy's .npy.

use anyhow::{Context, Result, anyhow, bail};
use ganlet::data::idx;
use image::{DynamicImage, GrayImage, RgbImage};

/// What an array holds.
pub(super) enum Array<'a> {
    Images(Box<dyn Iterator<Item = Result<DynamicImage>> + 'a>),
    Labels(Vec<u8>),
}

/// The array in a file; nothing where it is none.
pub(super) fn read(bytes: &[u8]) -> Result<Option<Array<'_>>> {
    let magic = bytes.first_chunk().map(|first| u32::from_be_bytes(*first));
    match magic {
        Some(idx::IMAGES_MAGIC) => {
            let found = idx::images("images", bytes)?;
            let [_, height, width] = found.sizes;
            images([height, width, 1], found.bytes.into()).map(Some)
        }
        Some(idx::LABELS_MAGIC) => {
            let labels = idx::labels("labels", bytes)?.bytes;
            Ok(Some(Array::Labels(labels.to_vec())))
        }
        _ if bytes.starts_with(b"\x93NUMPY") => numpy(bytes).map(Some),
        _ => Ok(None),
    }
}

fn images<'a>(
    [height, width, channels]: [usize; 3],
    bytes: std::borrow::Cow<'a, [u8]>,
) -> Result<Array<'a>> {
    let len = height * width * channels;
    let (columns, rows) = (width as u32, height as u32);
    let count = bytes
        .len()
        .checked_div(len)
        .context("images without pixels")?;
    Ok(Array::Images(Box::new((0..count).map(move |i| {
        let raw = bytes[i * len..(i + 1) * len].to_vec();
        let image = match channels {
            1 => GrayImage::from_raw(columns, rows, raw).map(DynamicImage::ImageLuma8),
            3 => RgbImage::from_raw(columns, rows, raw).map(DynamicImage::ImageRgb8),
            _ => None,
        };
        image.ok_or_else(|| anyhow!("pixels of {channels} values; save grey or RGB"))
    }))))
}

/// Version 1 to 3 of the format: a magic number, a length, and the header as a Python dictionary.
fn numpy(bytes: &[u8]) -> Result<Array<'_>> {
    let short = || anyhow!("cut short; save it again");
    let wide = bytes.get(6).is_some_and(|&major| major >= 2);
    let (start, len) = match wide {
        true => {
            let len = bytes
                .get(8..12)
                .and_then(|b| b.first_chunk())
                .ok_or_else(short)?;
            (12, u32::from_le_bytes(*len) as usize)
        }
        false => {
            let len = bytes
                .get(8..10)
                .and_then(|b| b.first_chunk())
                .ok_or_else(short)?;
            (10, usize::from(u16::from_le_bytes(*len)))
        }
    };
    let header = bytes.get(start..start + len).ok_or_else(short)?;
    let header = std::str::from_utf8(header).context("its header is no text")?;
    let after = |key: &str| {
        let (_, rest) = header.split_once(&format!("'{key}':"))?;
        Some(rest.trim_start())
    };
    let within = |text: &str, open: char, close: char| {
        let inner = text.strip_prefix(open)?;
        Some(inner.split_once(close)?.0.to_string())
    };
    let kind = after("descr").and_then(|text| within(text, '\'', '\''));
    let shape = after("shape").and_then(|text| within(text, '(', ')'));
    let (kind, shape) = kind
        .zip(shape)
        .context("its header is not that of an array")?;
    if after("fortran_order").is_some_and(|text| text.starts_with("True")) {
        bail!("it is stored by columns; save numpy.ascontiguousarray(x)");
    }
    let sizes = shape
        .split(',')
        .map(str::trim)
        .filter(|size| !size.is_empty());
    let sizes: Vec<usize> = sizes.map(str::parse).collect::<Result<_, _>>()?;
    let content = &bytes[start + len..];
    let total = (sizes.iter()).try_fold(1_usize, |total, &size| total.checked_mul(size));
    let values = values(&kind, content, total.context("it is too large")?)?;
    match *sizes {
        [_] => Ok(Array::Labels(values)),
        [_, height, width] => images([height, width, 1], values.into()),
        [_, height, width, channels] => images([height, width, channels], values.into()),
        _ => {
            bail!("its shape is ({shape}), not (count, rows, columns) or (count, rows, columns, 3)")
        }
    }
}

/// Bytes as they are; floating-point numbers from 0 to 1 as bytes; whole numbers where they fit.
fn values(kind: &str, content: &[u8], count: usize) -> Result<Vec<u8>> {
    fn numbers<const N: usize>(
        content: &[u8],
        count: usize,
        read: impl Fn([u8; N]) -> f64,
    ) -> Option<Vec<f64>> {
        let numbers = content.as_chunks::<N>().0.get(..count)?;
        Some(numbers.iter().map(|&bytes| read(bytes)).collect())
    }
    let whole = |values: Option<Vec<f64>>| values.map(|v| (v, 1.0));
    let shares = |values: Option<Vec<f64>>| values.map(|v| (v, 255.0));
    let read = match kind {
        "|u1" => whole(numbers(content, count, |[byte]| byte.into())),
        "|b1" => shares(numbers(content, count, |[byte]| byte.into())),
        "<i2" => whole(numbers(content, count, |b| i16::from_le_bytes(b).into())),
        "<i4" => whole(numbers(content, count, |b| i32::from_le_bytes(b).into())),
        "<i8" => whole(numbers(content, count, |b| i64::from_le_bytes(b) as f64)),
        "<f4" => shares(numbers(content, count, |b| f32::from_le_bytes(b).into())),
        "<f8" => shares(numbers(content, count, f64::from_le_bytes)),
        other => bail!("numbers of type {other}; save uint8, or float32 from 0 to 1"),
    };
    let (values, scale) = read.context("cut short; save it again")?;
    let byte = |value: &f64| {
        let scaled = value * scale;
        (0.0..=255.0)
            .contains(&scaled)
            .then(|| scaled.round() as u8)
    };
    let bytes: Option<Vec<u8>> = values.iter().map(byte).collect();
    bytes.context("numbers beyond 0 to 255 (or 0 to 1 for floating point); scale them first")
}
