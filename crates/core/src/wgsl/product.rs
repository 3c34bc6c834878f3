//! A contraction by the roles of its axes: what the tilings share.

use super::ShapeClass;
use super::emit::Emitter;
use super::memory::{has_vector_load, is_bounded, load_stride};
use super::pointwise::store_order;
use super::values::{Coord, LANES, Out, Place, Value};
use crate::plan::kernel::{Kernel, Kind, Operand, Role, farthest_first};

/// Rows or columns below which a tile would be mostly edge, so that each output is a reduction of its own.
const SKINNY: usize = 2;

/// A contraction with its axes by role, outermost first.
pub(super) struct Product<'k> {
    pub(super) kernel: &'k Kernel,
    pub(super) a: &'k Operand,
    pub(super) b: &'k Operand,
    pub(super) batch: Vec<usize>,
    pub(super) m: Vec<usize>,
    pub(super) n: Vec<usize>,
    pub(super) k: Vec<usize>,
}

impl<'k> Product<'k> {
    pub(super) fn of(kernel: &'k Kernel) -> Self {
        let Kind::Contract { roles, a, b } = &kernel.kind else {
            unreachable!("the caller matched the template")
        };
        let order = store_order(kernel);
        let axes = |role: Role| -> Vec<usize> {
            order
                .iter()
                .copied()
                .filter(|&axis| roles[axis] == role)
                .collect()
        };
        let mut k = axes(Role::K);
        let stride = |axis: usize| {
            let strides = [load_stride(&a.body, axis), load_stride(&b.body, axis)];
            strides.into_iter().flatten().min().unwrap_or(u64::MAX)
        };
        // Axes that bounds depend on go outside, so that checks are made once for the loops within.
        let checked = |axis: usize| is_bounded(&a.body, axis) || is_bounded(&b.body, axis);
        farthest_first(&mut k, &|axis| (checked(axis), stride(axis)));
        Product {
            kernel,
            a,
            b,
            batch: axes(Role::Batch),
            m: axes(Role::M),
            n: axes(Role::N),
            k,
        }
    }

    pub(super) fn shape(&self) -> ShapeClass {
        let [batch, m, n, k] = [&self.batch, &self.m, &self.n, &self.k].map(|axes| self.size(axes));
        ShapeClass::of(batch * m, n, k)
    }

    pub(super) fn is_skinny(&self) -> bool {
        self.size(&self.m).min(self.size(&self.n)) <= SKINNY
    }

    pub(super) fn size(&self, axes: &[usize]) -> usize {
        axes.iter().map(|&axis| self.kernel.domain[axis]).product()
    }

    pub(super) fn extents(&self, axes: &[usize]) -> Vec<usize> {
        axes.iter().map(|&axis| self.kernel.domain[axis]).collect()
    }

    /// The innermost of `axes` if four consecutive points never straddle its end.
    pub(super) fn lane(&self, axes: &[usize]) -> Option<usize> {
        axes.last()
            .copied()
            .filter(|&axis| self.kernel.domain[axis].is_multiple_of(LANES))
    }

    /// The innermost of `axes` if the operand has vector loads along it.
    pub(super) fn vector_lane(&self, operand: &Operand, axes: &[usize]) -> Option<usize> {
        self.lane(axes)
            .filter(|&axis| has_vector_load(&operand.body, axis))
    }

    /// The function that turns four neighbouring sums of a row into results.
    pub(super) fn finish(&self, emitter: &mut Emitter<'k>, tag: &str) -> String {
        let kernel = self.kernel;
        let mut text = format!(
            "fn finish{tag}(batch: u32, row: u32, first_column: u32, sums: vec4<f32>) {{\n"
        );
        let lane = self.lane(&self.n);
        let columns = if lane.is_some() { 1 } else { LANES };
        for i in 0..columns {
            let mut out = Out::new(0);
            let mut coords = vec![Coord::default(); kernel.domain.len()];
            emit_coords(emitter, &mut out, &mut coords, self, &self.batch, "batch");
            emit_coords(emitter, &mut out, &mut coords, self, &self.m, "row");
            emit_coords(emitter, &mut out, &mut coords, self, &self.n, "column");
            let sum = match lane {
                Some(_) => Value::float("sums", true),
                None => Value::float(Value::float("sums", true).component(i), false),
            };
            let place = Place {
                coords: &coords,
                lane,
                accumulators: &[sum],
            };
            let values = emitter.body(&mut out, &kernel.body, &place);
            emitter.stores(&mut out, &values, &place);
            let n = self.size(&self.n);
            let body = out.innermost().text();
            text += &format!(
                "{{\nlet column = first_column + {i}u;\nif (column < {n}u) {{\n{body}}}\n}}\n"
            );
        }
        text + "}\n"
    }
}

/// Splits the number `linear` into the coordinates of `axes`, before all loops.
pub(super) fn emit_coords(
    emitter: &mut Emitter<'_>,
    out: &mut Out,
    coords: &mut [Coord],
    product: &Product<'_>,
    axes: &[usize],
    linear: &str,
) {
    if axes.is_empty() {
        return;
    }
    let names = emitter.decompose(out, 0, linear, &product.extents(axes));
    for (&axis, name) in axes.iter().zip(names) {
        coords[axis] = Coord::new(name, 0);
    }
}
