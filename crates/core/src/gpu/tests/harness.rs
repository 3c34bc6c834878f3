//! Builds kernels by hand, runs them on an adapter, and compares every buffer with the interpreter's.

use crate::dtype::{DType, Scalar};
use crate::gpu::device::has_subgroups;
use crate::gpu::{Device, Prefer, Session};
use crate::op::{Binary, Unary};
use crate::plan::interpret::interpret;
use crate::plan::kernel::{
    Access, Affine, Binding, Body, Bound, Instr, Kernel, Kind, Operand, Register, Role, Store,
    Typed, View, shared_bindings,
};
use crate::plan::{self, Buffer, EntryPlan, Plan};
use crate::program::{Entry, Init, Program, StateDef};
use crate::session::Slot;
use crate::wgsl::{self, Tuning};

/// The adapter that tests run on: whatever there is, at the least a software rasterizer.
pub(super) fn device() -> Device {
    let device = pollster::block_on(Device::request(Prefer::Software))
        .or_else(|_| pollster::block_on(Device::request(Prefer::Performance)));
    device.expect(
        "GPU tests need a Vulkan, Metal or D3D12 adapter; a software one will do \
         (Debian: apt-get install mesa-vulkan-drivers libvulkan1)",
    )
}

pub(super) fn affine(offset: i64, strides: &[i64]) -> Affine {
    Affine {
        offset,
        strides: strides.to_vec(),
    }
}

pub(super) fn bound(strides: &[i64], offset: i64, low: i64, high: i64) -> Bound {
    Bound {
        expr: affine(offset, strides),
        low,
        high,
    }
}

/// Row-major strides.
pub(super) fn contiguous(domain: &[usize]) -> Vec<i64> {
    let mut strides = vec![1; domain.len()];
    for axis in (1..domain.len()).rev() {
        strides[axis - 1] = strides[axis] * domain[axis] as i64;
    }
    strides
}

/// A body under construction.
#[derive(Default)]
pub(super) struct Code(pub(super) Body);

impl Code {
    fn push(&mut self, instr: Instr, dtype: DType) -> Register {
        self.0.push(Typed { instr, dtype });
        self.0.len() - 1
    }

    pub(super) fn load(&mut self, binding: usize, index: Affine, bounds: Vec<Bound>) -> Register {
        self.load_as(binding, index, bounds, DType::F32)
    }

    pub(super) fn load_as(
        &mut self,
        binding: usize,
        index: Affine,
        bounds: Vec<Bound>,
        dtype: DType,
    ) -> Register {
        self.push(
            Instr::Load {
                binding,
                view: View { index, bounds },
            },
            dtype,
        )
    }

    pub(super) fn gather(
        &mut self,
        binding: usize,
        row: Register,
        (rows, row_stride): (usize, usize),
        index: Affine,
        dtype: DType,
    ) -> Register {
        let view = View {
            index,
            bounds: vec![],
        };
        self.push(
            Instr::Gather {
                binding,
                row,
                rows,
                row_stride,
                view,
            },
            dtype,
        )
    }

    pub(super) fn float(&mut self, value: f64) -> Register {
        self.push(Instr::Constant(Scalar::F32(value)), DType::F32)
    }

    pub(super) fn int(&mut self, value: u32) -> Register {
        self.push(Instr::Constant(Scalar::U32(value)), DType::U32)
    }

    pub(super) fn coordinate(&mut self, affine: Affine) -> Register {
        self.push(Instr::Coordinate(affine), DType::U32)
    }

    pub(super) fn within(&mut self, bounds: Vec<Bound>) -> Register {
        self.push(Instr::Within(bounds), DType::Bool)
    }

    pub(super) fn random(
        &mut self,
        key: [Register; 2],
        element: Affine,
        stream: u32,
        below: u32,
    ) -> Register {
        self.push(
            Instr::Random {
                key,
                element,
                stream,
                below,
            },
            DType::U32,
        )
    }

    pub(super) fn accumulator(&mut self, index: usize) -> Register {
        self.push(Instr::Accumulator(index), DType::F32)
    }

    pub(super) fn unary(&mut self, op: Unary, x: Register) -> Register {
        self.push(Instr::Unary(op, x), DType::F32)
    }

    pub(super) fn binary(&mut self, op: Binary, a: Register, b: Register) -> Register {
        let dtype = match op {
            Binary::Less | Binary::Eq => DType::Bool,
            Binary::Add | Binary::Mul | Binary::Max => self.0[a].dtype,
        };
        self.push(Instr::Binary(op, a, b), dtype)
    }

