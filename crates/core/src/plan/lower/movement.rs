//! What memory holds and where: loads, and the ops that only change coordinates and bounds.

use super::scope::Scope;
use super::{NeedsHome, emit, register_type};
use crate::dtype::{DType, Scalar};
use crate::node::{Node, NodeId};
use crate::plan::affine;
use crate::plan::kernel::{Affine, Body, Bound, Instr, Register, View};
use crate::shape::strides;

impl Scope<'_> {
    pub(super) fn load(&mut self, body: &mut Body, id: NodeId, view: View, here: bool) -> Register {
        let dtype = self.context.memory_type(id);
        let home = &self.context.homes[&id];
        let binding = self.binding(home.buffer, dtype);
        self.note_read(id, here && self.in_epilogue);
        emit(body, Instr::Load { binding, view }, register_type(dtype))
    }

    pub(super) fn note_read(&mut self, id: NodeId, aligned: bool) {
        let buffer = self.context.homes[&id].buffer;
        if !self.loaded.contains(&buffer) {
            self.loaded.push(buffer);
        }
        match self.reads.iter_mut().find(|(read, _)| *read == id) {
            Some((_, always)) => *always &= aligned,
            None => self.reads.push((id, aligned)),
        }
    }

    /// Row-major memory has no shape: a reshape of a stored tensor only renames coordinates. Elsewhere the coordinates
    /// are rewritten, or the argument has to be stored.
    pub(super) fn reshaped(
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

    pub(super) fn padded(
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
    pub(super) fn inside(
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

    pub(super) fn gathered(
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
