//! Ranges of single fields. The schema has them, from the attribute `range` or `length` beside each field, and they are
//! read from there, so that the page's controls and this check cannot differ. From [`RANGES`], the schema without its words,
//! which are 7 KB in each of the library's modules.

use std::sync::LazyLock;

use serde_json::Value;

use super::RANGES;
use crate::error::{ConfigError, excerpt};

static PARSED: LazyLock<Value> =
    LazyLock::new(|| serde_json::from_str(RANGES).expect("a test writes this"));

/// Checks every number and the length of every list of a whole config.
///
/// # Errors
/// The first that lies outside of its range, NaN among them.
pub(crate) fn check(config: &Value) -> Result<(), ConfigError> {
    walk(&PARSED, config, &mut Vec::new())
}

fn walk(schema: &Value, value: &Value, path: &mut Vec<String>) -> Result<(), ConfigError> {
    let schema = resolve(schema);
    if let Some(branch) = branches(schema).and_then(|all| all.iter().find(|one| fits(one, value))) {
        return walk(branch, value, path);
    }
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                below(&schema["properties"][name], value, name.clone(), path)?;
            }
            Ok(())
        }
        Value::Array(items) => {
            check_length(schema, items.len(), path)?;
            for (i, value) in items.iter().enumerate() {
                below(&schema["items"], value, i.to_string(), path)?;
            }
            Ok(())
        }
        // JSON has no NaN: where a number has to be, it is written as null.
        Value::Number(_) | Value::Null => check_number(schema, value, path),
        Value::Bool(_) | Value::String(_) => Ok(()),
    }
}

fn below(
    schema: &Value,
    value: &Value,
    name: String,
    path: &mut Vec<String>,
) -> Result<(), ConfigError> {
    path.push(name);
    walk(schema, value, path)?;
    path.pop();
    Ok(())
}

fn check_length(schema: &Value, len: usize, path: &[String]) -> Result<(), ConfigError> {
    let end = |name: &str| schema[name].as_u64().map(|end| end as usize);
    let (Some(least), Some(most)) = (end("minItems"), end("maxItems")) else {
        return Ok(());
    };
    let noun = last(path);
    ConfigError::check_range(path.join("."), &noun, len, least..=most)
}

fn check_number(schema: &Value, value: &Value, path: &[String]) -> Result<(), ConfigError> {
    let end = |name: &str| schema[name].as_f64();
    let is = |name: &str| match &schema["type"] {
        Value::Array(types) => types.iter().any(|one| one == name),
        one => one == name,
    };
    if value.is_null() && is("null") {
        return Ok(());
    }
    let (Some(least), Some(most)) = (end("minimum"), end("maximum")) else {
        return Ok(());
    };
    // To single precision: that is what some fields keep, and their ends must not fall outside.
    let found = value.as_f64().unwrap_or(f64::NAN);
    if (least as f32..=most as f32).contains(&(found as f32)) {
        return Ok(());
    }
    let problem = match schema["x-unit"].as_str() {
        Some(unit) => unit.to_owned(),
        None if is("integer") => last(path),
        None => "is out of range".to_owned(),
    };
    let found = match value {
        Value::Null => "NaN".to_owned(),
        number => number.to_string(),
    };
    Err(ConfigError::new(
        path.join("."),
        format!("{} {problem}", excerpt(&found)),
        format!("use {least} to {most}"),
    ))
}

/// A field's name in words.
fn last(path: &[String]) -> String {
    let named = path.iter().rfind(|part| part.parse::<usize>().is_err());
    named.map(|name| name.replace('_', " ")).unwrap_or_default()
}

/// What a schema refers to.
fn resolve(schema: &Value) -> &Value {
    let target = schema["$ref"].as_str().and_then(|at| at.rsplit('/').next());
    target.map_or(schema, |name| resolve(&PARSED["$defs"][name]))
}

fn branches(schema: &Value) -> Option<&Vec<Value>> {
    ["oneOf", "anyOf"]
        .iter()
        .find_map(|name| schema[*name].as_array())
}

