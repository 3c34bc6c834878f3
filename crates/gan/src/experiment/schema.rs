//! The JSON schema of a config: one object for each kind of model, its fields beside the common ones.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde_json::{Map, Value, json};

use super::{Common, ExperimentConfig};
use crate::model::{ModelConfig, registry};

impl JsonSchema for ExperimentConfig {
    fn schema_name() -> Cow<'static, str> {
        "ExperimentConfig".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let common = Common::json_schema(generator).to_value();
        let kinds = ModelConfig::json_schema(generator).to_value();
        let kinds = kinds["oneOf"].as_array().cloned().unwrap_or_default();
        let whole = kinds.iter().map(|kind| {
            let mut properties = fields(&common["properties"]);
            properties.extend(fields(&kind["properties"]));
            let names = |schema: &Value| schema["required"].as_array().cloned().unwrap_or_default();
            let mut required = [names(&common), names(kind)].concat();
            // A config that does not say is of the default kind.
            if kind["properties"][registry::TAG]["const"] == ModelConfig::DEFAULT {
                required.retain(|name| name != registry::TAG);
            }
            json!({
                "type": "object",
                "description": kind["description"],
                "properties": properties,
                "required": required,
                "additionalProperties": false,
            })
        });
        let whole: Vec<Value> = whole.collect();
        let description = "A whole experiment: what is to be learned from, the model that learns, and for how long.";
        let schema = json!({ "description": description, "oneOf": whole });
        Schema::try_from(schema).expect("an object is a schema")
    }
}

fn fields(properties: &Value) -> Map<String, Value> {
    properties.as_object().cloned().unwrap_or_default()
}
