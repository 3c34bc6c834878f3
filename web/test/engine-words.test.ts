import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { labelOf } from '../src/state/label.ts';
import { analogy } from '../src/state/studio.ts';
import { asText, isObject, type Json } from '../src/state/json.ts';
import { wordsFor } from '../src/state/describe.ts';
import catalogue from '../src/words/engine.de.json';
import { heardInGerman, inGerman } from '../src/words/engine.ts';

const ROOT = join(import.meta.dirname, '../..');
const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');
const parsed = (path: string): Json => JSON.parse(read(path)) as Json;
const filesOf = (folder: string, ending: string): string[] =>
  readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith(ending))
    .map((name) => `${folder}/${name}`);

const texts = new Map(Object.entries(catalogue.texts));
const without = (all: Iterable<string>): string[] => [...all].filter((text) => !texts.has(text));

interface Known {
  title: string;
  summary: string;
  ideas?: { label: string; why: string }[];
}

const presetWords = new Set(
  filesOf('crates/gan/src/preset', '.json').flatMap((path) => {
    const { title, summary, ideas = [] } = parsed(path) as unknown as Known;
    return [title, summary, ...ideas.flatMap(({ label, why }) => [label, why])];
  }),
);

/** What the controls say: sentences and units of the schema, and what its fields and values are called. */
const schemaWords = { sentences: new Set<string>(), labels: new Set<string>() };
function collect(node: Json, isNames = false): void {
  if (Array.isArray(node))
    node.forEach((one) => {
      collect(one);
    });
  if (!isObject(node)) return;
  for (const [key, value] of Object.entries(node)) {
    if (isNames) schemaWords.labels.add(labelOf(key));
    else if (typeof value !== 'string') {
      if (key === 'enum' && Array.isArray(value)) {
        value.forEach((one) => schemaWords.labels.add(labelOf(asText(one))));
      }
    } else if (key === 'description' || key === 'x-unit') schemaWords.sentences.add(value);
    else if (key === 'const') schemaWords.labels.add(labelOf(value));
    collect(value, key === 'properties' && !isNames);
  }
}
collect(parsed('crates/gan/src/config/schema.json'));

interface Attribute {
  name: string;
  classes: string[];
}

/** What images show, as classes and as one says it, and the directions between. */
const imageWords = new Set(
  (parsed('crates/gan/src/data/sets.json') as unknown as { attributes: Attribute[] }[]).flatMap(
    ({ attributes }) =>
      attributes.flatMap((attribute) => {
        const { name, classes } = attribute;
        const alone = attributes.length === 1;
        const [first = '', second = ''] = classes;
        const between = first === 'none' ? second : `${first} to ${second}`;
        const directions = classes.map((one) =>
          classes.length === 2 ? between : `${name} ${one}`,
        );
        return [
          labelOf(name),
          ...classes.filter((one) => !/^\d$/.test(one)),
          ...(alone ? [] : classes.map((one) => wordsFor(attribute, one, alone))),
          ...(analogy(attributes)?.text ?? []),
          ...(alone ? [] : directions.map((one) => labelOf(one))),
        ];
      }),
  ),
);

/** Views without a title are called by their names. */
const viewNames = filesOf('crates/gan/src/model', '.rs').flatMap((path) =>
  [...read(path).matchAll(/const \w+: &str = "([a-z_]+)";/g)].map(([, name = '']) =>
    name.replaceAll('_', ' '),
  ),
);

/** Where messages and titles stand in code, each with what it is not. */
const SOURCES = [
  ...filesOf('crates/gan/src', '.rs').filter(
    (path) => !/bench|broken|tests?[./]|trainer\/figures|model\/figures|evaluate\//.test(path),
  ),
  ...filesOf('crates/wasm/src', '.rs'),
  ...['session', 'gpu/error', 'cpu/session'].map((name) => `crates/core/src/${name}.rs`),
];

