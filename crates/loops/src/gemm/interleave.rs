//! The inner loop of packing: rows beside each other, in blocks that become shuffles.

/// Copies `k` elements each of `N` places, side by side, to rows that lie `stride` floats apart.
#[inline(always)]
pub(super) unsafe fn interleave_rows<const N: usize>(
    from: [*const f32; N],
    k: usize,
    stride: usize,
    to: *mut f32,
) {
    // SAFETY: the caller promises the elements and the room.
    unsafe {
        let mut p = 0;
        // Blocks of 4 x 4 become a handful of shuffles.
        while p + 4 <= k {
            let mut j = 0;
            while j + 4 <= N {
                let column = |i: usize| from[j + i].add(p).cast::<[f32; 4]>().read_unaligned();
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
                    *to.add((p + i) * stride + j) = *from[j].add(p + i);
                }
                j += 1;
            }
            p += 4;
        }
        while p < k {
            for (j, from) in from.iter().enumerate() {
                *to.add(p * stride + j) = *from.add(p);
            }
            p += 1;
        }
    }
}
