//! Compositions of tensor operations that several models and metrics share.

use ganlet_core::{DType, Tensor};

/// `e^a / sum e^a` along rows `[n, classes]`, with the largest `a` taken away first, so that nothing overflows.
pub(crate) fn softmax(a: &Tensor) -> Tensor {
    let powers = (a - a.max_along(&[1]).detach()).exp();
    let sum = powers.sum(&[1]);
    powers / sum
}

/// `log sum e^a` of each row, `[n, 1]`, with the largest `a` taken away first.
pub(crate) fn log_sum_exp(a: &Tensor) -> Tensor {
    let top = a.max_along(&[1]).detach();
    (a - &top).exp().sum(&[1]).log() + top
}

/// `a[label]` of each row, `[n, 1]`; `labels` are u32, `[n, 1]`.
pub(crate) fn chosen(a: &Tensor, labels: &Tensor) -> Tensor {
    let others = a.constant_like(0.0);
    let here = a.iota_like(&a.shape(), 1).equal(labels);
    here.select(a, &others).sum(&[1])
}

/// `log sum e^a - a[label]` of each row, `[n, 1]`; `labels` are u32, `[n, 1]`.
pub(crate) fn cross_entropy(a: &Tensor, labels: &Tensor) -> Tensor {
    log_sum_exp(a) - chosen(a, labels)
}

/// Rows `[n, classes]` of 0 with a 1 at each label; `labels` are u32, `[n, 1]`.
pub(crate) fn one_hot(labels: &Tensor, classes: usize) -> Tensor {
    let rows = labels.shape()[0];
    labels
        .iota_like(&[rows, classes], 1)
        .equal(labels)
        .cast(DType::F32)
}

/// Rows side by side, of those that there are; nothing where there are none.
pub(crate) fn join<const N: usize>(parts: [Option<Tensor>; N]) -> Option<Tensor> {
    let parts: Vec<&Tensor> = parts.iter().flatten().collect();
    match parts[..] {
        [] => None,
        [one] => Some(one.clone()),
        _ => Some(Tensor::concat(&parts, 1)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ganlet_core::backend::{Choice, Place, Session};
    use ganlet_core::{Builder, Slot};

    /// Runs `f` on rows of logits and labels, on the CPU.
    fn run(a: [[f32; 3]; 2], labels: [u32; 2], f: impl Fn(&Tensor, &Tensor) -> Tensor) -> Vec<f32> {
        let b = Builder::new();
        let (x, y) = (
            b.input("a", &[2, 3], DType::F32),
            b.input("y", &[2, 1], DType::U32),
        );
        b.entry("f", &[], &[("f", &f(&x, &y))]);
        let place = pollster::block_on(Place::find(Choice::Cpu, 1)).unwrap();
        let mut session = Session::new(&place, &b.build().unwrap()).unwrap();
        session
            .write(Slot::Input(0), bytemuck::cast_slice(a.as_flattened()))
            .unwrap();
        session
            .write(Slot::Input(1), bytemuck::cast_slice(&labels))
            .unwrap();
        pollster::block_on(session.run(0, 1)).unwrap();
        let bytes = pollster::block_on(session.read(Slot::Output {
            entry: 0,
            output: 0,
        }))
        .unwrap();
        bytemuck::pod_collect_to_vec(&bytes)
    }

    #[test]
    fn softmax_and_cross_entropy_have_their_closed_forms_at_any_size() {
        let a = [[0.0, 2_f32.ln(), 5_f32.ln()], [1000.0, 1000.0, 1000.0]];
        let probabilities = run(a, [0, 0], |a, _| softmax(a));
        let third = 1.0 / 3.0;
        for (p, expected) in probabilities
            .iter()
            .zip([0.125, 0.25, 0.625, third, third, third])
        {
            assert!((p - expected).abs() < 1e-6, "{probabilities:?}");
        }
        let costs = run(a, [2, 1], cross_entropy);
        assert!((costs[0] - (8_f32 / 5.0).ln()).abs() < 1e-6, "{costs:?}");
        assert!((costs[1] - 3_f32.ln()).abs() < 1e-3, "{costs:?}");
    }
}
