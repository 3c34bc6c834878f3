//! What one step of compiled code does, over all lanes of a chunk at once.

use crate::op::Unary;

/// Where a step finds an operand.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Source {
    /// A vector register.
    Register(usize),
    /// One value for all lanes.
    Scalar(usize),
    /// Consecutive elements of a buffer, used where they are.
    Memory {
        /// Index among the session's buffers.
        buffer: usize,
        /// Of the first lane.
        address: usize,
    },
}

/// Where a step leaves its result.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Target {
    /// A vector register.
    Register(usize),
    /// The step computes one value for all lanes.
    Scalar(usize),
    /// Consecutive elements of a buffer that the kernel only writes.
    Memory {
        /// Index among the session's buffers.
        buffer: usize,
        /// Of the first lane.
        address: usize,
    },
}

/// `0 <= value of address < span`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Limit {
    pub(crate) address: usize,
    pub(crate) span: i64,
}

/// Elements of a buffer, zero where a limit is exceeded.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Fetch {
    pub(crate) buffer: usize,
    pub(crate) address: usize,
    pub(crate) limits: Vec<Limit>,
    /// The elements are bytes and become words.
    pub(crate) bytes: bool,
    /// The limits, looked at beforehand.
    pub(crate) resolved: Option<Resolved>,
}

/// Where the lanes of a load lie relative to its address, listed for every combination of loop turns that matters to
/// its limits. Lanes beyond a limit are out of any buffer.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Resolved {
    /// Its value is where in `elements` the lanes of the present turn begin.
    pub(crate) selector: usize,
    pub(crate) elements: Box<[u32]>,
}

/// Arithmetic on two floats.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Float2 {
    Add,
    /// A negation was absorbed.
    Sub,
    Mul,
    /// A reciprocal was absorbed.
    Div,
    Max,
}

/// Arithmetic on two words; on truth values, which are 0 and 1, `Mul` and `Max` are "and" and "or".
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Word2 {
    Add,
    Mul,
    Max,
}

/// How two values are compared.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Comparison {
    LessFloat,
    LessWord,
    EqualFloat,
    EqualWord,
}

/// A change of type. Truth values are words of 0 or 1, so that they need no step to become words.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Cast {
    FloatToWord,
    WordToFloat,
    FloatToBool,
    WordToBool,
}

/// A step, generic over how operands are named: registers of the body, then [`Source`]s.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Operation<R> {
    Load(Fetch),
    Gather {
        fetch: Fetch,
        row: R,
        last: u32,
        stride: i64,
    },
    Coordinate(usize),
    Within(Vec<Limit>),
    Random {
        key: [R; 2],
        element: usize,
        stream: u32,
        below: u32,
    },
    Float1(Unary, R),
    Float2(Float2, R, R),
    /// `a * b + c`
    MulAdd(R, R, R),
    Word2(Word2, R, R),
    Compare(Comparison, R, R),
    Select(R, R, R),
    /// `a < b ? x : y`, of floats.
    SelectLess(R, R, R, R),
    Cast(Cast, R),
}

impl<R: Copy> Operation<R> {
    /// The operands, in the order in which `map` visits them.
    pub(crate) fn operands(&self) -> Vec<R> {
        let mut operands = Vec::new();
        self.map(|r| operands.push(r));
        operands
    }

    /// The same step with operands named differently.
    pub(crate) fn map<S>(&self, mut f: impl FnMut(R) -> S) -> Operation<S> {
        match self {
            Operation::Load(fetch) => Operation::Load(fetch.clone()),
            Operation::Gather {
                fetch,
                row,
                last,
                stride,
            } => Operation::Gather {
                fetch: fetch.clone(),
                row: f(*row),
                last: *last,
                stride: *stride,
            },
            Operation::Coordinate(address) => Operation::Coordinate(*address),
            Operation::Within(limits) => Operation::Within(limits.clone()),
            Operation::Random {
                key,
                element,
                stream,
                below,
            } => Operation::Random {
                key: key.map(f),
                element: *element,
                stream: *stream,
                below: *below,
            },
            Operation::Float1(op, a) => Operation::Float1(*op, f(*a)),
            Operation::Float2(op, a, b) => Operation::Float2(*op, f(*a), f(*b)),
            Operation::MulAdd(a, b, c) => Operation::MulAdd(f(*a), f(*b), f(*c)),
            Operation::Word2(op, a, b) => Operation::Word2(*op, f(*a), f(*b)),
            Operation::Compare(op, a, b) => Operation::Compare(*op, f(*a), f(*b)),
            Operation::Select(c, x, y) => Operation::Select(f(*c), f(*x), f(*y)),
            Operation::SelectLess(a, b, x, y) => Operation::SelectLess(f(*a), f(*b), f(*x), f(*y)),
            Operation::Cast(cast, a) => Operation::Cast(*cast, f(*a)),
        }
    }
}

/// A step with its result's place.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Step {
    pub(crate) target: Target,
    pub(crate) operation: Operation<Source>,
}

/// A write of lanes to memory that no step could do itself.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Write {
    pub(crate) buffer: usize,
    pub(crate) address: usize,
    pub(crate) value: Source,
}
