//! Loads, stores, and how buffers are declared for them.

use super::emit::Emitter;
use super::values::{LANES, Out, Place, Value, type_name};
use crate::dtype::DType;
use crate::plan::kernel::{Affine, Instr, Kernel, Store, Typed, View};

/// Whether four consecutive points along `lane` are one aligned vector in memory.
fn is_vector(index: &Affine, lane: usize) -> bool {
    let step = |(axis, &stride): (usize, &i64)| {
        if axis == lane {
            stride == 1
        } else {
            stride % LANES as i64 == 0
        }
    };
    index.offset % LANES as i64 == 0 && index.strides.iter().enumerate().all(step)
}

pub(super) fn is_vector_load(instr: &Instr, lane: usize) -> Option<usize> {
    match instr {
        Instr::Load { binding, view } if is_vector(&view.index, lane) => Some(*binding),
        Instr::Gather {
            binding,
            view,
            row_stride,
            ..
        } if is_vector(&view.index, lane) && row_stride % LANES == 0 => Some(*binding),
        _ => None,
    }
}

/// Whether some load of the body is a vector load along `lane`.
pub(super) fn has_vector_load(body: &[Typed], lane: usize) -> bool {
    body.iter()
        .any(|typed| is_vector_load(&typed.instr, lane).is_some())
}

/// Whether some store of the kernel writes vectors along `lane`.
pub(super) fn has_vector_store(kernel: &Kernel, lane: usize) -> bool {
    kernel
        .stores
        .iter()
        .any(|store| is_vector(&store.index, lane))
}

/// The smallest step in memory that the body's loads take along `axis`: nothing where none depends on it.
pub(super) fn load_stride(body: &[Typed], axis: usize) -> Option<u64> {
    body.iter()
        .filter_map(|typed| match &typed.instr {
            Instr::Load { view, .. } | Instr::Gather { view, .. } => {
                Some(view.index.strides[axis].unsigned_abs())
            }
            _ => None,
        })
        .filter(|&stride| stride != 0)
        .min()
}

/// Whether a bound of the body's loads depends on `axis`.
pub(super) fn is_bounded(body: &[Typed], axis: usize) -> bool {
    body.iter().any(|typed| match &typed.instr {
        Instr::Load { view, .. } | Instr::Gather { view, .. } => view
            .bounds
            .iter()
            .any(|bound| bound.expr.strides[axis] != 0),
        _ => false,
    })
}

/// A load to be emitted.
pub(super) struct Load<'a> {
    pub(super) binding: usize,
    /// The first element of a gathered row, as i32.
    pub(super) base: Option<Value>,
    pub(super) view: &'a View,
    /// Whether four points along the lane are one aligned vector.
    pub(super) aligned: bool,
}

