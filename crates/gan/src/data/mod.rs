//! Data to learn from: toys whose density is known exactly, and images from files.

mod cifar;
mod faces;
mod gzip;
pub mod idx;
mod images;
pub mod own;
mod sets;
pub(crate) mod stack;
pub mod toy;

pub use images::{Attribute, ImageView, Images};
pub use own::OwnImages;
pub use sets::{File, ImageFacts, ImageKind, ImageSet};
pub use toy::{Bounds, Component, Gaussian, Mixture, Toy};
