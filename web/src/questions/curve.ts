/**
 * A question whose answer is a curve along the line of the game, written as a formula or drawn: laid over what D learned, and compared
 * with it and with the solution.
 */
import type { GanPlayground } from '../elements/gan-playground.ts';
import { ANSWER_NAMES, type Formula, FormulaError, isSame, readFormula } from '../state/formula.ts';
import { decimal } from '../state/format.ts';
import type { Line } from '../state/perform.ts';
import { Theme } from '../style/theme.ts';
import type { Question } from './formula.ts';
import { msg, str } from '../words/locale.ts';

const NAMES = ANSWER_NAMES.curve;

/** Nearer to the best curve than this on average, a drawn one is right: a hand is no ruler. */
const CLOSE = 0.08;

type Values = Float32Array<ArrayBuffer>;

export function askCurve(form: HTMLFormElement, playground: GanPlayground): Question {
  const [field, canvas] = ['input', 'canvas'].map((name) => form.querySelector(name)) as [
    HTMLInputElement,
    HTMLCanvasElement,
  ];
  const solution = readFormula(form.dataset.answer ?? '', NAMES);
  const pad = new Pad(canvas);
  form.querySelector('details')?.addEventListener('toggle', () => {
    void playground.line().then((line) => {
      pad.show(line);
    });
  });

  /** The answer along the line; throws with what is wrong with it. */
  const read = (line: Line): { values: Values; formula?: Formula } => {
    if (field.value.trim() === '') {
      if (pad.values) return { values: pad.values };
      throw new FormulaError(0, msg('write a formula, or draw the curve'));
    }
    const formula = readFormula(field.value, NAMES);
    const values = along(line, formula);
    const gap = values.findIndex((value, i) => !Number.isFinite(value) && isSomewhere(line, i));
    if (gap >= 0) {
      const at = decimal(line.x[gap] ?? 0, 2);
      throw new FormulaError(0, msg(str`it has no value at x = ${at}`));
    }
    return { values, formula };
  };

  return {
    read: async () => {
      read(await playground.line());
    },
    compare: async () => {
      const line = await playground.line();
      const { values, formula } = read(line);
      // Where no sample comes, nothing is asked of D.
      await playground.propose(values.map((value, i) => (isSomewhere(line, i) ? value : NaN)));
      const off = apart(line, values, along(line, solution));
      const right = formula ? isSame(formula, solution, NAMES) : off < CLOSE;
      const learned = await playground.scores();
      const fromD = learned ? decimal(apart(line, values, learned), 3) : '–';
      const far = decimal(off, 3);
      return {
        right,
        said: right
          ? msg(
              str`Right: your curve, drawn in grey, is ${fromD} from what D learned and ${far} from the solution, on average over what D sees.`,
            )
          : msg(
              str`Not the best yet: your curve, drawn in grey, is ${fromD} from what D learned and ${far} from the solution, on average over what D sees.`,
            ),
      };
    },
  };
}

function along({ x, data, model }: Line, formula: Formula): Values {
  return Float32Array.from(x, (at, i) =>
    formula({ x: at, p_data: data[i] ?? NaN, p_model: model[i] ?? NaN }),
  );
}

/** Whether any sample comes to a place. */
function isSomewhere({ data, model }: Line, i: number): boolean {
  return (data[i] ?? 0) + (model[i] ?? 0) > 1e-3 * Math.max(...data, ...model);
}

/** The mean distance of two curves over what D is shown. */
function apart(line: Line, some: Float32Array, others: Float32Array): number {
  let [sum, mass] = [0, 0];
  some.forEach((value, i) => {
    if (!isSomewhere(line, i)) return;
    const weight = (line.data[i] ?? 0) + (line.model[i] ?? 0);
    sum += weight * Math.abs(value - (others[i] ?? NaN));
    mass += weight;
  });
  return sum / mass;
}

/** A place to draw a curve with the pointer, over the two densities. */
class Pad {
  values: Values | undefined;
  readonly #theme = new Theme(document.documentElement, true);
  #line: Line | undefined;
  #last: { at: number; value: number } | undefined;

  constructor(private readonly canvas: HTMLCanvasElement) {
    this.#theme.addEventListener('change', () => {
      this.#draw();
    });
    canvas.addEventListener('pointerdown', (event) => {
      canvas.setPointerCapture(event.pointerId);
      this.#last = undefined;
      this.#move(event);
    });
    canvas.addEventListener('pointermove', (event) => {
      if (canvas.hasPointerCapture(event.pointerId)) this.#move(event);
    });
  }

  show(line: Line): void {
    this.#line = line;
    this.#draw();
  }

  #move({ offsetX, offsetY }: PointerEvent): void {
    const count = this.#line?.x.length ?? 0;
    if (count === 0) return;
    const { clientWidth, clientHeight } = this.canvas;
    const within = (value: number, most: number): number => Math.max(0, Math.min(most, value));
    const at = Math.round(within(offsetX / clientWidth, 1) * (count - 1));
    const value = 1 - within(offsetY / clientHeight, 1);
    // A curve begins level, and a fast hand leaves no gap.
    this.values ??= new Float32Array(count).fill(value);
    const from = this.#last ?? { at, value };
    for (let i = Math.min(from.at, at); i <= Math.max(from.at, at); i++) {
      const share = at === from.at ? 1 : (i - from.at) / (at - from.at);
      this.values[i] = from.value + (value - from.value) * share;
    }
    this.#last = { at, value };
    this.#draw();
  }

  #draw(): void {
    const ctx = this.canvas.getContext('2d');
    if (!ctx || !this.#line) return;
    const { width, height } = this.canvas;
    ctx.clearRect(0, 0, width, height);
    const { data, model } = this.#line;
    const peak = Math.max(...data, ...model) * 1.1;
    const { palette } = this.#theme;
    const curve = (values: Float32Array, most: number, colour: string): void => {
      ctx.beginPath();
      values.forEach((value, i) => {
        ctx.lineTo((i / (values.length - 1)) * width, height * (1 - value / most));
      });
      ctx.strokeStyle = colour;
      ctx.lineWidth = 2;
      ctx.stroke();
    };
    curve(data, peak, palette.real);
    curve(model, peak, palette.fake);
    if (this.values) curve(this.values, 1, palette.ink);
  }
}
