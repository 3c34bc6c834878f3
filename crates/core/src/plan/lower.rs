//! Graph nodes -> the body of a kernel.
//!
//! A value is computed at a point by walking down from it: element-wise ops become instructions, movement ops only
//! change the coordinates, and nodes that have a home in memory become loads.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::affine;
use super::contraction::{Contraction, Factor};
use super::kernel::{Access, Kernel, Kind};
use super::kernel::{
    Accumulator, Affine, Binding, Body, Bound, Instr, Operand, Register, Store, Typed, View,
};
use super::store::{Class, class};
use crate::dtype::{DType, Scalar};
use crate::graph::{Node, NodeId};
use crate::op::Op;
use crate::shape::strides;

/// Index of a buffer before slots are assigned.
pub(super) type VirtualId = usize;

/// Where a node's value is kept.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(super) struct Home {
    pub(super) buffer: VirtualId,
    pub(super) offset: usize,
    /// Per axis of the node.
    pub(super) strides: Vec<usize>,
}

impl Home {
    /// Row-major storage from `offset` on.
    pub(super) fn contiguous(buffer: VirtualId, offset: usize, shape: &[usize]) -> Self {
        Self {
            buffer,
            offset,
            strides: strides(shape),
        }
    }

    pub(super) fn is_contiguous(&self, shape: &[usize]) -> bool {
        let expected = strides(shape);
        (0..shape.len()).all(|axis| shape[axis] == 1 || self.strides[axis] == expected[axis])
    }

    fn index(&self, rank: usize, coordinates: &[Affine]) -> Affine {
        Affine::flat(rank, coordinates, &self.strides).shifted(self.offset as i64)
    }
}

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
pub(super) type Reads = BTreeMap<NodeId, bool>;

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

/// A value at one place: coordinates, bounds, and the register that holds it.
type Held = (Vec<Affine>, Vec<Bound>, Register);

/// One kernel under construction.
struct Scope<'a> {
    context: &'a Context<'a>,
    domain: Vec<usize>,
    /// The axes of the heavy nodes with their extents, those of extent 1 left out, over the domain.
    computed_axes: Vec<(usize, Affine)>,
    /// The same in the order in which results are kept.
    output_axes: Vec<(usize, Affine)>,
    /// Nodes whose accumulators the epilogue may use, in the order of accumulators.
    heavies: &'a [NodeId],
    /// Nodes that this kernel computes itself although they have a home.
    computed: BTreeSet<NodeId>,
    in_epilogue: bool,
    memo: BTreeMap<NodeId, Vec<Held>>,
    /// Virtual buffer and the type it is accessed as.
    buffers: Vec<(VirtualId, DType)>,
    loaded: BTreeSet<VirtualId>,
    reads: Reads,
}

impl<'a> Scope<'a> {
    fn new(
        context: &'a Context<'a>,
        domain: Vec<usize>,
        computed_axes: Vec<(usize, Affine)>,
        output_axes: Vec<(usize, Affine)>,
        heavies: &'a [NodeId],
    ) -> Self {
        Self {
            context,
            domain,
            computed_axes,
            output_axes,
            heavies,
            computed: BTreeSet::new(),
            in_epilogue: heavies.is_empty(),
            memo: BTreeMap::new(),
            buffers: Vec::new(),
            loaded: BTreeSet::new(),
            reads: Reads::new(),
        }
    }

    fn begin_epilogue(&mut self) {
        self.in_epilogue = true;
        self.memo.clear();
    }

    /// Coordinates of a tensor whose axes, but for those of extent 1, are `axes`.
    fn matching(&self, shape: &[usize], axes: &[(usize, Affine)]) -> Vec<Affine> {
        let mut axes = axes.iter();
        (shape.iter())
            .map(|&extent| match extent {
                1 => Affine::constant(self.domain.len(), 0),
                _ => {
                    let axis = axes.next();
                    axis.expect("the shapes match but for axes of extent 1")
                        .1
                        .clone()
                }
            })
            .collect()
    }

    /// Whether `coordinates` are the very point that is computed, of a tensor whose axes are `axes`.
    fn is_here(&self, shape: &[usize], coordinates: &[Affine], axes: &[(usize, Affine)]) -> bool {
        squeeze(shape)
            .into_iter()
            .eq(axes.iter().map(|&(extent, _)| extent))
            && self.matching(shape, axes) == coordinates
    }

