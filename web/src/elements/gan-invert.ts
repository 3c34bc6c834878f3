/** Inversion: a person's own picture, dropped, chosen or drawn; the latent whose sample is nearest;
 * and the way from there into a basket. */
import { css, html, nothing, type TemplateResult } from 'lit';
import { customElement, query, state } from 'lit/decorators.js';
import type { Inversion } from '../library.ts';
import { decimal } from '../state/format.ts';
import {
  type Converted,
  convert,
  type Pixels,
  refusalOfFile,
  refusalOfShape,
} from '../state/picture.ts';
import type { Prediction } from '../protocol-studio.ts';
import type { Topic } from '../state/topics.ts';
import { predictionText } from '../state/studio.ts';
import { row, shared } from '../style/shared.ts';
import { msg, str } from '../words/locale.ts';
import './gan-draw.ts';
import type { GanDraw } from './gan-draw.ts';
import './gan-images.ts';
import { SessionElement } from './session-element.ts';

@customElement('gan-invert')
export class GanInvert extends SessionElement {
  protected readonly topics: readonly Topic[] = ['studio', 'model'];
  @state() private target: Converted | undefined;
  @state() private found: Inversion | undefined;
  @state() private predictions: readonly Prediction[] = [];
  @query('gan-draw') private readonly drawing!: GanDraw;
  @query('input') private readonly picker!: HTMLInputElement;
  #count = 0;

  static override styles = [
    shared,
    row,
    css`
      :host {
        display: grid;
        grid-template-columns: repeat(3, minmax(0, 9rem)) minmax(0, 1fr);
        gap: 0.75rem 1rem;
        align-items: start;
      }
      figure {
        display: grid;
        grid-template-columns: minmax(0, 1fr);
        gap: 0.375rem;
        margin: 0;
      }
      figcaption {
        font-size: 0.8125rem;
        color: var(--quiet);
      }
      figure button {
        padding: 0 0.25rem;
        white-space: normal;
      }
      .row {
        grid-column: 1 / -1;
      }
      progress {
        width: 8rem;
        accent-color: var(--ink);
      }
      .refusal {
        color: var(--fake-text);
      }
      @container (max-width: 48rem) {
        :host {
          grid-template-columns: repeat(3, minmax(0, 1fr));
          gap: 0.5rem;
        }
      }
    `,
  ];

  override render(): TemplateResult {
    const { studio } = this.session;
    const { model } = this.session.current;
    const data = model?.info.data;
    const refusal = studio.refusals.invert;
    const { inversion } = studio;
    return html`
      <div class="row" @dragover=${this.#onDrag} @drop=${this.#onDrop}>
        <button
          @click=${() => {
            this.picker.click();
          }}
        >
          ${msg('Choose or drop an image')}
        </button>
        <button data-action="invert-drawing" @click=${() => void this.#take(this.#drawn())}>
          ${msg('Find what is drawn')}
        </button>
        <input
          type="file"
          hidden
          accept="image/*"
          aria-label=${msg('Image file')}
          @change=${() => {
            const file = this.picker.files?.[0];
            this.picker.value = '';
            if (file) void this.#takeFile(file);
          }}
        />
        ${
          inversion
            ? html`<span role="status">
                ${msg(str`Step ${inversion.step} of ${inversion.steps}, error ${decimal(inversion.error, 4)}`)}
                <progress
                  max=${inversion.steps}
                  value=${inversion.step}
                  aria-label=${msg('Inversion')}
                ></progress>
              </span>`
            : nothing
        }
        ${refusal ? html`<p class="refusal" role="alert">${refusal}</p>` : nothing}
        ${this.target?.notes.map((note) => html`<p class="quiet">${note}</p>`)}
      </div>
      <figure>
        <gan-draw ?coloured=${(data?.channels ?? 1) > 1}></gan-draw>
      </figure>
      <figure>
        <gan-images
          columns="1"
          gap="0"
          label=${msg('Your image, as the model sees it')}
          .images=${this.target?.image}
          .data=${data}
        ></gan-images>
        <figcaption>${this.target ? msg('Yours, as the model sees it') : ''}</figcaption>
      </figure>
      <figure>
        <gan-images
          columns="1"
          gap="0"
          label=${msg('The nearest image that G makes')}
          .images=${this.found?.image}
          .data=${data}
        ></gan-images>
        ${
          this.found
            ? html`<figcaption>
                  ${msg(str`G’s nearest; mean squared error ${decimal(this.found.error, 4)}`)}<br />
                  ${predictionText(this.predictions)}
                </figcaption>
                <button data-action="take" @click=${this.#put}>
                  ${msg(str`Put it into ${studio.chosen}`)}
                </button>
                <p class="quiet">
                  ${msg('It was found, not drawn from the prior, so a link cannot name it.')}
                </p>`
            : nothing
        }
      </figure>
    `;
  }

  #drawn(): Pixels | undefined {
    return this.#scaled(this.drawing.canvas, this.drawing.canvas.width, this.drawing.canvas.height);
  }

