//! Counter-based random numbers: a number is a pure function of seed, step, stream and element, so every backend
//! draws the same integers in any order, and nothing is carried from step to step.
//!
//! Threefry-2x32 with 20 rounds (Salmon, Moraes, Dror and Shaw, *Parallel Random Numbers: As Easy as 1, 2, 3*, SC
//! 2011) needs only additions, rotations and exclusive ors of 32-bit words, which WGSL and SIMD have; Philox needs
//! the high half of a product, which WGSL lacks. It passes BigCrush from 13 rounds on, so 20 leave a margin.

/// Rotations of eight rounds, which then repeat: table 2 of the paper.
const ROTATIONS: [u32; 8] = [13, 15, 26, 6, 17, 29, 16, 24];
/// The constant of the key schedule.
const PARITY: u32 = 0x1bd1_1bda;

/// The bijection of `counter` that `key` selects. Element e of stream s at step t under a seed is the first word of
/// key `[seed, t]` and counter `[e, s]`. Free of branches, so loops over it become vector code.
#[inline(always)]
#[must_use]
pub fn threefry2x32(key: [u32; 2], counter: [u32; 2]) -> [u32; 2] {
    let keys = [key[0], key[1], PARITY ^ key[0] ^ key[1]];
    let (mut a, mut b) = (
        counter[0].wrapping_add(keys[0]),
        counter[1].wrapping_add(keys[1]),
    );
    for group in 0..5 {
        for round in 0..4 {
            a = a.wrapping_add(b);
            b = b.rotate_left(ROTATIONS[(4 * group + round) % 8]) ^ a;
        }
        a = a.wrapping_add(keys[(group + 1) % 3]);
        b = b
            .wrapping_add(keys[(group + 2) % 3])
            .wrapping_add(group as u32 + 1);
    }
    [a, b]
}

/// Maps random bits to 0..n by the high half of a product: each value has a share within n / 2^32 of equal. No
/// rejection, so a draw stays a function of its counter.
#[inline(always)]
#[must_use]
pub fn below(bits: u32, n: u32) -> u32 {
    ((u64::from(bits) * u64::from(n)) >> 32) as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_answers() {
        // From the known-answer file of the Random123 distribution, "threefry2x32 20".
        for (counter, key, expected) in [
            ([0, 0], [0, 0], [0x6b20_0159, 0x99ba_4efe]),
            ([u32::MAX; 2], [u32::MAX; 2], [0x1cb9_96fc, 0xbb00_2be7]),
            (
                [0x243f_6a88, 0x85a3_08d3],
                [0x1319_8a2e, 0x0370_7344],
                [0xc492_3a9c, 0x483d_f7a0],
            ),
        ] {
            assert_eq!(threefry2x32(key, counter), expected);
        }
    }

    #[test]
    fn below_is_uniform() {
        assert_eq!(
            (below(0, 10), below(u32::MAX, 10), below(u32::MAX, 1)),
            (0, 9, 0)
        );
        let mut counts = [0_i32; 10];
        for element in 0..100_000 {
            counts[below(threefry2x32([7, 0], [element, 0])[0], 10) as usize] += 1;
        }
        // Five standard deviations.
        assert!(
            counts.iter().all(|count| (count - 10_000).abs() < 475),
            "{counts:?}"
        );
    }
}
