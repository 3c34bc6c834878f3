//! Files that travel with the crate: the drawn faces, and classifiers that say what images show. What is not used is not linked.

use crate::data::ImageKind;

/// The drawn faces, as [`ImageKind::read`] takes them.
pub const FACES: &[u8] = include_bytes!("../assets/faces.safetensors.gz");

/// The classifier of a set of images, as [`Model::from_bytes`](crate::metric::classifier::Model::from_bytes) takes it; none for
/// clothes and photographs.
pub fn classifier(kind: ImageKind) -> Option<&'static [u8]> {
    match kind {
        ImageKind::Mnist => Some(include_bytes!("../assets/classifier-mnist.safetensors")),
        ImageKind::Faces => Some(include_bytes!("../assets/classifier-faces.safetensors")),
        ImageKind::FashionMnist | ImageKind::Cifar10 => None,
    }
}
