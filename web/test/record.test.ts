import { expect, it } from 'vitest';
import { isCheckpoint, type Past, pastOf, withPast } from '../src/state/record.ts';
import { SeriesStore } from '../src/state/series.ts';

/** A file of the safetensors format with one tensor. */
function file(metadata: Record<string, string>): Uint8Array<ArrayBuffer> {
  const tensor = { dtype: 'F32', shape: [2], data_offsets: [0, 8] };
  const header = JSON.stringify({ __metadata__: metadata, 'g.params': tensor });
  const text = new TextEncoder().encode(header.padEnd(Math.ceil(header.length / 8) * 8));
  const bytes = new Uint8Array(8 + text.length + 8);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(text.length), true);
  bytes.set(text, 8);
  bytes.set([1, 2, 3, 4, 5, 6, 7, 8], 8 + text.length);
  return bytes;
}

const store = new SeriesStore(8);
store.append({
  step: Float64Array.from({ length: 20 }, (_, i) => i),
  d_loss: Float64Array.from({ length: 20 }, (_, i) => (i === 3 ? NaN : i / 3)),
});
const past: Past = {
  curves: store.curves,
  measures: [{ step: 10, values: { modes: 8, kl: Infinity } }],
};

it('rides in the header, and leaves the rest of the file as it was', () => {
  const written = withPast(file({ ganlet: '{"version":1}' }), past);
  const length = Number(new DataView(written.buffer).getBigUint64(0, true));
  expect(length % 8).toBe(0);
  expect([...written.subarray(8 + length)]).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  const header = JSON.parse(new TextDecoder().decode(written.subarray(8, 8 + length))) as {
    __metadata__: Record<string, string>;
    'g.params': unknown;
  };
  expect(header.__metadata__.ganlet).toBe('{"version":1}');
  expect(header['g.params']).toMatchObject({ shape: [2] });
  // A second time it takes the place of the first.
  expect(withPast(written, past)).toEqual(written);
});

it('comes back as the curves were, and goes on from there', () => {
  const back = pastOf(withPast(file({}), past));
  expect(back?.measures).toEqual([{ step: 10, values: { modes: 8 } }]);
  const next = new SeriesStore(8);
  if (back) next.restore(back.curves, 20);
  expect(next.steps).toEqual(store.steps);
  const last = store.column('d_loss').at(-1) ?? NaN;
  expect(next.column('d_loss').at(-1)).toBeCloseTo(last, 3);
  next.append({ step: Float64Array.of(19, 20), d_loss: Float64Array.of(99, 7) });
  expect(next.steps.at(-1)).toBe(20);
  expect(next.column('d_loss').at(-1)).toBe(7);
  // Of an earlier model, only what it had seen.
  if (back) next.restore(back.curves, 10);
  expect(Math.max(...next.steps)).toBeLessThan(10);
});

it('is nothing where a file has none, or nothing that can be read', () => {
  expect(pastOf(file({ ganlet: '{}' }))).toBeUndefined();
  expect(pastOf(file({ 'ganlet.past': 'no' }))).toBeUndefined();
  expect(pastOf(file({ 'ganlet.past': '{"curves":{"stride":1},"measures":[]}' }))).toBeUndefined();
  const text = new TextEncoder().encode('a text file, and no checkpoint');
  expect(pastOf(text)).toBeUndefined();
  expect(withPast(text, past)).toBe(text);
  expect([isCheckpoint(text), isCheckpoint(file({}))]).toEqual([false, true]);
});
