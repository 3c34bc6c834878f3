import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { CannotKeep } from '../src/runs/files.ts';
import { Keeping, type Store } from '../src/runs/keeping.ts';
import { Keep, type KeptRun } from '../src/state/keep.ts';
import { Notices } from '../src/state/notices.ts';
import { stepOf } from '../src/state/record.ts';
import { Run } from '../src/state/run.ts';
import { assembled } from '../src/state/safetensors.ts';
import type { Session } from '../src/state/session.ts';
import { Topics } from '../src/state/topics.ts';

const PORTRAIT = { title: 'Ring of eight', figures: [], picture: '' };

/** A page with a run that a test moves on, before it is kept too, and a shelf that a test can break. */
function page(before: (run: Run) => void = () => undefined) {
  const topics = new Topics();
  const notices = new Notices(() => undefined);
  const said = vi.spyOn(notices, 'add');
  const call = vi.fn(() =>
    Promise.resolve(
      assembled({ __metadata__: { ganlet: JSON.stringify({ step: run.step }) } }, []),
    ),
  );
  const channel = { call };
  const current = { model: {}, spec: {}, titleOf: () => 'Untitled' };
  const run = new Run(topics, channel as never, current as never);
  const models: { aside: unknown; open: unknown } = { aside: undefined, open: vi.fn() };
  const keep = new Keep(topics);
  const session = {
    run,
    keep,
    notices,
    channel,
    current,
    models,
    subscribe: topics.subscribe.bind(topics),
  } as unknown as Session;
  const kept = new Map<string, { run: Omit<KeptRun, 'bytes'>; step: number | undefined }>();
  const store: Store = {
    list: vi.fn(() => Promise.resolve([...kept.values()].map(({ run }) => ({ ...run, bytes: 1 })))),
    put: vi.fn((run: Omit<KeptRun, 'bytes'>, bytes: Uint8Array<ArrayBuffer>) => {
      kept.set(run.id, { run, step: stepOf(bytes) });
      return Promise.resolve();
    }),
    bytesOf: vi.fn(() => Promise.resolve<Uint8Array<ArrayBuffer> | undefined>(undefined)),
  };
  before(run);
  const keeping = new Keeping(
    session,
    store,
    () => PORTRAIT,
    undefined,
    () => Date.now(),
  );
  const train = (step: number): void => {
    run.step = step;
    topics.tell('metrics');
  };
  return { topics, said, call, run, models, keep, kept, store, keeping, train };
}

