//! Which few images have a label that a model learns from.

use ganlet_core::random::threefry2x32;

use crate::data::Images;
use crate::error::ConfigError;

/// The few samples of the data whose labels a model learns from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Labelled {
    /// How many, as many of every class of the first attribute; the config's field `labels`.
    pub count: usize,
    /// Which ones these are.
    pub seed: u32,
}

impl Labelled {
    /// Their numbers among the first `learned` of `images`.
    pub(super) fn choose(self, images: &Images, learned: usize) -> Result<Vec<f32>, ConfigError> {
        let attribute = &images.attributes[0];
        let each = self.count / attribute.classes.len();
        let mut chosen = Vec::with_capacity(self.count);
        for (class, name) in attribute.classes.iter().enumerate() {
            let is_one = |&image: &usize| usize::from(images.label(image, 0)) == class;
            let mut found: Vec<usize> = (0..learned).filter(is_one).collect();
            if found.len() < each {
                return Err(ConfigError::new(
                    "labels",
                    format!(
                        "{} labels are {each} of every class, and of {} {name} there are {} images",
                        self.count,
                        attribute.name,
                        found.len()
                    ),
                    "use fewer labels, or more images",
                ));
            }
            for count in 0..each {
                let [word, _] = threefry2x32([self.seed, class as u32], [count as u32, 0]);
                chosen.push(found.swap_remove(word as usize % found.len()) as f32);
            }
        }
        Ok(chosen)
    }
}
