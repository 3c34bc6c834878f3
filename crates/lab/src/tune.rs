//! `ganlet tune`: which tiles of matrix products are fastest on the adapter at hand, and the file that keeps them.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context, Result, bail};
use ganlet::ExperimentConfig;
use ganlet::model::{Traced, entry};
use ganlet_core::gpu::{Device, Prefer};
use ganlet_core::plan::kernel::Kernel;
use ganlet_core::plan::{Buffer, EntryPlan, Plan, Role};
use ganlet_core::wgsl::{AdapterClass, ContractTuning, ShapeClass, Tuned, Tuning, plan, product};
use serde::{Deserialize, Serialize};

use crate::timing::{ROUNDS, Timed};
use crate::{data, file, progress};

/// Where the result goes unless told otherwise.
pub(crate) const FILE: &str = "ganlet-tuning.json";
/// How much faster than the built-in tile another has to be to replace it: less may be noise.
const WORTH_IT: f64 = 1.05;

/// The file: one adapter, and a line for each class of shapes.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Record {
    adapter: String,
    tiles: Vec<Line>,
}

/// Sizes are rounded up to powers of two.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    m: usize,
    n: usize,
    k: usize,
    tile: Tile,
    gflops_per_second: f64,
}

#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
enum Tile {
    /// Vectors of four columns.
    Registers {
        rows: usize,
        vectors: usize,
    },
    Workgroup {
        edge: usize,
        depth: usize,
    },
}

impl From<ContractTuning> for Tile {
    fn from(tile: ContractTuning) -> Self {
        match tile {
            ContractTuning::Registers { rows, vectors, .. } => Tile::Registers { rows, vectors },
            ContractTuning::Workgroup { edge, depth } => Tile::Workgroup { edge, depth },
        }
    }
}

/// A product that stands for its class.
struct Case {
    kernel: Kernel,
    buffers: Vec<Buffer>,
    operations: f64,
}

/// Measures the presets' products and writes the file.
pub(crate) async fn tune(presets: &[String], out: &Path) -> Result<()> {
    let device = Device::request(Prefer::Performance).await?;
    let class = device.info().class();
    println!("{} ({})", device.info().name, device.info().backend);
    let cases = cases(presets, &Tuning::of(class), device.max_buffer_bytes())?;
    let tilings = ContractTuning::candidates(class);
    let heads: Vec<String> = tilings.iter().map(|tile| name(*tile)).collect();
    println!(
        "{:>6}{:>6}{:>6}{}  GFLOP/s, the chosen one marked",
        "m",
        "n",
        "k",
        heads.concat()
    );
    let bar = progress::timings(cases.len());
    let mut tiles = Vec::new();
    for (shape, case) in cases {
        let built_in = Tuning::of(class).tile(shape);
        let speeds = speeds(&device, &case, &tilings).await?;
        let chosen = choose(&tilings, &speeds, built_in);
        let cell = |(i, speed): (usize, &f64)| {
            let mark = if i == chosen { "*" } else { " " };
            format!("{speed:>9.2}{mark}")
        };
        let cells: String = speeds.iter().enumerate().map(cell).collect();
        let ShapeClass { m, n, k } = shape;
        bar.suspend(|| println!("{m:>6}{n:>6}{k:>6}{cells}"));
        bar.inc(1);
        tiles.push(Line {
            m,
            n,
            k,
            tile: tilings[chosen].into(),
            gflops_per_second: (speeds[chosen] * 100.0).round() / 100.0,
        });
    }
    bar.finish_and_clear();
    let record = Record {
        adapter: device.info().name.clone(),
        tiles,
    };
    let text = serde_json::to_string_pretty(&record)? + "\n";
    file::write(out, text)?;
    println!(
        "written to {}: the commands that run on a GPU take it with `--tuning`",
        out.display()
    );
    Ok(())
}

/// The largest product of each class of shapes.
fn cases(presets: &[String], tuning: &Tuning, limit: u64) -> Result<BTreeMap<ShapeClass, Case>> {
    let mut cases = BTreeMap::<ShapeClass, Case>::new();
    for preset in presets {
        let config = ExperimentConfig::parse(preset)?;
        let traced = Traced::new(&config, &data::load(&config, None)?, 0, limit)?;
        let plan = plan(&traced.program, tuning);
        let train = plan.entries.iter().filter(|e| e.name == entry::TRAIN);
        for kernel in train.flat_map(EntryPlan::kernels) {
            let Some((shape, operations)) = product(kernel) else {
                continue;
            };
            if cases
                .get(&shape)
                .is_none_or(|known| known.operations < operations)
            {
                cases.insert(shape, case(&plan, kernel, operations));
            }
        }
    }
    Ok(cases)
}

/// A kernel with copies of the buffers that it binds.
fn case(plan: &Plan, kernel: &Kernel, operations: f64) -> Case {
    let (mut kernel, mut buffers) = (kernel.clone(), Vec::new());
    for binding in &mut kernel.bindings {
        let role = Role::Slot;
        buffers.push(Buffer {
            role,
            ..plan.buffers[binding.buffer].clone()
        });
        binding.buffer = buffers.len() - 1;
    }
    Case {
        kernel,
        buffers,
        operations,
    }
}

