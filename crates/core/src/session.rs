//! What a backend offers: a program's buffers on a device, and its entries to run.

/// Names a buffer that the host may touch, by its index in the program.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Slot {
    /// An input.
    Input(usize),
    /// A state buffer.
    State(usize),
    /// Output `output` of entry `entry`; holds what the last run of that entry left.
    Output {
        /// The entry's index.
        entry: usize,
        /// The output's index within the entry.
        output: usize,
    },
}
