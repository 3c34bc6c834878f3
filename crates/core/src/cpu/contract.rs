//! Contractions: blocks of rows, columns and depth around a matrix product.
//!
//! An operand that is one plain load goes into the product as it lies in memory; any other one is computed block by
//! block into scratch memory first. The product goes straight to where it is stored if the epilogue only stores it;
//! otherwise a block of it goes to scratch memory, and the epilogue runs while it is in the cache.

use super::compile::{Array, Space};
use super::epilogue;
use super::execute::Registers;
use super::gemm::{self, Matrix, sgemm};
use super::memory::Buffer;
use super::nest::stride;
use super::pointwise::Pointwise;
use super::scratch::ScratchSizes;
use crate::dtype::DType;
use crate::plan::kernel::{Access, Affine, Instr, Kernel, Operand, Role, Store};

/// Floats in a block of a computed operand or of the product: 1 MiB.
const BLOCK: usize = 1 << 18;
/// The depth of a block where operands are computed and the whole depth is too much.
const DEPTH: usize = 2048;

/// Scratch buffers by number.
const SCRATCH_A: usize = 0;
const SCRATCH_B: usize = 1;
const SCRATCH_PRODUCT: usize = 2;

/// A contraction, compiled.
#[derive(Debug)]
pub(crate) struct Contract {
    /// Axis and extent.
    batch: Vec<(usize, usize)>,
    m: Side,
    n: Side,
    k: Side,
    a: Input,
    b: Input,
    output: Output,
    axes: usize,
}

/// The axes of one role as one long index, cut into blocks along the outermost one.
#[derive(Debug, Clone)]
struct Side {
    /// Axis and extent, outermost first.
    axes: Vec<(usize, usize)>,
    /// The part of the outermost axis in one block.
    block: usize,
}

#[derive(Debug)]
enum Input {
    /// One load, whose element numbers are affine in row and column.
    Direct {
        buffer: usize,
        index: Affine,
        row_stride: isize,
        col_stride: isize,
    },
    /// Computed, for each pair of a whole or last block of rows and columns.
    Computed {
        blocks: Blocks,
        buffer: usize,
        row_major: bool,
        per_batch: bool,
    },
}

#[derive(Debug)]
enum Output {
    Direct {
        buffer: usize,
        index: Affine,
        row_stride: usize,
    },
    Epilogue {
        blocks: Blocks,
        buffer: usize,
    },
}

/// Code for whole and last blocks of two sides.
#[derive(Debug)]
struct Blocks([[Option<Pointwise>; 2]; 2]);

impl Side {
    fn new(domain: &[usize], roles: &[Role], role: Role) -> Self {
        let axes: Vec<_> = (0..domain.len())
            .filter(|&i| roles[i] == role && domain[i] > 1)
            .map(|i| (i, domain[i]))
            .collect();
        let block = axes.first().map_or(1, |a| a.1);
        Self { axes, block }
    }

    fn len(&self) -> usize {
        self.axes.iter().map(|a| a.1).product()
    }

    fn outer(&self) -> usize {
        self.axes.first().map_or(1, |a| a.1)
    }

    /// Indices for each step of the outermost axis.
    fn rest(&self) -> usize {
        self.axes.iter().skip(1).map(|a| a.1).product()
    }

    /// Cuts blocks of about `indices` indices.
    fn cut(&mut self, indices: usize) {
        self.block = (indices / self.rest()).clamp(1, self.outer());
    }

    /// The first coordinate and the extent of each block.
    fn blocks(&self) -> impl Iterator<Item = (usize, usize)> + use<> {
        let (outer, block) = (self.outer(), self.block);
        (0..outer)
            .step_by(block)
            .map(move |start| (start, block.min(outer - start)))
    }

    /// The stride of an affine function along the whole index, if there is one.
    fn stride(&self, affine: &Affine) -> Option<i64> {
        let Some(&(last, _)) = self.axes.last() else {
            return Some(0);
        };
        let single = self.axes.windows(2).all(|pair| {
            let [(outer, _), (inner, extent)] = [pair[0], pair[1]];
            stride(affine, outer) == stride(affine, inner) * extent as i64
        });
        single.then(|| stride(affine, last))
    }

    /// Sets the extents of a block in a domain.
    fn restrict(&self, domain: &mut [usize], extent: usize) {
        for (i, &(axis, full)) in self.axes.iter().enumerate() {
            domain[axis] = if i == 0 { extent } else { full };
        }
    }

    fn set_origin(&self, origin: &mut [usize], start: usize) {
        if let Some(&(axis, _)) = self.axes.first() {
            origin[axis] = start;
        }
    }

