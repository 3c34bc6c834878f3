/** A setting in words: what its control says beside the control itself. */
import { written } from './format.ts';
import { asText, isObject, type Json, sameJson } from './json.ts';
import type { Control } from './schema.ts';
import { language, msg, str } from '../words/locale.ts';

/** JSON with one item of a list a line, such as the layers of a network. */
export function lines(value: Json): string {
  if (!Array.isArray(value)) return JSON.stringify(value, null, 1);
  return `[\n${value.map((item) => `  ${JSON.stringify(item)}`).join(',\n')}\n]`;
}

type ChoiceControl = Extract<Control, { kind: 'choice' }>;

export function isChosen(control: ChoiceControl, i: number, value: Json): boolean {
  return value === control.value
    ? i === control.chosen
    : sameJson(control.choices[i]?.value, value);
}

function chosenNote(control: ChoiceControl, value: Json): string {
  const chosen = control.choices.find((_, i) => isChosen(control, i, value));
  return chosen?.description ?? control.description;
}

const number = new Intl.NumberFormat(language, { maximumSignificantDigits: 6 });

/** Small numbers as one types them, 1e-8; others with their thousands apart. */
const readable = (value: number): string =>
  value !== 0 && Math.abs(value) < 1e-3 ? written(value) : number.format(value);

function rangeNote(control: Control): string {
  if (control.kind !== 'number') return '';
  const { min, max } = control;
  const [low, high] = [readable(min ?? 0), readable(max ?? 0)];
  if (min !== undefined && max !== undefined) return msg(str`${low} to ${high}.`);
  if (min !== undefined) return msg(str`At least ${low}.`);
  return max === undefined ? '' : msg(str`At most ${high}.`);
}

/** What it does and how far it goes, in full sentences; `group` is what its heading says already. */
export function noteOf(control: Control, value: Json, group = ''): string {
  const said = control.kind === 'choice' ? chosenNote(control, value) : control.description;
  const range = / (to|bis) \d/.test(said) ? '' : rangeNote(control);
  return [said === group ? '' : said, range].filter(Boolean).join(' ');
}

/** The preset's own value, in a word, where a setting differs from it. */
export function presetMark(
  control: Control,
  own: Json | undefined,
  value: Json,
): string | undefined {
  if (own === undefined) return undefined;
  const preset = comparable(control, own);
  return sameJson(preset, comparable(control, value)) ? undefined : brief(preset);
}

/** Of a union only the kind is compared; its fields have marks of their own. */
function comparable(control: Control, value: Json): Json {
  return control.kind === 'choice' && isObject(value) ? (value.kind ?? 'on') : value;
}

/** A number that was kept in single precision, without the digits that this added: 0.05, not 0.05000000074505806; a tiny one as 1e-5. */
export function digits(value: number): string {
  const short = Number(value.toPrecision(7));
  return short !== 0 && Math.abs(short) < 1e-4 ? short.toExponential() : String(short);
}

type NumberControl = Extract<Control, { kind: 'number' }>;

/** Decades that a slider covers below the largest value. */
const DECADES = 5;

/** Where on a slider from 0 to 1 a value stands: even steps are even factors, since what matters of a rate is its size. */
export function slid({ min = 0, max = 1 }: NumberControl, value: number): number {
  const least = leastOf(min, max);
  return value <= least ? 0 : Math.min(1, Math.log(value / least) / Math.log(max / least));
}

/** The value at a place of the slider, in two digits; at its very start the least that is allowed. */
export function valueAt({ min = 0, max = 1, integer }: NumberControl, place: number): number {
  if (place <= 0) return min;
  const least = leastOf(min, max);
  const value = least * (max / least) ** Math.min(1, place);
  return integer ? Math.round(value) : Number(value.toPrecision(2));
}

const leastOf = (min: number, max: number): number => Math.max(min, max / 10 ** DECADES);

/** Why a number cannot be taken, in the reader's words, before the engine is asked. */
export function numberRefusal(control: NumberControl, text: string): string | undefined {
  const value = Number(text);
  const { min = -Infinity, max = Infinity, integer, optional } = control;
  if (text.trim() === '') return optional ? undefined : msg('This needs a number.');
  if (!Number.isFinite(value)) return msg('This needs a number.');
  if (integer && !Number.isInteger(value)) return msg('This needs a whole number.');
  if (value >= min && value <= max) return undefined;
  const [low, high] = [readable(min), readable(max)];
  if (Number.isFinite(max) && Number.isFinite(min)) {
    return msg(str`This goes from ${low} to ${high}.`);
  }
  return value < min ? msg(str`The least is ${low}.`) : msg(str`The most is ${high}.`);
}

export function brief(value: Json): string {
  if (Array.isArray(value)) {
    return value.length === 1 ? msg('1 item') : msg(str`${value.length} items`);
  }
  const text =
    value === null
      ? msg('off')
      : typeof value === 'number'
        ? written(digits(value))
        : asText(value);
  return text.length > 16 ? `${text.slice(0, 15)}…` : text;
}
