//! Gradients where values tie: what decides a branch must be the same number wherever it is used.

use ganlet_core::grad::grad;
use ganlet_core::wgsl::{AdapterClass, Tuning};
use ganlet_core::{Builder, DType, Program, Tensor};
use ganlet_tests::backends::{Cpu, Gpu, device};
use ganlet_tests::op_table::floats;
use ganlet_tests::parity::compare;
use ganlet_tests::ties::programs;

fn gradient(at: &[f32], f: impl Fn(&Builder, &Tensor) -> Tensor) -> Program {
    let b = Builder::new();
    let x = b.state("x", &[2, 2], DType::F32, floats(at));
    let slope = grad(&f(&b, &x), &[&x]).remove(0);
    b.entry("f", &[], &[("slope", &slope)]);
    b.build().expect("a well-formed graph")
}

/// Quotients, of which a kernel of the gradient computes more than that of the value does.
fn quotients() -> [Program; 2] {
    let at = [0.3783, 1.1429, -0.1043, -1.1368];
    [
        gradient(&at, |_, x| (x / (x.square() + 0.1).sqrt()).max_along(&[1])),
        gradient(&at, |b, x| {
            let w = b.state("w", &[2, 1], DType::F32, floats(&[0.6, -0.8]));
            (x / (x.square() + 1.0)).abs().matmul(&w).tanh()
        }),
    ]
}

#[test]
fn cpu_finds_who_gave_the_largest_quotient() {
    for program in quotients() {
        compare(&program, &mut Cpu::new(&program), &[], 1, 1e-5).unwrap();
    }
}

#[test]
fn cpu_agrees_on_ties() {
    for (i, program) in programs(300).iter().enumerate() {
        compare(program, &mut Cpu::new(program), &[], 1, 1e-3)
            .unwrap_or_else(|what| panic!("graph {i}: {what}\n{:#?}", program.nodes));
    }
}

#[test]
fn gpu_agrees_on_ties_whatever_its_class() {
    let device = device();
    let random = programs(12);
    for (i, program) in quotients().iter().chain(&random).enumerate() {
        for tuning in [AdapterClass::Gpu, AdapterClass::Llvmpipe].map(Tuning::of) {
            let mut gpu = Gpu::shaped(&device, program, &tuning);
            compare(program, &mut gpu, &[], 1, 1e-3)
                .unwrap_or_else(|what| panic!("graph {i}: {what}\n{:#?}", program.nodes));
        }
    }
}
