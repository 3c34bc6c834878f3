//! Parameters of networks as PyTorch lays them out, by name.

use ganlet::config::Layer;
use ganlet::layer::{Order, Param, ParamKind};
use ganlet::model::NetworkInfo;
use safetensors::SafeTensorError;
use safetensors::tensor::{Dtype, TensorView};
use std::collections::HashMap;

/// A tensor of floats with a name.
#[derive(Debug, PartialEq)]
pub(super) struct Named {
    pub(super) name: String,
    pub(super) shape: Vec<usize>,
    pub(super) values: Vec<f32>,
}

impl Named {
    fn bytes(&self) -> Vec<u8> {
        self.values.iter().flat_map(|x| x.to_le_bytes()).collect()
    }

    /// Under a name with this before it.
    pub(super) fn under(self, prefix: &str) -> Self {
        Self {
            name: format!("{prefix}{}", self.name),
            ..self
        }
    }
}

/// A safetensors file.
pub(super) fn file(
    tensors: &[Named],
    facts: HashMap<String, String>,
) -> Result<Vec<u8>, SafeTensorError> {
    let bytes: Vec<Vec<u8>> = tensors.iter().map(Named::bytes).collect();
    let views = (tensors.iter().zip(&bytes))
        .map(|(t, bytes)| {
            let view = TensorView::new(Dtype::F32, t.shape.clone(), bytes)?;
            Ok((t.name.as_str(), view))
        })
        .collect::<Result<Vec<_>, SafeTensorError>>()?;
    safetensors::serialize(views, Some(facts))
}

/// The parts of a flat buffer that has a number for each parameter: the parameters, or what an optimizer keeps of each.
pub(super) fn parts(network: &NetworkInfo, flat: &[f32]) -> Vec<Named> {
    let of = |param: &Param| {
        let values = &flat[param.offset..param.offset + param.len()];
        let (shape, values) = laid_out(param, values);
        let name = named(&param.name);
        Named {
            name,
            shape,
            values,
        }
    };
    network.params.iter().map(of).collect()
}

/// What PyTorch's layers call it.
fn named(param: &str) -> String {
    match param.rsplit_once('.') {
        Some((layer, "scale")) => format!("{layer}.weight"),
        Some((layer, "shift")) => format!("{layer}.bias"),
        _ => param.into(),
    }
}

/// Running statistics by the layer that keeps them: two of each batch norm, one of what `minibatch_std` finds; of networks with other
/// layers that compare samples, whole.
pub(super) fn statistics(network: &NetworkInfo, layers: &[Layer], flat: &[f32]) -> Vec<Named> {
    let mut parts: Vec<Named> = Vec::new();
    let mut rest = flat;
    let mut keep = |name: String, len: usize| {
        let (values, after) = rest.split_at(len);
        rest = after;
        parts.push(Named {
            name,
            shape: vec![len],
            values: values.to_vec(),
        });
    };
    for (index, layer) in layers.iter().enumerate() {
        match layer {
            Layer::MinibatchStd => keep(format!("{index}.minibatch_std.running_std"), 1),
            Layer::BatchNorm { .. } | Layer::Residual { .. } => {
                let place = format!("{index}.");
                for scale in &network.params {
                    let norm = scale.name.strip_suffix(".scale");
                    if let Some(norm) = norm.filter(|norm| norm.starts_with(&place)) {
                        keep(format!("{norm}.running_mean"), scale.len());
                        keep(format!("{norm}.running_var"), scale.len());
                    }
                }
            }
            _ => {}
        }
    }
    if rest.is_empty() {
        return parts;
    }
    vec![Named {
        name: "statistics".into(),
        shape: vec![flat.len()],
        values: flat.to_vec(),
    }]
}

/// Estimates of spectral norm: a singular vector for each weight, of its outputs.
pub(super) fn singular_vectors(network: &NetworkInfo, flat: &[f32]) -> Vec<Named> {
    let mut rest = flat;
    let weights = network.params.iter().filter_map(|param| match param.kind {
        ParamKind::Weight { .. } => Some((&param.name, *param.shape.last()?)),
        ParamKind::Shift | ParamKind::Scale => None,
    });
    let of = |(name, outputs): (&String, usize)| {
        let (values, after) = rest.split_at(outputs);
        rest = after;
        Named {
            name: format!("{name}_u"),
            shape: vec![outputs],
            values: values.to_vec(),
        }
    };
    weights.map(of).collect()
}

