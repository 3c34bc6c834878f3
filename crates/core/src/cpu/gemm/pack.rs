//! Copies of operands in the order in which tiles read them.

use super::View;

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
pub(super) unsafe fn panels_of_a(a: View, m: usize, k: usize, full: usize, mut to: *mut f32) {
    let mut i = 0;
    while i < m {
        let rows = height(m - i, full);
        // SAFETY: the caller promises a matrix of `m` x `k`, and as much room at `to`.
        unsafe {
            let part = a.from(i, 0).transposed();
            match rows {
                12 => interleave::<12>(part, k, 12, to),
                8 => interleave::<8>(part, k, 8, to),
                6 => interleave::<6>(part, k, 6, to),
                4 => interleave::<4>(part, k, 4, to),
                2 => interleave::<2>(part, k, 2, to),
                _ => interleave::<1>(part, k, 1, to),
            }
            to = to.add(rows * k);
        }
        i += rows;
    }
}

/// Packs `k` x `n` elements row by row, each row filled up with zeros to `width`.
pub(super) unsafe fn panel_of_b(b: View, k: usize, n: usize, width: usize, to: *mut f32) {
    // SAFETY: the caller promises a matrix of `k` x `n`, and room for `k` x `width`.
    unsafe {
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
        let mut p = 0;
        if from.rows == 1 {
            // Blocks of 4 x 4 become a handful of shuffles.
            while p + 4 <= k {
                let mut j = 0;
                while j + 4 <= N {
                    let column =
                        |i: usize| from.from(p, j + i).at.cast::<[f32; 4]>().read_unaligned();
                    let columns = [column(0), column(1), column(2), column(3)];
                    let row = |i: usize| columns.map(|column| column[i]);
                    for (i, row) in [row(0), row(1), row(2), row(3)].into_iter().enumerate() {
                        to.add((p + i) * stride + j)
                            .cast::<[f32; 4]>()
                            .write_unaligned(row);
                    }
                    j += 4;
                }
                while j < N {
                    for i in 0..4 {
                        *to.add((p + i) * stride + j) = *from.from(p + i, j).at;
                    }
                    j += 1;
                }
                p += 4;
            }
        }
        while p < k {
            for j in 0..N {
                *to.add(p * stride + j) = *from.from(p, j).at;
            }
            p += 1;
        }
    }
}

/// Copies a whole matrix, row-major.
pub(super) unsafe fn dense(from: View, rows: usize, cols: usize, to: *mut f32) {
    for i in 0..rows {
        for j in 0..cols {
            // SAFETY: the caller promises the matrix and the room.
            unsafe { *to.add(i * cols + j) = *from.from(i, j).at };
        }
    }
}
