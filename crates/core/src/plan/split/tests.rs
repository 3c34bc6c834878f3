//! Sums in parts are the sums.

use crate::dtype::DType;
use crate::grad::grad;
use crate::plan::kernel::Kind;
use crate::plan::tests::{compare_plan, init};
use crate::plan::{Plan, plan_in_parts};
use crate::program::Program;
use crate::shared::{op_table, random_graph};
use crate::{Builder, Tensor, Window};

fn check(builder: Builder, parts: usize) -> Plan {
    let program = builder.build().unwrap();
    let plan = plan_in_parts(&program, &|_| parts);
    compare_plan(&program, &plan, &[], 2, 1e-4)
        .unwrap_or_else(|what| panic!("{parts} parts: {what}"));
    plan
}

/// The extents of the first entry's contractions and reductions, in order.
fn domains(plan: &Plan) -> Vec<(&'static str, Vec<usize>)> {
    let kernels = plan.entries[0].kernels().map(|kernel| match kernel.kind {
        Kind::Pointwise => ("pointwise", kernel.domain.clone()),
        Kind::Reduce { .. } => ("reduce", kernel.domain.clone()),
        Kind::Contract { .. } => ("contract", kernel.domain.clone()),
    });
    kernels.collect()
}

fn state(builder: &Builder, shape: &[usize], seed: u32) -> Tensor {
    let len = shape.iter().product();
    builder.state(&format!("s{seed}"), shape, DType::F32, init(len, seed))
}

#[test]
fn a_sum_is_divided_evenly_or_not_at_all() {
    // Contracted extent, parts that are asked for, parts that there are.
    let cases = [
        (42, 2, 2),
        (42, 3, 3),
        (42, 7, 7),
        (42, 13, 7),
        (42, 1000, 42),
        (64, 5, 4),
        (101, 16, 1),
        (101, 101, 101),
        (101, 100, 1),
        (1, 8, 1),
    ];
    for (k, wanted, parts) in cases {
        let b = Builder::new();
        let (x, y, bias) = (
            state(&b, &[5, k], 1),
            state(&b, &[k, 6], 2),
            state(&b, &[6], 3),
        );
        b.entry("f", &[], &[("z", &(x.matmul(&y) + &bias).tanh())]);
        let plan = check(b, wanted);
        let expected = match parts {
            1 if k == 1 => vec![("contract", vec![5, 6, 1])],
            1 => vec![("contract", vec![5, 6, k])],
            _ => vec![
                ("contract", vec![parts, 5, 6, k / parts]),
                ("reduce", vec![parts, 5, 6]),
            ],
        };
        assert_eq!(domains(&plan), expected, "{k} in {wanted} parts");
    }
}

#[test]
fn batches_transposed_results_and_updates_in_place_are_divided() {
    for parts in [2, 3, 7] {
        let b = Builder::new();
        let (x, y) = (state(&b, &[3, 4, 42], 1), state(&b, &[3, 42, 5], 2));
        let w = state(&b, &[5, 4], 3);
        let z = x.matmul(&y);
        let turned = z.permute(&[0, 2, 1]).exp();
        let square = state(&b, &[14, 14], 4);
        let next = square.matmul(&square.t()).tanh() * 0.5 + &square;
        b.entry(
            "f",
            &[
                (&w, &(&w - turned.sum(&[0]).reshape(&[5, 4]) * 0.1)),
                (&square, &next),
            ],
            &[("turned", &turned)],
        );
        check(b, parts);
    }
}

/// Padding, strides, phases, and all gradients.
fn convolutions() -> Vec<Program> {
    let window = |stride, padding, lhs_dilation| Window {
        stride,
        padding,
        lhs_dilation,
        rhs_dilation: 1,
    };
    let cases = [
        ([6, 7, 7, 3], [3, 3, 3, 4], window(1, (1, 1), 1)),
        ([4, 8, 8, 2], [4, 4, 2, 5], window(2, (1, 1), 1)),
        ([4, 5, 5, 6], [4, 4, 6, 3], window(1, (2, 2), 2)),
        ([3, 5, 5, 4], [3, 3, 4, 2], window(1, (1, 2), 3)),
        ([7, 6, 6, 1], [5, 5, 1, 7], window(2, (2, 1), 1)),
    ];
    let program = |(x, w, window): &([usize; 4], [usize; 4], Window)| {
        let b = Builder::new();
        let (x, w) = (state(&b, x, 1), state(&b, w, 2));
        let y = x.conv(&w, &[*window; 2]).tanh();
        let slopes = grad(&y.square().sum_all(), &[&x, &w]);
        b.entry(
            "f",
            &[],
            &[("y", &y), ("dx", &slopes[0]), ("dw", &slopes[1])],
        );
        b.build().unwrap()
    };
    cases.iter().map(program).collect()
}

#[test]
fn convolutions_are_divided() {
    for program in convolutions() {
        for parts in [2, 3, 7, 64] {
            let plan = plan_in_parts(&program, &|_| parts);
            compare_plan(&program, &plan, &[], 1, 1e-4)
                .unwrap_or_else(|what| panic!("{parts} parts: {what}"));
        }
    }
}

#[test]
fn every_operation_and_its_gradients_are_divided_well() {
    for case in op_table::parity_cases() {
        let plan = plan_in_parts(&case.program, &|_| 3);
        compare_plan(&case.program, &plan, &case.inputs, 2, 1e-4)
            .unwrap_or_else(|what| panic!("{}: {what}", case.name));
    }
}

#[test]
fn random_graphs_are_divided_well() {
    for parts in [2, 3, 100] {
        random_graph::check_all(150, |program| {
            let plan = plan_in_parts(program, &|_| parts);
            compare_plan(program, &plan, &[], 2, 0.0)
        });
    }
}

/// As the gradients of a real and of a fake batch.
#[test]
fn sums_that_are_added_to_each_other_have_one_total() {
    let b = Builder::new();
    let [x, y, u, v] = [1, 2, 3, 4].map(|seed| state(&b, &[24, 6], seed));
    b.entry(
        "f",
        &[],
        &[("z", &(x.t().matmul(&y) + u.t().matmul(&v) * 0.5))],
    );
    let plan = check(b, 4);
    let stage = ("contract", vec![4, 6, 6, 6]);
    assert_eq!(
        domains(&plan),
        [stage.clone(), stage, ("reduce", vec![4, 6, 6])]
    );
}

#[test]
fn a_total_that_others_read_stays() {
    let b = Builder::new();
    let [x, y, u, v] = [1, 2, 3, 4].map(|seed| state(&b, &[24, 6], seed));
    let first = x.t().matmul(&y);
    let z = &first + u.t().matmul(&v);
    let (turned, sums) = (first.t() * &z, first.exp().sum(&[0]));
    for outputs in [
        [("z", &z), ("turned", &turned)],
        [("z", &z), ("sums", &sums)],
    ] {
        b.entry("f", &[], &outputs);
    }
    check(b, 4);
}

/// The second stage binds the partial sums beside all that the epilogue does.
#[test]
fn a_sum_whose_epilogue_binds_eight_buffers_is_left_whole() {
    let b = Builder::new();
    let states: Vec<Tensor> = (0..7).map(|seed| state(&b, &[6, 6], seed)).collect();
    let product = states[0].matmul(&states[1]);
    let z = states.iter().fold(product, |sum, s| sum.tanh() + s);
    b.entry("f", &[], &[("z", &z)]);
    let plan = check(b, 3);
    assert_eq!(domains(&plan), [("contract", vec![6, 6, 6])]);
}
