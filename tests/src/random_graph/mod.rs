//! Graphs at random whose results are exact, so that every backend must agree to the last bit.
//!
//! All floats are small integers: the generator knows a bound of every tensor, and where a sum or a product would
//! leave the range in which f32 is exact it squashes the arguments first. So the order of sums, fused
//! multiply-adds and the accuracy of `tanh` cannot matter, and a comparison needs no tolerance: whatever differs is
//! a wrong index, a wrong order of kernels or a value that was overwritten too early.
//!
//! A graph is a list of [`Choice`]s. Every choice is valid after any others, so a failing list shrinks by leaving
//! choices out and by making their numbers smaller.
//!

mod draw;
mod maker;
mod operations;

use ganlet_core::Program;
use maker::Maker;
use proptest::array::uniform6;
use proptest::collection::vec;
use proptest::num::u16;
use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestError, TestRng, TestRunner};

/// What one step of the generator does: an operation, and the numbers that it consumes.
pub type Choice = [u16; 6];

/// Runs `check` on random programs, the same ones every time; the variable `PROPTEST_CASES` asks for more of them than
/// `cases`.
///
/// # Panics
/// On the smallest program found that fails, with its nodes.
pub fn check_all(cases: u32, check: impl Fn(&Program) -> Result<(), String>) {
    check_all_choices(cases, |steps, roots| check(&program(steps, roots)));
}

/// As [`check_all`], for checks that make the program from its choices themselves.
///
/// # Panics
/// On the smallest program found that fails, with its nodes.
pub fn check_all_choices(cases: u32, check: impl Fn(&[Choice], &[Choice]) -> Result<(), String>) {
    let config = Config {
        cases: std::env::var("PROPTEST_CASES").map_or(cases, |n| n.parse().expect("a number")),
        failure_persistence: None,
        max_shrink_iters: 20_000,
        ..Config::default()
    };
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &[7; 32]);
    let choices = |count| vec(uniform6(u16::ANY), count);
    let result = TestRunner::new_with_rng(config, rng).run(
        &(choices(0..40), choices(1..16)),
        |(steps, roots): (Vec<Choice>, Vec<Choice>)| {
            check(&steps, &roots).map_err(TestCaseError::fail)
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

/// Builds a program of two entries over a handful of states: the tensors that `steps` make, of which `roots` say what
/// becomes an output and what updates a state.
pub fn program(steps: &[Choice], roots: &[Choice]) -> Program {
    let mut maker = Maker::new();
    let of_entry = |entry: u16| -> Vec<Choice> {
        (roots.iter().filter(|root| root[0] % 2 == entry))
            .copied()
            .collect()
    };
    // The first entry uses what is there after half of the steps.
    let (before, after) = steps.split_at(steps.len() / 2);
    before.iter().for_each(|step| maker.step(step));
    maker.entry("first", &of_entry(1));
    after.iter().for_each(|step| maker.step(step));
    maker.entry("second", &of_entry(0));
    maker
        .builder
        .build()
        .unwrap_or_else(|error| panic!("the generator made an ill-formed graph: {error}"))
}