/// Whether a value that was read from a config is of this branch: its tags decide, then its type.
fn fits(schema: &Value, value: &Value) -> bool {
    let schema = resolve(schema);
    if let Some(all) = branches(schema) {
        return all.iter().any(|one| fits(one, value));
    }
    match (value, schema["properties"].as_object()) {
        (Value::Object(fields), Some(properties)) => properties.iter().all(|(name, property)| {
            let property = resolve(property);
            // What is not said is the default, as with the tag of a model.
            match (
                fields.get(name),
                property.get("const"),
                property["enum"].as_array(),
            ) {
                (None, Some(_), _) => !required(schema, name),
                (Some(found), Some(tag), _) => found == tag,
                (Some(found), None, Some(names)) => names.contains(found),
                _ => true,
            }
        }),
        (Value::Null, _) => schema["type"] == "null",
        (_, None) => schema["type"] != "null",
        _ => false,
    }
}

fn required(schema: &Value, name: &str) -> bool {
    schema["required"]
        .as_array()
        .is_some_and(|all| all.iter().any(|one| one == name))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// A preset's config with one field replaced.
    fn with(preset: &str, pointer: &str, value: Value) -> Result<(), ConfigError> {
        let config = crate::ExperimentConfig::preset(preset).unwrap();
        let mut config = serde_json::to_value(&config).unwrap();
        *config
            .pointer_mut(pointer)
            .unwrap_or_else(|| panic!("{preset} has no {pointer}")) = value;
        check(&config)
    }

    #[test]
    fn every_end_is_inside_and_what_lies_beyond_is_named() {
        for (preset, pointer, inside, outside) in [
            ("ring", "/batch", json!(8192), json!(8193)),
            ("ring", "/data/modes", json!(64), json!(65)),
            ("ring", "/data/std", json!(1e-4_f32), json!(0.9e-4_f32)),
            ("ring", "/g_optimizer/lr", json!(1.0), json!(1.1)),
            ("ring", "/generator/layers/0/units", json!(65_536), json!(0)),
            ("grid", "/gradient_penalty/weight", json!(0.0), json!(-0.1)),
            ("mnist-mlp", "/data/images", json!(100), json!(99)),
            ("mnist-rbm", "/gibbs_steps", json!(100), json!(101)),
            ("mnist-infogan", "/codes/categories", json!(2), json!(1)),
            ("ring-gmmn", "/bandwidths/0", json!(1e3), json!(1.1e3)),
            ("ring-vae", "/likelihood/std", json!(0.001), Value::Null),
        ] {
            assert_eq!(with(preset, pointer, inside), Ok(()), "{preset} {pointer}");
            let error = with(preset, pointer, outside).unwrap_err();
            assert_eq!(error.field, pointer[1..].replace('/', "."), "{preset}");
        }
    }

    #[test]
    fn toys_name_what_is_out_of_range() {
        for (toy, message) in [
            (
                json!({"kind": "ring", "modes": 0}),
                "field `data.modes`: 0 modes; use 1 to 64",
            ),
            (
                json!({"kind": "grid", "std": 0.0}),
                "field `data.std`: 0.0 is out of range; use 0.0001 to 10",
            ),
            (
                json!({"kind": "points", "points": []}),
                "field `data.points`: 0 points; use 1 to 4096",
            ),
            (
                json!({"kind": "points", "points": [[0, 0], [0, 1000]]}),
                "field `data.points.1.1`: 1000 is out of range; use -100 to 100",
            ),
            (
                json!({"kind": "mixture1d", "components": [{"weight": -1, "mean": 0, "std": 1}]}),
                "field `data.components.0.weight`: -1 is out of range; use 0.001 to 1000",
            ),
        ] {
            let error = with("ring", "/data", toy).unwrap_err();
            assert_eq!(error.to_string(), message);
        }
    }

    #[test]
    fn lists_have_lengths() {
        let error = with("ring", "/generator/layers", json!([])).unwrap_err();
        assert_eq!(
            error.to_string(),
            "field `generator.layers`: 0 layers; use 1 to 64"
        );
        let error = with("ring-gmmn", "/bandwidths", json!(vec![1.0; 17])).unwrap_err();
        assert_eq!(
            error.to_string(),
            "field `bandwidths`: 17 bandwidths; use 1 to 16"
        );
    }

    #[test]
    fn a_part_that_may_be_missing_may_be_null() {
        assert_eq!(with("grid", "/gradient_penalty", Value::Null), Ok(()));
        assert_eq!(with("ring", "/generator/average", json!(0.9)), Ok(()));
        let error = with("ring", "/generator/average", json!(1.0)).unwrap_err();
        assert_eq!(
            error.to_string(),
            "field `generator.average`: 1.0 is out of range; use 0 to 0.99999"
        );
    }
}
