//! What D makes of a label: it judges samples as members of a class, or it names their class beside its verdict.

use std::borrow::Cow;

use ganlet_core::Tensor;
use serde::{Deserialize, Serialize};

use super::draw::Made;
use super::{C, D, Gan, Opinion, Real};
use crate::config::{Layer, Network, one};
use crate::error::ConfigError;
use crate::layer::Features;
use crate::loss::Cost;
use crate::model::{Body, Classes, Look, NetworkSpec, Task, Trace};
use crate::tensor::{chosen, cross_entropy, join, one_hot};

/// Labels of the data. G takes them as a second input, which condition layers join.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Labels {
    /// Which attribute of the data, such as digit or glasses; the first where nothing is said.
    #[serde(default)]
    pub attribute: Option<String>,
    /// What D does with a label.
    #[serde(default)]
    pub condition: Condition,
    /// Whether G is told a class to make a sample of. If not, D alone learns classes, by `auxiliary` (tutorial, section 4.1).
    #[serde(default = "yes")]
    pub generator: bool,
    /// Factor on what naming classes costs the players, with `auxiliary`.
    #[serde(default = "one")]
    #[cfg_attr(feature = "schema", schemars(range(min = 0.0, max = 100.0)))]
    pub weight: f64,
}

impl Default for Labels {
    fn default() -> Self {
        Self {
            attribute: None,
            condition: Condition::default(),
            generator: yes(),
            weight: one(),
        }
    }
}

fn yes() -> bool {
    true
}

/// What D does with a label.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Condition {
    /// D takes the label as a second input, which its condition layers join (Mirza and Osindero 2014).
    #[default]
    Concat,
    /// D's logit gains the inner product of what enters its last layer with a vector of the label (Miyato and Koyama 2018,
    /// equation 4). It has no condition layers.
    Projection,
    /// D does not see the label: it names it, and G is to make samples whose class D can name (AC-GAN, Odena et al. 2017). It has
    /// no condition layers.
    Auxiliary,
}

/// What D is told of samples beside themselves.
#[derive(Clone)]
pub(super) struct Told {
    /// u32, `[batch, 1]`; of samples that G was not asked for a class of, none.
    pub(super) label: Option<Tensor>,
    /// The encoder's answer to them, or the noise they were made of.
    pub(super) latent: Option<Tensor>,
}

impl Told {
    pub(super) fn detach(self) -> Self {
        Self {
            latent: self.latent.map(|latent| latent.detach()),
            ..self
        }
    }

    /// Of these samples, and of others behind them.
    pub(super) fn and(&self, others: &Self) -> Self {
        let both = |a: &Option<Tensor>, b: &Option<Tensor>| {
            let rows = a.as_ref().zip(b.as_ref());
            rows.map(|(a, b)| Tensor::concat(&[a, b], 0))
        };
        Self {
            label: both(&self.label, &others.label),
            latent: both(&self.latent, &others.latent),
        }
    }
}

impl Gan {
    /// The classes of the labels, where there are some.
    pub(super) fn classes(&self, task: &Task<'_>) -> Result<Option<Classes>, ConfigError> {
        let classes = |attribute| task.classes("labels.attribute", attribute);
        (self.labels.as_ref())
            .map(|labels| classes(labels.attribute.as_deref()))
            .transpose()
    }

    /// As `classes`, once the config has been checked.
    pub(super) fn checked_classes(&self, task: &Task<'_>) -> Option<Classes> {
        self.classes(task).expect("checked with the config")
    }

    /// Whether D does this with labels.
    pub(super) fn conditions_by(&self, condition: Condition) -> bool {
        (self.labels.as_ref()).is_some_and(|labels| labels.condition == condition)
    }

    /// Whether G is told a label.
    pub(super) fn asks_for_classes(&self) -> bool {
        self.labels.as_ref().is_some_and(|labels| labels.generator)
    }

    /// Whether D has a logit for each class beside its verdict.
    pub(super) fn has_head(&self) -> bool {
        self.conditions_by(Condition::Projection) || self.conditions_by(Condition::Auxiliary)
    }

    /// Whether labels can be used so.
    pub(super) fn check_labels(&self) -> Result<(), ConfigError> {
        let Some(labels) = &self.labels else {
            return Ok(());
        };
        if !labels.generator && labels.condition != Condition::Auxiliary {
            return Err(ConfigError::new(
                "labels.generator",
                "D judges samples by their label, and those of a G that is told none have none",
                "set it to true, or labels.condition to auxiliary",
            ));
        }
        let mut layers = self.discriminator.layers.iter();
        let joins = layers.position(|layer| *layer == Layer::Condition);
        if let Some(i) = joins.filter(|_| self.has_head() && self.encoder.is_none()) {
            return Err(ConfigError::new(
                format!("discriminator.layers.{i}"),
                "labels join D here with the condition concat alone; the others ask what D's last layer starts from",
                "take this layer away, or set labels.condition to concat",
            ));
        }
        if labels.condition == Condition::Projection && self.cost == Cost::FeatureMatching {
            return Err(ConfigError::new(
                "cost",
                "feature matching compares what D's last layer starts from, and with projection D sees the label behind that: G \
                 would never hear of it",
                "use another cost, or set labels.condition to concat or auxiliary",
            ));
        }
        Ok(())
    }