/// GFLOP/s with every tiling. They are timed in turns, so that whatever else the machine does meets them all.
async fn speeds(device: &Device, case: &Case, tilings: &[ContractTuning]) -> Result<Vec<f64>> {
    let mut times = Vec::with_capacity(tilings.len());
    for &contract in tilings {
        let tuning = Tuning {
            contract,
            tiles: Vec::new(),
            ..device.tuning().clone()
        };
        let kernels = std::slice::from_ref(&case.kernel);
        times.push(Timed::new(device, &tuning, &case.buffers, kernels).await?);
    }
    for _ in 0..ROUNDS {
        for timed in &mut times {
            timed.again().await?;
        }
    }
    let rate = |timed: &Timed| case.operations / timed.least / 1e6;
    Ok(times.iter().map(rate).collect())
}

/// The fastest, unless the built-in one is about as fast.
fn choose(tilings: &[ContractTuning], speeds: &[f64], built_in: ContractTuning) -> usize {
    let fastest = (0..speeds.len()).max_by(|&i, &j| speeds[i].total_cmp(&speeds[j]));
    let fastest = fastest.unwrap_or(0);
    match tilings.iter().position(|tile| *tile == built_in) {
        Some(i) if speeds[i] * WORTH_IT >= speeds[fastest] => i,
        _ => fastest,
    }
}

fn name(tile: ContractTuning) -> String {
    let text = match tile {
        ContractTuning::Registers { rows, vectors, .. } => format!("{rows}x{}", 4 * vectors),
        ContractTuning::Workgroup { edge, depth } => format!("{edge}/{depth}"),
    };
    format!("{text:>9} ")
}

/// Reads what `ganlet tune` wrote.
pub(crate) fn read(path: &Path) -> Result<Tuned> {
    let text = file::read_text(path).context("`ganlet tune` writes what --tuning takes")?;
    parse(&text).with_context(|| {
        format!(
            "{} is not what `ganlet tune` writes; write it anew",
            file::shown(path)
        )
    })
}

fn parse(text: &str) -> Result<Tuned> {
    let record: Record = serde_json::from_str(text)?;
    // Both rasterizers have the same.
    let classes = [AdapterClass::Gpu, AdapterClass::Llvmpipe].into_iter();
    let known: Vec<ContractTuning> = classes.flat_map(ContractTuning::candidates).collect();
    let mut tiles = Vec::with_capacity(record.tiles.len());
    for (i, line) in record.tiles.iter().enumerate() {
        let Some(tile) = known.iter().find(|tile| Tile::from(**tile) == line.tile) else {
            let names: Vec<String> = known
                .iter()
                .map(|tile| serde_json::to_string(&Tile::from(*tile)).unwrap_or_default())
                .collect();
            bail!(
                "tiles[{i}].tile is {}; use one of {}",
                serde_json::to_string(&line.tile)?,
                names.join(", ")
            );
        };
        for (field, size) in [("m", line.m), ("n", line.n), ("k", line.k)] {
            if !size.is_power_of_two() {
                bail!("tiles[{i}].{field} is {size}; sizes are rounded up to powers of two");
            }
        }
        let shape = ShapeClass {
            m: line.m,
            n: line.n,
            k: line.k,
        };
        tiles.push((shape, *tile));
    }
    Ok(Tuned {
        adapter: record.adapter,
        tiles,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = r#"{"adapter": "a card", "tiles": [
        {"m": 64, "n": 512, "k": 1024, "tile": {"registers": {"rows": 8, "vectors": 2}}, "gflops_per_second": 3.5},
        {"m": 16, "n": 16, "k": 8, "tile": {"workgroup": {"edge": 32, "depth": 16}}, "gflops_per_second": 9.25}]}"#;

    #[test]
    fn what_is_written_is_read_back() {
        let tuned = parse(FILE).unwrap();
        assert_eq!(tuned.adapter, "a card");
        let (shape, tile) = tuned.tiles[0];
        assert_eq!(shape, ShapeClass::of(50, 500, 784));
        assert_eq!(
            Tile::from(tile),
            Tile::Registers {
                rows: 8,
                vectors: 2
            }
        );
        let record: Record = serde_json::from_str(FILE).unwrap();
        assert_eq!(
            parse(&serde_json::to_string_pretty(&record).unwrap()).unwrap(),
            tuned
        );
    }

    #[test]
    fn what_cannot_be_used_is_named() {
        for (from, to, words) in [
            (
                "\"rows\": 8",
                "\"rows\": 9",
                [
                    "tiles[0].tile",
                    "{\"registers\":{\"rows\":8,\"vectors\":2}}",
                ],
            ),
            (
                "\"m\": 16",
                "\"m\": 17",
                ["tiles[1].m is 17", "powers of two"],
            ),
            ("\"depth\": 16", "\"deep\": 16", ["deep", "depth"]),
            ("\"adapter\"", "\"card\"", ["card", "adapter"]),
        ] {
            let error = format!("{:#}", parse(&FILE.replacen(from, to, 1)).unwrap_err());
            for word in words {
                assert!(error.contains(word), "{error}");
            }
        }
    }

    #[test]
    fn another_tile_has_to_be_clearly_faster() {
        let tilings = ContractTuning::candidates(AdapterClass::Llvmpipe);
        let built_in = Tuning::llvmpipe().contract;
        let at = tilings.iter().position(|tile| *tile == built_in).unwrap();
        let mut speeds = vec![1.0; tilings.len()];
        speeds[0] = 1.04;
        assert_eq!(choose(&tilings, &speeds, built_in), at);
        speeds[0] = 1.06;
        assert_eq!(choose(&tilings, &speeds, built_in), 0);
    }
}
