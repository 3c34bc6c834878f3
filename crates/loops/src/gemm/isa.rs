//! Register tiles: one generic inner loop, instantiated per instruction set.

use super::{Product, View};

#[cfg(target_arch = "x86_64")]
use core::arch::x86_64 as x86;

#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
use core::arch::wasm32 as wasm;

/// What the inner loops need of an instruction set.
///
/// # Safety
/// Implementors may use instructions that the machine must have; callers detect them.
pub(super) trait Isa {
    /// The vector register.
    type Vector: Copy;
    /// Floats in a register.
    const LANES: usize;
    /// Rows of the largest tile.
    const TILE_ROWS: usize;
    /// Registers in a row of a tile.
    const TILE_VECTORS: usize;

    unsafe fn splat(value: f32) -> Self::Vector;
    unsafe fn load(at: *const f32) -> Self::Vector;
    unsafe fn store(at: *mut f32, value: Self::Vector);
    unsafe fn add(a: Self::Vector, b: Self::Vector) -> Self::Vector;
    /// `a * b + c`, rounded once or twice.
    unsafe fn mul_add(a: Self::Vector, b: Self::Vector, c: Self::Vector) -> Self::Vector;

    /// One tile of C: `rows` x `vectors` registers, the last of which has `tail` columns. `a` is packed `rows` at a
    /// time, `b` has `b_stride` floats between its rows. `rows` is a height that [`super::pack::height`] gives.
    #[expect(
        clippy::too_many_arguments,
        reason = "arguments stay in registers; a struct would go through memory"
    )]
    unsafe fn tile(
        rows: usize,
        vectors: usize,
        k: usize,
        a: *const f32,
        b: *const f32,
        b_stride: isize,
        c: *mut f32,
        c_stride: usize,
        accumulate: bool,
        tail: usize,
    );
    /// See [`outer_body`].
    unsafe fn outer<const K: usize>(p: &Product<'_>, a: View, b: *const f32);
    /// See [`dot_body`].
    unsafe fn dot<const COLS: usize>(
        k: usize,
        x: &[Segment],
        y: *const f32,
        out: &mut [[f32; COLS]; 4],
    );
}

/// The tile loop: an outer product per k, accumulated in registers.
#[expect(clippy::too_many_arguments, reason = "see `Isa::tile`")]
#[inline(always)]
unsafe fn tile_body<I: Isa, const ROWS: usize, const VECTORS: usize>(
    k: usize,
    mut a: *const f32,
    mut b: *const f32,
    b_stride: isize,
    c: *mut f32,
    c_stride: usize,
    accumulate: bool,
    tail: usize,
) {
    // SAFETY: the caller promises `k` packed rows of A and B, and a tile of C.
    unsafe {
        let mut sums = [[I::splat(0.0); VECTORS]; ROWS];
        for _ in 0..k {
            let mut row = [I::splat(0.0); VECTORS];
            for (v, row) in row.iter_mut().enumerate() {
                *row = I::load(b.add(v * I::LANES));
            }
            for (i, sums) in sums.iter_mut().enumerate() {
                let factor = I::splat(*a.add(i));
                for (sum, row) in sums.iter_mut().zip(row) {
                    *sum = I::mul_add(factor, row, *sum);
                }
            }
            a = a.add(ROWS);
            b = b.offset(b_stride);
        }
        for (i, sums) in sums.iter().enumerate() {
            for (v, &sum) in sums.iter().enumerate() {
                let at = c.add(i * c_stride + v * I::LANES);
                if v + 1 == VECTORS && tail < I::LANES {
                    let mut lanes = [0.0; 16];
                    I::store(lanes.as_mut_ptr(), sum);
                    for (j, &lane) in lanes[..tail].iter().enumerate() {
                        *at.add(j) = if accumulate { *at.add(j) + lane } else { lane };
                    }
                } else {
                    I::store(
                        at,
                        if accumulate {
                            I::add(I::load(at), sum)
                        } else {
                            sum
                        },
                    );
                }
            }
        }
    }
}

/// A product with k = `K`, where `b` is a dense copy of B.
#[inline(always)]
unsafe fn outer_body<I: Isa, const K: usize>(p: &Product<'_>, a: View, b: *const f32) {
    let whole = p.n - p.n % I::LANES;
    // SAFETY: the caller promises the product and the copy.
    unsafe {
        for i in 0..p.m {
            let row: [f32; K] = core::array::from_fn(|k| *a.from(i, k).at);
            let c = p.c.add(i * p.c_stride);
            for j in (0..whole).step_by(I::LANES) {
                let mut sum = if p.accumulate {
                    I::load(c.add(j))
                } else {
                    I::splat(0.0)
                };
                for (k, &factor) in row.iter().enumerate() {
                    sum = I::mul_add(I::splat(factor), I::load(b.add(k * p.n + j)), sum);
                }
                I::store(c.add(j), sum);
            }
            for j in whole..p.n {
                let mut sum = if p.accumulate { *c.add(j) } else { 0.0 };
                for (k, &factor) in row.iter().enumerate() {
                    sum += factor * *b.add(k * p.n + j);
                }
                *c.add(j) = sum;
            }
        }
    }
}

