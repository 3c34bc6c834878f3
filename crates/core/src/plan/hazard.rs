//! When a kernel may write over what it reads.

use super::home::VirtualId;
use super::kernel::{Access, Affine, Binding, Body, Instr, Kernel, Kind, Store, Typed, View};
use crate::dtype::DType;

/// Whether a kernel uses a buffer.
pub(super) fn binds(kernel: &Kernel, buffer: VirtualId) -> bool {
    kernel.bindings.iter().any(|b| b.buffer == buffer)
}

/// Whether a kernel writes to a buffer.
pub(super) fn writes(kernel: &Kernel, buffer: VirtualId) -> bool {
    let mut bindings = kernel.bindings.iter();
    bindings.any(|b| b.buffer == buffer && b.access != Access::Read)
}

/// Whether a kernel could write `update` into `state`'s buffer: it reads the state only at the element it writes.
pub(super) fn reads_where_it_writes(kernel: &Kernel, state: VirtualId, update: VirtualId) -> bool {
    let binding = |buffer| kernel.bindings.iter().position(|b| b.buffer == buffer);
    let Some(read) = binding(state) else {
        return true;
    };
    let Some(write) = binding(update) else {
        return true;
    };
    let written: Vec<&Affine> = kernel
        .stores
        .iter()
        .filter(|s| s.binding == write)
        .map(|s| &s.index)
        .collect();
    let aligned = |typed: &Typed| match &typed.instr {
        Instr::Load { binding, view } if *binding == read => {
            view.bounds.is_empty() && written.iter().all(|index| **index == view.index)
        }
        Instr::Gather { binding, .. } => *binding != read,
        _ => true,
    };
    let untouched = |body: &Body| {
        body.iter().all(|t| match &t.instr {
            Instr::Load { binding, .. } | Instr::Gather { binding, .. } => *binding != read,
            _ => true,
        })
    };
    let inner = match &kernel.kind {
        Kind::Pointwise => true,
        Kind::Reduce { prologue, .. } => untouched(prologue),
        Kind::Contract { a, b, .. } => untouched(&a.body) && untouched(&b.body),
    };
    inner && kernel.body.iter().all(aligned)
}

/// Makes a kernel use buffer `to` wherever it used `from`.
pub(super) fn rename(kernel: &mut Kernel, from: VirtualId, to: VirtualId) {
    let Some(old) = kernel.bindings.iter().position(|b| b.buffer == from) else {
        return;
    };
    let Some(existing) = kernel.bindings.iter().position(|b| b.buffer == to) else {
        kernel.bindings[old].buffer = to;
        return;
    };
    kernel.bindings[existing].access = Access::ReadWrite;
    kernel.bindings.remove(old);
    kernel.visit_bindings(&mut |binding| {
        if *binding == old {
            *binding = existing;
        }
        if *binding > old {
            *binding -= 1;
        }
    });
}

/// A kernel that copies `len` words.
pub(super) fn copy(from: VirtualId, to: VirtualId, len: usize) -> Kernel {
    let index = Affine::axis(1, 0);
    let load = Instr::Load {
        binding: 0,
        view: View {
            index: index.clone(),
            bounds: vec![],
        },
    };
    Kernel {
        name: format!("copy {len}"),
        bindings: vec![
            Binding {
                buffer: from,
                access: Access::Read,
                dtype: DType::U32,
            },
            Binding {
                buffer: to,
                access: Access::Write,
                dtype: DType::U32,
            },
        ],
        domain: vec![len],
        kind: Kind::Pointwise,
        body: vec![Typed {
            instr: load,
            dtype: DType::U32,
        }],
        stores: vec![Store {
            binding: 1,
            index,
            value: 0,
        }],
    }
}
