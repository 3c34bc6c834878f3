//! Rewrites a kernel over fewer axes with simpler bounds, so that backends spend less on index arithmetic.
//!
//! The meaning stays: axes of extent 1 go, two axes become one where every view walks them as one, checks that always
//! hold go, and a check of one axis becomes `low <= x < high`.

use super::kernel::{Affine, Body, Bound, Instr, Kernel, Kind};

/// The same kernel over as few axes as its views allow.
pub fn coalesce(kernel: &Kernel) -> Kernel {
    let mut kernel = kernel.clone();
    zero_finished_axes(&mut kernel);
    drop_unit_axes(&mut kernel);
    simplify_bounds(&mut kernel);
    while let Some((outer, inner)) = mergeable_pair(&mut kernel) {
        merge(&mut kernel, outer, inner);
        simplify_bounds(&mut kernel);
    }
    kernel
}

/// An affine function of the kernel, told apart by what a merge of axes has to do to it.
pub(super) enum Part<'a> {
    Index(&'a mut Affine),
    Bound(&'a mut Bound),
}

impl<'a> Part<'a> {
    pub(super) fn affine(self) -> &'a mut Affine {
        match self {
            Part::Index(affine) => affine,
            Part::Bound(bound) => &mut bound.expr,
        }
    }
}

