use super::listed::{Axis, CHECKS, Listed, Place, Walk};
use super::{Factor, Matrix, Scratch, sgemm};

/// Numbers without structure in [-1, 1].
fn noise(count: usize, seed: u32) -> Vec<f32> {
    let mut state = seed.wrapping_mul(0x9e37_79b9) | 1;
    (0..count)
        .map(|_| {
            state ^= state << 13;
            state ^= state >> 17;
            state ^= state << 5;
            (state >> 8) as f32 / (1 << 23) as f32 - 1.0
        })
        .collect()
}

/// A dense row-major matrix.
fn row_major(data: &[f32], cols: usize) -> Matrix<'_> {
    Matrix {
        data,
        offset: 0,
        row_stride: cols as isize,
        col_stride: 1,
    }
}

/// How a test stores an operand.
#[derive(Clone, Copy, Debug)]
enum Layout {
    RowMajor,
    Transposed,
    /// A sub-view of a larger matrix, neither stride 1.
    Spread,
    /// Both axes reversed.
    Flipped,
    /// One row, repeated.
    Broadcast,
}

const LAYOUTS: [Layout; 5] = [
    Layout::RowMajor,
    Layout::Transposed,
    Layout::Spread,
    Layout::Flipped,
    Layout::Broadcast,
];

fn operand(data: &[f32], layout: Layout, rows: usize, cols: usize) -> Matrix<'_> {
    let (r, c) = (rows as isize, cols as isize);
    let (offset, row_stride, col_stride) = match layout {
        Layout::RowMajor => (3, c + 2, 1),
        Layout::Transposed => (1, 1, r),
        Layout::Spread => (5, 2 * c + 1, 2),
        Layout::Flipped => ((rows * cols).saturating_sub(1), -c, -1),
        Layout::Broadcast => (2, 0, 1),
    };
    Matrix {
        data,
        offset,
        row_stride,
        col_stride,
    }
}

/// One product against a triple loop in f64, with a frame of sentinels around C.
fn check(
    m: usize,
    n: usize,
    k: usize,
    layouts: (Layout, Layout),
    accumulate: bool,
    scratch: &mut Scratch,
) {
    let a_data = noise(2 * m * k + 2 * m + k + 16, 1 + m as u32);
    let b_data = noise(2 * k * n + 2 * k + n + 16, 77 + n as u32);
    let (a, b) = (
        operand(&a_data, layouts.0, m, k),
        operand(&b_data, layouts.1, k, n),
    );
    let (c_offset, c_stride) = (7, n + 3);
    let before = noise(c_offset + m * c_stride + 5, 5);
    let mut c = before.clone();
    sgemm(
        m,
        n,
        k,
        a.into(),
        b.into(),
        &mut c,
        c_offset,
        c_stride,
        accumulate,
        scratch,
        1,
    );

    let mut expected: Vec<f64> = before.iter().map(|&x| f64::from(x)).collect();
    let at = |v: Matrix, i: usize, j: usize| {
        f64::from(
            v.data[(v.offset as isize + i as isize * v.row_stride + j as isize * v.col_stride)
                as usize],
        )
    };
    for i in 0..m {
        for j in 0..n {
            let sum: f64 = (0..k).map(|p| at(a, i, p) * at(b, p, j)).sum();
            let to = &mut expected[c_offset + i * c_stride + j];
            *to = if accumulate { *to + sum } else { sum };
        }
    }
    let tolerance = 1e-6 * (1.0 + k as f64).sqrt() + 1e-7 * k as f64;
    for (at, (&got, &want)) in c.iter().zip(&expected).enumerate() {
        let error = (f64::from(got) - want).abs();
        assert!(
            error <= tolerance,
            "{m} x {n} x {k} {layouts:?} accumulate {accumulate}: c[{at}] {got} != {want}"
        );
    }
    // The frame is untouched to the bit.
    for (at, (got, was)) in c.iter().zip(&before).enumerate() {
        let column = at
            .checked_sub(c_offset)
            .map(|at| (at / c_stride, at % c_stride));
        if column.is_none_or(|(i, j)| i >= m || j >= n) {
            assert_eq!(
                got.to_bits(),
                was.to_bits(),
                "{m} x {n} x {k} {layouts:?}: c[{at}] was written"
            );
        }
    }
}

