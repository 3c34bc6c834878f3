/** The part of a message in which browsers name a module that did not come. */
const ADDRESS = /https?:\/\/\S+/;

let attempts = 0;

/**
 * Loads a module of the page, also where that failed before: a browser may remember a failure by the module's address for as long
 * as the page lives (HTML, "fetch a single module script"), so it is asked for once more under another one.
 */
export async function loadAgain<T>(load: () => Promise<T>): Promise<T> {
  try {
    return await load();
  } catch (error) {
    const address = ADDRESS.exec(String(error))?.[0];
    if (address === undefined) throw error;
    attempts += 1;
    return (await import(/* @vite-ignore */ `${address}?attempt=${attempts}`)) as T;
  }
}
