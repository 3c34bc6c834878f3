/**
 * What the library and the worker say, in German. Both speak English; their words are replaced where they reach the page, or
 * where they are shown if the page also needs them as names.
 */
import catalogue from './engine.de.json' with { type: 'json' };

const TEXTS: ReadonlyMap<string, string> = new Map(Object.entries(catalogue.texts));

/** What a value of a sentence may be: `{#}` a number, `{}` anything. */
const VALUES: Readonly<Record<string, string>> = {
  '{#}': String.raw`(-?[\d.]+(?:e[+-]?\d+)?|NaN)`,
  '{}': '([^]*?)',
};

const formOf = (english: string): RegExp =>
  new RegExp(
    `^${english
      .split(/(\{#?\})/)
      .map((part) => VALUES[part] ?? part.replaceAll(/[$()*+.?[\\\]^{|}]/g, String.raw`\$&`))
      .join('')}$`,
  );

const PATTERNS = catalogue.patterns.map(([english = '', german = '']) => ({
  form: formOf(english),
  german,
}));

/** A sentence with its values in it: `{1}` as it is, `{1*}` where it is words itself. */
function filled(german: string, values: readonly string[]): string {
  return german.replaceAll(/\{(\d+)(\*?)\}/g, (_, number: string, words: string) => {
    const value = values[Number(number) - 1] ?? '';
    return words ? inGerman(value) : value;
  });
}

export function inGerman(text: string): string {
  const exact = TEXTS.get(text);
  if (exact !== undefined) return exact;
  for (const { form, german } of PATTERNS) {
    const values = form.exec(text)?.slice(1);
    if (values) return filled(german, values);
  }
  return text;
}

/** The fields of a reply or an event that are words and nothing else. */
const WORDS: ReadonlySet<string> = new Set([
  'classes',
  'description',
  'fallback_reason',
  'label',
  'message',
  'names',
  'summary',
  'title',
  'why',
  'words',
  'x-unit',
]);

/** What is sent back to the worker as it came: settings, and the attributes by which samples are looked for. */
const KEPT: ReadonlySet<string> = new Set(['attributes', 'config', 'overrides']);

/** A reply or an event of the worker with its words in German. */
export function heardInGerman<T>(message: T): T {
  return replaced(message, false) as T;
}

function replaced(value: unknown, isWords: boolean): unknown {
  if (typeof value === 'string') return isWords ? inGerman(value) : value;
  if (Array.isArray(value)) return value.map((one) => replaced(one, isWords));
  // Numbers and files come as they are.
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return value;
  // What the classifier says of an attribute: the class by its name, and in words.
  const isPrediction = 'attribute' in value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => {
      const isName = KEPT.has(key) || (isPrediction && key === 'label');
      return [key, isName ? inner : replaced(inner, WORDS.has(key))];
    }),
  );
}
