//! Epilogues are pointwise kernels that find accumulators in scratch memory.

use super::space::Array;
use crate::dtype::DType;
use crate::plan::coalesce::coalesce;
use crate::plan::kernel::{
    Access, Affine, Binding, Body, Instr, Kernel, Kind, Register, Typed, View,
};

/// The register of a body that is accumulator `index` itself, if `register` is.
pub(crate) fn accumulator(body: &Body, register: Register) -> Option<usize> {
    match body[register].instr {
        Instr::Accumulator(index) => Some(index),
        _ => None,
    }
}

/// The body with accumulators loaded through further bindings: accumulator `i` through `first + i`, at `index`.
pub(crate) fn with_loads(body: &Body, first: usize, index: &Affine) -> Body {
    let replaced = |typed: &Typed| match typed.instr {
        Instr::Accumulator(i) => {
            let view = View {
                index: index.clone(),
                bounds: vec![],
            };
            Typed {
                instr: Instr::Load {
                    binding: first + i,
                    view,
                },
                dtype: typed.dtype,
            }
        }
        _ => typed.clone(),
    };
    body.iter().map(replaced).collect()
}

/// The epilogue of a reduction as a kernel of its own, over as few axes as possible; accumulators follow the bindings.
pub(crate) fn detached(
    kernel: &Kernel,
    domain: Vec<usize>,
    accumulators: usize,
    index: &Affine,
) -> Kernel {
    let scratch = Binding {
        buffer: usize::MAX,
        access: Access::Read,
        dtype: DType::F32,
    };
    let bindings = kernel
        .bindings
        .iter()
        .cloned()
        .chain(std::iter::repeat_n(scratch, accumulators))
        .collect();
    let body = with_loads(&kernel.body, kernel.bindings.len(), index);
    let stores = kernel.stores.clone();
    coalesce(&Kernel {
        name: kernel.name.clone(),
        bindings,
        domain,
        kind: Kind::Pointwise,
        body,
        stores,
    })
}

/// Row-major element numbers over some axes of a domain.
pub(crate) fn row_major(
    domain: &[usize],
    axes: impl DoubleEndedIterator<Item = usize>,
) -> (Affine, usize) {
    let mut affine = Affine {
        offset: 0,
        strides: vec![0; domain.len()],
    };
    let mut len = 1;
    for axis in axes.rev() {
        affine.strides[axis] = len as i64;
        len *= domain[axis];
    }
    (affine, len)
}

/// Scratch memory as code sees it.
pub(crate) fn scratch_array(buffer: usize, access: Access, len: usize) -> Array {
    Array {
        buffer,
        access,
        dtype: DType::F32,
        len,
        scratch: true,
    }
}