    pub(super) fn select(&mut self, condition: Register, a: Register, b: Register) -> Register {
        let dtype = self.0[a].dtype;
        self.push(Instr::Select(condition, a, b), dtype)
    }

    pub(super) fn cast(&mut self, x: Register, dtype: DType) -> Register {
        self.push(Instr::Cast(x, dtype), dtype)
    }
}

/// Bindings by access and type, to buffers of the same index.
pub(super) fn bindings(list: &[(Access, DType)]) -> Vec<Binding> {
    list.iter()
        .enumerate()
        .map(|(buffer, &(access, dtype))| Binding {
            buffer,
            access,
            dtype,
        })
        .collect()
}

pub(super) fn store(binding: usize, index: Affine, value: Register) -> Store {
    Store {
        binding,
        index,
        value,
    }
}

/// A kernel of floats that reads all buffers but the last and writes that.
pub(super) fn kernel(
    domain: &[usize],
    kind: Kind,
    body: Code,
    inputs: usize,
    stores: Vec<Store>,
) -> Kernel {
    let mut list = vec![(Access::Read, DType::F32); inputs];
    list.push((Access::Write, DType::F32));
    Kernel {
        name: "test".into(),
        bindings: bindings(&list),
        domain: domain.to_vec(),
        kind,
        body: body.0,
        stores,
    }
}

/// Axes M, N and K of these extents, operands with these strides on (their own axis, K), and an epilogue.
pub(super) fn matmul(
    [m, n, k]: [usize; 3],
    a: [i64; 2],
    b: [i64; 2],
    inputs: usize,
    epilogue: impl FnOnce(&mut Code) -> Register,
) -> Kernel {
    let operand = |binding, strides: &[i64]| {
        let mut code = Code::default();
        let value = code.load(binding, affine(0, strides), vec![]);
        Operand {
            body: code.0,
            value,
        }
    };
    let kind = Kind::Contract {
        roles: vec![Role::M, Role::N, Role::K],
        a: operand(0, &[a[0], 0, a[1]]),
        b: operand(1, &[0, b[0], b[1]]),
    };
    let mut body = Code::default();
    let value = epilogue(&mut body);
    kernel(
        &[m, n, k],
        kind,
        body,
        inputs,
        vec![store(inputs, affine(0, &[n as i64, 1, 0]), value)],
    )
}

/// Numbers that look arbitrary and are the same every time.
pub(super) struct Numbers(u64);

impl Numbers {
    pub(super) fn new(seed: u64) -> Self {
        Numbers(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    pub(super) fn next(&mut self) -> u32 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 32) as u32
    }

    pub(super) fn below(&mut self, end: usize) -> usize {
        self.next() as usize % end
    }

    /// Floats in -2 .. 2, as bytes.
    pub(super) fn floats(&mut self, len: usize) -> Vec<u8> {
        (0..len)
            .flat_map(|_| (self.next() as f32 / (1u64 << 30) as f32 - 2.0).to_le_bytes())
            .collect()
    }

    pub(super) fn bytes(&mut self, len: usize) -> Vec<u8> {
        (0..len).map(|_| self.next() as u8).collect()
    }

    pub(super) fn integers(&mut self, len: usize, end: u32) -> Vec<u8> {
        (0..len)
            .flat_map(|_| (self.next() % end).to_le_bytes())
            .collect()
    }
}

/// A plan of one entry with these dispatches, in which every buffer is a state.
pub(super) fn single(
    dispatches: Vec<Vec<Kernel>>,
    buffers: &[(DType, Vec<u8>)],
) -> (Program, Plan) {
    let len = |(dtype, bytes): &(DType, Vec<u8>)| {
        if *dtype == DType::U8 {
            bytes.len()
        } else {
            bytes.len() / 4
        }
    };
    let states = buffers
        .iter()
        .enumerate()
        .map(|(i, buffer)| StateDef {
            name: format!("s{i}"),
            shape: vec![len(buffer)],
            dtype: buffer.0,
            init: Init::Bytes(buffer.1.clone().into()),
        })
        .collect();
    let program = Program {
        nodes: vec![],
        inputs: vec![],
        states,
        entries: vec![Entry {
            name: "run".into(),
            updates: vec![],
            outputs: vec![],
        }],
    };
    let buffers = buffers
        .iter()
        .enumerate()
        .map(|(i, buffer)| Buffer {
            role: plan::Role::State(i),
            dtype: buffer.0,
            len: len(buffer),
        })
        .collect();
    (
        program,
        Plan {
            buffers,
            entries: vec![EntryPlan {
                name: "run".into(),
                dispatches,
                outputs: vec![],
                live_bytes: 0,
            }],
        },
    )
}

