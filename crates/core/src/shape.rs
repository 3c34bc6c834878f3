//! Shape and type rules: what each operation accepts and what it gives.

use crate::dtype::DType;
use crate::node::Node;
use crate::op::{Binary, Op, Window};

/// The number of elements of a shape.
pub fn numel(shape: &[usize]) -> usize {
    shape.iter().product()
}

/// The number of elements, where kernels can count them: they index with 32 bits.
fn checked_numel(shape: &[usize]) -> Option<usize> {
    let count = shape
        .iter()
        .try_fold(1_usize, |product, &extent| product.checked_mul(extent))?;
    i32::try_from(count).is_ok().then_some(count)
}

/// Row-major strides, in elements.
pub fn strides(shape: &[usize]) -> Vec<usize> {
    let mut strides = vec![1; shape.len()];
    for axis in (1..shape.len()).rev() {
        strides[axis - 1] = strides[axis] * shape[axis];
    }
    strides
}

/// The shape that two shapes broadcast to: aligned at the last axis, extents equal or one of them 1.
pub fn broadcast(a: &[usize], b: &[usize]) -> Option<Vec<usize>> {
    let rank = a.len().max(b.len());
    let extent = |shape: &[usize], axis: usize| {
        (axis + shape.len())
            .checked_sub(rank)
            .map_or(1, |i| shape[i])
    };
    (0..rank)
        .map(|axis| match (extent(a, axis), extent(b, axis)) {
            (x, y) if x == y => Some(x),
            (1, y) => Some(y),
            (x, 1) => Some(x),
            _ => None,
        })
        .collect()
}

type Inferred = Result<(Vec<usize>, DType), String>;