describe('a run is kept', () => {
  beforeEach(() => {
    vi.useFakeTimers();
    vi.stubGlobal('navigator', {});
  });
  afterEach(() => {
    vi.useRealTimers();
    vi.unstubAllGlobals();
  });
  const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);
  const steps = (kept: ReturnType<typeof page>['kept']) =>
    [...kept.values()].map((one) => one.step);

  it('some seconds after it began to train, then every few, under one name', async () => {
    const { run, kept, train, call } = page();
    run.setRunning(true);
    train(100);
    await pass(1900);
    expect(kept.size).toBe(0);
    train(200);
    await pass(200);
    expect(steps(kept)).toEqual([200]);
    train(300);
    await pass(4000);
    expect(call).toHaveBeenCalledTimes(1);
    await pass(1500);
    expect(steps(kept)).toEqual([300]);
  });

  it('when it stands still, at once', async () => {
    const { run, kept, train } = page();
    run.setRunning(true);
    train(100);
    run.setRunning(false);
    await pass(400);
    expect(steps(kept)).toEqual([100]);
    // Nothing more of it, nothing more to do.
    expect(run.identity).toMatchObject({ step: 100 });
  });

  it('where it was trained before anything could keep it', async () => {
    const { kept } = page((run) => {
      run.step = 100;
    });
    await pass(400);
    expect(steps(kept)).toEqual([100]);
  });

  it('not where nothing was trained here, and not for a few single steps', async () => {
    const { run, kept, train } = page();
    run.begin(150);
    train(150);
    await pass(10_000);
    train(153);
    await pass(10_000);
    expect(kept.size).toBe(0);
    train(160);
    await pass(10_000);
    expect(steps(kept)).toEqual([160]);
  });

  it('apart from the one before it, whose last steps are kept too', async () => {
    const { run, kept, train, models, topics } = page();
    run.setRunning(true);
    train(100);
    await pass(3000);
    train(120);
    const { identity, past } = run;
    const bytes = assembled({ __metadata__: { ganlet: '{"step":130}' } }, []);
    run.begin(0);
    models.aside = { bytes, step: 130, spec: {}, past, identity };
    topics.tell('model');
    await pass(10);
    expect(steps(kept)).toEqual([130]);
    train(50);
    await pass(8000);
    expect(steps(kept)).toEqual([130, 50]);
    expect(new Set(kept.keys()).size).toBe(2);
  });

  it('not with another model’s numbers', async () => {
    const { run, kept, train, call } = page();
    train(100);
    call.mockImplementationOnce(() => {
      run.begin(0);
      return Promise.resolve(new Uint8Array());
    });
    await pass(400);
    expect(kept.size).toBe(0);
  });

  it('and where there is no room, that is said once, and training goes on', async () => {
    const { run, said, train, store, kept } = page();
    const full = new CannotKeep('Full.', new DOMException('', 'QuotaExceededError'));
    vi.mocked(store.put).mockRejectedValue(full);
    run.setRunning(true);
    for (let step = 100; step < 1000; step += 100) {
      train(step);
      await pass(3000);
    }
    expect(vi.mocked(store.put).mock.calls.length).toBeGreaterThan(2);
    expect(said.mock.calls).toEqual([['warning', 'Full. Training goes on.']]);
    expect(run.running).toBe(true);
    // There is room again.
    vi.mocked(store.put).mockReset();
    vi.mocked(store.put).mockImplementation((run, bytes) => {
      kept.set(run.id, { run, step: stepOf(bytes) });
      return Promise.resolve();
    });
    train(1000);
    await pass(8000);
    expect(steps(kept)).toEqual([1000]);
  });

  it('and where it is forbidden, it is not tried again', async () => {
    const { said, train, store, run } = page();
    vi.mocked(store.put).mockRejectedValue(new CannotKeep('Forbidden.'));
    run.setRunning(true);
    for (let step = 100; step < 1000; step += 100) {
      train(step);
      await pass(8000);
    }
    expect(store.put).toHaveBeenCalledTimes(1);
    expect(said.mock.calls).toEqual([['warning', 'Forbidden. Training goes on.']]);
  });

  it('and what was deleted while it is on the page is not kept again', async () => {
    const { keep, run, train, store } = page();
    train(100);
    await pass(400);
    keep.drop(run.identity.id ?? '');
    train(200);
    await pass(8000);
    expect(store.put).toHaveBeenCalledTimes(1);
  });
});

describe('the last run', () => {
  const last = { id: 'a', title: 'Ring', step: 1400, figures: [], picture: '', at: 1, bytes: 1 };

  it('is offered, until something else is trained', async () => {
    const { keeping, keep, store, run } = page();
    vi.mocked(store.list).mockResolvedValue([last]);
    await keeping.offer();
    expect(keep.last).toEqual(last);
    run.setRunning(true);
    expect(keep.last).toBeUndefined();
  });

  it('is not offered to somebody who trains already', async () => {
    const { keeping, keep, store, run } = page();
    vi.mocked(store.list).mockResolvedValue([last]);
    run.setRunning(true);
    await keeping.offer();
    expect(keep.last).toBeUndefined();
  });

  it('is opened under its own name, or said to be gone', async () => {
    const { keeping, models, store, said } = page();
    expect(await keeping.open(last)).toBe(false);
    expect(said.mock.calls[0]?.[1]).toMatch(/Ring is not there any more/);
    vi.mocked(store.bytesOf).mockResolvedValue(Uint8Array.of(1));
    vi.mocked(models.open as () => Promise<boolean>).mockResolvedValue(true);
    expect(await keeping.open({ ...last, name: 'Mine' })).toBe(true);
    expect(models.open).toHaveBeenCalledWith('Mine', Uint8Array.of(1), 'a');
  });
});
