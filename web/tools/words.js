/** Collects the page's sentences in words/de.xlf and compiles them; with --check it only says whether that was done. */
import { execFileSync } from 'node:child_process';
import console from 'node:console';
import process from 'node:process';
import { mkdirSync, readFileSync, existsSync, writeFileSync } from 'node:fs';

const check = process.argv.includes('--check');
const FILES = ['words/de.xlf', 'src/words/translated/de.ts'];
const read = () => FILES.map((file) => (existsSync(file) ? readFileSync(file, 'utf8') : ''));
const run = (command) =>
  execFileSync('npx', ['lit-localize', command], { stdio: ['ignore', 'ignore', 'inherit'] });

mkdirSync('src/words/translated', { recursive: true });
const before = read();
run('extract');
const xliff = readFileSync(FILES[0], 'utf8');
const missing = [...xliff.matchAll(/<trans-unit id="(\w+)">([^]*?)<\/trans-unit>/g)].filter(
  ([, , unit]) => !/<target>[^]*\S[^]*<\/target>/.test(unit),
);
run('build');
const after = read();
if (check) FILES.forEach((file, at) => writeFileSync(file, before[at]));
for (const [, id, unit] of missing) {
  console.error(`${id} has no German:${unit.replace(/<\/?source>/g, '').replace(/\s+/g, ' ')}`);
}
if (missing.length > 0) {
  console.error(
    `${missing.length} sentences have no German: write a <target> for each into ${FILES[0]}`,
  );
  process.exitCode = 1;
} else if (check && before.some((text, at) => text !== after[at])) {
  console.error('Sentences have changed: run `npm run words`');
  process.exitCode = 1;
}
