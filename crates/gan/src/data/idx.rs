//! The IDX format of MNIST and its relatives: a big-endian magic number that encodes the element type and
//! the number of axes, one big-endian 32-bit size per axis, then the bytes.

use crate::error::DataError;

/// Magic number of a file of unsigned bytes with three axes: images, rows, columns.
pub const IMAGES_MAGIC: u32 = 0x803;
/// Magic number of a file of unsigned bytes with one axis: labels.
pub const LABELS_MAGIC: u32 = 0x801;

/// A parsed file of `AXES` axes: the sizes and the bytes they count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Idx<'a, const AXES: usize> {
    /// Size of each axis, the outermost first.
    pub sizes: [usize; AXES],
    /// The elements, the last axis fastest.
    pub bytes: &'a [u8],
}

/// Parses a file of images; `file` is its name, for messages.
pub fn images<'a>(file: &str, content: &'a [u8]) -> Result<Idx<'a, 3>, DataError> {
    parse(file, content, IMAGES_MAGIC, "IDX images of unsigned bytes")
}

/// Parses a file of labels; `file` is its name, for messages.
pub fn labels<'a>(file: &str, content: &'a [u8]) -> Result<Idx<'a, 1>, DataError> {
    parse(file, content, LABELS_MAGIC, "IDX labels of unsigned bytes")
}

fn parse<'a, const AXES: usize>(
    file: &str,
    content: &'a [u8],
    magic: u32,
    kind: &'static str,
) -> Result<Idx<'a, AXES>, DataError> {
    let truncated = |expected: usize| DataError::Truncated {
        file: file.to_string(),
        found: content.len(),
        expected,
    };
    let header = 4 * (1 + AXES);
    let word = |index: usize| {
        let bytes = content.get(4 * index..)?.first_chunk::<4>()?;
        Some(u32::from_be_bytes(*bytes))
    };
    let found = word(0).ok_or_else(|| truncated(header))?;
    if found != magic {
        return Err(DataError::Magic {
            file: file.to_string(),
            found,
            expected: magic,
            kind,
        });
    }
    let mut sizes = [0; AXES];
    for (axis, size) in sizes.iter_mut().enumerate() {
        *size = word(1 + axis).ok_or_else(|| truncated(header))? as usize;
    }
    let wrong_size = |expected: String, cure| DataError::Size {
        file: file.to_string(),
        found: format!("{} bytes", content.len()),
        expected,
        cure,
    };
    let total = sizes
        .iter()
        .try_fold(1_usize, |product, &size| product.checked_mul(size))
        .and_then(|product| product.checked_add(header));
    let Some(total) = total else {
        let expected = format!("axes of {sizes:?}, more than memory can hold");
        return Err(wrong_size(
            expected,
            "the header is damaged: download the file again",
        ));
    };
    if total == header {
        let expected = format!("at least one element, but the axes are {sizes:?}");
        return Err(wrong_size(expected, "choose a file that is not empty"));
    }
    match content.len().cmp(&total) {
        std::cmp::Ordering::Less => Err(truncated(total)),
        std::cmp::Ordering::Greater => Err(wrong_size(
            format!("{total} bytes for axes of {sizes:?}"),
            "remove what follows the data, or download the file again",
        )),
        std::cmp::Ordering::Equal => Ok(Idx {
            sizes,
            bytes: &content[header..],
        }),
    }
}

/// Writes bytes with the given sizes as an IDX file.
#[cfg(test)]
pub(crate) fn encode(sizes: &[u32], bytes: &[u8]) -> Vec<u8> {
    let magic = 0x800 + sizes.len() as u32;
    let words = std::iter::once(magic).chain(sizes.iter().copied());
    let mut file: Vec<u8> = words.flat_map(u32::to_be_bytes).collect();
    file.extend_from_slice(bytes);
    file
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_written_is_read() {
        let bytes: Vec<u8> = (0..24).collect();
        let file = encode(&[2, 3, 4], &bytes);
        let idx = images("x", &file).unwrap();
        assert_eq!((idx.sizes, idx.bytes), ([2, 3, 4], &bytes[..]));
        let file = encode(&[24], &bytes);
        let idx = labels("x", &file).unwrap();
        assert_eq!((idx.sizes, idx.bytes), ([24], &bytes[..]));
    }

    #[test]
    fn swapped_files_are_a_wrong_magic_number() {
        let file = encode(&[3], &[0; 3]);
        let error = images("train-images", &file).unwrap_err();
        assert_eq!(
            error,
            DataError::Magic {
                file: "train-images".into(),
                found: 0x801,
                expected: 0x803,
                kind: "IDX images of unsigned bytes",
            }
        );
        let message = error.to_string();
        for part in ["train-images", "0x00000801", "0x00000803", "swapped"] {
            assert!(message.contains(part), "{message}");
        }
    }

    #[test]
    fn a_short_file_is_truncated() {
        let file = encode(&[2, 3, 4], &[0; 24]);
        for (length, expected) in [(0, 16), (3, 16), (4, 16), (15, 16), (16, 40), (39, 40)] {
            let error = images("x", &file[..length]).unwrap_err();
            let truncated = DataError::Truncated {
                file: "x".into(),
                found: length,
                expected,
            };
            assert_eq!(error, truncated);
        }
    }

    #[test]
    fn a_long_empty_or_absurd_file_has_a_wrong_size() {
        for file in [
            encode(&[2, 3, 4], &[0; 25]),
            encode(&[0, 28, 28], &[]),
            encode(&[u32::MAX; 3], &[0; 8]),
        ] {
            let error = images("x", &file).unwrap_err();
            assert!(matches!(error, DataError::Size { .. }), "{error}");
        }
    }
}
