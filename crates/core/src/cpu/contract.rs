//! Contractions: blocks of rows, columns and depth around a matrix product.
//!
//! An operand that is one plain load goes into the product as it lies in memory; any other one is computed block by
//! block into scratch memory first. The product goes straight to where it is stored if the epilogue only stores it;
//! otherwise a block of it goes to scratch memory, and the epilogue runs while it is in the cache.

mod blocks;
mod planner;

use ganlet_loops::frame::Registers;
use ganlet_loops::gemm::listed::{CHECKS, Listed, Place, Walk};
use ganlet_loops::gemm::{self, Factor, Matrix, sgemm};
use ganlet_loops::memory::Buffer;

use super::nest::stride;
use super::scratch::ScratchSizes;
use super::space::Array;
use crate::plan::kernel::{Affine, Instr, Kernel, Operand, Role, farthest_first};
use blocks::{Block, Blocks, Side};
use planner::Planner;

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

/// How an operand reaches the product.
#[derive(Debug)]
enum Input {
    /// One load, whose element numbers are affine in row and column.
    Direct {
        buffer: usize,
        index: Affine,
        row_stride: isize,
        col_stride: isize,
    },
    /// One load, whose element numbers and bounds are affine in the coordinates.
    Listed {
        buffer: usize,
        index: Affine,
        /// Of each bound: the coordinate, counted from where it is inside, and its span.
        checks: Vec<(Affine, i64)>,
        rows: Walk,
        cols: Walk,
    },
    /// Computed, for each pair of a whole or last block of rows and columns.
    Computed {
        blocks: Blocks,
        buffer: usize,
        row_major: bool,
        per_batch: bool,
    },
}

/// How the product is stored.
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
        let order = axis_order(kernel, a, b);
        let side = |role| Side::new(&kernel.domain, roles, role, &order);
        let batch = side(Role::Batch).axes;
        let planner = |m, n| Planner {
            kernel,
            arrays,
            m: side(m),
            n: side(n),
            k: side(Role::K),
        };
        let (straight, turned) = (planner(Role::M, Role::N), planner(Role::N, Role::M));
        // The product of the transposed operands is the transposed product, which may be what is stored.
        if straight.direct_output().is_none() && turned.direct_output().is_some() {
            turned.finish(batch, b, a, scratch)
        } else {
            straight.finish(batch, a, b, scratch)
        }
    }

    /// Makes room in `registers` for a run.
    pub(crate) fn reserve(&self, registers: &mut Registers) {
        let inputs = [&self.a, &self.b]
            .into_iter()
            .filter_map(|input| match input {
                Input::Computed { blocks, .. } => Some(blocks),
                Input::Direct { .. } | Input::Listed { .. } => None,
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
        let mut run = Run {
            contract: self,
            buffers,
            packed,
            origin: std::mem::take(&mut workers[0].origin),
            workers,
            held: [None; 2],
        };
        let batches: usize = self.batch.iter().map(|b| b.1).product();
        for batch in 0..batches {
            run.enter_batch(batch);
            for n in self.n.blocks() {
                self.n.set_origin(&mut run.origin, n.start);
                for m in self.m.blocks() {
                    self.m.set_origin(&mut run.origin, m.start);
                    for k in self.k.blocks() {
                        self.k.set_origin(&mut run.origin, k.start);
                        run.multiply(batch, m, n, k);
                    }
                    self.k.set_origin(&mut run.origin, 0);
                    run.finish(m, n);
                }
            }
        }
        run.origin.fill(0);
        run.workers[0].origin = run.origin;
    }
}

/// All axes, those outside first that are far apart in memory: in the result, or in an operand where they are summed.
fn axis_order(kernel: &Kernel, a: &Operand, b: &Operand) -> Vec<usize> {
    let loads = [a, b].into_iter().filter_map(|operand| {
        let typed = &operand.body[operand.value];
        match &typed.instr {
            Instr::Load { view, .. } => Some(&view.index),
            _ => None,
        }
    });
    let loads: Vec<&Affine> = loads.collect();
    let distance = |axis: usize| {
        let stored = kernel.stores.first().map_or(0, |s| stride(&s.index, axis));
        let strides = loads.iter().map(|index| stride(index, axis));
        match stored {
            0 => strides.map(i64::abs).filter(|&s| s > 0).min().unwrap_or(0),
            _ => stored.abs(),
        }
    };
    let mut order: Vec<usize> = (0..kernel.domain.len()).collect();
    farthest_first(&mut order, &|axis| (false, distance(axis).unsigned_abs()));
    order
}

/// A contraction while it runs.
struct Run<'a> {
    contract: &'a Contract,
    buffers: &'a [Buffer],
    workers: &'a mut [Registers],
    packed: &'a mut gemm::Scratch,
    /// The coordinates at which the present blocks start.
    origin: Vec<usize>,
    /// Batch and blocks that the computed operands hold at present.
    held: [Option<[usize; 3]>; 2],
}

