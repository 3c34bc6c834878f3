//! Gives values their registers.

use ganlet_loops::operation::{Operation, Source};

use crate::plan::kernel::{Instr, Register, Typed};

/// A cast that changes nothing shares its argument's place.
pub(crate) fn origin(
    body: &[Typed],
    operations: &[Option<Operation<Register>>],
    mut register: Register,
) -> Register {
    while let (Instr::Cast(a, _), None) = (&body[register].instr, &operations[register]) {
        register = *a;
    }
    register
}

/// Gives every lane step that has no place yet a register, reusing those whose last use has passed.
pub(crate) fn allocate(
    order: &[usize],
    operations: &[Option<Operation<Register>>],
    held: &[Register],
    places: &mut [Option<Source>],
    body: &[Typed],
) -> usize {
    let mut last = vec![0; body.len()];
    for &i in order {
        if let Some(operation) = &operations[i] {
            operation
                .operands()
                .into_iter()
                .for_each(|r| last[origin(body, operations, r)] = i);
        }
    }
    held.iter().for_each(|&r| last[r] = usize::MAX);
    let (mut free, mut count) = (Vec::new(), 0);
    for i in 0..body.len() {
        if let (Instr::Cast(a, _), None, None) = (&body[i].instr, &operations[i], places[i]) {
            places[i] = places[*a];
            continue;
        }
        if order.binary_search(&i).is_err() {
            continue;
        }
        if places[i].is_none() {
            places[i] = Some(Source::Register(free.pop().unwrap_or_else(|| {
                count += 1;
                count - 1
            })));
        }
        for operand in operations[i].as_ref().map_or(vec![], Operation::operands) {
            let r = origin(body, operations, operand);
            if last[r] == i
                && let Some(Source::Register(register)) = places[r]
            {
                free.push(register);
                // Once, however often it is an operand.
                last[r] = usize::MAX;
            }
        }
    }
    count
}