#[test]
fn every_layout_and_odd_sizes() {
    let mut scratch = Scratch::default();
    let sizes = [0, 1, 2, 3, 4, 5, 7, 8, 13, 17, 33];
    for m in sizes {
        for n in sizes {
            for k in [0, 1, 2, 5, 16, 19] {
                for a in LAYOUTS {
                    for b in LAYOUTS {
                        check(m, n, k, (a, b), (m + n + k) % 2 == 0, &mut scratch);
                    }
                }
            }
        }
    }
}

#[test]
fn several_blocks() {
    let mut scratch = Scratch::default();
    for (m, n, k) in [
        (64, 70, 784),
        (530, 37, 300),
        (1, 300, 600),
        (600, 1, 515),
        (3, 67, 513),
        (67, 4, 259),
    ] {
        for a in LAYOUTS {
            for b in LAYOUTS {
                for accumulate in [false, true] {
                    check(m, n, k, (a, b), accumulate, &mut scratch);
                }
            }
        }
    }
}

#[cfg(not(target_arch = "wasm32"))]
#[test]
fn the_same_bits_on_any_number_of_threads() {
    for (m, n, k) in [(130, 200, 300), (300, 70, 257)] {
        let (a, b) = (noise(m * k, 3), noise(k * n, 4));
        let run = |threads| {
            let mut c = vec![0.0; m * n];
            let (a, b) = (row_major(&a, k), row_major(&b, n));
            sgemm(
                m,
                n,
                k,
                a.into(),
                b.into(),
                &mut c,
                0,
                n,
                false,
                &mut Scratch::default(),
                threads,
            );
            c
        };
        let one = run(1);
        for threads in [2, 3, 16] {
            assert_eq!(one, run(threads));
        }
    }
}

#[cfg(target_arch = "x86_64")]
#[test]
fn every_instruction_set() {
    use super::isa::{Avx2, Portable};
    use super::{Operand, Product, blocked, skinny};
    use crate::target::{Level, level};

    let mut scratch = Scratch::default();
    for (m, n, k) in [
        (23, 45, 300),
        (64, 32, 64),
        (2, 45, 31),
        (45, 3, 31),
        (1, 64, 9),
    ] {
        let (a, b) = (noise(m * k, 3), noise(k * n, 4));
        let mut c = vec![0.0; m * n];
        sgemm(
            m,
            n,
            k,
            row_major(&a, k).into(),
            row_major(&b, n).into(),
            &mut c,
            0,
            n,
            false,
            &mut scratch,
            1,
        );
        for wide in [false, true] {
            if wide && matches!(level(), Level::Baseline) {
                continue;
            }
            for b_transposed in [false, true] {
                let turned: Vec<f32> = (0..n * k).map(|at| b[at % k * n + at / k]).collect();
                let view = if b_transposed {
                    Matrix {
                        data: &turned,
                        offset: 0,
                        row_stride: 1,
                        col_stride: k as isize,
                    }
                } else {
                    row_major(&b, n)
                };
                let mut other = vec![0.0; m * n];
                let (a, b) = (row_major(&a, k).check(m, k), view.check(k, n));
                let product = Product {
                    m,
                    n,
                    k,
                    a: Operand::Strided(a),
                    b: Operand::Strided(b),
                    c: other.as_mut_ptr(),
                    c_stride: n,
                    accumulate: false,
                };
                // SAFETY: sizes and features were checked.
                unsafe {
                    if wide {
                        if !skinny::run::<Avx2>(&product, &mut scratch) {
                            blocked::<Avx2>(&product, &mut scratch);
                        }
                    } else if !skinny::run::<Portable>(&product, &mut scratch) {
                        blocked::<Portable>(&product, &mut scratch);
                    }
                }
                for (got, want) in other.iter().zip(&c) {
                    assert!(
                        (got - want).abs() <= 2e-5,
                        "{m} x {n} x {k}, wide {wide}: {got} != {want}"
                    );
                }
            }
        }
    }
}

