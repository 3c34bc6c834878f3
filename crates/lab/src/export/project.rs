//! A folder with `train.py`, which goes on training in PyTorch.

use std::collections::HashMap;

use anyhow::{Context, Result, bail};
use ganlet::ExperimentConfig;
use ganlet::checkpoint::Checkpoint;
use ganlet::config::Layer;
use ganlet::model::gan::Condition;
use ganlet::model::{Body, Dataset, ModelConfig, NetworkInfo, Role, Task, Traced};
use ganlet_core::program::StateDef;
use ganlet_core::{DType, Init, Program};
use safetensors::tensor::{Dtype, TensorView};
use serde_json::{Map, Value, json};

use super::layout::{self, Named};
use super::{NETWORK, TRAIN};

/// What an optimizer keeps of each parameter, and what is kept beside the parameters themselves.
const BUFFERS: [&str; 6] = ["params", "mean", "square", "velocity", "average", "history"];

/// How `train.py` comes by its network where it stands in this repository.
const IMPORT: &str = "from network import Network\n";

/// The folder's files: names and contents.
pub(super) fn files(
    checkpoint: &Checkpoint,
    dataset: &Dataset,
) -> Result<Vec<(&'static str, Vec<u8>)>> {
    check(checkpoint)?;
    let traced = Traced::new(&checkpoint.config, dataset, checkpoint.seed, u64::MAX)?;
    let config = config(checkpoint)?;
    Ok(vec![
        ("config.json", format!("{config:#}\n").into_bytes()),
        ("model.safetensors", model(checkpoint, &traced)?),
        ("data.safetensors", data(&traced)?),
        ("train.py", train().into_bytes()),
    ])
}

/// One script: the network stands where it is imported.
fn train() -> String {
    let (_, network) = (NETWORK.split_once("\n\n\n")).expect("functions follow the imports");
    TRAIN.replace(IMPORT, &format!("\n\n{network}"))
}

/// Whether `train.py` can do what the config asks for.
fn check(checkpoint: &Checkpoint) -> Result<()> {
    let config = &checkpoint.config;
    let whole = serde_json::to_value(config)?;
    let asked = match &config.model {
        ModelConfig::Gan(gan) => {
            let cost = serde_json::to_value(gan.cost)?;
            let known = [
                "minimax",
                "non_saturating",
                "maximum_likelihood",
                "least_squares",
                "hinge",
                "wasserstein",
            ];
            let cases = [
                ("cost", !known.iter().any(|name| cost == *name)),
                (
                    "labels.condition",
                    (gan.labels.as_ref()).is_some_and(|l| l.condition != Condition::Concat),
                ),
                ("fake_label", gan.fake_label > 0.0),
                ("codes", gan.codes.is_some()),
                ("encoder", gan.encoder.is_some()),
                ("instance_noise", gan.instance_noise.is_some()),
                ("packing", gan.packing > 1),
                ("spread", gan.spread.is_some()),
                ("weight_penalty", gan.weight_penalty.is_some()),
                ("words", gan.words.is_some()),
                ("schedule.unrolled_steps", gan.schedule.unrolled_steps > 0),
                (
                    "schedule.order",
                    whole["schedule"]["order"] != "alternating",
                ),
            ];
            cases
                .into_iter()
                .find(|(_, used)| *used)
                .map(|(field, _)| field)
        }
        ModelConfig::Vae(_) => None,
        // What other kinds do when they train is not in the script.
        _ => Some("model"),
    };
    if let Some(field) = asked {
        bail!(
            "field `{field}`: train.py does not have this part of Ganlet's games; take a model without it, or take this one away \
             with --onnx or --hub"
        );
    }
    for network in config.model.model().networks(&Task::new(&config.common))? {
        let Body::Layers(body) = network.body else {
            continue;
        };
        if body.data_init && checkpoint.step == 0 {
            bail!(
                "field `{}.data_init`: train.py does not start from data; take a checkpoint after the first step",
                network.field
            );
        }
        let foreign = |layer: &Layer| {
            matches!(
                layer,
                Layer::MinibatchDiscrimination { .. }
                    | Layer::LayerNorm { .. }
                    | Layer::InstanceNorm { .. }
                    | Layer::ReferenceBatchNorm { .. }
                    | Layer::VirtualBatchNorm { .. }
            )
        };
        if let Some(index) = body.layers.iter().position(foreign) {
            bail!(
                "field `{}.layers.{index}`: train.py does not have {}; take a model without it, or take this one away with --onnx \
                 or --hub",
                network.field,
                body.layers[index].kind()
            );
        }
    }
    Ok(())
}

/// The experiment with what of it Python needs to know, and its networks by name.
pub(super) fn config(checkpoint: &Checkpoint) -> Result<Value> {
    let config = &checkpoint.config;
    let mut whole = serde_json::to_value(config)?;
    let task = Task::new(&config.common);
    let mut networks = Map::new();
    for spec in config.model.model().networks(&task)? {
        let mut network = match spec.body {
            Body::Layers(layers) => serde_json::to_value(layers)?,
            Body::Parameters { .. } => json!({ "layers": [] }),
        };
        network["input"] = json!(spec.input);
        network["optimizer"] = serde_json::to_value(spec.optimizer)?;
        networks.insert(spec.name.into(), network);
    }
    let labels = config.gan().and_then(|gan| gan.labels.as_ref());
    let classes = labels
        .map(|labels| task.classes("labels.attribute", labels.attribute.as_deref()))
        .transpose()?;
    whole["model"] = json!(config.model.kind());
    whole["networks"] = Value::Object(networks);
    whole["classes"] = json!(classes.as_ref().map(|classes| classes.names.len()));
    whole["label_column"] = json!(classes.as_ref().map(|classes| classes.attribute));
    whole["seed"] = json!(checkpoint.seed);
    Ok(whole)
}

