/** Formulas as people write them, `p_data / (p_data + p_model)`: read into a function, without running any text as code. */
import { msg, str } from '../words/locale.ts';

/** What is wrong with a formula, and where: `at` counts characters from 0. */
export class FormulaError extends Error {
  constructor(
    readonly at: number,
    message: string,
  ) {
    super(message);
  }
}

/** What the answer to a question may be made of: of a curve the place on the line and both densities there, of G's cost D's logit. */
export const ANSWER_NAMES = {
  curve: ['x', 'p_data', 'p_model'],
  cost: ['a'],
} as const satisfies Readonly<Record<string, readonly string[]>>;

type Values = Readonly<Record<string, number>>;
export type Formula = (values: Values) => number;

const FUNCTIONS: Readonly<Record<string, (x: number) => number>> = {
  abs: Math.abs,
  exp: Math.exp,
  ln: Math.log,
  log: Math.log,
  sqrt: Math.sqrt,
  tanh: Math.tanh,
};
const CONSTANTS: Values = { e: Math.E, pi: Math.PI };
const TOKEN = /\s*(?:(\d+\.?\d*|\.\d+)|([a-zA-Z]\w*)|([-+*/^()−·]))/y;

interface Token {
  text: string;
  kind: 'number' | 'name' | 'sign' | 'end';
  at: number;
}

/** `names` are what the formula may be made of; throws a `FormulaError` with what is wrong and where. */
export function readFormula(text: string, names: readonly string[]): Formula {
  const reader = new Reader(tokensOf(text), names);
  return reader.whole();
}

function tokensOf(text: string): Token[] {
  const tokens: Token[] = [];
  TOKEN.lastIndex = 0;
  for (;;) {
    const from = TOKEN.lastIndex;
    const rest = text.slice(from);
    if (rest.trim() === '') return [...tokens, { text: '', kind: 'end', at: text.length }];
    const found = TOKEN.exec(text);
    if (!found) {
      const at = from + rest.length - rest.trimStart().length;
      const sign = text[at] ?? '';
      throw new FormulaError(at, msg(str`“${sign}” means nothing here`));
    }
    const [, number, name, sign = ''] = found;
    const word = number ?? name ?? sign.replace('−', '-').replace('·', '*');
    const kind = number !== undefined ? 'number' : name !== undefined ? 'name' : 'sign';
    tokens.push({ text: word, kind, at: TOKEN.lastIndex - (number ?? name ?? sign).length });
  }
}

/** One method for each rank: sums, products, signs, powers, and what stands by itself. */
class Reader {
  #next = 0;

  constructor(
    private readonly tokens: readonly Token[],
    private readonly names: readonly string[],
  ) {}

  whole(): Formula {
    const formula = this.#sum();
    const { kind, text, at } = this.#token;
    if (kind !== 'end') throw new FormulaError(at, msg(str`“${text}” was not expected`));
    return formula;
  }

  get #token(): Token {
    return this.tokens[this.#next] ?? { text: '', kind: 'end', at: 0 };
  }

  /** Takes the next sign, where it is one of these. */
  #take(...signs: string[]): string | undefined {
    const { kind, text } = this.#token;
    if (kind !== 'sign' || !signs.includes(text)) return undefined;
    this.#next += 1;
    return text;
  }

  #sum(): Formula {
    let left = this.#product();
    for (;;) {
      const sign = this.#take('+', '-');
      if (sign === undefined) return left;
      const [a, b] = [left, this.#product()];
      left = sign === '+' ? (values) => a(values) + b(values) : (values) => a(values) - b(values);
    }
  }

  #product(): Formula {
    let left = this.#signed();
    for (;;) {
      const sign = this.#take('*', '/');
      if (sign === undefined) return left;
      const [a, b] = [left, this.#signed()];
      left = sign === '*' ? (values) => a(values) * b(values) : (values) => a(values) / b(values);
    }
  }

  #signed(): Formula {
    if (this.#take('-') === undefined) return this.#power();
    const inner = this.#signed();
    return (values) => -inner(values);
  }

  #power(): Formula {
    const base = this.#single();
    if (this.#take('^') === undefined) return base;
    const exponent = this.#signed();
    return (values) => base(values) ** exponent(values);
  }

  #single(): Formula {
    const { kind, text, at } = this.#token;
    if (this.#take('(') !== undefined) return this.#inner(at);
    if (kind === 'end')
      throw new FormulaError(at, msg('it ends where a number or a name should come'));
    if (kind === 'sign') {
      throw new FormulaError(at, msg(str`“${text}” stands where a number or a name should`));
    }
    this.#next += 1;
    if (kind === 'number') {
      const value = Number(text);
      return () => value;
    }
    return this.#named(text, at);
  }

  #named(name: string, at: number): Formula {
    if (Object.hasOwn(FUNCTIONS, name)) {
      const apply = FUNCTIONS[name] ?? Number;
      const open = this.#token.at;
      if (this.#take('(') === undefined) {
        throw new FormulaError(
          open,
          msg(str`“${name}” needs its argument in brackets, “${name}(…)”`),
        );
      }
      const inner = this.#inner(open);
      return (values) => apply(inner(values));
    }
    if (this.names.includes(name)) return (values) => values[name] ?? NaN;
    const constant = Object.hasOwn(CONSTANTS, name) ? CONSTANTS[name] : undefined;
    if (constant !== undefined) return () => constant;
    const known = [...this.names, ...Object.keys(CONSTANTS), ...Object.keys(FUNCTIONS)].join(', ');
    throw new FormulaError(at, msg(str`there is no “${name}”; there are ${known}`));
  }

  /** What stands in brackets, the first of which is read. */
  #inner(open: number): Formula {
    const inner = this.#sum();
    if (this.#take(')') === undefined) {
      throw new FormulaError(open, msg('this bracket is never closed'));
    }
    return inner;
  }
}

/** Whether two formulas are the same function, as far as values of from a hundredth to three for each name tell. */
export function isSame(a: Formula, b: Formula, names: readonly string[]): boolean {
  return Array.from({ length: 50 }, (_, i) => {
    const values = Object.fromEntries(
      names.map((name, at) => [name, 0.01 + 3 * (((i + 1) * Math.sqrt(at + 2)) % 1)]),
    );
    return Math.abs(a(values) - b(values)) <= 1e-9 * (1 + Math.abs(b(values)));
  }).every(Boolean);
}
