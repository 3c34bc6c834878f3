import { strToU8, zipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { readArray } from '../src/own/arrays.ts';
import { collect, type Hearing, mostImages } from '../src/own/collect.ts';
import { type Entry, entriesOf, givenFiles } from '../src/own/entries.ts';
import { type OwnSet, pack, unpack } from '../src/own/file.ts';
import { aimsFor, gameFor } from '../src/own/game.ts';
import { placed, type Shape } from '../src/own/pixels.ts';

const SHAPE: Shape = { size: 2, colour: false, crop: 'centre', ground: 'white' };
const PNG = [0x89, 0x50, 0x4e, 0x47];

/** A picture whose brightness is its fifth byte; one without it is cut short. */
const picture = (brightness?: number): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(brightness === undefined ? PNG : [...PNG, brightness]);

const hearing: Hearing = {
  decode: async (blob, { size }) => {
    const brightness = new Uint8Array(await blob.arrayBuffer())[4];
    if (brightness === undefined) throw new DOMException('cut short', 'InvalidStateError');
    return Uint8ClampedArray.from({ length: size * size * 4 }, (_, i) =>
      i % 4 === 3 ? 255 : brightness,
    );
  },
};

const entry = (name: string, bytes: Uint8Array<ArrayBuffer>): Entry => ({
  name,
  open: () => Promise.resolve(new Blob([bytes])),
});

/** A file of the format by its description. */
function npy(
  type: string,
  shape: readonly number[],
  content: ArrayBufferView,
): Uint8Array<ArrayBuffer> {
  const text = `{'descr': '${type}', 'fortran_order': False, 'shape': (${shape.join(', ')},), }\n`;
  const start = [0x93, ...strToU8('NUMPY'), 1, 0, text.length % 256, text.length >> 8];
  const bytes = new Uint8Array(content.buffer, content.byteOffset, content.byteLength);
  return Uint8Array.from([...start, ...strToU8(text), ...bytes]);
}

function idx(sizes: readonly number[], content: readonly number[]): Uint8Array<ArrayBuffer> {
  const words = sizes.flatMap((size) =>
    [size >> 24, size >> 16, size >> 8, size].map((n) => n & 255),
  );
  return Uint8Array.from([0, 0, 8, sizes.length, ...words, ...content]);
}

describe('pictures', () => {
  it('become a set in the order of their names, labelled by their folders', async () => {
    const files = [
      new File([picture(30)], 'c.png'),
      new File([picture(10)], 'a.png'),
      new File([picture(20)], 'b.png'),
    ];
    const given = givenFiles(files).map(({ file }, i) => ({
      path: `${i === 0 ? 'dogs' : 'cats'}/${file.name}`,
      file,
    }));
    const entries = await entriesOf(given);
    const { set, remarks } = await collect('pets', entries, SHAPE, hearing);
    expect(set).toMatchObject({ name: 'pets', size: 2, channels: 1, count: 3 });
    expect([...set.pixels]).toEqual([10, 10, 10, 10, 20, 20, 20, 20, 30, 30, 30, 30]);
    expect([...set.labels]).toEqual([0, 0, 1]);
    expect(set.classes).toEqual(['cats', 'dogs']);
    expect(remarks).toEqual([]);
  });

  it('of one folder have no labels', async () => {
    const entries = [entry('all/1.png', picture(1)), entry('all/2.png', picture(2))];
    const { set } = await collect('x', entries, SHAPE, hearing);
    expect(set.classes).toEqual([]);
  });

  it('that cannot be used are named with the reason, and the others go on', async () => {
    const entries = [
      entry('1.png', picture(1)),
      entry('broken.png', picture()),
      entry('inner.zip', zipSync({ a: picture(1) })),
      entry('notes.txt', strToU8('a word about it all')),
      entry('nothing.png', new Uint8Array()),
      entry('2.png', picture(2)),
    ];
    const { set, remarks } = await collect('x', entries, SHAPE, hearing);
    expect(set.count).toBe(2);
    expect(remarks).toEqual([
      'Left out: broken.png (damaged, cut short, or of a kind that this browser cannot decode).',
      'Left out: inner.zip (a ZIP in a ZIP or a folder: unpack it first).',
      'Left out: notes.txt (no picture, IDX file or .npy).',
      'Left out: nothing.png (empty).',
    ]);
  });

  it('in colour keep red, green and blue; in grey their luminance', async () => {
    const decode: Hearing['decode'] = () =>
      Promise.resolve(Uint8ClampedArray.of(200, 100, 50, 255));
    const one = { ...SHAPE, size: 1 };
    const entries = [entry('a.png', picture(1))];
    const colour = await collect('x', entries, { ...one, colour: true }, { decode });
    expect([...colour.set.pixels]).toEqual([200, 100, 50]);
    const grey = await collect('x', entries, one, { decode });
    expect([...grey.set.pixels]).toEqual([124]);
  });

  it('beyond what fits are left out, and that is said', async () => {
    const entries = Array.from({ length: 9 }, (_, i) => entry(`${i}.png`, picture(i)));
    const { set, remarks } = await collect('x', entries, SHAPE, { ...hearing, most: 4 });
    expect(set.count).toBe(4);
    expect(remarks).toEqual(['The first 4 images are kept: more of this size do not fit.']);
    expect(mostImages({ size: 64, colour: true })).toBe(7812);
  });

  it('end where the reader stops them', async () => {
    const stop = new AbortController();
    stop.abort();
    const collected = collect('x', [entry('1.png', picture(1))], SHAPE, {
      ...hearing,
      signal: stop.signal,
    });
    await expect(collected).rejects.toThrow();
  });
});

describe('a ZIP', () => {
  const file = (bytes: Uint8Array, name = 'pets.zip'): File =>
    new File([bytes as Uint8Array<ArrayBuffer>], name);

  it('is a folder', async () => {
    const packed = zipSync({
      pets: { dogs: { '1.png': picture(7) }, cats: { '1.png': picture(5) }, '.hidden': picture(1) },
      __MACOSX: { '1.png': picture(1) },
    });
    const entries = await entriesOf([{ path: 'pets.zip', file: file(packed) }]);
    expect(entries.map(({ name }) => name)).toEqual(['pets/cats/1.png', 'pets/dogs/1.png']);
    const { set } = await collect('pets', entries, SHAPE, hearing);
    expect([...set.pixels.subarray(0, 5)]).toEqual([5, 5, 5, 5, 7]);
    expect(set.classes).toEqual(['cats', 'dogs']);
  });

  it('of very many files is unpacked a part at a time', async () => {
    const many = Object.fromEntries(
      Array.from({ length: 150 }, (_, i) => [`${String(i).padStart(3, '0')}.png`, picture(i)]),
    );
    const entries = await entriesOf([{ path: 'a.zip', file: file(zipSync(many)) }]);
    const { set } = await collect('x', entries, { ...SHAPE, size: 1 }, hearing);
    expect([...set.pixels]).toEqual(Array.from({ length: 150 }, (_, i) => i));
  });

  it('that is cut short says so', async () => {
    const whole = zipSync({ 'a.png': picture(1) });
    const given = [{ path: 'a.zip', file: file(whole.subarray(0, 20), 'a.zip') }];
    await expect(entriesOf(given)).rejects.toThrow(
      /^a\.zip cannot be unpacked \(.*\): pack it again/,
    );
  });
});

describe('arrays', () => {
  it('of NumPy are read, bytes and numbers from 0 to 1', () => {
    const bytes = readArray(npy('|u1', [2, 1, 2], Uint8Array.of(1, 2, 3, 4)));
    expect(bytes).toEqual({
      kind: 'images',
      count: 2,
      height: 1,
      width: 2,
      channels: 1,
      bytes: Uint8Array.of(1, 2, 3, 4),
    });
    const floats = readArray(npy('<f4', [1, 1, 1, 3], Float32Array.of(0, 0.5, 1)));
    expect(floats).toMatchObject({ channels: 3, bytes: Uint8Array.of(0, 128, 255) });
    const labels = readArray(npy('<i8', [3], BigInt64Array.of(0n, 9n, 4n)));
    expect(labels).toEqual({ kind: 'labels', labels: Uint8Array.of(0, 9, 4) });
  });

  it('of IDX are read with their labels', async () => {
    const pixels = Array.from({ length: 8 }, (_, i) => 10 * i);
    const entries = [
      entry('train-images', idx([2, 2, 2], pixels)),
      entry('train-labels', idx([2], [1, 0])),
    ];
    const { set } = await collect('x', entries, SHAPE, hearing);
    expect([...set.pixels]).toEqual(pixels);
    expect([...set.labels]).toEqual([1, 0]);
    expect(set.classes).toEqual(['0', '1']);
  });

  it.each([
    [npy('|u1', [4, 2, 2], new Uint8Array(15)), 'cut short'],
    [npy('<f4', [1, 1, 1], Float32Array.of(3)), 'not from 0 to 1'],
    [npy('<f4', [1, 1, 1], Float32Array.of(NaN)), 'not from 0 to 1'],
    [npy('<i2', [1, 1, 1], Int16Array.of(-1)), 'not from 0 to 255'],
    [npy('<c8', [1, 1, 1], new Uint8Array(8)), 'numbers of type <c8'],
    [npy('|u1', [2, 2], new Uint8Array(4)), 'its shape is (2, 2)'],
    [npy('|u1', [1, 1, 1, 4], new Uint8Array(4)), 'its shape is (1, 1, 1, 4)'],
    [idx([2, 2, 2], [1, 2, 3]), 'cut short'],
  ])('that cannot be used say why: %#', (bytes, problem) => {
    expect(() => readArray(bytes)).toThrow(problem);
  });

  it('with too few labels are kept without', async () => {
    const entries = [
      entry('a', idx([2, 2, 2], [0, 1, 2, 3, 4, 5, 6, 7])),
      entry('b', idx([1], [1])),
    ];
    const { set, remarks } = await collect('x', entries, SHAPE, hearing);
    expect(set.classes).toEqual([]);
    expect(remarks).toEqual(['There are 1 labels for 2 images, so they are left out.']);
  });
});

describe('the file of a set', () => {
  const set: OwnSet = {
    name: 'Käfer & “Co”',
    size: 2,
    channels: 3,
    count: 2,
    pixels: Uint8Array.from({ length: 24 }, (_, i) => i),
    labels: Uint8Array.of(1, 0),
    classes: ['a', 'b'],
  };

  it('reads back', () => {
    expect(unpack(pack(set), 'file')).toEqual(set);
    const plain = { ...set, labels: new Uint8Array(), classes: [] };
    expect(unpack(pack(plain), 'file')).toEqual(plain);
  });

  it('that is damaged or of something else says so', () => {
    const bytes = pack(set);
    expect(() => unpack(bytes.slice(0, -3), 'a.safetensors')).toThrow(
      'a.safetensors holds no images',
    );
    expect(() => unpack(Uint8Array.of(1, 2, 3), 'x')).toThrow('x holds no images');
  });
});

describe('where a picture goes', () => {
  it('is the square in its middle, or all of it with a margin', () => {
    expect(placed(100, 60, { size: 20, crop: 'centre' })).toEqual({
      from: [20, 0, 60, 60],
      to: [0, 0, 20, 20],
    });
    expect(placed(100, 60, { size: 20, crop: 'fit' })).toEqual({
      from: [0, 0, 100, 60],
      to: [0, 4, 20, 12],
    });
    expect(placed(5000, 1, { size: 16, crop: 'fit' }).to).toEqual([0, 7, 16, 1]);
  });
});

describe('the game', () => {
  it('is the one whose networks make that size', () => {
    const set = { name: 'x', channels: 1, classes: ['a', 'b'] } as const;
    expect(gameFor({ ...set, size: 28 })).toEqual({
      preset: 'mnist-dcgan',
      overrides: {
        data: { kind: 'own_images', name: 'x', size: 28, colour: false, classes: 2, black: -1 },
        'generator.layers.10.channels': 1,
      },
    });
    expect(gameFor({ ...set, size: 64, channels: 3 }).preset).toBe('faces-dcgan');
    expect(gameFor({ ...set, size: 16 }, 'ask')).toMatchObject({
      preset: 'mnist-cgan',
      overrides: {
        'generator.layers.4.units': 1024,
        'generator.layers.5.shape': [4, 4, 64],
        'generator.layers.11.channels': 1,
      },
    });
    expect(gameFor({ ...set, size: 28 }, 'name')).toEqual({
      preset: 'mnist-classifier',
      overrides: {
        data: { kind: 'own_images', name: 'x', size: 28, colour: false, classes: 2, black: 0 },
        'network.layers.7.units': 2,
      },
    });
    expect(aimsFor(1)).toEqual(['make']);
    expect(aimsFor(2)).toEqual(['make', 'ask', 'name']);
    expect(() => gameFor({ ...set, size: 48 })).toThrow('make the set again with 16, 28, 32, 64');
  });
});
