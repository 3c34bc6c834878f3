// Loads data files.

/** Fetches a file, unpacked, and reports bytes as they arrive; `total` is 0 where the server does not say. */
export async function fetchBytes(url, report) {
  let response;
  try {
    response = await (fileOf(url) ?? fetch(url));
  } catch (cause) {
    throw new Error(`${url} cannot be loaded (${cause.message}); check the connection and the option dataUrl, the folder with the data sets`);
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
  return unpacked(new Blob(parts), url);
}

/** A file where this is Node, whose `fetch` reads none. */
function fileOf(url) {
  const files = url.startsWith('file:') && globalThis.process?.getBuiltinModule?.('node:fs/promises');
  return files ? files.readFile(new URL(url)).then((bytes) => new Response(bytes)) : undefined;
}

/** The bytes of a file that may be gzipped: some servers unpack what ends in .gz, some do not. */
async function unpacked(file, url) {
  const [first, second] = new Uint8Array(await file.slice(0, 2).arrayBuffer());
  const packed = first === 0x1f && second === 0x8b;
  const stream = packed ? file.stream().pipeThrough(new DecompressionStream('gzip')) : file.stream();
  try {
    return new Uint8Array(await new Response(stream).arrayBuffer());
  } catch (cause) {
    throw new Error(`${url}: gzip stream does not unpack (${cause.message}); reload the page to download it again`);
  }
}