/// Where four rows have their next `len` elements.
#[derive(Clone, Copy, Debug)]
pub(super) struct Segment {
    pub(super) rows: [*const f32; 4],
    pub(super) len: usize,
}

// SAFETY: a segment is read only while the operand is borrowed that it points into.
unsafe impl Send for Segment {}

/// Dot products of four rows `x`, of `k` elements in segments, with `COLS` packed vectors `y`.
#[inline(always)]
unsafe fn dot_body<I: Isa, const COLS: usize>(
    k: usize,
    x: &[Segment],
    y: *const f32,
    out: &mut [[f32; COLS]; 4],
) {
    // SAFETY: the caller promises four rows of `k` floats in segments, and `COLS` rows of `k` floats at `y`.
    unsafe {
        let mut sums = [[I::splat(0.0); COLS]; 4];
        let mut rest = [[0.0; COLS]; 4];
        let mut start = 0;
        for segment in x {
            let whole = segment.len - segment.len % I::LANES;
            for p in (0..whole).step_by(I::LANES) {
                let mut factor = [I::splat(0.0); COLS];
                for (j, factor) in factor.iter_mut().enumerate() {
                    *factor = I::load(y.add(j * k + start + p));
                }
                for (sums, &row) in sums.iter_mut().zip(&segment.rows) {
                    let row = I::load(row.add(p));
                    for (sum, factor) in sums.iter_mut().zip(factor) {
                        *sum = I::mul_add(row, factor, *sum);
                    }
                }
            }
            for p in whole..segment.len {
                for (rest, &row) in rest.iter_mut().zip(&segment.rows) {
                    for (j, rest) in rest.iter_mut().enumerate() {
                        *rest += *row.add(p) * *y.add(j * k + start + p);
                    }
                }
            }
            start += segment.len;
        }
        for (i, (sums, out)) in sums.iter().zip(out).enumerate() {
            for (j, (&sum, out)) in sums.iter().zip(out).enumerate() {
                let mut lanes = [0.0; 16];
                I::store(lanes.as_mut_ptr(), sum);
                let mut width = I::LANES;
                while width > 1 {
                    width /= 2;
                    for lane in 0..width {
                        lanes[lane] += lanes[lane + width];
                    }
                }
                *out = lanes[0] + rest[i][j];
            }
        }
    }
}

