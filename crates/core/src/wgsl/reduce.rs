//! Sums and maxima: `lanes` invocations share each output, and a workgroup holds several outputs.

use super::Tuning;
use super::emit::Emitter;
use super::memory::{has_vector_load, load_stride};
use super::parts::{Frame, POOL_BYTES, Parts, Pools};
use super::pointwise::store_order;
use super::values::{Coord, LANES, Out, Place, Value};
use crate::op::Reducer;
use crate::plan::kernel::{Accumulator, Body, Kernel, Kind, farthest_first};

/// Elements below which sharing a reduction does not pay.
const STEPS_PER_LANE: usize = 4;
/// Elements that an invocation adds up at most: llvmpipe ends an invocation's loops, silently, after 65,535 passes through
/// all of them together.
pub(super) const MOST_STEPS: usize = 1 << 15;
/// Invocations in a workgroup at most: every implementation allows as many.
const MOST_INVOCATIONS: usize = 256;

struct Shape {
    /// The output axes and the reduced axes, outermost first.
    outer: Vec<usize>,
    inner: Vec<usize>,
    /// The axis of which registers hold four points.
    vector: Option<usize>,
    /// Whether neighbours in memory are neighbours in the reduction.
    along: bool,
}

pub(super) fn emit(kernel: &Kernel, tuning: &Tuning, frame: &Frame) -> Parts {
    let Kind::Reduce {
        reduced,
        prologue,
        accumulators,
    } = &kernel.kind
    else {
        unreachable!("the caller matched the template")
    };
    let shape = Shape::of(kernel, reduced, prologue, tuning);
    let extent = |&axis: &usize| {
        if shape.vector == Some(axis) {
            kernel.domain[axis] / LANES
        } else {
            kernel.domain[axis]
        }
    };
    let outer: Vec<usize> = shape.outer.iter().map(extent).collect();
    let inner: Vec<usize> = shape.inner.iter().map(extent).collect();
    let (outputs, steps) = (
        outer.iter().product::<usize>(),
        inner.iter().product::<usize>(),
    );
    let wide_outputs = shape.vector.is_some_and(|axis| !reduced[axis]);
    let (columns, lanes) = split(
        &shape,
        outputs,
        steps,
        accumulators.len(),
        wide_outputs,
        tuning,
        frame.workgroup,
    );

    let mut emitter = Emitter::new(kernel, frame);
    let epilogue_vector = shape.vector.filter(|_| wide_outputs);
    emitter.expect_loads(prologue, shape.vector);
    emitter.expect_loads(&kernel.body, epilogue_vector);
    emitter.expect_stores(epilogue_vector);

    // Invocations past the last output compute the last one again: barriers want company.
    let loops = if lanes == 1 { inner.len() } else { 1 };
    let mut out = Out::new(loops);
    let mut coords = vec![Coord::default(); kernel.domain.len()];
    let clamped = if outputs.is_multiple_of(columns) {
        "output".to_string()
    } else {
        emitter.bind(&mut out, 0, format!("min(output, {}u)", outputs - 1))
    };
    let names = emitter.decompose(&mut out, 0, &clamped, &outer);
    place_coords(
        &mut emitter,
        &mut out,
        &mut coords,
        (&shape.outer, names),
        0,
        shape.vector,
    );
    let mut heads = Vec::new();
    if lanes == 1 {
        for (depth, &axis) in shape.inner.iter().enumerate() {
            let step = if shape.vector == Some(axis) { LANES } else { 1 };
            let name = emitter.name("k");
            heads.push(format!(
                "for (var {name} = 0; {name} < {}; {name} += {step}) {{\n",
                kernel.domain[axis]
            ));
            coords[axis] = Coord::new(name, depth + 1);
        }
    } else {
        heads.push(format!(
            "for (var step = lane; step < {steps}u; step += {lanes}u) {{\n"
        ));
        let names = emitter.decompose(&mut out, 1, "step", &inner);
        place_coords(
            &mut emitter,
            &mut out,
            &mut coords,
            (&shape.inner, names),
            1,
            shape.vector,
        );
    }
    let place = Place {
        coords: &coords,
        lane: shape.vector,
        accumulators: &[],
    };
    let registers = emitter.body(&mut out, prologue, &place);

    let mut main = if shape.along {
        format!("let lane = local % {lanes}u;\nlet column = local / {lanes}u;\n")
    } else {
        format!("let column = local % {columns}u;\nlet lane = local / {columns}u;\n")
    };
    main += &format!("let output = group * {columns}u + column;\n");
    let wide = shape.vector.is_some();
    let vector_type = |wide| if wide { "vec4<f32>" } else { "f32" };
    for (i, accumulator) in accumulators.iter().enumerate() {
        let start = match accumulator.reducer {
            Reducer::Sum => "0.0".to_string(),
            Reducer::Max => emitter.lowest(),
        };
        main += &format!("var acc{i} = {}({start});\n", vector_type(wide));
        let value = registers[accumulator.value].at(wide);
        out.innermost().line(&format!(
            "acc{i} = {};",
            combine(accumulator, &format!("acc{i}"), &value)
        ));
    }
    for (depth, block) in out.blocks.iter().enumerate() {
        if depth > 0 {
            main += &heads[depth - 1];
        }
        main += block.text();
    }
    main += &"}\n".repeat(loops);

    // One value, or four neighbouring outputs, is left for each accumulator.
    let threads = columns * lanes;
    let pool = if wide_outputs {
        "shared_vectors"
    } else {
        "shared_floats"
    };
    let partial = |i: usize, at: &str| match i {
        0 => format!("{pool}[{at}]"),
        _ => format!("{pool}[{}u + {at}]", i * threads),
    };
    let mut totals = Vec::new();
    for (i, accumulator) in accumulators.iter().enumerate() {
        let mut total = format!("acc{i}");
        if wide && !wide_outputs {
            let parts = ["x", "y", "z", "w"].map(|c| format!("acc{i}.{c}"));
            let [x, y, z, w] = &parts;
            let text = combine(
                accumulator,
                &combine(accumulator, x, y),
                &combine(accumulator, z, w),
            );
            total = format!("folded{i}");
            main += &format!("let {total} = {text};\n");
        }
        if lanes > 1 {
            let mine = partial(i, "local");
            main += &format!("{mine} = {total};\n");
            total = mine;
        }
        totals.push(Value::float(total, wide_outputs));
    }
    if lanes > 1 {
        let stride = if shape.along { 1 } else { columns };
        main += &format!(
            "workgroupBarrier();\nfor (var half = {}u; half > 0u; half >>= 1u) {{\n",
            lanes / 2
        );
        main += "if (lane < half) {\n";
        for (i, accumulator) in accumulators.iter().enumerate() {
            let other = partial(i, &format!("local + half * {stride}u"));
            main += &format!(
                "{} = {};\n",
                totals[i].name,
                combine(accumulator, &totals[i].name, &other)
            );
        }
        main += "}\nworkgroupBarrier();\n}\n";
    }

    let mut out = Out::new(0);
    if lanes > 1 {
        for total in &mut totals {
            *total = Value::float(emitter.bind(&mut out, 0, total.name.clone()), wide_outputs);
        }
    }
    let mut coords = vec![Coord::default(); kernel.domain.len()];
    let names = emitter.decompose(&mut out, 0, "output", &outer);
    place_coords(
        &mut emitter,
        &mut out,
        &mut coords,
        (&shape.outer, names),
        0,
        epilogue_vector,
    );
    let place = Place {
        coords: &coords,
        lane: epilogue_vector,
        accumulators: &totals,
    };
    let registers = emitter.body(&mut out, &kernel.body, &place);
    emitter.stores(&mut out, &registers, &place);
    main += &format!(
        "if (lane == 0u && output < {outputs}u) {{\n{}}}\n",
        out.innermost().text()
    );

    let shared = match lanes {
        1 => 0,
        _ => accumulators.len() * threads,
    };
    let pools = match wide_outputs {
        true => Pools {
            vectors: shared,
            floats: 0,
        },
        false => Pools {
            vectors: 0,
            floats: shared,
        },
    };
    let groups = outputs.div_ceil(columns);
    emitter.parts(String::new(), main, groups, threads, pools)
}

