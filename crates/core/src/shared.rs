//! What the crate of tests has and the tests in here use too: there it meets the backends through their public face, in
//! here the planner and the simplifier, which have none.

#[path = "../../../tests/src/op_table.rs"]
#[allow(
    dead_code,
    unreachable_pub,
    reason = "the file is public in the crate of tests, which uses all of it"
)]
pub(crate) mod op_table;
#[path = "../../../tests/src/parity.rs"]
#[allow(unreachable_pub, reason = "the file is public in the crate of tests")]
pub(crate) mod parity;
#[path = "../../../tests/src/random_graph/mod.rs"]
#[allow(unreachable_pub, reason = "the file is public in the crate of tests")]
pub(crate) mod random_graph;
