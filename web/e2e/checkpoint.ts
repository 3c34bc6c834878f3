/** What a run has come to, to the bit. */
import type { Locator } from '@playwright/test';

/** A checkpoint of a playground: what the engine says of it, and its tensors. */
export function checkpointOf(playground: Locator): Promise<{ step: number; tensors: string }> {
  return playground.evaluate(async (element) => {
    interface Inside {
      session: { channel: { call(name: 'save', args: null): Promise<Uint8Array<ArrayBuffer>> } };
    }
    const inside = element.shadowRoot?.querySelector('gan-page') as unknown as Inside;
    const bytes = await inside.session.channel.call('save', null);
    const length = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));
    const header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + length))) as {
      __metadata__: { ganlet: string };
    };
    const { step } = JSON.parse(header.__metadata__.ganlet) as { step: number };
    const digest = await crypto.subtle.digest('SHA-256', bytes.subarray(8 + length));
    return { step, tensors: [...new Uint8Array(digest)].join(' ') };
  });
}
