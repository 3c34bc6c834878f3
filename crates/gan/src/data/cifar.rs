//! CIFAR-10 (Krizhevsky 2009): records of a label and of 32 rows of 32 red, then green, then blue values.
//!
//! The excerpt's records hold what differs from pixel to pixel instead, which packs a third smaller: red and blue less green, and
//! of each plane the differences along the columns and along the rows. Sums undo that, modulo 256 and so exactly.

use std::borrow::Cow;

use super::images::Images;
use super::sets::{File, ImageFacts};
use crate::error::DataError;

/// Reads the unpacked `contents` of `files`: all but the last are to learn from.
pub(super) fn read(
    files: &[File],
    contents: &[Cow<'_, [u8]>],
    facts: &ImageFacts,
    is_excerpt: bool,
) -> Result<(Images, Images), DataError> {
    let [height, width, channels] = facts.shape;
    let (plane, record) = (height * width, 1 + height * width * channels);
    for (file, content) in files.iter().zip(contents) {
        if content.is_empty() || content.len() % record != 0 {
            return Err(DataError::Size {
                file: file.name.clone(),
                found: format!("{} bytes", content.len()),
                expected: format!("records of {record} bytes"),
                cure: "take the binary version of CIFAR-10, or fetch it again",
            });
        }
    }
    let classes = facts.attributes[0].classes.len();
    let split = |files: &[File], contents: &[Cow<'_, [u8]>]| {
        let count: usize = contents.iter().map(|content| content.len() / record).sum();
        let mut labels = Vec::with_capacity(count);
        let mut pixels = Vec::with_capacity(count * (record - 1));
        for (file, content) in files.iter().zip(contents) {
            for record in content.chunks_exact(record) {
                let label = record[0];
                if usize::from(label) >= classes {
                    return Err(DataError::Damaged {
                        file: file.name.clone(),
                        cause: format!("it has a label {label}, and there are {classes} classes"),
                    });
                }
                labels.push(label);
                let mut planes = record[1..].to_vec();
                if is_excerpt {
                    sum(&mut planes, width, plane);
                }
                pixels.extend((0..plane).flat_map(|at| [0, 1, 2].map(|c| planes[c * plane + at])));
            }
        }
        let attributes = facts.attributes.clone().into();
        Ok(Images::new(
            facts.shape,
            pixels.into(),
            labels.into(),
            attributes,
        ))
    };
    let last = files.len() - 1;
    Ok((
        split(&files[..last], &contents[..last])?,
        split(&files[last..], &contents[last..])?,
    ))
}

/// The colours of an image whose planes are given as differences.
fn sum(planes: &mut [u8], width: usize, plane: usize) {
    for values in planes.chunks_exact_mut(plane) {
        for row in values.chunks_exact_mut(width) {
            for at in 1..width {
                row[at] = row[at].wrapping_add(row[at - 1]);
            }
        }
        for at in width..plane {
            values[at] = values[at].wrapping_add(values[at - width]);
        }
    }
    let (red, rest) = planes.split_at_mut(plane);
    let (green, blue) = rest.split_at_mut(plane);
    for ((red, green), blue) in red.iter_mut().zip(green).zip(blue) {
        *red = red.wrapping_add(*green);
        *blue = blue.wrapping_add(*green);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::ImageKind;

    fn files(names: &[&str]) -> Vec<File> {
        let file = |name: &&str| File {
            name: (*name).into(),
            md5: String::new(),
        };
        names.iter().map(file).collect()
    }

    /// A record whose pixel at row r and column c is [r, c, 10].
    fn record(label: u8) -> Vec<u8> {
        let rows = (0..32).flat_map(|row| [row; 32]);
        let columns = (0..32).flat_map(|_| 0..32);
        [label]
            .into_iter()
            .chain(rows)
            .chain(columns)
            .chain([10; 1024])
            .collect()
    }

    #[test]
    fn planes_become_pixels_and_the_last_file_is_held_out() {
        let facts = ImageKind::Cifar10.facts();
        let contents = [[record(3), record(9)].concat(), record(1)].map(Cow::Owned);
        let (train, test) = read(&files(&["a", "b"]), &contents, facts, false).unwrap();
        assert_eq!((train.len(), test.len()), (2, 1));
        assert_eq!((train.label(1, 0), test.label(0, 0)), (9, 1));
        let at = (5 * 32 + 7) * 3;
        assert_eq!(train.view().bytes[at..at + 3], [5, 7, 10]);
    }

    #[test]
    fn sums_of_differences_are_the_colours() {
        // Red less green is r - c: 0 in the corner, 1 more a row, 1 less a column; and no second difference.
        let mut planes = vec![0_u8; 3 * 1024];
        (1..32).for_each(|row| planes[32 * row] = 1);
        (1..32).for_each(|column| planes[column] = 255);
        (1..32).for_each(|column| planes[1024 + column] = 1);
        // Blue less green is 10 - c.
        planes[2048] = 10;
        (1..32).for_each(|column| planes[2048 + column] = 255);
        sum(&mut planes, 32, 1024);
        assert_eq!(planes, record(0)[1..]);
    }

    #[test]
    fn what_are_no_records_is_refused() {
        let facts = ImageKind::Cifar10.facts();
        let short = [record(0), record(0)[1..].to_vec()].map(Cow::Owned);
        let error = read(&files(&["a", "b"]), &short, facts, false).unwrap_err();
        assert!(error.to_string().starts_with("b: "), "{error}");
        let strange = [record(10), record(0)].map(Cow::Owned);
        let error = read(&files(&["a", "b"]), &strange, facts, false).unwrap_err();
        assert!(error.to_string().contains("label 10"), "{error}");
    }
}
