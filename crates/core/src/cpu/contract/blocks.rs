//! Rows, columns and depth of a product, and how they are cut into blocks.

use crate::cpu::nest::stride;
use crate::cpu::pointwise::Pointwise;
use crate::plan::kernel::{Affine, Role};
use ganlet_loops::gemm::listed::{Axis, Place, Walk};

/// The axes of one role as one long index, cut into blocks along the outermost one.
#[derive(Debug, Clone)]
pub(super) struct Side {
    /// Axis and extent, outermost first.
    pub(super) axes: Vec<(usize, usize)>,
    /// The part of the outermost axis in one block.
    pub(super) block: usize,
}

impl Side {
    /// The axes of a role, in the given order of all axes.
    pub(super) fn new(domain: &[usize], roles: &[Role], role: Role, order: &[usize]) -> Self {
        let axes: Vec<_> = (order.iter().copied())
            .filter(|&i| roles[i] == role && domain[i] > 1)
            .map(|i| (i, domain[i]))
            .collect();
        let block = axes.first().map_or(1, |a| a.1);
        Self { axes, block }
    }

    pub(super) fn len(&self) -> usize {
        self.axes.iter().map(|a| a.1).product()
    }

    pub(super) fn outer(&self) -> usize {
        self.axes.first().map_or(1, |a| a.1)
    }

    /// Indices for each step of the outermost axis.
    pub(super) fn rest(&self) -> usize {
        self.axes.iter().skip(1).map(|a| a.1).product()
    }

    /// Cuts blocks of about `indices` indices.
    pub(super) fn cut(&mut self, indices: usize) {
        self.block = (indices / self.rest()).clamp(1, self.outer());
    }

    /// The blocks in order.
    pub(super) fn blocks(&self) -> impl Iterator<Item = Block> + use<> {
        let (outer, block, rest) = (self.outer(), self.block, self.rest());
        (0..outer).step_by(block).map(move |start| {
            let extent = block.min(outer - start);
            Block {
                start,
                extent,
                len: extent * rest,
                whole: extent == block,
            }
        })
    }

    /// The stride of an affine function along the whole index, if there is one.
    pub(super) fn stride(&self, affine: &Affine) -> Option<i64> {
        let Some(&(last, _)) = self.axes.last() else {
            return Some(0);
        };
        let single = self.axes.windows(2).all(|pair| {
            let [(outer, _), (inner, extent)] = [pair[0], pair[1]];
            stride(affine, outer) == stride(affine, inner) * extent as i64
        });
        single.then(|| stride(affine, last))
    }

    /// The side as a walk, by what a step along an axis contributes.
    pub(super) fn walk(&self, step: impl Fn(usize) -> Place) -> Walk {
        let axis = |&(axis, extent): &(usize, usize)| Axis {
            extent,
            step: step(axis),
        };
        Walk(self.axes.iter().map(axis).collect())
    }

    /// Sets the extents of a block in a domain.
    pub(super) fn restrict(&self, domain: &mut [usize], extent: usize) {
        for (i, &(axis, full)) in self.axes.iter().enumerate() {
            domain[axis] = if i == 0 { extent } else { full };
        }
    }

    pub(super) fn set_origin(&self, origin: &mut [usize], start: usize) {
        if let Some(&(axis, _)) = self.axes.first() {
            origin[axis] = start;
        }
    }

    /// `step` along the index, as an affine function of the coordinates.
    pub(super) fn add_strides(&self, affine: &mut Affine, step: usize) {
        let mut step = step as i64;
        for &(axis, extent) in self.axes.iter().rev() {
            affine.strides[axis] = step;
            step *= extent as i64;
        }
    }
}

/// A part of a side.
#[derive(Clone, Copy, Debug)]
pub(super) struct Block {
    /// The first coordinate along the outermost axis.
    pub(super) start: usize,
    /// How many coordinates along the outermost axis.
    pub(super) extent: usize,
    /// How many indices in all.
    pub(super) len: usize,
    /// The last block may be smaller than the others.
    pub(super) whole: bool,
}

/// Code for blocks of two sides, by whether each is a whole one.
#[derive(Debug)]
pub(super) struct Blocks([[Option<Pointwise>; 2]; 2]);

impl Blocks {
    /// Compiles for every size of block that occurs, given the domain of a block, its rows and its columns.
    pub(super) fn new(
        rows: &Side,
        cols: &Side,
        axes: usize,
        mut compile: impl FnMut(&[usize], usize, usize) -> Pointwise,
    ) -> Self {
        let mut blocks = Self([[None, None], [None, None]]);
        for row in rows.blocks() {
            for col in cols.blocks() {
                let slot = &mut blocks.0[usize::from(row.whole)][usize::from(col.whole)];
                if slot.is_none() {
                    let mut domain = vec![1; axes];
                    rows.restrict(&mut domain, row.extent);
                    cols.restrict(&mut domain, col.extent);
                    *slot = Some(compile(&domain, row.len, col.len));
                }
            }
        }
        blocks
    }

    pub(super) fn get(&self, rows: Block, cols: Block) -> &Pointwise {
        let code = &self.0[usize::from(rows.whole)][usize::from(cols.whole)];
        code.as_ref().expect("compiled for every size of block")
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Pointwise> {
        self.0.iter().flatten().flatten()
    }
}
