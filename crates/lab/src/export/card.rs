//! A folder as model hubs have them.

use anyhow::{Context, Result};
use ganlet::checkpoint::Checkpoint;
use ganlet::model::{NetworkInfo, ViewAlone, views};
use serde_json::Value;

use super::layout::{self, Named};
use super::{NETWORK, project};

/// The folder's files: names and contents.
pub(super) fn files(checkpoint: &Checkpoint, metrics: &Value) -> Result<Vec<(String, Vec<u8>)>> {
    let config = project::config(checkpoint)?;
    let view = views(&checkpoint.config)?.into_iter().next();
    let view =
        view.context("this model has no view, so there is nothing to use its weights for")?;
    // For its networks, and the names of their states.
    let traced = ViewAlone::new(&checkpoint.config, &view, 1)?;
    let mut files = Vec::new();
    for network in &traced.networks {
        let weights = weights(checkpoint, &traced, network)?;
        let facts = [("format".into(), "pt".into())].into();
        let name = format!("{}.safetensors", network.name);
        files.push((name, layout::file(&weights, facts)?));
    }
    let readme = readme(checkpoint, &traced.networks, metrics);
    files.push(("config.json".into(), format!("{config:#}\n").into_bytes()));
    files.push(("network.py".into(), NETWORK.into()));
    files.push(("README.md".into(), readme.into_bytes()));
    Ok(files)
}

/// The weights that the model is used with, averaged ones where there are any, and running statistics.
fn weights(
    checkpoint: &Checkpoint,
    traced: &ViewAlone,
    network: &NetworkInfo,
) -> Result<Vec<Named>> {
    let state = |part: &str| project::floats(checkpoint, &traced.program, network, part);
    let used = match state("average")? {
        Some(average) => Some(average),
        None => state("params")?,
    };
    let mut tensors = layout::parts(network, &used.context("every network has parameters")?);
    if let Some(stats) = state("stats")? {
        let layers = project::layers(&checkpoint.config, network)?;
        tensors.extend(layout::statistics(network, &layers, &stats));
    }
    if let Some(vectors) = state("spectral")? {
        tensors.extend(layout::singular_vectors(network, &vectors));
    }
    Ok(tensors)
}

fn readme(checkpoint: &Checkpoint, networks: &[NetworkInfo], metrics: &Value) -> String {
    let config = &checkpoint.config;
    let (preset, step, seed) = (&config.preset, checkpoint.step, checkpoint.seed);
    let title = ganlet::preset::find(preset).map_or(preset.as_str(), |p| p.title.as_str());
    let rows: String = (metrics.as_object().into_iter().flatten())
        .map(|(name, value)| format!("| `{name}` | {value} |\n"))
        .collect();
    let files: String = (networks.iter())
        .map(|n| format!("| `{}.safetensors` | the network `{}` |\n", n.name, n.field))
        .collect();
    let first = networks.first().map_or("g", |network| network.name);
    let version = env!("CARGO_PKG_VERSION");
    format!(
        "---\nlibrary_name: pytorch\ntags:\n- {kind}\n- ganlet\n---\n\n# {title}\n\nA model of the kind `{kind}`, trained by Ganlet \
         {version} for {step} steps from seed {seed}, preset `{preset}`.\n\n## Measured\n\nBy `ganlet export`, from these weights. \
         Ganlet's documents say what each figure means.\n\n| metric | value |\n|---|---|\n{rows}\n## Files\n\n| file | holds \
         |\n|---|---|\n{files}| `config.json` | the experiment, and the layers of each network |\n| `network.py` | layers to PyTorch \
         |\n\n## Use\n\n```python\nimport json\nfrom safetensors.torch import load_file\nfrom network import Network\n\nspec = \
         json.load(open(\"config.json\"))[\"networks\"][\"{first}\"]\n{first} = Network(spec, \
         load_file(\"{first}.safetensors\"))\n```\n\nRows of numbers go in and come out, `[rows, numbers]`; images are rows with \
         channels last. Weights are laid out as those of `torch.nn`. Where an average of the weights was kept while training, these \
         are it.\n",
        kind = config.model.kind(),
    )
}
