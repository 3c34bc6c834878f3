//! What the shape of a shader depends on besides the kernel: the kind of adapter that will run it.

/// The kinds of adapters that want different shaders. Two of them want opposite things: a rasterizer on the CPU wants few
/// fat invocations and no workgroup memory, a GPU wants many thin ones that share what they load.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum AdapterClass {
    /// Graphics processors.
    Gpu,
    /// Mesa's rasterizer, and others that compile shaders with LLVM or better.
    Llvmpipe,
    /// The browsers' rasterizer.
    SwiftShader,
}

impl AdapterClass {
    /// Every class of adapter.
    pub const ALL: [AdapterClass; 3] = [Self::Gpu, Self::Llvmpipe, Self::SwiftShader];

    /// By an adapter's name, and whether it is a rasterizer on the CPU.
    pub fn of(name: &str, software: bool) -> Self {
        match software {
            false => Self::Gpu,
            true if name.to_ascii_lowercase().contains("swiftshader") => Self::SwiftShader,
            true => Self::Llvmpipe,
        }
    }
}

/// Sizes that emission chooses from.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Tuning {
    /// Invocations in a workgroup of element-wise kernels.
    pub workgroup: u32,
    /// Vectors (of four elements, or of one where four do not fit) that an invocation of an element-wise kernel handles.
    pub vectors_per_invocation: u32,
    /// Invocations that keep the adapter busy; reductions split, and tiles shrink, until there are about as many.
    pub parallelism: usize,
    /// The most invocations that share one reduction.
    pub reduce_lanes: u32,
    /// Elements up to which one invocation does a whole sum where its kernel shares a dispatch: llvmpipe runs whatever
    /// shares a shader with a barrier at half the speed.
    pub lone_steps: usize,
    /// Neighbours in memory that should be read by neighbouring invocations.
    pub coalesced_lanes: u32,
    /// Whether tiles of [`ContractTuning::Registers`] share loads in quads of invocations: where a load is dear, and the
    /// device has the feature "subgroups".
    pub quads: bool,
    /// How matrix products are tiled, but for those of `tiles`.
    pub contract: ContractTuning,
    /// What was measured to be better, by shape.
    pub tiles: Vec<(ShapeClass, ContractTuning)>,
}

/// The sizes of a product, each rounded up to a power of two: products of one class get the same tile.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct ShapeClass {
    /// Rows of all products of a batch together.
    pub m: usize,
    /// Columns of the result.
    pub n: usize,
    /// Products in a sum.
    pub k: usize,
}

impl ShapeClass {
    /// The class of a product `[m, k] x [k, n]`.
    pub fn of(m: usize, n: usize, k: usize) -> Self {
        let [m, n, k] = [m, n, k].map(usize::next_power_of_two);
        ShapeClass { m, n, k }
    }
}

/// What a tuner found out about one adapter.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Tuned {
    /// Name of the adapter on which the sizes were measured.
    pub adapter: String,
    /// The fastest tiles, by shape.
    pub tiles: Vec<(ShapeClass, ContractTuning)>,
}

/// The tiling of matrix products.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum ContractTuning {
    /// Each invocation computes a tile of its own from registers alone.
    Registers {
        /// The most rows of a tile.
        rows: usize,
        /// The most vectors of four columns of a tile.
        vectors: usize,
        /// Invocations in a workgroup.
        workgroup: u32,
    },
    /// A workgroup stages slices of both operands in its memory.
    Workgroup {
        /// The most rows, and columns, of a workgroup's tile.
        edge: usize,
        /// The slice's extent along the contracted axes.
        depth: usize,
    },
}

impl ContractTuning {
    /// Tilings worth trying on adapters of a class.
    pub fn candidates(class: AdapterClass) -> Vec<Self> {
        let registers = |(rows, vectors)| Self::Registers {
            rows,
            vectors,
            workgroup: 16,
        };
        let staged = |(edge, depth)| Self::Workgroup { edge, depth };
        match class {
            AdapterClass::Gpu => [(64, 8), (64, 16), (32, 16), (32, 32), (16, 32)]
                .map(staged)
                .into(),
            AdapterClass::Llvmpipe | AdapterClass::SwiftShader => {
                let sizes = [
                    (4, 1),
                    (4, 2),
                    (8, 1),
                    (8, 2),
                    (8, 4),
                    (16, 1),
                    (16, 2),
                    (16, 4),
                    (32, 2),
                ];
                sizes.map(registers).into()
            }
        }
    }
}

impl Tuning {
    /// How products of a shape are tiled.
    pub fn tile(&self, shape: ShapeClass) -> ContractTuning {
        let measured = self.tiles.iter().find(|(class, _)| *class == shape);
        measured.map_or(self.contract, |(_, tile)| *tile)
    }

    /// For adapters of a class.
    pub fn of(class: AdapterClass) -> Self {
        match class {
            AdapterClass::Gpu => Self::gpu(),
            AdapterClass::Llvmpipe => Self::llvmpipe(),
            AdapterClass::SwiftShader => Self::swiftshader(),
        }
    }

    /// For graphics processors: by design, measured on none.
    pub fn gpu() -> Self {
        Tuning {
            workgroup: 64,
            vectors_per_invocation: 1,
            parallelism: 1 << 14,
            reduce_lanes: 256,
            lone_steps: 0,
            coalesced_lanes: 16,
            quads: false,
            contract: ContractTuning::Workgroup {
                edge: 64,
                depth: 16,
            },
            tiles: Vec::new(),
        }
    }

    /// For llvmpipe: measured there.
    pub fn llvmpipe() -> Self {
        Tuning {
            workgroup: 64,
            vectors_per_invocation: 16,
            parallelism: 64,
            reduce_lanes: 16,
            lone_steps: 2048,
            coalesced_lanes: 1,
            quads: false,
            contract: ContractTuning::Registers {
                rows: 8,
                vectors: 2,
                workgroup: 16,
            },
            tiles: Vec::new(),
        }
    }

    /// For SwiftShader: measured there. One element costs it some 85 instructions to load and 3 to multiply and add (it
    /// loads lane by lane, behind branches), so tiles are as large as its compiler bears, and invocations, which it runs in
    /// fours, load for each other.
    pub fn swiftshader() -> Self {
        Tuning {
            quads: true,
            contract: ContractTuning::Registers {
                rows: 16,
                vectors: 2,
                workgroup: 16,
            },
            ..Self::llvmpipe()
        }
    }
}
