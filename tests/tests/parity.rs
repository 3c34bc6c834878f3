//! Both backends compute what the reference interpreter computes.

use ganlet_core::grad::grad;
use ganlet_core::plan::plan_in_parts;
use ganlet_core::wgsl::Tuning;
use ganlet_core::{Builder, DType, Program, Window, gpu};
use ganlet_tests::backends::{Cpu, Gpu, device};
use ganlet_tests::op_table::{floats, noise, parity_cases};
use ganlet_tests::parity::compare;
use ganlet_tests::random_graph::check_all;

#[test]
fn cpu_computes_every_operation_and_its_gradients() {
    for case in parity_cases() {
        let mut cpu = Cpu::new(&case.program);
        compare(&case.program, &mut cpu, &case.inputs, 2, 1e-4)
            .unwrap_or_else(|what| panic!("{}: {what}", case.name));
    }
}

#[test]
fn cpu_computes_random_graphs_to_the_last_bit() {
    check_all(400, |program| {
        compare(program, &mut Cpu::new(program), &[], 2, 0.0)
    });
}

/// Convolutions with more rows, columns and depth than a tile has, and all their gradients.
fn large_convolutions() -> Vec<Program> {
    let window = |stride, padding, lhs_dilation| Window {
        stride,
        padding,
        lhs_dilation,
        rhs_dilation: 1,
    };
    let cases: [(&[usize], &[usize], Window); 6] = [
        (&[3, 14, 14, 20], &[4, 4, 20, 24], window(2, (1, 1), 1)),
        (&[5, 7, 7, 24], &[4, 4, 24, 18], window(1, (2, 2), 2)),
        (&[2, 9, 9, 33], &[3, 3, 33, 40], window(1, (1, 1), 1)),
        (&[7, 8, 8, 16], &[4, 4, 16, 1], window(1, (2, 2), 2)),
        (&[7, 12, 12, 1], &[5, 5, 1, 16], window(2, (2, 1), 1)),
        (&[3, 5, 5, 12], &[3, 3, 12, 9], window(1, (1, 2), 3)),
    ];
    let program = |(x, w, window): &(&[usize], &[usize], Window)| {
        let builder = Builder::new();
        let state = |shape: &[usize], seed, scale: f32| {
            let numbers = noise(shape.iter().product(), seed);
            let scaled: Vec<f32> = numbers.iter().map(|x| x * scale).collect();
            builder.state("state", shape, DType::F32, floats(&scaled))
        };
        let (x, w) = (state(x, 1, 1.0), state(w, 2, 0.1));
        let bias = state(&[w.shape()[3]], 3, 0.5);
        let y = (x.conv(&w, &[*window; 2]) + &bias).tanh();
        let slopes = grad(&y.square().sum_all(), &[&x, &w, &bias]);
        let mut outputs = vec![("y", &y)];
        outputs.extend(slopes.iter().map(|slope| ("slope", slope)));
        builder.entry("step", &[], &outputs);
        builder.build().expect("a well-formed graph")
    };
    cases.iter().map(program).collect()
}

#[test]
fn cpu_computes_large_convolutions() {
    for program in large_convolutions() {
        compare(&program, &mut Cpu::new(&program), &[], 1, 1e-4).unwrap();
    }
}

#[test]
fn gpu_computes_large_convolutions() {
    let device = device();
    for program in large_convolutions() {
        compare(&program, &mut Gpu::new(&device, &program), &[], 1, 1e-3).unwrap();
    }
}

/// Sums of products in parts, on an adapter that would not have divided them, by way of either tiling.
#[test]
fn gpu_computes_divided_sums() {
    let device = device();
    let long = |k: usize| {
        let b = Builder::new();
        let state = |shape: &[usize], seed| {
            let numbers = noise(shape.iter().product(), seed);
            b.state(&format!("s{seed}"), shape, DType::F32, floats(&numbers))
        };
        let (x, y, z) = (
            state(&[2, 9, k], 1),
            state(&[2, k, 20], 2),
            state(&[9, 20], 3),
        );
        let product = x.matmul(&y);
        let next = (product.sum(&[0]).reshape(&[9, 20]) + &z).tanh();
        b.entry(
            "step",
            &[(&z, &next)],
            &[("turned", &product.permute(&[0, 2, 1]))],
        );
        b.build().expect("a well-formed graph")
    };
    let mut programs = large_convolutions();
    programs.extend([42, 101, 392].map(long));
    for program in programs {
        for parts in [2, 3, 7, 101] {
            let plan = plan_in_parts(&program, &|_| parts);
            for tuning in [Tuning::gpu(), device.tuning().clone()] {
                let session = gpu::Session::with_tuning(&device, &program, &plan, &tuning);
                let mut gpu = Gpu(session.expect("a program that fits"));
                compare(&program, &mut gpu, &[], 2, 1e-3)
                    .unwrap_or_else(|what| panic!("{parts} parts with {tuning:?}: {what}"));
            }
        }
    }
}

/// A coordinate that is the same everywhere and lies before the tensor: nothing but the bounds see it.
#[test]
fn gpu_computes_an_iota_seen_only_in_its_padding() {
    let b = Builder::new();
    let x = b.state("x", &[1], DType::F32, floats(&[0.5]));
    let padding = (b.iota(&[1], 0).cast(DType::F32))
        .pad(&[(1, 0)])
        .narrow(0, 0, 1);
    b.entry("f", &[], &[("sum", &(padding + &x))]);
    let program = b.build().expect("a well-formed graph");
    compare(&program, &mut Gpu::new(&device(), &program), &[], 1, 0.0).unwrap();
}

#[test]
fn gpu_computes_every_operation_and_its_gradients() {
    let device = device();
    for case in parity_cases() {
        let mut gpu = Gpu::new(&device, &case.program);
        compare(&case.program, &mut gpu, &case.inputs, 2, 1e-3)
            .unwrap_or_else(|what| panic!("{}: {what}", case.name));
    }
}

#[test]
fn gpu_computes_random_graphs_to_the_last_bit() {
    let device = device();
    check_all(40, |program| {
        compare(program, &mut Gpu::new(&device, program), &[], 2, 0.0)
    });
}
