import { expect, it } from 'vitest';
import { PaceMemory } from '../src/state/pace-memory.ts';

class FakeStorage {
  text: string | null = null;
  writes = 0;
  getItem(): string | null {
    return this.text;
  }
  setItem(_: string, text: string): void {
    this.text = text;
    this.writes += 1;
  }
}

it('remembers rates over visits, and writes seldom', () => {
  const storage = new FakeStorage();
  const memory = new PaceMemory(storage);
  expect(memory.rate('ring cpu')).toBeUndefined();
  memory.record(100, 'ring cpu', 1000);
  memory.record(120, 'ring cpu', 1100);
  expect([memory.rate('ring cpu'), storage.writes]).toEqual([120, 1]);
  memory.record(130, 'ring cpu', 9000);
  expect(new PaceMemory(storage).rate('ring cpu')).toBe(130);
});

it('takes no harm from what it did not write', () => {
  const storage = new FakeStorage();
  for (const text of ['nonsense', 'null', '{"ring cpu":"fast"}', '{"ring cpu":-1}']) {
    storage.text = text;
    expect(new PaceMemory(storage).rate('ring cpu')).toBeUndefined();
  }
});
