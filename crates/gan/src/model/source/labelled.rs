//! Which few images have a label that a model learns from.

use rand::SeedableRng;
use rand::seq::index::sample as choose;
use rand_chacha::ChaCha8Rng;

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
        let mut rng = ChaCha8Rng::seed_from_u64(u64::from(self.seed));
        let mut chosen = Vec::with_capacity(self.count);
        for (class, name) in attribute.classes.iter().enumerate() {
            let is_one = |&image: &usize| usize::from(images.label(image, 0)) == class;
            let found: Vec<usize> = (0..learned).filter(is_one).collect();
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
            let some = choose(&mut rng, found.len(), each);
            chosen.extend(some.into_iter().map(|i| found[i] as f32));
        }
        Ok(chosen)
    }
}
