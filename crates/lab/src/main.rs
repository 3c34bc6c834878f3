//! ganlet in a terminal.
fn main() {}
