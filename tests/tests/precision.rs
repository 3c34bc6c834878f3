//! Numbers that single precision loses easily, on every backend against the reference in f64.

use ganlet::config::{Network, Optimizer};
use ganlet::layer::{Learned, Mode, Stack};
use ganlet::optimizer::Descent;
use ganlet::random::Random;
use ganlet_core::eval::Evaluator;
use ganlet_core::gpu::{Device, Prefer};
use ganlet_core::plan::plan;
use ganlet_core::{Builder, DType, Program, Slot, Tensor, cpu, gpu, wgsl};
use ganlet_tests::op_table::{floats, noise};
use pollster::block_on;

/// The first entry's first output after `runs` runs: in f64, on the CPU, and on a GPU's shaders.
fn everywhere(program: &Program, runs: usize) -> [Vec<f64>; 3] {
    let mut reference = Evaluator::<f64>::new(program);
    let outputs = (0..runs).map(|_| reference.run(0)[0].floats().to_vec());
    let exact = outputs.last().expect("at least one run");

    let slot = Slot::Output {
        entry: 0,
        output: 0,
    };
    let numbers = |bytes: Vec<u8>| -> Vec<f64> {
        let words = bytes.as_chunks::<4>().0.iter();
        words.map(|&word| f32::from_le_bytes(word).into()).collect()
    };
    let mut session = cpu::Session::new(program, &plan(program), 1, u64::MAX).unwrap();
    session.run(0, runs).expect("an entry of the program");
    let on_cpu = numbers(session.read(slot).expect("an output of the program"));

    let device = block_on(Device::request(Prefer::Software)).expect("an adapter");
    let session = gpu::Session::new(&device, program, &wgsl::plan(program, device.tuning()));
    let mut session = session.expect("a program that fits");
    block_on(session.run(0, runs)).expect("an entry of the program");
    let on_gpu = numbers(block_on(session.read(slot)).expect("an output of the program"));
    [exact, on_cpu, on_gpu]
}

fn state(b: &Builder, name: &str, shape: &[usize], values: &[f32]) -> Tensor {
    b.state(name, shape, DType::F32, floats(values))
}

/// The largest difference from the first, as a share of the largest number of the first.
fn errors([exact, rest @ ..]: &[Vec<f64>; 3]) -> [f64; 2] {
    let size = exact.iter().fold(0.0, |size: f64, x| size.max(x.abs()));
    [0, 1].map(|i| {
        let pairs = rest[i].iter().zip(exact);
        pairs.fold(0.0, |worst: f64, (a, b)| worst.max((a - b).abs())) / size
    })
}

#[test]
fn adam_keeps_its_digits_with_long_memories() {
    for (beta1, beta2) in [(0.5, 0.999), (0.9, 0.99999), (0.9999, 0.99999)] {
        let optimizer = Optimizer::Adam {
            lr: 0.1,
            beta1,
            beta2,
            eps: 1e-8,
            decay_steps: None,
        };
        let b = Builder::new();
        let zeros = [0.0; 8];
        let params = b.full(&[8], 0.0);
        let buffers = optimizer.buffers().iter();
        let buffers: Vec<Tensor> = buffers.map(|name| state(&b, name, &[8], &zeros)).collect();
        let count = state(&b, "count", &[], &[0.0]);
        let gradient = state(&b, "gradient", &[8], &noise(8, 3));
        let after = &count + 1.0;
        // As in a game: single precision, and on the device.
        let hyper = |name: &str, value: f64| state(&b, name, &[], &[value as f32]);
        let at = Descent {
            params: &params,
            gradient: &gradient,
            buffers: &buffers,
            count: &after,
        };
        let (next, memory) = optimizer.update(&hyper, at);
        let mut updates = vec![(&count, &after)];
        updates.extend(buffers.iter().zip(&memory));
        b.entry("step", &updates, &[("step", &next)]);
        let found = everywhere(&b.build().unwrap(), 50);
        let errors = errors(&found);
        assert!(
            errors.iter().all(|&e| e < 5e-6),
            "{errors:?} with {beta1}, {beta2}"
        );
    }
}

/// Batch norm of numbers with a deviation of 0.6 about `mean`.
fn batch_norm(mean: f32, input: &[usize]) -> Program {
    const BATCH: usize = 32;
    let network: Network = serde_json::from_str(r#"{"layers": [{"kind": "batch_norm"}]}"#).unwrap();
    let stack = Stack::new("generator", &network, input, 0).unwrap();
    let b = Builder::new();
    let shape: Vec<usize> = [&[BATCH], input].concat();
    let numbers = noise(shape.iter().product(), 5);
    let numbers: Vec<f32> = numbers.iter().map(|x| x + mean).collect();
    let x = state(&b, "x", &shape, &numbers);
    let len = stack.params_len();
    let params = state(&b, "params", &[len], &vec![1.0; len]);
    let random = Random::new(&b.input("key", &[2], DType::U32));
    let learned = Learned {
        params: &params,
        spectral: None,
        reference: None,
    };
    let mut mode = Mode::Train {
        random: &random,
        batch_stats: vec![],
    };
    let y = stack.forward(learned, &x, None, &mut mode).output;
    b.entry("normalize", &[], &[("y", &y)]);
    b.build().unwrap()
}

#[test]
fn batch_norm_keeps_its_digits_far_from_zero() {
    for input in [vec![6], vec![4, 4, 3]] {
        for mean in [0.0, 6.0, 60.0] {
            for error in errors(&everywhere(&batch_norm(mean, &input), 1)) {
                assert!(error < 2e-5, "{input:?} about {mean}: {error}");
            }
        }
    }
}
