//! The planner against graphs at random, to the last bit.

use proptest::array::uniform6;
use proptest::collection::vec;
use proptest::num::u16;
use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestError, TestRng, TestRunner};

use super::compare;
use super::random_graph::{Choice, program};

#[test]
fn random_graphs_compute_what_the_reference_computes() {
    // The same graphs every time; `PROPTEST_CASES` asks for more of them.
    let config = Config {
        cases: std::env::var("PROPTEST_CASES")
            .map_or(400, |n| n.parse().expect("a number of cases")),
        failure_persistence: None,
        max_shrink_iters: 20_000,
        ..Config::default()
    };
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &[7; 32]);
    let choices = |count| vec(uniform6(u16::ANY), count);
    let graphs = (choices(0..40), choices(1..16));
    let result = TestRunner::new_with_rng(config, rng).run(
        &graphs,
        |(steps, roots): (Vec<Choice>, Vec<Choice>)| {
            compare(&program(&steps, &roots), &[], 2, 0.0)
                .map(drop)
                .map_err(TestCaseError::fail)
        },
    );
    if let Err(TestError::Fail(reason, (steps, roots))) = &result {
        let program = program(steps, roots);
        let nodes: String = (program.nodes.iter().enumerate())
            .map(|(i, n)| {
                format!(
                    "{i}: {:?} of {:?} -> {}{:?}\n",
                    n.op, n.args, n.dtype, n.shape
                )
            })
            .collect();
        panic!("{reason}\n{nodes}{:?}", program.entries);
    }
    result.expect("no test case is rejected");
}