    fn epilogue(&mut self, recipe: &Recipe) -> Result<(Body, Vec<Store>), NeedsHome> {
        let nodes = self.context.nodes;
        self.computed = (recipe.keeps.iter().filter(|k| !k.copy).map(|k| k.node))
            .chain(recipe.private.iter().copied())
            .collect();
        let mut body = Body::new();
        let mut stores = Vec::new();
        for keep in &recipe.keeps {
            let node = &nodes[keep.node];
            let coordinates = self.matching(&node.shape, &self.output_axes);
            let value = self.value(&mut body, keep.node, &coordinates, &[])?;
            let index = keep.home.index(self.domain.len(), &coordinates);
            let dtype = self.context.memory_type(keep.node);
            let binding = self.binding(keep.home.buffer, dtype);
            stores.push(Store {
                binding,
                index,
                value,
            });
        }
        Ok((body, stores))
    }

    fn finish(self, kind: Kind, body: Body, stores: Vec<Store>) -> Lowered {
        let mut stored = BTreeSet::new();
        stored.extend(stores.iter().map(|s| s.binding));
        let bindings = self
            .buffers
            .iter()
            .enumerate()
            .map(|(i, &(buffer, dtype))| {
                let access = match (self.loaded.contains(&buffer), stored.contains(&i)) {
                    (true, true) => Access::ReadWrite,
                    (false, true) => Access::Write,
                    _ => Access::Read,
                };
                Binding {
                    buffer,
                    access,
                    dtype,
                }
            })
            .collect();
        let mut kernel = Kernel {
            name: String::new(),
            bindings,
            domain: self.domain,
            kind,
            body,
            stores,
        };
        kernel.name = describe(&kernel);
        Lowered {
            kernel,
            reads: self.reads,
        }
    }

    fn binding(&mut self, buffer: VirtualId, dtype: DType) -> usize {
        match self.buffers.iter().position(|&(b, _)| b == buffer) {
            Some(position) => position,
            None => {
                self.buffers.push((buffer, dtype));
                self.buffers.len() - 1
            }
        }
    }

    /// Appends what computes `id` at `coordinates`, inside `bounds`, and returns the register that holds it.
    fn value(
        &mut self,
        body: &mut Body,
        id: NodeId,
        coordinates: &[Affine],
        bounds: &[Bound],
    ) -> Result<Register, NeedsHome> {
        let known = self.memo.get(&id).into_iter().flatten();
        for (at, within, register) in known {
            if at == coordinates && within == bounds {
                return Ok(*register);
            }
        }
        let register = self.compute(body, id, coordinates, bounds)?;
        let held = (coordinates.to_vec(), bounds.to_vec(), register);
        self.memo.entry(id).or_default().push(held);
        Ok(register)
    }

