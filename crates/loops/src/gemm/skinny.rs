//! Products with a side of one to four: the last layer of a discriminator, its gradients, points in a plane.
//!
//! Where m or n is short, each element of the large operand is used only a few times, so copying it would double the
//! work. It is read where it lies: in strips if it is contiguous along its long side, as dot products if it is
//! contiguous along k. Anything else goes the general way. Where k is short, writing C is the work, so that is done
//! row by row, in the order in which C lies.

use super::isa::{Isa, Segment};
use super::{Operand, Product, Scratch, pack, reserve};

/// The longest side that counts as short.
const SHORT: usize = 4;

/// Runs the product if it is skinny in one of these ways, and returns whether it was.
pub(super) unsafe fn run<I: Isa>(p: &Product<'_>, scratch: &mut Scratch) -> bool {
    // SAFETY: the caller's promises are passed on, and every temporary is as large as its use.
    unsafe {
        if p.n <= SHORT && p.n <= p.m {
            if in_rows(&p.a) {
                let out = Strided {
                    at: p.c,
                    short: 1,
                    long: p.c_stride,
                    accumulate: p.accumulate,
                };
                dots::<I>(p.n, p.m, p.k, p.b.transposed(), p.a, out, scratch);
                return true;
            }
            if in_columns(&p.a) {
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
            if in_columns(&p.b.transposed()) {
                strips::<I>(p, scratch);
                return true;
            }
            if in_rows(&p.b.transposed()) {
                let out = Strided {
                    at: p.c,
                    short: p.c_stride,
                    long: 1,
                    accumulate: p.accumulate,
                };
                dots::<I>(p.m, p.n, p.k, p.a, p.b.transposed(), out, scratch);
                return true;
            }
        } else if let (..=SHORT, Operand::Strided(a)) = (p.k, p.a) {
            let dense = reserve(&mut scratch.b, p.k * p.n);
            pack::dense(p.b, p.k, p.n, dense);
            match p.k {
                1 => I::outer::<1>(p, a, dense),
                2 => I::outer::<2>(p, a, dense),
                3 => I::outer::<3>(p, a, dense),
                _ => I::outer::<4>(p, a, dense),
            }
            return true;
        }
    }
    false
}

/// Whether an operand can be read where it lies, row by row.
fn in_rows(x: &Operand<'_>) -> bool {
    match x {
        Operand::Strided(view) => view.cols == 1,
        Operand::Listed(listed) => listed.in_rows(),
    }
}

/// Whether it can be read column by column.
fn in_columns(x: &Operand<'_>) -> bool {
    matches!(x, Operand::Strided(view) if view.rows == 1)
}

/// A product with a few rows, whose B has contiguous rows.
unsafe fn strips<I: Isa>(p: &Product<'_>, scratch: &mut Scratch) {
    let Operand::Strided(b_view) = p.b else {
        unreachable!("the caller looked at the operand")
    };
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
        pack::panels_of_a(p.a, m, k, SHORT, packed_a, &mut scratch.stretches);
        let tail = reserve(&mut scratch.b, k * I::LANES);
        if whole < n {
            let rest = p.b.from(0, whole);
            pack::panel_of_b(rest, k, n - whole, I::LANES, tail, &mut scratch.stretches);
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
                let b = b_view.from(0, j);
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

/// Dot products of the `long` rows of `x` with the `short` rows of `y`.
unsafe fn dots<I: Isa>(
    short: usize,
    long: usize,
    k: usize,
    y: Operand<'_>,
    x: Operand<'_>,
    out: Strided,
    scratch: &mut Scratch,
) {
    let packed = reserve(&mut scratch.b, short * k);
    // SAFETY: the caller's promises are passed on.
    unsafe {
        pack::dense(y, short, k, packed);
        if let Operand::Listed(listed) = &x {
            listed.columns(k, &mut scratch.stretches);
        }
        match short {
            1 => dots_of::<I, 1>(long, k, packed, x, out, scratch),
            2 => dots_of::<I, 2>(long, k, packed, x, out, scratch),
            3 => dots_of::<I, 3>(long, k, packed, x, out, scratch),
            _ => dots_of::<I, 4>(long, k, packed, x, out, scratch),
        }
    }
}

unsafe fn dots_of<I: Isa, const COLS: usize>(
    long: usize,
    k: usize,
    y: *const f32,
    x: Operand<'_>,
    out: Strided,
    scratch: &mut Scratch,
) {
    let mut sums = [[0.0; COLS]; 4];
    let mut i = 0;
    let (segments, stretches) = (&mut scratch.segments, &scratch.stretches);
    while i < long {
        // SAFETY: where fewer than four rows are left, one row stands for all four.
        unsafe {
            let rows = if long - i >= 4 { 4 } else { 1 };
            segments.clear();
            match &x {
                Operand::Strided(view) => {
                    let lane = |lane| view.from(i + if rows == 4 { lane } else { 0 }, 0).at;
                    segments.push(Segment {
                        rows: [0, 1, 2, 3].map(lane),
                        len: k,
                    });
                }
                Operand::Listed(listed) => listed.four_rows(i, rows, stretches, |rows, len| {
                    segments.push(Segment { rows, len });
                }),
            }
            I::dot(k, segments, y, &mut sums);
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
