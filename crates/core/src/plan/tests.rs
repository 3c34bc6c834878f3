//! A plan computes what the reference interpreter computes.

use super::interpret::interpret;
use super::kernel::{BufferId, Instr, Kind, shared_bindings};
use super::{Buffer, Plan, Role, plan};
use crate::dtype::DType;
use crate::grad::grad;
use crate::op::Binary;
use crate::program::{Init, Program};
use crate::session::Slot;
use crate::shared::{op_table, parity, random_graph};
use crate::{Builder, Tensor, Window};

/// Repeatable numbers in [-1, 1), as the first value of a state.
pub(super) fn init(len: usize, seed: u32) -> Init {
    op_table::floats(&op_table::noise(len, seed))
}

/// A plan on the interpreter of kernels.
struct Interpreted<'a> {
    plan: &'a Plan,
    inputs: usize,
    buffers: Vec<Vec<u8>>,
}

impl<'a> Interpreted<'a> {
    fn new(program: &Program, plan: &'a Plan) -> Self {
        let contents = |b: &Buffer| match b.role {
            Role::State(i) => match &program.states[i].init {
                Init::Zeros => vec![0; b.dtype.bytes(b.len)],
                Init::Bytes(bytes) => {
                    let mut bytes = bytes.to_vec();
                    bytes.resize(b.dtype.bytes(b.len), 0);
                    bytes
                }
            },
            // Scratch and outputs start as garbage: nothing may rely on them.
            Role::Slot | Role::Output => vec![0x7f; b.dtype.bytes(b.len)],
            Role::Input(_) => vec![0; b.dtype.bytes(b.len)],
        };
        Self {
            plan,
            inputs: program.inputs.len(),
            buffers: plan.buffers.iter().map(contents).collect(),
        }
    }

    fn buffer(&self, slot: Slot) -> BufferId {
        match slot {
            Slot::Input(i) => i,
            Slot::State(i) => self.inputs + i,
            Slot::Output { entry, output } => self.plan.entries[entry].outputs[output],
        }
    }
}

impl parity::Backend for Interpreted<'_> {
    fn write(&mut self, slot: Slot, bytes: &[u8]) {
        let buffer = self.buffer(slot);
        self.buffers[buffer][..bytes.len()].copy_from_slice(bytes);
    }

    fn run(&mut self, entry: usize) {
        for (buffer, contents) in self.plan.buffers.iter().zip(&mut self.buffers) {
            if buffer.role == Role::Slot {
                contents.fill(0x7f); // what an earlier entry left there is garbage too
            }
        }
        // The kernels of a dispatch run in any order; the other backends' tests know the order of the plan.
        let dispatches = self.plan.entries[entry].dispatches.iter();
        for kernel in dispatches.flat_map(|kernels| kernels.iter().rev()) {
            interpret(kernel, &mut self.buffers);
        }
    }

    fn read(&mut self, slot: Slot) -> Vec<u8> {
        self.buffers[self.buffer(slot)].clone()
    }
}

/// What every plan promises to the backends, beside computing the right numbers.
fn check_promises(plan: &Plan) {
    for kernels in plan.entries.iter().flat_map(|e| &e.dispatches) {
        assert!(!kernels.is_empty(), "an empty dispatch");
        let shared = shared_bindings(kernels);
        assert!(
            shared.len() <= 8,
            "more buffers than an adapter binds in {kernels:#?}"
        );
    }
    for kernel in plan.entries.iter().flat_map(|e| e.kernels()) {
        let mut buffers: Vec<BufferId> = kernel.bindings.iter().map(|b| b.buffer).collect();
        buffers.sort_unstable();
        buffers.dedup();
        assert_eq!(
            buffers.len(),
            kernel.bindings.len(),
            "a buffer twice in {kernel:#?}"
        );
        assert!(!kernel.stores.is_empty(), "no result in {kernel:#?}");
        assert!(!kernel.domain.contains(&0), "an empty axis in {kernel:#?}");
    }
}

