//! The ring of metrics on the device: the host fetches rows when it wants to draw, and a step reads nothing back.

use ganlet_core::{Builder, DType, Tensor};

use super::states::{Role, States};

/// Steps whose metrics the device remembers.
pub const RING: usize = 256;

/// The ring and the row that comes next.
pub(super) struct Record {
    ring: Tensor,
    cursor: Tensor,
    width: usize,
}

impl Record {
    pub(super) fn new(states: &mut States<'_>, width: usize) -> Self {
        let ring = states.zeros("metrics", &[RING, width], DType::F32, Role::Statistic);
        let cursor = states.zeros("metrics.cursor", &[1], DType::U32, Role::Statistic);
        Self {
            ring,
            cursor,
            width,
        }
    }

    /// The ring with one more row, and the cursor moved on: pairs of a state and its next value.
    pub(super) fn push(&self, b: &Builder, values: &[Tensor]) -> [(Tensor, Tensor); 2] {
        let cells: Vec<Tensor> = values.iter().map(|v| v.reshape(&[1, 1])).collect();
        let row = Tensor::concat(&cells.iter().collect::<Vec<_>>(), 1);
        let here = b
            .iota(&[RING, self.width], 0)
            .equal(&self.cursor.reshape(&[1, 1]));
        let ring = here.select(&row, &self.ring);
        let at_end = self.cursor.equal(&b.full_u32(&[1], RING as u32 - 1));
        let cursor = at_end.select(&b.full_u32(&[1], 0), &(&self.cursor + 1.0));
        [(self.ring.clone(), ring), (self.cursor.clone(), cursor)]
    }
}
