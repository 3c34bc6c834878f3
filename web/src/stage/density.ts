// A narrow Gaussian: wide enough to calm the noise of a few thousand samples, narrow enough not
// to hide a collapse onto one place.
const SPREAD = 1.5;
const BELL = Array.from({ length: 11 }, (_, k) => Math.exp(-(((k - 5) / SPREAD) ** 2) / 2));
const KERNEL = BELL.map((weight) => weight / BELL.reduce((a, b) => a + b, 0));

/** A density estimated from samples, on evenly spaced places. */
export function kernelDensity(samples: Float32Array, xs: Float32Array): Float32Array<ArrayBuffer> {
  const [first, last] = [xs[0] ?? 0, xs[xs.length - 1] ?? 1];
  const cell = (last - first) / (xs.length - 1);
  const counts = new Float32Array(xs.length);
  for (const sample of samples) {
    const i = Math.round((sample - first) / cell);
    if (i >= 0 && i < counts.length) counts[i] = (counts[i] ?? 0) + 1;
  }
  const mass = cell * Math.max(1, samples.length);
  return counts.map(
    (_, i) => KERNEL.reduce((sum, weight, k) => sum + weight * (counts[i + k - 5] ?? 0), 0) / mass,
  );
}

/**
 * What one of so many samples adds to such an estimate where it counts. A count has its own mean as variance, so the standard
 * error of the estimate at a place is the square root of this times the density.
 */
export function oneSample(samples: number, xs: Float32Array): number {
  const cell = ((xs[xs.length - 1] ?? 1) - (xs[0] ?? 0)) / (xs.length - 1);
  const squares = KERNEL.reduce((sum, weight) => sum + weight ** 2, 0);
  return squares / (cell * Math.max(1, samples));
}
