//! One kernel under construction: the values of nodes as registers.

use std::collections::HashMap;

use super::{Context, Lowered, NeedsHome, Reads, Recipe, emit, register_type, squeeze};
use crate::dtype::DType;
use crate::node::NodeId;
use crate::op::Op;
use crate::plan::home::VirtualId;
use crate::plan::kernel::{
    Access, Affine, Binding, Body, Bound, Instr, Kernel, Kind, Register, Store, View,
};
use crate::plan::store::{Class, class};
use crate::shape::strides;

/// A value at one place: coordinates, bounds, and the register that holds it.
type Held = (Vec<Affine>, Vec<Bound>, Register);

/// One kernel under construction.
pub(super) struct Scope<'a> {
    pub(super) context: &'a Context<'a>,
    pub(super) domain: Vec<usize>,
    /// The axes of the heavy nodes with their extents, those of extent 1 left out, over the domain.
    computed_axes: Vec<(usize, Affine)>,
    /// The same in the order in which results are kept.
    output_axes: Vec<(usize, Affine)>,
    /// Nodes whose accumulators the epilogue may use, in the order of accumulators.
    heavies: &'a [NodeId],
    /// Nodes that this kernel computes itself although they have a home.
    computed: Vec<NodeId>,
    pub(super) in_epilogue: bool,
    pub(super) memo: HashMap<NodeId, Vec<Held>>,
    /// Virtual buffer and the type it is accessed as.
    buffers: Vec<(VirtualId, DType)>,
    pub(super) loaded: Vec<VirtualId>,
    pub(super) reads: Reads,
}

impl<'a> Scope<'a> {
    pub(super) fn new(
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
            computed: Vec::new(),
            in_epilogue: heavies.is_empty(),
            memo: HashMap::new(),
            buffers: Vec::new(),
            loaded: Vec::new(),
            reads: Reads::new(),
        }
    }

    pub(super) fn begin_epilogue(&mut self) {
        self.in_epilogue = true;
        self.memo.clear();
    }

    /// Coordinates of a tensor whose axes, but for those of extent 1, are `axes`.
    pub(super) fn matching(&self, shape: &[usize], axes: &[(usize, Affine)]) -> Vec<Affine> {
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

    pub(super) fn epilogue(&mut self, recipe: &Recipe) -> Result<(Body, Vec<Store>), NeedsHome> {
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

    pub(super) fn finish(self, kind: Kind, body: Body, stores: Vec<Store>) -> Lowered {
        let is_stored = |i| stores.iter().any(|store| store.binding == i);
        let bindings = self
            .buffers
            .iter()
            .enumerate()
            .map(|(i, &(buffer, dtype))| {
                let access = match (self.loaded.contains(&buffer), is_stored(i)) {
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
        kernel.name = kernel.describe();
        Lowered {
            kernel,
            reads: self.reads,
        }
    }

    pub(super) fn binding(&mut self, buffer: VirtualId, dtype: DType) -> usize {
        match self.buffers.iter().position(|&(b, _)| b == buffer) {
            Some(position) => position,
            None => {
                self.buffers.push((buffer, dtype));
                self.buffers.len() - 1
            }
        }
    }

    /// Appends what computes `id` at `coordinates`, inside `bounds`, and returns the register that holds it.
    pub(super) fn value(
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
        let leaf = class(&node.op) == Class::Leaf;
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
            Op::Detach | Op::Fresh(_) => self.value(body, node.args[0], coordinates, bounds),
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
}
