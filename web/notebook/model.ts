/** What anywidget gives a widget: the traits of the Python object, and a line to it. */
export interface Model {
  get(name: string): unknown;
  set(name: string, value: unknown): void;
  /** Sends what was set to Python. */
  save_changes(): void;
  send(content: unknown): void;
  on(event: string, listener: (...values: never[]) => void): void;
  off(event: string, listener: (...values: never[]) => void): void;
}

/** Front ends hand over bytes as one or the other. */
export type Bytes = DataView | ArrayBuffer | Uint8Array;

export function bytesOf(bytes: Bytes): Uint8Array<ArrayBuffer> {
  if (bytes instanceof ArrayBuffer) return new Uint8Array(bytes);
  const { buffer, byteOffset, byteLength } = bytes;
  return new Uint8Array(buffer as ArrayBuffer, byteOffset, byteLength);
}