#[test]
fn scratch_is_reused() {
    let mut scratch = Scratch::default();
    let mut run = || {
        check(
            40,
            50,
            60,
            (Layout::Transposed, Layout::Spread),
            false,
            &mut scratch,
        )
    };
    run();
    run();
    let (a, b) = (scratch.a.as_ptr(), scratch.b.as_ptr());
    check(
        30,
        50,
        60,
        (Layout::RowMajor, Layout::Flipped),
        true,
        &mut scratch,
    );
    assert_eq!((a, b), (scratch.a.as_ptr(), scratch.b.as_ptr()));
}

#[test]
#[should_panic(expected = "leaves its storage")]
fn an_operand_must_fit() {
    let (a, b) = ([0.0; 11], [0.0; 12]);
    let mut c = [0.0; 9];
    let (a, b) = (row_major(&a, 4), row_major(&b, 3));
    sgemm(
        3,
        3,
        4,
        a.into(),
        b.into(),
        &mut c,
        0,
        3,
        false,
        &mut Scratch::default(),
        1,
    );
}

#[test]
#[should_panic(expected = "leaves its storage")]
fn the_result_must_fit() {
    let (a, b) = ([0.0; 12], [0.0; 12]);
    let mut c = [0.0; 9];
    let (a, b) = (row_major(&a, 4), row_major(&b, 3));
    sgemm(
        3,
        3,
        4,
        a.into(),
        b.into(),
        &mut c,
        1,
        3,
        false,
        &mut Scratch::default(),
        1,
    );
}

/// Images `[n, h, w, c]` under a window, as rows `(n, p, q)` and columns `(k, l, c)`.
struct Unfolded {
    images: Vec<f32>,
    rows: Walk,
    cols: Walk,
    padding: isize,
    extent: usize,
}

impl Unfolded {
    fn new(
        count: usize,
        extent: usize,
        channels: usize,
        kernel: usize,
        stride: usize,
        padding: usize,
    ) -> Self {
        let results = (extent + 2 * padding - kernel) / stride + 1;
        let (c, w) = (channels as isize, extent as isize);
        let axis = |extent: usize, offset: isize, down: isize, right: isize| {
            let mut checks = [0; CHECKS];
            (checks[0], checks[1]) = (down, right);
            let step = Place { offset, checks };
            Axis { extent, step }
        };
        let s = stride as isize;
        let rows = Walk(vec![
            axis(count, w * w * c, 0, 0),
            axis(results, s * w * c, s, 0),
            axis(results, s * c, 0, s),
        ]);
        let cols = Walk(vec![
            axis(kernel, w * c, 1, 0),
            axis(kernel, c, 0, 1),
            axis(channels, 1, 0, 0),
        ]);
        Self {
            images: noise(count * extent * extent * channels, 3),
            rows,
            cols,
            padding: padding as isize,
            extent,
        }
    }

