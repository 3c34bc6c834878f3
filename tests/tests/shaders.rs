//! Every kernel of every preset is valid WGSL, in the shapes for every class of adapters, with and without quads.

use std::collections::HashSet;

use ganlet::config::Data;
use ganlet::data::{ImageKind, ImageSet, OwnImages, own};
use ganlet::model::{Dataset, Traced};
use ganlet::preset;
use ganlet_core::wgsl::{AdapterClass, Tuning, emit, plan};
use naga::valid::{Capabilities, ShaderStages, SubgroupOperationSet, ValidationFlags, Validator};

/// A set of the kind's shape: kernels do not depend on what it shows.
fn stand_in(kind: ImageKind) -> ImageSet {
    if kind == ImageKind::Faces {
        let faces = include_bytes!("../../crates/gan/assets/faces.safetensors.gz");
        return kind.read(&[faces.to_vec()]).unwrap();
    }
    let facts = kind.facts();
    let [size, _, channels] = facts.shape;
    let classes = &facts.attributes[0].classes;
    let count = 160;
    // Every tenth is held out, so labels must not come in tens.
    let labels = (0..count).map(|i| ((i + i / 10) % classes.len()) as u8);
    let pixels = vec![0; count * size * size * channels];
    let file = own::write(
        [size, channels],
        &pixels,
        &labels.collect::<Vec<_>>(),
        classes,
    );
    let file = file.unwrap();
    OwnImages::describe("stand-in", &file)
        .unwrap()
        .read(&file)
        .unwrap()
}

#[test]
fn every_kernel_of_every_preset_is_valid() {
    let mut seen = HashSet::new();
    for preset in preset::all() {
        let config = preset.config();
        let dataset = match &config.data {
            Data::Images(data) => Dataset::images(data, stand_in(data.kind)),
            Data::Toy(_) | Data::Own(_) | Data::Pool(_) => Dataset::None,
        };
        let traced = Traced::new(&config, &dataset, 0, u64::MAX).unwrap();
        let without_quads = Tuning {
            quads: false,
            ..Tuning::swiftshader()
        };
        let classes = AdapterClass::ALL.map(Tuning::of);
        for tuning in classes.into_iter().chain([without_quads]) {
            for entry in plan(&traced.program, &tuning).entries {
                for kernels in &entry.dispatches {
                    let shader = emit(kernels, &tuning);
                    let source = shader.source;
                    if seen.contains(&source) {
                        continue;
                    }
                    let at = || format!("{}, {}: {}", preset.name, entry.name, kernels[0].name);
                    let module = naga::front::wgsl::parse_str(&source).unwrap_or_else(|error| {
                        panic!("{}\n{}", at(), error.emit_to_string(&source))
                    });
                    let capabilities = match shader.subgroups {
                        true => Capabilities::SUBGROUP,
                        false => Capabilities::empty(),
                    };
                    let mut validator = Validator::new(ValidationFlags::all(), capabilities);
                    validator
                        .subgroup_stages(ShaderStages::COMPUTE)
                        .subgroup_operations(SubgroupOperationSet::QUAD_FRAGMENT_COMPUTE);
                    if let Err(error) = validator.validate(&module) {
                        panic!("{}\n{}", at(), error.emit_to_string(&source));
                    }
                    seen.insert(source);
                }
            }
        }
    }
    assert!(seen.len() > 200, "{} kernels", seen.len());
}
