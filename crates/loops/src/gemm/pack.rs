//! Copies of operands in the order in which tiles read them.

use super::interleave::interleave_rows;
use super::listed::{Listed, Stretch};
use super::{Operand, View};

/// The height of the next panel of A, where `left` rows are left: full tiles first, then what has a tile of its own,
/// so that no row is computed in vain.
#[inline(always)]
pub(super) fn height(left: usize, full: usize) -> usize {
    match left {
        _ if left >= full => full,
        8.. => 8,
        4.. => 4,
        2.. => 2,
        _ => 1,
    }
}

/// Packs `m` x `k` elements into panels of [`height`] rows, each of them column by column.
pub(super) unsafe fn panels_of_a(
    a: Operand<'_>,
    m: usize,
    k: usize,
    full: usize,
    mut to: *mut f32,
    stretches: &mut Vec<Stretch>,
) {
    if let Operand::Listed(listed) = &a {
        listed.columns(k, stretches);
    }
    let mut i = 0;
    while i < m {
        let rows = height(m - i, full);
        // SAFETY: the caller promises a matrix of `m` x `k`, and as much room at `to`.
        unsafe {
            match &a {
                Operand::Strided(view) => strided_panel(view.from(i, 0), rows, k, to),
                Operand::Listed(listed) => listed_panel(listed, i, rows, rows, stretches, to),
            }
            to = to.add(rows * k);
        }
        i += rows;
    }
}

unsafe fn strided_panel(a: View, rows: usize, k: usize, to: *mut f32) {
    let part = a.transposed();
    // SAFETY: the caller promises the matrix and the room.
    unsafe {
        match rows {
            12 => interleave::<12>(part, k, 12, to),
            8 => interleave::<8>(part, k, 8, to),
            6 => interleave::<6>(part, k, 6, to),
            4 => interleave::<4>(part, k, 4, to),
            2 => interleave::<2>(part, k, 2, to),
            _ => interleave::<1>(part, k, 1, to),
        }
    }
}

/// Packs `rows` rows from `row` on, filled up to `width`.
unsafe fn listed_panel(
    from: &Listed<'_>,
    row: usize,
    rows: usize,
    width: usize,
    columns: &[Stretch],
    to: *mut f32,
) {
    // The widths that the instruction sets of the target have.
    const WIDE: bool = cfg!(target_arch = "x86_64");
    // SAFETY: the caller promises the matrix and the room.
    unsafe {
        match width {
            32 if WIDE => from.panel::<32>(row, rows, columns, width, to),
            16 if WIDE => from.panel::<16>(row, rows, columns, width, to),
            12 if WIDE => from.panel::<12>(row, rows, columns, width, to),
            6 if WIDE => from.panel::<6>(row, rows, columns, width, to),
            8 => from.panel::<8>(row, rows, columns, width, to),
            4 => from.panel::<4>(row, rows, columns, width, to),
            _ => {
                for lane in 0..width {
                    from.panel::<1>(row + lane, 1, columns, width, to.add(lane));
                }
            }
        }
    }
}

/// Packs `k` x `n` elements row by row, each row filled up with zeros to `width`.
pub(super) unsafe fn panel_of_b(
    b: Operand<'_>,
    k: usize,
    n: usize,
    width: usize,
    to: *mut f32,
    stretches: &mut Vec<Stretch>,
) {
    // SAFETY: the caller promises a matrix of `k` x `n`, and room for `k` x `width`.
    unsafe {
        let b = match b {
            Operand::Strided(view) => view,
            Operand::Listed(listed) => {
                let turned = listed.transposed();
                turned.columns(k, stretches);
                return listed_panel(&turned, 0, n, width, stretches, to);
            }
        };
        match (n == width, width) {
            (true, 32) => interleave::<32>(b, k, 32, to),
            (true, 16) => interleave::<16>(b, k, 16, to),
            (true, 8) => interleave::<8>(b, k, 8, to),
            (true, 4) => interleave::<4>(b, k, 4, to),
            _ => {
                to.write_bytes(0, k * width);
                for j in 0..n {
                    interleave::<1>(b.from(0, j), k, width, to.add(j));
                }
            }
        }
    }
}

/// Copies a `k` x `N` view to rows that lie `stride` floats apart.
#[inline(always)]
unsafe fn interleave<const N: usize>(from: View, k: usize, stride: usize, to: *mut f32) {
    // SAFETY: the caller promises the view and the room.
    unsafe {
        if from.cols == 1 || N == 1 {
            for p in 0..k {
                let row = from
                    .at
                    .offset(p as isize * from.rows)
                    .cast::<[f32; N]>()
                    .read_unaligned();
                to.add(p * stride).cast::<[f32; N]>().write_unaligned(row);
            }
            return;
        }
        if from.rows == 1 {
            let columns = std::array::from_fn(|j| from.from(0, j).at);
            return interleave_rows::<N>(columns, k, stride, to);
        }
        for p in 0..k {
            for j in 0..N {
                *to.add(p * stride + j) = *from.from(p, j).at;
            }
        }
    }
}

/// Copies a whole matrix, row-major.
pub(super) unsafe fn dense(from: Operand<'_>, rows: usize, cols: usize, to: *mut f32) {
    for i in 0..rows {
        for j in 0..cols {
            // SAFETY: the caller promises the matrix and the room.
            unsafe {
                *to.add(i * cols + j) = match &from {
                    Operand::Strided(view) => *view.from(i, j).at,
                    Operand::Listed(listed) => listed.at(i, j),
                }
            };
        }
    }
}
