//! The same numbers as JAX and Optax: `tests/golden/make.py` made `tests/golden/golden.json`.

mod cases;
mod file;

use ganlet_core::cpu::Session;
use ganlet_core::eval::{Evaluator, Value};
use ganlet_core::plan::plan;
use ganlet_core::random::{below, threefry2x32};
use ganlet_core::{Builder, DType, Program, Slot};

use cases::CASES;
use file::{Array, Case, load};

/// Traces a case; fails where the table of cases and the file disagree.
fn trace(case: &Case) -> Program {
    let (_, trace) = (CASES.iter().find(|(name, _)| *name == case.name))
        .unwrap_or_else(|| panic!("`{}` is in the file only", case.name));
    let builder = Builder::new();
    trace(&mut case.given(&builder));
    builder
        .build()
        .unwrap_or_else(|error| panic!("{}: {error}", case.name))
}

#[test]
fn every_case_is_in_the_file() {
    let file = load();
    for (name, _) in CASES {
        assert!(
            file.cases.iter().any(|case| case.name == *name),
            "`{name}` is not in the file"
        );
    }
}

#[test]
fn the_reference_agrees_in_f64() {
    for case in &load().cases {
        let program = trace(case);
        let mut reference = Evaluator::<f64>::new(&program);
        for (step, inputs) in case.inputs.iter().enumerate() {
            for (name, array) in inputs {
                let input = program.input(name).expect("every input is declared");
                reference.inputs[input] = Value::Float(array.data.clone());
            }
            let outputs = reference.run(0);
            let outputs = outputs.iter().map(|value| value.floats().to_vec());
            compare(case, &program, step, outputs.collect(), 1e-10);
        }
    }
}

#[test]
fn the_cpu_agrees_in_f32() {
    for case in &load().cases {
        let program = trace(case);
        let mut session = Session::new(&program, &plan(&program), 1, u64::MAX).unwrap();
        for (step, inputs) in case.inputs.iter().enumerate() {
            for (name, array) in inputs {
                let input = program.input(name).expect("every input is declared");
                session
                    .write(Slot::Input(input), &array.bytes())
                    .expect("the input's length is its shape");
            }
            session.run(0, 1).expect("there is an entry");
            let read = |output| {
                let bytes = session
                    .read(Slot::Output { entry: 0, output })
                    .expect("the output is declared");
                let words = bytes.chunks_exact(4);
                words
                    .map(|w| f64::from(f32::from_le_bytes([w[0], w[1], w[2], w[3]])))
                    .collect()
            };
            let outputs = (0..program.entries[0].outputs.len()).map(read).collect();
            compare(case, &program, step, outputs, 1e-4);
        }
    }
}

fn compare(case: &Case, program: &Program, step: usize, outputs: Vec<Vec<f64>>, tolerance: f64) {
    let expected = &case.outputs[step];
    let names: Vec<&String> = program.entries[0].outputs.iter().map(|(n, _)| n).collect();
    for name in expected.keys() {
        assert!(names.contains(&name), "{}: no output `{name}`", case.name);
    }
    let mut wrong = Vec::new();
    for (name, got) in names.into_iter().zip(outputs) {
        let Some(Array { data, .. }) = expected.get(name) else {
            panic!("{}: JAX has no `{name}`", case.name);
        };
        assert_eq!(got.len(), data.len(), "{}: {name}", case.name);
        for (i, (got, want)) in got.iter().zip(data).enumerate() {
            let close = (got - want).abs() <= tolerance * (1.0 + want.abs());
            if !close {
                wrong.push(format!("{name}[{i}] is {got}, JAX says {want}"));
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "{}, step {step}: {}",
        case.name,
        wrong.join("\n")
    );
}

#[test]
fn random_bits_agree() {
    for draw in load().random {
        let builder = Builder::new();
        let key = builder.input("key", &[2], DType::U32);
        let drawn = key.random(&[draw.words.len()], draw.stream, 1000);
        builder.entry("draw", &[], &[("drawn", &drawn)]);
        let program = builder.build().expect("a well-formed graph");
        let mut reference = Evaluator::<f64>::new(&program);
        reference.inputs[0] = Value::Uint(draw.key.to_vec());
        let drawn = reference.run(0).remove(0);
        for (element, &word) in draw.words.iter().enumerate() {
            let [bits, _] = threefry2x32(draw.key, [element as u32, draw.stream]);
            assert_eq!(bits, word, "element {element} of key {:?}", draw.key);
            assert_eq!(drawn.uints()[element], below(word, 1000));
        }
    }
}
