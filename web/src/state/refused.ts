/** What of a link the engine refuses, so that the rest of it can be kept. */
import type { CreateArgs, Failure } from '../protocol.ts';
import { asText } from './json.ts';
import { msg, str } from '../words/locale.ts';

/** Drops what a model was refused for; says what and why, or nothing where that is not known. */
export function withoutRefused(
  args: CreateArgs,
  { code, field, message }: Failure,
): string | undefined {
  const why = message.replace(/\.$/, '');
  if (code === 'unsupported' && args.backend !== 'auto') {
    const { backend } = args;
    args.backend = 'auto';
    return msg(str`“backend=${backend}”: ${why}`);
  }
  if (code !== 'input' || field === undefined) return undefined;
  const paths = Object.keys(args.overrides);
  // A value may be refused for a field within it or around it, or beside it: two that do not go together.
  const [head] = field.split('.');
  const path =
    paths.find((path) => path === field) ??
    paths.find((path) => `${field}.`.startsWith(`${path}.`) || path.startsWith(`${field}.`)) ??
    paths.find((path) => path.split('.')[0] === head) ??
    // What is refused is the preset's, which is right by itself.
    paths.at(-1);
  if (path === undefined) return undefined;
  const text = asText(args.overrides[path] ?? null);
  Reflect.deleteProperty(args.overrides, path);
  const short = text.length > 40 ? `${text.slice(0, 40)}…` : text;
  return msg(str`“${path}=${short}”: ${why}`);
}
