/** The built site from an origin of its own, as a host serves it that lets others read it. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Served {
  origin: string;
  close(): void;
}

/** Serves what lies below `site`; `change` may answer otherwise, with a text. */
export async function served(
  site: string,
  change: (path: string, text: () => Promise<string>) => Promise<string | undefined> = () =>
    Promise.resolve(undefined),
): Promise<Served> {
  const server = createServer((request, response) => {
    void (async () => {
      const path = `.${request.url ?? '/'}`;
      const answer = await fetch(new URL(path, site));
      response.writeHead(answer.status, {
        'access-control-allow-origin': '*',
        'content-type': answer.headers.get('content-type') ?? '',
      });
      const changed = await change(path, () => answer.text());
      response.end(changed ?? Buffer.from(await answer.arrayBuffer()));
    })();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    origin: `http://127.0.0.1:${port}`,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
