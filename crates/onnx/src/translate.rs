//! From the ops of a graph to nodes of ONNX: `ganlet_core::eval` says what an op means, this says it in ONNX's terms.
//!
//! Unsigned integers become `int64`, since few runtimes compute with `uint32`.

use ganlet_core::DType;
use ganlet_core::dtype::Scalar;
use ganlet_core::eval::Value;
use ganlet_core::op::{Binary, Op, Reducer, Unary};

use crate::constant::Constant;
use crate::extent::{Extent, fixed};
use crate::operand::{Held, Operand};
use crate::proto::{Attribute, DataType};
use crate::writer::Writer;

/// What ONNX cannot say, to complete "the view cannot be a file of ONNX: it …".
pub(crate) type Refusal = &'static str;

/// What depends on the number of rows in a way that no node of ONNX says for any number of them.
pub(crate) const COUPLED: Refusal = "compares the rows of one batch with each other";

/// Writes nodes for ops.
pub(crate) struct Translator<'a> {
    pub(crate) writer: Writer,
    /// The name of the part of a buffer of parameters that starts somewhere and has so many numbers, where it has one.
    pub(crate) part: &'a dyn Fn(&str, usize, usize) -> Option<String>,
}

impl Translator<'_> {
    /// The name of a value in the file.
    pub(crate) fn name(&mut self, operand: &Operand) -> String {
        match &operand.held {
            Held::Constant(constant) => self.writer.constant(constant),
            Held::Result(name) => name.clone(),
        }
    }

    /// The value with all its elements.
    pub(crate) fn whole(&mut self, operand: &Operand) -> Operand {
        if operand.thin == operand.shape {
            return operand.clone();
        }
        if let (Some(constant), Some(shape)) = (operand.known(), fixed(&operand.shape)) {
            return Operand::constant(constant.broadcast(&shape));
        }
        // What is there already stays as it is where the wanted extent is 1.
        let wanted: Vec<Extent> = (operand.shape.iter().zip(&operand.thin))
            .map(|(&whole, &thin)| {
                if whole == thin {
                    Extent::Fixed(1)
                } else {
                    whole
                }
            })
            .collect();
        let shape = match fixed(&wanted) {
            Some(wanted) => self.list(&wanted),
            None => self.writer.extents(&wanted),
        };
        let name = self.name(operand);
        let name = self.writer.node("Expand", vec![name, shape], &[]);
        Operand::result(name, operand.dtype, operand.shape.clone())
    }

    fn list(&mut self, values: &[usize]) -> String {
        let values: Vec<i64> = values.iter().map(|&v| v as i64).collect();
        self.writer.list(&values)
    }

    /// What `op` makes of its arguments: a constant of constants, else the result of nodes.
    pub(crate) fn apply(
        &mut self,
        op: &Op,
        args: &[Operand],
        shape: &[Extent],
        dtype: DType,
    ) -> Result<Operand, Refusal> {
        match op {
            Op::Input(_) | Op::State(_) => unreachable!("leaves are known before"),
            Op::Const(scalar) => Ok(self.filled(*scalar, shape, dtype)),
            Op::Iota { axis } => Ok(self.iota(*axis, shape)),
            Op::Random { .. } => Err("draws random numbers"),
            Op::Detach | Op::Fresh(_) => Ok(args[0].clone()),
            Op::Broadcast => Ok(Operand {
                shape: shape.to_vec(),
                ..args[0].clone()
            }),
            Op::Unary(_) | Op::Cast(_) | Op::Binary(_) | Op::Select => {
                Ok(self.element_wise(op, args, shape, dtype))
            }
            Op::Permute(permutation) => Ok(self.permute(&args[0], permutation)),
            Op::Reduce { .. }
            | Op::Reshape
            | Op::Pad(_)
            | Op::Slice(_)
            | Op::Flip(_)
            | Op::MatMul
            | Op::Conv(_)
            | Op::Gather => {
                let args: Vec<Operand> = args.iter().map(|arg| self.whole(arg)).collect();
                let known: Option<Vec<&Constant>> = args.iter().map(Operand::known).collect();
                if let (Some(known), Some(shape)) = (known, fixed(shape)) {
                    let mut made = Constant::of(op, &known, &shape, dtype);
                    made.name = self.carried_name(op, known[0], &shape);
                    return Ok(Operand::constant(made));
                }
                self.structural(op, &args, shape, dtype)
            }
        }
    }

    /// What a constant is called after its elements were chosen or moved.
    fn carried_name(&self, op: &Op, from: &Constant, shape: &[usize]) -> Option<String> {
        let name = from.name.as_ref()?;
        match op {
            Op::Slice(start) if start.len() == 1 => {
                (self.part)(name, start[0], shape[0]).or_else(|| Some(name.clone()))
            }
            Op::Reshape | Op::Slice(_) | Op::Flip(_) => Some(name.clone()),
            _ => None,
        }
    }

    fn filled(&mut self, scalar: Scalar, shape: &[Extent], dtype: DType) -> Operand {
        let value = match scalar {
            Scalar::F32(x) => Value::Float(vec![x as f32]),
            Scalar::U32(x) => Value::Uint(vec![x]),
            Scalar::Bool(x) => Value::Bool(vec![x]),
        };
        Operand {
            shape: shape.to_vec(),
            ..Operand::constant(Constant::new(vec![1; shape.len()], dtype, value))
        }
    }

    fn iota(&mut self, axis: usize, shape: &[Extent]) -> Operand {
        let mut thin = vec![Extent::Fixed(1); shape.len()];
        thin[axis] = shape[axis];
        let counted = match shape[axis] {
            Extent::Fixed(n) => {
                let mut extents = vec![1; shape.len()];
                extents[axis] = n;
                let count = Value::Uint((0..n as u32).collect());
                Operand::constant(Constant::new(extents, DType::U32, count))
            }
            Extent::Rows(times) => {
                let end = self.writer.rows(times);
                let none = self.writer.list(&[]);
                let end = self.writer.node("Reshape", vec![end, none], &[]);
                let mut scalar = |x| self.writer.scalar(Value::Uint(vec![x]), DType::U32);
                let (start, step) = (scalar(0), scalar(1));
                let count = self.writer.node("Range", vec![start, end, step], &[]);
                let mut extents = vec![1; shape.len()];
                extents[axis] = -1;
                let extents = self.writer.list(&extents);
                let name = self.writer.node("Reshape", vec![count, extents], &[]);
                Operand::result(name, DType::U32, thin.clone())
            }
        };
        Operand {
            shape: shape.to_vec(),
            ..counted
        }
    }

    fn element_wise(
        &mut self,
        op: &Op,
        args: &[Operand],
        shape: &[Extent],
        dtype: DType,
    ) -> Operand {
        let one = Extent::Fixed(1);
        let thin: Vec<Extent> = (0..shape.len())
            .map(|axis| {
                let mut extents = args.iter().map(|arg| arg.thin[axis]);
                extents.find(|&extent| extent != one).unwrap_or(one)
            })
            .collect();
        let shape = shape.to_vec();
        let known: Option<Vec<&Constant>> = args.iter().map(Operand::known).collect();
        if let (Some(known), Some(extents)) = (known, fixed(&thin)) {
            let args: Vec<Constant> = known.iter().map(|arg| arg.broadcast(&extents)).collect();
            let made = Constant::of(op, &args.iter().collect::<Vec<_>>(), &extents, dtype);
            return Operand {
                shape,
                ..Operand::constant(made)
            };
        }
        let names: Vec<String> = args.iter().map(|arg| self.name(arg)).collect();
        let name = self.element_wise_node(op, names, args[0].dtype);
        Operand {
            shape,
            ..Operand::result(name, dtype, thin)
        }
    }

    fn element_wise_node(&mut self, op: &Op, args: Vec<String>, from: DType) -> String {
        match op {
            Op::Unary(unary) => self.writer.node(unary_name(*unary), args, &[]),
            Op::Cast(to) => self.cast(args, from, *to),
            Op::Binary(binary) => {
                let name = self.writer.node(binary_name(*binary), args, &[]);
                match (binary, from) {
                    (Binary::Add | Binary::Mul, DType::U32) => {
                        // 32 bits wrap; the low ones of 64 are the same, and the remainder is never negative.
                        let modulus = self.writer.list(&[1 << 32]);
                        self.writer.node("Mod", vec![name, modulus], &[])
                    }
                    _ => name,
                }
            }
            Op::Select => self.writer.node("Where", args, &[]),
            _ => unreachable!("only element-wise operations come here"),
        }
    }

    fn cast(&mut self, mut args: Vec<String>, from: DType, to: DType) -> String {
        let target = match to {
            DType::F32 => DataType::Float,
            DType::U32 | DType::U8 => DataType::Int64,
            DType::Bool => DataType::Bool,
        };
        if from == DType::F32 && to == DType::U32 {
            // What lies outside becomes the nearest integer; the last float below 2^32.
            let mut bound = |x| self.writer.scalar(Value::Float(vec![x]), DType::F32);
            let bounds = [bound(0.0), bound(4_294_967_040.0)];
            args.extend(bounds);
            args = vec![self.writer.node("Clip", args, &[])];
        }
        let to = Attribute::Int(target as i64);
        self.writer.node("Cast", args, &[("to", to)])
    }

    /// Axis `i` of the result is axis `permutation[i]`.
    pub(crate) fn permute(&mut self, x: &Operand, permutation: &[usize]) -> Operand {
        let moved = |extents: &[Extent]| {
            permutation
                .iter()
                .map(|&axis| extents[axis])
                .collect::<Vec<_>>()
        };
        let (shape, thin) = (moved(&x.shape), moved(&x.thin));
        if let (Some(constant), Some(extents)) = (x.known(), fixed(&thin)) {
            let op = Op::Permute(permutation.to_vec());
            let mut made = Constant::of(&op, &[constant], &extents, x.dtype);
            made.name.clone_from(&constant.name);
            return Operand {
                shape,
                ..Operand::constant(made)
            };
        }
        let name = self.name(x);
        let perm = Attribute::Ints(permutation.iter().map(|&axis| axis as i64).collect());
        let name = self.writer.node("Transpose", vec![name], &[("perm", perm)]);
        Operand {
            shape,
            ..Operand::result(name, x.dtype, thin)
        }
    }

    /// What moves or combines elements of whole values.
    fn structural(
        &mut self,
        op: &Op,
        args: &[Operand],
        shape: &[Extent],
        dtype: DType,
    ) -> Result<Operand, Refusal> {
        if let Op::Conv(windows) = op {
            return self.conv(windows, &args[0], &args[1], shape);
        }
        let mut inputs: Vec<String> = args.iter().map(|arg| self.name(arg)).collect();
        let from = &args[0].shape;
        let op_type = match op {
            Op::Reduce { reducer, axes } => {
                inputs.push(self.list(axes));
                match reducer {
                    Reducer::Sum => "ReduceSum",
                    Reducer::Max => "ReduceMax",
                }
            }
            Op::Reshape => {
                inputs.push(self.reshaped(shape)?);
                "Reshape"
            }
            Op::Pad(padding) => {
                let padding: Vec<(i64, i64)> = (padding.iter())
                    .map(|&(low, high)| (low as i64, high as i64))
                    .collect();
                let name = self.padded(inputs.remove(0), &padding);
                return Ok(Operand::result(name, dtype, shape.to_vec()));
            }
            Op::Slice(start) => {
                let cut: Vec<usize> = (0..from.len())
                    .filter(|&axis| from[axis] != shape[axis])
                    .collect();
                let extents: Vec<Extent> = cut.iter().map(|&axis| shape[axis]).collect();
                let extents = fixed(&extents).ok_or(COUPLED)?;
                let starts: Vec<usize> = cut.iter().map(|&axis| start[axis]).collect();
                let ends: Vec<usize> = starts.iter().zip(&extents).map(|(s, n)| s + n).collect();
                for list in [starts, ends, cut] {
                    inputs.push(self.list(&list));
                }
                "Slice"
            }
            Op::Flip(axes) => {
                let all = |value: i64| vec![value; axes.len()];
                // From the last element, past the first one, in steps of -1.
                inputs.push(self.writer.list(&all(-1)));
                inputs.push(self.writer.list(&all(i64::MIN)));
                inputs.push(self.list(axes));
                inputs.push(self.writer.list(&all(-1)));
                "Slice"
            }
            Op::MatMul => "MatMul",
            Op::Gather => {
                // An index past the end takes the last row.
                let Extent::Fixed(rows) = from[0] else {
                    return Err(COUPLED);
                };
                let last = self.list(&[rows - 1]);
                inputs[1] = self.writer.node("Min", vec![inputs[1].clone(), last], &[]);
                "Gather"
            }
            Op::Input(_)
            | Op::State(_)
            | Op::Const(_)
            | Op::Iota { .. }
            | Op::Random { .. }
            | Op::Unary(_)
            | Op::Cast(_)
            | Op::Binary(_)
            | Op::Select
            | Op::Permute(_)
            | Op::Broadcast
            | Op::Conv(_)
            | Op::Detach
            | Op::Fresh(_) => unreachable!("handled before"),
        };
        let name = self.writer.node(op_type, inputs, &[]);
        Ok(Operand::result(name, dtype, shape.to_vec()))
    }

    /// The target of a reshape, where -1 stands for what depends on the number of rows.
    fn reshaped(&mut self, shape: &[Extent]) -> Result<String, Refusal> {
        let target: Vec<i64> = (shape.iter())
            .map(|extent| match extent {
                Extent::Fixed(n) => *n as i64,
                Extent::Rows(_) => -1,
            })
            .collect();
        if target.iter().filter(|&&extent| extent == -1).count() > 1 {
            return Err(COUPLED);
        }
        Ok(self.writer.list(&target))
    }

    /// Zeros around a value, by axis; negative numbers cut off.
    pub(crate) fn padded(&mut self, name: String, padding: &[(i64, i64)]) -> String {
        let low = padding.iter().map(|(low, _)| *low);
        let high = padding.iter().map(|(_, high)| *high);
        let pads = self.writer.list(&low.chain(high).collect::<Vec<_>>());
        self.writer.node("Pad", vec![name, pads], &[])
    }
}

fn unary_name(unary: Unary) -> &'static str {
    match unary {
        Unary::Neg => "Neg",
        Unary::Recip => "Reciprocal",
        Unary::Exp => "Exp",
        Unary::Log => "Log",
        Unary::Sqrt => "Sqrt",
        Unary::Tanh => "Tanh",
        Unary::Sin => "Sin",
        Unary::Floor => "Floor",
    }
}

fn binary_name(binary: Binary) -> &'static str {
    match binary {
        Binary::Add => "Add",
        Binary::Mul => "Mul",
        Binary::Max => "Max",
        Binary::Less => "Less",
        Binary::Eq => "Equal",
    }
}