fn bytes(wide: bool) -> usize {
    if wide { 16 } else { 4 }
}

fn combine(accumulator: &Accumulator, a: &str, b: &str) -> String {
    match accumulator.reducer {
        Reducer::Sum => format!("({a} + {b})"),
        Reducer::Max => format!("max({a}, {b})"),
    }
}

/// Gives axes their coordinates; that of the vector axis counts vectors so far.
fn place_coords(
    emitter: &mut Emitter<'_>,
    out: &mut Out,
    coords: &mut [Coord],
    (axes, names): (&[usize], Vec<String>),
    depth: usize,
    vector: Option<usize>,
) {
    for (&axis, name) in axes.iter().zip(names) {
        let name = match vector {
            Some(vector) if vector == axis => emitter.bind(out, depth, format!("{name} * {LANES}")),
            _ => name,
        };
        coords[axis] = Coord::new(name, depth);
    }
}

impl Shape {
    fn of(kernel: &Kernel, reduced: &[bool], prologue: &Body, tuning: &Tuning) -> Shape {
        let (mut inner, outer): (Vec<usize>, Vec<usize>) = store_order(kernel)
            .into_iter()
            .partition(|&axis| reduced[axis]);
        // Neighbours in memory last; axes that no load depends on first.
        farthest_first(&mut inner, &|axis| {
            (false, load_stride(prologue, axis).unwrap_or(u64::MAX))
        });
        let fits = |axis: &usize| {
            kernel.domain[*axis].is_multiple_of(LANES) && has_vector_load(prologue, *axis)
        };
        let reduced_vector = inner.last().copied().filter(fits);
        let outer_vector = outer.last().copied().filter(fits);
        let outputs: usize = outer.iter().map(|&axis| kernel.domain[axis]).product();
        let vector = match (reduced_vector, outer_vector) {
            (Some(_), Some(axis)) if outputs / LANES >= tuning.parallelism => Some(axis),
            (Some(axis), _) | (None, Some(axis)) => Some(axis),
            (None, None) => None,
        };
        let stride = |axes: &[usize]| axes.last().and_then(|&axis| load_stride(prologue, axis));
        let along = match vector {
            Some(axis) => reduced[axis],
            None => stride(&inner).unwrap_or(u64::MAX) < stride(&outer).unwrap_or(u64::MAX),
        };
        Shape {
            outer,
            inner,
            vector,
            along,
        }
    }
}

