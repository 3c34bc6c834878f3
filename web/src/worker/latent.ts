/** The studio's calls: the library's latent tools, each result with its picture. */
import type { Attribute, Trainer } from '../library.ts';
import type { Handlers } from '../protocol.ts';
import { wordsFor } from '../state/describe.ts';
import {
  type Decoded,
  type Draw,
  type Found,
  type InversionEvent,
  MOST_DRAWN,
  type Prediction,
  type StudioCalls,
  type Three,
} from '../protocol-studio.ts';
import { matched } from './matched.ts';

type Floats = Float32Array<ArrayBuffer>;

const own = (array: Float32Array): Floats => array as Floats;

/** The library compiles one program per batch size; these sizes are all that the studio asks for. */
async function decode(trainer: Trainer, z: Float32Array): Promise<Decoded> {
  const shown = await show(trainer, z);
  return { ...shown, predictions: await classify(trainer, shown.images) };
}

async function show(trainer: Trainer, z: Float32Array): Promise<Decoded> {
  const images = own(await trainer.generate(z));
  return { count: z.length / trainer.info().latent_dim, z: own(z), images, predictions: [] };
}

async function classify(trainer: Trainer, images: Float32Array): Promise<Prediction[][]> {
  const attributes = trainer.attributes();
  return attributes.length ? predictionsOf(attributes, await trainer.classify(images)) : [];
}

/** Of each image and attribute the likeliest class. `probabilities` is [image, attribute, class], flat. */
export function predictionsOf(
  attributes: readonly Attribute[],
  probabilities: Float32Array,
): Prediction[][] {
  const width = attributes.reduce((sum, { classes }) => sum + classes.length, 0);
  const images = width ? Math.floor(probabilities.length / width) : 0;
  return Array.from({ length: images }, (_, image) => {
    let at = image * width;
    return attributes.map((attribute) => {
      const { name, classes } = attribute;
      const chances = probabilities.subarray(at, at + classes.length);
      at += classes.length;
      const best = chances.reduce((top, chance, i) => (chance > (chances[top] ?? 0) ? i : top), 0);
      const label = classes[best] ?? '';
      const words = wordsFor(attribute, label, attributes.length === 1);
      return { attribute: name, label, words, probability: chances[best] ?? NaN };
    });
  });
}

/** `z` and the sum of moves along directions. */
async function shifted(
  trainer: Trainer,
  { z, moves }: StudioCalls['shift']['args'],
): Promise<Float32Array> {
  const sum = Float32Array.from(z);
  for (const { direction, amount } of moves) {
    const step = await trainer.direction(direction);
    for (let i = 0; i < sum.length; i++) sum[i] = (sum[i] ?? 0) + amount * (step[i] ?? 0);
  }
  return sum;
}

