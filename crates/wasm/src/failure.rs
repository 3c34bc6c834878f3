//! What a call rejects with: an `Error` whose `code` says for programs what its message says for people; where a field of
//! the config is wrong, `field` names it.

use ganlet::{Code, trainer};
use js_sys::Reflect;
use wasm_bindgen::JsValue;

/// A failure on its way to JavaScript.
#[derive(Debug)]
pub struct Failure {
    code: Code,
    message: String,
    /// Of the config, where one of its fields is wrong.
    field: Option<String>,
}

impl Failure {
    fn new(code: Code, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            field: None,
        }
    }

    /// Of what was passed.
    pub(crate) fn input(message: impl Into<String>) -> Self {
        Self::new(Code::Input, message)
    }

    /// Of what was loaded.
    pub(crate) fn data(message: impl Into<String>) -> Self {
        Self::new(Code::Data, message)
    }
}

impl<E: Into<trainer::Error>> From<E> for Failure {
    fn from(error: E) -> Self {
        let error: trainer::Error = error.into();
        Self {
            code: error.code(),
            message: error.to_string(),
            field: error.field().map(String::from),
        }
    }
}

impl From<Failure> for JsValue {
    fn from(failure: Failure) -> Self {
        let error = js_sys::Error::new(&failure.message);
        // Setting a property of a plain object cannot fail.
        let set = |name: &str, value: &str| drop(Reflect::set(&error, &name.into(), &value.into()));
        set("code", failure.code.as_str());
        if let Some(field) = &failure.field {
            set("field", field);
        }
        error.into()
    }
}
