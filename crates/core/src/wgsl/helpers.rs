//! WGSL functions that some kernels need, as text.

/// The first word of Threefry-2x32 with 20 rounds, scaled to `[0, below)` by the high word of a product.
///
/// `vector` is a WGSL type: `u32`, or `vec4<u32>` for four draws at once.
pub(super) fn random(name: &str, vector: &str) -> String {
    const ROTATIONS: [u32; 8] = [13, 15, 26, 6, 17, 29, 16, 24];
    let mut rounds = String::new();
    for round in 0..20 {
        let left = ROTATIONS[round % 8];
        rounds += &format!(
            "  x = x + y; y = ((y << {vector}({left}u)) | (y >> {vector}({}u))) ^ x;\n",
            32 - left
        );
        if round % 4 == 3 {
            let group = round / 4 + 1;
            rounds += &format!(
                "  x = x + k{}; y = y + k{} + {vector}({group}u);\n",
                group % 3,
                (group + 1) % 3
            );
        }
    }
    format!(
        "fn {name}(k0: {vector}, k1: {vector}, element: {vector}, stream: {vector}, below: {vector}) -> {vector} {{
  let k2 = k0 ^ k1 ^ {vector}(0x1BD11BDAu);
  var x = element + k0;
  var y = stream + k1;
{rounds}  let low = {vector}(0xffffu);
  let half = {vector}(16u);
  let cross = (x >> half) * (below & low) + (((x & low) * (below & low)) >> half);
  let middle = (x & low) * (below >> half) + (cross & low);
  return (x >> half) * (below >> half) + (cross >> half) + (middle >> half);
}}\n"
    )
}

/// Floats that WGSL has no literal for. The bits come from a variable: a constant expression that overflows is an error.
pub(super) const SPECIAL_FLOATS: &str = "var<private> infinity_bits: u32 = 0x7f800000u;\n";
