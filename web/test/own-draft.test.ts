import { describe, expect, it } from 'vitest';
import type { Hearing } from '../src/own/collect.ts';
import { collect } from '../src/own/collect.ts';
import { costOf, warningOf } from '../src/own/cost.ts';
import { Draft } from '../src/own/draft.ts';
import { pack } from '../src/own/file.ts';

/** Every picture is as bright as its fifth byte. */
const decode: Hearing['decode'] = async (blob, { size }) => {
  const brightness = new Uint8Array(await blob.arrayBuffer())[4] ?? 0;
  return new Uint8ClampedArray(size * size * 4).fill(brightness);
};
const made = (): Draft =>
  new Draft(
    () => undefined,
    (name, entries, shape, hearing) => collect(name, entries, shape, { ...hearing, decode }),
  );

const given = (count: number, folder = (_: number) => 'pets') =>
  Array.from({ length: count }, (_, i) => {
    const file = new File([Uint8Array.of(0x89, 0x50, 0x4e, 0x47, i)], `${i}.png`);
    return { path: `${folder(i)}/${String(i).padStart(4, '0')}.png`, file };
  });

describe('a set in the making', () => {
  it('shows some from all over what was given, and is called as its folder', async () => {
    const draft = made();
    await draft.give(given(240));
    expect(draft.name).toBe('pets');
    expect(draft.count).toBe(240);
    expect(draft.preview?.set.count).toBe(24);
    const first = draft.preview?.set.pixels.filter((_, i) => i % (28 * 28 * 3) === 0);
    expect([...(first ?? [])].slice(0, 3)).toEqual([0, 10, 20]);
  });

  it('knows its classes before all is read', async () => {
    const draft = made();
    await draft.give(given(50, (i) => (i < 40 ? 'pets/cats' : 'pets/dogs')));
    expect(draft.classes).toEqual(['cats', 'dogs']);
    const set = await draft.whole();
    expect(set?.labels.reduce((sum, label) => sum + label, 0)).toBe(10);
  });

  it('is made again when its shape is chosen anew', async () => {
    const draft = made();
    await draft.give(given(30));
    await draft.reshape({ size: 16, colour: false });
    expect(draft.preview?.set).toMatchObject({ size: 16, channels: 1 });
    expect((await draft.whole())?.pixels).toHaveLength(30 * 16 * 16);
  });

  it('of too few is none, and says so', async () => {
    const draft = made();
    await draft.give(given(2));
    expect(await draft.whole()).toBeUndefined();
    expect(draft.problem).toBe('2 images are too few: give 20 or more.');
  });

  it('that was saved is opened as it is', async () => {
    const [first, second] = [made(), made()];
    await first.give(given(25));
    const set = await first.whole();
    if (!set) throw new Error('no set');
    await second.give([{ path: 'x', file: new File([pack(set)], 'x.safetensors') }]);
    expect(second.opened).toEqual(set);
    expect(await second.whole()).toEqual(set);
    const broken = made();
    await broken.give([{ path: 'y', file: new File(['text'], 'y.safetensors') }]);
    expect(broken.problem).toContain('y.safetensors holds no images');
  });

  it('grows by pictures of the camera', async () => {
    const draft = made();
    for (let i = 0; i < 3; i++) {
      const label = i === 2 ? 'wave' : 'nod';
      await draft.add(new Blob([Uint8Array.of(0x89, 0x50, 0x4e, 0x47, i)]), label);
    }
    expect(draft.count).toBe(3);
    expect(draft.classes).toEqual(['nod', 'wave']);
  });
});

describe('what it takes', () => {
  it('is said in numbers', () => {
    const lines = costOf({ images: 10_000, size: 32, channels: 3, aim: 'make', rate: 4 });
    expect(lines).toEqual([
      '9,000 images to learn from, and 1,000 held out to compare with.',
      '123 MB of memory for the images.',
      'About 250 ms a step here, 4 min for 1,000 steps.',
    ]);
    const unknown = costOf({ images: 60, size: 16, channels: 1, aim: 'make', rate: undefined });
    expect(unknown[1]).toBe('Less than 1 MB of memory for the images.');
    expect(unknown[2]).toContain('known when it trains');
  });

  it('is warned of where there are few', () => {
    expect(warningOf(60, 'make')).toContain('60 images are few: a model may');
    expect(warningOf(60, 'name')).toContain('60 images are few: a classifier may');
    expect(warningOf(5000, 'make')).toBe('');
  });
});
