//! What G starts from and what it makes of it: noise, with labels and codes as its second input.

use ganlet_core::{DType, Tensor};

use super::labels::Told;
use super::{G, Gan};
use crate::model::{Look, Task, Trace};
use crate::tensor::{join, one_hot};

/// A generated minibatch and what it was made from.
pub(super) struct Made {
    /// As D sees them.
    pub(super) x: Tensor,
    /// As G made them, of `z` and its second input.
    pub(super) samples: Tensor,
    pub(super) z: Tensor,
    pub(super) for_g: Option<Tensor>,
    pub(super) told: Told,
    pub(super) codes: Option<Drawn>,
    /// Of words: the logarithm of the probability of each choice, where G's gradient goes by it.
    pub(super) log_p: Option<Tensor>,
}

/// Codes that were drawn.
pub(super) struct Drawn {
    /// u32, `[batch, 1]`.
    pub(super) category: Tensor,
    /// `[batch, continuous]`
    pub(super) continuous: Option<Tensor>,
}

impl Made {
    pub(super) fn detach(self) -> Self {
        Self {
            x: self.x.detach(),
            ..self
        }
    }
}

impl Gan {
    /// A generated minibatch from fresh noise, labels and codes.
    pub(super) fn make(&self, t: &Trace<'_>) -> Made {
        let batch = t.batch_size();
        let z = t.noise(&self.prior);
        let classes = self.asked_classes(t.task());
        let label = classes.map(|count| t.random().integers(&[batch, 1], count as u32));
        let codes = self.codes.as_ref().map(|codes| Drawn {
            category: t.random().integers(&[batch, 1], codes.categories as u32),
            continuous: (codes.continuous > 0)
                .then(|| t.random().uniform(&[batch, codes.continuous]) * 2.0 - 1.0),
        });
        let category = (self.codes.as_ref().zip(codes.as_ref()))
            .map(|(codes, drawn)| one_hot(&drawn.category, codes.categories));
        let continuous = codes.as_ref().and_then(|drawn| drawn.continuous.clone());
        let for_g = join([self.asked(t.task(), label.as_ref()), category, continuous]);
        let latent = self.encoder.as_ref().map(|_| z.clone());
        let output = t.apply(G, &z, for_g.as_ref());
        let (samples, log_p) = self.spoken(t.task(), output, t.random());
        Made {
            x: self.seen(t, &samples),
            samples,
            z,
            for_g,
            log_p,
            told: Told { label, latent },
            codes,
        }
    }

    /// Samples as D sees them while training, `[batch / packing, packing * numbers]`: through noise, and in packs, whose
    /// samples are channels of one image or stand side by side.
    pub(super) fn seen(&self, t: &Trace<'_>, x: &Tensor) -> Tensor {
        let x = &match self.instance_noise {
            Some(std) => x + t.random().normal(&x.shape()) * t.hyper("instance_noise", std),
            None => x.clone(),
        };
        if self.packing == 1 {
            return x.clone();
        }
        let channels = *t.task().sample.last().expect("a sample has axes");
        let pixels = t.task().sample_len() / channels;
        let packs = t.batch_size() / self.packing;
        x.reshape(&[packs, self.packing, pixels, channels])
            .permute(&[0, 2, 1, 3])
            .reshape(&[packs, x.numel() / packs])
    }

    /// How many classes G is asked for, where it is.
    fn asked_classes(&self, task: &Task<'_>) -> Option<usize> {
        let classes = self.checked_classes(task)?;
        self.asks_for_classes().then_some(classes.names.len())
    }

    /// Labels, u32 and `[rows, 1]`, as G sees them.
    fn asked(&self, task: &Task<'_>, labels: Option<&Tensor>) -> Option<Tensor> {
        Some(one_hot(labels?, self.asked_classes(task)?))
    }

    /// Samples from the inputs of the view that generates: z, and the label, the category, the continuous codes where there are
    /// any.
    pub(super) fn decode(&self, look: &Look<'_>, inputs: &[Tensor]) -> Tensor {
        let mut others = inputs[1..].iter();
        let label = (self.asks_for_classes())
            .then(|| Some(others.next()?.cast(DType::U32)))
            .flatten();
        let label = self.asked(look.task(), label.as_ref());
        let codes = self.codes.as_ref();
        let category = codes
            .and_then(|codes| Some(one_hot(&others.next()?.cast(DType::U32), codes.categories)));
        let continuous = codes
            .filter(|codes| codes.continuous > 0)
            .and_then(|_| others.next().cloned());
        let output = look.apply(G, &inputs[0], join([label, category, continuous]).as_ref());
        self.spoken(look.task(), output, look.random()).0
    }
}
