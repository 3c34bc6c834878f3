//! Graph nodes -> the body of a kernel.
//!
//! A value is computed at a point by walking down from it: element-wise ops become instructions, movement ops only
//! change the coordinates, and nodes that have a home in memory become loads.

mod movement;
mod scope;

use std::collections::HashMap;

use super::contraction::{Contraction, Factor};
use super::home::Home;
use super::kernel::{Accumulator, Affine, Body, Instr, Kernel, Kind, Operand, Register, Typed};
use super::store::{Class, class};
use crate::dtype::DType;
use crate::node::{Node, NodeId};
use crate::op::Op;
use scope::Scope;

/// One value that a kernel computes and keeps.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Keep {
    pub(super) node: NodeId,
    pub(super) home: Home,
    /// The node's first home is elsewhere; this is a copy, loaded from there.
    pub(super) copy: bool,
}

/// What a kernel is to compute.
#[derive(Clone, Debug)]
pub(super) struct Recipe {
    pub(super) template: Template,
    /// The extents of the output without axes of extent 1. Nodes in the body match it axis by axis.
    pub(super) extents: Vec<usize>,
    pub(super) keeps: Vec<Keep>,
    /// Values with a home that only this kernel uses: they stay in registers.
    pub(super) private: Vec<NodeId>,
}

/// Which heavy nodes, if any, a kernel computes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Template {
    Pointwise,
    /// Reductions of one argument shape along the same axes.
    Reduce(Vec<NodeId>),
    /// A matrix product or a convolution.
    Contract {
        heavy: NodeId,
        /// For each axis of the output, but for those of extent 1, which such axis of the heavy node it is.
        order: Vec<usize>,
    },
}

/// The stored nodes that a kernel reads. True where a node is read only in the epilogue and at the very point that is
/// computed: then fusing with the producer makes it a register.
pub(super) type Reads = Vec<(NodeId, bool)>;

/// A lowered kernel and what it reads.
pub(super) struct Lowered {
    pub(super) kernel: Kernel,
    pub(super) reads: Reads,
}

/// A movement that index arithmetic cannot follow: this node must be kept in memory.
pub(super) struct NeedsHome(pub(super) NodeId);

/// Everything that lowering looks up.
pub(super) struct Context<'a> {
    pub(super) nodes: &'a [Node],
    pub(super) homes: &'a HashMap<NodeId, Home>,
}

/// The extents of `shape` that are not 1.
pub(super) fn squeeze(shape: &[usize]) -> Vec<usize> {
    shape.iter().copied().filter(|&n| n != 1).collect()
}

impl Context<'_> {
    /// The type of a node's elements in memory. Only the host packs bytes: a kernel stores them as integers.
    fn memory_type(&self, id: NodeId) -> DType {
        let Node { op, dtype, .. } = &self.nodes[id];
        match class(op) == Class::Leaf {
            true => *dtype,
            false => register_type(*dtype),
        }
    }

    pub(super) fn lower(&self, recipe: &Recipe) -> Result<Lowered, NeedsHome> {
        match &recipe.template {
            Template::Pointwise => self.pointwise(recipe),
            Template::Reduce(heavies) => self.reduce(recipe, heavies),
            Template::Contract { heavy, order } => self.contract(recipe, *heavy, order),
        }
    }

    fn pointwise(&self, recipe: &Recipe) -> Result<Lowered, NeedsHome> {
        let domain = recipe.extents.clone();
        let axes = plain_axes(&domain, 0..domain.len());
        let mut scope = Scope::new(self, domain, axes.clone(), axes, &[]);
        let (body, stores) = scope.epilogue(recipe)?;
        Ok(scope.finish(Kind::Pointwise, body, stores))
    }

    fn reduce(&self, recipe: &Recipe, heavies: &[NodeId]) -> Result<Lowered, NeedsHome> {
        let first = &self.nodes[heavies[0]];
        let from = &self.nodes[first.args[0]].shape;
        let axis_is_reduced = |axis: usize| first.shape[axis] != from[axis];
        let axes: Vec<usize> = (0..from.len()).filter(|&axis| from[axis] != 1).collect();
        let domain: Vec<usize> = axes.iter().map(|&axis| from[axis]).collect();
        let reduced: Vec<bool> = axes.iter().map(|&axis| axis_is_reduced(axis)).collect();
        let all_axes = plain_axes(&domain, 0..domain.len());
        let output = plain_axes(&domain, (0..domain.len()).filter(|&axis| !reduced[axis]));
        let mut scope = Scope::new(self, domain, output.clone(), output, heavies);

        let mut prologue = Body::new();
        let mut accumulators = Vec::new();
        for &heavy in heavies {
            let Op::Reduce { reducer, .. } = self.nodes[heavy].op else {
                unreachable!("only reductions are listed")
            };
            let argument = self.nodes[heavy].args[0];
            let coordinates = scope.matching(&self.nodes[argument].shape, &all_axes);
            let value = scope.value(&mut prologue, argument, &coordinates, &[])?;
            accumulators.push(Accumulator { reducer, value });
        }
        scope.begin_epilogue();
        let (body, stores) = scope.epilogue(recipe)?;
        Ok(scope.finish(
            Kind::Reduce {
                reduced,
                prologue,
                accumulators,
            },
            body,
            stores,
        ))
    }

    fn contract(
        &self,
        recipe: &Recipe,
        heavy: NodeId,
        order: &[usize],
    ) -> Result<Lowered, NeedsHome> {
        let heavies = [heavy];
        let Contraction {
            domain,
            roles,
            output,
            a,
            b,
        } = Contraction::of(self.nodes, heavy);
        let output: Vec<(usize, Affine)> = (output.into_iter().filter(|&(n, _)| n != 1)).collect();
        let ordered = order.iter().map(|&axis| output[axis].clone()).collect();
        let mut scope = Scope::new(self, domain, output, ordered, &heavies);
        let mut operand = |factor: &Factor| -> Result<Operand, NeedsHome> {
            let mut body = Body::new();
            scope.memo.clear();
            let value = scope.inside(
                &mut body,
                factor.node,
                &factor.coordinates,
                &[],
                &factor.within,
            )?;
            Ok(Operand { body, value })
        };
        let (a, b) = (operand(&a)?, operand(&b)?);
        scope.begin_epilogue();
        let (body, stores) = scope.epilogue(recipe)?;
        Ok(scope.finish(Kind::Contract { roles, a, b }, body, stores))
    }
}

/// Axes of the domain as they are, with their extents.
fn plain_axes(domain: &[usize], axes: impl Iterator<Item = usize>) -> Vec<(usize, Affine)> {
    axes.map(|axis| (domain[axis], Affine::axis(domain.len(), axis)))
        .collect()
}

fn emit(body: &mut Body, instr: Instr, dtype: DType) -> Register {
    let typed = Typed { instr, dtype };
    // Constants and coordinates recur under different nodes.
    if let Some(register) = body.iter().position(|t| *t == typed) {
        return register;
    }
    body.push(typed);
    body.len() - 1
}

/// Bytes are unpacked to integers as they are loaded.
fn register_type(dtype: DType) -> DType {
    match dtype {
        DType::U8 => DType::U32,
        other => other,
    }
}
