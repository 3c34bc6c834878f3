//! Kernels -> WGSL. Pure text: needs no device, and equal kernels give equal text, so pipelines are cached by it.

mod contract;
mod emit;
mod helpers;
mod memory;
mod parts;
mod pointwise;
mod product;
mod quad;
mod reduce;
mod registers;
mod staged;
mod tuning;
mod values;

use crate::plan::coalesce::coalesce;
use crate::plan::kernel::{Binding, Kernel, Kind, shared_bindings};
use crate::plan::{Plan, plan_in_parts};
use crate::program::Program;
use parts::{Frame, Layout, Parts};

pub use contract::product;
pub use tuning::{AdapterClass, ContractTuning, ShapeClass, Tuned, Tuning};

/// A compute shader and how to dispatch it.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Shader {
    /// WGSL. Binding `i` of [`shared_bindings`] is `@group(0) @binding(i)`.
    pub source: String,
    /// The name of the entry point.
    pub entry: &'static str,
    /// How many workgroups to dispatch along each axis.
    pub workgroups: [u32; 3],
    /// Invocations in a workgroup.
    pub workgroup_size: u32,
    /// Bytes of workgroup memory.
    pub workgroup_bytes: u32,
    /// Whether it needs the device's feature "subgroups".
    pub subgroups: bool,
}

/// Plans a program for an adapter: with sums in parts where whole ones would leave it idle.
pub fn plan(program: &Program, tuning: &Tuning) -> Plan {
    plan_in_parts(program, &|kernel| contract::parts(kernel, tuning))
}

/// Emits the shader of a dispatch: one kernel, or several that do not depend on each other.
pub fn emit(kernels: &[Kernel], tuning: &Tuning) -> Shader {
    let bindings = shared_bindings(kernels);
    let kernels: Vec<Kernel> = (kernels.iter())
        .map(|kernel| rebound(coalesce(kernel), &bindings))
        .collect();
    let mut frame = Frame {
        layout: Layout::new(bindings.len()),
        ..Frame::default()
    };
    let mut all = write(&kernels, tuning, &mut frame);
    if all.len() > 1 {
        // Once each for itself, then as they agree.
        frame = parts::agree(&all);
        all = write(&kernels, tuning, &mut frame);
    }
    parts::assemble(&bindings, &all)
}

fn write(kernels: &[Kernel], tuning: &Tuning, frame: &mut Frame) -> Vec<Parts> {
    let template = |(i, kernel): (usize, &Kernel)| {
        if i > 0 {
            frame.tag = format!("_{i}");
        }
        match &kernel.kind {
            Kind::Pointwise => pointwise::emit(kernel, tuning, frame),
            Kind::Reduce { .. } => reduce::emit(kernel, tuning, frame),
            Kind::Contract { .. } => contract::emit(kernel, tuning, frame),
        }
    };
    kernels.iter().enumerate().map(template).collect()
}

/// The kernel over the bindings of its dispatch.
fn rebound(mut kernel: Kernel, bindings: &[Binding]) -> Kernel {
    let place = |own: &Binding| {
        let place = bindings.iter().position(|other| other.buffer == own.buffer);
        place.expect("a dispatch binds what its kernels bind")
    };
    let places: Vec<usize> = kernel.bindings.iter().map(place).collect();
    kernel.visit_bindings(&mut |binding| *binding = places[*binding]);
    kernel.bindings = bindings.to_vec();
    kernel
}

#[cfg(test)]
mod tests;
