//! Grey images laid over each other as the colours of one: with two digits a set of 100 combinations, with three of 1,000, by
//! which it can be counted how many a model makes (Metz et al. 2017, Srivastava et al. 2017).

use std::borrow::Cow;

use super::{Attribute, ImageSet, Images};

/// What is known of images that are stacks of `count`: each attribute once for each image, with its place behind the name.
pub(crate) fn attributes(of_one: &'static [Attribute], count: usize) -> Cow<'static, [Attribute]> {
    if count == 1 {
        return of_one.into();
    }
    let mut named = Vec::new();
    for place in 1..=count {
        for Attribute { name, classes } in of_one {
            let (name, classes) = (format!("{name}_{place}"), classes.clone());
            named.push(Attribute { name, classes });
        }
    }
    named.into()
}

impl ImageSet {
    /// `train` stacks of `count` images each to learn from, and as many as there are images to hold out. Always the same ones.
    pub(crate) fn stacked(&self, count: usize, train: usize, attributes: &[Attribute]) -> ImageSet {
        ImageSet {
            train: stack(&self.train, count, train, attributes),
            test: stack(&self.test, count, self.test.len(), attributes),
        }
    }
}

fn stack(images: &Images, count: usize, stacks: usize, attributes: &[Attribute]) -> Images {
    let one = images.view();
    let (pixels, labels) = (images.image_len(), images.attributes.len());
    let mut bytes = vec![0; stacks * count * pixels];
    let mut classes = Vec::with_capacity(stacks * count * labels);
    for (i, stack) in bytes.chunks_exact_mut(count * pixels).enumerate() {
        for place in 0..count {
            let chosen = mixed((i * count + place) as u64) as usize % images.len();
            let image = &one.bytes[chosen * pixels..][..pixels];
            for (pixel, &byte) in stack.chunks_exact_mut(count).zip(image) {
                pixel[place] = byte;
            }
            classes.extend_from_slice(&one.labels[chosen * labels..][..labels]);
        }
    }
    Images::new(
        [images.height, images.width, count],
        bytes.into(),
        classes.into(),
        attributes.into(),
    )
}

/// The images of stacks, one after another: rows `[stacks, pixels * count]` of which a stack has `row` numbers become
/// `[stacks * count, pixels]`.
pub(crate) fn apart(stacks: Vec<f32>, row: usize, count: usize) -> Vec<f32> {
    if count == 1 {
        return stacks;
    }
    let pixels = row / count;
    let mut images = Vec::with_capacity(stacks.len());
    for i in 0..stacks.len() {
        // Within a stack, image after image, and pixel after pixel within an image.
        let (start, within) = (i / row * row, i % row);
        images.push(stacks[start + within % pixels * count + within / pixels]);
    }
    images
}

/// The finalizer of SplitMix64: numbers in a row become numbers without a pattern.
fn mixed(x: u64) -> u64 {
    let x = x.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ (x >> 31)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::data::{ImageKind, idx};

    /// Ten images of 2 by 2; image i has the label i and the pixels 10 i, 10 i + 1, ...
    fn digits() -> ImageSet {
        let bytes: Vec<u8> = (0..10)
            .flat_map(|i| (0..4).map(move |p| 10 * i + p))
            .collect();
        let labels: Vec<u8> = (0..10).collect();
        let images = idx::encode(&[10, 2, 2], &bytes);
        let labels = idx::encode(&[10], &labels);
        let digit = &ImageKind::Mnist.facts().attributes[0];
        let set = Images::from_idx(("i", &images), ("l", &labels), digit).unwrap();
        ImageSet {
            train: set.clone(),
            test: set,
        }
    }

    #[test]
    fn each_colour_is_an_image_with_its_label() {
        let names = attributes(&ImageKind::Mnist.facts().attributes, 3);
        assert_eq!(
            names.iter().map(|a| &*a.name).collect::<Vec<_>>(),
            ["digit_1", "digit_2", "digit_3"]
        );
        let set = digits().stacked(3, 200, &names);
        assert_eq!(
            (set.train.len(), set.test.len(), set.train.channels),
            (200, 10, 3)
        );
        let view = set.train.view();
        for i in 0..200 {
            for place in 0..3 {
                let label = set.train.label(i, place);
                for pixel in 0..4 {
                    let found = view.bytes[i * 12 + pixel * 3 + place];
                    assert_eq!(found, 10 * label + pixel as u8);
                }
            }
        }
    }

    #[test]
    fn stacks_are_taken_apart_into_their_images() {
        let stacks: Vec<f32> = (0..12).map(|i| i as f32).collect();
        assert_eq!(apart(stacks.clone(), 6, 1), stacks);
        let images = apart(stacks, 6, 2);
        assert_eq!(images, [0., 2., 4., 1., 3., 5., 6., 8., 10., 7., 9., 11.]);
    }

    #[test]
    fn every_combination_comes_about_as_often() {
        let names: Arc<[Attribute]> = attributes(&ImageKind::Mnist.facts().attributes, 2)
            .to_vec()
            .into();
        let stacks = digits().stacked(2, 10_000, &names).train;
        let mut counts = [0_i32; 100];
        for i in 0..stacks.len() {
            counts[usize::from(stacks.label(i, 0)) * 10 + usize::from(stacks.label(i, 1))] += 1;
        }
        // Each is 100 on average, with a deviation of 10.
        assert!(
            counts.iter().all(|count| (count - 100).abs() < 45),
            "{counts:?}"
        );
    }
}
