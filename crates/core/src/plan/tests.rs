//! A plan computes what the reference interpreter computes.

use std::sync::Arc;

use super::interpret::interpret;
use super::{Plan, Role, plan};
use crate::dtype::DType;
use crate::eval::{Evaluator, Value};
use crate::grad::grad;
use crate::program::{Init, Program};
use crate::shape::numel;
use crate::{Builder, Tensor};

/// Repeatable numbers in [-1, 1).
fn noise(len: usize, seed: u32) -> Vec<f32> {
    (0..len as u32)
        .map(|i| {
            crate::random::threefry2x32([seed, 0], [i, 0])[0] as f32 / (1u32 << 31) as f32 - 1.0
        })
        .collect()
}

fn init(len: usize, seed: u32) -> Init {
    Init::Bytes(Arc::from(bytemuck::cast_slice::<f32, u8>(&noise(
        len, seed,
    ))))
}

fn bytes(value: &Value<f32>) -> Vec<u8> {
    match value {
        Value::Float(v) => bytemuck::cast_slice(v).to_vec(),
        Value::Uint(v) => bytemuck::cast_slice(v).to_vec(),
        Value::Bool(v) => v.iter().flat_map(|&b| u32::from(b).to_le_bytes()).collect(),
    }
}

fn memory(program: &Program, plan: &Plan) -> Vec<Vec<u8>> {
    plan.buffers
        .iter()
        .map(|b| match b.role {
            Role::State(i) => match &program.states[i].init {
                Init::Zeros => vec![0; b.dtype.bytes(b.len)],
                Init::Bytes(bytes) => {
                    let mut bytes = bytes.to_vec();
                    bytes.resize(b.dtype.bytes(b.len), 0);
                    bytes
                }
            },
            // Scratch starts as garbage: nothing may rely on it.
            Role::Slot => vec![0x7f; b.dtype.bytes(b.len)],
            Role::Input(_) | Role::Output => vec![0; b.dtype.bytes(b.len)],
        })
        .collect()
}

/// Runs every entry `steps` times both ways and compares outputs and state.
pub(super) fn check(builder: Builder, steps: usize) -> Plan {
    let program = builder.build().unwrap();
    let plan = plan(&program);
    let mut buffers = memory(&program, &plan);
    let mut reference = Evaluator::<f32>::new(&program);
    let compare = |name: &str, dtype: DType, got: &[u8], want: &Value<f32>| {
        if dtype != DType::F32 {
            assert_eq!(got, bytes(want), "{name}");
            return;
        }
        let got: &[f32] = bytemuck::cast_slice(got);
        for (i, (g, w)) in got.iter().zip(want.floats()).enumerate() {
            assert!(
                (g - w).abs() <= 1e-4 * (1.0 + w.abs()),
                "{name}[{i}]: plan {g}, reference {w}"
            );
        }
    };
    for _ in 0..steps {
        for (index, entry) in plan.entries.iter().enumerate() {
            for kernel in &entry.kernels {
                interpret(kernel, &mut buffers);
            }
            let outputs = reference.run(index);
            for (&buffer, value) in entry.outputs.iter().zip(&outputs) {
                let dtype = program.nodes[program.entries[index].outputs[0].1].dtype;
                compare(&entry.name, dtype, &buffers[buffer], value);
            }
            for (i, state) in program.states.iter().enumerate() {
                if state.dtype != DType::U8 {
                    let len = state.dtype.bytes(numel(&state.shape));
                    compare(
                        &state.name,
                        state.dtype,
                        &buffers[program.inputs.len() + i][..len],
                        &reference.states[i],
                    );
                }
            }
        }
    }
    plan
}

#[test]
fn element_wise_chains_become_one_kernel() {
    let b = Builder::new();
    let x = b.state("x", &[5, 7], DType::F32, init(35, 1));
    let bias = b.state("bias", &[7], DType::F32, init(7, 2));
    let y = (&x + &bias).tanh() * 2.0 + x.exp();
    b.entry("f", &[(&x, &(&y * 0.5))], &[("y", &y)]);
    let plan = check(b, 3);
    assert_eq!(plan.entries[0].kernels.len(), 1);
}

#[test]
fn a_joined_tensor_is_written_in_place() {
    let b = Builder::new();
    let x = b.state("x", &[4, 3], DType::F32, init(12, 1));
    let w = b.state("w", &[3, 3], DType::F32, init(9, 2));
    let joined = Tensor::concat(&[&x, &x.matmul(&w).tanh()], 0);
    let y = joined.matmul(&w.t());
    b.entry("f", &[], &[("y", &y)]);
    let plan = check(b, 1);
    assert_eq!(
        plan.entries[0].kernels.len(),
        3,
        "copy x, product and tanh, product"
    );
}

/// A two-layer network with everything that a GAN step has: flat parameters, mean loss, Adam, counters.
fn trained(hidden: usize) -> Builder {
    let b = Builder::new();
    let (inputs, outputs, batch) = (6, 3, 16);
    let sizes = [inputs * hidden, hidden, hidden * outputs, outputs];
    let total: usize = sizes.iter().sum();
    let p = b.state("p", &[total], DType::F32, init(total, 1));
    let m = b.state("m", &[total], DType::F32, Init::Zeros);
    let v = b.state("v", &[total], DType::F32, Init::Zeros);
    let t = b.state("t", &[1], DType::F32, Init::Zeros);
    let key = b.state("key", &[2], DType::U32, Init::Zeros);
    let x = key.random(&[batch, inputs], 3, 1 << 24).cast(DType::F32) * (1.0 / (1 << 24) as f64);
    let mut start = 0;
    let mut part = |shape: &[usize]| {
        let len = shape.iter().product();
        let tensor = p.narrow(0, start, len).reshape(shape);
        start += len;
        tensor
    };
    let (w1, b1, w2, b2) = (
        part(&[inputs, hidden]),
        part(&[hidden]),
        part(&[hidden, outputs]),
        part(&[outputs]),
    );
    let pre = x.matmul(&w1) + &b1;
    let h = pre.greater_than(0.0).select(&pre, &(&pre * 0.2));
    let y = (h.matmul(&w2) + &b2).tanh();
    let loss = (y - 0.5).square().mean_all();
    let g = grad(&loss, &[&p]).remove(0);
    let t1 = &t + 1.0;
    let m1 = &m * 0.5 + &g * 0.5;
    let v1 = &v * 0.999 + g.square() * 0.001;
    let scale = (&t1 * (0.999f64).ln()).exp() * -1.0 + 1.0;
    let p1 = &p - &m1 / ((&v1 / scale).sqrt() + 1e-8) * 0.01;
    let step = Tensor::concat(&[&key.narrow(0, 0, 1).cast(DType::F32), &t1], 0).cast(DType::U32);
    b.entry(
        "train",
        &[(&p, &p1), (&m, &m1), (&v, &v1), (&t, &t1), (&key, &step)],
        &[("loss", &loss)],
    );
    b
}

#[test]
fn a_training_step_has_few_kernels() {
    let plan = check(trained(8), 3);
    let names: Vec<_> = plan.entries[0]
        .kernels
        .iter()
        .map(|k| k.name.as_str())
        .collect();
    assert!(names.len() <= 13, "{names:#?}");
}
