use super::*;
use crate::dtype::{DType, Scalar};
use crate::op::{Binary, Unary};
use crate::plan::kernel::{
    Access, Affine, Binding, Bound, Instr, Operand, Role, Store, Typed, View,
};

fn affine(offset: i64, strides: &[i64]) -> Affine {
    Affine {
        offset,
        strides: strides.to_vec(),
    }
}

fn load(binding: usize, index: Affine) -> Typed {
    Typed {
        instr: Instr::Load {
            binding,
            view: View {
                index,
                bounds: vec![],
            },
        },
        dtype: DType::F32,
    }
}

fn bindings(count: usize) -> Vec<Binding> {
    let access = |i| {
        if i + 1 == count {
            Access::Write
        } else {
            Access::Read
        }
    };
    (0..count)
        .map(|i| Binding {
            buffer: i,
            access: access(i),
            dtype: DType::F32,
        })
        .collect()
}

/// `tanh(x + 0.5)` where the first axis is within its padding.
fn activation(columns: usize) -> Kernel {
    let mut x = load(0, affine(-(columns as i64), &[columns as i64, 1]));
    if let Instr::Load { view, .. } = &mut x.instr {
        view.bounds.push(Bound {
            expr: affine(-1, &[1, 0]),
            low: 0,
            high: 3,
        });
    }
    let half = Typed {
        instr: Instr::Constant(Scalar::F32(0.5)),
        dtype: DType::F32,
    };
    let sum = Typed {
        instr: Instr::Binary(Binary::Add, 0, 1),
        dtype: DType::F32,
    };
    let tanh = Typed {
        instr: Instr::Unary(Unary::Tanh, 2),
        dtype: DType::F32,
    };
    Kernel {
        name: "activation".into(),
        bindings: bindings(2),
        domain: vec![4, columns],
        kind: Kind::Pointwise,
        body: vec![x, half, sum, tanh],
        stores: vec![Store {
            binding: 1,
            index: affine(0, &[columns as i64, 1]),
            value: 3,
        }],
    }
}

fn product(m: usize, n: usize, k: usize) -> Kernel {
    Kernel {
        name: "product".into(),
        bindings: bindings(3),
        domain: vec![m, n, k],
        kind: Kind::Contract {
            roles: vec![Role::M, Role::N, Role::K],
            a: Operand {
                body: vec![load(0, affine(0, &[k as i64, 0, 1]))],
                value: 0,
            },
            b: Operand {
                body: vec![load(1, affine(0, &[0, 1, n as i64]))],
                value: 0,
            },
        },
        body: vec![Typed {
            instr: Instr::Accumulator(0),
            dtype: DType::F32,
        }],
        stores: vec![Store {
            binding: 2,
            index: affine(0, &[n as i64, 1, 0]),
            value: 0,
        }],
    }
}

/// Parses and validates as wgpu does natively.
fn validate(shader: &Shader) {
    let module = naga::front::wgsl::parse_str(&shader.source)
        .unwrap_or_else(|error| panic!("{}", error.emit_to_string(&shader.source)));
    let capabilities = match shader.subgroups {
        true => naga::valid::Capabilities::SUBGROUP,
        false => naga::valid::Capabilities::empty(),
    };
    naga::valid::Validator::new(naga::valid::ValidationFlags::all(), capabilities)
        .subgroup_stages(naga::valid::ShaderStages::COMPUTE)
        .subgroup_operations(naga::valid::SubgroupOperationSet::QUAD_FRAGMENT_COMPUTE)
        .validate(&module)
        .unwrap_or_else(|error| panic!("{}", error.emit_to_string(&shader.source)));
}

#[test]
fn only_quads_take_an_optional_feature() {
    for tuning in AdapterClass::ALL.map(Tuning::of) {
        let emitted = |tuning: &Tuning| emit(&[product(128, 512, 784)], tuning).subgroups;
        assert_eq!(emitted(&tuning), tuning.quads);
        let alone = Tuning {
            quads: false,
            ..tuning
        };
        assert!(!emitted(&alone));
    }
}

#[test]
fn shaders_are_valid() {
    let classes = AdapterClass::ALL.map(Tuning::of);
    let alone = Tuning {
        quads: false,
        ..Tuning::swiftshader()
    };
    for tuning in classes.into_iter().chain([alone]) {
        for kernel in [
            activation(8),
            activation(7),
            product(128, 512, 784),
            product(33, 17, 9),
            product(40, 1, 9),
        ] {
            validate(&emit(std::slice::from_ref(&kernel), &tuning));
        }
    }
}

