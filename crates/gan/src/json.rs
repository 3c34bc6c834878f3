//! JSON to values and back, always by way of [`Value`]: each type is then compiled for one deserializer ([`Reader`]) and one
//! serializer only, which the library in the browser feels.

mod read;

use serde::de::{DeserializeOwned, Error as _};
use serde_json::{Error, Map, Value};

use crate::error::{ConfigError, excerpt};
pub(crate) use read::Reader;

/// Reads a value's type.
///
/// # Errors
/// JSON of another shape.
pub(crate) fn from_value<T: DeserializeOwned>(value: &Value) -> serde_json::Result<T> {
    T::deserialize(Reader(value))
}

/// Reads a value from JSON text.
///
/// # Errors
/// Malformed JSON, or JSON of another shape.
pub(crate) fn from_str<T: DeserializeOwned>(text: &str) -> serde_json::Result<T> {
    from_value(&serde_json::from_str(text)?)
}

/// Reads and writes an enum as `{"kind": variant, …fields}`. The enum derives serde's traits with `remote = "Self"`, that is
/// as `{variant: {…fields}}`; serde's own `tag` would buffer what it reads in a type of its own, and compile every part of
/// every variant a second time for that.
macro_rules! tagged {
    ($type:ty) => {
        impl serde::Serialize for $type {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                let outer = <$type>::serialize(self, serde_json::value::Serializer);
                let flat = outer.map($crate::json::with_kind_inside);
                serde::Serialize::serialize(&flat.map_err(serde::ser::Error::custom)?, serializer)
            }
        }

        impl<'de> serde::Deserialize<'de> for $type {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let value = serde::Deserialize::deserialize(deserializer)?;
                let read =
                    |value: &serde_json::Value| <$type>::deserialize($crate::json::Reader(value));
                $crate::json::with_kind_outside(value, &read).map_err(serde::de::Error::custom)
            }
        }
    };
}
pub(crate) use tagged;

const KIND: &str = "kind";

/// `{variant: {…fields}}`, or the name alone of a variant without any, as `{"kind": variant, …fields}`.
pub(crate) fn with_kind_inside(value: Value) -> Value {
    let (kind, fields) = match value {
        Value::Object(outer) => outer.into_iter().next().unwrap_or_default(),
        Value::String(kind) => (kind, Value::Null),
        _ => (String::new(), Value::Null),
    };
    let mut object = Map::new();
    object.insert(KIND.to_string(), Value::String(kind));
    if let Value::Object(fields) = fields {
        object.extend(fields);
    }
    Value::Object(object)
}

/// Has `{"kind": variant, …fields}` read as `{variant: {…fields}}`, or as the name alone where there is nothing else.
pub(crate) fn with_kind_outside<T>(
    value: Value,
    read: &dyn Fn(&Value) -> Result<T, Error>,
) -> Result<T, Error> {
    let Value::Object(mut fields) = value else {
        return Err(Error::custom(format!(
            "invalid value: {}, expected an object with a `{KIND}`",
            excerpt(&value.to_string())
        )));
    };
    let kind = match fields.remove(KIND) {
        Some(Value::String(kind)) => kind,
        Some(other) => {
            return Err(Error::custom(format!(
                "invalid {KIND}: {}, expected a name in quotes",
                excerpt(&other.to_string())
            )));
        }
        None => return Err(Error::missing_field(KIND)),
    };
    // Without fields, a variant may have none, or defaults for all that it has.
    if let Ok(bare) = read(&Value::String(kind.clone())) {
        return match fields.keys().next() {
            None => Ok(bare),
            Some(field) => Err(Error::custom(format!(
                "unknown field `{field}`, `{kind}` has none"
            ))),
        };
    }
    let mut outer = Map::new();
    outer.insert(kind, Value::Object(fields));
    read(&Value::Object(outer))
}