    /// A dense layer of D beside its last one, with a logit for each class: from as many numbers as that starts from.
    pub(super) fn head(&self, features: usize, classes: usize) -> NetworkSpec<'_> {
        let layers = vec![Layer::Dense {
            units: classes,
            bias: self.conditions_by(Condition::Auxiliary),
        }];
        // Whatever is asked of all of D's weights is asked of these.
        let network = Network {
            layers,
            ..self.discriminator.clone()
        };
        NetworkSpec {
            name: C,
            field: "discriminator",
            body: Body::Layers(Cow::Owned(network)),
            optimizer: &self.d_optimizer,
            optimizer_field: "d_optimizer",
            input: vec![features],
            condition: 0,
            output: vec![classes],
            output_is: "a logit for every class",
            batches: 2,
            makes_samples: false,
        }
    }

    /// D's second input, which its condition layers join.
    fn joined(&self, task: &Task<'_>, told: &Told) -> Option<Tensor> {
        let label = || {
            let label = told.label.as_ref()?;
            Some(one_hot(label, self.checked_classes(task)?.names.len()))
        };
        let label = self.conditions_by(Condition::Concat).then(label).flatten();
        join([label, told.latent.clone()])
    }

    /// D's verdict where its network says so: with projection, a part of it is the label's.
    fn projected(
        &self,
        said: Features,
        told: &Told,
        head: impl FnOnce(&Tensor) -> Tensor,
    ) -> Features {
        let label = told.label.as_ref();
        match label.filter(|_| self.conditions_by(Condition::Projection)) {
            None => said,
            Some(label) => Features {
                output: &said.output + chosen(&head(&said.last), label),
                ..said
            },
        }
    }

    /// What D says of samples while training.
    pub(super) fn judge(&self, t: &Trace<'_>, x: &Tensor, told: &Told) -> Features {
        let said = t.features(D, x, self.joined(t.task(), told).as_ref());
        self.projected(said, told, |last| t.apply(C, last, None))
    }

    /// What D says of samples, in a pass that is none of the update's own.
    pub(super) fn probe(&self, t: &Trace<'_>, x: &Tensor, told: &Told) -> Tensor {
        let said = t.probe(D, x, self.joined(t.task(), told).as_ref());
        let head = |last: &Tensor| t.probe(C, last, None).output;
        self.projected(said, told, head).output
    }

    /// What D says of samples outside of training.
    pub(super) fn look(&self, look: &Look<'_>, x: &Tensor, told: &Told) -> Features {
        let said = look.features(D, x, self.joined(look.task(), told).as_ref());
        self.projected(said, told, |last| look.apply(C, last, None))
    }

    /// D's surprise at each label, in nats, `[batch, 1]`, where it is to name them.
    fn surprise(&self, t: &Trace<'_>, said: &Features, told: &Told) -> Option<Tensor> {
        let label = told.label.as_ref()?;
        let names = self.conditions_by(Condition::Auxiliary);
        names.then(|| cross_entropy(&t.apply(C, &said.last, None), label))
    }

    /// What G pays for each sample whose class D does not name, `[batch, 1]`: minus L_C of Odena et al. 2017, equation 3.
    pub(super) fn label_cost(&self, t: &Trace<'_>, fake: &Features, made: &Made) -> Option<Tensor> {
        let surprise = self.surprise(t, fake, &made.told)?;
        Some(surprise * t.hyper("labels.weight", self.labels.as_ref()?.weight))
    }

    /// What D pays for classes that it does not name, of data and of samples.
    pub(super) fn naming_cost(
        &self,
        t: &Trace<'_>,
        opinion: &Opinion,
        real: &Real,
        made: &Made,
    ) -> Option<Tensor> {
        let of_real = self.surprise(t, &opinion.real, &real.told)?.mean_all();
        let cost = match self.surprise(t, &opinion.fake, &made.told) {
            None => of_real,
            Some(of_fake) => of_real + of_fake.mean_all(),
        };
        Some(cost * t.hyper("labels.weight", self.labels.as_ref()?.weight))
    }

    /// Records D's surprise at the data's labels, where it is to name them.
    pub(super) fn record_labels(&self, t: &Trace<'_>, opinion: &Opinion, real: &Real) {
        if let Some(surprise) = self.surprise(t, &opinion.real, &real.told) {
            t.record("label_nats", &surprise.mean_all());
        }
    }
}
