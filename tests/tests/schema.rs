//! The schema that the page makes its controls from is that of the config's types, and so are the ranges in it.

use std::path::Path;

use serde_json::{Map, Value};

/// What a check of ranges needs of a schema; descriptions are most of it.
const OF_RANGES: [&str; 15] = [
    "type",
    "const",
    "enum",
    "minimum",
    "maximum",
    "minItems",
    "maxItems",
    "items",
    "properties",
    "required",
    "oneOf",
    "anyOf",
    "$ref",
    "$defs",
    "x-unit",
];

/// The parts of a schema with these keys; `named` is an object whose keys are names.
fn ranges(schema: &Value, named: bool) -> Value {
    match schema {
        Value::Object(fields) => {
            let kept = (fields.iter())
                .filter(|(key, _)| named || OF_RANGES.contains(&key.as_str()))
                .map(|(key, value)| {
                    let of_names = !named && matches!(key.as_str(), "properties" | "$defs");
                    (key.clone(), ranges(value, of_names))
                });
            Value::Object(kept.collect::<Map<_, _>>())
        }
        Value::Array(items) => items.iter().map(|item| ranges(item, false)).collect(),
        other => other.clone(),
    }
}

#[test]
fn the_schema_is_that_of_the_types() {
    let types = schemars::schema_for!(ganlet::ExperimentConfig).to_value();
    let schema = serde_json::to_string_pretty(&types).unwrap();
    let ranges = ranges(&types, false).to_string();
    if std::env::var_os("GANLET_BLESS").is_some() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates/gan/src/config");
        std::fs::write(folder.join("schema.json"), schema + "\n").unwrap();
        std::fs::write(folder.join("ranges.json"), ranges + "\n").unwrap();
        return;
    }
    // As values: the order of an object's fields hangs on serde_json's features, which differ between builds.
    let value = |text: &str| serde_json::from_str::<Value>(text).unwrap();
    let same =
        value(ganlet::config::SCHEMA) == types && value(ganlet::config::RANGES) == value(&ranges);
    assert!(
        same,
        "the types have changed: GANLET_BLESS=1 cargo test -p ganlet-tests --test schema"
    );
}

#[test]
fn configs_without_words_are_those_of_the_presets() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates/gan/src");
    let configs = ganlet::preset::all().iter().map(|preset| {
        let file = source.join(format!("preset/{}.json", preset.name));
        let text = std::fs::read_to_string(file).unwrap();
        let mut preset_json: Value = serde_json::from_str(&text).unwrap();
        (preset.name.to_string(), preset_json["config"].take())
    });
    let configs = Value::Object(configs.collect());
    if std::env::var_os("GANLET_BLESS").is_some() {
        std::fs::write(source.join("presets.json"), format!("{configs}\n")).unwrap();
        return;
    }
    let kept: Value = serde_json::from_str(ganlet::preset::CONFIGS).unwrap();
    assert!(
        kept == configs,
        "the presets have changed: GANLET_BLESS=1 cargo test -p ganlet-tests --test schema"
    );
}
