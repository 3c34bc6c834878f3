//! What one step of compiled code does, over all lanes of a chunk at once.

/// Where a step finds an operand.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Source {
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
pub enum Target {
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
pub struct Limit {
    /// Whose value is limited.
    pub address: usize,
    /// What the value has to stay below.
    pub span: i64,
}

/// Elements of a buffer, zero where a limit is exceeded.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Fetch {
    /// Index among the session's buffers.
    pub buffer: usize,
    /// Index of the address that counts the elements.
    pub address: usize,
    /// Where there is an element.
    pub limits: Vec<Limit>,
    /// The elements are bytes and become words.
    pub bytes: bool,
    /// The limits, looked at beforehand.
    pub resolved: Option<Resolved>,
}

/// Elements of rows that are chosen lane by lane.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Gather<R> {
    /// Elements of row 0.
    pub fetch: Fetch,
    /// The row of each lane; any larger than `last` stand for it.
    pub row: R,
    /// Number of the last row; larger indices take it.
    pub last: u32,
    /// From row to row.
    pub stride: i64,
}

/// Where the lanes of a load lie relative to its address, listed for every combination of loop turns that matters to
/// its limits. Lanes beyond a limit are out of any buffer.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Resolved {
    /// Its value is where in `elements` the lanes of the present turn begin.
    pub selector: usize,
    /// Element numbers relative to the address.
    pub elements: Box<[u32]>,
}

/// Element-wise functions of one float.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Unary {
    /// `-x`
    Neg,
    /// `1 / x`
    Recip,
    /// `e^x`
    Exp,
    /// Natural logarithm.
    Log,
    /// Square root. Its slope at 0 is infinite: penalties take `sqrt(x + eps)`.
    Sqrt,
    /// Hyperbolic tangent.
    Tanh,
    /// Sine, of radians.
    Sin,
    /// The largest integer not above `x`.
    Floor,
}

/// Arithmetic on two floats.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Float2 {
    /// `a + b`
    Add,
    /// `a - b`: a negation was absorbed.
    Sub,
    /// `a * b`
    Mul,
    /// `a * (1 / b)`, rounded twice: a reciprocal was absorbed.
    MulRecip,
    /// The larger one of both.
    Max,
}

/// Arithmetic on two words; on truth values, which are 0 and 1, `Mul` and `Max` are "and" and "or".
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Word2 {
    /// `a + b`, wrapping.
    Add,
    /// `a * b`, wrapping.
    Mul,
    /// The larger one of both.
    Max,
}

/// How two values are compared.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Comparison {
    /// `a < b`, of floats.
    LessFloat,
    /// `a < b`, of words.
    LessWord,
    /// `a == b`, of floats.
    EqualFloat,
    /// `a == b`, of words.
    EqualWord,
}

/// A change of type. Truth values are words of 0 or 1, so that they need no step to become words.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Cast {
    /// Rounds towards zero, to the nearest there is.
    FloatToWord,
    /// To the nearest float.
    WordToFloat,
    /// A float as a truth value: true unless it is zero.
    FloatToBool,
    /// An integer as a truth value: true unless it is zero.
    WordToBool,
}

/// A step, generic over how operands are named: registers of the body, then [`Source`]s.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Operation<R> {
    /// Elements of a buffer.
    Load(Fetch),
    /// Elements of chosen rows.
    Gather(Gather<R>),
    /// The value of an address.
    Coordinate(usize),
    /// 1 where all limits hold, else 0.
    Within(Vec<Limit>),
    /// Random integers.
    Random {
        /// See [`crate::random`], as for the others.
        key: [R; 2],
        /// The address whose value counts elements.
        element: usize,
        /// The second word of the counter.
        stream: u32,
        /// What they are less than.
        below: u32,
    },
    /// A function of one float.
    Unary(Unary, R),
    /// A function of two floats.
    Float2(Float2, R, R),
    /// `a * b + c`, rounded twice: a product was absorbed.
    MulAdd(R, R, R),
    /// A function of two words.
    Word2(Word2, R, R),
    /// 1 where it holds, else 0.
    Compare(Comparison, R, R),
    /// `c != 0 ? x : y`
    Select(R, R, R),
    /// `a < b ? x : y`, of floats.
    SelectLess(R, R, R, R),
    /// A change of type.
    Cast(Cast, R),
}

impl<R: Copy> Operation<R> {
    /// The operands, in the order in which `map` visits them.
    pub fn operands(&self) -> Vec<R> {
        let mut operands = Vec::new();
        self.map(|r| operands.push(r));
        operands
    }

    /// The same step with operands named differently.
    pub fn map<S>(&self, mut f: impl FnMut(R) -> S) -> Operation<S> {
        match self {
            Operation::Load(fetch) => Operation::Load(fetch.clone()),
            Operation::Gather(gather) => Operation::Gather(Gather {
                fetch: gather.fetch.clone(),
                row: f(gather.row),
                last: gather.last,
                stride: gather.stride,
            }),
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
            Operation::Unary(op, a) => Operation::Unary(*op, f(*a)),
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
pub struct Step {
    /// Where the result goes: a register, or memory.
    pub target: Target,
    /// The operation, and what it takes.
    pub operation: Operation<Source>,
}

/// A write of lanes to memory that no step could do itself.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Write {
    /// Index among the session's buffers.
    pub buffer: usize,
    /// Index of the address of the elements.
    pub address: usize,
    /// The values that are written.
    pub value: Source,
}
