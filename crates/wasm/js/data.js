// Loads data files that lie beside the library.

/** The folder that `cargo xtask build` fills: this file is lib/snippets/<crate>/js/data.js. */
export function defaultDataUrl() {
  return new URL('../../../../data/', import.meta.url).href;
}

/** Fetches a file and reports bytes as they arrive; `total` is 0 where the server does not say. */
export async function fetchBytes(url, report) {
  let response;
  try {
    response = await fetch(url);
  } catch (cause) {
    throw new Error(`${url} cannot be loaded (${cause.message}); check the connection and try again`);
  }
  if (!response.ok) {
    throw new Error(`${url} answered ${response.status}; check the option dataUrl, the folder with the data sets (\`cargo xtask data\` fetches what a page lacks)`);
  }
  const total = Number(response.headers.get('content-length') ?? 0);
  const parts = [];
  let done = 0;
  for (const reader = response.body.getReader(); ; ) {
    const { value, done: finished } = await reader.read();
    if (finished) break;
    parts.push(value);
    done += value.length;
    report(done, total);
  }
  const bytes = new Uint8Array(done);
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}
