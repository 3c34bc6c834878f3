//! The comparison of a backend with the reference interpreter.
//!
//! The planner's own tests inside `ganlet-core` include this file, because what they check is private there.

use ganlet_core::eval::{Evaluator, Value};
use ganlet_core::{DType, Program, Slot};

/// What every backend can do, as bytes.
pub trait Backend {
    /// Replaces the contents of a buffer.
    fn write(&mut self, slot: Slot, bytes: &[u8]);
    /// Runs an entry once.
    fn run(&mut self, entry: usize);
    /// The contents of a buffer.
    fn read(&mut self, slot: Slot) -> Vec<u8>;
}

/// Runs every entry `steps` times on `backend` and on the reference, which computes in f64, and compares all outputs
/// and all states after each run. `inputs` holds the contents of the program's inputs. A `tolerance` of 0 asks for
/// equality; otherwise it is the error allowed beside a magnitude of 1, and grows with the magnitude.
///
/// # Errors
/// The first difference.
pub fn compare(
    program: &Program,
    backend: &mut impl Backend,
    inputs: &[Vec<u8>],
    steps: usize,
    tolerance: f64,
) -> Result<(), String> {
    let mut reference = Evaluator::<f64>::new(program);
    for (i, bytes) in inputs.iter().enumerate() {
        let dtype = program.inputs[i].dtype;
        let len = program.inputs[i].shape.iter().product();
        reference.inputs[i] = Value::from_bytes(bytes, dtype, len);
        backend.write(Slot::Input(i), bytes);
    }
    for step in 0..steps {
        for (entry, definition) in program.entries.iter().enumerate() {
            backend.run(entry);
            let outputs = reference.run(entry);
            for (output, value) in outputs.iter().enumerate() {
                let got = backend.read(Slot::Output { entry, output });
                difference(&got, value, tolerance).map_err(|what| {
                    let name = &definition.outputs[output].0;
                    format!(
                        "step {step}, entry {}, output {name}: {what}",
                        definition.name
                    )
                })?;
            }
            for (i, state) in program.states.iter().enumerate() {
                if state.dtype == DType::U8 {
                    continue; // read-only
                }
                let got = backend.read(Slot::State(i));
                difference(&got, &reference.states[i], tolerance).map_err(|what| {
                    format!(
                        "step {step}, after entry {}, state {}: {what}",
                        definition.name, state.name
                    )
                })?;
            }
        }
    }
    Ok(())
}

fn difference(got: &[u8], want: &Value<f64>, tolerance: f64) -> Result<(), String> {
    let words: Vec<u32> = got
        .chunks_exact(4)
        .map(|c| u32::from_le_bytes([c[0], c[1], c[2], c[3]]))
        .collect();
    let as_words = |want: &[u32]| match words == want {
        true => Ok(()),
        false => Err(format!("{words:?} instead of {want:?}")),
    };
    match want {
        Value::Uint(want) => as_words(want),
        Value::Bool(want) => as_words(&want.iter().map(|&b| b.into()).collect::<Vec<u32>>()),
        Value::Float(want) => {
            if words.len() != want.len() {
                return Err(format!(
                    "{} elements instead of {}",
                    words.len(),
                    want.len()
                ));
            }
            for (i, (&word, &want)) in words.iter().zip(want).enumerate() {
                let got = f64::from(f32::from_bits(word));
                let close = (got - want).abs() <= tolerance * (1.0 + want.abs());
                if !close && got != want {
                    return Err(format!("element {i} is {got} instead of {want}"));
                }
            }
            Ok(())
        }
    }
}