/// Shape and type of `op` applied to `args`; `target` is the asked-for shape where the op does not imply it.
pub(crate) fn infer(op: &Op, args: &[&Node], target: &[usize]) -> Inferred {
    let float = |node: &Node| match node.dtype {
        DType::F32 => Ok(()),
        other => Err(format!("needs f32, got {other}; cast it first")),
    };
    let numeric = |node: &Node| match node.dtype {
        DType::F32 | DType::U32 => Ok(()),
        other => Err(format!("needs f32 or u32, got {other}; cast it first")),
    };
    match op {
        Op::Input(_) | Op::State(_) | Op::Const(_) => {
            unreachable!("leaves are typed where they are made")
        }
        Op::Iota { axis } => match target.get(*axis) {
            Some(_) => Ok((target.to_vec(), DType::U32)),
            None => Err(format!("axis {axis} of a tensor of rank {}", target.len())),
        },
        Op::Random { below, .. } => {
            if args[0].dtype != DType::U32 || args[0].shape != [2] {
                return Err("the key must be u32 of shape [2]: seed and step".into());
            }
            if *below == 0 {
                return Err("there is no number below 0".into());
            }
            Ok((target.to_vec(), DType::U32))
        }
        Op::Unary(_) => float(args[0]).map(|()| (args[0].shape.clone(), DType::F32)),
        Op::Cast(dtype) => match dtype {
            DType::F32 | DType::U32 => Ok((args[0].shape.clone(), *dtype)),
            other => Err(format!("cannot cast to {other}; compare instead")),
        },
        Op::Binary(binary) => {
            numeric(args[0])?;
            if args[0].dtype != args[1].dtype {
                return Err("both sides must have one type; cast one".into());
            }
            same_shape(&args[0].shape, &args[1].shape)?;
            let dtype = match binary {
                Binary::Add | Binary::Mul | Binary::Max => args[0].dtype,
                Binary::Less | Binary::Eq => DType::Bool,
            };
            Ok((args[0].shape.clone(), dtype))
        }
        Op::Select => {
            if args[0].dtype != DType::Bool {
                return Err(format!("the condition must be bool, got {}", args[0].dtype));
            }
            numeric(args[1])?;
            if args[1].dtype != args[2].dtype {
                return Err("both branches must have one type; cast one".into());
            }
            same_shape(&args[0].shape, &args[1].shape)?;
            same_shape(&args[1].shape, &args[2].shape)?;
            Ok((args[1].shape.clone(), args[1].dtype))
        }
        Op::Reduce { axes, .. } => {
            float(args[0])?;
            check_axes(axes, args[0].shape.len())?;
            let mut shape = args[0].shape.clone();
            for &axis in axes {
                shape[axis] = 1;
            }
            Ok((shape, DType::F32))
        }
        Op::Reshape => {
            let (from, to) = (numel(&args[0].shape), checked_numel(target));
            if to != Some(from) {
                let to = to.map_or("too many".into(), |n| n.to_string());
                return Err(format!(
                    "{from} elements cannot take shape {target:?} of {to}"
                ));
            }
            Ok((target.to_vec(), args[0].dtype))
        }
        Op::Permute(permutation) => {
            let mut seen = vec![false; args[0].shape.len()];
            for &axis in permutation {
                match seen.get_mut(axis) {
                    Some(flag) if !*flag => *flag = true,
                    _ => {
                        return Err(format!(
                            "{permutation:?} is no permutation of {} axes",
                            seen.len()
                        ));
                    }
                }
            }
            if permutation.len() != seen.len() {
                return Err(format!(
                    "{permutation:?} is no permutation of {} axes",
                    seen.len()
                ));
            }
            Ok((
                permutation
                    .iter()
                    .map(|&axis| args[0].shape[axis])
                    .collect(),
                args[0].dtype,
            ))
        }
        Op::Broadcast => {
            let from = &args[0].shape;
            if from.len() != target.len()
                || from.iter().zip(target).any(|(&f, &t)| f != t && f != 1)
            {
                return Err(format!(
                    "cannot become {target:?}: only axes of extent 1 repeat"
                ));
            }
            Ok((target.to_vec(), args[0].dtype))
        }
        Op::Pad(padding) => {
            if padding.len() != args[0].shape.len() {
                return Err(format!(
                    "{} pairs of padding for rank {}",
                    padding.len(),
                    args[0].shape.len()
                ));
            }
            let shape = args[0]
                .shape
                .iter()
                .zip(padding)
                .map(|(&extent, &(low, high))| low.checked_add(extent)?.checked_add(high))
                .collect::<Option<Vec<usize>>>()
                .ok_or_else(|| format!("padding {padding:?} is too wide"))?;
            Ok((shape, args[0].dtype))
        }
        Op::Slice(start) => {
            let from = &args[0].shape;
            if start.len() != from.len() || target.len() != from.len() {
                return Err(format!(
                    "start {start:?} and extents {target:?} for rank {}",
                    from.len()
                ));
            }
            for axis in 0..from.len() {
                let end = start[axis].saturating_add(target[axis]);
                if end > from[axis] {
                    return Err(format!(
                        "{}..{end} of axis {axis} passes its extent {}",
                        start[axis], from[axis]
                    ));
                }
            }
            Ok((target.to_vec(), args[0].dtype))
        }
        Op::Flip(axes) => {
            check_axes(axes, args[0].shape.len())?;
            Ok((args[0].shape.clone(), args[0].dtype))
        }
        Op::MatMul => {
            float(args[0])?;
            float(args[1])?;
            let (a, b) = (&args[0].shape, &args[1].shape);
            let rank = a.len();
            if rank < 2
                || rank != b.len()
                || a[..rank - 2] != b[..rank - 2]
                || a[rank - 1] != b[rank - 2]
            {
                return Err("needs [.., m, k] and [.., k, n] with equal leading axes".into());
            }
            let mut shape = a.clone();
            shape[rank - 1] = b[rank - 1];
            Ok((shape, DType::F32))
        }
        Op::Conv(windows) => {
            float(args[0])?;
            float(args[1])?;
            let shape = conv(&args[0].shape, &args[1].shape, windows)?;
            Ok((shape, DType::F32))
        }
        Op::Gather => {
            if args[1].dtype != DType::U32 || args[1].shape.len() != 1 || args[0].shape.is_empty() {
                return Err("needs data [rows, ..] and a u32 index [n]".into());
            }
            let mut shape = args[0].shape.clone();
            shape[0] = args[1].shape[0];
            Ok((shape, args[0].dtype))
        }
        Op::Detach | Op::Fresh(_) => Ok((args[0].shape.clone(), args[0].dtype)),
    }
    .and_then(|(shape, dtype)| check_extents(&shape).map(|()| (shape, dtype)))
}