  async #takeFile(file: File): Promise<void> {
    const { studio } = this.session;
    const refusal = refusalOfFile(file);
    if (refusal) {
      studio.refuse('invert', refusal);
      return;
    }
    let bitmap: ImageBitmap;
    try {
      bitmap = await createImageBitmap(file);
    } catch {
      studio.refuse(
        'invert',
        msg(
          str`${file.name} cannot be read as an image: it is damaged, or of a kind that this browser does not know. Save it as PNG and try again.`,
        ),
      );
      return;
    }
    const { width, height } = bitmap;
    const shape = refusalOfShape(width, height);
    if (shape) studio.refuse('invert', shape);
    else await this.#take(this.#scaled(bitmap, width, height));
    bitmap.close();
  }

  /** The middle square of a picture, at the model's size. */
  #scaled(picture: CanvasImageSource, width: number, height: number): Pixels | undefined {
    const data = this.session.current.model?.info.data;
    const canvas = data && new OffscreenCanvas(data.width, data.height);
    const ctx = canvas?.getContext('2d', { willReadFrequently: true });
    if (!data || !ctx) return undefined;
    const side = Math.min(width, height);
    ctx.imageSmoothingQuality = 'high';
    const [x, y] = [(width - side) / 2, (height - side) / 2];
    ctx.drawImage(picture, x, y, side, side, 0, 0, data.width, data.height);
    const { data: rgba } = ctx.getImageData(0, 0, data.width, data.height);
    return { width: data.width, height: data.height, rgba };
  }

  async #take(pixels: Pixels | undefined): Promise<void> {
    const { studio } = this.session;
    const { model } = this.session.current;
    if (!pixels || !model) return;
    const target = convert(pixels, model.info.data);
    this.target = target;
    this.found = undefined;
    this.predictions = [];
    const { image } = target;
    const found = await studio.attempt('invert', msg('Looking for the nearest sample'), 'invert', {
      image,
    });
    studio.inverting(undefined);
    this.found = found;
    if (!found) return;
    const seen = await studio.attempt('invert', '', 'decode', { z: found.z });
    this.predictions = seen?.predictions[0] ?? [];
  }

  readonly #put = (): void => {
    const { studio } = this.session;
    if (!this.found) return;
    const { z, image } = this.found;
    const key = `found ${++this.#count}`;
    studio.put(studio.chosen, [...studio.baskets[studio.chosen], { key, z, image }]);
  };

  readonly #onDrag = (event: DragEvent): void => {
    event.preventDefault();
  };

  readonly #onDrop = (event: DragEvent): void => {
    const file = event.dataTransfer?.files[0];
    if (!file) return;
    event.preventDefault();
    event.stopPropagation();
    void this.#takeFile(file);
  };
}
