//! The session as its user sees it.

use super::kernels::{Case, Maker, affine};
use crate::cpu::SessionError;
use crate::dtype::{DType, Scalar};
use crate::op::Binary;
use crate::plan::kernel::{Access, Instr};
use crate::session::Slot;

/// Adds one to each of three words, in place.
fn counter() -> Case {
    let mut m = Maker::default();
    let words = m.words(3, 10);
    m.bindings[words].access = Access::ReadWrite;
    let x = m.load(words, affine(0, &[1]), vec![]);
    let one = m.push(Instr::Constant(Scalar::U32(1)), DType::U32);
    let next = m.push(Instr::Binary(Binary::Add, x, one), DType::U32);
    m.store(words, affine(0, &[1]), next);
    m.pointwise(&[3])
}

#[test]
fn state_persists_and_can_be_replaced() {
    let mut session = counter().session(1);
    let bytes: Vec<u8> = [1u32, 2, 3].iter().flat_map(|w| w.to_le_bytes()).collect();
    session.write(Slot::State(0), &bytes).unwrap();
    session.run(0, 2).unwrap();
    session.run(0, 1).unwrap();
    let expected: Vec<u8> = [4u32, 5, 6].iter().flat_map(|w| w.to_le_bytes()).collect();
    assert_eq!(session.read(Slot::State(0)).unwrap(), expected);
}

#[test]
fn mistakes_are_errors() {
    let mut session = counter().session(1);
    assert_eq!(session.run(1, 1), Err(SessionError::NoEntry(1)));
    assert_eq!(
        session.read(Slot::Input(0)),
        Err(SessionError::NoSlot(Slot::Input(0)))
    );
    let output = Slot::Output {
        entry: 0,
        output: 0,
    };
    assert_eq!(session.read(output), Err(SessionError::NoSlot(output)));
    let wrong = SessionError::WrongLength {
        slot: Slot::State(0),
        expected: 12,
        given: 8,
    };
    assert_eq!(session.write(Slot::State(0), &[0; 8]), Err(wrong));
}

#[test]
fn the_session_tells_what_it_takes() {
    let info = counter().session(1).info();
    assert_eq!((info.bytes, info.kernels), (12, 1));
}
