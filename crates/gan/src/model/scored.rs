//! Samples with their scores in one answer: a picture of images takes one trip to the device.

use ganlet_core::Tensor;

use super::Model;
use super::describe::{InputKind, View, ViewKind};
use super::look::Look;

/// The view of decoded samples with their scores: of a model that has both, where a score hangs on nothing that the samples
/// were not decoded from.
pub(super) fn view(views: &[View]) -> Option<View> {
    let (decode, score) = parts(views)?;
    let known = |name: &str| decode.inputs.iter().any(|input| input.name == name);
    let others = score
        .inputs
        .iter()
        .filter(|input| input.kind != InputKind::Sample);
    others.map(|input| input.name).all(known).then(|| View {
        name: "scored",
        kind: ViewKind::Scored,
        inputs: decode.inputs.clone(),
        len: decode.len + 1,
        range: None,
    })
}

/// Its answer, `[rows, numbers + 1]`.
pub(super) fn trace(
    model: &dyn Model,
    look: &Look<'_>,
    views: &[View],
    inputs: &[Tensor],
) -> Tensor {
    let (decode, score) = parts(views).expect("there is such a view only of a model that has both");
    let samples = model.view(decode.name, look, inputs);
    let given = score.inputs.iter().map(|input| match input.kind {
        InputKind::Sample => samples.clone(),
        _ => {
            let at = decode
                .inputs
                .iter()
                .position(|other| other.name == input.name);
            inputs[at.expect("`view` looked for it")].clone()
        }
    });
    let scores = model.view(score.name, look, &given.collect::<Vec<_>>());
    Tensor::concat(&[&samples, &scores], 1)
}

fn parts(views: &[View]) -> Option<(&View, &View)> {
    let of = |kind: ViewKind| views.iter().find(|view| view.kind == kind);
    of(ViewKind::Decode).zip(of(ViewKind::Score))
}
