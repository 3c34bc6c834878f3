// Runs ONNX files in onnxruntime and compares what comes out with what was expected.
//
//   node tests/onnx/run.mjs FOLDER
//
// FOLDER has cases.json: a list of {file, rows, inputs: {name: numbers}, answer: numbers}. Prints the worst difference of each
// file, and fails where one is above 1e-4 of a number above 1, or above 1e-4 of itself.

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

const ort = createRequire(new URL('../../web/package.json', import.meta.url))('onnxruntime-web');
ort.env.wasm.numThreads = 1;
ort.env.logLevel = 'error';

const TOLERANCE = 1e-4;

async function answer(session, { rows, inputs }) {
  const feeds = {};
  for (const [name, numbers] of Object.entries(inputs)) {
    feeds[name] = new ort.Tensor('float32', Float32Array.from(numbers), [
      rows,
      numbers.length / rows,
    ]);
  }
  const results = await session.run(feeds);
  return results[session.outputNames[0]];
}

/** The largest difference, in units of the expected number where that is above 1; infinite where the counts differ. */
function difference(found, expected) {
  if (found.length !== expected.length) return Infinity;
  return expected.reduce((worst, wanted, i) => {
    const off = Math.abs(found[i] - wanted) / Math.max(1, Math.abs(wanted));
    return off <= worst ? worst : Number.isNaN(off) ? Infinity : off;
  }, 0);
}

const folder = process.argv[2];
const cases = JSON.parse(readFileSync(join(folder, 'cases.json'), 'utf8'));
let failed = 0;
for (const file of new Set(cases.map((test) => test.file))) {
  const session = await ort.InferenceSession.create(readFileSync(join(folder, file)));
  let worst = 0;
  for (const test of cases.filter((test) => test.file === file)) {
    const found = await answer(session, test);
    const shaped = found.dims[0] === test.rows ? 0 : Infinity;
    worst = Math.max(worst, shaped, difference(found.data, test.answer));
  }
  await session.release();
  console.log(`${worst <= TOLERANCE ? 'ok    ' : 'FAILED'} ${file} ${worst.toExponential(1)}`);
  if (worst > TOLERANCE) failed++;
}
console.log(`${cases.length} cases, ${failed} files failed`);
process.exit(failed > 0 || cases.length === 0 ? 1 : 0);
