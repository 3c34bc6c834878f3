import 'fake-indexeddb/auto';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { CannotKeep } from '../src/runs/files.ts';
import * as store from '../src/runs/store.ts';
import { FakeFolder } from './fake-folder.ts';

const run = (id: string, at: number) => ({
  id,
  title: `Run ${id}`,
  step: 10 * at,
  figures: [{ label: 'Modes covered', value: '8 of 8' }],
  picture: '',
  at,
});
const bytes = (...values: number[]): Uint8Array<ArrayBuffer> => Uint8Array.from(values);

describe('the runs that a browser keeps', () => {
  let root: FakeFolder;
  beforeEach(async () => {
    root = new FakeFolder();
    vi.stubGlobal('navigator', {
      storage: {
        getDirectory: () => Promise.resolve(root),
        estimate: () => Promise.resolve({ usage: 5, quota: 100 }),
        persisted: () => Promise.resolve(false),
      },
    });
    for (const { id } of await store.list()) await store.remove(id);
  });

  it('are listed from the newest on, each with its bytes', async () => {
    await store.put(run('a', 1), bytes(1, 2, 3));
    await store.put(run('b', 2), bytes(4));
    expect((await store.list()).map(({ id, bytes }) => [id, bytes])).toEqual([
      ['b', 1],
      ['a', 3],
    ]);
    expect(await store.bytesOf('a')).toEqual(bytes(1, 2, 3));
    expect(await store.bytesOf('c')).toBeUndefined();
    expect(await store.room()).toEqual({ used: 5, granted: 100, lasting: false });
  });

  it('take the place of what was kept of them, with the name that a person gave', async () => {
    await store.put(run('a', 1), bytes(1));
    await store.rename('a', 'My ring');
    await store.put(run('a', 2), bytes(1, 2));
    expect(await store.list()).toEqual([{ ...run('a', 2), bytes: 2, name: 'My ring' }]);
    await store.rename('a', '');
    expect((await store.list())[0]).not.toHaveProperty('name');
    // One that was deleted meanwhile is none.
    await store.rename('gone', 'x');
    expect(await store.list()).toHaveLength(1);
  });

  it('are deleted with their files', async () => {
    await store.put(run('a', 1), bytes(1));
    await store.remove('a');
    expect(await store.list()).toEqual([]);
    expect(root.folder('runs').files.size).toBe(0);
  });

  it('are the newest and those with a name', async () => {
    await store.put(run('named', 0), bytes(0));
    await store.rename('named', 'Mine');
    for (let i = 1; i <= store.MOST + 2; i++) await store.put(run(`r${i}`, i), bytes(i));
    const ids = (await store.list()).map(({ id }) => id);
    expect(ids).toHaveLength(store.MOST + 1);
    expect(ids).toContain('named');
    expect(ids).not.toContain('r1');
    expect(ids).not.toContain('r2');
    expect(root.folder('runs').files.size).toBe(store.MOST + 1);
  });

  it('stay as they were where there is no room for more, which is said', async () => {
    await store.put(run('a', 1), bytes(1));
    root.folder('runs').full = true;
    const failed = store.put(run('a', 2), bytes(1, 2, 3));
    await expect(failed).rejects.toThrow(/QuotaExceededError.*delete some under “Runs”/);
    await expect(failed).rejects.toMatchObject({ full: true });
    await expect(store.put(run('b', 3), bytes(1))).rejects.toThrow(CannotKeep);
    expect(await store.list()).toEqual([{ ...run('a', 1), bytes: 1 }]);
    expect(await store.bytesOf('a')).toEqual(bytes(1));
    expect([...root.folder('runs').files.keys()]).toEqual(['a.safetensors']);
  });

  it('are none where the browser forbids it, which is said', async () => {
    vi.stubGlobal('navigator', {
      storage: {
        getDirectory: () => Promise.reject(new DOMException('No.', 'SecurityError')),
      },
    });
    const failed = store.put(run('a', 1), bytes(1));
    await expect(failed).rejects.toThrow(/keeps nothing here \(SecurityError\)/);
    await expect(failed).rejects.toMatchObject({ full: false });
    vi.stubGlobal('navigator', {});
    await expect(store.put(run('a', 1), bytes(1))).rejects.toThrow(/not on https/);
    expect(await store.room()).toBeUndefined();
  });

  it('leave no files behind for ever', async () => {
    await store.put(run('a', 1), bytes(1));
    const files = root.folder('runs').files;
    files.set('left.safetensors', bytes(9));
    await store.tidy(Date.now());
    expect(files.size).toBe(2);
    await store.tidy(Date.now() + 2 * 86_400_000);
    expect([...files.keys()]).toEqual(['a.safetensors']);
  });
});
