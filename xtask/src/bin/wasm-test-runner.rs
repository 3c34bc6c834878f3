//! Runs a compiled wasm test file in a headless browser; `xtask test` names it as cargo's runner.
//!
//! It is wasm-bindgen's own runner, built from the lock file: nothing has to be installed, and its version
//! cannot drift from the library's.

fn main() -> anyhow::Result<()> {
    wasm_bindgen_cli::wasm_bindgen_test_runner::run_cli_with_args(std::env::args_os())
}
