use super::{Matrix, Scratch, sgemm};

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
        m, n, k, a, b, &mut c, c_offset, c_stride, accumulate, scratch, 1,
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
                a,
                b,
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
    use super::target::{Level, level};
    use super::{Product, blocked, skinny};

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
            row_major(&a, k),
            row_major(&b, n),
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
                    a,
                    b,
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
        a,
        b,
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
        a,
        b,
        &mut c,
        1,
        3,
        false,
        &mut Scratch::default(),
        1,
    );
}