    fn compute(
        &mut self,
        body: &mut Body,
        id: NodeId,
        coordinates: &[Affine],
        bounds: &[Bound],
    ) -> Result<Register, NeedsHome> {
        let node = &self.context.nodes[id];
        let dtype = register_type(node.dtype);
        let accumulator = self.heavies.iter().position(|&heavy| heavy == id);
        if let (Some(accumulator), true) = (accumulator, self.in_epilogue && bounds.is_empty())
            && self.is_here(&node.shape, coordinates, &self.computed_axes)
        {
            return Ok(emit(body, Instr::Accumulator(accumulator), dtype));
        }
        let here = bounds.is_empty() && self.is_here(&node.shape, coordinates, &self.output_axes);
        let leaf = matches!(node.op, Op::Input(_) | Op::State(_));
        if leaf
            || (self.context.homes.contains_key(&id)
                && !(self.in_epilogue && here && self.computed.contains(&id)))
        {
            let view = View {
                index: self.context.homes[&id].index(self.domain.len(), coordinates),
                bounds: bounds.to_vec(),
            };
            return Ok(self.load(body, id, view, here));
        }
        match &node.op {
            Op::Input(_) | Op::State(_) => unreachable!("leaves have homes"),
            Op::Const(scalar) => Ok(emit(body, Instr::Constant(*scalar), dtype)),
            Op::Iota { axis } => Ok(emit(
                body,
                Instr::Coordinate(coordinates[*axis].clone()),
                dtype,
            )),
            Op::Random { stream, below } => {
                let rank = self.domain.len();
                let key = node.args[0];
                let word = |i| [Affine::constant(rank, i)];
                let key = [
                    self.value(body, key, &word(0), &[])?,
                    self.value(body, key, &word(1), &[])?,
                ];
                let element = Affine::flat(rank, coordinates, &strides(&node.shape));
                Ok(emit(
                    body,
                    Instr::Random {
                        key,
                        element,
                        stream: *stream,
                        below: *below,
                    },
                    dtype,
                ))
            }
            Op::Unary(unary) => {
                let x = self.value(body, node.args[0], coordinates, bounds)?;
                Ok(emit(body, Instr::Unary(*unary, x), dtype))
            }
            Op::Cast(_) => {
                let x = self.value(body, node.args[0], coordinates, bounds)?;
                if body[x].dtype == dtype {
                    return Ok(x);
                }
                Ok(emit(body, Instr::Cast(x, dtype), dtype))
            }
            Op::Binary(binary) => {
                let a = self.value(body, node.args[0], coordinates, bounds)?;
                let b = self.value(body, node.args[1], coordinates, bounds)?;
                Ok(emit(body, Instr::Binary(*binary, a, b), dtype))
            }
            Op::Select => {
                let condition = self.value(body, node.args[0], coordinates, bounds)?;
                let a = self.value(body, node.args[1], coordinates, bounds)?;
                let b = self.value(body, node.args[2], coordinates, bounds)?;
                Ok(emit(body, Instr::Select(condition, a, b), dtype))
            }
            Op::Reduce { .. } | Op::MatMul | Op::Conv(_) => Err(NeedsHome(id)),
            Op::Reshape => self.reshaped(body, node, coordinates, bounds),
            Op::Detach => self.value(body, node.args[0], coordinates, bounds),
            Op::Permute(permutation) => {
                let mut inner = coordinates.to_vec();
                for (i, &axis) in permutation.iter().enumerate() {
                    inner[axis] = coordinates[i].clone();
                }
                self.value(body, node.args[0], &inner, bounds)
            }
            Op::Broadcast => {
                let from = &self.context.nodes[node.args[0]].shape;
                let zero = Affine::constant(self.domain.len(), 0);
                let inner: Vec<Affine> = (coordinates.iter().zip(from))
                    .map(|(c, &extent)| if extent == 1 { zero.clone() } else { c.clone() })
                    .collect();
                self.value(body, node.args[0], &inner, bounds)
            }
            Op::Slice(start) => {
                let inner: Vec<Affine> = coordinates
                    .iter()
                    .zip(start)
                    .map(|(c, &s)| c.clone().shifted(s as i64))
                    .collect();
                self.value(body, node.args[0], &inner, bounds)
            }
            Op::Flip(axes) => {
                let mut inner = coordinates.to_vec();
                for &axis in axes {
                    inner[axis] = inner[axis]
                        .clone()
                        .negated()
                        .shifted(node.shape[axis] as i64 - 1);
                }
                self.value(body, node.args[0], &inner, bounds)
            }
            Op::Pad(padding) => self.padded(body, node, padding, coordinates, bounds),
            Op::Gather => self.gathered(body, node, coordinates, bounds),
        }
    }

    fn load(&mut self, body: &mut Body, id: NodeId, view: View, here: bool) -> Register {
        let dtype = self.context.memory_type(id);
        let home = &self.context.homes[&id];
        let binding = self.binding(home.buffer, dtype);
        self.note_read(id, here && self.in_epilogue);
        emit(body, Instr::Load { binding, view }, register_type(dtype))
    }

    fn note_read(&mut self, id: NodeId, aligned: bool) {
        self.loaded.insert(self.context.homes[&id].buffer);
        *self.reads.entry(id).or_insert(true) &= aligned;
    }

    /// Row-major memory has no shape: a reshape of a stored tensor only renames coordinates. Elsewhere the coordinates
    /// are rewritten, or the argument has to be stored.
    fn reshaped(
        &mut self,
        body: &mut Body,
        node: &Node,
        coordinates: &[Affine],
        bounds: &[Bound],
    ) -> Result<Register, NeedsHome> {
        let argument = node.args[0];
        let from = &self.context.nodes[argument].shape;
        if let Some(inner) = affine::reshape(coordinates, &node.shape, from, &self.domain) {
            return self.value(body, argument, &inner, bounds);
        }
        match self.context.homes.get(&argument) {
            Some(home) if home.is_contiguous(from) => {
                let flat = Affine::flat(self.domain.len(), coordinates, &strides(&node.shape));
                let view = View {
                    index: flat.shifted(home.offset as i64),
                    bounds: bounds.to_vec(),
                };
                Ok(self.load(body, argument, view, false))
            }
            _ => Err(NeedsHome(argument)),
        }
    }

