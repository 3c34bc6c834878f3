//! The schema that the page makes its controls from is that of the config's types.

use std::path::Path;

#[test]
fn the_schema_is_that_of_the_types() {
    let mut types =
        serde_json::to_string_pretty(&schemars::schema_for!(ganlet::ExperimentConfig)).unwrap();
    types.push('\n');
    if std::env::var_os("GANLET_BLESS").is_some() {
        let file =
            Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates/gan/src/config/schema.json");
        std::fs::write(file, &types).unwrap();
        return;
    }
    // As values: the order of an object's fields hangs on serde_json's features, which differ between builds.
    let value = |text: &str| serde_json::from_str::<serde_json::Value>(text).unwrap();
    let same = value(ganlet::config::SCHEMA) == value(&types);
    assert!(
        same,
        "the types have changed: GANLET_BLESS=1 cargo test -p ganlet-tests --test schema"
    );
}
