//! `ganlet list`

use anyhow::Result;
use ganlet::preset;
use serde_json::json;

pub(crate) fn list(as_json: bool) -> Result<()> {
    if as_json {
        let presets: Vec<_> = preset::all()
            .iter()
            .map(|p| {
                json!({
                    "name": p.name, "title": p.title, "group": p.group, "teaches": p.teaches,
                    "summary": p.summary, "steps": p.config().steps, "goal": p.goal,
                })
            })
            .collect();
        println!("{}", serde_json::to_string_pretty(&presets)?);
        return Ok(());
    }
    for preset in preset::all() {
        println!("{:<24}{}  ({})", preset.name, preset.title, preset.teaches);
    }
    Ok(())
}
