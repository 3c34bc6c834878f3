/**
 * How G's cost pulls at a G whose samples are one Gaussian, and how maximum likelihood would pull at it (tutorial, sections 7.3
 * and 8.3). Gradients are with respect to its mean, counted in deviations, and to the logarithm of its deviation.
 */
export interface Gaussian {
  mean: number;
  deviation: number;
}

export interface Gradient {
  mean: number;
  width: number;
}

export function gaussianOf(samples: Float32Array): Gaussian {
  const mean = samples.reduce((sum, x) => sum + x, 0) / samples.length;
  const square = samples.reduce((sum, x) => sum + (x - mean) ** 2, 0) / samples.length;
  return { mean, deviation: Math.sqrt(square) };
}

export function densityOf({ mean, deviation }: Gaussian, x: number): number {
  const u = (x - mean) / deviation;
  return Math.exp(-(u ** 2) / 2) / (deviation * Math.sqrt(2 * Math.PI));
}

/** The integral of a weight times ∇ log p_g, which is u and u² - 1 for u = (x - mean) / deviation, over evenly spaced places. */
function slope(xs: Float32Array, weight: (i: number) => number, g: Gaussian): Gradient {
  const cell = (xs[1] ?? 0) - (xs[0] ?? 0);
  const total: Gradient = { mean: 0, width: 0 };
  xs.forEach((x, i) => {
    const u = (x - g.mean) / g.deviation;
    total.mean += weight(i) * u * cell;
    total.width += weight(i) * (u ** 2 - 1) * cell;
  });
  return total;
}

/** ∇ E f(x) = E f(x) ∇ log p_g(x), x from p_g, of a cost whose values at the places are given. */
export function gradientOfCost(xs: Float32Array, cost: readonly number[], g: Gaussian): Gradient {
  const density = Array.from(xs, (x) => densityOf(g, x));
  const mass = density.reduce((sum, p) => sum + p, 0);
  // E ∇ log p_g is 0 over the whole line, and nearly so over this piece of it: without its mean the cost leaves no more behind.
  const mean = density.reduce((sum, p, i) => sum + p * (cost[i] ?? 0), 0) / mass;
  return slope(xs, (i) => (density[i] ?? 0) * ((cost[i] ?? 0) - mean), g);
}

/** ∇ KL(p_data ‖ p_g) = -E ∇ log p_g(x), x from p_data. */
export function gradientOfKl(xs: Float32Array, data: Float32Array, g: Gaussian): Gradient {
  return slope(xs, (i) => -(data[i] ?? 0), g);
}

/** How far a gradient is from another, over the length of the other. */
export function farFrom(one: Gradient, other: Gradient): number {
  return (
    Math.hypot(one.mean - other.mean, one.width - other.width) / Math.hypot(other.mean, other.width)
  );
}