#[test]
fn a_constant_index_outside_its_bounds_is_no_constant_expression() {
    let mut kernel = activation(8);
    kernel.domain = vec![1, 1];
    if let Instr::Load { view, .. } = &mut kernel.body[0].instr {
        view.bounds[0].low = 1;
    }
    validate(&emit(std::slice::from_ref(&kernel), &Tuning::gpu()));
}

#[test]
fn equal_kernels_give_equal_text_whatever_their_name() {
    let kernel = product(64, 64, 64);
    let renamed = Kernel {
        name: "other".into(),
        ..kernel.clone()
    };
    assert_eq!(
        emit(std::slice::from_ref(&kernel), &Tuning::gpu()),
        emit(&[renamed], &Tuning::gpu())
    );
}

#[test]
fn a_pointwise_shader_reads_well() {
    let shader = emit(&[activation(8)], &Tuning::gpu());
    assert_eq!(shader.workgroups, [1, 1, 1]);
    assert_eq!(
        shader.source,
        "\
@group(0) @binding(0) var<storage, read> b0: array<vec4<f32>>;
@group(0) @binding(1) var<storage, read_write> b1: array<vec4<f32>>;
@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group_id: vec3<u32>, @builtin(local_invocation_index) local: u32) {
  let group = group_id.x;
  let vector = group * 64u + local;
  if (vector >= 8u) {
    return;
  }
  let r0 = i32(vector);
  let r1 = r0 * 4;
  let r2 = u32(r1 + -8) < 24u;
  let r3 = select(0, r1 + -8, r2);
  let r4 = b0[r3 >> 2u];
  let r5 = select(vec4<f32>(), r4, vec4<bool>(r2));
  let r6 = 0.5f;
  let r7 = r5 + vec4<f32>(r6);
  let r8 = tanh(clamp(r7, vec4<f32>(-10.0), vec4<f32>(10.0)));
  b1[(r1) >> 2u] = r8;
}
"
    );
}

#[test]
fn many_workgroups_make_a_rectangle() {
    let mut kernel = activation(4);
    kernel.domain = vec![1 << 12, 1 << 13];
    kernel.body = vec![load(0, affine(0, &[1 << 13, 1]))];
    kernel.stores[0] = Store {
        binding: 1,
        index: affine(0, &[1 << 13, 1]),
        value: 0,
    };
    let shader = emit(std::slice::from_ref(&kernel), &Tuning::gpu());
    let [x, y, z] = shader.workgroups;
    assert!(x <= parts::MAX_WORKGROUPS && y > 1 && z == 1);
    assert!(x * y >= (1 << 25) / 4 / shader.workgroup_size);
    validate(&shader);
}

/// A GPU wants 64 workgroups of such tiles: a sum is divided until there are about so many, if that saves enough of it.
#[test]
fn long_sums_over_few_tiles_are_divided_on_gpus() {
    let long = [(16, 64, 12_544), (128, 128, 1024), (64, 256, 3136)];
    let whole = [
        (1024, 128, 3136), // tiles enough
        (784, 512, 128),
        (64, 512, 256), // short
        (64, 1, 6272),  // invocations share its sums
    ];
    for (m, n, k) in long {
        let kernel = product(m, n, k);
        let parts = contract::parts(&kernel, &Tuning::gpu());
        let tiles = emit(&[kernel], &Tuning::gpu()).workgroups[0] as usize;
        assert!(
            parts > 1 && (33..=64).contains(&(tiles * parts)),
            "{m} x {n} x {k}: {tiles} tiles, {parts} parts"
        );
    }
    for (m, n, k) in whole {
        let parts = contract::parts(&product(m, n, k), &Tuning::gpu());
        assert_eq!(parts, 1, "{m} x {n} x {k}");
    }
    for (m, n, k) in long.into_iter().chain(whole) {
        for class in [AdapterClass::Llvmpipe, AdapterClass::SwiftShader] {
            let parts = contract::parts(&product(m, n, k), &Tuning::of(class));
            assert_eq!(parts, 1, "{m} x {n} x {k} on {class:?}");
        }
    }
}

#[test]
fn adapters_are_told_apart_by_name() {
    for (name, software, class) in [
        ("google swiftshader", true, AdapterClass::SwiftShader),
        (
            "SwiftShader Device (Subzero)",
            true,
            AdapterClass::SwiftShader,
        ),
        (
            "llvmpipe (LLVM 15.0.6, 256 bits)",
            true,
            AdapterClass::Llvmpipe,
        ),
        (
            "Microsoft Basic Render Driver",
            true,
            AdapterClass::Llvmpipe,
        ),
        ("nvidia lovelace", false, AdapterClass::Gpu),
        ("unnamed adapter", false, AdapterClass::Gpu),
    ] {
        assert_eq!(AdapterClass::of(name, software), class, "{name}");
    }
}
