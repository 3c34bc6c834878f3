/** Images of one's own: files, a folder, a ZIP, arrays, or the camera; how they are to look, and what learning them takes. */
import { html, nothing, type TemplateResult } from 'lit';
import { customElement, query, state } from 'lit/decorators.js';
import { costOf, warningOf } from '../own/cost.ts';
import { Draft, LONGEST_NAME, PREVIEWED } from '../own/draft.ts';
import { type Given, givenFiles, givenRoots } from '../own/entries.ts';
import { type OwnSet, pack } from '../own/file.ts';
import { type Aim, aimsFor, gameFor, networksOf, type Size, SIZES } from '../own/game.ts';
import { type Shape, shown } from '../own/pixels.ts';
import { rootsOf } from '../own/roots.ts';
import { keep, type Kept, listKept, remove, taken } from '../own/shelf.ts';
import { askToLast, isLasting } from '../runs/files.ts';
import { count, decimal } from '../state/format.ts';
import { lastingText } from '../state/kept-words.ts';
import { PaceMemory } from '../state/pace-memory.ts';
import { msg, str } from '../words/locale.ts';
import { SessionElement } from './session-element.ts';
import type { Topic } from '../state/topics.ts';
import { shared } from '../style/shared.ts';
import { download } from './download.ts';
import './gan-own-camera.ts';
import { styles } from './gan-own-images.styles.ts';

/** Pixels of a tile of the preview, and how many lie in a row where there is room and where there is not. */
const TILE = 64;
const COLUMNS = [12, 8] as const;
const NARROW = 480;

/** A choice of the shape: its name there, and what it can be, in words. */
type Choice = readonly [
  field: keyof Shape,
  label: string,
  ways: readonly (readonly [value: string, text: string])[],
];
const CHOICES: readonly Choice[] = [
  ['size', msg('Size'), SIZES.map((size) => [String(size), msg(str`${size} by ${size}`)] as const)],
  [
    'colour',
    msg('Colours'),
    [
      ['true', msg('in colour')],
      ['false', msg('grey')],
    ],
  ],
  [
    'crop',
    msg('Cut'),
    [
      ['centre', msg('the middle square')],
      ['fit', msg('all of it, with a margin')],
    ],
  ],
  [
    'ground',
    msg('Behind it'),
    [
      ['white', msg('white')],
      ['black', msg('black')],
    ],
  ],
];

/** What is to come of the images, in words. */
const AIM_WORDS: Readonly<Record<Aim, string>> = {
  make: msg('make pictures like these'),
  ask: msg('make the class that is asked for'),
  name: msg('name the class of a picture'),
};

/** Classes that are named; of more, only how many there are. */
const NAMED = 6;

function imagesText(images: number, isExact: boolean): string {
  if (!isExact) return msg(str`About ${count(images)} images`);
  return images === 1 ? msg('1 image') : msg(str`${count(images)} images`);
}

function classesText(classes: readonly string[]): string {
  const { length } = classes;
  const names = classes.slice(0, NAMED).join(', ');
  if (length === 0) return msg('without labels');
  if (length === 1) return msg(str`1 class: ${names}`);
  return length > NAMED
    ? msg(str`${length} classes: ${names} and ${length - NAMED} more`)
    : msg(str`${length} classes: ${names}`);
}