    /// `step` along the index, as an affine function of the coordinates.
    fn add_strides(&self, affine: &mut Affine, step: usize) {
        let mut step = step as i64;
        for &(axis, extent) in self.axes.iter().rev() {
            affine.strides[axis] = step;
            step *= extent as i64;
        }
    }
}

impl Blocks {
    /// Compiles for every size of block that occurs.
    fn new(
        rows: &Side,
        cols: &Side,
        axes: usize,
        mut compile: impl FnMut(&[usize], usize, usize) -> Pointwise,
    ) -> Self {
        let mut blocks = Self([[None, None], [None, None]]);
        for (_, row_extent) in rows.blocks() {
            for (_, col_extent) in cols.blocks() {
                let slot = &mut blocks.0[usize::from(row_extent < rows.block)]
                    [usize::from(col_extent < cols.block)];
                if slot.is_none() {
                    let mut domain = vec![1; axes];
                    rows.restrict(&mut domain, row_extent);
                    cols.restrict(&mut domain, col_extent);
                    *slot = Some(compile(
                        &domain,
                        row_extent * rows.rest(),
                        col_extent * cols.rest(),
                    ));
                }
            }
        }
        blocks
    }

    fn get(&self, rows_are_last: bool, cols_are_last: bool) -> &Pointwise {
        self.0[usize::from(rows_are_last)][usize::from(cols_are_last)]
            .as_ref()
            .expect("compiled for all blocks")
    }

    fn iter(&self) -> impl Iterator<Item = &Pointwise> {
        self.0.iter().flatten().flatten()
    }
}

/// A contraction while it is compiled.
struct Planner<'a> {
    kernel: &'a Kernel,
    arrays: &'a [Array],
    m: Side,
    n: Side,
    k: Side,
}

impl Contract {
    /// Compiles operands and epilogue. `arrays` are the kernel's bindings.
    pub(crate) fn new(
        kernel: &Kernel,
        arrays: &[Array],
        roles: &[Role],
        a: &Operand,
        b: &Operand,
        scratch: &mut ScratchSizes,
    ) -> Self {
        let side = |role| Side::new(&kernel.domain, roles, role);
        let planner = Planner {
            kernel,
            arrays,
            m: side(Role::M),
            n: side(Role::N),
            k: side(Role::K),
        };
        let batch = side(Role::Batch).axes;
        if planner.direct_output().is_none() {
            // The product of the transposed operands is the transposed product, which may be what is stored.
            let Planner {
                kernel,
                arrays,
                m,
                n,
                k,
            } = planner;
            let turned = Planner {
                kernel,
                arrays,
                m: n,
                n: m,
                k,
            };
            if turned.direct_output().is_some() {
                return turned.finish(batch, b, a, scratch);
            }
            let Planner {
                kernel,
                arrays,
                m,
                n,
                k,
            } = turned;
            return Planner {
                kernel,
                arrays,
                m: n,
                n: m,
                k,
            }
            .finish(batch, a, b, scratch);
        }
        planner.finish(batch, a, b, scratch)
    }

    /// Makes room in `registers` for a run.
    pub(crate) fn reserve(&self, registers: &mut Registers) {
        let inputs = [&self.a, &self.b]
            .into_iter()
            .filter_map(|input| match input {
                Input::Computed { blocks, .. } => Some(blocks),
                Input::Direct { .. } => None,
            });
        let output = match &self.output {
            Output::Epilogue { blocks, .. } => Some(blocks),
            Output::Direct { .. } => None,
        };
        inputs
            .chain(output)
            .flat_map(Blocks::iter)
            .for_each(|code| code.reserve(registers));
        registers
            .origin
            .resize(registers.origin.len().max(self.axes), 0);
    }

