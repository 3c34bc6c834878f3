/** The stage: one canvas, the words under it that name and toggle its layers, and what the pointer
 * is over. Draws at most once per animation frame and tells the worker when it is ready for more. */
import { html, nothing, type TemplateResult } from 'lit';
import { customElement, query, state } from 'lit/decorators.js';
import type { Info, View } from '../library.ts';
import type { Frame, Model } from '../protocol.ts';
import {
  canTakeSamples,
  hasLatentImages,
  samplerOf,
  speakerOf,
  viewOf,
} from '../state/describe.ts';
import { decimal, percent, progressText, written } from '../state/format.ts';
import { type Kind, kindOf } from '../state/current.ts';
import { hasLayer } from '../state/layers.ts';
import { LAYERS } from '../state/parts.ts';
import type { Topic } from '../state/topics.ts';
import { surfaceOf } from '../stage/canvas.ts';
import { type Entry, isOneView, LEGEND, noteOf, scaleOf } from '../stage/legend.ts';
import { PlaneStage } from '../stage/plane.ts';
import type { SeenImages } from '../stage/players.ts';
import { DENSITY_SIDE, HEAT_SIDE } from '../worker/frames.ts';
import { icon } from '../style/icons.ts';
import { roles } from '../style/palette.ts';
import { shared } from '../style/shared.ts';
import { msg, said, str } from '../words/locale.ts';
import { namedImage, sample } from './cells.ts';
import './gan-asked.ts';
import './gan-film.ts';
import './gan-intro.ts';
import { loadAgain } from './load-again.ts';
import { ThemedElement } from './themed-element.ts';
import { Throttled } from './throttled.ts';
import { styles } from './gan-stage.styles.ts';

type More = typeof import('../stage/more.ts');

/** As high as the film and the gap before it, in pixels. */
const FILM = 44;

/** Images in a row, where each row shows the same. */
const COLUMNS = 8;

