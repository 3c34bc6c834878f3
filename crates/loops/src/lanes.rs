//! Loops over lanes. They are written so that the compiler vectorizes them, and inlined into callers that enable the
//! instruction sets of the machine.

/// An operand: a value for each lane, or one for all.
#[derive(Clone, Copy)]
pub(crate) enum Lanes<'a, T> {
    Each(&'a [T]),
    All(T),
}

/// `out[i] = f(a[i])`
#[inline(always)]
pub(crate) fn map1<A: Copy, R: Copy>(out: &mut [R], a: Lanes<'_, A>, f: impl Fn(A) -> R) {
    match a {
        Lanes::Each(a) => out.iter_mut().zip(a).for_each(|(o, &a)| *o = f(a)),
        Lanes::All(a) => out.fill(f(a)),
    }
}

/// `out[i] = f(a[i], b[i])`
#[inline(always)]
pub(crate) fn map2<A: Copy, B: Copy, R: Copy>(
    out: &mut [R],
    a: Lanes<'_, A>,
    b: Lanes<'_, B>,
    f: impl Fn(A, B) -> R,
) {
    match (a, b) {
        (Lanes::Each(a), Lanes::Each(b)) => {
            out.iter_mut()
                .zip(a)
                .zip(b)
                .for_each(|((o, &a), &b)| *o = f(a, b));
        }
        (Lanes::Each(a), Lanes::All(b)) => map1(out, Lanes::Each(a), |a| f(a, b)),
        (Lanes::All(a), b) => map1(out, b, |b| f(a, b)),
    }
}

/// `out[i] = f(a[i], b[i], c[i])`
#[inline(always)]
pub(crate) fn map3<A: Copy, B: Copy, C: Copy, R: Copy>(
    out: &mut [R],
    a: Lanes<'_, A>,
    b: Lanes<'_, B>,
    c: Lanes<'_, C>,
    f: impl Fn(A, B, C) -> R,
) {
    match (a, b, c) {
        (Lanes::Each(a), Lanes::Each(b), Lanes::Each(c)) => {
            out.iter_mut()
                .zip(a)
                .zip(b)
                .zip(c)
                .for_each(|(((o, &a), &b), &c)| *o = f(a, b, c));
        }
        (a, b, Lanes::All(c)) => map2(out, a, b, |a, b| f(a, b, c)),
        (a, Lanes::All(b), c) => map2(out, a, c, |a, c| f(a, b, c)),
        (Lanes::All(a), b, c) => map2(out, b, c, |b, c| f(a, b, c)),
    }
}

/// The larger one; the first one where they do not compare.
#[inline(always)]
pub(crate) fn larger(a: f32, b: f32) -> f32 {
    if a < b { b } else { a }
}

/// Folds all lanes into one, from `start`. Sixteen partial results keep vectors busy and sums accurate.
#[inline(always)]
pub(crate) fn fold(start: f32, lanes: &[f32], f: impl Fn(f32, f32) -> f32) -> f32 {
    let mut partial = [start; 16];
    let (blocks, rest) = lanes.as_chunks::<16>();
    for block in blocks {
        partial
            .iter_mut()
            .zip(block)
            .for_each(|(p, &v)| *p = f(*p, v));
    }
    partial
        .iter_mut()
        .zip(rest)
        .for_each(|(p, &v)| *p = f(*p, v));
    let mut width = 8;
    while width > 0 {
        for i in 0..width {
            partial[i] = f(partial[i], partial[i + width]);
        }
        width /= 2;
    }
    partial[0]
}