impl Run<'_> {
    fn enter_batch(&mut self, mut batch: usize) {
        for &(axis, extent) in self.contract.batch.iter().rev() {
            self.origin[axis] = batch % extent;
            batch /= extent;
        }
    }

    /// Computes operands where that is needed, and their product.
    fn multiply(&mut self, batch: usize, m: Block, n: Block, k: Block) {
        let Contract { a, b, output, .. } = self.contract;
        self.compute(0, a, batch, m, k);
        self.compute(1, b, batch, k, n);
        let a = a.matrix(self.buffers, &self.origin, m.len, k.len);
        let b = b.matrix(self.buffers, &self.origin, k.len, n.len);
        let (buffer, offset, row_stride) = match output {
            Output::Direct {
                buffer,
                index,
                row_stride,
            } => (*buffer, at(index, &self.origin) as usize, *row_stride),
            Output::Epilogue { buffer, .. } => (*buffer, 0, n.len),
        };
        let product = &self.buffers[buffer];
        // SAFETY: the operands lie in other buffers, and nothing else runs now.
        let c = unsafe { product.slice_mut::<f32>(0, product.count::<f32>()) };
        let (accumulate, threads) = (k.start > 0, self.workers.len());
        sgemm(
            m.len,
            n.len,
            k.len,
            a,
            b,
            c,
            offset,
            row_stride,
            accumulate,
            self.packed,
            threads,
        );
    }

    /// Fills an operand's scratch buffer with a block, unless it holds that block already.
    fn compute(&mut self, operand: usize, input: &Input, batch: usize, rows: Block, cols: Block) {
        if let Input::Computed {
            blocks, per_batch, ..
        } = input
        {
            let wanted = Some([if *per_batch { batch } else { 0 }, rows.start, cols.start]);
            if self.held[operand] != wanted {
                self.held[operand] = wanted;
                blocks
                    .get(rows, cols)
                    .run(self.buffers, &self.origin, self.workers);
            }
        }
    }

    /// Runs the epilogue on a finished block of the product.
    fn finish(&mut self, m: Block, n: Block) {
        if let Output::Epilogue { blocks, .. } = &self.contract.output {
            blocks
                .get(m, n)
                .run(self.buffers, &self.origin, self.workers);
        }
    }
}

impl Input {
    fn matrix<'a>(
        &'a self,
        buffers: &'a [Buffer],
        origin: &[usize],
        rows: usize,
        cols: usize,
    ) -> Factor<'a> {
        // SAFETY: a contraction writes to other buffers than it multiplies from, and nothing else runs now.
        let data = |buffer: usize| unsafe {
            buffers[buffer].slice::<f32>(0, buffers[buffer].count::<f32>())
        };
        match self {
            Input::Direct {
                buffer,
                index,
                row_stride,
                col_stride,
            } => Factor::Matrix(Matrix {
                data: data(*buffer),
                offset: at(index, origin) as usize,
                row_stride: *row_stride,
                col_stride: *col_stride,
            }),
            Input::Listed {
                buffer,
                index,
                checks,
                rows,
                cols,
            } => {
                let mut first = Place {
                    offset: at(index, origin) as isize,
                    ..Place::NONE
                };
                let mut spans = [1; CHECKS];
                for (i, (expr, span)) in checks.iter().enumerate() {
                    (first.checks[i], spans[i]) = (at(expr, origin) as isize, *span as isize);
                }
                Factor::Listed(Listed {
                    data: data(*buffer),
                    origin: first,
                    spans,
                    rows,
                    cols,
                    first: (0, 0),
                })
            }
            Input::Computed {
                buffer, row_major, ..
            } => {
                let (row_stride, col_stride) = if *row_major { (cols, 1) } else { (1, rows) };
                let (row_stride, col_stride) = (row_stride as isize, col_stride as isize);
                Factor::Matrix(Matrix {
                    data: data(*buffer),
                    offset: 0,
                    row_stride,
                    col_stride,
                })
            }
        }
    }
}

fn at(index: &Affine, origin: &[usize]) -> i64 {
    index.offset
        + index
            .strides
            .iter()
            .zip(origin)
            .map(|(s, &x)| s * x as i64)
            .sum::<i64>()
}