    /// Runs over the whole domain.
    pub(crate) fn run(
        &self,
        buffers: &[Buffer],
        workers: &mut [Registers],
        packed: &mut gemm::Scratch,
    ) {
        let mut origin = std::mem::take(&mut workers[0].origin);
        let batches: usize = self.batch.iter().map(|b| b.1).product();
        let (mut a_holds, mut b_holds) = (None, None);
        for index in 0..batches {
            let mut rest = index;
            for &(axis, extent) in self.batch.iter().rev() {
                origin[axis] = rest % extent;
                rest /= extent;
            }
            for (n_start, n_extent) in self.n.blocks() {
                self.n.set_origin(&mut origin, n_start);
                for (m_start, m_extent) in self.m.blocks() {
                    self.m.set_origin(&mut origin, m_start);
                    for (k_start, k_extent) in self.k.blocks() {
                        self.k.set_origin(&mut origin, k_start);
                        let (m, n, k) = (
                            m_extent * self.m.rest(),
                            n_extent * self.n.rest(),
                            k_extent * self.k.rest(),
                        );
                        let last = |extent, side: &Side| extent < side.block;
                        let (m_last, n_last, k_last) = (
                            last(m_extent, &self.m),
                            last(n_extent, &self.n),
                            last(k_extent, &self.k),
                        );
                        self.a.compute(
                            &mut a_holds,
                            [index, m_start, k_start],
                            buffers,
                            &origin,
                            workers,
                            [m_last, k_last],
                        );
                        self.b.compute(
                            &mut b_holds,
                            [index, k_start, n_start],
                            buffers,
                            &origin,
                            workers,
                            [k_last, n_last],
                        );
                        let a = self.a.matrix(buffers, &origin, m, k);
                        let b = self.b.matrix(buffers, &origin, k, n);
                        let (buffer, offset, row_stride) = match &self.output {
                            Output::Direct {
                                buffer,
                                index,
                                row_stride,
                            } => (*buffer, at(index, &origin), *row_stride),
                            Output::Epilogue { buffer, .. } => (*buffer, 0, n),
                        };
                        let product = &buffers[buffer];
                        // SAFETY: the operands lie in other buffers, and nothing else runs now.
                        let c = unsafe { product.slice_mut::<f32>(0, product.len::<f32>()) };
                        sgemm(
                            m,
                            n,
                            k,
                            a,
                            b,
                            c,
                            offset,
                            row_stride,
                            k_start > 0,
                            packed,
                            workers.len(),
                        );
                    }
                    if let Output::Epilogue { blocks, .. } = &self.output {
                        self.k.set_origin(&mut origin, 0);
                        let code = blocks.get(m_extent < self.m.block, n_extent < self.n.block);
                        code.run(buffers, &origin, workers);
                    }
                }
            }
        }
        origin.fill(0);
        workers[0].origin = origin;
    }
}

impl Input {
    /// Fills the scratch buffer with a block, unless it holds that block already.
    fn compute(
        &self,
        holds: &mut Option<[usize; 3]>,
        mut wanted: [usize; 3],
        buffers: &[Buffer],
        origin: &[usize],
        workers: &mut [Registers],
        last: [bool; 2],
    ) {
        if let Input::Computed {
            blocks, per_batch, ..
        } = self
        {
            if !per_batch {
                wanted[0] = 0;
            }
            if *holds != Some(wanted) {
                *holds = Some(wanted);
                blocks.get(last[0], last[1]).run(buffers, origin, workers);
            }
        }
    }

    fn matrix<'a>(
        &self,
        buffers: &'a [Buffer],
        origin: &[usize],
        rows: usize,
        cols: usize,
    ) -> Matrix<'a> {
        // SAFETY: a contraction writes to other buffers than it multiplies from, and nothing else runs now.
        let data = |buffer: usize| unsafe {
            buffers[buffer].slice::<f32>(0, buffers[buffer].len::<f32>())
        };
        match self {
            Input::Direct {
                buffer,
                index,
                row_stride,
                col_stride,
            } => Matrix {
                data: data(*buffer),
                offset: at(index, origin),
                row_stride: *row_stride,
                col_stride: *col_stride,
            },
            Input::Computed {
                buffer, row_major, ..
            } => {
                let (row_stride, col_stride) = if *row_major { (cols, 1) } else { (1, rows) };
                let (row_stride, col_stride) = (row_stride as isize, col_stride as isize);
                Matrix {
                    data: data(*buffer),
                    offset: 0,
                    row_stride,
                    col_stride,
                }
            }
        }
    }
}

fn at(index: &Affine, origin: &[usize]) -> usize {
    (index.offset
        + index
            .strides
            .iter()
            .zip(origin)
            .map(|(s, &x)| s * x as i64)
            .sum::<i64>()) as usize
}

impl Planner<'_> {
    fn finish(
        mut self,
        batch: Vec<(usize, usize)>,
        a: &Operand,
        b: &Operand,
        scratch: &mut ScratchSizes,
    ) -> Contract {
        let direct_output = self.direct_output();
        let direct_a = self.direct_input(a, &self.m, &self.k);
        let direct_b = self.direct_input(b, &self.k, &self.n);
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

    /// The operand as it lies in memory, if it is a plain load with one stride along each side.
    fn direct_input(&self, operand: &Operand, rows: &Side, cols: &Side) -> Option<Input> {
        let Instr::Load { binding, view } = &operand.body[operand.value].instr else {
            return None;
        };
        let array = &self.arrays[*binding];
        if !view.bounds.is_empty() || array.dtype != DType::F32 || array.access != Access::Read {
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
    fn direct_output(&self) -> Option<Output> {
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
