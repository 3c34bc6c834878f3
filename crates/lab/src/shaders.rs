//! `ganlet shaders`

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use ganlet::ExperimentConfig;
use ganlet::game::Game;
use ganlet_core::plan::plan;
use ganlet_core::wgsl::{Tuning, emit};

use crate::data;

pub(crate) fn shaders(preset: &str, out: Option<&Path>, software: bool) -> Result<()> {
    let config = ExperimentConfig::parse(preset)?;
    let game = Game::new(&config, &data::load(&config, None)?, 0, u64::MAX)?;
    let tuning = if software {
        Tuning::software()
    } else {
        Tuning::gpu()
    };
    for entry in plan(&game.program).entries {
        for (i, kernel) in entry.kernels.iter().enumerate() {
            let source = emit(kernel, &tuning).source;
            match out {
                None => println!("// {} {i}: {}\n{source}", entry.name, kernel.name),
                Some(out) => {
                    fs::create_dir_all(out)
                        .with_context(|| format!("{} cannot be made", out.display()))?;
                    let name = kernel.name.replace([' ', '(', ')', ','], "-");
                    let path = out.join(format!("{}-{i:03}-{name}.wgsl", entry.name));
                    fs::write(&path, source)
                        .with_context(|| format!("{} cannot be written", path.display()))?;
                }
            }
        }
    }
    Ok(())
}
