/**
 * Draws the faces that `crates/gan` learns: cartoon people with known attributes, from the parts of facesjs
 * (Apache-2.0), rendered with resvg to 32 by 32 pixels.
 *
 * A face is a stack of parts, and there are far fewer parts than faces. So the file holds every part once, with
 * its transparency, and for each face the numbers of its parts: laying them over each other gives the picture
 * that resvg makes of the whole drawing, up to rounding (test/faces.test.js draws some anew and compares).
 *
 * `npm run faces` writes crates/gan/assets/faces.safetensors.gz and prints the checksum that sets.json holds.
 */

import { Buffer } from 'node:buffer';
import console from 'node:console';
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import process from 'node:process';
import { URL, fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { faceToSvgString } from 'facesjs';
import { Resvg } from '@resvg/resvg-js';

export const SEED = 2016;
export const SIZE = 32;
/** The first are for training, the rest are held out. */
export const TRAIN = 20_000;
export const TEST = 4_000;
/** The part of facesjs's 400 by 600 canvas that a face fills. */
const FRAME = '12 122 376 376';
const BACKGROUND = [201, 222, 238];

const HAIR = { black: '#272421', brown: '#5A3825', blond: '#e9c67b', red: '#B55239' };
const SKIN = {
  light: ['#f2d6cb', '#fedac7'],
  tan: ['#bb876f', '#aa816f'],
  dark: ['#74453d', '#5c3937'],
};
const MOUTH = { closed: ['mouth', 'smile-closed', 'straight'], open: ['mouth7', 'mouth8'] };
const FACIAL_HAIR = {
  none: ['none'],
  beard: ['beard1', 'beard5', 'fullgoatee4', 'honest-abe-stache'],
};
const GLASSES = { none: ['none'], glasses: ['glasses1-primary', 'glasses1-secondary'] };
const NOSE = ['nose1', 'nose10', 'nose11', 'nose14'];
const EYEBROW = ['eyebrow1', 'eyebrow12', 'eyebrow4'];
const PEOPLE = {
  woman: {
    head: ['female1', 'female2', 'head2'],
    hair: ['female1', 'female10', 'female5', 'female6', 'female7', 'female9'],
    eye: ['female14', 'female16', 'female2', 'female6'],
    fatness: [0, 0.2, 0.4],
  },
  man: {
    head: ['head1', 'head2', 'head5', 'head7'],
    hair: ['short', 'spike4', 'hair', 'high', 'crop', 'curly2'],
    eye: ['eye2', 'eye4', 'eye6', 'eye9'],
    fatness: [0.2, 0.5, 0.8],
  },
};

/** What is known of every face: attributes and classes in the order of the labels in the file. */
export const ATTRIBUTES = JSON.parse(
  readFileSync(new URL('../../crates/gan/src/data/sets.json', import.meta.url), 'utf8'),
).find(({ kind }) => kind === 'faces').attributes;

/** Uniform numbers in 0 to 1: mulberry32, because the package's own generator takes no seed. */
function generator(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** All faces: each the class of every attribute, and a drawing for facesjs. */
export function people(count = TRAIN + TEST, seed = SEED) {
  const random = generator(seed);
  const pick = (list) => list[Math.floor(random() * list.length)];
  return Array.from({ length: count }, (_, index) => {
    // Women and men with glasses and without: a quarter of the faces each.
    const person = index % 2 === 0 ? 'woman' : 'man';
    const labels = {
      person,
      glasses: index % 4 < 2 ? 'none' : 'glasses',
      hair: pick(Object.keys(HAIR)),
      facial_hair: person === 'man' && random() < 0.5 ? 'beard' : 'none',
      mouth: pick(Object.keys(MOUTH)),
      skin: pick(Object.keys(SKIN)),
    };
    const style = PEOPLE[person];
    const drawing = {
      fatness: pick(style.fatness),
      body: { color: pick(SKIN[labels.skin]) },
      head: { id: pick(style.head) },
      facialHair: { id: pick(FACIAL_HAIR[labels.facial_hair]) },
      eye: { id: pick(style.eye) },
      eyebrow: { id: pick(EYEBROW), angle: pick([-6, 6]) },
      mouth: { id: pick(MOUTH[labels.mouth]), flip: random() < 0.5 },
      nose: { id: pick(NOSE), size: pick([0.6, 0.9]) },
      hair: { id: pick(style.hair), color: HAIR[labels.hair], flip: random() < 0.5 },
      glasses: { id: pick(GLASSES[labels.glasses]) },
    };
    return { labels, drawing };
  });
}

/** What each part of a face depends on, from back to front. */
const PARTS = [
  ({ fatness, body, head }) => ({ fatness, body, head, ear: { id: 'ear1', size: 0.8 } }),
  ({ fatness, hair, facialHair }) => ({ fatness, hair: { color: hair.color }, facialHair }),
  ({ eye }) => ({ eye: { ...eye, angle: 0 } }),
  ({ hair, eyebrow }) => ({ hair: { color: hair.color }, eyebrow }),
  ({ mouth }) => ({ mouth }),
  ({ body, nose }) => ({ body, nose: { ...nose, flip: false } }),
  ({ fatness, hair }) => ({ fatness, hair }),
  ({ fatness, glasses }) => ({ fatness, glasses }),
];

const none = { id: 'none' };
const NOTHING = {
  fatness: 0.3,
  teamColors: ['#303038', '#303038', '#303038'],
  hairBg: none,
  body: none,
  jersey: none,
  ear: none,
  head: none,
  eyeLine: none,
  smileLine: none,
  miscLine: none,
  facialHair: none,
  eye: none,
  eyebrow: none,
  mouth: none,
  nose: none,
  hair: none,
  glasses: none,
  accessories: none,
};

/** Renders a drawing with premultiplied transparency: `[SIZE, SIZE, 4]` bytes. */
export function render(drawing) {
  const face = { ...NOTHING };
  for (const [name, value] of Object.entries(drawing)) {
    face[name] = typeof value === 'object' ? { ...none, ...value } : value;
  }
  face.head = { ...face.head, shave: 'rgba(0,0,0,0)' };
  const svg = faceToSvgString(face)
    .replace(/viewBox="[^"]*"/, `viewBox="${FRAME}"`)
    .replace('width="100%"', `width="${SIZE}"`)
    .replace('height="100%"', `height="${SIZE}"`);
  return new Resvg(svg).render().pixels;
}

/** The drawings of a face's parts, from back to front. */
export function parts(drawing) {
  return PARTS.map((part) => part(drawing));
}

/** The whole face as one drawing. */
export function whole(drawing) {
  return Object.assign({}, ...parts(drawing));
}

/** Lays `over`, premultiplied, over an opaque picture `[SIZE, SIZE, 3]`. */
export function lay(picture, over) {
  for (let pixel = 0; pixel < SIZE * SIZE; pixel++) {
    const clear = 255 - over[4 * pixel + 3];
    for (let channel = 0; channel < 3; channel++) {
      const under = picture[3 * pixel + channel];
      const sum = over[4 * pixel + channel] + Math.floor((under * clear + 127) / 255);
      picture[3 * pixel + channel] = Math.min(255, sum);
    }
  }
}

/** An empty picture. */
export function background() {
  return Uint8Array.from({ length: SIZE * SIZE * 3 }, (_, i) => BACKGROUND[i % 3]);
}

/** Every part once, the parts of each face, and its labels. */
function pack(faces) {
  const numbers = new Map();
  const sprites = [];
  const recipes = new Uint16Array(faces.length * PARTS.length);
  const labels = new Uint8Array(faces.length * ATTRIBUTES.length);
  faces.forEach((face, f) => {
    parts(face.drawing).forEach((part, p) => {
      const key = JSON.stringify(part);
      let number = numbers.get(key);
      if (number === undefined) {
        number = sprites.length;
        numbers.set(key, number);
        sprites.push(render(part));
      }
      recipes[f * PARTS.length + p] = number;
    });
    ATTRIBUTES.forEach(({ name, classes }, a) => {
      labels[f * ATTRIBUTES.length + a] = classes.indexOf(face.labels[name]);
    });
  });
  return { sprites: Buffer.concat(sprites), count: sprites.length, recipes, labels };
}

/** A safetensors file: the length of its header, the header, and the tensors one after another. */
function safetensors(tensors, metadata) {
  const header = { __metadata__: metadata };
  let end = 0;
  for (const [name, { dtype, shape, bytes }] of Object.entries(tensors)) {
    header[name] = { dtype, shape, data_offsets: [end, end + bytes.length] };
    end += bytes.length;
  }
  const text = Buffer.from(JSON.stringify(header));
  const padded = Buffer.concat([text, Buffer.alloc((8 - (text.length % 8)) % 8, ' ')]);
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(padded.length));
  return Buffer.concat([length, padded, ...Object.values(tensors).map((t) => t.bytes)]);
}

function write(path) {
  const faces = people();
  const { sprites, count, recipes, labels } = pack(faces);
  const file = safetensors(
    {
      recipes: {
        dtype: 'U16',
        shape: [faces.length, PARTS.length],
        bytes: Buffer.from(recipes.buffer),
      },
      sprites: { dtype: 'U8', shape: [count, SIZE, SIZE, 4], bytes: sprites },
      labels: { dtype: 'U8', shape: [faces.length, ATTRIBUTES.length], bytes: Buffer.from(labels) },
    },
    {
      faces: JSON.stringify({ train: TRAIN, background: BACKGROUND }),
      source: `drawn by web/tools/faces.js, seed ${SEED}, with facesjs and @resvg/resvg-js`,
      licence: 'facesjs is Apache-2.0, copyright Jeremy Scheff',
    },
  );
  writeFileSync(path, gzipSync(file, { level: 9 }));
  console.log(
    `md5 ${createHash('md5').update(file).digest('hex')}  ${faces.length} faces of ${count} parts`,
  );
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  write(fileURLToPath(new URL('../../crates/gan/assets/faces.safetensors.gz', import.meta.url)));
}
