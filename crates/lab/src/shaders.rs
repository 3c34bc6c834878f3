//! `ganlet shaders`

use std::collections::HashMap;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use ganlet::ExperimentConfig;
use ganlet::model::Traced;
use ganlet_core::plan::kernel::{Access, BufferId, Kernel};
use ganlet_core::plan::{EntryPlan, Plan, Role};
use ganlet_core::wgsl::{AdapterClass, Tuning, emit, plan};

use crate::{data, file};

pub(crate) fn shaders(
    preset: &str,
    out: Option<&Path>,
    class: AdapterClass,
    list: bool,
) -> Result<()> {
    let config = ExperimentConfig::parse(preset)?;
    let traced = Traced::new(&config, &data::load(&config, None)?, 0, u64::MAX)?;
    let tuning = Tuning::of(class);
    let plan = plan(&traced.program, &tuning);
    if list {
        print_list(&plan, &tuning, &|role| match role {
            Role::Input(i) => traced.program.inputs[i].name.clone(),
            Role::State(i) => traced.program.states[i].name.clone(),
            Role::Slot => "slot".into(),
            Role::Output => "output".into(),
        });
        return Ok(());
    }
    for entry in plan.entries {
        for (i, kernels) in entry.dispatches.iter().enumerate() {
            let source = emit(kernels, &tuning).source;
            let name = name(kernels);
            match out {
                None => println!("// {} {i}: {name}\n{source}", entry.name),
                Some(out) => {
                    fs::create_dir_all(out)
                        .with_context(|| format!("{} cannot be made", file::shown(out)))?;
                    let name = name.replace([' ', '(', ')', ','], "-");
                    let path = out.join(format!("{}-{i:03}-{name}.wgsl", entry.name));
                    file::write(&path, source)?;
                }
            }
        }
    }
    Ok(())
}

/// A line for each dispatch: which shader it is; then for each kernel how many workgroups it has, what it reads and writes.
fn print_list(plan: &Plan, tuning: &Tuning, name: &dyn Fn(Role) -> String) {
    let buffer = |id: BufferId| match plan.buffers[id].role {
        Role::Slot => format!("#{id}"),
        role => name(role),
    };
    for entry in &plan.entries {
        let mut texts = Numbers::default();
        let mut forms = Numbers::default();
        println!("{}", entry.name);
        for (i, kernels) in entry.dispatches.iter().enumerate() {
            let source = emit(kernels, tuning).source;
            let form = forms.of(blanked(&source));
            let text = texts.of(source);
            println!("{i:4}  shader {text:<3} form {form}");
            for kernel in kernels {
                let alone = emit(std::slice::from_ref(kernel), tuning).workgroups;
                println!(
                    "        {:<44} {:>6} groups  {} -> {}",
                    kernel.name,
                    alone.iter().product::<u32>(),
                    list(kernel, &[Access::Read, Access::ReadWrite], &buffer),
                    list(kernel, &[Access::Write, Access::ReadWrite], &buffer),
                );
            }
        }
        println!(
            "      {} dispatches, {} kernels, {} shaders, {} of them different but for their numbers\n\
             \x20     reads {:.1} MB, writes {:.1} MB: every buffer once for each kernel\n",
            entry.dispatches.len(),
            entry.kernels().count(),
            texts.known.len(),
            forms.known.len(),
            megabytes(plan, entry, Access::Read),
            megabytes(plan, entry, Access::Write),
        );
    }
    println!(
        "{:.2} MB, at least {:.2} for these dispatches",
        plan.bytes() as f64 / 1e6,
        plan.least_bytes() as f64 / 1e6
    );
}

/// What an entry's kernels read, or write, if each moves all of every buffer that it binds for that.
fn megabytes(plan: &Plan, entry: &EntryPlan, wanted: Access) -> f64 {
    let bindings = entry.kernels().flat_map(|kernel| &kernel.bindings);
    let moved = bindings.filter(|b| b.access == wanted || b.access == Access::ReadWrite);
    moved.map(|b| plan.buffers[b.buffer].bytes()).sum::<usize>() as f64 / 1e6
}

fn name(kernels: &[Kernel]) -> String {
    let names: Vec<&str> = kernels.iter().map(|kernel| kernel.name.as_str()).collect();
    names.join(" + ")
}

fn list(kernel: &Kernel, wanted: &[Access], buffer: &dyn Fn(BufferId) -> String) -> String {
    let bindings = kernel.bindings.iter();
    let names: Vec<String> = bindings
        .filter(|b| wanted.contains(&b.access))
        .map(|b| buffer(b.buffer))
        .collect();
    names.join(" ")
}

/// Numbers things by their first appearance.
#[derive(Default)]
struct Numbers {
    known: HashMap<String, usize>,
}

impl Numbers {
    fn of(&mut self, text: String) -> usize {
        let next = self.known.len();
        *self.known.entry(text).or_insert(next)
    }
}

/// The text with every literal number replaced, so that shaders which differ in sizes and offsets alone are equal.
fn blanked(source: &str) -> String {
    let mut text = String::with_capacity(source.len());
    let mut within_word = false;
    for c in source.chars() {
        if c.is_ascii_digit() && !within_word {
            if !text.ends_with('0') {
                text.push('0');
            }
            continue;
        }
        within_word = c.is_ascii_alphabetic() || c == '_' || (within_word && c.is_ascii_digit());
        text.push(c);
    }
    text
}