/// How many outputs a workgroup holds, and how many invocations share each. Both are powers of two; their product is
/// `workgroup`, where that is given.
fn split(
    shape: &Shape,
    outputs: usize,
    steps: usize,
    accumulators: usize,
    wide: bool,
    tuning: &Tuning,
    workgroup: Option<usize>,
) -> (usize, usize) {
    let floor_power = |x: usize| if x < 2 { 1 } else { 1 << x.ilog2() };
    let mut lanes = floor_power(tuning.parallelism / outputs);
    if shape.along {
        lanes = lanes.max(tuning.coalesced_lanes as usize);
    }
    // Invocations whose sums fit into workgroup memory.
    let room = floor_power(POOL_BYTES / (bytes(wide) * accumulators.max(1)));
    let needed = steps.div_ceil(MOST_STEPS).next_power_of_two();
    let lanes = lanes
        .min(floor_power(steps / STEPS_PER_LANE))
        .min(tuning.reduce_lanes as usize)
        .max(needed.min(MOST_INVOCATIONS))
        .min(room);
    if let Some(workgroup) = workgroup {
        let lanes = if workgroup > room || steps <= tuning.lone_steps {
            1
        } else {
            lanes.min(workgroup)
        };
        return (workgroup / lanes, lanes);
    }
    let room = if lanes == 1 { usize::MAX } else { room / lanes };
    let columns = (tuning.workgroup as usize / lanes)
        .min(outputs.next_power_of_two())
        .min(room)
        .max(1);
    (columns, lanes)
}
