/** Takes pictures with the camera, which is asked for when this element appears: somebody has pressed its button then. */
import { css, html, LitElement, nothing, type TemplateResult } from 'lit';
import { customElement, query, state } from 'lit/decorators.js';
import { shared } from '../style/shared.ts';
import { msg, str } from '../words/locale.ts';

/** Pixels of a side that are kept of a picture until its size is chosen. */
const SIDE = 256;

/** What browsers call a camera that cannot be had, and what to do. */
const PROBLEMS: Readonly<Record<string, string>> = {
  NotAllowedError: msg('The camera was refused: allow it next to the address, or choose files.'),
  NotFoundError: msg('There is no camera here: choose files.'),
  NotReadableError: msg('Another program uses the camera: close that, or choose files.'),
};

@customElement('gan-own-camera')
export class GanOwnCamera extends LitElement {
  @query('video') private readonly video!: HTMLVideoElement | null;
  @state() private ready = false;
  @state() private problem = '';
  @state() private taken = 0;
  #label = '';
  #stream: MediaStream | undefined;

  static override styles = [
    shared,
    css`
      :host {
        display: flex;
        flex-wrap: wrap;
        gap: 0.75rem;
        align-items: end;
      }
      video {
        width: 10rem;
        aspect-ratio: 1;
        object-fit: cover;
        border-radius: 0.25rem;
        background: var(--paper);
      }
      .take {
        display: grid;
        gap: 0.5rem;
        justify-items: start;
      }
      input[type='text'] {
        width: 9rem;
        padding: 0 0.5rem;
      }
      .problem {
        color: var(--fake-text);
      }
    `,
  ];

  override connectedCallback(): void {
    super.connectedCallback();
    void this.#begin();
  }

  override disconnectedCallback(): void {
    this.#end();
    super.disconnectedCallback();
  }

  override render(): TemplateResult {
    if (this.problem) return html`<p class="small problem" role="alert">${this.problem}</p>`;
    return html`<video autoplay playsinline muted aria-label=${msg('What the camera sees')}></video>
      <div class="take">
        <label class="small"
          >${msg('Label, if any')}<br /><input
            type="text"
            maxlength="40"
            @input=${(event: Event) => {
              this.#label = (event.target as HTMLInputElement).value.replaceAll('/', ' ').trim();
            }}
        /></label>
        <button data-own="picture" ?disabled=${!this.ready} @click=${() => void this.#take()}>
          ${msg('Take a picture')}
        </button>
        ${this.taken > 0 ? html`<span class="small quiet">${msg(str`${this.taken} taken`)}</span>` : nothing}
      </div>`;
  }

  async #begin(): Promise<void> {
    const { mediaDevices } = navigator as { mediaDevices?: MediaDevices };
    if (!mediaDevices) {
      this.problem = msg('A page can only use the camera over https: choose files instead.');
      return;
    }
    try {
      const video = { width: { ideal: 2 * SIDE }, height: { ideal: 2 * SIDE } };
      const stream = await mediaDevices.getUserMedia({ video });
      this.#stream = stream;
      await this.updateComplete;
      // It may have been closed while the reader was asked.
      if (!this.isConnected || !this.video) {
        this.#end();
        return;
      }
      this.video.srcObject = stream;
      await this.video.play();
      this.ready = true;
    } catch (error) {
      const name = error instanceof DOMException ? error.name : String(error);
      this.problem = PROBLEMS[name] ?? msg(str`The camera cannot be used (${name}): choose files.`);
    }
  }

  #end(): void {
    for (const track of this.#stream?.getTracks() ?? []) track.stop();
    this.#stream = undefined;
  }

  async #take(): Promise<void> {
    const { video } = this;
    if (!video) return;
    const { videoWidth: width, videoHeight: height } = video;
    const side = Math.min(width, height);
    const canvas = document.createElement('canvas');
    canvas.width = canvas.height = SIDE;
    const from = [(width - side) / 2, (height - side) / 2, side, side] as const;
    canvas.getContext('2d')?.drawImage(video, ...from, 0, 0, SIDE, SIDE);
    const picture = await new Promise<Blob | null>((resolve) => {
      canvas.toBlob(resolve);
    });
    if (!picture) return;
    this.taken++;
    const detail = { picture, label: this.#label };
    this.dispatchEvent(new CustomEvent('picture', { detail }));
  }
}