    fn padded(
        &mut self,
        body: &mut Body,
        node: &Node,
        padding: &[(usize, usize)],
        coordinates: &[Affine],
        bounds: &[Bound],
    ) -> Result<Register, NeedsHome> {
        let from = &self.context.nodes[node.args[0]].shape;
        let mut inner = coordinates.to_vec();
        let mut within = Vec::new();
        for (axis, &(low, high)) in padding.iter().enumerate() {
            inner[axis] = inner[axis].clone().shifted(-(low as i64));
            if low > 0 || high > 0 {
                within.push(Bound {
                    expr: inner[axis].clone(),
                    low: 0,
                    high: from[axis] as i64,
                });
            }
        }
        self.inside(body, node.args[0], &inner, bounds, &within)
    }

    /// The value of `id` where all of `within` hold, and zero elsewhere.
    fn inside(
        &mut self,
        body: &mut Body,
        id: NodeId,
        coordinates: &[Affine],
        bounds: &[Bound],
        within: &[Bound],
    ) -> Result<Register, NeedsHome> {
        let mut all = bounds.to_vec();
        all.extend(within.iter().filter(|b| !bounds.contains(b)).cloned());
        let value = self.value(body, id, coordinates, &all)?;
        if within.is_empty()
            || matches!(body[value].instr, Instr::Load { .. } | Instr::Gather { .. })
        {
            return Ok(value); // a load gives zero outside its bounds by itself
        }
        let dtype = body[value].dtype;
        let zero = match dtype {
            DType::F32 => Scalar::F32(0.0),
            DType::U32 | DType::U8 => Scalar::U32(0),
            DType::Bool => Scalar::Bool(false),
        };
        let condition = emit(body, Instr::Within(within.to_vec()), DType::Bool);
        let zero = emit(body, Instr::Constant(zero), dtype);
        Ok(emit(body, Instr::Select(condition, value, zero), dtype))
    }

    fn gathered(
        &mut self,
        body: &mut Body,
        node: &Node,
        coordinates: &[Affine],
        bounds: &[Bound],
    ) -> Result<Register, NeedsHome> {
        let (data, index) = (node.args[0], node.args[1]);
        let Some(home) = self.context.homes.get(&data) else {
            return Err(NeedsHome(data));
        };
        let row = self.value(body, index, &coordinates[..1], bounds)?;
        let mut in_row = coordinates.to_vec();
        in_row[0] = Affine::constant(self.domain.len(), 0);
        let view = View {
            index: home.index(self.domain.len(), &in_row),
            bounds: bounds.to_vec(),
        };
        let dtype = self.context.memory_type(data);
        let rows = self.context.nodes[data].shape[0];
        let row_stride = home.strides[0];
        let binding = self.binding(home.buffer, dtype);
        self.note_read(data, false);
        Ok(emit(
            body,
            Instr::Gather {
                binding,
                row,
                rows,
                row_stride,
                view,
            },
            register_type(dtype),
        ))
    }
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

/// A short name: the template, its extents, and how much is fused.
fn describe(kernel: &Kernel) -> String {
    let extents = |axes: &[usize]| {
        axes.iter()
            .map(ToString::to_string)
            .collect::<Vec<_>>()
            .join("x")
    };
    let work = kernel
        .body
        .iter()
        .filter(|t| !matches!(t.instr, Instr::Load { .. } | Instr::Constant(_)))
        .count();
    match &kernel.kind {
        Kind::Pointwise => format!("pointwise {} ({work} ops)", extents(&kernel.domain)),
        Kind::Reduce { accumulators, .. } => {
            format!(
                "reduce {} ({} sums, {work} ops)",
                extents(&kernel.domain),
                accumulators.len()
            )
        }
        Kind::Contract { .. } => format!("contract {} ({work} ops)", extents(&kernel.domain)),
    }
}
