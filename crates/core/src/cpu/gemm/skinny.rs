//! Products with a side of one to four: the last layer of a discriminator, its gradients, points in a plane.
//!
//! Where m or n is short, each element of the large operand is used only a few times, so copying it would double the
//! work. It is read where it lies: in strips if it is contiguous along its long side, as dot products if it is
//! contiguous along k. Anything else goes the general way. Where k is short, writing C is the work, so that is done
//! row by row, in the order in which C lies.

use super::{Product, Scratch, View, isa::Isa, pack, reserve};

/// The longest side that counts as short.
const SHORT: usize = 4;

/// Runs the product if it is skinny in one of these ways, and returns whether it was.
pub(super) unsafe fn run<I: Isa>(p: &Product, scratch: &mut Scratch) -> bool {
    // SAFETY: the caller's promises are passed on, and every temporary is as large as its use.
    unsafe {
        if p.n <= SHORT && p.n <= p.m {
            if p.a.cols == 1 {
                let y = p.b.transposed();
                let out = Strided {
                    at: p.c,
                    short: 1,
                    long: p.c_stride,
                    accumulate: p.accumulate,
                };
                dots::<I>(p.n, p.m, p.k, y, p.a.at, p.a.rows, out, scratch);
                return true;
            }
            if p.a.rows == 1 {
                let turned = reserve(&mut scratch.c, p.n * p.m);
                let (a, b) = (p.b.transposed(), p.a.transposed());
                let c = turned;
                strips::<I>(
                    &Product {
                        m: p.n,
                        n: p.m,
                        k: p.k,
                        a,
                        b,
                        c,
                        c_stride: p.m,
                        accumulate: false,
                    },
                    scratch,
                );
                for i in 0..p.m {
                    for j in 0..p.n {
                        let (to, value) = (p.c.add(i * p.c_stride + j), *turned.add(j * p.m + i));
                        *to = if p.accumulate { *to + value } else { value };
                    }
                }
                return true;
            }
        } else if p.m <= SHORT {
            if p.b.cols == 1 {
                strips::<I>(p, scratch);
                return true;
            }
            if p.b.rows == 1 {
                let out = Strided {
                    at: p.c,
                    short: p.c_stride,
                    long: 1,
                    accumulate: p.accumulate,
                };
                dots::<I>(p.m, p.n, p.k, p.a, p.b.at, p.b.cols, out, scratch);
                return true;
            }
        } else if p.k <= SHORT {
            let dense = reserve(&mut scratch.b, p.k * p.n);
            pack::dense(p.b, p.k, p.n, dense);
            match p.k {
                1 => I::outer::<1>(p, dense),
                2 => I::outer::<2>(p, dense),
                3 => I::outer::<3>(p, dense),
                _ => I::outer::<4>(p, dense),
            }
            return true;
        }
    }
    false
}

/// A product with a few rows, whose B has contiguous rows.
unsafe fn strips<I: Isa>(p: &Product, scratch: &mut Scratch) {
    let Product {
        m,
        n,
        k,
        c_stride,
        accumulate,
        ..
    } = *p;
    let whole = n - n % I::LANES;
    // SAFETY: loads of B end before column `whole`; the columns from there on are packed and padded first.
    unsafe {
        let packed_a = reserve(&mut scratch.a, m * k);
        pack::panels_of_a(p.a, m, k, SHORT, packed_a);
        let tail = reserve(&mut scratch.b, k * I::LANES);
        if whole < n {
            pack::panel_of_b(p.b.from(0, whole), k, n - whole, I::LANES, tail);
        }
        let mut i = 0;
        while i < m {
            let rows = pack::height(m - i, SHORT);
            let (a, c) = (packed_a.add(i * k).cast_const(), p.c.add(i * c_stride));
            let mut j = 0;
            while j < whole {
                let vectors = match (whole - j) / I::LANES {
                    4.. if rows <= 2 => 4,
                    2.. => 2,
                    _ => 1,
                };
                let b = p.b.from(0, j);
                I::tile(
                    rows,
                    vectors,
                    k,
                    a,
                    b.at,
                    b.rows,
                    c.add(j),
                    c_stride,
                    accumulate,
                    I::LANES,
                );
                j += vectors * I::LANES;
            }
            if whole < n {
                I::tile(
                    rows,
                    1,
                    k,
                    a,
                    tail,
                    I::LANES as isize,
                    c.add(whole),
                    c_stride,
                    accumulate,
                    n - whole,
                );
            }
            i += rows;
        }
    }
}

/// Where the elements of a result go whose sides are called short and long.
#[derive(Clone, Copy)]
struct Strided {
    at: *mut f32,
    short: usize,
    long: usize,
    accumulate: bool,
}

/// Dot products of `long` rows at `x` with the `short` rows of `y`.
#[expect(
    clippy::too_many_arguments,
    reason = "a product that differs from the caller's in most fields"
)]
unsafe fn dots<I: Isa>(
    short: usize,
    long: usize,
    k: usize,
    y: View,
    x: *const f32,
    x_stride: isize,
    out: Strided,
    scratch: &mut Scratch,
) {
    let packed = reserve(&mut scratch.b, short * k);
    // SAFETY: the caller's promises are passed on.
    unsafe {
        pack::dense(y, short, k, packed);
        match short {
            1 => dots_of::<I, 1>(long, k, packed, x, x_stride, out),
            2 => dots_of::<I, 2>(long, k, packed, x, x_stride, out),
            3 => dots_of::<I, 3>(long, k, packed, x, x_stride, out),
            _ => dots_of::<I, 4>(long, k, packed, x, x_stride, out),
        }
    }
}

unsafe fn dots_of<I: Isa, const COLS: usize>(
    long: usize,
    k: usize,
    y: *const f32,
    x: *const f32,
    x_stride: isize,
    out: Strided,
) {
    let mut sums = [[0.0; COLS]; 4];
    let mut i = 0;
    while i < long {
        // SAFETY: where fewer than four rows are left, one row stands for all four.
        unsafe {
            let rows = if long - i >= 4 { 4 } else { 1 };
            let stride = if rows == 4 { x_stride } else { 0 };
            I::dot(k, x.offset(i as isize * x_stride), stride, y, &mut sums);
            for (row, sums) in sums.iter().enumerate().take(rows) {
                for (j, &sum) in sums.iter().enumerate() {
                    let to = out.at.add((i + row) * out.long + j * out.short);
                    *to = if out.accumulate { *to + sum } else { sum };
                }
            }
            i += rows;
        }
    }
}