/// The functions that must be compiled for their instruction set, with the list of tile heights.
macro_rules! compiled {
    ($($feature:literal)?; $($rows:literal)*) => {
        $(#[target_feature(enable = $feature)])?
        unsafe fn tile(
            rows: usize,
            vectors: usize,
            k: usize,
            a: *const f32,
            b: *const f32,
            b_stride: isize,
            c: *mut f32,
            c_stride: usize,
            accumulate: bool,
            tail: usize,
        ) {
            // SAFETY: the caller's promises are passed on.
            unsafe {
                match (rows, vectors) {
                    $(
                        ($rows, 1) => tile_body::<Self, $rows, 1>(k, a, b, b_stride, c, c_stride, accumulate, tail),
                        ($rows, 2) => tile_body::<Self, $rows, 2>(k, a, b, b_stride, c, c_stride, accumulate, tail),
                    )*
                    (1, 4) => tile_body::<Self, 1, 4>(k, a, b, b_stride, c, c_stride, accumulate, tail),
                    (2, 4) => tile_body::<Self, 2, 4>(k, a, b, b_stride, c, c_stride, accumulate, tail),
                    _ => unreachable!("no {rows} x {vectors} tile"),
                }
            }
        }

        $(#[target_feature(enable = $feature)])?
        unsafe fn outer<const K: usize>(p: &Product<'_>, a: View, b: *const f32) {
            // SAFETY: the caller's promises are passed on.
            unsafe { outer_body::<Self, K>(p, a, b) }
        }

        $(#[target_feature(enable = $feature)])?
        unsafe fn dot<const COLS: usize>(
            k: usize,
            x: &[Segment],
            y: *const f32,
            out: &mut [[f32; COLS]; 4],
        ) {
            // SAFETY: the caller's promises are passed on.
            unsafe { dot_body::<Self, COLS>(k, x, y, out) }
        }
    };
}

/// 512-bit registers: 24 of 32 hold sums.
#[cfg(target_arch = "x86_64")]
pub(super) struct Avx512;

#[cfg(target_arch = "x86_64")]
impl Isa for Avx512 {
    type Vector = x86::__m512;
    const LANES: usize = 16;
    const TILE_ROWS: usize = 12;
    const TILE_VECTORS: usize = 2;

    #[inline(always)]
    unsafe fn splat(value: f32) -> Self::Vector {
        // SAFETY: see the trait; so below.
        unsafe { x86::_mm512_set1_ps(value) }
    }
    #[inline(always)]
    unsafe fn load(at: *const f32) -> Self::Vector {
        unsafe { x86::_mm512_loadu_ps(at) }
    }
    #[inline(always)]
    unsafe fn store(at: *mut f32, value: Self::Vector) {
        unsafe { x86::_mm512_storeu_ps(at, value) }
    }
    #[inline(always)]
    unsafe fn add(a: Self::Vector, b: Self::Vector) -> Self::Vector {
        unsafe { x86::_mm512_add_ps(a, b) }
    }
    #[inline(always)]
    unsafe fn mul_add(a: Self::Vector, b: Self::Vector, c: Self::Vector) -> Self::Vector {
        unsafe { x86::_mm512_fmadd_ps(a, b, c) }
    }

    compiled!("avx512f"; 12 8 4 2 1);
}

/// 256-bit registers: 12 of 16 hold sums.
#[cfg(target_arch = "x86_64")]
pub(super) struct Avx2;

#[cfg(target_arch = "x86_64")]
impl Isa for Avx2 {
    type Vector = x86::__m256;
    const LANES: usize = 8;
    const TILE_ROWS: usize = 6;
    const TILE_VECTORS: usize = 2;

    #[inline(always)]
    unsafe fn splat(value: f32) -> Self::Vector {
        // SAFETY: see the trait; so below.
        unsafe { x86::_mm256_set1_ps(value) }
    }
    #[inline(always)]
    unsafe fn load(at: *const f32) -> Self::Vector {
        unsafe { x86::_mm256_loadu_ps(at) }
    }
    #[inline(always)]
    unsafe fn store(at: *mut f32, value: Self::Vector) {
        unsafe { x86::_mm256_storeu_ps(at, value) }
    }
    #[inline(always)]
    unsafe fn add(a: Self::Vector, b: Self::Vector) -> Self::Vector {
        unsafe { x86::_mm256_add_ps(a, b) }
    }
    #[inline(always)]
    unsafe fn mul_add(a: Self::Vector, b: Self::Vector, c: Self::Vector) -> Self::Vector {
        unsafe { x86::_mm256_fmadd_ps(a, b, c) }
    }

    compiled!("avx2,fma"; 6 4 2 1);
}

/// What the target always has: simd128 in a browser that was built for it, else four floats that the compiler
/// vectorizes.
pub(super) struct Portable;

#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
impl Isa for Portable {
    type Vector = wasm::v128;
    const LANES: usize = 4;
    const TILE_ROWS: usize = 4;
    const TILE_VECTORS: usize = 2;

    #[inline(always)]
    unsafe fn splat(value: f32) -> Self::Vector {
        wasm::f32x4_splat(value)
    }
    #[inline(always)]
    unsafe fn load(at: *const f32) -> Self::Vector {
        // SAFETY: wasm loads need no alignment, and the caller promises four floats.
        unsafe { wasm::v128_load(at.cast()) }
    }
    #[inline(always)]
    unsafe fn store(at: *mut f32, value: Self::Vector) {
        // SAFETY: as in `load`.
        unsafe { wasm::v128_store(at.cast(), value) }
    }
    #[inline(always)]
    unsafe fn add(a: Self::Vector, b: Self::Vector) -> Self::Vector {
        wasm::f32x4_add(a, b)
    }
    #[inline(always)]
    unsafe fn mul_add(a: Self::Vector, b: Self::Vector, c: Self::Vector) -> Self::Vector {
        #[cfg(feature = "relaxed-simd")]
        return wasm::f32x4_relaxed_madd(a, b, c);
        #[cfg(not(feature = "relaxed-simd"))]
        wasm::f32x4_add(wasm::f32x4_mul(a, b), c)
    }

    #[cfg(feature = "relaxed-simd")]
    compiled!("relaxed-simd"; 4 2 1);
    #[cfg(not(feature = "relaxed-simd"))]
    compiled!(; 4 2 1);
}

#[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
impl Isa for Portable {
    type Vector = [f32; 4];
    const LANES: usize = 4;
    const TILE_ROWS: usize = 4;
    const TILE_VECTORS: usize = 2;

    #[inline(always)]
    unsafe fn splat(value: f32) -> Self::Vector {
        [value; 4]
    }
    #[inline(always)]
    unsafe fn load(at: *const f32) -> Self::Vector {
        // SAFETY: the caller promises four floats.
        unsafe { at.cast::<Self::Vector>().read_unaligned() }
    }
    #[inline(always)]
    unsafe fn store(at: *mut f32, value: Self::Vector) {
        // SAFETY: as in `load`.
        unsafe { at.cast::<Self::Vector>().write_unaligned(value) }
    }
    #[inline(always)]
    unsafe fn add(a: Self::Vector, b: Self::Vector) -> Self::Vector {
        core::array::from_fn(|i| a[i] + b[i])
    }
    #[inline(always)]
    unsafe fn mul_add(a: Self::Vector, b: Self::Vector, c: Self::Vector) -> Self::Vector {
        core::array::from_fn(|i| a[i] * b[i] + c[i])
    }

    compiled!(; 4 2 1);
}