@customElement('gan-own-images')
export class GanOwnImages extends SessionElement {
  protected readonly topics: readonly Topic[] = ['model'];
  @query('canvas') private readonly canvas!: HTMLCanvasElement | null;
  @query('#files') private readonly files!: HTMLInputElement;
  @query('#folder') private readonly folder!: HTMLInputElement;
  @state() private kept: readonly Kept[] = [];
  /** Whether the browser promises to clear nothing of it by itself. */
  @state() private lasting: boolean | undefined;
  @state() private keeping = false;
  @state() private camera = false;
  @state() private over = false;
  @state() private problem = '';
  @state() private wanted: Aim = 'make';
  readonly #paces = new PaceMemory();
  readonly #draft = new Draft(() => {
    this.requestUpdate();
  });

  static override styles = [shared, styles];

  override connectedCallback(): void {
    super.connectedCallback();
    // Where nothing can be kept, there is nothing to list; who asks to keep hears why.
    listKept().then(
      (kept) => (this.kept = kept),
      () => undefined,
    );
    void isLasting().then((lasting) => (this.lasting = lasting));
  }

  /** Takes what was given to the page. */
  give(given: Given[]): void {
    void this.#draft.give(given);
  }

  /** The dialog was closed: the camera goes off. */
  rest(): void {
    this.camera = false;
    this.#draft.stop();
  }

  override render(): TemplateResult {
    const { shown, count } = this.#draft;
    return html`<div
        class="drop ${this.over ? 'over' : ''}"
        @dragover=${this.#onDragOver}
        @dragleave=${() => (this.over = false)}
        @drop=${this.#onDrop}
      >
        ${this.#sources()}
        ${this.camera ? html`<gan-own-camera @picture=${this.#onPicture}></gan-own-camera>` : nothing}
        ${
          shown && shown.count > 0
            ? html`${this.#preview(shown)} ${this.#choices()} ${this.#facts(count)}
              ${this.#actions()}`
            : html`<p class="small quiet">
                ${msg('Drop pictures, a folder, a ZIP, IDX files or a NumPy .npy here. Folders are taken for labels. Nothing leaves this tab.')}
              </p>`
        }
      </div>
      ${this.#problems()} ${this.#shelf()}`;
  }

  #sources(): TemplateResult {
    return html`<div class="row">
      <button
        data-own="files"
        @click=${() => {
          this.files.click();
        }}
      >
        ${msg('Choose files…')}
      </button>
      <button
        data-own="folder"
        @click=${() => {
          this.folder.click();
        }}
      >
        ${msg('Choose a folder…')}
      </button>
      <button
        data-own="camera"
        aria-pressed=${this.camera}
        @click=${() => (this.camera = !this.camera)}
      >
        ${msg('Camera')}
      </button>
      <input
        id="files"
        type="file"
        hidden
        multiple
        accept="image/*,.zip,.npy,.idx,.safetensors,*-ubyte"
        aria-label=${msg('Pictures, a ZIP, arrays or a saved set')}
        @change=${this.#onFiles}
      />
      <input
        id="folder"
        type="file"
        hidden
        multiple
        webkitdirectory
        aria-label=${msg('A folder of pictures')}
        @change=${this.#onFiles}
      />
    </div>`;
  }

  #preview(set: OwnSet): TemplateResult {
    const { classes, count: images, isExact } = this.#draft;
    const previewed = Math.min(set.count, PREVIEWED);
    return html`<canvas
        role="img"
        aria-label=${msg(str`The first ${previewed} images as they are learned`)}
      ></canvas>
      <p class="small quiet">${imagesText(images, isExact)}, ${classesText(classes)}</p>`;
  }

  #choices(): TemplateResult {
    const { shape, opened } = this.#draft;
    const values: Record<string, string> = {
      size: String(opened?.size ?? shape.size),
      colour: String(opened ? opened.channels === 3 : shape.colour),
      crop: shape.crop,
      ground: shape.ground,
    };
    const shownChoices = opened ? CHOICES.slice(0, 2) : CHOICES;
    return html`<div class="row">
      ${shownChoices.map(
        ([field, label, ways]) =>
          html`<label class="small"
            >${label}
            <select
              data-own=${field}
              ?disabled=${opened !== undefined}
              @change=${(event: Event) => {
                this.#reshape(field, (event.target as HTMLSelectElement).value);
              }}
            >
              ${ways.map(
                ([value, text]) =>
                  html`<option value=${value} ?selected=${value === values[field]}>
                    ${text}
                  </option>`,
              )}
            </select></label
          >`,
      )}
      ${this.#aims()}
      <label class="small"
        >${msg('Name')}
        <input
          type="text"
          maxlength=${LONGEST_NAME}
          .value=${this.#draft.name}
          @change=${(event: Event) => {
            this.#draft.name = (event.target as HTMLInputElement).value.trim() || msg('my images');
            this.requestUpdate();
          }}
      /></label>
    </div>`;
  }

  /** What is to come of the images, where they have labels. */
  #aims(): TemplateResult | typeof nothing {
    const aims = aimsFor(this.#draft.classes.length);
    if (aims.length < 2) return nothing;
    return html`<label class="small"
      >${msg('Learn to')}
      <select
        data-own="aim"
        @change=${(event: Event) => {
          this.wanted = (event.target as HTMLSelectElement).value as Aim;
        }}
      >
        ${aims.map(
          (aim) =>
            html`<option value=${aim} ?selected=${aim === this.#aim}>${AIM_WORDS[aim]}</option>`,
        )}
      </select></label
    >`;
  }

  /** What was wanted, where these images allow it. */
  get #aim(): Aim {
    return aimsFor(this.#draft.classes.length).find((aim) => aim === this.wanted) ?? 'make';
  }

  #facts(images: number): TemplateResult {
    const { shape, opened } = this.#draft;
    const size = SIZES.find((known) => known === (opened?.size ?? shape.size));
    const warning = warningOf(images, this.#aim);
    const lines =
      size === undefined
        ? []
        : costOf({
            images,
            size,
            channels: opened?.channels ?? (shape.colour ? 3 : 1),
            aim: this.#aim,
            rate: this.#rate(size),
          });
    return html`<ul class="small facts">
        ${lines.map((line) => html`<li>${line}</li>`)}
      </ul>
      ${warning ? html`<p class="small warning">${warning}</p>` : nothing}`;
  }

  /** Steps a second of the preset of this size, as it was last seen to train here. */
  #rate(size: Size): number | undefined {
    return this.#paces.rate(
      `${networksOf(size, this.#aim).preset} ${this.session.current.model?.info.backend ?? ''}`,
    );
  }

  #actions(): TemplateResult {
    const { progress } = this.#draft;
    if (progress) {
      return html`<div class="row">
        <progress
          max=${progress.total}
          value=${progress.done}
          aria-label=${msg('Reading the images')}
        ></progress>
        <span class="small">${msg(str`${count(progress.done)} of ${count(progress.total)}`)}</span>
        <button
          @click=${() => {
            this.#draft.stop();
          }}
        >
          ${msg('Stop')}
        </button>
      </div>`;
    }
    return html`<div class="row">
      <button class="primary" data-own="images" @click=${() => void this.#learn()}>
        ${msg('Learn these images')}
      </button>
      <button data-own="save-set" @click=${() => void this.#save()}>
        ${msg('Save them as a file')}
      </button>
      <label class="small"
        ><input
          type="checkbox"
          data-own="keep"
          .checked=${this.keeping}
          @change=${(event: Event) => (this.keeping = (event.target as HTMLInputElement).checked)}
        />
        ${msg('keep them in this browser')}</label
      >
    </div>`;
  }

  #problems(): TemplateResult {
    const { remarks, problem } = this.#draft;
    const said = [this.problem, problem].filter(Boolean).join(' ');
    return html`${remarks.map((remark) => html`<p class="small quiet remark">${remark}</p>`)}
      <p class="small problem" role="alert">${said}</p>`;
  }

  #shelf(): TemplateResult | typeof nothing {
    if (this.kept.length === 0) return nothing;
    return html`<section>
      <h3>${msg('Kept in this browser')}</h3>
      <ul>
        ${this.kept.map(
          ({ name, bytes }) =>
            html`<li class="row">
              <span>${name} <span class="small quiet">${decimal(bytes / 1e6, 1)} MB</span></span>
              <button @click=${() => void this.#openKept(name)}>${msg('Open')}</button>
              <button
                class="plain"
                aria-label=${msg(str`Remove ${name}`)}
                @click=${() => void this.#remove(name)}
              >
                ${msg('Remove')}
              </button>
            </li>`,
        )}
      </ul>
      ${this.lasting === undefined ? nothing : html`<p class="small quiet">${lastingText(this.lasting)}</p>`}
    </section>`;
  }

  override updated(): void {
    const { canvas } = this;
    const set = this.#draft.shown;
    const ctx = canvas?.getContext('2d');
    if (!set || !ctx || !canvas) return;
    const tiles = Math.min(set.count, PREVIEWED);
    const columns = COLUMNS[this.clientWidth > NARROW ? 0 : 1];
    const rows = Math.ceil(tiles / columns);
    [canvas.width, canvas.height] = [columns * TILE, rows * TILE];
    canvas.style.aspectRatio = `${columns} / ${rows}`;
    ctx.imageSmoothingEnabled = false;
    const { size, channels, pixels } = set;
    const length = size * size * channels;
    const tile = document.createElement('canvas');
    tile.width = tile.height = size;
    for (let i = 0; i < tiles; i++) {
      const rgba = shown(pixels.subarray(i * length, (i + 1) * length), channels);
      tile.getContext('2d')?.putImageData(new ImageData(rgba, size, size), 0, 0);
      const [x, y] = [i % columns, Math.floor(i / columns)];
      ctx.drawImage(tile, x * TILE, y * TILE, TILE, TILE);
    }
  }

  #reshape(field: keyof Shape, value: string): void {
    const read = { size: Number(value), colour: value === 'true', crop: value, ground: value };
    void this.#draft.reshape({ [field]: read[field] });
  }

  readonly #onFiles = (event: Event): void => {
    const field = event.target as HTMLInputElement;
    const given = givenFiles(field.files ?? []);
    // The same files may be chosen again later.
    field.value = '';
    void this.#draft.give(given);
  };

  readonly #onDragOver = (event: DragEvent): void => {
    event.preventDefault();
    this.over = true;
  };

  readonly #onDrop = (event: DragEvent): void => {
    event.preventDefault();
    event.stopPropagation();
    this.over = false;
    const { items } = event.dataTransfer ?? {};
    if (items) void givenRoots(rootsOf(items)).then((given) => this.#draft.give(given));
  };

  readonly #onPicture = (event: CustomEvent<{ picture: Blob; label: string }>): void => {
    void this.#draft.add(event.detail.picture, event.detail.label);
  };

  async #learn(): Promise<void> {
    const set = await this.#draft.whole();
    if (!set) return;
    await this.#try(async () => {
      const game = gameFor(
        set,
        aimsFor(set.classes.length).includes(this.#aim) ? this.#aim : 'make',
      );
      const bytes = pack(set);
      if (this.keeping) await this.#keep(set.name, bytes);
      if (await this.session.models.useImages(game, bytes)) this.dispatchEvent(new Event('used'));
    });
  }

  async #save(): Promise<void> {
    const set = await this.#draft.whole();
    if (set) download(new Blob([pack(set)]), `${set.name}.safetensors`);
  }

  /** What cannot be kept is said, and learned all the same. */
  async #keep(name: string, bytes: Uint8Array<ArrayBuffer>): Promise<void> {
    try {
      await keep(name, bytes);
      this.kept = await listKept();
      // A person may be asked in turn; learning does not wait for it.
      void askToLast().then((lasting) => (this.lasting = lasting));
    } catch (error) {
      this.session.notices.add('warning', error instanceof Error ? error.message : String(error));
    }
  }

  async #openKept(name: string): Promise<void> {
    await this.#try(async () => {
      const bytes = await taken(name);
      if (!bytes) throw new Error(msg(str`${name} is not there any more: open it from a file.`));
      this.#draft.open(bytes, name);
    });
  }

  async #remove(name: string): Promise<void> {
    await this.#try(async () => {
      await remove(name);
      this.kept = await listKept();
    });
  }

  async #try(act: () => Promise<void>): Promise<void> {
    this.problem = '';
    try {
      await act();
    } catch (error) {
      this.problem = error instanceof Error ? error.message : String(error);
    }
  }
}
