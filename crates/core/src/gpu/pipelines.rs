//! Compiled shaders of a device, by their text.

use std::borrow::Cow;
use std::collections::HashMap;

use super::device::Device;
use super::error::GpuError;
use super::signal::lock;

/// How many pipelines are compiled before the event loop gets its turn.
const GROUP: usize = 4;

/// A device's pipelines and bind group layouts.
#[derive(Default)]
pub(super) struct Pipelines {
    by_source: HashMap<String, wgpu::ComputePipeline>,
    /// By which bindings are read-only.
    layouts: HashMap<Vec<bool>, wgpu::BindGroupLayout>,
}

/// What a pipeline is compiled from.
pub(super) struct Recipe<'a> {
    pub(super) name: &'a str,
    pub(super) source: &'a str,
    pub(super) entry: &'static str,
    pub(super) subgroups: bool,
    pub(super) read_only: &'a [bool],
}

impl<'a> Recipe<'a> {
    /// What the implementation at hand reads: browsers want features enabled, while naga 30, which reads it natively, goes
    /// by the device's and knows no `enable subgroups;`.
    fn text(&self) -> Cow<'a, str> {
        if self.subgroups && cfg!(target_arch = "wasm32") {
            format!("enable subgroups;\n{}", self.source).into()
        } else {
            self.source.into()
        }
    }
}

impl Device {
    /// The layout of bind groups for kernels with these bindings.
    pub(super) fn layout(&self, read_only: &[bool]) -> wgpu::BindGroupLayout {
        let mut pipelines = lock(&self.pipelines);
        if let Some(layout) = pipelines.layouts.get(read_only) {
            return layout.clone();
        }
        let entries: Vec<_> = read_only
            .iter()
            .zip(0..)
            .map(|(&read_only, binding)| wgpu::BindGroupLayoutEntry {
                binding,
                visibility: wgpu::ShaderStages::COMPUTE,
                ty: wgpu::BindingType::Buffer {
                    ty: wgpu::BufferBindingType::Storage { read_only },
                    has_dynamic_offset: false,
                    min_binding_size: None,
                },
                count: None,
            })
            .collect();
        let layout = self
            .raw
            .create_bind_group_layout(&wgpu::BindGroupLayoutDescriptor {
                label: None,
                entries: &entries,
            });
        pipelines.layouts.insert(read_only.to_vec(), layout.clone());
        layout
    }

    /// Compiles what is not compiled yet, in small groups. `progress` hears how many recipes are done, of how many.
    pub(super) async fn compile(
        &self,
        recipes: &[Recipe<'_>],
        progress: &mut dyn FnMut(usize, usize),
    ) -> Result<Vec<wgpu::ComputePipeline>, GpuError> {
        let mut missing: Vec<&Recipe<'_>> = Vec::new();
        {
            let pipelines = lock(&self.pipelines);
            for recipe in recipes {
                let known = pipelines.by_source.contains_key(recipe.source);
                if !known && missing.iter().all(|other| other.source != recipe.source) {
                    missing.push(recipe);
                }
            }
        }
        let total = missing.len();
        progress(0, total);
        for (group, recipes) in missing.chunks(GROUP).enumerate() {
            let compiled: Vec<_> = recipes
                .iter()
                .map(|recipe| self.start_compiling(recipe))
                .collect();
            // A browser compiles in another process: this waits for it, and lets the page breathe meanwhile.
            self.wait(self.submit(None)).await?;
            for (recipe, (pipeline, outcome)) in recipes.iter().zip(compiled) {
                if let Some(error) = outcome.await {
                    return Err(GpuError::Compile {
                        kernel: recipe.name.to_string(),
                        message: error.to_string(),
                    });
                }
                lock(&self.pipelines)
                    .by_source
                    .insert(recipe.source.to_string(), pipeline);
            }
            progress(group * GROUP + recipes.len(), total);
        }
        let pipelines = lock(&self.pipelines);
        recipes
            .iter()
            .map(|recipe| {
                pipelines
                    .by_source
                    .get(recipe.source)
                    .cloned()
                    .ok_or_else(|| GpuError::Compile {
                        kernel: recipe.name.to_string(),
                        message: "the pipeline vanished".to_string(),
                    })
            })
            .collect()
    }

    fn start_compiling(
        &self,
        recipe: &Recipe<'_>,
    ) -> (
        wgpu::ComputePipeline,
        impl Future<Output = Option<wgpu::Error>> + use<>,
    ) {
        let scope = self.raw.push_error_scope(wgpu::ErrorFilter::Validation);
        let layout = self.layout(recipe.read_only);
        let layout = self
            .raw
            .create_pipeline_layout(&wgpu::PipelineLayoutDescriptor {
                label: None,
                bind_group_layouts: &[Some(&layout)],
                immediate_size: 0,
            });
        let module = self.raw.create_shader_module(wgpu::ShaderModuleDescriptor {
            label: Some(recipe.name),
            source: wgpu::ShaderSource::Wgsl(recipe.text()),
        });
        let pipeline = self
            .raw
            .create_compute_pipeline(&wgpu::ComputePipelineDescriptor {
                label: Some(recipe.name),
                layout: Some(&layout),
                module: &module,
                entry_point: Some(recipe.entry),
                compilation_options: wgpu::PipelineCompilationOptions::default(),
                cache: None,
            });
        (pipeline, scope.pop())
    }
}
