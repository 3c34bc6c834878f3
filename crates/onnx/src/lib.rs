//! Views of models as ONNX files, which other runtimes answer as ganlet does.
//!
//! A view is traced and its graph translated, op by op, so that every model, layer and view there is can be taken away.

mod constant;
mod contraction;
mod extent;
mod operand;
mod proto;
mod translate;
mod writer;

use ganlet::checkpoint::{Checkpoint, CheckpointError};
use ganlet::error::excerpt;
use ganlet::model::{Input, InputKind, NetworkInfo, Task, View, ViewAlone, ViewKind, views};
use ganlet::{Code, ConfigError};
use ganlet_core::eval::Value;
use ganlet_core::op::Op;
use ganlet_core::{DType, Program};

use constant::Constant;
use operand::Operand;
use translate::{COUPLED, Translator};
use writer::Writer;

/// The version of ONNX's operators, which runtimes from 2022 on know.
const OPSET: i64 = 18;
/// The version of ONNX's file format that goes with it.
const IR_VERSION: i64 = 8;
/// Two numbers of rows that are traced to see what depends on them; no extent of a model is a multiple of either by accident and
/// of the other.
const ROWS: [usize; 2] = [61, 67];

/// Why a view cannot be a file.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The model's config cannot work.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The checkpoint does not have what the view needs.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
    /// The model does not have the view.
    #[error("this model has no view `{found}`; it has {known}")]
    View {
        /// The name that was asked for.
        found: String,
        /// Names of those that there are.
        known: String,
    },
    /// The view does what no node of ONNX says.
    #[error("view `{view}` cannot be a file of ONNX: it {problem}; export another view: {others}")]
    Refused {
        /// The view that was asked for.
        view: &'static str,
        /// What it does.
        problem: &'static str,
        /// The other views of the model.
        others: String,
    },
}

impl Error {
    /// What kind of failure it is.
    pub fn code(&self) -> Code {
        match self {
            Self::Config(_) => Code::Input,
            Self::Checkpoint(_) => Code::Data,
            Self::View { .. } | Self::Refused { .. } => Code::Unsupported,
        }
    }
}

/// A view of the model of a checkpoint as an ONNX file. Without a name, the first view that is a function of its inputs.
///
/// Inputs are called as the view's, `[rows, numbers]` each, the output as the view. Images are rows of numbers too, `[height, width,
/// channels]` with channels last; the file's metadata say which.
///
/// # Errors
/// A view that the model does not have, or one that draws random numbers; a checkpoint that lacks a tensor.
pub fn export(checkpoint: &Checkpoint, view: Option<&str>) -> Result<Vec<u8>, Error> {
    let config = &checkpoint.config;
    let all = views(config)?;
    let names = |left_out: &str| {
        let names = all.iter().map(|view| view.name);
        names
            .filter(|name| *name != left_out)
            .collect::<Vec<_>>()
            .join(", ")
    };
    let found = match view {
        Some(name) => all.iter().find(|view| view.name == name),
        None => (all.iter()).find(|view| !matches!(view.kind, ViewKind::Chain { .. })),
    };
    let view = found.ok_or_else(|| Error::View {
        found: excerpt(view.unwrap_or_default()).into_owned(),
        known: names(""),
    })?;
    let refused = |problem| Error::Refused {
        view: view.name,
        problem,
        others: names(view.name),
    };
    let traces = ROWS.map(|rows| ViewAlone::new(config, view, rows));
    let [small, large] = traces;
    let (small, large) = (small?, large?);
    let extents = extent::extents([&small.program, &large.program], ROWS)
        .map_err(|extent::Differs| refused(COUPLED))?;

    let part = |state: &str, start: usize, len: usize| part(&small.networks, state, start, len);
    let mut translator = Translator {
        writer: Writer::new(view.name),
        part: &part,
    };
    let program = &small.program;
    let mut operands: Vec<Operand> = Vec::with_capacity(program.nodes.len());
    let inputs: Vec<String> = (view.inputs.iter())
        .map(|input| {
            translator
                .writer
                .input(input.name, input.len, &meaning(input))
        })
        .collect();
    for (node, shape) in program.nodes.iter().zip(&extents) {
        operands.push(match &node.op {
            Op::Input(index) => match input_of(program, *index, view) {
                Some(input) => Operand::result(inputs[input].clone(), node.dtype, shape.clone()),
                // The key of random numbers.
                None => return Err(refused("draws random numbers")),
            },
            Op::State(index) => {
                let state = &program.states[*index];
                let bytes = checkpoint.contents(state)?;
                let len = node.shape.iter().product();
                let value = Value::from_bytes(&bytes, node.dtype, len);
                let mut constant = Constant::new(node.shape.clone(), node.dtype, value);
                constant.name = Some(state.name.clone());
                Operand::constant(constant)
            }
            op => {
                let args: Vec<Operand> =
                    node.args.iter().map(|&arg| operands[arg].clone()).collect();
                let made = translator.apply(op, &args, shape, node.dtype);
                made.map_err(refused)?
            }
        });
    }
    let (_, answer) = &program.entries[0].outputs[0];
    let answer = translator.whole(&operands[*answer]);
    debug_assert_eq!(answer.dtype, DType::F32);
    let answer = translator.name(&answer);
    let range = match view.range {
        Some([low, high]) => format!("{low} to {high}"),
        None => String::new(),
    };
    translator
        .writer
        .output(answer, view.name, view.len, &range);
    Ok(model(checkpoint, view, &translator.writer).into_bytes())
}

