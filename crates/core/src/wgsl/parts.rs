//! What templates write, and how that becomes a shader: alone, or beside the kernels of the same dispatch.

use super::values::type_name;
use super::{Shader, helpers};
use crate::dtype::DType;
use crate::plan::kernel::{Access, Binding};

/// The most workgroups along one axis of a dispatch that every implementation allows.
pub(super) const MAX_WORKGROUPS: u32 = 65_535;
/// Workgroup memory for each of the two pools; every implementation offers twice that.
pub(super) const POOL_BYTES: usize = 8 * 1024;

/// What the kernels of one dispatch have in common.
#[derive(Clone, Default, Debug)]
pub(super) struct Frame {
    /// How buffers are declared; a template may add to it.
    pub(super) layout: Layout,
    /// Ends the names of functions, so that kernels keep theirs apart.
    pub(super) tag: String,
    /// Invocations in a workgroup, where others need so many: at least as many as the template chose by itself.
    pub(super) workgroup: Option<usize>,
}

/// How buffers are declared, by binding.
#[derive(Clone, Default, Debug)]
pub(super) struct Layout {
    /// As an array of vectors, for what is loaded or stored four at a time.
    pub(super) vectors: Vec<bool>,
    /// As an array of scalars all the same: another store writes one at a time.
    pub(super) refused: Vec<bool>,
}

impl Layout {
    pub(super) fn new(bindings: usize) -> Self {
        Self {
            vectors: vec![false; bindings],
            refused: vec![false; bindings],
        }
    }

    pub(super) fn is_vector(&self, binding: usize) -> bool {
        self.vectors[binding] && !self.refused[binding]
    }

    fn add(&mut self, other: &Layout) {
        let either = |mine: &mut Vec<bool>, other: &[bool]| {
            mine.iter_mut()
                .zip(other)
                .for_each(|(mine, other)| *mine |= other);
        };
        either(&mut self.vectors, &other.vectors);
        either(&mut self.refused, &other.refused);
    }
}

/// What statements use beside buffers: functions and variables of [`helpers`], and features.
#[derive(Clone, Copy, Default, Debug)]
pub(super) struct Needs {
    /// Random numbers: one at a time, four at a time.
    pub(super) random: [bool; 2],
    pub(super) special_floats: bool,
    pub(super) subgroups: bool,
}

/// Elements of workgroup memory: `shared_vectors` and `shared_floats`. Workgroups of one kernel never meet those of
/// another, so kernels use the same ones.
#[derive(Clone, Copy, Default, Debug)]
pub(super) struct Pools {
    pub(super) vectors: usize,
    pub(super) floats: usize,
}

/// What a template writes for one kernel.
pub(super) struct Parts {
    pub(super) layout: Layout,
    pub(super) needs: Needs,
    /// Functions of its own.
    pub(super) functions: String,
    /// Its statements. `group` (the workgroup's number, from 0) and `local` (the invocation's number in it) are u32.
    pub(super) main: String,
    /// Workgroups that run this part.
    pub(super) groups: usize,
    /// Invocations in a workgroup.
    pub(super) workgroup: usize,
    pub(super) pools: Pools,
}

/// What all of a dispatch's kernels can agree on.
pub(super) fn agree(parts: &[Parts]) -> Frame {
    let mut frame = Frame {
        layout: parts[0].layout.clone(),
        ..Frame::default()
    };
    for part in parts {
        frame.layout.add(&part.layout);
        frame.workgroup = frame.workgroup.max(Some(part.workgroup));
    }
    frame
}

/// The shader of parts that agree.
pub(super) fn assemble(bindings: &[Binding], parts: &[Parts]) -> Shader {
    let (mut needs, mut pools) = (Needs::default(), Pools::default());
    for part in parts {
        needs.special_floats |= part.needs.special_floats;
        needs.subgroups |= part.needs.subgroups;
        (0..2).for_each(|wide| needs.random[wide] |= part.needs.random[wide]);
        pools.vectors = pools.vectors.max(part.pools.vectors);
        pools.floats = pools.floats.max(part.pools.floats);
    }
    let mut source = declarations(bindings, &parts[0].layout, needs, pools);
    source.extend(parts.iter().map(|part| part.functions.as_str()));

    let groups: usize = parts.iter().map(|part| part.groups).sum();
    let groups = u32::try_from(groups).unwrap_or(u32::MAX).max(1);
    // More workgroups than one axis takes make a rectangle of them; templates ignore those past the end.
    let y = groups.div_ceil(MAX_WORKGROUPS);
    let x = groups.div_ceil(y);
    let number = match y {
        1 => "group_id.x".to_string(),
        _ => format!("group_id.x + group_id.y * {x}u"),
    };
    let workgroup_size = parts[0].workgroup as u32;
    source += &format!(
        "@compute @workgroup_size({workgroup_size})\nfn main(@builtin(workgroup_id) group_id: vec3<u32>, \
         @builtin(local_invocation_index) local: u32) {{\n"
    );
    match parts {
        [only] => source += &format!("let group = {number};\n{}", only.main),
        _ => {
            source += &format!("let number = {number};\n");
            let mut first = 0;
            for (i, part) in parts.iter().enumerate() {
                let end = first + part.groups;
                source += &match i + 1 == parts.len() {
                    false => format!("if (number < {end}u) {{\n"),
                    true => "{\n".to_string(),
                };
                source += &format!("let group = number - {first}u;\n{}}}", part.main);
                source += if i + 1 == parts.len() { "\n" } else { " else " };
                first = end;
            }
        }
    }
    source += "}\n";
    Shader {
        source: indent(&source),
        entry: "main",
        workgroups: [x, y, 1],
        workgroup_size,
        workgroup_bytes: (16 * pools.vectors + 4 * pools.floats) as u32,
        subgroups: needs.subgroups,
    }
}

fn declarations(bindings: &[Binding], layout: &Layout, needs: Needs, pools: Pools) -> String {
    let mut text = String::new();
    for (i, binding) in bindings.iter().enumerate() {
        let access = if binding.access == Access::Read {
            "read"
        } else {
            "read_write"
        };
        let (dtype, vector) = match binding.dtype {
            DType::F32 => (DType::F32, layout.is_vector(i)),
            DType::U32 | DType::Bool => (DType::U32, layout.is_vector(i)),
            DType::U8 => (DType::U32, false),
        };
        let element = type_name(dtype, vector);
        text +=
            &format!("@group(0) @binding({i}) var<storage, {access}> b{i}: array<{element}>;\n");
    }
    for (name, element, len) in [
        ("shared_vectors", "vec4<f32>", pools.vectors),
        ("shared_floats", "f32", pools.floats),
    ] {
        if len > 0 {
            text += &format!("var<workgroup> {name}: array<{element}, {len}>;\n");
        }
    }
    if needs.special_floats {
        text += helpers::SPECIAL_FLOATS;
    }
    for (used, (name, vector)) in
        (needs.random.iter()).zip([("random", "u32"), ("random4", "vec4<u32>")])
    {
        if *used {
            text += &helpers::random(name, vector);
        }
    }
    text
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
