/**
 * What the page remembers between visits. Where the browser refuses it (cookies are blocked, a frame is sandboxed, a private
 * window), even to name `localStorage` is an error; then nothing is remembered, and all else works.
 */
export type Memory = Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;

export const memory: Memory = {
  getItem: (key) => attempt(() => localStorage.getItem(key)) ?? null,
  setItem: (key, value) => {
    attempt(() => {
      localStorage.setItem(key, value);
    });
  },
  removeItem: (key) => {
    attempt(() => {
      localStorage.removeItem(key);
    });
  },
};

function attempt<T>(use: () => T): T | undefined {
  try {
    return use();
  } catch {
    return undefined;
  }
}
