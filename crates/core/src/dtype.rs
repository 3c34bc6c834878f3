//! Element types, and scalar constants of them.

use std::fmt;
use std::hash::{Hash, Hasher};

/// The type of a tensor's elements.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum DType {
    /// 32-bit float: everything that is differentiated.
    F32,
    /// 32-bit unsigned integer: counters, indices, random bits.
    U32,
    /// The result of a comparison. Stored as a `u32` of 0 or 1 where it has to be stored.
    Bool,
    /// A byte, packed four to a word. Only inputs and state hold bytes (datasets); arithmetic casts them first.
    U8,
}

impl DType {
    /// Bytes that `elements` of this type take in a buffer, rounded up to whole 32-bit words; the largest number where they are
    /// more than the address space.
    pub fn bytes(self, elements: usize) -> usize {
        match self {
            DType::F32 | DType::U32 | DType::Bool => elements.saturating_mul(4),
            DType::U8 => elements.div_ceil(4) * 4,
        }
    }
}

impl fmt::Display for DType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            DType::F32 => "f32",
            DType::U32 => "u32",
            DType::Bool => "bool",
            DType::U8 => "u8",
        })
    }
}

/// A constant. Floats compare and hash by their bits, so that equal constants are one node of the graph.
#[derive(Clone, Copy, Debug)]
pub enum Scalar {
    /// A float. Kept in f64 so that the f64 reference loses nothing; backends round it to f32.
    F32(f64),
    /// An unsigned integer of 32 bits; arithmetic wraps.
    U32(u32),
    /// A truth value.
    Bool(bool),
}

impl Scalar {
    /// The type of the tensor that this constant makes.
    pub fn dtype(self) -> DType {
        match self {
            Scalar::F32(_) => DType::F32,
            Scalar::U32(_) => DType::U32,
            Scalar::Bool(_) => DType::Bool,
        }
    }

    fn bits(self) -> (u8, u64) {
        match self {
            Scalar::F32(v) => (0, v.to_bits()),
            Scalar::U32(v) => (1, u64::from(v)),
            Scalar::Bool(v) => (2, u64::from(v)),
        }
    }
}

impl PartialEq for Scalar {
    fn eq(&self, other: &Self) -> bool {
        self.bits() == other.bits()
    }
}

impl Eq for Scalar {}

impl Hash for Scalar {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.bits().hash(state);
    }
}