@customElement('gan-stage')
export class GanStage extends ThemedElement {
  protected readonly topics: readonly Topic[] = ['frame', 'model', 'show', 'progress', 'running'];
  @query('.frame > canvas') private readonly canvas!: HTMLCanvasElement | null;
  @query('.frame') private readonly box!: HTMLElement;
  @state() private hover = '';
  readonly #plane = new PlaneStage();
  /** What the picture needs beside the plane's first layers, once it is loaded. */
  #more: More | undefined;
  /** Whether the grid of images was asked for: once for a model, where it does not come. */
  #grid = false;
  #pointer: { x: number; y: number } | undefined;
  #scheduled = false;
  #room = 0;
  /** A number that changes with every picture could not be read. */
  readonly #retell = new Throttled(this, 250);
  #freshFrame = false;
  readonly #resize = new ResizeObserver(() => {
    this.#schedule();
  });

  static override styles = [shared, roles, styles];

  override firstUpdated(): void {
    this.#resize.observe(this.box);
  }

  override updated(): void {
    void this.#load();
    void this.#loadGrid();
    this.toggleAttribute('plane', this.#kind === 'plane');
    this.toggleAttribute('image', this.#kind === 'image');
    this.toggleAttribute('slow', this.session.run.slow);
    this.style.setProperty('--tint', `${(this.theme.palette.tint / 255) * 100}%`);
    this.#schedule();
  }

  async #load(): Promise<void> {
    const on = this.session.stage.strengths;
    const asked = (['optimal', 'ratio', 'd-sees', 'g-sees'] as const).some((one) => on[one] > 0);
    if (this.#more || (this.#kind !== 'line' && !asked)) return;
    this.#more = await import('../stage/more.ts');
    this.#plane.more = this.#more;
    this.requestUpdate();
  }

  async #loadGrid(): Promise<void> {
    if (this.#grid || this.#kind !== 'image') return;
    this.#grid = true;
    try {
      await loadAgain(() => import('./gan-images.ts'));
    } catch {
      this.session.notices.add(
        'error',
        msg(
          'What draws images could not be loaded. Check the connection, and choose the model again.',
        ),
      );
    }
  }

  protected override told(topic: Topic): void {
    if (topic === 'frame') {
      this.#freshFrame = true;
      this.#schedule();
      if (this.#kind === 'image') this.requestUpdate();
      else if (this.session.stage.strengths.optimal > 0) this.#retell.ask();
    } else {
      this.#pointer = undefined;
      this.hover = '';
      if (topic === 'model' && !customElements.get('gan-images')) this.#grid = false;
      this.requestUpdate();
    }
  }

  get #kind(): Kind | undefined {
    return this.session.current.model && kindOf(this.session.current.model);
  }

  override render(): TemplateResult {
    const { model } = this.session.current;
    const kind = this.#kind;
    return html`
      <div class="frame">
        ${kind === 'image' ? this.#images() : this.#canvas(kind)} ${this.#waiting(kind)}
        ${
          kind === 'none'
            ? html`<p class="waiting quiet">
                ${msg('This benchmark has no picture; its curves are beside it.')}
              </p>`
            : nothing
        }
        ${this.hover ? html`<p class="small hover">${this.hover}</p>` : nothing}
        <gan-intro class="intro" .session=${this.session}></gan-intro>
      </div>
      ${this.#scale(kind)} ${kind ? nothing : html`<div class="room"></div>`}
      ${
        model && kind && LEGEND[kind].length > 0
          ? html`<ul aria-label=${msg('What the picture shows')}>
              ${LEGEND[kind]
                .filter(({ layer }) => hasLayer(model, this.session.stage.show, layer))
                .map((entry) => this.#toggle(entry))}
            </ul>`
          : nothing
      }
      ${
        model && kind !== 'none'
          ? html`<gan-film .session=${this.session}></gan-film>
              <gan-asked .session=${this.session}></gan-asked>`
          : nothing
      }
      ${model && kind === 'image' ? this.#under(model) : nothing}
    `;
  }

  /** What the images are, and the way into the studio. */
  #under({ info }: Model): TemplateResult {
    const score = viewOf(info, 'score');
    const studio = hasLatentImages(info) && this.session.current.shows('studio');
    const words = [
      score ? pointText(info, score) : '',
      studio && canTakeSamples(info) ? msg('click to take it into the studio') : '',
    ].filter(Boolean);
    return html`<div class="under">
      <p class="small quiet">
        ${shownBy(info)} ${words.length > 0 ? `${capital(words.join('; '))}.` : nothing}
      </p>
      ${
        studio
          ? html`<button
              data-action="studio"
              aria-keyshortcuts="l"
              @click=${() => {
                this.dispatchEvent(new Event('studio'));
              }}
            >
              ${msg('Latent studio')} ${icon('next')}
            </button>`
          : nothing
      }
    </div>`;
  }

  /** What the shading says, in the picture's own colours, and what else there is to know. */
  #scale(kind: Kind | undefined): TemplateResult | typeof nothing {
    const { model } = this.session.current;
    if (!model || !kind) return nothing;
    const on = this.session.stage.strengths;
    const scale = kind === 'plane' ? scaleOf(model, on) : undefined;
    const note = noteOf(model, kind, on);
    return html`${
      scale
        ? html`<p class="scale small">${scale.map((word) => html`<span>${word}</span> `)}</p>`
        : nothing
    }
    ${noted(on.optimal > 0 ? farFrom(this.#more, model, this.session.stage.picture) : '', note)}`;
  }

  #toggle({ layer, text, colour }: Entry): TemplateResult {
    const { layers } = this.session.stage;
    const on = layers[layer];
    const aside = !isOneView(layer) && LAYERS.some((one) => layers[one] && isOneView(one));
    return html`<li>
      <button
        class=${colour}
        aria-pressed=${on}
        data-layer=${layer}
        ?disabled=${aside}
        @click=${() => {
          void this.session.stage.setLayers({ [layer]: !on });
        }}
      >
        ${text}
      </button>
    </li>`;
  }

  /** What is loading and how far, where one looks; over a picture that is there, small. */
  #waiting(kind: Kind | undefined): TemplateResult | typeof nothing {
    const { busy, progress } = this.session.channel;
    if (!busy)
      return kind ? nothing : html`<p class="waiting quiet">${msg('The game appears here.')}</p>`;
    return html`<div class=${kind ? 'small hover' : 'waiting quiet'}>
      <p>${busy}${progress ? `: ${progressText(progress)}` : '…'}</p>
      ${
        progress && progress.total > 0
          ? html`<progress
              max=${progress.total}
              value=${progress.done}
              aria-label=${busy}
            ></progress>`
          : nothing
      }
    </div>`;
  }

  #canvas(kind: Kind | undefined): TemplateResult {
    return html`<canvas
      role="img"
      aria-label=${this.#describe(kind)}
      @pointermove=${this.#onPointer}
      @pointerdown=${this.#onPointer}
      @pointerleave=${this.#onLeave}
    ></canvas>`;
  }

  #images(): TemplateResult {
    const { model } = this.session.current;
    const { picture: frame } = this.session.stage;
    const seen = this.#seen;
    return html`${frame?.rows ? rowWords(frame.rows.words) : nothing}<gan-images
        class=${frame?.rows ? 'beside' : nothing}
        .images=${seen?.images ?? frame?.fake}
        .marks=${seen?.marks ?? new Map(frame?.names?.entries())}
        .data=${model?.info.data}
        .columns=${frame?.rows?.columns ?? COLUMNS}
        label=${this.#describe('image')}
        .cell=${frame?.names ? namedImage : sample}
        @pick=${(event: CustomEvent<number>) => {
          if (!model || !canTakeSamples(model.info) || seen?.at(event.detail).real) return;
          this.dispatchEvent(
            new CustomEvent('pick', { detail: seen?.at(event.detail).index ?? event.detail }),
          );
        }}
        @look=${(event: CustomEvent<number | undefined>) => {
          this.#look(event.detail);
        }}
      ></gan-images>`;
  }

  /** The images as one player sees them, where that is chosen. */
  get #seen(): SeenImages | undefined {
    const { current, stage } = this.session;
    const { model } = current;
    const frame = stage.picture;
    if (!model || !frame) return undefined;
    const on = stage.strengths;
    if (on['g-sees'] > 0) return this.#more?.imagesForG(model, frame);
    return on['d-sees'] > 0
      ? this.#more?.imagesForD(model, frame.fake, frame.rows?.columns ?? COLUMNS)
      : undefined;
  }

  /** Says in words what the score of an image is. */
  #look(cell: number | undefined): void {
    const { picture } = this.session.stage;
    const { real, index } = this.#seen?.at(cell ?? 0) ?? { real: false, index: cell ?? 0 };
    const score =
      cell === undefined ? undefined : picture?.[real ? 'realScores' : 'scores']?.[index];
    const number = index + 1;
    const name = real
      ? msg(str`real image ${number}`, {
          desc: 'of which a score is said, as an object: “How real D thinks … is”',
        })
      : msg(str`sample ${number}`, {
          desc: 'of which a score is said, as an object: “How real D thinks … is”',
        });
    const called = cell === undefined ? undefined : picture?.names?.[cell];
    this.hover =
      score !== undefined
        ? this.#scored(name, score)
        : called === undefined
          ? ''
          : msg(str`Real image ${number} is called “${called}”.`);
  }

  #scored(what: string, score: number): string {
    const info = this.session.current.model?.info;
    const view = info && viewOf(info, 'score');
    if (!view) return '';
    const speaker = said(speakerOf(info, view));
    if (view.range) return msg(str`How real ${speaker} thinks ${what} is: ${percent(score)}`);
    const value = decimal(score, 3);
    return speaks(info, view)
      ? msg(str`Score by ${speaker} of ${what}: ${value}`)
      : msg(str`${capital(speaker)} of ${what}: ${value}`);
  }

  #describe(kind: Kind | undefined): string {
    const name = this.session.current.preset?.title ?? this.session.current.spec.preset;
    const info = this.session.current.model?.info;
    const scored = info !== undefined && viewOf(info, 'score') !== undefined;
    switch (kind) {
      case 'image':
        return info && !samplerOf(info)
          ? msg(str`${name}: a grid of real images, and what the model calls each.`)
          : msg(str`${name}: a grid of images that the model makes.`);
      case 'line':
        return scored
          ? msg(
              str`${name}: the density of the data and that of samples, and the discriminator between them.`,
            )
          : msg(str`${name}: the density of the data and that of samples.`);
      case 'plane':
        return scored
          ? msg(
              str`${name}: real points and samples in the plane, over the discriminator’s opinion of each place.`,
            )
          : msg(str`${name}: real points and samples in the plane.`);
      case 'none':
        return msg(str`${name}: this benchmark has no picture.`);
      case undefined:
        return msg('The picture is being prepared.');
    }
  }

  readonly #onPointer = (event: PointerEvent): void => {
    this.#pointer = { x: event.offsetX, y: event.offsetY };
    this.#schedule();
  };

  readonly #onLeave = (): void => {
    this.#pointer = undefined;
    this.#schedule();
  };

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    requestAnimationFrame(() => {
      this.#scheduled = false;
      this.#draw();
    });
  }

  /** Tells how much stands below the picture, which is made so large that the window has room for both. */
  #tellUnder(): void {
    const parts = [...this.renderRoot.children].filter(({ clientHeight }) => clientHeight > 0);
    const last = parts.at(-1)?.getBoundingClientRect().bottom ?? 0;
    // The film comes with training: the picture is not to give way to it then.
    const film = this.renderRoot.querySelector<HTMLElement>('gan-film')?.hidden ? FILM : 0;
    const under = Math.ceil(last - this.box.getBoundingClientRect().bottom + film);
    if (under === this.#room) return;
    this.#room = under;
    this.dispatchEvent(new CustomEvent('under', { detail: under }));
  }

  #draw(): void {
    this.#tellUnder();
    const { model } = this.session.current;
    const { picture: frame } = this.session.stage;
    const surface = this.isConnected && this.canvas ? surfaceOf(this.canvas) : undefined;
    const { palette } = this.theme;
    const kind = this.#kind;
    if (surface && model) {
      if (kind === 'plane')
        this.#plane.draw(surface, model, frame, this.session.stage.strengths, palette);
      else if (kind === 'line') {
        this.#more?.drawLine(
          surface,
          model,
          frame,
          this.session.stage.strengths,
          palette,
          this.session.stage.proposal,
        );
      }
    }
    if (kind === 'plane') this.#readPointer();
    if (this.#freshFrame) {
      this.#freshFrame = false;
      this.session.stage.drawn();
    }
  }

  /** Says in words what is drawn where the pointer is. */
  #readPointer(): void {
    const text = this.#pointer && this.canvas ? this.#wordsAt(this.#pointer, this.canvas) : '';
    if (text !== this.hover) this.hover = text;
  }

  #wordsAt({ x, y }: { x: number; y: number }, { clientWidth, clientHeight }: Element): string {
    const at = (side: number): number => {
      const place = (share: number): number => Math.round(share * (side - 1));
      return place(1 - y / clientHeight) * side + place(x / clientWidth);
    };
    const { current, stage } = this.session;
    const { picture } = stage;
    const on = stage.strengths;
    if (current.model && picture?.densities && (on.ratio > 0 || on.optimal > 0)) {
      const optimal = this.#more?.optimalIn(current.model, picture);
      const [best, error, ratio] = [optimal?.best, optimal?.error, optimal?.ratio].map(
        (values) => values?.[at(DENSITY_SIDE)] ?? NaN,
      ) as [number, number, number];
      if (Number.isNaN(best)) return msg('Neither data nor samples come here');
      if (on.ratio > 0) {
        return ratio > 100
          ? msg('Data / model: above 100')
          : msg(str`Data / model: ${written(ratio.toPrecision(2))}`);
      }
      return msg(
        str`How real the best D thinks this place is: ${percent(best)} ± ${percent(error)}`,
      );
    }
    const value = picture?.scores?.[at(HEAT_SIDE)];
    return value === undefined
      ? ''
      : this.#scored(
          msg('this place', {
            desc: 'of which a score is said, as an object: “How real D thinks … is”',
          }),
          value,
        );
  }
}

