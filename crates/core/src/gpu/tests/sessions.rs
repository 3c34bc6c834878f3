use super::harness::*;
use crate::dtype::DType;
use crate::gpu::{GpuError, Session};
use crate::op::Binary;
use crate::plan::kernel::{Access, Binding, Kernel, Kind};
use crate::session::Slot;

/// Adds one to a counter.
fn count() -> Kernel {
    let mut code = Code::default();
    let old = code.load_as(0, affine(0, &[]), vec![], DType::U32);
    let one = code.int(1);
    let new = code.binary(Binary::Add, old, one);
    Kernel {
        name: "count".into(),
        bindings: bindings(&[(Access::ReadWrite, DType::U32)]),
        domain: vec![],
        kind: Kind::Pointwise,
        body: code.0,
        stores: vec![store(0, affine(0, &[]), new)],
    }
}

#[test]
fn steps_follow_each_other() {
    let (program, plan) = single(
        vec![vec![count()], vec![count()]],
        &[(DType::U32, 5u32.to_le_bytes().to_vec())],
    );
    pollster::block_on(async {
        let mut session = Session::new(&device(), &program, &plan).unwrap();
        let mut heard = Vec::new();
        session
            .prepare(0, &mut |done, total| heard.push((done, total)))
            .await
            .unwrap();
        assert_eq!(heard, [(0, 1), (1, 1)]);
        session.run(0, 1000).await.unwrap();
        session.run(0, 0).await.unwrap();
        assert_eq!(
            session.read(Slot::State(0)).await.unwrap(),
            2005u32.to_le_bytes()
        );
        let info = session.info();
        assert_eq!(
            (info.kernels, info.dispatches.as_slice(), info.bytes),
            (1, [2].as_slice(), 16)
        );
    });
}

#[test]
fn what_is_kept_is_of_the_moment_at_which_it_was_kept() {
    let (program, plan) = single(
        vec![vec![count()]],
        &[(DType::U32, 5u32.to_le_bytes().to_vec())],
    );
    pollster::block_on(async {
        let mut session = Session::new(&device(), &program, &plan).unwrap();
        let mut kept = Vec::new();
        for steps in [0, 1, 2000] {
            session.start(0, steps).await.unwrap();
            kept.push(session.keep(Slot::State(0)).unwrap());
        }
        session.start(0, 3).await.unwrap();
        let taken = session.take(kept).await.unwrap();
        assert_eq!(taken, [5u32, 6, 2006].map(u32::to_le_bytes));
        assert_eq!(
            session.read(Slot::State(0)).await.unwrap(),
            2009u32.to_le_bytes()
        );
        assert_eq!(session.take(vec![]).await, Ok(vec![]));
        let missing = session.keep(Slot::State(1)).err();
        assert_eq!(missing, Some(GpuError::NoSuchSlot(Slot::State(1))));
    });
}

#[test]
fn what_is_written_is_read_back() {
    let buffers = [
        (DType::U8, vec![1, 2, 3, 4, 5, 6]),
        (DType::F32, vec![0; 12]),
    ];
    let (program, plan) = single(vec![], &buffers);
    pollster::block_on(async {
        let mut session = Session::new(&device(), &program, &plan).unwrap();
        assert_eq!(
            session.read(Slot::State(0)).await.unwrap(),
            [1, 2, 3, 4, 5, 6]
        );
        session.write(Slot::State(0), &[9, 8, 7, 6, 5, 4]).unwrap();
        assert_eq!(
            session.read(Slot::State(0)).await.unwrap(),
            [9, 8, 7, 6, 5, 4]
        );
        let short = session.write(Slot::State(1), &[0; 8]);
        assert_eq!(
            short,
            Err(GpuError::WrongLength {
                slot: Slot::State(1),
                expected: 12,
                given: 8
            })
        );
        assert_eq!(
            session.write(Slot::Input(0), &[]),
            Err(GpuError::NoSuchSlot(Slot::Input(0)))
        );
        assert_eq!(session.run(3, 1).await, Err(GpuError::NoSuchEntry(3)));
        session.destroy();
        assert_eq!(session.read(Slot::State(0)).await, Err(GpuError::Destroyed));
    });
}

#[test]
fn too_many_bindings_are_an_error_that_names_the_kernel() {
    let device = device();
    let needed = device.limits.max_storage_buffers_per_shader_stage as usize + 1;
    let mut kernel = count();
    kernel.bindings = (0..needed)
        .map(|buffer| Binding {
            buffer,
            access: Access::ReadWrite,
            dtype: DType::U32,
        })
        .collect();
    let (program, plan) = single(vec![vec![kernel]], &vec![(DType::U32, vec![0; 4]); needed]);
    let error = Session::new(&device, &program, &plan)
        .map(drop)
        .unwrap_err();
    let limit = needed - 1;
    assert_eq!(
        error,
        GpuError::TooManyBindings {
            kernel: "count".into(),
            needed,
            limit
        }
    );
}

#[test]
fn a_buffer_past_the_limit_is_an_error_that_names_it() {
    let device = device();
    let (mut program, mut plan) = single(vec![], &[(DType::F32, vec![0; 16])]);
    program.states[0].init = crate::program::Init::Zeros;
    plan.buffers[0].len = usize::try_from(device.limits.max_buffer_size / 4 + 4).unwrap();
    match Session::new(&device, &program, &plan).map(drop) {
        Err(GpuError::BufferTooLarge { buffer, .. }) => assert_eq!(buffer, "state s0"),
        other => panic!("{other:?}"),
    }
}
