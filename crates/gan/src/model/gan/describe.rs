//! What a game declares: networks, updates, views, metrics and the diagram, by which parts it has.

use super::labels::Condition;
use super::{
    C, CLASSIFY, Codes, D, DISCRIMINATE, E, ENCODE, G, GENERATE, Gan, Order, Q, READ_CODE,
    RECONSTRUCT, Schedule,
};
use crate::config::{Layer, Monitor};
use crate::error::ConfigError;
use crate::layer::Stack;
use crate::loss::cost;
use crate::model::{
    Arrow, Block, Body, Chart, Colour, Diagram, Input, InputKind, Metric, NetworkSpec, Task,
    Update, View, ViewKind,
};

impl Schedule {
    pub(super) fn validate(&self) -> Result<(), ConfigError> {
        if self.order == Order::Simultaneous && self.d_steps != 1 {
            return Err(ConfigError::new(
                "schedule.d_steps",
                format!("{} updates of D in a simultaneous step", self.d_steps),
                "use 1, or alternating order",
            ));
        }
        if self.order == Order::Simultaneous && self.unrolled_steps != 0 {
            return Err(ConfigError::new(
                "schedule.unrolled_steps",
                "in a simultaneous step G answers to the D that both start from, not to one that has moved on",
                "use 0, or alternating order",
            ));
        }
        Ok(())
    }
}

impl Codes {
    /// Numbers that G sees: one for each category, one for each continuous code. Q ends with as many.
    fn len(&self) -> usize {
        self.categories + self.continuous
    }
}

impl Gan {
    /// Whether D can judge samples so.
    pub(super) fn check_judged(&self, task: &Task<'_>) -> Result<(), ConfigError> {
        if !task.batch.is_multiple_of(self.packing) {
            return Err(ConfigError::new(
                "packing",
                format!(
                    "packs of {} do not come out even in a batch of {}",
                    self.packing, task.batch
                ),
                "use a packing that divides the batch",
            ));
        }
        let second = [
            ("labels", self.labels.is_some()),
            ("codes", self.codes.is_some()),
            ("encoder", self.encoder.is_some()),
        ];
        let second = second.iter().find(|(_, there)| *there);
        if let Some((part, _)) = second.filter(|_| self.packing > 1) {
            return Err(ConfigError::new(
                "packing",
                format!("D judges packs of samples, and {part} belong to one sample each"),
                format!("use a packing of 1, or take {part} away"),
            ));
        }
        let mut layers = self.generator.layers.iter();
        let compares = |layer: &Layer| {
            matches!(
                layer,
                Layer::MinibatchStd | Layer::MinibatchDiscrimination { .. }
            )
        };
        if let Some(i) = layers.position(compares) {
            return Err(ConfigError::new(
                format!("generator.layers.{i}"),
                "this layer tells D how the samples of a batch differ; G makes each of its own noise",
                "put it in the discriminator",
            ));
        }
        if self.encoder.is_some() && cost::compares(self.cost) {
            return Err(ConfigError::new(
                "cost",
                "an encoder minimizes the mirror image of G's cost, and this one compares samples with data already",
                "use another cost, or take the encoder away",
            ));
        }
        Ok(())
    }