/// All classes of adapters, and variants that small kernels would not reach.
pub(super) fn tunings() -> [Tuning; 5] {
    let (gpu, software) = (Tuning::gpu(), Tuning::llvmpipe());
    [
        gpu.clone(),
        software.clone(),
        Tuning::swiftshader(),
        Tuning {
            parallelism: 1,
            vectors_per_invocation: 3,
            workgroup: 8,
            ..software
        },
        Tuning {
            parallelism: 1 << 20,
            coalesced_lanes: 4,
            ..gpu
        },
    ]
}

/// Runs on the device in every shape and compares with the interpreter: floats to `tolerance`, the rest exactly.
pub(super) fn check_on(
    device: &Device,
    kernel: &Kernel,
    buffers: &[(DType, Vec<u8>)],
    tolerance: f32,
) {
    check_dispatch(device, std::slice::from_ref(kernel), buffers, tolerance);
}

/// Runs on the device in one shape.
pub(super) fn check_tuned(
    device: &Device,
    kernel: &Kernel,
    buffers: &[(DType, Vec<u8>)],
    tolerance: f32,
    tuning: Tuning,
) {
    check_shapes(
        device,
        std::slice::from_ref(kernel),
        buffers,
        tolerance,
        &[tuning],
    );
}

/// The same for kernels that share a dispatch.
pub(super) fn check_dispatch(
    device: &Device,
    kernels: &[Kernel],
    buffers: &[(DType, Vec<u8>)],
    tolerance: f32,
) {
    check_shapes(device, kernels, buffers, tolerance, &tunings());
}

fn check_shapes(
    device: &Device,
    kernels: &[Kernel],
    buffers: &[(DType, Vec<u8>)],
    tolerance: f32,
    tunings: &[Tuning],
) {
    let mut expected: Vec<Vec<u8>> = buffers.iter().map(|(_, bytes)| bytes.clone()).collect();
    (kernels.iter()).for_each(|kernel| interpret(kernel, &mut expected));
    let bindings = shared_bindings(kernels);
    for tuning in tunings {
        let tuning = &Tuning {
            quads: tuning.quads && has_subgroups(&device.raw),
            ..tuning.clone()
        };
        let source = wgsl::emit(kernels, tuning).source;
        let (program, plan) = single(vec![kernels.to_vec()], buffers);
        let outcome = pollster::block_on(async {
            let mut session = Session::with_tuning(device, &program, &plan, tuning)?;
            session.run(0, 1).await?;
            let mut contents = Vec::new();
            for i in 0..buffers.len() {
                contents.push(session.read(Slot::State(i)).await?);
            }
            Ok::<_, crate::gpu::GpuError>(contents)
        });
        let contents = outcome.unwrap_or_else(|error| panic!("{error}\n{kernels:#?}\n{source}"));
        for (i, (got, want)) in contents.iter().zip(&expected).enumerate() {
            if let Some(difference) = difference(&bindings, i, got, want, tolerance) {
                panic!("buffer {i}: {difference}\n{tuning:?}\n{kernels:#?}\n{source}");
            }
        }
    }
}

fn difference(
    bindings: &[Binding],
    buffer: usize,
    got: &[u8],
    want: &[u8],
    tolerance: f32,
) -> Option<String> {
    let dtype = bindings.iter().find(|b| b.buffer == buffer)?.dtype;
    if got.len() != want.len() {
        return Some(format!("{} bytes, not {}", got.len(), want.len()));
    }
    if dtype == DType::U8 {
        return (got != want).then(|| "bytes differ".to_string());
    }
    let words = |bytes: &[u8]| -> Vec<u32> {
        bytes
            .chunks_exact(4)
            .map(|w| u32::from_le_bytes([w[0], w[1], w[2], w[3]]))
            .collect()
    };
    words(got)
        .into_iter()
        .zip(words(want))
        .enumerate()
        .find_map(|(i, (got, want))| {
            if dtype != DType::F32 {
                return (got != want).then(|| format!("element {i} is {got}, not {want}"));
            }
            let (got, want) = (f32::from_bits(got), f32::from_bits(want));
            let same = got == want
                || (got.is_nan() && want.is_nan())
                || (got - want).abs() <= tolerance * want.abs().max(1.0);
            (!same).then(|| format!("element {i} is {got}, not {want}"))
        })
}

pub(super) fn check(kernel: &Kernel, buffers: &[(DType, Vec<u8>)], tolerance: f32) {
    check_on(&device(), kernel, buffers, tolerance);
}
