import { readFileSync } from 'node:fs';
import { URL } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import {
  ATTRIBUTES,
  SIZE,
  TEST,
  TRAIN,
  background,
  lay,
  parts,
  people,
  render,
  whole,
} from '../tools/faces.js';

const file = gunzipSync(
  readFileSync(new URL('../../crates/gan/assets/faces.safetensors.gz', import.meta.url)),
);
const headerEnd = 8 + Number(file.readBigUInt64LE());
const header = JSON.parse(file.subarray(8, headerEnd).toString());

function tensor(name) {
  const [start, end] = header[name].data_offsets;
  return file.subarray(headerEnd + start, headerEnd + end);
}

const recipes = new Uint16Array(Uint8Array.from(tensor('recipes')).buffer);
const sprites = tensor('sprites');
const labels = tensor('labels');
const spriteLength = SIZE * SIZE * 4;
const all = people();
/** Faces spread over the whole set, at odd distances, so that every kind of person is among them. */
const some = all
  .map((face, index) => ({ ...face, index }))
  .filter(({ index }) => index % 397 === 0);

function partsOf(index) {
  const count = header.recipes.shape[1];
  return Array.from(recipes.subarray(index * count, (index + 1) * count), (number) =>
    sprites.subarray(number * spriteLength, (number + 1) * spriteLength),
  );
}

test('the file holds the parts of every face as they are drawn', () => {
  expect(header.recipes.shape[0]).toBe(TRAIN + TEST);
  for (const { drawing, index } of some) {
    const drawn = parts(drawing).map(render);
    expect(partsOf(index).map((part, i) => part.equals(drawn[i]))).not.toContain(false);
  }
});

test('parts laid over each other are the whole drawing, up to rounding', () => {
  for (const { drawing, index } of some) {
    const face = background();
    for (const part of partsOf(index)) lay(face, part);
    const drawn = background();
    lay(drawn, render(whole(drawing)));
    const differences = Array.from(face, (value, i) => Math.abs(value - drawn[i]));
    // Every stroke of a hairstyle rounds once more.
    expect(Math.max(...differences)).toBeLessThanOrEqual(10);
    const mean = differences.reduce((sum, value) => sum + value, 0) / differences.length;
    expect(mean).toBeLessThan(0.5);
  }
});

test('labels say what was drawn, and women and men with glasses and without are equally many', () => {
  const counts = new Map();
  all.forEach((face, index) => {
    const own = labels.subarray(index * ATTRIBUTES.length, (index + 1) * ATTRIBUTES.length);
    const names = ATTRIBUTES.map(({ name, classes }, a) => [name, classes[own[a]]]);
    expect(Object.fromEntries(names)).toEqual(face.labels);
    const kind = `${face.labels.person} ${face.labels.glasses}`;
    counts.set(kind, (counts.get(kind) ?? 0) + 1);
  });
  expect([...counts.values()]).toEqual(Array(4).fill((TRAIN + TEST) / 4));
});