/// Visits every affine function of a body.
pub(super) fn visit_body(body: &mut Body, visit: &mut impl FnMut(Part<'_>)) {
    for typed in body {
        match &mut typed.instr {
            Instr::Load { view, .. } | Instr::Gather { view, .. } => {
                visit(Part::Index(&mut view.index));
                view.bounds.iter_mut().for_each(|b| visit(Part::Bound(b)));
            }
            Instr::Coordinate(affine)
            | Instr::Random {
                element: affine, ..
            } => visit(Part::Index(affine)),
            Instr::Within(bounds) => bounds.iter_mut().for_each(|b| visit(Part::Bound(b))),
            Instr::Constant(_)
            | Instr::Accumulator(_)
            | Instr::Unary(..)
            | Instr::Binary(..)
            | Instr::Select(..)
            | Instr::Cast(..) => {}
        }
    }
}

fn visit_epilogue(kernel: &mut Kernel, visit: &mut impl FnMut(Part<'_>)) {
    visit_body(&mut kernel.body, visit);
    for store in &mut kernel.stores {
        visit(Part::Index(&mut store.index));
    }
}

fn visit_kernel(kernel: &mut Kernel, visit: &mut impl FnMut(Part<'_>)) {
    for body in inner_bodies(&mut kernel.kind) {
        visit_body(body, visit);
    }
    visit_epilogue(kernel, visit);
}

fn inner_bodies(kind: &mut Kind) -> Vec<&mut Body> {
    match kind {
        Kind::Pointwise => Vec::new(),
        Kind::Reduce { prologue, .. } => vec![prologue],
        Kind::Contract { a, b, .. } => vec![&mut a.body, &mut b.body],
    }
}

/// The lists of bounds, which (unlike single bounds) can lose elements.
fn visit_bound_lists(kernel: &mut Kernel, visit: &mut impl FnMut(&mut Vec<Bound>)) {
    let mut bodies = inner_bodies(&mut kernel.kind);
    bodies.push(&mut kernel.body);
    for typed in bodies.into_iter().flatten() {
        match &mut typed.instr {
            Instr::Load { view, .. } | Instr::Gather { view, .. } => visit(&mut view.bounds),
            Instr::Within(bounds) => visit(bounds),
            Instr::Coordinate(_)
            | Instr::Random { .. }
            | Instr::Constant(_)
            | Instr::Accumulator(_)
            | Instr::Unary(..)
            | Instr::Binary(..)
            | Instr::Select(..)
            | Instr::Cast(..) => {}
        }
    }
}

/// Equal numbers mean axes of one role, which alone may merge.
fn class(kind: &Kind, axis: usize) -> usize {
    match kind {
        Kind::Pointwise => 0,
        Kind::Reduce { reduced, .. } => usize::from(reduced[axis]),
        Kind::Contract { roles, .. } => roles[axis] as usize,
    }
}

/// Past the accumulation the coordinate of a reduced axis is 0, so its stride is nobody's concern.
fn zero_finished_axes(kernel: &mut Kernel) {
    let finished: Vec<bool> = (0..kernel.domain.len())
        .map(|axis| match &kernel.kind {
            Kind::Pointwise => false,
            Kind::Reduce { reduced, .. } => reduced[axis],
            Kind::Contract { roles, .. } => roles[axis] == super::kernel::Role::K,
        })
        .collect();
    visit_epilogue(kernel, &mut |part| {
        for (stride, &finished) in part.affine().strides.iter_mut().zip(&finished) {
            if finished {
                *stride = 0;
            }
        }
    });
}

fn remove_axis(kernel: &mut Kernel, axis: usize) {
    kernel.domain.remove(axis);
    match &mut kernel.kind {
        Kind::Pointwise => {}
        Kind::Reduce { reduced, .. } => {
            reduced.remove(axis);
        }
        Kind::Contract { roles, .. } => {
            roles.remove(axis);
        }
    }
    visit_kernel(kernel, &mut |part| {
        part.affine().strides.remove(axis);
    });
}

fn drop_unit_axes(kernel: &mut Kernel) {
    for axis in (0..kernel.domain.len()).rev() {
        if kernel.domain[axis] == 1 {
            remove_axis(kernel, axis);
        }
    }
}

fn div_ceil(a: i64, b: i64) -> i64 {
    -(-a).div_euclid(b)
}

/// The only axis that the expression depends on.
fn single_axis(affine: &Affine) -> Option<usize> {
    let mut axes = affine.strides.iter().enumerate().filter(|(_, s)| **s != 0);
    match (axes.next(), axes.next()) {
        (Some((axis, _)), None) => Some(axis),
        _ => None,
    }
}

/// Drops checks that always hold; states a check of one axis as a range of that coordinate.
fn simplify_bounds(kernel: &mut Kernel) {
    let domain = kernel.domain.clone();
    visit_bound_lists(kernel, &mut |bounds| {
        for bound in bounds.iter_mut() {
            let Some(axis) = single_axis(&bound.expr) else {
                continue;
            };
            let (stride, offset) = (bound.expr.strides[axis], bound.expr.offset);
            // stride * x + offset within [low, high), solved for x; a negative stride swaps the ends.
            let (low, high) = if stride > 0 {
                (
                    div_ceil(bound.low - offset, stride),
                    div_ceil(bound.high - offset, stride),
                )
            } else {
                (
                    (offset - bound.high).div_euclid(-stride) + 1,
                    (offset - bound.low).div_euclid(-stride) + 1,
                )
            };
            let extent = domain[axis] as i64;
            bound.low = low.clamp(0, extent);
            bound.high = high.clamp(bound.low, extent);
            bound.expr.offset = 0;
            bound.expr.strides[axis] = 1;
        }
        bounds.retain(|bound| {
            let (least, largest) = bound.expr.range(&domain);
            least < bound.low || largest >= bound.high
        });
    });
}

/// Two axes of one role that every view walks as one: `outer`'s stride is `inner`'s stride times its extent.
fn mergeable_pair(kernel: &mut Kernel) -> Option<(usize, usize)> {
    let rank = kernel.domain.len();
    let mut may = vec![vec![true; rank]; rank];
    let domain = kernel.domain.clone();
    for (outer, row) in may.iter_mut().enumerate() {
        for (inner, may) in row.iter_mut().enumerate() {
            *may = outer != inner && class(&kernel.kind, outer) == class(&kernel.kind, inner);
        }
    }
    visit_kernel(kernel, &mut |part| {
        // A simplified check of the outer axis alone survives a merge: `low <= x` is `low * extent <= merged`.
        let (affine, free) = match &part {
            Part::Index(affine) => (&**affine, None),
            Part::Bound(bound) => (&bound.expr, single_axis(&bound.expr)),
        };
        for (outer, row) in may.iter_mut().enumerate() {
            for (inner, may) in row.iter_mut().enumerate() {
                *may &= affine.strides[outer] == affine.strides[inner] * domain[inner] as i64
                    || free == Some(outer);
            }
        }
    });
    // Innermost first, adjacent before distant: the order of what remains stays as close to the given one as can be.
    (0..rank).rev().find_map(|inner| {
        (0..rank)
            .rev()
            .find(|&outer| may[outer][inner])
            .map(|outer| (outer, inner))
    })
}

fn merge(kernel: &mut Kernel, outer: usize, inner: usize) {
    let extent = kernel.domain[inner];
    visit_kernel(kernel, &mut |part| {
        if let Part::Bound(bound) = part
            && single_axis(&bound.expr) == Some(outer)
        {
            bound.low *= extent as i64;
            bound.high *= extent as i64;
            bound.expr.strides[inner] = 1;
        }
    });
    kernel.domain[inner] *= kernel.domain[outer];
    remove_axis(kernel, outer);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dtype::DType;
    use crate::op::Reducer;
    use crate::plan::kernel::{Access, Accumulator, Binding, Operand, Role, Store, Typed, View};

    fn affine(offset: i64, strides: &[i64]) -> Affine {
        Affine {
            offset,
            strides: strides.to_vec(),
        }
    }

    fn bound(strides: &[i64], offset: i64, low: i64, high: i64) -> Bound {
        Bound {
            expr: affine(offset, strides),
            low,
            high,
        }
    }

    fn load(binding: usize, index: Affine, bounds: Vec<Bound>) -> Typed {
        Typed {
            instr: Instr::Load {
                binding,
                view: View { index, bounds },
            },
            dtype: DType::F32,
        }
    }

    fn binding(buffer: usize, access: Access) -> Binding {
        Binding {
            buffer,
            access,
            dtype: DType::F32,
        }
    }

    fn copy(domain: &[usize], from: Affine, bounds: Vec<Bound>, to: Affine) -> Kernel {
        Kernel {
            name: "copy".into(),
            bindings: vec![binding(0, Access::Read), binding(1, Access::Write)],
            domain: domain.to_vec(),
            kind: Kind::Pointwise,
            body: vec![load(0, from, bounds)],
            stores: vec![Store {
                binding: 1,
                index: to,
                value: 0,
            }],
        }
    }

    fn loaded(kernel: &Kernel) -> &View {
        match &kernel.body[0].instr {
            Instr::Load { view, .. } => view,
            other => panic!("not a load: {other:?}"),
        }
    }

    #[test]
    fn contiguous_axes_become_one() {
        let k = coalesce(&copy(
            &[2, 1, 3, 4],
            affine(5, &[12, 7, 4, 1]),
            vec![],
            affine(0, &[12, 9, 4, 1]),
        ));
        assert_eq!(k.domain, [24]);
        assert_eq!(loaded(&k).index, affine(5, &[1]));
        assert_eq!(k.stores[0].index, affine(0, &[1]));
    }

    #[test]
    fn a_transposed_view_keeps_its_axes() {
        let k = coalesce(&copy(
            &[3, 4],
            affine(0, &[1, 3]),
            vec![],
            affine(0, &[4, 1]),
        ));
        assert_eq!(k.domain, [3, 4]);
    }

    #[test]
    fn axes_merge_in_either_order() {
        // Both sides are column-major: the first axis is the inner one.
        let k = coalesce(&copy(
            &[3, 4],
            affine(0, &[1, 3]),
            vec![],
            affine(0, &[1, 3]),
        ));
        assert_eq!(k.domain, [12]);
        assert_eq!(k.stores[0].index, affine(0, &[1]));
    }

    #[test]
    fn bounds_on_the_outer_axis_scale_and_others_stay() {
        // Rows 1..3 of 4 hold data, five columns each.
        let outer = coalesce(&copy(
            &[4, 5],
            affine(-5, &[5, 1]),
            vec![bound(&[1, 0], -1, 0, 2), bound(&[0, 1], 0, 0, 5)],
            affine(0, &[5, 1]),
        ));
        assert_eq!(outer.domain, [20]);
        assert_eq!(loaded(&outer).bounds, [bound(&[1], 0, 5, 15)]);

        let inner = coalesce(&copy(
            &[4, 5],
            affine(-1, &[5, 1]),
            vec![bound(&[0, 1], -1, 0, 3)],
            affine(0, &[5, 1]),
        ));
        assert_eq!(inner.domain, [4, 5]);
        assert_eq!(loaded(&inner).bounds, [bound(&[0, 1], 0, 1, 4)]);
    }

    #[test]
    fn strided_and_flipped_bounds_are_solved() {
        let strided = coalesce(&copy(
            &[9],
            affine(0, &[1]),
            vec![bound(&[3], -4, 0, 10)],
            affine(0, &[1]),
        ));
        let want: Vec<i64> = (0..9).filter(|x| (0..10).contains(&(3 * x - 4))).collect();
        let got = &loaded(&strided).bounds[0];
        assert_eq!((got.low, got.high), (want[0], want[want.len() - 1] + 1));

        let flipped = coalesce(&copy(
            &[9],
            affine(0, &[1]),
            vec![bound(&[-2], 13, 1, 8)],
            affine(0, &[1]),
        ));
        let want: Vec<i64> = (0..9).filter(|x| (1..8).contains(&(13 - 2 * x))).collect();
        let got = &loaded(&flipped).bounds[0];
        assert_eq!((got.low, got.high), (want[0], want[want.len() - 1] + 1));
    }

    #[test]
    fn a_check_that_never_holds_stays() {
        let k = coalesce(&copy(
            &[4],
            affine(0, &[1]),
            vec![bound(&[1], 0, 7, 9)],
            affine(0, &[1]),
        ));
        let b = &loaded(&k).bounds[0];
        assert_eq!(b.low, b.high);
    }

    #[test]
    fn reduced_axes_merge_among_themselves_across_others() {
        let k = coalesce(&Kernel {
            name: "channel sums".into(),
            bindings: vec![binding(0, Access::Read), binding(1, Access::Write)],
            domain: vec![8, 3, 4, 5],
            kind: Kind::Reduce {
                reduced: vec![true, false, true, true],
                prologue: vec![load(0, affine(0, &[60, 20, 5, 1]), vec![])],
                accumulators: vec![Accumulator {
                    reducer: Reducer::Sum,
                    value: 0,
                }],
            },
            body: vec![Typed {
                instr: Instr::Accumulator(0),
                dtype: DType::F32,
            }],
            stores: vec![Store {
                binding: 1,
                index: affine(0, &[9, 1, 9, 9]),
                value: 0,
            }],
        });
        assert_eq!(k.domain, [8, 3, 20]);
        assert!(matches!(&k.kind, Kind::Reduce { reduced, .. } if *reduced == [true, false, true]));
        assert_eq!(k.stores[0].index, affine(0, &[0, 1, 0]));
    }

    #[test]
    fn a_contraction_keeps_roles_apart() {
        let k = coalesce(&Kernel {
            name: "matmul".into(),
            bindings: vec![
                binding(0, Access::Read),
                binding(1, Access::Read),
                binding(2, Access::Write),
            ],
            domain: vec![2, 3, 4, 5, 6],
            kind: Kind::Contract {
                roles: vec![Role::M, Role::M, Role::N, Role::K, Role::K],
                a: Operand {
                    body: vec![load(0, affine(0, &[90, 30, 0, 6, 1]), vec![])],
                    value: 0,
                },
                b: Operand {
                    body: vec![load(1, affine(0, &[0, 0, 30, 6, 1]), vec![])],
                    value: 0,
                },
            },
            body: vec![Typed {
                instr: Instr::Accumulator(0),
                dtype: DType::F32,
            }],
            stores: vec![Store {
                binding: 2,
                index: affine(0, &[12, 4, 1, 0, 0]),
                value: 0,
            }],
        });
        assert_eq!(k.domain, [6, 4, 30]);
        assert!(
            matches!(&k.kind, Kind::Contract { roles, .. } if *roles == [Role::M, Role::N, Role::K])
        );
    }
}
