//! Single-precision matrix multiplication for every operand layout.
//!
//! The scheme is the one of Goto and van de Geijn (*Anatomy of High-Performance Matrix Multiplication*, ACM TOMS
//! 34(3), 2008): operands are copied block by block into the order in which a register tile reads them, so the
//! strides that backpropagation produces (transposes, sub-views, flips) cost one pass over the data and never reach
//! the inner loop. Two things differ. A panel of B is packed right before its only use, so it stays in the first
//! cache and scratch memory stays small; it is packed once per [`ROWS`] rows of C, which costs a few per cent where
//! there are more. And products with a very short side skip packing, which they could not pay back: see
//! [`skinny`].
//!
//! Every element of C is a sum over k in ascending order within blocks whose length depends on k alone, so a result
//! does not depend on the number of threads.

mod interleave;
mod isa;
pub mod listed;
mod pack;
mod skinny;
#[cfg(test)]
mod tests;

use isa::Isa;
use listed::{Listed, Stretch};

#[cfg(target_arch = "x86_64")]
use crate::target;

/// Longest stretch of k between two visits to C: a packed panel of B (256 x 32 floats at most) then fits the first
/// cache next to the panel of A that streams by.
const DEPTH: usize = 256;
/// Rows of A packed at a time: 256 x 512 floats are half of a common second-level cache.
const ROWS: usize = 512;

/// A read-only matrix view: element (i, j) is `data[offset + i * row_stride + j * col_stride]`.
#[derive(Clone, Copy, Debug)]
pub struct Matrix<'a> {
    /// The storage that the view selects from.
    pub data: &'a [f32],
    /// Position of element (0, 0).
    pub offset: usize,
    /// Distance between rows; negative for a flipped view, zero for a broadcast one.
    pub row_stride: isize,
    /// Distance between columns.
    pub col_stride: isize,
}

impl Matrix<'_> {
    /// Checks that every element of a `rows` x `cols` matrix lies inside the storage.
    fn check(&self, rows: usize, cols: usize) -> View {
        let along = |count: usize, stride: isize| (count as isize - 1).checked_mul(stride);
        let (mut low, mut high) = (Some(self.offset as isize), Some(self.offset as isize));
        for extent in [along(rows, self.row_stride), along(cols, self.col_stride)] {
            low = low
                .zip(extent)
                .and_then(|(at, by)| at.checked_add(by.min(0)));
            high = high
                .zip(extent)
                .and_then(|(at, by)| at.checked_add(by.max(0)));
        }
        let inside = low.is_some_and(|low| low >= 0)
            && high.is_some_and(|high| high < self.data.len() as isize);
        assert!(
            inside,
            "a {rows} x {cols} operand leaves its storage of {} elements",
            self.data.len()
        );
        // SAFETY: `offset` is in bounds: it lies between `low` and `high`, which were just checked.
        View {
            at: unsafe { self.data.as_ptr().add(self.offset) },
            rows: self.row_stride,
            cols: self.col_stride,
        }
    }
}

/// Memory for packed operands. It grows to what the largest product needs, and is reused.
#[derive(Debug, Default)]
pub struct Scratch {
    a: Vec<Line>,
    b: Vec<Line>,
    c: Vec<Line>,
    stretches: Vec<Stretch>,
    segments: Vec<isa::Segment>,
    #[cfg(not(target_arch = "wasm32"))]
    workers: Vec<Scratch>,
}

/// One cache line: the widest vector load then never straddles two.
#[derive(Clone, Copy, Debug)]
#[repr(C, align(64))]
struct Line([f32; 16]);

/// Makes room for `count` floats, and returns where it is.
fn reserve(lines: &mut Vec<Line>, count: usize) -> *mut f32 {
    let needed = count.div_ceil(16);
    if lines.len() < needed {
        lines.resize(needed, Line([0.0; 16]));
    }
    lines.as_mut_ptr().cast()
}

/// A checked operand.
#[derive(Clone, Copy)]
struct View {
    at: *const f32,
    rows: isize,
    cols: isize,
}

impl View {
    /// The view that starts at element (i, j).
    unsafe fn from(self, i: usize, j: usize) -> Self {
        // SAFETY: the caller stays inside the matrix.
        Self {
            at: unsafe {
                self.at
                    .offset(i as isize * self.rows + j as isize * self.cols)
            },
            ..self
        }
    }

    fn transposed(self) -> Self {
        Self {
            rows: self.cols,
            cols: self.rows,
            ..self
        }
    }
}