/** How far D is from the best one now, in words. */
function farFrom(more: More | undefined, model: Model, picture: Frame | undefined): string {
  const far = more?.distanceToOptimal(model, picture);
  if (!far) return '';
  const [mean, error] = [decimal(far.mean, 3), decimal(far.error, 3)];
  return msg(str`On average D is ${mean} ± ${error} from the best D.`);
}

function noted(far: string, note: string): TemplateResult | typeof nothing {
  if (!far && !note) return nothing;
  return html`<p class="small quiet">
    <span data-distance>${far}</span> <span data-note>${note}</span>
  </p>`;
}

/** What each row of images was asked for; said once where several rows show the same. */
function rowWords(words: readonly string[]): TemplateResult {
  const long = words.some((word) => word.length > 2);
  return html`<ol aria-hidden="true" class=${long ? 'long' : nothing}>
    ${words.map((word, i) => html`<li class="small">${word === words[i - 1] ? '' : word}</li>`)}
  </ol>`;
}

/** Whether a score is somebody's, such as D's, not a number of its own, such as minus the free energy. */
function speaks({ diagram }: Info, score: View): boolean {
  return diagram.blocks.some(({ view }) => view === score.name);
}

function pointText(info: Info, score: View): string {
  const speaker = said(speakerOf(info, score));
  return speaks(info, score)
    ? msg(str`point at a sample for its score by ${speaker}`)
    : msg(str`point at a sample for its ${speaker}`);
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** What the images of the grid are. */
function shownBy(info: Info): string {
  const sampler = samplerOf(info);
  if (!sampler) return msg('Real images, each with what the model calls it.');
  return sampler.kind === 'chain'
    ? msg('Each picture goes on with the chains of the one before.')
    : msg('The same random inputs, redrawn as the model learns.');
}
