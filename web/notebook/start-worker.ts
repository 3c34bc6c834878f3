/** In place of `src/state/start-worker.ts`: the worker's script is a part of this one, and its files come by way of this page. */
import Worker from './worker.ts?worker&inline';
import { fetchFile, SITE } from './site.ts';

export interface Wanted {
  id: number;
  path: string;
}
export interface Found {
  id: number;
  body: ArrayBuffer | undefined;
  type: string;
}

export const originOf = (): string => 'blob:';

export function startWorker(): globalThis.Worker {
  const worker = new Worker({ name: 'ganlet' });
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = ({ data: { id, path } }: MessageEvent<Wanted>) => {
    void fetchFile(path, SITE).then(async (response) => {
      const body = response.ok ? await response.arrayBuffer() : undefined;
      const found: Found = { id, body, type: response.headers.get('Content-Type') ?? '' };
      port1.postMessage(found, body ? [body] : []);
    });
  };
  worker.postMessage({ files: port2 }, [port2]);
  return worker;
}
