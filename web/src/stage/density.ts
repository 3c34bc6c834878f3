/** A density estimated from samples, on evenly spaced places. */
export function kernelDensity(samples: Float32Array, xs: Float32Array): Float32Array {
  const [first, last] = [xs[0] ?? 0, xs[xs.length - 1] ?? 1];
  const cell = (last - first) / (xs.length - 1);
  const counts = new Float32Array(xs.length);
  for (const sample of samples) {
    const i = Math.round((sample - first) / cell);
    if (i >= 0 && i < counts.length) counts[i] = (counts[i] ?? 0) + 1;
  }
  // A narrow Gaussian: wide enough to calm the noise of a few thousand samples, narrow enough not
  // to hide a collapse onto one place.
  const spread = 1.5;
  const kernel = Array.from({ length: 11 }, (_, k) => Math.exp(-(((k - 5) / spread) ** 2) / 2));
  const mass = kernel.reduce((a, b) => a + b, 0) * cell * Math.max(1, samples.length);
  return counts.map(
    (_, i) => kernel.reduce((sum, weight, k) => sum + weight * (counts[i + k - 5] ?? 0), 0) / mass,
  );
}
