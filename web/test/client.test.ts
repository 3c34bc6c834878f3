import { expect, it } from 'vitest';
import { CallError, Client, type Line } from '../src/client.ts';
import type { Event, FromWorker, Request } from '../src/protocol.ts';

function line() {
  const sent: Request[] = [];
  const fake: Line = { postMessage: (request) => void sent.push(request), onmessage: null };
  const answer = (message: FromWorker) =>
    fake.onmessage?.({ data: message } as MessageEvent<FromWorker>);
  return { fake, sent, answer };
}

it('pairs replies with calls, in any order', async () => {
  const { fake, sent, answer } = line();
  const client = new Client(fake, () => undefined);
  const first = client.call('pause', null);
  const second = client.call('save', null);
  const [a, b] = sent;
  answer({ id: b?.id ?? 0, ok: true, result: Uint8Array.of(1) });
  answer({ id: a?.id ?? 0, ok: false, failure: { message: 'no', code: 'structural' } });
  await expect(second).resolves.toEqual(Uint8Array.of(1));
  await expect(first).rejects.toThrow(CallError);
  await expect(first).rejects.toMatchObject({ message: 'no', code: 'structural' });
});

it('hands events on', () => {
  const { fake, answer } = line();
  const events: Event[] = [];
  new Client(fake, (event) => events.push(event));
  answer({ event: 'running', running: true });
  expect(events).toEqual([{ event: 'running', running: true }]);
});

it('lets nobody wait for a worker that is gone', async () => {
  const { fake } = line();
  const client = new Client(fake, () => undefined);
  const call = client.call('save', null);
  client.abandon('the worker stopped');
  await expect(call).rejects.toThrow('the worker stopped');
  await expect(client.call('save', null)).rejects.toThrow('the worker stopped');
});