/// Compares a plan with the reference over `steps` runs of every entry.
fn compare(
    program: &Program,
    inputs: &[Vec<u8>],
    steps: usize,
    tolerance: f64,
) -> Result<Plan, String> {
    let plan = plan(program);
    compare_plan(program, &plan, inputs, steps, tolerance)?;
    Ok(plan)
}

/// The same for a plan that is there already.
pub(super) fn compare_plan(
    program: &Program,
    plan: &Plan,
    inputs: &[Vec<u8>],
    steps: usize,
    tolerance: f64,
) -> Result<(), String> {
    check_promises(plan);
    let mut interpreted = Interpreted::new(program, plan);
    parity::compare(program, &mut interpreted, inputs, steps, tolerance)
}

/// Runs every entry `steps` times both ways and compares outputs and state.
pub(super) fn check(builder: Builder, steps: usize) -> Plan {
    compare(&builder.build().unwrap(), &[], steps, 1e-4).unwrap()
}

#[test]
fn random_graphs_are_planned_well() {
    random_graph::check_all(400, |program| compare(program, &[], 2, 0.0).map(drop));
}

#[test]
fn every_operation_and_its_gradients_are_planned_well() {
    for case in op_table::parity_cases() {
        compare(&case.program, &case.inputs, 2, 1e-4)
            .unwrap_or_else(|what| panic!("{}: {what}", case.name));
    }
}

#[test]
fn element_wise_chains_become_one_kernel() {
    let b = Builder::new();
    let x = b.state("x", &[5, 7], DType::F32, init(35, 1));
    let bias = b.state("bias", &[7], DType::F32, init(7, 2));
    let y = (&x + &bias).tanh() * 2.0 + x.exp();
    b.entry("f", &[(&x, &(&y * 0.5))], &[("y", &y)]);
    let plan = check(b, 3);
    assert_eq!(plan.entries[0].kernels().count(), 1);
}

/// Only differentiation tells detached and fresh values apart.
#[test]
fn detached_and_fresh_values_cost_nothing() {
    let planned = |own: fn(&Tensor) -> Tensor| {
        let b = Builder::new();
        let x = b.state("x", &[4, 3], DType::F32, init(12, 1));
        let w = b.state("w", &[3, 3], DType::F32, init(9, 2));
        let layer = |x: &Tensor| (own(x).matmul(&w) * 0.5).tanh();
        let twice = layer(&x) + layer(&own(&x)).square();
        let y = own(&own(&twice).reshape(&[12])) + own(&-own(&-own(&twice))).reshape(&[12]);
        b.entry("f", &[(&w, &own(&(&w * 0.9)))], &[("y", &y)]);
        let plan = check(b, 2);
        format!("{:?} {:?}", plan.buffers, plan.entries)
    };
    let plain = planned(Tensor::clone);
    assert_eq!(planned(Tensor::detach), plain);
    assert_eq!(planned(Tensor::fresh), plain);
}

