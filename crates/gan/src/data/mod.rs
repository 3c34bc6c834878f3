//! Data to learn from: toys whose density is known exactly, and images from files.

pub mod idx;
mod images;
pub mod mnist;
pub mod toy;

pub use images::{ImageView, Images};
pub use mnist::{Mnist, MnistFiles};
pub use toy::{Bounds, Component, Gaussian, Mixture, Toy};
