/** Points of one's own: drawn on a square, or pasted or read as a table. */
import { css, html, nothing, type TemplateResult } from 'lit';
import { customElement, query, state } from 'lit/decorators.js';
import { decimal } from '../state/format.ts';
import {
  MOST_POINTS,
  type Own,
  type Point,
  pointsData,
  REACH,
  readTable,
} from '../state/own-data.ts';
import type { Topic } from '../state/topics.ts';
import { shared } from '../style/shared.ts';
import { msg, str } from '../words/locale.ts';
import { ThemedElement } from './themed-element.ts';

/** Pixels of the square, and what lies around the data in it. */
const SIDE = 360;
const MARGIN = 1.25;
/** Points of a line stand this far apart, in the units of the data. */
const SPACING = 0.06;
/** How far the brush scatters. */
const SCATTER = 0.22;
/** Fewer points are no distribution. */
const FEWEST = 8;

type Tool = 'line' | 'cloud';

@customElement('gan-own-points')
export class GanOwnPoints extends ThemedElement {
  protected readonly topics: readonly Topic[] = ['model'];
  @query('canvas') private readonly canvas!: HTMLCanvasElement;
  @query('textarea') private readonly table!: HTMLTextAreaElement;
  @state() private points: readonly Point[] = [];
  @state() private tool: Tool = 'line';
  @state() private problem = '';
  /** Where each stroke began, so that it can be taken back. */
  #strokes: number[] = [];
  #last: Point | undefined;

  static override styles = [
    shared,
    css`
      .row {
        display: flex;
        flex-wrap: wrap;
        gap: 0.5rem;
        align-items: center;
      }
      h3 {
        font-size: 0.9375rem;
      }
      .ways {
        display: grid;
        grid-template-columns: repeat(auto-fit, minmax(min(18rem, 100%), 1fr));
        gap: 1rem 1.5rem;
      }
      .ways > div {
        display: grid;
        gap: 0.5rem;
        align-content: start;
        min-width: 0;
      }
      canvas {
        display: block;
        width: 100%;
        max-width: ${SIDE}px;
        aspect-ratio: 1;
        border: 1px solid var(--line);
        border-radius: 0.5rem;
        background: var(--paper);
        touch-action: none;
        cursor: crosshair;
      }
      [aria-pressed='true'] {
        border-color: var(--ink);
      }
      textarea {
        width: 100%;
        min-height: 11rem;
        padding: 0.5rem 0.75rem;
        font-family: ui-monospace, monospace;
        font-size: 0.875rem;
        resize: vertical;
      }
      .problem {
        margin-block-start: 0.75rem;
        color: var(--fake-text);
      }
      .primary {
        background: var(--ink);
        border-color: var(--ink);
        color: var(--paper);
      }
    `,
  ];

  protected override firstUpdated(): void {
    this.#draw();
  }

  override render(): TemplateResult {
    return html`<div class="ways">${this.#drawing()} ${this.#writing()}</div>
      ${this.problem ? html`<p class="small problem" role="alert">${this.problem}</p>` : nothing}`;
  }