/** The strings of Rust code that are sentences, or titles, without those of tests. */
function stringsOf(path: string): string[] {
  const [code = ''] = read(path).split(/#\[cfg\(.*test.*\)\]\s+mod \w+ \{/);
  const said = code
    .replaceAll(/^\s*\/\/.*$/gm, '')
    .replaceAll(/\b(?:expect|assert\w*!|panic!|unreachable!)\(\s*"(?:[^"\\]|\\[^])*"/g, '')
    .replaceAll(/'"'|\br#*"[^"]*"/g, '');
  return [...said.matchAll(/"((?:[^"\\]|\\[^])*)"/g)]
    .map(([, text = '']) =>
      text
        .replaceAll(/\\\n\s*/g, '')
        .replaceAll('\\"', '"')
        .replaceAll('{{', '{')
        .replaceAll('}}', '}'),
    )
    .filter((text) => /[a-z}`)] [a-z{`(]|: \{/i.test(text) || /^[A-Z][a-z]+$/.test(text));
}
/** Parts of sentences, and what no page gets to see. */
const UNSAID = new Set([
  'Ask',
  'Info',
  'Self',
  'Session',
  'basic render',
  'at least',
  'at most',
  'rises by',
  'falls by',
  ' {} {}',
  '{} {}, and one buffer has at most {} numbers',
  ' {} {} or more',
  '{} MB',
  'my images',
  'no width',
  'training samples',
  'invert steps',
  'invert starts',
  'principal {}',
  'there is no case "{}"',
  'in a browser the caller unpacks it, with DecompressionStream',
  'a game has at most {} live hyper-parameters',
  '{} hidden units have too many states',
  'rows of equal length',
  'one norm per row',
  'one distance per pair',
  'there is always a row',
]);

/** What measures, directions and classes are called where they have no title: by their names in Rust. */
const namesOf = (form: RegExp, files: readonly string[]): Set<string> =>
  new Set(
    files.flatMap((path) => [...read(path).matchAll(form)].map(([, name = '']) => labelOf(name))),
  );
const rustNames = namesOf(/"([a-z][a-z0-9_]*)"/g, filesOf('crates/gan/src', '.rs'));
const metricNames = namesOf(
  /\(\s*"([a-z]\w+)"(?:\.into\(\)|,\s*"[A-Z])/g,
  [...filesOf('crates/gan/src/trainer', '.rs'), ...filesOf('crates/gan/src/model', '.rs')].filter(
    (path) => /evaluate|model/.test(path),
  ),
);

/** What serde says of JSON, in its own code. */
const SERDE = {
  texts: new Set([
    'a boolean',
    'a map',
    'a sequence',
    'map',
    'sequence',
    'unit value',
    'there are no fields',
  ]),
  parts:
    /^(invalid type|invalid value|invalid length|unknown field|unknown variant|missing field|one of|string|integer|floating point|boolean|struct|, expected|`, expected|`, there are no fields)/,
};

/** A format with all places the same, and with a value in each. */
const blank = (text: string): string => text.replaceAll(/\{[^{}" ]*\}/g, '{}');
const exemplified = (text: string): string => blank(text).replaceAll('{}', '7');

const patterns = catalogue.patterns.map(([english = '', german = '']) => ({
  english,
  german,
  blank: english.replaceAll('{#}', '{}'),
}));

describe('German of the library', () => {
  it('has all words of the presets', () => {
    expect(without(presetWords)).toEqual([]);
  });

  it('has all sentences, units and labels of the schema', () => {
    expect(without(schemaWords.sentences)).toEqual([]);
    expect(without(schemaWords.labels)).toEqual([]);
  });

  it('has what images show', () => {
    expect(without(imageWords)).toEqual([]);
  });

  it('has what is measured', () => {
    expect(without(metricNames)).toEqual([]);
  });

  it('has what Rust says', () => {
    const isKnown = (text: string): boolean =>
      texts.has(text) ||
      UNSAID.has(blank(text)) ||
      inGerman(exemplified(text)) !== exemplified(text) ||
      patterns.some((one) => one.blank.includes(blank(text)));
    const missing = SOURCES.flatMap((path) =>
      stringsOf(path)
        .filter((text) => !isKnown(text))
        .map((text) => `${path}: ${text}`),
    );
    expect(missing).toEqual([]);
  });

  it('has nothing that nobody says', () => {
    const code = [
      ...SOURCES.flatMap(stringsOf).map(blank),
      ...[
        'crates/wasm/js/data.js',
        ...filesOf('web/library', '.ts'),
        ...filesOf('web/src/worker', '.ts'),
        'web/src/state/describe.ts',
      ].map((path) => read(path).replaceAll(/\$\{/g, '{').replaceAll('\\`', '`')),
    ]
      .join('\n')
      .replaceAll(/\{[^{}" ]*(\([^()]*\))?[^{}" ]*\}/g, '{}');
    const known = new Set([
      ...presetWords,
      ...schemaWords.sentences,
      ...schemaWords.labels,
      ...imageWords,
      ...SERDE.texts,
      ...rustNames,
      ...viewNames,
    ]);
    const stale = [...texts.keys()].filter((text) => !known.has(text) && !code.includes(text));
    expect(stale).toEqual([]);
    const said = code.toLowerCase();
    const parts = patterns.flatMap(({ english }) => english.split(/\{#?\}|[;:.] |[()]/));
    const unsaid = parts.filter(
      (part) => !said.includes(part.trim().toLowerCase()) && !SERDE.parts.test(part),
    );
    expect(unsaid).toEqual([]);
  });

  it('keeps every value of a sentence', () => {
    for (const { english, german } of patterns) {
      const values = english.match(/\{#?\}/g)?.length ?? 0;
      const used = new Set(
        [...german.matchAll(/\{(\d+)\*?\}/g)].map(([, number]) => Number(number)),
      );
      // What is counted is said by the field.
      if (english.startsWith('field `{}`: {#} {};')) used.add(3);
      expect(
        [...used].sort((a, b) => a - b),
        english,
      ).toEqual(Array.from({ length: values }, (_, i) => i + 1));
    }
  });

  it('puts messages into German with their values', () => {
    const said = {
      'field `data.modes`: 0 modes; use 1 to 64':
        'Feld `data.modes`: 0 ist nicht erlaubt; nimm 1 bis 64',
      'field `g_optimizer.lr`: 7.5 is out of range; use 0 to 1':
        'Feld `g_optimizer.lr`: 7.5 ist nicht erlaubt; nimm 0 bis 1',
      'field `preset`: there is no preset `rings`; use one of ring, grid':
        'Feld `preset`: es gibt keine Vorlage `rings`; nimm eins von ring, grid',
      'field `discriminator.layers.4`: D ends with relu, which gives numbers from 0 up; this cost takes them for logits, whose sigmoid is D(x), so D could never be sure; take this layer away: the cost has a sigmoid of its own':
        'Feld `discriminator.layers.4`: D endet mit relu, das Zahlen ab 0 ergibt; diese Kosten nehmen sie für Logits, deren Sigmoid D(x) ist, also könnte D nie sicher sein; nimm diese Schicht weg: Die Kosten haben ein eigenes Sigmoid',
      'field `batch`: invalid type: string "many", expected a whole number from 0; see the preset\'s own config for the fields there are':
        'Feld `batch`: falscher Typ: der Text "many", erwartet war eine ganze Zahl ab 0; sieh in den Einstellungen der Vorlage nach, welche Felder es gibt',
      "the checkpoint's config cannot be used: field `cost`: unknown variant `x`, expected one of `minimax`, `hinge`; see the preset's own config for the fields there are":
        'die Einstellungen des Speicherstands sind nicht zu gebrauchen: Feld `cost`: unbekannte Variante `x`, erwartet war eins von `minimax`, `hinge`; sieh in den Einstellungen der Vorlage nach, welche Felder es gibt',
      'the only adapter, SwiftShader, is a software one':
        'der einzige Adapter, SwiftShader, ist einer aus Software',
      'basket A is empty; put at least one sample into it':
        'Korb A ist leer; leg mindestens ein Sample hinein',
      'own.st: wrong size: found 3 images of 8 by 9 pixels, expected 16 or more, as high as wide; take more images, all of one size':
        'own.st: falsche Größe: 3 Bilder von 8 mal 9 Pixeln gefunden, 16 oder mehr, so hoch wie breit erwartet; nimm mehr Bilder, alle von einer Größe',
      '“trouser”': '„Hose“',
    };
    for (const [english, german] of Object.entries(said)) expect(inGerman(english)).toBe(german);
  });

  it('leaves what it does not know, and what only looks like a name of an object', () => {
    expect(inGerman('something new')).toBe('something new');
    expect(inGerman('constructor')).toBe('constructor');
  });

  it('replaces the words of a message, and nothing that is a name or goes back', () => {
    const z = new Float32Array(2);
    const message = {
      id: 1,
      ok: true,
      result: {
        info: {
          updates: [{ name: 'd', title: 'Update D', networks: ['d'], times: 1 }],
          views: [{ name: 'samples', inputs: [{ kind: 'label', classes: ['bag', 'shirt'] }] }],
        },
        config: { label: 'none', data: { kind: 'ring' } },
        attributes: [{ name: 'glasses', classes: ['none', 'glasses'] }],
        predictions: [
          [{ attribute: 'glasses', label: 'none', words: 'no glasses', probability: 1 }],
        ],
        rows: { words: ['bag', '7'], columns: 2 },
        z,
        nothing: null,
      },
    };
    const heard = heardInGerman(message);
    expect(heard).toEqual({
      id: 1,
      ok: true,
      result: {
        ...message.result,
        info: {
          updates: [{ name: 'd', title: 'D aktualisieren', networks: ['d'], times: 1 }],
          views: [{ name: 'samples', inputs: [{ kind: 'label', classes: ['Tasche', 'Hemd'] }] }],
        },
        predictions: [
          [{ attribute: 'glasses', label: 'none', words: 'ohne Brille', probability: 1 }],
        ],
        rows: { words: ['Tasche', '7'], columns: 2 },
      },
    });
    expect(heard.result.z).toBe(z);
    expect(
      heardInGerman({
        event: 'failure',
        failure: { message: 'the session was destroyed', code: 'lost' },
      }),
    ).toEqual({
      event: 'failure',
      failure: { message: 'die Sitzung wurde beendet', code: 'lost' },
    });
  });
});
