//! The program around the operations: states to start from, the tensors made so far, and what an entry keeps of them.

use std::sync::Arc;

use ganlet_core::{Builder, DType, Init, Tensor};

use super::Choice;
use super::draw::{Bounded, Numbers, squash};

/// The largest magnitude in a float state before every step.
const STATE_BOUND: f64 = 5.0;

/// The largest tensor that is made.
pub(super) const MAX_ELEMENTS: usize = 400;

/// A program under construction.
pub(super) struct Maker {
    pub(super) builder: Builder,
    states: Vec<Tensor>,
    pub(super) key: Tensor,
    /// Everything made so far, of any type.
    pub(super) pool: Vec<Bounded>,
}

fn words(words: impl Iterator<Item = u32>) -> Init {
    let bytes: Vec<u8> = words.flat_map(u32::to_le_bytes).collect();
    Init::Bytes(Arc::from(bytes))
}

impl Maker {
    pub(super) fn new() -> Self {
        let builder = Builder::new();
        let float = |name: &str, shape: &[usize]| {
            let len = shape.iter().product::<usize>() as u32;
            let element = |i: u32| ((i * 7 + i * i * 3 + len) % 11) as f32 - STATE_BOUND as f32;
            let init = words((0..len).map(|i| element(i).to_bits()));
            builder.state(name, shape, DType::F32, init)
        };
        let states = vec![
            float("a", &[2, 3]),
            float("b", &[2, 3]),
            float("c", &[3, 4]),
            float("d", &[4, 3]),
            float("e", &[24]),
            float("f", &[1]),
            float("g", &[2, 3, 4]),
            float("h", &[3]),
            float("i", &[6]),
            builder.state("counts", &[5], DType::U32, words(0..5)),
        ];
        let key = builder.state("key", &[2], DType::U32, words(3..5));
        let bytes = builder.state(
            "bytes",
            &[5, 3],
            DType::U8,
            Init::Bytes((0..15).map(|i| i * 13 % 9).collect()),
        );
        let mut pool: Vec<Bounded> = states
            .iter()
            .map(|tensor| Bounded {
                tensor: tensor.clone(),
                bound: state_bound(tensor),
            })
            .collect();
        pool.push(Bounded {
            tensor: bytes,
            bound: 9.0,
        });
        let mut states = states;
        states.push(key.clone());
        Self {
            builder,
            states,
            key,
            pool,
        }
    }

    /// A tensor of any type. Recent ones are as likely as old ones.
    pub(super) fn any(&self, n: &mut Numbers<'_>) -> Bounded {
        // Counted from the end, so that leaving out a choice mostly keeps what the others meant.
        let back = n.below(self.pool.len());
        self.pool[self.pool.len() - 1 - back].clone()
    }

    pub(super) fn float(&self, n: &mut Numbers<'_>) -> Bounded {
        let Bounded { tensor, bound } = self.any(n);
        match tensor.dtype() {
            DType::F32 => Bounded { tensor, bound },
            _ => Bounded {
                tensor: tensor.cast(DType::F32),
                bound: bound.max(1.0),
            },
        }
    }

    /// A float tensor that broadcasts with `other` to something not too large; `other` itself if there is none.
    pub(super) fn partner(&self, n: &mut Numbers<'_>, other: &Bounded) -> Bounded {
        let shape = other.tensor.shape();
        let fits = |t: &Bounded| {
            t.tensor.dtype() == DType::F32
                && ganlet_core::shape::broadcast(&shape, &t.tensor.shape())
                    .is_some_and(|s| s.iter().product::<usize>() <= MAX_ELEMENTS)
        };
        let fitting: Vec<&Bounded> = self.pool.iter().rev().filter(|t| fits(t)).collect();
        match fitting.len() {
            0 => other.clone(),
            count => fitting[n.below(count)].clone(),
        }
    }

    pub(super) fn step(&mut self, choice: &Choice) {
        let mut n = Numbers(choice);
        if let Some(made) = self.operation(&mut n)
            && made.tensor.numel() <= MAX_ELEMENTS
            && made.tensor.shape().len() <= 5
        {
            self.pool.push(made);
        }
    }

    pub(super) fn entry(&self, name: &str, roots: &[Choice]) {
        let mut outputs: Vec<(String, Tensor)> = Vec::new();
        let mut updates: Vec<(usize, Tensor)> = Vec::new();
        for root in roots {
            let mut n = Numbers(&root[1..]);
            if n.below(3) == 0 {
                let name = format!("output {}", outputs.len());
                let tensor = self.any(&mut n).tensor;
                outputs.push(match tensor.dtype() {
                    DType::U8 => (name, tensor.cast(DType::U32)),
                    _ => (name, tensor),
                });
                continue;
            }
            let index = n.below(self.states.len());
            if updates.iter().all(|&(other, _)| other != index) {
                updates.extend(self.next_value(index, &mut n).map(|next| (index, next)));
            }
        }
        let updates: Vec<(&Tensor, &Tensor)> = (updates.iter())
            .map(|(index, next)| (&self.states[*index], next))
            .collect();
        let outputs: Vec<(&str, &Tensor)> = (outputs.iter())
            .map(|(name, tensor)| (name.as_str(), tensor))
            .collect();
        self.builder.entry(name, &updates, &outputs);
    }

    /// Something of a state's type and size, with numbers small enough for the next step.
    pub(super) fn next_value(&self, state: usize, n: &mut Numbers<'_>) -> Option<Tensor> {
        let state = &self.states[state];
        let is_float = state.dtype() == DType::F32;
        let fits = |t: &&Bounded| {
            t.tensor.dtype() == state.dtype()
                && t.tensor.numel() == state.numel()
                && (is_float || t.bound <= state_bound(state))
        };
        let fitting: Vec<&Bounded> = self.pool.iter().rev().filter(fits).collect();
        let next = match fitting.len() {
            0 => return None,
            count => fitting[n.below(count)].clone(),
        };
        let next = match next.bound > state_bound(state) {
            true => squash(&next, n.next()),
            false => next,
        };
        Some(next.tensor.reshape(&state.shape()))
    }
}

/// The largest magnitude in a state before every step.
fn state_bound(state: &Tensor) -> f64 {
    match state.dtype() {
        DType::F32 => STATE_BOUND,
        _ => MAX_ELEMENTS as f64,
    }
}