  #drawing(): TemplateResult {
    const { points } = this;
    const drawn = points.length;
    const tool = (name: Tool, text: string): TemplateResult =>
      html`<button
        aria-pressed=${this.tool === name}
        @click=${() => {
          this.tool = name;
        }}
      >
        ${text}
      </button>`;
    return html`<div>
      <h3>${msg('Draw it')}</h3>
      <canvas
        width=${SIDE}
        height=${SIDE}
        role="img"
        aria-label=${msg(str`A square to draw points on with the pointer: ${drawn} so far. A table can be given instead.`)}
        @pointerdown=${this.#onDown}
        @pointermove=${this.#onMove}
        @pointerup=${this.#onUp}
        @pointercancel=${this.#onUp}
      ></canvas>
      <div class="row">
        ${tool('line', msg('Line'))} ${tool('cloud', msg('Cloud'))}
        <button ?disabled=${drawn === 0} @click=${this.#undo}>${msg('Undo')}</button>
        <button
          ?disabled=${drawn === 0}
          @click=${() => {
            this.#strokes = [];
            this.#set([]);
          }}
        >
          ${msg('Clear')}
        </button>
      </div>
      <p class="small quiet">${drawnText(drawn)}</p>
      <div>
        <button
          class="primary"
          data-own="drawing"
          ?disabled=${drawn < FEWEST}
          @click=${() => void this.#use({ dim: 2, data: pointsData(points), remarks: [] })}
        >
          ${msg('Learn the drawing')}
        </button>
      </div>
    </div>`;
  }

  #writing(): TemplateResult {
    return html`<div>
      <h3>${msg('Or give a table')}</h3>
      <textarea
        aria-label=${msg('A table of points: a line for each, with one or two numbers')}
        placeholder="x, y
0.5, 1.2
0.7, 1.1
…"
      ></textarea>
      <p class="small quiet">
        ${msg('CSV: a line for each point, with two numbers for the plane or one for a line. It is scaled to fit, and does not leave this tab.')}
      </p>
      <div class="row">
        <button class="primary" data-own="table" @click=${() => void this.#useTable()}>
          ${msg('Learn the table')}
        </button>
        <label class="small"
          >${msg('or a file')}
          <input type="file" accept=".csv,.tsv,.txt,text/csv" @change=${this.#onFile}
        /></label>
      </div>
    </div>`;
  }

  /** Takes a table that was given to the page. */
  give(table: string): void {
    this.table.value = table;
    this.problem = '';
  }

  async #useTable(): Promise<void> {
    try {
      await this.#use(readTable(this.table.value));
    } catch (error) {
      this.problem = error instanceof Error ? error.message : String(error);
    }
  }

  readonly #onFile = async (event: Event): Promise<void> => {
    const field = event.target as HTMLInputElement;
    const file = field.files?.[0];
    if (!file) return;
    if (file.size > 2e6) {
      const size = decimal(file.size / 1e6, 1);
      this.problem = msg(str`${file.name} has ${size} MB: a table of at most 2 MB can be taken.`);
    } else {
      this.table.value = await file.text();
      this.problem = '';
    }
    field.value = '';
  };

  async #use({ dim, data, remarks }: Own): Promise<void> {
    this.problem = '';
    this.dispatchEvent(new Event('used'));
    await this.session.models.useData(dim, data);
    for (const remark of remarks) this.session.notices.add('info', remark);
  }

  #set(points: readonly Point[]): void {
    this.points = points;
    this.#draw();
  }

  readonly #undo = (): void => {
    this.#set(this.points.slice(0, this.#strokes.pop() ?? 0));
  };

  readonly #onDown = (event: PointerEvent): void => {
    this.canvas.setPointerCapture(event.pointerId);
    this.#strokes.push(this.points.length);
    this.#last = undefined;
    this.#onMove(event);
  };

  readonly #onMove = (event: PointerEvent): void => {
    if (!this.canvas.hasPointerCapture(event.pointerId)) return;
    const here = this.#place(event);
    const [x, y] = here;
    const { tool } = this;
    if (this.#last && Math.hypot(x - this.#last[0], y - this.#last[1]) < SPACING) return;
    const from = this.#last ?? here;
    const gaps = tool === 'line' ? Math.floor(distance(from, here) / SPACING) : 1;
    const between = Array.from({ length: Math.max(1, gaps) }, (_, i): Point => {
      const share = (i + 1) / Math.max(1, gaps);
      return [from[0] + (x - from[0]) * share, from[1] + (y - from[1]) * share];
    });
    const added = tool === 'line' ? between : cloud(here, this.points.length, 6);
    this.#last = here;
    this.#set([...this.points, ...added]);
  };

  readonly #onUp = (): void => {
    this.#last = undefined;
  };

  #place({ offsetX, offsetY }: PointerEvent): Point {
    const { clientWidth: width } = this.canvas;
    const reach = REACH * MARGIN;
    return [(offsetX / width) * 2 * reach - reach, reach - (offsetY / width) * 2 * reach];
  }

  #draw(): void {
    const ctx = this.canvas.getContext('2d');
    if (!ctx) return;
    ctx.clearRect(0, 0, SIDE, SIDE);
    ctx.fillStyle = this.theme.palette.real;
    const reach = REACH * MARGIN;
    for (const [x, y] of this.points) {
      const [px, py] = [((x + reach) / (2 * reach)) * SIDE, ((reach - y) / (2 * reach)) * SIDE];
      ctx.beginPath();
      ctx.arc(px, py, 3, 0, 2 * Math.PI);
      ctx.fill();
    }
  }
}

/** How many points are drawn, and what becomes of them. */
function drawnText(drawn: number): string {
  if (drawn === 0) return msg('G will learn to make points like those that you draw.');
  if (drawn === 1) return msg('1 point');
  return drawn > MOST_POINTS
    ? msg(str`${drawn} points, of which ${MOST_POINTS} are kept`)
    : msg(str`${drawn} points`);
}

const distance = ([ax, ay]: Point, [bx, by]: Point): number => Math.hypot(ax - bx, ay - by);

/** Steps of an even sequence over the square (Roberts's R2): the same strokes leave the same points. */
const [TURN, SPREAD] = [0.754877666, 0.569840291];

/** Points around a place, as a spray can leaves them; `from` is how many there are already. */
function cloud([x, y]: Point, from: number, count: number): Point[] {
  return Array.from({ length: count }, (_, i) => {
    const at = from + i + 1;
    const angle = 2 * Math.PI * ((at * TURN) % 1);
    const radius = SCATTER * Math.sqrt((at * SPREAD) % 1);
    return [x + radius * Math.cos(angle), y + radius * Math.sin(angle)];
  });
}