/// Outputs first, then inputs, then the kernel's rows and columns; that of a transposed convolution has its inputs first and is
/// not turned.
fn laid_out(param: &Param, values: &[f32]) -> (Vec<usize>, Vec<f32>) {
    let ParamKind::Weight { order, .. } = &param.kind else {
        return (param.shape.clone(), values.to_vec());
    };
    let (shape, places) = match (order, param.shape.as_slice()) {
        (Order::Dense { .. }, &[inputs, outputs]) => {
            let place = |i: usize| i % outputs * inputs + i / outputs;
            (
                vec![outputs, inputs],
                (0..values.len()).map(place).collect(),
            )
        }
        (Order::Conv, &[rows, columns, inputs, outputs]) => {
            let shape = vec![outputs, inputs, rows, columns];
            (shape, order.places(&param.shape))
        }
        (Order::ConvTranspose, &[rows, columns, inputs, outputs]) => {
            let shape = vec![inputs, outputs, rows, columns];
            (shape, order.places(&param.shape))
        }
        _ => return (param.shape.clone(), values.to_vec()),
    };
    let mut moved = vec![0.0; values.len()];
    for (&value, place) in values.iter().zip(places) {
        moved[place] = value;
    }
    (shape, moved)
}

#[cfg(test)]
mod tests {
    use super::*;
    use ganlet::config::Network;
    use ganlet::layer::Stack;

    fn laid(shape: [usize; 4], order: Order) -> (Vec<usize>, Vec<f32>) {
        let param = Param {
            name: "0.weight".into(),
            shape: shape.to_vec(),
            offset: 0,
            kind: ParamKind::Weight {
                fan_in: 1,
                fan_out: 1,
                order,
            },
        };
        let values: Vec<f32> = (0..param.len()).map(|i| i as f32).collect();
        laid_out(&param, &values)
    }

    #[test]
    fn statistics_are_named_after_the_layer_that_keeps_them() {
        let network: Network = serde_json::from_value(serde_json::json!({
            "weight_norm": 1, "learned_lengths": true,
            "layers": [
                { "kind": "dense", "units": 2 },
                { "kind": "batch_norm" },
                { "kind": "minibatch_std" },
                { "kind": "dense", "units": 1 },
            ],
        }))
        .unwrap();
        let stack = Stack::new("discriminator", &network, &[3], 0).unwrap();
        let info = NetworkInfo {
            name: "d",
            field: "discriminator",
            params: stack.params,
            makes_samples: false,
        };
        let found = statistics(&info, &network.layers, &[1.0, 2.0, 3.0, 4.0, 5.0]);
        let found: Vec<_> = (found.iter())
            .map(|part| (part.name.as_str(), part.values.as_slice()))
            .collect();
        let expected: [(&str, &[f32]); 3] = [
            ("1.batch_norm.running_mean", &[1.0, 2.0]),
            ("1.batch_norm.running_var", &[3.0, 4.0]),
            ("2.minibatch_std.running_std", &[5.0]),
        ];
        assert_eq!(found, expected);
    }

    #[test]
    fn kernels_have_their_outputs_first_and_those_of_transposes_their_inputs() {
        // One row of two pixels, one input, three outputs: pixel, output.
        let (shape, values) = laid([1, 2, 1, 3], Order::Conv);
        assert_eq!(shape, [3, 1, 1, 2]);
        assert_eq!(values, [0.0, 3.0, 1.0, 4.0, 2.0, 5.0]);
        let (shape, values) = laid([1, 2, 1, 3], Order::ConvTranspose);
        assert_eq!(shape, [1, 3, 1, 2]);
        assert_eq!(values, [3.0, 0.0, 4.0, 1.0, 5.0, 2.0]);
    }
}