/// How an operand is given.
#[derive(Clone, Copy, Debug)]
pub enum Factor<'a> {
    /// With one stride for rows and one for columns.
    Matrix(Matrix<'a>),
    /// By walks over boxes of axes.
    Listed(Listed<'a>),
}

impl<'a> From<Matrix<'a>> for Factor<'a> {
    fn from(matrix: Matrix<'a>) -> Self {
        Self::Matrix(matrix)
    }
}

impl<'a> Factor<'a> {
    fn check(&self, rows: usize, cols: usize) -> Operand<'a> {
        match self {
            Factor::Matrix(matrix) => Operand::Strided(matrix.check(rows, cols)),
            // Every stretch is checked when it is read.
            Factor::Listed(listed) => Operand::Listed(*listed),
        }
    }
}

/// An operand as the inner loops know it.
#[derive(Clone, Copy)]
enum Operand<'a> {
    Strided(View),
    Listed(Listed<'a>),
}

impl Operand<'_> {
    /// The operand that starts at element (i, j).
    unsafe fn from(self, i: usize, j: usize) -> Self {
        match self {
            // SAFETY: the caller stays inside the matrix.
            Operand::Strided(view) => Operand::Strided(unsafe { view.from(i, j) }),
            Operand::Listed(listed) => Operand::Listed(listed.from(i, j)),
        }
    }

    fn transposed(self) -> Self {
        match self {
            Operand::Strided(view) => Operand::Strided(view.transposed()),
            Operand::Listed(listed) => Operand::Listed(listed.transposed()),
        }
    }
}

/// A checked product: every element that the sizes and strides name lies inside its storage, and nothing else refers
/// to C.
#[derive(Clone, Copy)]
struct Product<'a> {
    m: usize,
    n: usize,
    k: usize,
    a: Operand<'a>,
    b: Operand<'a>,
    c: *mut f32,
    c_stride: usize,
    accumulate: bool,
}

/// `C[m, n] = A[m, k] B[k, n]`, or `C += A B` with `accumulate`. C is row-major: its element (i, j) is
/// `c[c_offset + i * c_row_stride + j]`.
///
/// Up to `threads` threads work on a product that is large enough to share out; 1 stays on the caller's. The result
/// does not depend on `threads`. In a browser there is one thread, and the argument is ignored.
///
/// # Panics
/// Where an operand or the result leaves its storage, or rows of C overlap.
#[expect(
    clippy::too_many_arguments,
    reason = "the BLAS signature, which every caller knows"
)]
pub fn sgemm(
    m: usize,
    n: usize,
    k: usize,
    a: Factor<'_>,
    b: Factor<'_>,
    c: &mut [f32],
    c_offset: usize,
    c_row_stride: usize,
    accumulate: bool,
    scratch: &mut Scratch,
    threads: usize,
) {
    if m == 0 || n == 0 {
        return;
    }
    let end = (m - 1)
        .checked_mul(c_row_stride)
        .and_then(|last| last.checked_add(c_offset)?.checked_add(n));
    assert!(
        end.is_some_and(|end| end <= c.len()),
        "the {m} x {n} result leaves its storage of {} elements",
        c.len()
    );
    assert!(m == 1 || c_row_stride >= n, "rows of the result overlap");
    if k == 0 {
        if !accumulate {
            for row in c[c_offset..].chunks_mut(c_row_stride.max(n)).take(m) {
                row[..n].fill(0.0);
            }
        }
        return;
    }
    let (a, b) = (a.check(m, k), b.check(k, n));
    let c = c[c_offset..].as_mut_ptr();
    let product = Product {
        m,
        n,
        k,
        a,
        b,
        c,
        c_stride: c_row_stride,
        accumulate,
    };
    // SAFETY: all three matrices were checked above, and `c` is borrowed exclusively. Each instruction set is used
    // only where it was detected.
    unsafe {
        #[cfg(target_arch = "x86_64")]
        match target::level() {
            target::Level::Avx512 => return run::<isa::Avx512>(&product, scratch, threads),
            target::Level::Avx2 => return run::<isa::Avx2>(&product, scratch, threads),
            target::Level::Baseline => {}
        }
        run::<isa::Portable>(&product, scratch, threads);
    }
}