    pub(super) fn describe_networks(
        &self,
        task: &Task<'_>,
    ) -> Result<Vec<NetworkSpec<'_>>, ConfigError> {
        let classes = self.classes(task)?.map_or(0, |classes| classes.names.len());
        let asked = if self.asks_for_classes() { classes } else { 0 };
        let joins = self.conditions_by(Condition::Concat);
        let joined = if joins { classes } else { 0 };
        let words = self.word_count(task)?;
        let codes = self.codes.as_ref().map_or(0, Codes::len);
        let latent = self.encoder.as_ref().map_or(0, |_| self.prior.dim);
        let mut judged = task.sample.clone();
        *judged.last_mut().expect("a sample has axes") *= self.packing;
        let mut networks = vec![
            NetworkSpec {
                name: G,
                field: "generator",
                body: Body::from(&self.generator),
                optimizer: &self.g_optimizer,
                optimizer_field: "g_optimizer",
                input: vec![self.prior.dim],
                condition: asked + codes,
                output: words.map_or(task.sample.clone(), |count| vec![count]),
                output_is: match words {
                    None => "a sample of the data",
                    Some(_) => "a logit for each word, that is for each cluster of the data,",
                },
                batches: 1,
                makes_samples: words.is_none(),
            },
            NetworkSpec {
                name: D,
                field: "discriminator",
                body: Body::from(&self.discriminator),
                optimizer: &self.d_optimizer,
                optimizer_field: "d_optimizer",
                input: judged,
                condition: joined + latent,
                output: vec![1],
                output_is: "D's score of a sample",
                // Real and generated samples may go through D as one batch.
                batches: 2,
                makes_samples: false,
            },
        ];
        // What Q and the classes' logits start from.
        let trunk = || {
            let (network, field) = (&self.discriminator, "discriminator");
            let trunk = Stack::new(field, network, &task.sample, joined + latent)?;
            Ok::<_, ConfigError>(trunk.last_len)
        };
        if self.has_head() {
            networks.push(self.head(trunk()?, classes));
        }
        if let Some(codes) = &self.codes {
            networks.push(NetworkSpec {
                name: Q,
                field: "codes.network",
                body: Body::from(&codes.network),
                optimizer: &codes.optimizer,
                optimizer_field: "codes.optimizer",
                input: vec![trunk()?],
                condition: 0,
                output: vec![codes.len()],
                output_is: "the code, a logit for each category and a mean for each continuous one,",
                batches: 1,
                makes_samples: false,
            });
        }
        if let Some(encoder) = &self.encoder {
            networks.push(NetworkSpec {
                name: E,
                field: "encoder.network",
                body: Body::from(&encoder.network),
                optimizer: &encoder.optimizer,
                optimizer_field: "encoder.optimizer",
                input: task.sample.clone(),
                condition: encoder.noise,
                output: vec![self.prior.dim],
                output_is: "a latent",
                batches: 1,
                makes_samples: false,
            });
        }
        Ok(networks)
    }

    pub(super) fn describe_updates(&self) -> Vec<Update> {
        let (mut with_d, mut with_g) = (vec![D], vec![G]);
        with_d.extend(self.has_head().then_some(C));
        with_d.extend(self.codes.as_ref().map(|_| Q));
        with_g.extend(self.encoder.as_ref().map(|_| E));
        let d_title = if self.codes.is_some() {
            "Update D and Q"
        } else {
            "Update D"
        };
        let g_title = if self.encoder.is_some() {
            "Update G and E"
        } else {
            "Update G"
        };
        let update = |name, title, networks, times| Update {
            name,
            title,
            networks,
            times,
        };
        vec![
            update(D, d_title, with_d, self.schedule.d_steps),
            update(G, g_title, with_g, 1),
        ]
    }

    pub(super) fn describe_views(&self, task: &Task<'_>) -> Result<Vec<View>, ConfigError> {
        let noise = Input::noise(&self.prior);
        let sample = Input::sample(task);
        let classes = self.classes(task)?.map(|classes| classes.names);
        let label = classes.clone().map(|classes| Input {
            name: "label",
            len: 1,
            kind: InputKind::Label { classes },
        });
        let asked = label.clone().filter(|_| self.asks_for_classes());
        let names = self.conditions_by(Condition::Auxiliary);
        let judged = [label.filter(|_| !names)];
        let codes = self.codes.as_ref();
        let category = codes.map(|codes| Input {
            name: "category",
            len: 1,
            kind: InputKind::Category {
                count: codes.categories,
            },
        });
        let continuous = codes
            .filter(|codes| codes.continuous > 0)
            .map(|codes| Input {
                name: "code",
                len: codes.continuous,
                kind: InputKind::Code,
            });
        let made_from = [asked, category, continuous];
        let view = |name, kind, first: &Input, others: &[Option<Input>], len| View {
            name,
            kind,
            inputs: [first.clone()]
                .into_iter()
                .chain(others.iter().flatten().cloned())
                .collect(),
            len,
            range: None,
        };
        let mut views = vec![view(
            GENERATE,
            ViewKind::Decode,
            &noise,
            &made_from,
            task.sample_len(),
        )];
        // D that judges packs has no opinion of one sample.
        if self.packing == 1 {
            views.push(View {
                range: cost::is_probability(self.cost).then_some([0.0, 1.0]),
                ..view(DISCRIMINATE, ViewKind::Score, &sample, &judged, 1)
            });
        }
        if let Some(codes) = codes {
            views.push(View {
                range: Some([0.0, 1.0]),
                ..view(
                    READ_CODE,
                    ViewKind::Classify,
                    &sample,
                    &judged,
                    codes.categories,
                )
            });
        }
        if let Some(classes) = classes.filter(|_| names) {
            views.push(View {
                range: Some([0.0, 1.0]),
                ..view(CLASSIFY, ViewKind::Classify, &sample, &[], classes.len())
            });
        }
        if self.encoder.is_some() {
            views.push(view(ENCODE, ViewKind::Encode, &sample, &[], self.prior.dim));
            views.push(view(
                RECONSTRUCT,
                ViewKind::Reconstruct,
                &sample,
                &made_from,
                task.sample_len(),
            ));
        }
        Ok(views)
    }

    pub(super) fn describe_metrics(&self, task: &Task<'_>) -> Vec<Metric> {
        let metric = |name, title, chart, colour| Metric::new(name, title, "", chart, colour);
        let mut metrics = vec![
            metric("d_loss", "Loss of D", Chart::Loss, Colour::Discriminator),
            metric("g_loss", "Loss of G", Chart::Loss, Colour::Generator),
        ];
        if task.monitor == Monitor::Full {
            metrics.extend([
                metric("d_real", "D on real data", Chart::Score, Colour::Real),
                metric("d_fake", "D on samples", Chart::Score, Colour::Fake),
                metric(
                    "d_grad_norm",
                    "Gradient of D",
                    Chart::Gradient,
                    Colour::Discriminator,
                ),
                metric(
                    "g_grad_norm",
                    "Gradient of G",
                    Chart::Gradient,
                    Colour::Generator,
                ),
            ]);
            if self.conditions_by(Condition::Auxiliary) {
                let title = "Surprise at the labels";
                let label_nats = metric("label_nats", title, Chart::Other, Colour::Discriminator);
                metrics.push(Metric {
                    unit: "nats",
                    ..label_nats
                });
            }
            if self.takes_path_lengths() {
                let title = "How unevenly samples move with their noise";
                let chart = Chart::Other;
                metrics.push(metric("path_length_cv", title, chart, Colour::Generator));
            }
            if self.weight_penalty.is_some() {
                let title = "Penalty on D's weights";
                let weight = metric("weight_penalty", title, Chart::Other, Colour::Discriminator);
                metrics.push(weight);
            }
            if self.held_accuracy().is_some() {
                let title = "Verdicts of D that are right";
                let accuracy = metric("d_accuracy", title, Chart::Other, Colour::Discriminator);
                metrics.push(accuracy);
            }
            if self.codes.is_some() {
                let title = "What Q knows of the category";
                let code_nats = metric("code_nats", title, Chart::Other, Colour::Third);
                metrics.push(Metric {
                    unit: "nats",
                    ..code_nats
                });
            }
        }
        metrics
    }

    pub(super) fn describe_diagram(&self) -> Diagram {
        let block = Block::new;
        let arrow = Arrow::new;
        let mut blocks = vec![
            block("noise", "Noise", "prior", None, Colour::Neutral),
            block(G, "Generator", "generator", None, Colour::Generator),
            block(
                "samples",
                "Samples",
                "generator",
                Some(GENERATE),
                Colour::Fake,
            ),
            block("data", "Real data", "data", None, Colour::Real),
            block(
                D,
                "Discriminator",
                "discriminator",
                (self.packing == 1).then_some(DISCRIMINATE),
                Colour::Discriminator,
            ),
        ];
        let mut arrows = vec![
            arrow("noise", G, &[]),
            arrow(G, "samples", &[G]),
            arrow("samples", D, &[G]),
            arrow("data", D, &[]),
        ];
        if self.labels.is_some() {
            blocks.push(block("label", "Label", "labels", None, Colour::Neutral));
            arrows.extend(self.asks_for_classes().then(|| arrow("label", G, &[])));
            arrows.push(arrow("label", D, &[]));
        }
        if self.codes.is_some() {
            blocks.push(block("codes", "Codes", "codes", None, Colour::Neutral));
            blocks.push(block(
                Q,
                "Code reader",
                "codes.network",
                Some(READ_CODE),
                Colour::Third,
            ));
            arrows.extend([arrow("codes", G, &[]), arrow(D, Q, &[D, G])]);
        }
        if self.encoder.is_some() {
            blocks.push(block(
                E,
                "Encoder",
                "encoder.network",
                Some(ENCODE),
                Colour::Third,
            ));
            arrows.extend([
                arrow("data", E, &[]),
                arrow(E, D, &[G]),
                arrow("noise", D, &[]),
            ]);
        }
        Diagram { blocks, arrows }
    }
}