    fn listed(&self) -> Listed<'_> {
        let channels = self.cols.0[2].extent as isize;
        let mut origin = Place::NONE;
        origin.offset = -self.padding * (self.extent as isize + 1) * channels;
        origin.checks[..2].fill(-self.padding);
        let mut spans = [1; CHECKS];
        spans[..2].fill(self.extent as isize);
        Listed {
            data: &self.images,
            origin,
            spans,
            rows: &self.rows,
            cols: &self.cols,
            first: (0, 0),
        }
    }

    /// The same matrix in memory, by definition.
    fn dense(&self) -> Vec<f32> {
        let extents = |walk: &Walk| [walk.0[0].extent, walk.0[1].extent, walk.0[2].extent];
        let ([n, p, q], [k, l, c]) = (extents(&self.rows), extents(&self.cols));
        let stride = self.rows.0[2].step.checks[1];
        let mut dense = Vec::new();
        for row in 0..n * p * q {
            for col in 0..k * l * c {
                let y = (row / q % p) as isize * stride + (col / c / l) as isize - self.padding;
                let x = (row % q) as isize * stride + (col / c % l) as isize - self.padding;
                let inside = |z: isize| (0..self.extent as isize).contains(&z);
                let at = |image: usize| {
                    ((image * self.extent + y as usize) * self.extent + x as usize) * c + col % c
                };
                dense.push(match inside(x) && inside(y) {
                    true => self.images[at(row / q / p)],
                    false => 0.0,
                });
            }
        }
        dense
    }
}

/// Unfolded images as either operand, either way round, against the same products of the matrix in memory.
#[test]
fn images_are_unfolded_on_the_way() {
    // Channels and results of one, of less than a tile, and of several tiles and a rest.
    for (count, extent, channels, kernel, stride, padding) in [
        (1, 5, 1, 3, 1, 1),
        (2, 7, 3, 4, 2, 1),
        (3, 6, 8, 3, 1, 0),
        (2, 9, 37, 3, 2, 2),
        (5, 14, 64, 4, 2, 1),
        (1, 4, 70, 4, 1, 0),
    ] {
        let unfolded = Unfolded::new(count, extent, channels, kernel, stride, padding);
        let dense = unfolded.dense();
        let length = |walk: &Walk| walk.0.iter().map(|a| a.extent).product::<usize>();
        let (rows, cols) = (length(&unfolded.rows), length(&unfolded.cols));
        let listed = unfolded.listed();
        let matrix = row_major(&dense, cols);
        let turned = Matrix {
            row_stride: 1,
            col_stride: cols as isize,
            ..matrix
        };
        for other in [1, 2, 4, 5, 31, 64] {
            let numbers = noise(other * rows.max(cols), 9);
            let product = |m: usize, n: usize, k: usize, a: Factor<'_>, b: Factor<'_>| {
                let mut c = vec![0.0; m * n];
                let threads = 1 + other % 3;
                let scratch = &mut Scratch::default();
                sgemm(m, n, k, a, b, &mut c, 0, n, false, scratch, threads);
                c
            };
            let by_cols = row_major(&numbers, other);
            let by_depth = |depth| row_major(&numbers, depth);
            let pairs = [
                (
                    product(rows, other, cols, Factor::Listed(listed), by_cols.into()),
                    product(rows, other, cols, matrix.into(), by_cols.into()),
                ),
                (
                    product(
                        cols,
                        other,
                        rows,
                        Factor::Listed(listed.transposed()),
                        by_cols.into(),
                    ),
                    product(cols, other, rows, turned.into(), by_cols.into()),
                ),
                (
                    product(
                        other,
                        cols,
                        rows,
                        by_depth(rows).into(),
                        Factor::Listed(listed),
                    ),
                    product(other, cols, rows, by_depth(rows).into(), matrix.into()),
                ),
                (
                    product(
                        other,
                        rows,
                        cols,
                        by_depth(cols).into(),
                        Factor::Listed(listed.transposed()),
                    ),
                    product(other, rows, cols, by_depth(cols).into(), turned.into()),
                ),
            ];
            for (way, (got, want)) in pairs.iter().enumerate() {
                let close =
                    |(a, b): (&f32, &f32)| (a - b).abs() <= 1e-5 * (rows.max(cols) as f32).sqrt();
                assert!(
                    got.iter().zip(want).all(close),
                    "{count} images of {extent} x {extent} x {channels}, kernel {kernel}, way {way}, other {other}"
                );
            }
        }
    }
}