/// A copy in which every text is an [`excerpt`]. What is wrong with the one is wrong with the other, and the message about the
/// copy is short, also where serde words it.
pub(crate) fn abridged(value: &Value) -> Value {
    match value {
        Value::String(text) => Value::String(excerpt(text).into_owned()),
        Value::Array(items) => Value::Array(items.iter().map(abridged).collect()),
        Value::Object(fields) => {
            let fields = fields.iter();
            let short = fields.map(|(key, child)| (excerpt(key).into_owned(), abridged(child)));
            let mut object = Map::new();
            short.for_each(|(key, child)| {
                object.insert(key, child);
            });
            Value::Object(object)
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => value.clone(),
    }
}

/// `{"a": {"b": value}}` for the dotted path `a.b`; the empty path is that of the whole.
fn nested(path: &str, value: Value) -> Value {
    if path.is_empty() {
        return value;
    }
    path.rsplit('.').fold(value, |inner, key| {
        let mut outer = Map::new();
        outer.insert(key.to_string(), inner);
        Value::Object(outer)
    })
}

/// Lays `overrides` over `base`, both being the part of a config at the dotted path `at`. This is how presets, links, JSON and
/// the terminal say what differs:
///
/// - objects are merged field by field; where `base` is `null`, the object opens that part;
/// - an object of another `kind` replaces the old one whole, because the fields of one kind mean nothing to another;
/// - an object over an array replaces the elements that its keys count out from 0;
/// - anything else replaces what was there, `null` too.
///
/// # Errors
/// An element that the array does not have.
pub(crate) fn merge(base: &mut Value, overrides: &Value, at: &str) -> Result<(), ConfigError> {
    let field = |key: &str| match at {
        "" => key.to_string(),
        _ => format!("{at}.{key}"),
    };
    match (base, overrides) {
        (Value::Object(base), Value::Object(overrides)) => {
            let kinds = base.get(KIND).zip(overrides.get(KIND));
            if kinds.is_some_and(|(old, new)| old != new) && at != SAME_FIELDS {
                base.clear();
            }
            overrides.iter().try_for_each(|(key, value)| {
                let place = base.entry(key.clone()).or_insert(Value::Null);
                merge(place, value, &field(key))
            })
        }
        (Value::Array(base), Value::Object(overrides)) => {
            let count = base.len();
            overrides.iter().try_for_each(|(key, value)| {
                let place = key.parse::<usize>().ok().and_then(|i| base.get_mut(i));
                let place = place.ok_or_else(|| {
                    ConfigError::new(
                        field(key),
                        "there is no such element",
                        format!(
                            "this list has {count}, counted from 0; write the whole list for more"
                        ),
                    )
                })?;
                merge(place, value, &field(key))
            })
        }
        (base, overrides) => {
            *base = overrides.clone();
            Ok(())
        }
    }
}

/// The part of a config whose kinds all have the same fields, so that another kind leaves them be.
const SAME_FIELDS: &str = "prior";

/// What has to be laid over `base` to make `own`, by dotted path; a part of another kind is laid over as a whole.
pub(crate) fn changes(base: &Value, own: &Value) -> Vec<(String, Value)> {
    match (base, own) {
        _ if base == own => Vec::new(),
        (Value::Object(base), Value::Object(own)) if base.get(KIND) == own.get(KIND) => {
            let inner = own.iter().flat_map(|(key, value)| {
                let inner = changes(base.get(key).unwrap_or(&Value::Null), value).into_iter();
                inner.map(move |(path, value)| match path.as_str() {
                    "" => (key.clone(), value),
                    _ => (format!("{key}.{path}"), value),
                })
            });
            inner.collect()
        }
        _ => vec![(String::new(), own.clone())],
    }
}

/// All changes as one value for [`merge`].
///
/// # Errors
/// As [`merge`].
pub(crate) fn tree(
    changes: impl IntoIterator<Item = (impl AsRef<str>, Value)>,
) -> Result<Value, ConfigError> {
    let mut tree = Value::Object(Map::new());
    for (path, value) in changes {
        merge(&mut tree, &nested(path.as_ref(), value), "")?;
    }
    Ok(tree)
}

/// The path to the part of `value` for which it is refused, `base` being a value that is not: parts of `value` are put
/// into `base` one at a time, and the first that is refused is looked into in turn.
pub(crate) fn culprit(
    base: &Value,
    value: &Value,
    accepts: &dyn Fn(&Value) -> bool,
) -> Vec<String> {
    let found = |key: &str, mut inner: Vec<String>| {
        inner.insert(0, key.to_string());
        inner
    };
    match (base, value) {
        (Value::Object(base), Value::Object(object)) if base.get("kind") == object.get("kind") => {
            let with = |key: &String, child: &Value| {
                let mut one = base.clone();
                one.insert(key.clone(), child.clone());
                accepts(&Value::Object(one))
            };
            let mut children = object
                .iter()
                .filter(|(key, child)| base.get(*key) != Some(child));
            let refused = children.find(|(key, child)| !with(key, child));
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
                accepts(&Value::Object(rest))
            };
            let refused = object.keys().find(|key| without(key));
            refused.map_or_else(Vec::new, |key| found(key, Vec::new()))
        }
        (_, Value::Array(array)) => {
            let alone = |child: &Value| accepts(&Value::Array(vec![child.clone()]));
            let refused = array.iter().enumerate().find(|(_, child)| !alone(child));
            refused.map_or_else(Vec::new, |(i, child)| {
                found(&i.to_string(), culprit(&Value::Null, child, &alone))
            })
        }
        _ => Vec::new(),
    }
}
