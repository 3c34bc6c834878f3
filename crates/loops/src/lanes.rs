//! Loops over lanes. They are written so that the compiler vectorizes them, and inlined into callers that enable the
//! instruction sets of the machine.

/// An operand: a value for each lane, or one for all.
#[derive(Clone, Copy)]
pub(crate) enum Lanes<'a, T> {
    Each(&'a [T]),
    All(T),
}

/// Lanes that a turn of a loop handles. V8 asks at every turn whether it is to stop, and wants four vectors of work for that. LLVM
/// finds vectors by itself where a turn is one lane; where it is a block, it gathers the first lanes of several with AVX-512.
const BLOCK: usize = if cfg!(target_arch = "wasm32") { 16 } else { 1 };

// In the browser these three are functions of their own: there their operands are known not to overlap, so that the compiler neither
// asks at run time nor keeps a second, slower loop in case they do, which makes four times the code. Natively they are inlined into
// callers that enable the instruction sets of the machine.

#[cfg_attr(target_arch = "wasm32", inline(never))]
#[cfg_attr(not(target_arch = "wasm32"), inline(always))]
pub(crate) fn each1<A: Copy, R>(out: &mut [R], a: &[A], f: impl Fn(A) -> R) {
    let ((out, out_rest), (a, a_rest)) = (out.as_chunks_mut::<BLOCK>(), a.as_chunks::<BLOCK>());
    for (out, a) in out.iter_mut().zip(a) {
        for i in 0..BLOCK {
            out[i] = f(a[i]);
        }
    }
    out_rest
        .iter_mut()
        .zip(a_rest)
        .for_each(|(o, &a)| *o = f(a));
}

#[cfg_attr(target_arch = "wasm32", inline(never))]
#[cfg_attr(not(target_arch = "wasm32"), inline(always))]
fn each2<A: Copy, B: Copy, R>(out: &mut [R], a: &[A], b: &[B], f: impl Fn(A, B) -> R) {
    let ((out, out_rest), (a, a_rest)) = (out.as_chunks_mut::<BLOCK>(), a.as_chunks::<BLOCK>());
    let (b, b_rest) = b.as_chunks::<BLOCK>();
    for ((out, a), b) in out.iter_mut().zip(a).zip(b) {
        for i in 0..BLOCK {
            out[i] = f(a[i], b[i]);
        }
    }
    out_rest
        .iter_mut()
        .zip(a_rest)
        .zip(b_rest)
        .for_each(|((o, &a), &b)| *o = f(a, b));
}

#[cfg_attr(target_arch = "wasm32", inline(never))]
#[cfg_attr(not(target_arch = "wasm32"), inline(always))]
fn each3<A: Copy, B: Copy, C: Copy, R>(
    out: &mut [R],
    a: &[A],
    b: &[B],
    c: &[C],
    f: impl Fn(A, B, C) -> R,
) {
    let ((out, out_rest), (a, a_rest)) = (out.as_chunks_mut::<BLOCK>(), a.as_chunks::<BLOCK>());
    let ((b, b_rest), (c, c_rest)) = (b.as_chunks::<BLOCK>(), c.as_chunks::<BLOCK>());
    for (((out, a), b), c) in out.iter_mut().zip(a).zip(b).zip(c) {
        for i in 0..BLOCK {
            out[i] = f(a[i], b[i], c[i]);
        }
    }
    out_rest
        .iter_mut()
        .zip(a_rest)
        .zip(b_rest)
        .zip(c_rest)
        .for_each(|(((o, &a), &b), &c)| *o = f(a, b, c));
}

/// `out[i] = f(a[i])`
#[inline(always)]
pub(crate) fn map1<A: Copy, R: Copy>(out: &mut [R], a: Lanes<'_, A>, f: impl Fn(A) -> R) {
    match a {
        Lanes::Each(a) => each1(out, a, f),
        Lanes::All(a) => out.fill(f(a)),
    }
}

/// `out[i] = f(a[i], b[i])`
#[inline(always)]
pub(crate) fn map2<A: Copy, B: Copy, R: Copy>(
    out: &mut [R],
    a: Lanes<'_, A>,
    b: Lanes<'_, B>,
    f: impl Fn(A, B) -> R + Copy,
) {
    match (a, b) {
        (Lanes::Each(a), Lanes::Each(b)) => each2(out, a, b, f),
        (Lanes::Each(a), Lanes::All(b)) => map1(out, Lanes::Each(a), move |a| f(a, b)),
        (Lanes::All(a), b) => map1(out, b, move |b| f(a, b)),
    }
}

/// `out[i] = f(a[i], b[i], c[i])`
#[inline(always)]
pub(crate) fn map3<A: Copy, B: Copy, C: Copy, R: Copy>(
    out: &mut [R],
    a: Lanes<'_, A>,
    b: Lanes<'_, B>,
    c: Lanes<'_, C>,
    f: impl Fn(A, B, C) -> R + Copy,
) {
    match (a, b, c) {
        (Lanes::Each(a), Lanes::Each(b), Lanes::Each(c)) => each3(out, a, b, c, f),
        (a, b, Lanes::All(c)) => map2(out, a, b, move |a, b| f(a, b, c)),
        (a, Lanes::All(b), c) => map2(out, a, c, move |a, c| f(a, b, c)),
        (Lanes::All(a), b, c) => map2(out, b, c, move |b, c| f(a, b, c)),
    }
}

/// The larger one; the first one where they do not compare.
#[inline(always)]
pub(crate) fn larger(a: f32, b: f32) -> f32 {
    if a < b { b } else { a }
}
