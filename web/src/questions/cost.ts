/**
 * A question whose answer is G's cost, a formula f(a) of D's logit: plotted beside the solution, and its gradient in the game that was
 * run, where G makes one Gaussian, held against that of the KL divergence (tutorial, section 7.3).
 */
import type { GanPlayground } from '../elements/gan-playground.ts';
import { ANSWER_NAMES, type Formula, FormulaError, isSame, readFormula } from '../state/formula.ts';
import { decimal, percent } from '../state/format.ts';
import {
  farFrom,
  gaussianOf,
  type Gradient,
  gradientOfCost,
  gradientOfKl,
} from '../state/likelihood.ts';
import { Theme } from '../style/theme.ts';
import type { Question } from './formula.ts';
import { msg, str } from '../words/locale.ts';

const NAMES = ANSWER_NAMES.cost;
/** What is plotted: logits, and values of f. */
const [FROM, TO] = [-4, 3];
const [LOW, HIGH] = [-12, 6];
const PLACES = Array.from({ length: 141 }, (_, i) => FROM + ((TO - FROM) * i) / 140);
/** As far as a probability of 32 bits tells a logit. */
const SURE = 15;

export function askCost(form: HTMLFormElement, playground: GanPlayground): Question {
  const [field, canvas, key] = ['input', 'canvas', '.solution'].map((name) =>
    form.querySelector(name),
  ) as [HTMLInputElement, HTMLCanvasElement, HTMLElement];
  const answer = form.dataset.answer ?? '';
  const solution = readFormula(answer, NAMES);
  const plot = new Plot(canvas);

  /** The answer as a function; throws with what is wrong with it. */
  const read = (): Formula => {
    if (field.value.trim() === '') throw new FormulaError(0, msg('write f as a formula of a'));
    const formula = readFormula(field.value, NAMES);
    const gap = PLACES.find((a) => !Number.isFinite(formula({ a })));
    if (gap !== undefined) {
      const at = decimal(gap, 2);
      throw new FormulaError(0, msg(str`it has no value at a = ${at}`));
    }
    return formula;
  };

  // The curve is seen as it is written.
  field.addEventListener('input', () => {
    try {
      plot.own = read();
    } catch {
      plot.own = undefined;
    }
    plot.draw();
  });

  return {
    read: () => Promise.resolve(void read()),
    compare: async () => {
      const own = read();
      [plot.own, plot.solution] = [own, solution];
      plot.draw();
      key.hidden = false;
      const { x, data, samples } = await playground.line();
      const scores = await playground.scores();
      if (!scores) throw new Error(msg('This game has no D, so nothing has a logit.'));
      const logits = Array.from(scores, logit);
      const g = gaussianOf(samples);
      const kl = gradientOfKl(x, data, g);
      const [yours, best] = [own, solution].map((f) =>
        gradientOfCost(
          x,
          logits.map((a) => f({ a })),
          g,
        ),
      ) as [Gradient, Gradient];
      showGradients(form, [
        [msg('KL, exact'), kl],
        [`f(a) = ${answer}`, best],
        [msg('your f(a)'), yours],
      ]);
      const right = isSame(centred(own), centred(solution), NAMES);
      const [far, least] = [percent(farFrom(yours, kl)), percent(farFrom(best, kl))];
      return {
        right,
        said: right
          ? msg(
              str`Right: computed from D’s logits, its gradient differs from KL’s by ${far} of KL’s length, which is what D has yet to learn.`,
            )
          : msg(
              str`Not that one: computed from D’s logits, its gradient differs from KL’s by ${far} of KL’s length. The solution’s differs by ${least}, which is what D has yet to learn.`,
            ),
      };
    },
  };
}

function logit(d: number): number {
  return Math.max(-SURE, Math.min(SURE, Math.log(d / (1 - d))));
}

/** To both sides of 0, and without the constant, which has no gradient. */
const centred =
  (f: Formula): Formula =>
  ({ a = 0 }) =>
    f({ a: a - 1.5 }) - f({ a: 0 });

function showGradients(
  form: HTMLFormElement,
  rows: readonly (readonly [string, Gradient])[],
): void {
  form.querySelector('table')?.remove();
  const table = document.createElement('table');
  const caption = table.createCaption();
  caption.textContent = msg('Gradient with respect to G’s mean (in deviations) and log deviation');
  const head = table.createTHead().insertRow();
  for (const text of ['', msg('mean'), msg('width')]) {
    const cell = document.createElement(text ? 'th' : 'td');
    if (text) cell.setAttribute('scope', 'col');
    cell.textContent = text;
    head.append(cell);
  }
  const body = table.createTBody();
  for (const [name, { mean, width }] of rows) {
    const row = body.insertRow();
    const cell = document.createElement('th');
    cell.scope = 'row';
    cell.textContent = name;
    row.append(cell);
    for (const value of [mean, width]) row.insertCell().textContent = decimal(value, 3);
  }
  form.querySelector('.compared')?.after(table);
}

/** Values of f over a, with the axes. */
class Plot {
  own: Formula | undefined;
  solution: Formula | undefined;
  readonly #theme = new Theme(document.documentElement, true);

  constructor(private readonly canvas: HTMLCanvasElement) {
    this.#theme.addEventListener('change', () => {
      this.draw();
    });
    this.draw();
  }

  draw(): void {
    const ctx = this.canvas.getContext('2d');
    if (!ctx) return;
    const { width, height } = this.canvas;
    const { palette } = this.#theme;
    const at = (a: number, f: number): [number, number] => [
      ((a - FROM) / (TO - FROM)) * width,
      height * (1 - (f - LOW) / (HIGH - LOW)),
    ];
    ctx.clearRect(0, 0, width, height);
    ctx.lineWidth = 1;
    ctx.strokeStyle = palette.line;
    ctx.beginPath();
    ctx.moveTo(...at(FROM, 0));
    ctx.lineTo(...at(TO, 0));
    ctx.moveTo(...at(0, LOW));
    ctx.lineTo(...at(0, HIGH));
    ctx.stroke();
    ctx.font = 'italic 16px system-ui, sans-serif';
    ctx.fillStyle = palette.quiet;
    const [right, zero] = at(TO, 0);
    ctx.fillText('a', right - 16, zero - 6);
    ctx.fillText('f', at(0, 0)[0] + 6, 18);
    const curve = (f: Formula | undefined, colour: string, dash: number[]): void => {
      if (!f) return;
      ctx.beginPath();
      for (const a of PLACES) ctx.lineTo(...at(a, f({ a })));
      ctx.strokeStyle = colour;
      ctx.lineWidth = 2.5;
      ctx.setLineDash(dash);
      ctx.stroke();
      ctx.setLineDash([]);
    };
    curve(this.solution, palette.g, []);
    curve(this.own, palette.ink, [8, 5]);
  }
}
