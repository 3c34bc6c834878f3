//! Checks convolutions against the file that `tests/onnx/conv.py` makes of the ONNX project's node tests.

use std::process::ExitCode;
use std::sync::Arc;

use ganlet_core::cpu::Session;
use ganlet_core::eval::Evaluator;
use ganlet_core::plan::plan;
use ganlet_core::{Builder, DType, Init, Program, Slot, Window};
use serde::Deserialize;

#[derive(Deserialize)]
struct Case {
    name: String,
    x: Array,
    w: Array,
    bias: Array,
    windows: Vec<Axis>,
    y: Array,
}

#[derive(Deserialize)]
struct Array {
    shape: Vec<usize>,
    data: Vec<f64>,
}

#[derive(Deserialize)]
struct Axis {
    stride: usize,
    padding: (i64, i64),
    lhs_dilation: usize,
    rhs_dilation: usize,
}

fn main() -> ExitCode {
    let path = std::env::args()
        .nth(1)
        .expect("the path of a file of cases");
    let text = std::fs::read_to_string(path).expect("a readable file");
    let cases: Vec<Case> = serde_json::from_str(&text).expect("conv.py writes this format");
    let mut failed = 0;
    for case in &cases {
        match check(case) {
            Ok(()) => println!("passed: {}", case.name),
            Err(why) => {
                println!("FAILED: {}: {why}", case.name);
                failed += 1;
            }
        }
    }
    println!("{} of {} passed", cases.len() - failed, cases.len());
    match failed {
        0 => ExitCode::SUCCESS,
        _ => ExitCode::FAILURE,
    }
}

fn check(case: &Case) -> Result<(), String> {
    let program = trace(case)?;
    let reference = Evaluator::<f64>::new(&program).run(0).remove(0);
    compare("reference", reference.floats().iter().copied(), case, 1e-6)?;
    let mut session = Session::new(&program, &plan(&program), 1, u64::MAX).unwrap();
    session.run(0, 1).map_err(|e| e.to_string())?;
    let output = Slot::Output {
        entry: 0,
        output: 0,
    };
    let bytes = session.read(output).map_err(|e| e.to_string())?;
    let words = bytes.chunks_exact(4);
    let floats = words.map(|w| f64::from(f32::from_le_bytes([w[0], w[1], w[2], w[3]])));
    compare("CPU", floats, case, 1e-4)
}

fn trace(case: &Case) -> Result<Program, String> {
    let builder = Builder::new();
    let given = |name: &str, array: &Array| {
        let bytes = array.data.iter().flat_map(|&x| (x as f32).to_le_bytes());
        let init = Init::Bytes(Arc::from(bytes.collect::<Vec<u8>>()));
        builder.state(name, &array.shape, DType::F32, init)
    };
    let windows = case.windows.iter().map(|axis| Window {
        stride: axis.stride,
        padding: axis.padding,
        lhs_dilation: axis.lhs_dilation,
        rhs_dilation: axis.rhs_dilation,
    });
    let windows: Vec<Window> = windows.collect();
    let y = given("x", &case.x).conv(&given("w", &case.w), &windows) + given("bias", &case.bias);
    if y.shape() != case.y.shape {
        return Err(format!(
            "shape {:?} instead of {:?}",
            y.shape(),
            case.y.shape
        ));
    }
    builder.entry("f", &[], &[("y", &y)]);
    builder.build().map_err(|error| error.to_string())
}

fn compare(
    what: &str,
    got: impl Iterator<Item = f64>,
    case: &Case,
    tolerance: f64,
) -> Result<(), String> {
    for (i, (got, want)) in got.zip(&case.y.data).enumerate() {
        let close = (got - want).abs() <= tolerance * (1.0 + want.abs()); // false of NaN
        if !close {
            return Err(format!("{what}: element {i} is {got} instead of {want}"));
        }
    }
    Ok(())
}
