//! Drawn faces: pictures put together from their parts.
//!
//! `web/tools/faces.js` renders every part that occurs, once, with its transparency. A face is a list of parts, laid
//! over each other from back to front (Porter and Duff's "over", premultiplied).

use std::sync::Arc;

use safetensors::SafeTensors;
use safetensors::tensor::{Dtype, TensorView};
use serde::Deserialize;

use super::images::{Attribute, Images};
use crate::error::DataError;

/// Values of a pixel of a part: premultiplied red, green, blue, and coverage.
const RGBA: usize = 4;

/// What the file says of itself beside its tensors.
#[derive(Deserialize)]
struct Header {
    /// Faces to learn from; the rest are held out.
    train: usize,
    /// What is behind every face.
    background: [u8; 3],
}

/// All faces of the unpacked safetensors `file`, put together: those to learn from, and those held out.
pub(super) fn read(
    name: &str,
    file: &[u8],
    shape: [usize; 3],
    attributes: &[Attribute],
) -> Result<(Images, Images), DataError> {
    let damaged = |cause: String| DataError::Damaged {
        file: name.into(),
        cause,
    };
    let wrong = |error: safetensors::SafeTensorError| damaged(error.to_string());
    let (_, metadata) = SafeTensors::read_metadata(file).map_err(wrong)?;
    let header = (metadata.metadata().as_ref().and_then(|m| m.get("faces")))
        .and_then(|text| crate::json::from_str::<Header>(text).ok())
        .ok_or_else(|| damaged("its header does not speak of faces".into()))?;
    let tensors = SafeTensors::deserialize(file).map_err(wrong)?;
    let tensor = |name: &str, dtype: Dtype, inner: &[usize]| {
        let view = tensors.tensor(name).map_err(wrong)?;
        if view.dtype() != dtype || view.shape().get(1..) != Some(inner) {
            return Err(damaged(format!(
                "`{name}` is {:?} {:?}, not {dtype:?} [.., {inner:?}]",
                view.dtype(),
                view.shape()
            )));
        }
        Ok(view)
    };
    let [height, width, _] = shape;
    let parts = tensor("sprites", Dtype::U8, &[height, width, RGBA])?;
    let labels = tensor("labels", Dtype::U8, &[attributes.len()])?;
    let recipes = tensors.tensor("recipes").map_err(wrong)?;
    let count = labels.shape()[0];
    if recipes.dtype() != Dtype::U16
        || recipes.shape().first() != Some(&count)
        || count < header.train
    {
        return Err(damaged("its tensors are not of equally many faces".into()));
    }
    let pictures = compose(&parts, &recipes, header.background)
        .ok_or_else(|| damaged("a face has a part that is not there".into()))?;
    let size = height * width * header.background.len();
    let split = |faces: std::ops::Range<usize>| {
        let labels = &labels.data()[faces.start * attributes.len()..faces.end * attributes.len()];
        Images::new(
            shape,
            Arc::from(&pictures[faces.start * size..faces.end * size]),
            labels.into(),
            attributes.into(),
        )
    };
    Ok((split(0..header.train), split(header.train..count)))
}

/// Every face's picture, `[faces, height, width, 3]`; nothing where a recipe names a part that is not there.
fn compose(
    parts: &TensorView<'_>,
    recipes: &TensorView<'_>,
    background: [u8; 3],
) -> Option<Vec<u8>> {
    let pixels = parts.shape()[1..3].iter().product::<usize>();
    // The pixels that a part covers, with their places: most parts are small.
    let parts: Vec<Vec<(usize, [u8; RGBA])>> = (parts.data().chunks_exact(pixels * RGBA))
        .map(|part| {
            let covered = part.as_chunks::<RGBA>().0.iter().copied().enumerate();
            covered.filter(|(_, pixel)| pixel[3] > 0).collect()
        })
        .collect();
    let empty = background.repeat(pixels);
    let per_face = 2 * recipes.shape().get(1)?;
    let mut pictures = Vec::with_capacity(recipes.shape()[0] * empty.len());
    for recipe in recipes.data().chunks_exact(per_face) {
        let start = pictures.len();
        pictures.extend_from_slice(&empty);
        let picture = &mut pictures[start..];
        for number in recipe.as_chunks::<2>().0 {
            for (place, [over @ .., coverage]) in
                parts.get(usize::from(u16::from_le_bytes(*number)))?
            {
                let clear = 255 - u32::from(*coverage);
                for (under, over) in picture[3 * place..3 * place + 3].iter_mut().zip(over) {
                    let behind = (u32::from(*under) * clear + 127) / 255;
                    *under = (u32::from(*over) + behind).min(255) as u8;
                }
            }
        }
    }
    Some(pictures)
}

#[cfg(test)]
mod tests {
    use crate::data::{ImageKind, ImageSet};

    fn faces() -> ImageSet {
        let file = include_bytes!("../../assets/faces.safetensors.gz");
        ImageKind::Faces.read(&[file.to_vec()]).unwrap()
    }

    #[test]
    fn women_and_men_with_glasses_and_without_are_equally_many() {
        let faces = faces();
        assert_eq!((faces.train.len(), faces.test.len()), (20_000, 4_000));
        for images in [&faces.train, &faces.test] {
            let mut counts = [0; 4];
            for i in 0..images.len() {
                counts[usize::from(images.label(i, 0) + 2 * images.label(i, 1))] += 1;
            }
            assert_eq!(counts, [images.len() / 4; 4]);
        }
    }

    /// The mean colours of the middle of the forehead and of the top of the hair are those that the labels name.
    #[test]
    fn skin_and_hair_have_the_colours_that_the_labels_name() {
        let faces = faces().train;
        let colour = |face: usize, row: usize, column: usize| -> [f32; 3] {
            let at = (row * 32 + column) * 3;
            let image = faces.slice(face..face + 1).bytes;
            [0, 1, 2].map(|c| f32::from(image[at + c]))
        };
        let attribute = |name: &str| {
            faces
                .attributes
                .iter()
                .position(|a| a.name == name)
                .unwrap()
        };
        let mean = |of: usize, class: u8, row: usize, column: usize| {
            let chosen: Vec<usize> = (0..4000).filter(|&i| faces.label(i, of) == class).collect();
            let sum = chosen.iter().fold([0.0; 3], |sum: [f32; 3], &i| {
                let c = colour(i, row, column);
                [sum[0] + c[0], sum[1] + c[1], sum[2] + c[2]]
            });
            sum.map(|v| v / chosen.len() as f32)
        };
        // Beside the nose, below the glasses: light, tan, dark.
        let skin = attribute("skin");
        let brightness = [0, 1, 2].map(|class| mean(skin, class, 21, 11).iter().sum::<f32>());
        assert!(brightness[0] > brightness[1] + 100.0, "{brightness:?}");
        assert!(brightness[1] > brightness[2] + 100.0, "{brightness:?}");
        // The top of the head: black, brown, blond, red.
        let hair = attribute("hair");
        let [black, brown, blond, red] = [0, 1, 2, 3].map(|class| mean(hair, class, 2, 16));
        assert!(brown[0] > black[0] + 20.0 && blond[1] > red[1] + 60.0 && red[0] > brown[0] + 40.0);
    }
}