/// Its operands come out of memory: two kernels may round the same expression differently.
#[test]
fn what_an_equality_tests_is_not_computed_again() {
    let b = Builder::new();
    let x = b.state("x", &[3, 5], DType::F32, init(15, 1));
    let z = (&x * 1.3 + 0.2) / (x.square() + 1.0);
    let top = -z.max_along(&[1]);
    let slope = grad(&(&top * top.exp()), &[&x]).remove(0);
    b.entry("f", &[], &[("slope", &slope)]);
    let plan = check(b, 1);
    let mut tests = 0;
    for kernel in plan.entries[0].kernels() {
        let prologue = match &kernel.kind {
            Kind::Reduce { prologue, .. } => prologue.as_slice(),
            Kind::Pointwise | Kind::Contract { .. } => &[],
        };
        for body in [prologue, &kernel.body] {
            for typed in body {
                if let Instr::Binary(Binary::Eq, a, b) = typed.instr {
                    tests += 1;
                    for operand in [a, b] {
                        let instr = &body[operand].instr;
                        assert!(matches!(instr, Instr::Load { .. }), "{instr:?}");
                    }
                }
            }
        }
    }
    assert!(tests > 0, "nothing was tested");
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
        plan.entries[0].kernels().count(),
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

/// Kernel gradients go straight to their segments of the flat gradient, the second one added to the first, and a
/// transposed convolution needs no zeros in memory.
#[test]
fn gradients_of_convolutions_are_written_in_place() {
    let b = Builder::new();
    let p = b.state("p", &[240], DType::F32, init(240, 1));
    let w1 = p.narrow(0, 0, 48).reshape(&[4, 4, 1, 3]);
    let w2 = p.narrow(0, 48, 192).reshape(&[4, 4, 3, 4]);
    let down = Window {
        stride: 2,
        padding: (1, 1),
        ..Window::default()
    };
    let judge = |x: &Tensor| {
        let hidden = x.conv(&w1, &[down; 2]).tanh();
        hidden.conv(&w2, &[down; 2]).tanh()
    };
    let real = b.state("real", &[2, 8, 8, 1], DType::F32, init(128, 2));
    let fake = b.state("fake", &[3, 8, 8, 1], DType::F32, init(192, 3));
    let loss = judge(&real).sum_all() - judge(&fake).square().sum_all();
    let slopes = grad(&loss, &[&p]).remove(0);
    b.entry("f", &[(&p, &(&p - slopes * 0.01))], &[]);
    let plan = check(b, 2);
    let names: Vec<_> = (plan.entries[0].kernels().map(|k| k.name.as_str())).collect();
    // Of each batch two results, two kernel gradients, one input gradient; then the update.
    assert_eq!(names.len(), 11, "{names:#?}");
}

#[test]
fn a_training_step_has_few_kernels() {
    let plan = check(trained(8), 3);
    let names: Vec<_> = plan.entries[0].kernels().map(|k| k.name.as_str()).collect();
    assert!(names.len() <= 13, "{names:#?}");
}

#[test]
fn states_that_are_updated_from_each_other_see_old_values() {
    let b = Builder::new();
    let x = b.state("x", &[3, 3], DType::F32, init(9, 1));
    let y = b.state("y", &[3, 3], DType::F32, init(9, 2));
    let z = b.state("z", &[2, 3], DType::F32, init(6, 3));
    // Products cannot share a kernel, so whichever comes first must not write over what the other still reads.
    let (next_x, next_y) = (y.matmul(&y).tanh(), x.matmul(&x).tanh());
    let next_z = z.matmul(&(&x + &y)).tanh();
    b.entry("f", &[(&x, &next_x), (&y, &next_y), (&z, &next_z)], &[]);
    check(b, 3);
}

#[test]
fn a_sum_of_many_states_takes_several_kernels() {
    let b = Builder::new();
    let states: Vec<Tensor> = (0..12)
        .map(|i| b.state(&format!("s{i}"), &[4, 3], DType::F32, init(12, i)))
        .collect();
    let sum = states
        .iter()
        .cloned()
        .reduce(|a, b| a + b)
        .expect("twelve states");
    let total = states.iter().fold(sum.exp(), |product, s| product * s);
    b.entry(
        "f",
        &[(&states[3], &sum)],
        &[("sum", &sum), ("total", &total.sum(&[0]))],
    );
    check(b, 2);
}

#[test]
fn a_joined_part_may_be_reshaped_elsewhere() {
    let b = Builder::new();
    let x = b.state("x", &[4, 3], DType::F32, init(12, 1));
    let part = x.matmul(&x.t()).exp();
    let joined = Tensor::concat(&[&part, &x], 1);
    let reshaped = part.reshape(&[2, 8]).sum(&[1]);
    b.entry("f", &[], &[("joined", &joined), ("reshaped", &reshaped)]);
    check(b, 1);
}

#[test]
fn values_that_are_used_twice_a_hundred_times_over_are_planned_quickly() {
    let b = Builder::new();
    let x = b.state("x", &[4], DType::F32, init(4, 1));
    let power = (0..100).fold(x.clone(), |power, _| &power * &power);
    let joined = Tensor::concat(&[&power, &x], 0);
    b.entry("f", &[], &[("joined", &joined)]);
    check(b, 1);
}
