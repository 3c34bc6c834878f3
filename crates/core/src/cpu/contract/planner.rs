//! Decides how operands reach a product and how the product is stored.

use super::blocks::{Blocks, Side};
use super::{Contract, Input, Output};
use crate::cpu::epilogue;
use crate::cpu::nest::stride;
use crate::cpu::pointwise::Pointwise;
use crate::cpu::scratch::ScratchSizes;
use crate::cpu::space::{Array, Space};
use crate::dtype::DType;
use crate::plan::kernel::{Access, Affine, Instr, Kernel, Operand, Store, View};
use ganlet_loops::gemm::listed::{AXES, CHECKS, Place};

/// Floats in a block of a computed operand or of the product: 1 MiB.
const BLOCK: usize = 1 << 18;
/// The depth of a block where operands are computed and the whole depth is too much.
const DEPTH: usize = 2048;

/// Scratch buffers by number.
const SCRATCH_A: usize = 0;
const SCRATCH_B: usize = 1;
const SCRATCH_PRODUCT: usize = 2;

/// A contraction while it is compiled.
pub(super) struct Planner<'a> {
    pub(super) kernel: &'a Kernel,
    pub(super) arrays: &'a [Array],
    pub(super) m: Side,
    pub(super) n: Side,
    pub(super) k: Side,
}

