//! Shorthands for kernels, and the comparison itself.

use crate::cpu::Session;
use crate::dtype::DType;
use crate::plan::interpret::interpret;
use crate::plan::kernel::{
    Access, Accumulator, Affine, Binding, Body, Bound, Instr, Kernel, Kind, Register, Store, Typed,
    View,
};
use crate::plan::{Buffer, EntryPlan, Plan, Role};
use crate::program::{Entry, Init, Program, StateDef};
use crate::random::threefry2x32;
use crate::session::Slot;

pub(super) fn affine(offset: i64, strides: &[i64]) -> Affine {
    Affine {
        offset,
        strides: strides.to_vec(),
    }
}

pub(super) fn bound(offset: i64, strides: &[i64], low: i64, high: i64) -> Bound {
    Bound {
        expr: affine(offset, strides),
        low,
        high,
    }
}

/// A kernel under construction, with the contents of its buffers.
#[derive(Default)]
pub(super) struct Maker {
    pub(super) bindings: Vec<Binding>,
    pub(super) contents: Vec<Vec<u8>>,
    pub(super) body: Body,
    pub(super) stores: Vec<Store>,
}

impl Maker {
    fn bind(&mut self, access: Access, dtype: DType, bytes: Vec<u8>) -> usize {
        self.bindings.push(Binding {
            buffer: self.contents.len(),
            access,
            dtype,
        });
        self.contents.push(bytes);
        self.bindings.len() - 1
    }

    /// A buffer of floats between -2 and 2.
    pub(super) fn floats(&mut self, len: usize) -> usize {
        let floats = noise(len, self.contents.len() as u32)
            .map(|bits| bits as f32 / u32::MAX as f32 * 4.0 - 2.0);
        self.bind(
            Access::Read,
            DType::F32,
            floats.flat_map(f32::to_le_bytes).collect(),
        )
    }

    /// A buffer of words below `below`.
    pub(super) fn words(&mut self, len: usize, below: u32) -> usize {
        let words = noise(len, self.contents.len() as u32).map(|bits| bits % below);
        self.bind(
            Access::Read,
            DType::U32,
            words.flat_map(u32::to_le_bytes).collect(),
        )
    }

    /// A buffer of bytes.
    pub(super) fn bytes(&mut self, len: usize) -> usize {
        let bytes = noise(len, self.contents.len() as u32)
            .map(|bits| bits as u8)
            .collect();
        self.bind(Access::Read, DType::U8, bytes)
    }

    /// A buffer that is only written, with something in it that must be overwritten or stay.
    pub(super) fn output(&mut self, len: usize, dtype: DType) -> usize {
        self.bind(
            Access::Write,
            dtype,
            (0..len as u32).flat_map(u32::to_le_bytes).collect(),
        )
    }

    pub(super) fn push(&mut self, instr: Instr, dtype: DType) -> Register {
        self.body.push(Typed { instr, dtype });
        self.body.len() - 1
    }

    pub(super) fn float(&mut self, instr: Instr) -> Register {
        self.push(instr, DType::F32)
    }

    /// A load of whatever the binding holds.
    pub(super) fn load(&mut self, binding: usize, index: Affine, bounds: Vec<Bound>) -> Register {
        let dtype = match self.bindings[binding].dtype {
            DType::U8 => DType::U32,
            other => other,
        };
        self.push(
            Instr::Load {
                binding,
                view: View { index, bounds },
            },
            dtype,
        )
    }

    pub(super) fn store(&mut self, binding: usize, index: Affine, value: Register) {
        self.stores.push(Store {
            binding,
            index,
            value,
        });
    }

    /// Takes the body made so far, to start another one.
    pub(super) fn take_body(&mut self) -> Body {
        std::mem::take(&mut self.body)
    }

    pub(super) fn pointwise(self, domain: &[usize]) -> Case {
        self.finish(domain, Kind::Pointwise)
    }

