/** What flows along the diagram's arrows in slow motion: over the diagram, loaded when slow motion is first asked for. */
import { css, html, nothing, svg, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { Colour } from '../library.ts';
import type { Rect } from '../stage/arrows.ts';
import { along, lengthOf, type Point, pointsOf } from '../stage/way.ts';
import { type Beat, beatAt, beatsOf, type Stream } from '../state/flow.ts';
import { PACES } from '../state/slow.ts';
import type { Topic } from '../state/topics.ts';
import { roles } from '../style/palette.ts';
import { shared } from '../style/shared.ts';
import { SessionElement } from './session-element.ts';

/** An arrow of the diagram as it is drawn, or the line beside it on which its gradient goes back. */
export interface DrawnLine {
  from: string;
  to: string;
  path: string;
  colour: Colour;
  back: boolean;
}

/** Things that move along an arrow, at most, and how far they are apart, in pixels. */
const TRAIN = 3;
const APART = 12;

const still = matchMedia('(prefers-reduced-motion: reduce)');

@customElement('gan-flow')
export class GanFlow extends SessionElement {
  protected readonly topics: readonly Topic[] = ['phase', 'running', 'model'];
  @property({ attribute: false }) lines: readonly DrawnLine[] = [];
  @property({ attribute: false }) boxes: ReadonlyMap<string, Rect> = new Map();
  @state() private now = 0;
  #phase: string | undefined;
  #since = 0;
  #dwell = 1;
  #beats: readonly Beat[] = [];
  #frame: number | undefined;

  static override styles = [
    shared,
    roles,
    css`
      :host {
        position: absolute;
        inset: 0;
        pointer-events: none;
      }
      svg {
        position: absolute;
        inset: 0;
        width: 100%;
        height: 100%;
        overflow: visible;
      }
      .way,
      .box {
        fill: none;
        stroke: var(--colour);
        stroke-linecap: round;
        stroke-linejoin: round;
      }
      .way {
        stroke-width: 2.5;
        opacity: 0.6;
      }
      .box {
        stroke-width: 3;
      }
      .thing {
        fill: var(--colour);
        stroke: var(--paper);
        stroke-width: 1;
      }
      p {
        position: absolute;
        inset: calc(100% + 0.625rem) 0 auto;
        font-size: 0.8125rem;
        line-height: 1.4;
        color: var(--word);
      }
      /* In a line there is no room below. */
      @container (min-width: 17rem) {
        p {
          display: none;
        }
      }
    `,
  ];

  override connectedCallback(): void {
    super.connectedCallback();
    this.#follow();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#phase = undefined;
    this.#stop();
  }

  protected override told(topic: Topic): void {
    if (topic === 'phase') this.#follow();
    else this.requestUpdate();
  }

  /** Another update began, or none goes on. */
  #follow(): void {
    const { phase, pace } = this.session.run;
    const info = this.session.current.model?.info;
    const update = info?.updates.find(({ name }) => name === phase);
    this.#phase = phase;
    this.#beats = info && update ? beatsOf(info, update) : [];
    this.#since = performance.now();
    this.#dwell = PACES[pace];
    this.now = 0;
    this.#stop();
    if (phase !== undefined) this.#tick();
  }

  #stop(): void {
    if (this.#frame !== undefined) cancelAnimationFrame(this.#frame);
    this.#frame = undefined;
  }

  readonly #tick = (): void => {
    // Beyond its time an update still goes on: what is slow to compute is not over yet.
    this.now = Math.min(0.999, (performance.now() - this.#since) / this.#dwell);
    this.#frame = requestAnimationFrame(this.#tick);
  };

  override render(): TemplateResult | typeof nothing {
    const place = this.#phase === undefined ? undefined : beatAt(this.#beats.length, this.now);
    const beat = place && this.#beats[place.beat];
    if (!place || !beat) return nothing;
    return html`<svg aria-hidden="true" data-beat=${place.beat}>
        ${beat.streams.map((stream) => this.#stream(stream, place.share))}
        ${beat.boxes.map((name) => this.#box(name, beat.colour))}
      </svg>
      <p class=${beat.colour}>${beat.text}</p>`;
  }

  #box(name: string, colour: Colour): TemplateResult | typeof nothing {
    const rect = this.boxes.get(name);
    if (!rect) return nothing;
    const { left, top, right, bottom } = rect;
    return svg`<rect class="box ${colour}" x=${left} y=${top} width=${right - left} height=${bottom - top} rx="10" />`;
  }

  #stream({ from, to, back, colour }: Stream, share: number): TemplateResult | typeof nothing {
    const ways = this.lines.filter((line) => line.from === from && line.to === to);
    const own = ways.find((line) => line.back === back);
    const line = own ?? ways[0];
    if (!line) return nothing;
    const points = pointsOf(line.path);
    // Where a gradient has no line of its own, it goes back on that of the samples.
    const way: Point[] = own ? points : points.toReversed();
    const path = `M${way.map(([x, y]) => `${x} ${y}`).join('L')}`;
    const things = still.matches ? [] : trainOn(lengthOf(way), share);
    return svg`<path class="way ${colour}" d=${path} />
      ${things.map((at) => {
        const { x, y, angle } = along(way, at);
        return back
          ? svg`<path class="thing ${colour}" d="M-4 -4L5 0L-4 4Z" transform="translate(${x} ${y}) rotate(${angle})" />`
          : svg`<circle class="thing ${colour}" cx=${x} cy=${y} r="4" />`;
      })}`;
  }
}

/** Where on a way things are, as shares of it: one behind the other, all there when the time is over. */
function trainOn(length: number, share: number): number[] {
  const apart = APART / Math.max(APART, length);
  const count = Math.max(1, Math.min(TRAIN, Math.floor(length / APART)));
  return Array.from(
    { length: count },
    (_, i) => share * (1 + (count - 1) * apart) - i * apart,
  ).filter((at) => at >= 0 && at <= 1);
}
