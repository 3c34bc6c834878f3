/** Wires the engine to messages, the clock and a library. */
import type { Library } from '../library.ts';
import { type FromWorker, Refusal, type Request } from '../protocol.ts';
import { policyFor } from '../state/policy.ts';
import { Engine } from './engine.ts';

/** The part of a dedicated worker's global that is used; the page's types name it differently. */
interface Scope {
  postMessage(message: FromWorker, transfer: Transferable[]): void;
  onmessage: ((event: MessageEvent<Request>) => void) | null;
}
const scope = self as unknown as Scope;

/** `find`: the library of an address. */
export function serve(find: (url: string) => Promise<Library>): void {
  // A message to oneself is a task, so it comes after messages that already wait; timers would be
  // clamped to 4 ms.
  const gate = new MessageChannel();
  const waiting: (() => void)[] = [];
  gate.port1.onmessage = () => waiting.shift()?.();

  const engine = new Engine({
    post: (message, transfer = []) => {
      scope.postMessage(message, transfer);
    },
    load: async (url, backend) => {
      try {
        const library = await find(url);
        await library.default(backend ? { backend } : {});
        return library;
      } catch (error) {
        const cause = error instanceof Error ? error.message : String(error);
        const { origin } = new URL(url);
        // Firefox asks the policy of the page around only now.
        const policy =
          origin === self.origin
            ? ''
            : ` In a page with a Content-Security-Policy, that must allow it: ${policyFor(origin)}.`;
        throw new Refusal(
          'unsupported',
          `The engine could not be loaded (${cause}).${policy} Reload the page; if that does not help, this browser is too old or the site is incomplete.`,
          { cause: error },
        );
      }
    },
    now: () => performance.now(),
    breathe: () =>
      new Promise((resolve) => {
        waiting.push(resolve);
        gate.port2.postMessage(null);
      }),
    sleep: (ms) =>
      new Promise((resolve) => {
        setTimeout(resolve, ms);
      }),
  });

  scope.onmessage = ({ data }) => void engine.handle(data);
}