    /// A reduction; the body made so far is the epilogue.
    pub(super) fn reduce(
        self,
        domain: &[usize],
        reduced: &[bool],
        prologue: Body,
        accumulators: Vec<Accumulator>,
    ) -> Case {
        self.finish(
            domain,
            Kind::Reduce {
                reduced: reduced.to_vec(),
                prologue,
                accumulators,
            },
        )
    }

    pub(super) fn finish(self, domain: &[usize], kind: Kind) -> Case {
        let Self {
            bindings,
            contents,
            body,
            stores,
        } = self;
        let kernel = Kernel {
            name: "test".into(),
            bindings,
            domain: domain.to_vec(),
            kind,
            body,
            stores,
        };
        Case { kernel, contents }
    }
}

/// Random words, the same each time.
pub(super) fn noise(len: usize, stream: u32) -> impl Iterator<Item = u32> {
    (0..len as u32).map(move |i| threefry2x32([7, 9], [i, stream])[0])
}

/// A kernel with the contents of its buffers.
pub(super) struct Case {
    pub(super) kernel: Kernel,
    contents: Vec<Vec<u8>>,
}

impl Case {
    /// A session whose only entry runs the kernel.
    pub(super) fn session(&self, threads: usize) -> Session {
        let dtypes = |buffer: usize| self.kernel.bindings[buffer].dtype;
        let states = (0..self.contents.len()).map(|i| StateDef {
            name: i.to_string(),
            shape: vec![self.contents[i].len()],
            dtype: dtypes(i),
            init: Init::Bytes(self.contents[i].clone().into()),
        });
        let buffers = (0..self.contents.len()).map(|i| Buffer {
            role: Role::State(i),
            dtype: dtypes(i),
            len: if dtypes(i) == DType::U8 {
                self.contents[i].len()
            } else {
                self.contents[i].len() / 4
            },
        });
        let plan = Plan {
            buffers: buffers.collect(),
            entries: vec![EntryPlan {
                name: "run".into(),
                dispatches: vec![vec![self.kernel.clone()]],
                outputs: vec![],
                live_bytes: 0,
            }],
        };
        let entries = vec![Entry {
            name: "run".into(),
            updates: vec![],
            outputs: vec![],
        }];
        Session::new(
            &Program {
                nodes: vec![],
                inputs: vec![],
                states: states.collect(),
                entries,
            },
            &plan,
            threads,
            u64::MAX,
        )
        .unwrap()
    }

    /// The same case under a name that failures tell.
    pub(super) fn named(mut self, name: String) -> Self {
        self.kernel.name = name;
        self
    }

    /// Runs the kernel both ways and compares all buffers.
    pub(super) fn check(&self) {
        let mut expected = self.contents.clone();
        for (binding, bytes) in self.kernel.bindings.iter().zip(&mut expected) {
            if binding.dtype == DType::U8 {
                bytes.resize(bytes.len().next_multiple_of(4), 0);
            }
        }
        interpret(&self.kernel, &mut expected);
        for threads in [1, 3] {
            let mut session = self.session(threads);
            session.run(0, 1).unwrap();
            for (i, binding) in self.kernel.bindings.iter().enumerate() {
                let actual = session.read(Slot::State(i)).unwrap();
                self.compare(i, binding.dtype, &expected[i][..actual.len()], &actual);
            }
        }
    }

    fn compare(&self, buffer: usize, dtype: DType, expected: &[u8], actual: &[u8]) {
        if dtype != DType::F32 {
            assert!(
                expected == actual,
                "{}: buffer {buffer} differs: {:?}",
                self.kernel.name,
                self.kernel
            );
            return;
        }
        let float = |bytes: &[u8]| f32::from_le_bytes(bytes.try_into().unwrap());
        for (i, (e, a)) in expected
            .chunks_exact(4)
            .zip(actual.chunks_exact(4))
            .enumerate()
        {
            let (e, a) = (float(e), float(a));
            let close = e.to_bits() == a.to_bits() || (e - a).abs() <= 2e-5 * e.abs().max(1.0);
            assert!(
                close,
                "{}: buffer {buffer}, element {i}: {a}, not {e}: {:?}",
                self.kernel.name, self.kernel
            );
        }
    }
}