unsafe fn run<I: Isa>(p: &Product<'_>, scratch: &mut Scratch, threads: usize) {
    // SAFETY: the caller's promises are passed on.
    unsafe {
        if skinny::run::<I>(p, scratch) {
            return;
        }
        #[cfg(not(target_arch = "wasm32"))]
        if threads > 1 && share::<I>(p, scratch, threads) {
            return;
        }
        #[cfg(target_arch = "wasm32")]
        let _ = threads;
        blocked::<I>(p, scratch);
    }
}

/// The general case: packed panels and register tiles.
unsafe fn blocked<I: Isa>(p: &Product<'_>, scratch: &mut Scratch) {
    let depth = p.k.div_ceil(p.k.div_ceil(DEPTH));
    let width = I::TILE_VECTORS * I::LANES;
    let packed_a = reserve(&mut scratch.a, depth * p.m.min(ROWS));
    let packed_b = reserve(&mut scratch.b, depth * width);
    for k0 in (0..p.k).step_by(depth) {
        let kb = depth.min(p.k - k0);
        let accumulate = p.accumulate || k0 > 0;
        for i0 in (0..p.m).step_by(ROWS) {
            let mb = ROWS.min(p.m - i0);
            // SAFETY: blocks stay inside the matrices, and the packed copies inside what was reserved: the heights
            // of the panels of A add up to `mb`, and a panel of B is at most `width` wide.
            unsafe {
                pack::panels_of_a(
                    p.a.from(i0, k0),
                    mb,
                    kb,
                    I::TILE_ROWS,
                    packed_a,
                    &mut scratch.stretches,
                );
                for j0 in (0..p.n).step_by(width) {
                    let nb = width.min(p.n - j0);
                    let vectors = nb.div_ceil(I::LANES);
                    pack::panel_of_b(
                        p.b.from(k0, j0),
                        kb,
                        nb,
                        vectors * I::LANES,
                        packed_b,
                        &mut scratch.stretches,
                    );
                    let tail = nb - (vectors - 1) * I::LANES;
                    let (mut i, mut panel) = (0, packed_a.cast_const());
                    while i < mb {
                        let rows = pack::height(mb - i, I::TILE_ROWS);
                        let c = p.c.add((i0 + i) * p.c_stride + j0);
                        let b = packed_b.cast_const();
                        I::tile(
                            rows,
                            vectors,
                            kb,
                            panel,
                            b,
                            (vectors * I::LANES) as isize,
                            c,
                            p.c_stride,
                            accumulate,
                            tail,
                        );
                        panel = panel.add(rows * kb);
                        i += rows;
                    }
                }
            }
        }
    }
}

/// Shares a large product out, by columns of C or by rows, whichever there are more of. Returns whether it did.
#[cfg(not(target_arch = "wasm32"))]
unsafe fn share<I: Isa>(p: &Product<'_>, scratch: &mut Scratch, threads: usize) -> bool {
    /// Multiplications below which waking a thread costs more than it saves.
    const WORTH_SHARING: usize = 1 << 20;
    /// The unit of sharing: whole register tiles on every instruction set.
    const GRAIN: usize = 32;

    /// A piece of a product.
    struct Piece<'a>(Product<'a>);
    // SAFETY: pieces read shared data and write disjoint parts of C, and are gone before `share` returns.
    unsafe impl Send for Piece<'_> {}

    if p.m.saturating_mul(p.n).saturating_mul(p.k) < WORTH_SHARING {
        return false;
    }
    let by_columns = p.n >= p.m;
    let long = p.m.max(p.n);
    let piece = long.div_ceil(threads).next_multiple_of(GRAIN);
    scratch
        .workers
        .resize_with(threads.max(scratch.workers.len()), Scratch::default);
    rayon::in_place_scope(|scope| {
        for (start, worker) in (0..long).step_by(piece).zip(&mut scratch.workers) {
            let length = piece.min(long - start);
            // SAFETY: both starts lie inside their matrices, because `start < long`.
            let piece = Piece(unsafe {
                if by_columns {
                    Product {
                        n: length,
                        b: p.b.from(0, start),
                        c: p.c.add(start),
                        ..*p
                    }
                } else {
                    Product {
                        m: length,
                        a: p.a.from(start, 0),
                        c: p.c.add(start * p.c_stride),
                        ..*p
                    }
                }
            });
            let mut work = move || {
                let piece = &piece;
                // SAFETY: each piece is a part of a product that the caller vouches for, with its own part of C.
                unsafe { blocked::<I>(&piece.0, worker) }
            };
            // The caller's thread takes the last piece.
            if start + length == long {
                work()
            } else {
                scope.spawn(move |_| work())
            }
        }
    });
    true
}
