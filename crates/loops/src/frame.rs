//! What steps work on: registers, and the buffers of a kernel.

use bytemuck::cast_slice;

use crate::address::Addresses;
use crate::lanes::Lanes;
use crate::memory::Buffer;
use crate::nest::LANES;
use crate::operation::Source;

/// Vector registers, scalars and addresses of the code that is running.
#[derive(Debug, Default)]
pub struct Registers {
    pub(crate) vectors: Vec<Vec<u32>>,
    pub(crate) scalars: Vec<u32>,
    pub(crate) bases: Vec<i64>,
    /// How often each loop has turned.
    pub(crate) turns: Vec<usize>,
    /// Where the block of a contraction starts.
    pub origin: Vec<usize>,
    /// The partial results of a reduction.
    pub(crate) partial: Vec<Vec<f32>>,
    /// Element numbers, for loads that no simple pattern describes.
    pub(crate) indices: Vec<u32>,
}

impl Registers {
    /// Makes room, so that running allocates nothing.
    pub(crate) fn reserve(
        &mut self,
        vectors: usize,
        scalars: usize,
        addresses: usize,
        loops: usize,
    ) {
        if self.vectors.len() < vectors {
            self.vectors.resize_with(vectors, || vec![0; LANES]);
        }
        self.scalars.resize(self.scalars.len().max(scalars), 0);
        self.bases.resize(self.bases.len().max(addresses), 0);
        self.turns.resize(self.turns.len().max(loops), 0);
        self.indices.resize(LANES, 0);
    }
}

/// What steps work on.
pub(crate) struct Frame<'a> {
    pub(crate) buffers: &'a [Buffer],
    pub(crate) addresses: &'a Addresses,
    pub(crate) registers: &'a mut Registers,
}

// Why the `unsafe` accesses here, in `execute` and in `fetch` are sound: kernels promise (see `Access::ReadWrite`) that a point loads only
// elements that it stores itself or that no point stores, and no two points store one element. A chunk first loads,
// then stores; slices of buffers live for one step only, or for one write. A step that writes to a buffer directly
// does so only where the kernel loads nothing from that buffer. Several threads run different points.

impl<'a> Frame<'a> {
    /// An operand. Looking for it is paid once for hundreds of lanes, and is much code to have at every step's place.
    #[inline(never)]
    pub(crate) fn words(&self, source: Source, count: usize) -> Lanes<'_, u32> {
        match source {
            Source::Register(r) => Lanes::Each(&self.registers.vectors[r][..count]),
            Source::Scalar(s) => Lanes::All(self.registers.scalars[s]),
            Source::Memory { buffer, address } => {
                let start = self.registers.bases[address] as usize;
                // SAFETY: see above.
                Lanes::Each(unsafe { self.buffers[buffer].slice(start, count) })
            }
        }
    }

    /// The registers of a float operand.
    #[inline(always)]
    pub(crate) fn floats(&self, source: Source, count: usize) -> Lanes<'_, f32> {
        match self.words(source, count) {
            Lanes::Each(words) => Lanes::Each(cast_slice(words)),
            Lanes::All(word) => Lanes::All(f32::from_bits(word)),
        }
    }

    #[inline(always)]
    pub(crate) fn word(&self, source: Source, lane: usize) -> u32 {
        match self.words(source, lane + 1) {
            Lanes::Each(words) => words[lane],
            Lanes::All(word) => word,
        }
    }
}
