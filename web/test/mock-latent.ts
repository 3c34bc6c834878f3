/** The stand-in's latent tools: plain vector arithmetic, and a "classifier" that reads the latent's
 * first numbers back from the picture's proportions. */
import type {
  Attribute,
  Direction,
  Inversion,
  InversionProgress,
  LatentTools,
} from '../src/library.ts';
import { MOST_DRAWN } from '../src/protocol-studio.ts';

const DIM = 100;
const PIXELS = 784;

export abstract class LatentMock implements LatentTools {
  abstract generate(z: Float32Array): Promise<Float32Array>;

  latents(n: number, { seed = 0, truncation = 1 } = {}): Float32Array {
    return Float32Array.from({ length: n * DIM }, (_, i) => {
      const t = Math.sin((i + 1) * 12.9898 + seed * 78.233) * 43758.5453;
      return (2 * (t - Math.floor(t)) - 1) * 1.7 * truncation;
    });
  }

  mean(latents: Float32Array): Float32Array {
    if (latents.length === 0) {
      throw new Error('mean: the basket is empty; put at least one sample into it');
    }
    const rows = latents.length / DIM;
    return Float32Array.from({ length: DIM }, (_, i) => {
      let sum = 0;
      for (let row = 0; row < rows; row++) sum += latents[row * DIM + i] ?? 0;
      return sum / rows;
    });
  }

  arithmetic(
    a: Float32Array,
    b: Float32Array,
    c: Float32Array,
    { coefficients = [1, -1, 1] }: { coefficients?: [number, number, number] } = {},
  ): Float32Array {
    const means = [a, b, c].map((basket) => this.mean(basket));
    return Float32Array.from({ length: DIM }, (_, i) =>
      means.reduce((sum, mean, k) => sum + (coefficients[k] ?? 0) * (mean[i] ?? 0), 0),
    );
  }

  neighbours(z: Float32Array, { radius = 0.25, seed = 0 } = {}): Float32Array {
    const noise = this.latents(9, { seed: seed + 1 });
    return noise.map((u, i) =>
      Math.floor(i / DIM) === 4 ? (z[i % DIM] ?? 0) : (z[i % DIM] ?? 0) + (radius * u) / 1.7,
    );
  }

  walk(a: Float32Array, b: Float32Array, steps: number): Float32Array {
    return Float32Array.from({ length: steps * DIM }, (_, i) => {
      const t = Math.floor(i / DIM) / Math.max(1, steps - 1);
      return (a[i % DIM] ?? 0) * (1 - t) + (b[i % DIM] ?? 0) * t;
    });
  }

  plane(a: Float32Array, b: Float32Array, c: Float32Array, uv: Float32Array): Float32Array {
    return Float32Array.from({ length: (uv.length / 2) * DIM }, (_, i) => {
      const [row, k] = [Math.floor(i / DIM), i % DIM];
      const [u, v] = [uv[2 * row] ?? 0, uv[2 * row + 1] ?? 0];
      const origin = a[k] ?? 0;
      return origin + u * ((b[k] ?? 0) - origin) + v * ((c[k] ?? 0) - origin);
    });
  }

  directions(): Promise<Direction[]> {
    return Promise.resolve([
      { name: 'wide', kind: 'attribute' },
      { name: 'slant', kind: 'property' },
      { name: 'principal 1', kind: 'principal' },
    ]);
  }

  direction(name: string): Promise<Float32Array> {
    const step = new Float32Array(DIM);
    step[{ wide: 0, slant: 2, 'principal 1': 1 }[name] ?? 3] = 1;
    return Promise.resolve(step);
  }

  attributes(): Attribute[] {
    return [
      { name: 'width', classes: ['narrow', 'wide'] },
      { name: 'height', classes: ['short', 'tall'] },
    ];
  }

  classify(images: Float32Array): Promise<Float32Array> {
    const rows = images.length / PIXELS;
    const out = new Float32Array(rows * 4);
    for (let row = 0; row < rows; row++) {
      const image = images.subarray(row * PIXELS, (row + 1) * PIXELS);
      // How far ink reaches along the middle row and the middle column.
      const reach = (at: (i: number) => number): number => {
        let last = 0;
        for (let i = 0; i < 14; i++) if ((image[at(i)] ?? 0) > 0.5) last = i;
        return last;
      };
      const wide = Math.min(1, Math.max(0, reach((i) => 14 * 28 + 14 + i) / 5 - 0.7));
      const tall = Math.min(1, Math.max(0, reach((i) => (14 + i) * 28 + 14) / 5 - 0.9));
      out.set([1 - wide, wide, 1 - tall, tall], row * 4);
    }
    return Promise.resolve(out);
  }

  find(wanted: Record<string, string>, n: number, { seed = 0 } = {}): Promise<Float32Array> {
    const sign = (name: string, high: string): number =>
      wanted[name] === undefined ? 0 : wanted[name] === high ? 1 : -1;
    const signs = [sign('width', 'wide'), sign('height', 'tall')];
    const drawn = this.latents(MOST_DRAWN, { seed });
    const found = new Float32Array(n * DIM);
    let rows = 0;
    for (let at = 0; at < drawn.length && rows < n; at += DIM) {
      const z = drawn.subarray(at, at + DIM);
      if (signs.every((sign, i) => sign === 0 || sign * (z[i] ?? 0) > 0.6))
        found.set(z, DIM * rows++);
    }
    return Promise.resolve(found);
  }

  async invert(
    image: Float32Array,
    { onProgress }: { onProgress?: (progress: InversionProgress) => void } = {},
  ): Promise<Inversion> {
    if (image.length !== PIXELS) {
      throw new Error(`invert: the image has ${image.length} numbers; this model makes ${PIXELS}`);
    }
    for (let step = 1; step <= 4; step++) {
      onProgress?.({ step: step * 50, steps: 200, error: 0.2 / step });
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    const z = this.latents(1, { seed: 3 });
    return { z, image: await this.generate(z), error: 0.05 };
  }
}
