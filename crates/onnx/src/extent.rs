//! Which extents are the number of rows: found by tracing twice.
//!
//! A program has static shapes. Traced for two numbers of rows it is the same list of operations, and what differs between the two
//! is what depends on the number of rows.

use ganlet_core::Program;
use ganlet_core::node::Node;

/// An extent of a tensor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Extent {
    /// The same for any number of rows.
    Fixed(usize),
    /// So many times the number of rows.
    Rows(usize),
}

/// The extents, where none depends on the number of rows.
pub(crate) fn fixed(extents: &[Extent]) -> Option<Vec<usize>> {
    let fixed = |extent: &Extent| match extent {
        Extent::Fixed(n) => Some(*n),
        Extent::Rows(_) => None,
    };
    extents.iter().map(fixed).collect()
}

/// What of a program cannot be said of any number of rows.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Differs;

/// The extents of each node of two traces of one program, for so many rows each.
pub(crate) fn extents(
    traces: [&Program; 2],
    rows: [usize; 2],
) -> Result<Vec<Vec<Extent>>, Differs> {
    let [a, b] = traces.map(|program| &program.nodes);
    if a.len() != b.len() {
        return Err(Differs);
    }
    (a.iter().zip(b))
        .map(|(a, b)| of_node([a, b], rows))
        .collect()
}

fn of_node([a, b]: [&Node; 2], rows: [usize; 2]) -> Result<Vec<Extent>, Differs> {
    let same = a.op == b.op && a.args == b.args && a.shape.len() == b.shape.len();
    if !same {
        return Err(Differs);
    }
    (a.shape.iter().zip(&b.shape))
        .map(|(&a, &b)| match a / rows[0] {
            _ if a == b => Ok(Extent::Fixed(a)),
            times if times * rows[0] == a && times * rows[1] == b => Ok(Extent::Rows(times)),
            _ => Err(Differs),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use ganlet_core::{Builder, DType};

    fn traced(rows: usize, trace: impl Fn(&ganlet_core::Tensor) -> ganlet_core::Tensor) -> Program {
        let b = Builder::new();
        let x = b.input("x", &[rows, 6], DType::F32);
        b.entry("f", &[], &[("y", &trace(&x))]);
        b.build().unwrap()
    }

    #[test]
    fn what_differs_between_two_traces_is_the_number_of_rows() {
        let trace = |rows: usize| traced(rows, |x| x.reshape(&[rows * 2, 3]).sum(&[1]));
        let found = extents([&trace(5), &trace(7)], [5, 7]).unwrap();
        let (fixed, rows) = (Extent::Fixed, Extent::Rows);
        assert_eq!(found[0], [rows(1), fixed(6)]);
        assert_eq!(found[1], [rows(2), fixed(3)]);
        assert_eq!(found[2], [rows(2), fixed(1)]);
    }

    #[test]
    fn a_mean_over_rows_divides_by_a_number_that_is_not_the_same() {
        let trace = |rows: usize| traced(rows, |x| x.mean(&[0]));
        assert_eq!(extents([&trace(5), &trace(7)], [5, 7]), Err(Differs));
    }
}