function joined(parts: readonly Float32Array[]): Floats {
  const all = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/** Samples that are looked through at once for groups that match, and how often. */
const LOOKED = 512;
const LOOKS = 4;
/** Fewer of each group tell little of what they differ in. */
const FEWEST = 3;

async function match(
  trainer: Trainer,
  { wanted, n, seed }: StudioCalls['match']['args'],
): Promise<Three<Found> | null> {
  const seen: Decoded[] = [];
  let groups: Three<number[]> = [[], [], []];
  for (let look = 0; look < LOOKS && groups[0].length < n; look++) {
    const z = trainer.latents(LOOKED, { seed: seed * LOOKS + look });
    seen.push(await decode(trainer, z));
    const predictions = seen.flatMap((one) => one.predictions);
    groups = matched(predictions, wanted, n);
  }
  if (groups[0].length < FEWEST) return null;
  return groups.map((group) => found(seen, group, seed)) as Three<Found>;
}

function found(seen: readonly Decoded[], group: readonly number[], seed: number): Found {
  const draws = group.map((i) => ({
    seed: seed * LOOKS + Math.floor(i / LOOKED),
    index: i % LOOKED,
    truncation: 1,
  }));
  return { ...taken(seen, group), draws };
}

/** Latents by which draws they are: the first ones of a seed are the same, however many are drawn. */
function drawn(trainer: Trainer, draws: readonly Draw[]): Floats {
  const { seed: own, latent_dim: width } = trainer.info();
  const rows = draws.map(({ seed = own, index, truncation }) =>
    trainer.latents(index + 1, { seed, truncation }).subarray(index * width),
  );
  return joined(rows);
}

/** The other way round: where each of some latents stands among the draws of a seed. */
function drawsOf(trainer: Trainer, z: Float32Array, seed: number): (Draw | undefined)[] {
  const width = trainer.info().latent_dim;
  const all = trainer.latents(MOST_DRAWN, { seed });
  return Array.from({ length: z.length / width }, (_, row) => {
    const wanted = z.subarray(row * width, (row + 1) * width);
    for (let index = 0; index < MOST_DRAWN; index++) {
      if (wanted.every((value, i) => value === all[index * width + i]))
        return { seed, index, truncation: 1 };
    }
    return undefined;
  });
}

/** Some of the samples that were looked through. */
function taken(seen: readonly Decoded[], numbers: readonly number[]): Decoded {
  const row = (all: Float32Array, at: number): Float32Array => {
    const size = all.length / LOOKED;
    return all.subarray(at * size, (at + 1) * size);
  };
  const from = numbers.map((i) => [seen[Math.floor(i / LOOKED)], i % LOOKED] as const);
  const rows = from.flatMap(([one, at]) => (one ? [{ one, at }] : []));
  return {
    count: rows.length,
    z: joined(rows.map(({ one, at }) => row(one.z, at))),
    images: joined(rows.map(({ one, at }) => row(one.images, at))),
    predictions: rows.map(({ one, at }) => one.predictions[at] ?? []),
  };
}

/** `run` hands out the trainer, one call at a time. */
export function studioCalls(
  run: <T>(job: (trainer: Trainer) => Promise<T>) => Promise<T>,
  tell: (event: InversionEvent) => void,
): Pick<Handlers, keyof StudioCalls> {
  return {
    survey: () =>
      run(async (trainer) => ({
        attributes: trainer.attributes(),
        directions: await trainer.directions(),
      })),
    samples: ({ n, seed, truncation }) =>
      run((trainer) => {
        // The stage's noise is that of the run's own seed.
        const options = { truncation, seed: seed ?? trainer.info().seed };
        return show(trainer, trainer.latents(n, options));
      }),
    classify: ({ images }) => run((trainer) => classify(trainer, images)),
    decode: ({ z }) => run((trainer) => decode(trainer, z)),
    mean: ({ latents }) => run((trainer) => decode(trainer, trainer.mean(latents))),
    arithmetic: ({ baskets, coefficients, rescale }) =>
      run(async (trainer) => {
        const centre = trainer.arithmetic(...baskets, { coefficients, rescale });
        const means = joined(baskets.map((basket) => trainer.mean(basket)));
        return {
          means: await decode(trainer, means),
          result: await decode(trainer, trainer.neighbours(centre)),
        };
      }),
    walk: ({ from, to, steps, kind }) =>
      run((trainer) => decode(trainer, trainer.walk(from, to, steps, kind))),
    plane: ({ corners, uv }) => run((trainer) => decode(trainer, trainer.plane(...corners, uv))),
    shift: (args) => run(async (trainer) => decode(trainer, await shifted(trainer, args))),
    match: (args) => run((trainer) => match(trainer, args)),
    find: ({ wanted, n, seed }) =>
      run(async (trainer) => {
        const z = await trainer.find(wanted, n, { seed });
        return { ...(await decode(trainer, z)), draws: drawsOf(trainer, z, seed) };
      }),
    draw: ({ draws }) => run((trainer) => decode(trainer, drawn(trainer, draws))),
    invert: ({ image }) =>
      run((trainer) =>
        trainer.invert(image, {
          onProgress: (progress) => {
            tell({ event: 'inverting', progress });
          },
        }),
      ),
  };
}
