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
    let same = ganlet::config::SCHEMA == types;
    assert!(
        same,
        "the types have changed: GANLET_BLESS=1 cargo test -p ganlet-tests --test schema"
    );
}