impl Emitter<'_> {
    /// Says that `body` will run along `lane`, which decides how buffers are declared. Before any emission.
    pub(super) fn expect_loads(&mut self, body: &[Typed], lane: Option<usize>) {
        let Some(lane) = lane else { return };
        for binding in body
            .iter()
            .filter_map(|typed| is_vector_load(&typed.instr, lane))
        {
            self.layout.vectors[binding] = true;
        }
    }

    /// Says that the kernel's stores will run along `lane`. Before any emission.
    pub(super) fn expect_stores(&mut self, lane: Option<usize>) {
        for store in &self.kernel.stores {
            if lane.is_some_and(|lane| is_vector(&store.index, lane)) {
                self.layout.vectors[store.binding] = true;
            } else {
                self.layout.refused[store.binding] = true;
            }
        }
    }

    pub(super) fn is_vector_buffer(&self, binding: usize) -> bool {
        self.layout.is_vector(binding) && self.kernel.bindings[binding].dtype != DType::U8
    }

    /// One element of a buffer, as an expression.
    fn element(&self, binding: usize, index: &str) -> String {
        let word = match self.kernel.bindings[binding].dtype {
            DType::U8 => {
                return format!(
                    "((b{binding}[{index} >> 2u] >> ((u32({index}) & 3u) * 8u)) & 255u)"
                );
            }
            _ if self.is_vector_buffer(binding) => {
                format!("b{binding}[{index} >> 2u][{index} & 3]")
            }
            _ => format!("b{binding}[{index}]"),
        };
        match self.kernel.bindings[binding].dtype {
            DType::Bool => format!("({word} != 0u)"),
            DType::F32 | DType::U32 | DType::U8 => word,
        }
    }

    /// Four aligned elements of a buffer, as an expression.
    fn vector(&self, binding: usize, index: &str) -> String {
        let word = format!("b{binding}[{index} >> 2u]");
        match self.kernel.bindings[binding].dtype {
            DType::U8 => {
                format!("((vec4<u32>({word}) >> vec4<u32>(0u, 8u, 16u, 24u)) & vec4<u32>(255u))")
            }
            DType::Bool => format!("({word} != vec4<u32>())"),
            DType::F32 | DType::U32 => word,
        }
    }

    /// A load of element `base + view`; `base` is a row of a gather, which may differ from lane to lane.
    pub(super) fn load(&mut self, out: &mut Out, load: &Load<'_>, place: &Place<'_>) -> Value {
        let Load {
            binding,
            base,
            view,
            aligned,
        } = load;
        let memory = self.kernel.bindings[*binding].dtype;
        let dtype = if memory == DType::U8 {
            DType::U32
        } else {
            memory
        };
        let condition = self.condition(out, &view.bounds, place);
        let (index, depth) = self.affine(out, &view.index, place.coords);
        let depth = [
            Some(depth),
            base.as_ref().map(|b| b.depth),
            condition.as_ref().map(|c| c.depth),
        ];
        let depth = depth.into_iter().flatten().max().unwrap_or(0);
        let step = place.lane.map_or(0, |lane| view.index.strides[lane]);
        // Memory outside the bounds is not ours: a masked load reads element 0 there and drops it.
        let mut index_of = |emitter: &mut Self, lane: usize, condition: Option<String>| {
            let mut text = index.clone();
            if let Some(base) = base {
                text = format!("{} + {text}", base.component(lane));
            }
            if step * lane as i64 != 0 {
                text = format!("{text} + {}", step * lane as i64);
            }
            match condition {
                Some(condition) => {
                    emitter.bind(out, depth, format!("select(0, {text}, {condition})"))
                }
                None => emitter.bind(out, depth, text),
            }
        };
        let apart = base.as_ref().is_some_and(|b| b.wide);
        let vector = *aligned && !apart && (memory == DType::U8 || self.is_vector_buffer(*binding));
        let (wide, text) = if vector || (step == 0 && !apart) {
            let any = condition.as_ref().map(|c| {
                if c.wide {
                    format!("any({})", c.name)
                } else {
                    c.name.clone()
                }
            });
            let index = index_of(self, 0, any);
            (
                vector,
                if vector {
                    self.vector(*binding, &index)
                } else {
                    self.element(*binding, &index)
                },
            )
        } else {
            let elements: Vec<String> = (0..LANES)
                .map(|lane| {
                    let index = index_of(self, lane, condition.as_ref().map(|c| c.component(lane)));
                    self.element(*binding, &index)
                })
                .collect();
            (
                true,
                format!("{}({})", type_name(dtype, true), elements.join(", ")),
            )
        };
        let loaded = Value {
            name: self.bind(out, depth, text),
            dtype,
            wide,
            depth,
        };
        let Some(condition) = condition else {
            return loaded;
        };
        let wide = loaded.wide || condition.wide;
        let text = format!(
            "select({}(), {}, {})",
            type_name(dtype, wide),
            loaded.at(wide),
            condition.at(wide)
        );
        Value {
            name: self.bind(out, depth, text),
            dtype,
            wide,
            depth,
        }
    }

    /// Writes the kernel's results.
    pub(super) fn stores(&mut self, out: &mut Out, registers: &[Value], place: &Place<'_>) {
        let kernel = self.kernel;
        for Store {
            binding,
            index,
            value,
        } in &kernel.stores
        {
            let value = &registers[*value];
            let (at, _) = self.affine(out, index, place.coords);
            let word = |text: String, wide: bool| match value.dtype {
                DType::Bool => format!("{}({text})", type_name(DType::U32, wide)),
                _ => text,
            };
            match place.lane {
                Some(_) if self.is_vector_buffer(*binding) => {
                    let text = word(value.at(true), true);
                    out.innermost()
                        .line(&format!("b{binding}[({at}) >> 2u] = {text};"));
                }
                Some(lane) => {
                    for i in 0..LANES {
                        let offset = index.strides[lane] * i as i64;
                        let text = word(value.component(i), false);
                        out.innermost()
                            .line(&format!("b{binding}[{at} + {offset}] = {text};"));
                    }
                }
                None if self.is_vector_buffer(*binding) => {
                    let text = word(value.name.clone(), false);
                    let at = self.bind(out, out.blocks.len() - 1, at);
                    out.innermost()
                        .line(&format!("b{binding}[{at} >> 2u][{at} & 3] = {text};"));
                }
                None => {
                    let text = word(value.name.clone(), false);
                    out.innermost().line(&format!("b{binding}[{at}] = {text};"));
                }
            }
        }
    }
}
