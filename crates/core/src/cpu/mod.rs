//! The CPU backend: executes the same kernels as the GPU, with the widest vectors of the machine.
//!
//! At construction each kernel is compiled to *steps* over *lanes* ([`compile`]): a chunk of a few hundred points goes
//! through the steps one loop at a time, so that the work of interpreting is shared by all lanes, loops vectorize, and
//! intermediate values stay in the L1 cache. The axes that lanes cover are chosen by estimated cost ([`cost`],
//! [`nest`]). Reductions accumulate lane by lane ([`reduce`]); contractions are matrix products around the same
//! machinery ([`contract`]). What runs is in [`ganlet_loops`].

mod address;
mod allocate;
mod compile;
mod contract;
mod cost;
mod epilogue;
mod fuse;
mod nest;
mod parallel;
mod pointwise;
mod reduce;
mod resolve;
mod scratch;
mod session;
mod space;
#[cfg(test)]
mod tests;
mod translate;

pub use session::{Info, Session, SessionError};

/// What the CPU backend computes with, in words.
pub(crate) fn name(threads: usize) -> String {
    #[cfg(target_arch = "x86_64")]
    let unit = if is_x86_feature_detected!("avx512f") {
        "AVX-512"
    } else if is_x86_feature_detected!("avx2") {
        "AVX2"
    } else {
        "SSE2"
    };
    #[cfg(target_arch = "wasm32")]
    let unit = if cfg!(feature = "relaxed-simd") {
        "WebAssembly relaxed SIMD"
    } else if cfg!(target_feature = "simd128") {
        "WebAssembly SIMD"
    } else {
        "WebAssembly"
    };
    #[cfg(not(any(target_arch = "x86_64", target_arch = "wasm32")))]
    let unit = std::env::consts::ARCH;
    match threads {
        1 => format!("{unit}, 1 thread"),
        _ => format!("{unit}, {threads} threads"),
    }
}
