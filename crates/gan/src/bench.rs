//! The peers' benchmark: the same initial numbers on every library that is compared.

/// The numbers that every library starts from in the peers' benchmark: a hash of the index, uniform in
/// `[-scale, scale)`.
pub fn numbers(seed: u32, len: usize, scale: f64) -> Vec<f32> {
    let salt = seed.wrapping_mul(0x7feb_352d);
    (1..=len as u32)
        .map(|i| {
            let mut h = i.wrapping_mul(0x9e37_79b1) ^ salt;
            h = (h ^ (h >> 16)).wrapping_mul(0x21f0_aaad);
            h = (h ^ (h >> 15)).wrapping_mul(0x735a_2d97);
            h ^= h >> 15;
            ((f64::from(h) / 2_147_483_648.0 - 1.0) * scale) as f32
        })
        .collect()
}
