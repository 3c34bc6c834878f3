//! Kernel -> WGSL. Pure text: needs no device, and equal kernels give equal text, so pipelines are cached by it.

mod contract;
mod emit;
mod helpers;
mod memory;
mod pointwise;
mod reduce;
mod registers;
mod staged;
mod tuning;
mod values;

use crate::plan::coalesce::coalesce;
use crate::plan::kernel::{Kernel, Kind};

pub use tuning::{ContractTuning, Tuning};

/// The most workgroups along one axis of a dispatch that every implementation allows.
const MAX_WORKGROUPS: u32 = 65_535;

/// A compute shader and how to dispatch it.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Shader {
    /// WGSL. Buffer `i` of the kernel's bindings is `@group(0) @binding(i)`.
    pub source: String,
    /// The name of the entry point.
    pub entry: &'static str,
    /// How many workgroups to dispatch along each axis.
    pub workgroups: [u32; 3],
    /// Invocations in a workgroup.
    pub workgroup_size: u32,
    /// Bytes of workgroup memory.
    pub workgroup_bytes: u32,
}

/// Emits the shader of a kernel.
pub fn emit(kernel: &Kernel, tuning: &Tuning) -> Shader {
    let kernel = coalesce(kernel);
    match &kernel.kind {
        Kind::Pointwise => pointwise::emit(&kernel, tuning),
        Kind::Reduce { .. } => reduce::emit(&kernel, tuning),
        Kind::Contract { .. } => contract::emit(&kernel, tuning),
    }
}

/// What a template produces, to be wrapped into an entry point.
struct Parts {
    /// Everything at module scope.
    declarations: String,
    /// The entry point's statements. `group` (the workgroup's number, from 0) and `local` (the invocation's number in
    /// it) are u32.
    main: String,
    /// How many workgroups.
    groups: usize,
    workgroup_size: u32,
    workgroup_bytes: u32,
}

impl Parts {
    fn into_shader(self) -> Shader {
        let groups = u32::try_from(self.groups).unwrap_or(u32::MAX).max(1);
        // More workgroups than one axis takes make a rectangle of them; templates ignore those past the end.
        let y = groups.div_ceil(MAX_WORKGROUPS);
        let x = groups.div_ceil(y);
        let number = if y == 1 {
            "group_id.x".to_string()
        } else {
            format!("group_id.x + group_id.y * {x}u")
        };
        let source = format!(
            "{}@compute @workgroup_size({})\nfn main(@builtin(workgroup_id) group_id: vec3<u32>, \
             @builtin(local_invocation_index) local: u32) {{\nlet group = {number};\n{}}}\n",
            self.declarations, self.workgroup_size, self.main
        );
        Shader {
            source: indent(&source),
            entry: "main",
            workgroups: [x, y, 1],
            workgroup_size: self.workgroup_size,
            workgroup_bytes: self.workgroup_bytes,
        }
    }
}

/// Indents by brackets, so that people can read what the templates wrote flat.
fn indent(source: &str) -> String {
    let mut depth = 0usize;
    let mut text = String::with_capacity(source.len() * 5 / 4);
    for line in source.lines().map(str::trim) {
        let opened = line.matches('{').count();
        let closed = line.matches('}').count();
        let shown = if line.starts_with('}') {
            depth.saturating_sub(1)
        } else {
            depth
        };
        text.extend(std::iter::repeat_n("  ", shown));
        text.push_str(line);
        text.push('\n');
        depth = (depth + opened).saturating_sub(closed);
    }
    text
}

#[cfg(test)]
mod tests;
