//! JSON to values, always by way of [`Value`]: each type is then compiled for one deserializer only, which the library
//! in the browser feels.

use serde::de::DeserializeOwned;
use serde_json::Value;

/// From text.
///
/// # Errors
/// Malformed JSON, or JSON of another shape.
pub(crate) fn from_str<T: DeserializeOwned>(text: &str) -> serde_json::Result<T> {
    serde_json::from_value(serde_json::from_str(text)?)
}

/// The path to the part of `value` for which it is refused, `base` being a value that is not: parts of `value` are put
/// into `base` one at a time, and the first that is refused is looked into in turn.
pub(crate) fn culprit(base: &Value, value: &Value, accepts: &dyn Fn(Value) -> bool) -> Vec<String> {
    let found = |key: &str, mut inner: Vec<String>| {
        inner.insert(0, key.to_string());
        inner
    };
    match (base, value) {
        (Value::Object(base), Value::Object(object)) if base.get("kind") == object.get("kind") => {
            let with = |key: &String, child: Value| {
                let mut one = base.clone();
                one.insert(key.clone(), child);
                accepts(Value::Object(one))
            };
            let mut children = object
                .iter()
                .filter(|(key, child)| base.get(*key) != Some(child));
            let refused = children.find(|(key, child)| !with(key, (*child).clone()));
            refused.map_or_else(Vec::new, |(key, child)| {
                let base = base.get(key).unwrap_or(&Value::Null);
                found(key, culprit(base, child, &|child| with(key, child)))
            })
        }
        // Its kind decides which fields it needs, so they cannot be tried alone; one too many can be left out.
        (_, Value::Object(object)) => {
            let without = |key: &str| {
                let mut rest = object.clone();
                rest.remove(key);
                accepts(Value::Object(rest))
            };
            let refused = object.keys().find(|key| without(key));
            refused.map_or_else(Vec::new, |key| found(key, Vec::new()))
        }
        (_, Value::Array(array)) => {
            let alone = |child: Value| accepts(Value::Array(vec![child]));
            let refused = array
                .iter()
                .enumerate()
                .find(|(_, child)| !alone((*child).clone()));
            refused.map_or_else(Vec::new, |(i, child)| {
                found(&i.to_string(), culprit(&Value::Null, child, &alone))
            })
        }
        _ => Vec::new(),
    }
}