impl Planner<'_> {
    /// Cuts blocks and compiles what a run needs.
    pub(super) fn finish(
        mut self,
        batch: Vec<(usize, usize)>,
        a: &Operand,
        b: &Operand,
        scratch: &mut ScratchSizes,
    ) -> Contract {
        let direct_output = self.direct_output();
        let in_place = |operand, rows, cols| {
            (self.direct_input(operand, rows, cols))
                .or_else(|| self.listed_input(operand, rows, cols))
        };
        let direct_a = in_place(a, &self.m, &self.k);
        let direct_b = in_place(b, &self.k, &self.n);
        if direct_a.is_none() || direct_b.is_none() {
            self.k.cut(if self.k.len() > 2 * DEPTH {
                DEPTH
            } else {
                self.k.len()
            });
            let depth = self.k.block * self.k.rest();
            if direct_b.is_none() {
                self.n.cut((BLOCK / depth).max(64));
            }
            if direct_a.is_none() {
                self.m.cut((BLOCK / depth).max(64));
            }
        }
        if direct_output.is_none() {
            let rows = (BLOCK / (self.n.block * self.n.rest())).max(64);
            self.m.cut(rows.min(self.m.block * self.m.rest()));
        }
        let axes = self.kernel.domain.len();
        let a = direct_a
            .unwrap_or_else(|| self.computed(a, &self.m, &self.k, &batch, SCRATCH_A, scratch));
        let b = direct_b
            .unwrap_or_else(|| self.computed(b, &self.k, &self.n, &batch, SCRATCH_B, scratch));
        let output = direct_output.unwrap_or_else(|| self.epilogue(scratch));
        let Self { m, n, k, .. } = self;
        Contract {
            batch,
            m,
            n,
            k,
            a,
            b,
            output,
            axes,
        }
    }

    /// The load that an operand is, if it is one.
    fn load<'o>(&self, operand: &'o Operand) -> Option<(&Array, &'o View)> {
        let Instr::Load { binding, view } = &operand.body[operand.value].instr else {
            return None;
        };
        let array = &self.arrays[*binding];
        (array.dtype == DType::F32 && array.access == Access::Read).then_some((array, view))
    }

    /// The operand as packing finds it element by element, if it is a plain load.
    fn listed_input(&self, operand: &Operand, rows: &Side, cols: &Side) -> Option<Input> {
        let (array, view) = self.load(operand)?;
        if view.bounds.len() > CHECKS || rows.axes.len().max(cols.axes.len()) > AXES {
            return None;
        }
        let checks: Vec<(Affine, i64)> = (view.bounds.iter())
            .map(|bound| {
                (
                    bound.expr.clone().shifted(-bound.low),
                    bound.high - bound.low,
                )
            })
            .collect();
        let step = |axis: usize| {
            let mut place = Place {
                offset: stride(&view.index, axis) as isize,
                ..Place::NONE
            };
            for (to, (expr, _)) in place.checks.iter_mut().zip(&checks) {
                *to = stride(expr, axis) as isize;
            }
            place
        };
        Some(Input::Listed {
            buffer: array.buffer,
            index: view.index.clone(),
            rows: rows.walk(step),
            cols: cols.walk(step),
            checks,
        })
    }

    /// The operand as it lies in memory, if it is a plain load with one stride along each side.
    fn direct_input(&self, operand: &Operand, rows: &Side, cols: &Side) -> Option<Input> {
        let (array, view) = self.load(operand)?;
        if !view.bounds.is_empty() {
            return None;
        }
        let (row_stride, col_stride) = (
            rows.stride(&view.index)? as isize,
            cols.stride(&view.index)? as isize,
        );
        Some(Input::Direct {
            buffer: array.buffer,
            index: view.index.clone(),
            row_stride,
            col_stride,
        })
    }

    /// Where the product itself is stored, if it is in rows, and if nothing else is.
    pub(super) fn direct_output(&self) -> Option<Output> {
        let [store] = &self.kernel.stores[..] else {
            return None;
        };
        epilogue::accumulator(&self.kernel.body, store.value)?;
        let array = &self.arrays[store.binding];
        let columns = self.n.stride(&store.index)?;
        let rows = self.m.stride(&store.index)?;
        let in_rows = (columns == 1 || self.n.len() == 1) && rows >= self.n.len() as i64
            || self.m.len() == 1 && columns == 1;
        let index = store.index.clone();
        let row_stride = if self.m.len() == 1 {
            self.n.len()
        } else {
            rows as usize
        };
        (in_rows && array.access == Access::Write).then_some(Output::Direct {
            buffer: array.buffer,
            index,
            row_stride,
        })
    }

    /// Code that computes an operand's blocks, stored whichever way is cheaper.
    fn computed(
        &self,
        operand: &Operand,
        rows: &Side,
        cols: &Side,
        batch: &[(usize, usize)],
        number: usize,
        scratch: &mut ScratchSizes,
    ) -> Input {
        let elements = rows.block * rows.rest() * cols.block * cols.rest();
        let buffer = scratch.reserve(number, elements);
        let mut arrays = self.arrays.to_vec();
        arrays.push(epilogue::scratch_array(buffer, Access::Write, elements));
        let axes = self.kernel.domain.len();
        let blocks = |row_major: bool| {
            Blocks::new(rows, cols, axes, |domain, row_count, col_count| {
                let mut index = Affine {
                    offset: 0,
                    strides: vec![0; axes],
                };
                rows.add_strides(&mut index, if row_major { col_count } else { 1 });
                cols.add_strides(&mut index, if row_major { 1 } else { row_count });
                let store = Store {
                    binding: self.arrays.len(),
                    index,
                    value: operand.value,
                };
                let space = Space {
                    domain,
                    full: &self.kernel.domain,
                    reduced: &[],
                    arrays: &arrays,
                };
                Pointwise::new(space, &operand.body, &[store])
            })
        };
        let (by_rows, by_cols) = (blocks(true), blocks(false));
        let nanoseconds = |blocks: &Blocks| blocks.iter().map(Pointwise::nanoseconds).sum::<f64>();
        let row_major = nanoseconds(&by_rows) <= nanoseconds(&by_cols);
        let per_batch = batch.iter().any(|&(axis, _)| depends(operand, axis));
        Input::Computed {
            blocks: if row_major { by_rows } else { by_cols },
            buffer,
            row_major,
            per_batch,
        }
    }

    fn epilogue(&self, scratch: &mut ScratchSizes) -> Output {
        let elements = self.m.block * self.m.rest() * self.n.block * self.n.rest();
        let buffer = scratch.reserve(SCRATCH_PRODUCT, elements);
        let mut arrays = self.arrays.to_vec();
        arrays.push(epilogue::scratch_array(buffer, Access::Read, elements));
        let axes = self.kernel.domain.len();
        let blocks = Blocks::new(&self.m, &self.n, axes, |domain, _, cols| {
            let mut index = Affine {
                offset: 0,
                strides: vec![0; axes],
            };
            self.m.add_strides(&mut index, cols);
            self.n.add_strides(&mut index, 1);
            let body = epilogue::with_loads(&self.kernel.body, self.arrays.len(), &index);
            let space = Space {
                domain,
                full: &self.kernel.domain,
                reduced: &[],
                arrays: &arrays,
            };
            Pointwise::new(space, &body, &self.kernel.stores)
        });
        Output::Epilogue { blocks, buffer }
    }
}

/// Whether any index of an operand depends on an axis.
fn depends(operand: &Operand, axis: usize) -> bool {
    let on = |affine: &Affine| stride(affine, axis) != 0;
    operand.body.iter().any(|typed| match &typed.instr {
        Instr::Load { view, .. } | Instr::Gather { view, .. } => {
            on(&view.index) || view.bounds.iter().any(|b| on(&b.expr))
        }
        Instr::Coordinate(affine)
        | Instr::Random {
            element: affine, ..
        } => on(affine),
        Instr::Within(bounds) => bounds.iter().any(|b| on(&b.expr)),
        Instr::Constant(_)
        | Instr::Accumulator(_)
        | Instr::Unary(..)
        | Instr::Binary(..)
        | Instr::Select(..)
        | Instr::Cast(..) => false,
    })
}