/// The layers of a network.
pub(super) fn layers(config: &ExperimentConfig, network: &NetworkInfo) -> Result<Vec<Layer>> {
    let specs = config.model.model().networks(&Task::new(&config.common))?;
    let spec = specs.into_iter().find(|spec| spec.name == network.name);
    Ok(match spec.map(|spec| spec.body) {
        Some(Body::Layers(body)) => body.layers.clone(),
        _ => vec![],
    })
}

/// A state of a network's as the checkpoint has it, where it is one of floats and there is one.
pub(super) fn floats(
    checkpoint: &Checkpoint,
    program: &Program,
    network: &NetworkInfo,
    part: &str,
) -> Result<Option<Vec<f32>>> {
    let name = format!("{}.{part}", network.name);
    let Some(index) = program.state(&name) else {
        return Ok(None);
    };
    let bytes = checkpoint.contents(&program.states[index])?;
    let words = bytes.as_chunks::<4>().0.iter();
    Ok(Some(words.map(|&word| f32::from_le_bytes(word)).collect()))
}

/// Weights, running buffers of the optimizers, statistics: `NETWORK.GROUP.PARAMETER`.
fn model(checkpoint: &Checkpoint, traced: &Traced) -> Result<Vec<u8>> {
    let mut tensors: Vec<Named> = Vec::new();
    for network in &traced.networks {
        let state = |part: &str| floats(checkpoint, &traced.program, network, part);
        for buffer in BUFFERS {
            if let Some(flat) = state(buffer)? {
                let prefix = format!("{}.{buffer}.", network.name);
                let parts = layout::parts(network, &flat).into_iter();
                tensors.extend(parts.map(|part| part.under(&prefix)));
            }
        }
        let layers = layers(&checkpoint.config, network)?;
        let kept = [
            state("stats")?.map(|flat| layout::statistics(network, &layers, &flat)),
            state("spectral")?.map(|flat| layout::singular_vectors(network, &flat)),
        ];
        let prefix = format!("{}.kept.", network.name);
        tensors.extend(
            kept.into_iter()
                .flatten()
                .flatten()
                .map(|part| part.under(&prefix)),
        );
        tensors.push(Named {
            name: format!("{}.updates", network.name),
            shape: vec![],
            values: state("updates")?.context("every optimizer counts")?,
        });
    }
    let facts = HashMap::from([("step".into(), checkpoint.step.to_string())]);
    Ok(layout::file(&tensors, facts)?)
}

/// What the data set gives.
fn data(traced: &Traced) -> Result<Vec<u8>> {
    let states = traced.program.states.iter();
    let states = states.filter(|state| traced.role(state) == Role::Data);
    let held: Vec<(&StateDef, Vec<u8>)> = states
        .map(|state| {
            let len = state.shape.iter().product();
            let bytes = match &state.init {
                Init::Bytes(bytes) => bytes.to_vec(),
                Init::Zeros => vec![0; state.dtype.bytes(len)],
            };
            (state, bytes)
        })
        .collect();
    let views = (held.iter())
        .map(|(state, bytes)| {
            let dtype = match state.dtype {
                DType::U8 => Dtype::U8,
                DType::F32 => Dtype::F32,
                DType::U32 | DType::Bool => Dtype::U32,
            };
            // Bytes are packed in whole words.
            let len = state.shape.iter().product::<usize>() * dtype.bitsize() / 8;
            let view = TensorView::new(dtype, state.shape.clone(), &bytes[..len])?;
            Ok((state.name.as_str(), view))
        })
        .collect::<Result<Vec<_>>>()?;
    Ok(safetensors::serialize(views, None)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_script_does_not_have_is_refused_by_name() {
        let refused_after = |step: u64, changes: Value| {
            let mut config = json!({ "preset": "ring" });
            config
                .as_object_mut()
                .unwrap()
                .extend(changes.as_object().unwrap().clone());
            let config = ExperimentConfig::parse(&config.to_string()).unwrap();
            let traced = Traced::new(&config, &Dataset::None, 0, u64::MAX).unwrap();
            let checkpoint = Checkpoint::new(config, 0, step, &traced, vec![]);
            check(&checkpoint).err().map(|error| error.to_string())
        };
        let refused = |changes: Value| refused_after(0, changes);
        assert_eq!(refused(json!({})), None);
        for (field, value) in [
            ("fake_label", json!(0.1)),
            ("spread", json!({ "kind": "mode_seeking", "weight": 1.0 })),
            ("weight_penalty", json!({ "weight": 0.01 })),
            ("instance_noise", json!(0.1)),
            ("packing", json!(2)),
        ] {
            let said = refused(json!({ field: value })).unwrap();
            assert!(said.starts_with(&format!("field `{field}`")), "{said}");
        }
        let layers = json!([{ "kind": "dense", "units": 1 }]);
        let from_data = json!({ "discriminator": { "data_init": true, "layers": layers } });
        let said = refused(from_data.clone()).unwrap();
        assert!(
            said.starts_with("field `discriminator.data_init`"),
            "{said}"
        );
        assert_eq!(refused_after(1, from_data), None);
    }

    #[test]
    fn the_script_holds_its_network() {
        let script = train();
        assert!(!script.contains(IMPORT));
        assert!(script.contains("\n\n\nclass Network:\n"));
    }
}