/// The view's input that an input of its program is.
fn input_of(program: &Program, index: usize, view: &View) -> Option<usize> {
    let name = &program.inputs[index].name;
    let matches = |input: &Input| *name == format!("{}.{}", view.name, input.name);
    view.inputs.iter().position(matches)
}

/// The name of a parameter, with the network's: `g.0.dense.weight`.
fn part(networks: &[NetworkInfo], state: &str, start: usize, len: usize) -> Option<String> {
    let (network, buffer) = state.split_once('.')?;
    let network = networks.iter().find(|info| info.name == network)?;
    if !matches!(buffer, "params" | "average") {
        return None;
    }
    let found = |param: &&ganlet::layer::Param| param.offset == start && param.len() == len;
    let param = network.params.iter().find(found)?;
    Some(format!("{}.{}", network.name, param.name))
}

/// What the numbers of an input are, in words.
fn meaning(input: &Input) -> String {
    match &input.kind {
        InputKind::Noise { prior } => {
            format!("noise, drawn from {}", serde_json::json!(prior))
        }
        InputKind::Label { classes } => format!("the number of a class, of {}", classes.join(", ")),
        InputKind::Category { count } => format!("the number of a category, 0 to {}", count - 1),
        InputKind::Code => "numbers from -1 to 1".into(),
        InputKind::Sample => "the numbers of a sample".into(),
    }
}

fn model(checkpoint: &Checkpoint, view: &View, writer: &Writer) -> proto::Message {
    let json = |value: serde_json::Value| value.to_string();
    let facts = [
        ("ganlet.view", json(serde_json::json!(view))),
        (
            "ganlet.sample_shape",
            json(serde_json::json!(sample_shape(checkpoint))),
        ),
        ("ganlet.step", checkpoint.step.to_string()),
        ("ganlet.seed", checkpoint.seed.to_string()),
        ("ganlet.config", json(serde_json::json!(checkpoint.config))),
    ];
    let about = format!("View `{}` of a model of ganlet", view.name);
    proto::model(&writer.graph, [IR_VERSION, OPSET], &about, &facts)
}

/// Extents of one sample: `[numbers]`, or `[height, width, channels]`.
fn sample_shape(checkpoint: &Checkpoint) -> Vec<usize> {
    Task::new(&checkpoint.config.common).sample
}
