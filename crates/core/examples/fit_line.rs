//! Fits a line to 64 points by gradient descent: `cargo run --release -p ganlet-core --example fit_line`.

use std::error::Error;

use ganlet_core::backend::{Choice, Place, Session};
use ganlet_core::grad::grad;
use ganlet_core::{Builder, DType, Init, Slot};
use pollster::block_on;

fn main() -> Result<(), Box<dyn Error>> {
    // One step as a value: what it reads, what it keeps, how that changes.
    let b = Builder::new();
    let x = b.input("x", &[64], DType::F32);
    let y = b.input("y", &[64], DType::F32);
    let slope = b.state("slope", &[], DType::F32, Init::Zeros);
    let shift = b.state("shift", &[], DType::F32, Init::Zeros);
    let loss = (&x * &slope + &shift - &y).square().mean_all();
    let gradients = grad(&loss, &[&slope, &shift]);
    let step = |state, gradient| state - gradient * 0.2;
    let updates = [step(&slope, &gradients[0]), step(&shift, &gradients[1])];
    b.entry(
        "step",
        &[(&slope, &updates[0]), (&shift, &updates[1])],
        &[("loss", &loss)],
    );
    let program = b.build()?;

    // The GPU where there is a real one, else the CPU.
    let place = block_on(Place::find(Choice::Auto, 1))?;
    let mut session = Session::new(&place, &program)?;
    let xs: Vec<f32> = (0..64).map(|i| i as f32 / 32.0 - 1.0).collect();
    let ys: Vec<f32> = xs.iter().map(|x| 3.0 * x - 0.5).collect();
    session.write(Slot::Input(0), bytemuck::cast_slice(&xs))?;
    session.write(Slot::Input(1), bytemuck::cast_slice(&ys))?;
    block_on(session.run(0, 200))?;

    let mut read = |slot| -> Result<f32, Box<dyn Error>> {
        let bytes = block_on(session.read(slot))?;
        Ok(bytemuck::pod_read_unaligned(&bytes))
    };
    let (slope, shift) = (read(Slot::State(0))?, read(Slot::State(1))?);
    println!("y = {slope:.3} x + {shift:.3}");
    Ok(())
}