/// The shape of a convolution of `x` with `w`.
fn conv(x: &[usize], w: &[usize], windows: &[Window]) -> Result<Vec<usize>, String> {
    let rank = windows.len() + 2;
    if windows.is_empty() || x.len() != rank || w.len() != rank {
        return Err(format!(
            "{} windows need an input [n, spatial.., c] and a kernel [kernel.., c, o] of rank {rank} and a spatial \
             axis at least",
            windows.len()
        ));
    }
    if x[rank - 1] != w[rank - 2] {
        return Err(format!(
            "the input has {} channels on its last axis, the kernel takes {} on its last but one; make them equal",
            x[rank - 1],
            w[rank - 2]
        ));
    }
    let mut shape = x.to_vec();
    shape[rank - 1] = w[rank - 1];
    for (axis, window) in windows.iter().enumerate() {
        if window.stride == 0 || window.lhs_dilation == 0 || window.rhs_dilation == 0 {
            return Err(format!(
                "stride and dilations of spatial axis {axis} must be at least 1: {window:?}"
            ));
        }
        let (low, high) = window.padding;
        if i32::try_from(low).is_err() || i32::try_from(high).is_err() {
            return Err(format!(
                "padding ({low}, {high}) of spatial axis {axis} is too wide"
            ));
        }
        shape[axis + 1] = conv_extent(x[axis + 1], w[axis], window).ok_or_else(|| {
            format!(
                "on spatial axis {axis} the kernel spans {} elements, but the input of {} has only {} with its padding \
                 ({low}, {high}); use a smaller kernel or more padding",
                spread(w[axis], window.rhs_dilation),
                x[axis + 1],
                spread(x[axis + 1], window.lhs_dilation) + i128::from(low) + i128::from(high),
            )
        })?;
    }
    Ok(shape)
}

/// The extent of `extent` elements at distance `dilation`.
fn spread(extent: usize, dilation: usize) -> i128 {
    (extent as i128 - 1) * dilation as i128 + 1
}

/// The extent of a convolution's result; `None` where the kernel does not fit.
fn conv_extent(input: usize, kernel: usize, window: &Window) -> Option<usize> {
    let (low, high) = window.padding;
    let padded = spread(input, window.lhs_dilation) + i128::from(low) + i128::from(high);
    let room = padded - spread(kernel, window.rhs_dilation);
    if input == 0 || kernel == 0 || room < 0 {
        return None;
    }
    Some(usize::try_from(room / window.stride as i128 + 1).unwrap_or(usize::MAX))
}

/// Whether there can be a tensor of this shape.
pub(crate) fn check_extents(shape: &[usize]) -> Result<(), String> {
    if shape.contains(&0) {
        return Err(format!("a tensor of shape {shape:?} would be empty"));
    }
    match checked_numel(shape) {
        Some(_) => Ok(()),
        None => Err(format!("shape {shape:?} has too many elements")),
    }
}

fn same_shape(a: &[usize], b: &[usize]) -> Result<(), String> {
    if a == b {
        Ok(())
    } else {
        Err(format!("shapes {a:?} and {b:?} differ"))
    }
}

fn check_axes(axes: &[usize], rank: usize) -> Result<(), String> {
    let ascending = axes.windows(2).all(|w| w[0] < w[1]);
    if ascending && axes.last().is_none_or(|&last| last < rank) {
        Ok(())
    } else {
        Err(format!(
            "axes {axes:?} must ascend and stay below the rank {rank}"
        ))
    }
}
/// Sorts a few axes by insertion; those of which neither comes before the other stay as they are. The standard library's sorts are
/// for many, and each that is compiled is kilobytes of the library in the browser.
pub(crate) fn sort_axes(axes: &mut [usize], before: &dyn Fn(usize, usize) -> bool) {
    for end in 1..axes.len() {
        let mut at = end;
        while at > 0 && before(axes[at], axes[at - 1]) {
            axes.swap(at, at - 1);
            at -= 1;
        }
    }
}
