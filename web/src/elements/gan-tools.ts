/** The quiet buttons at the top: save, load, share, settings, theme, keys. */
import { css, html, type TemplateResult } from 'lit';
import { customElement, query } from 'lit/decorators.js';
import { type IconName, icon } from '../style/icons.ts';
import { shared } from '../style/shared.ts';
import { theme } from '../style/theme.ts';
import type { Topic } from '../state/session.ts';
import { SessionElement } from './session-element.ts';

@customElement('gan-tools')
export class GanTools extends SessionElement {
  protected readonly topics: readonly Topic[] = ['model', 'progress'];
  @query('input') private readonly picker!: HTMLInputElement;

  readonly #retheme = (): void => {
    this.requestUpdate();
  };

  override connectedCallback(): void {
    super.connectedCallback();
    theme.addEventListener('change', this.#retheme);
  }

  override disconnectedCallback(): void {
    theme.removeEventListener('change', this.#retheme);
    super.disconnectedCallback();
  }

  static override styles = [
    shared,
    css`
      :host {
        display: flex;
        align-items: center;
      }
      button {
        padding: 0 0.5rem;
        min-width: 2.25rem;
        font-size: 0.875rem;
      }
      @media (max-width: 64rem) {
        .label {
          position: absolute;
          width: 1px;
          height: 1px;
          overflow: hidden;
          clip-path: inset(50%);
        }
      }
      @media (max-width: 26rem) {
        button {
          padding: 0;
          min-width: 2.125rem;
        }
        .desk {
          display: none;
        }
      }
    `,
  ];

  override render(): TemplateResult {
    const off = !this.session.model || this.session.busy !== '';
    const dark = theme.current === 'dark';
    return html`
      ${this.#button('save', 'Save', 'Download a checkpoint', off, () => void this.#save())}
      ${this.#button('load', 'Load', 'Open a checkpoint', this.session.busy !== '', () => {
        this.picker.click();
      })}
      ${this.#button('share', 'Share', 'Copy a link to this set-up', off, () => void this.#share())}
      ${this.#button('settings', 'Settings', 'Change what is trained', off, () => {
        this.dispatchEvent(new Event('settings'));
      })}
      <button
        class="plain"
        title=${dark ? 'Light' : 'Dark'}
        aria-label=${dark ? 'Light theme' : 'Dark theme'}
        @click=${() => {
          theme.toggle();
        }}
      >
        ${icon(dark ? 'sun' : 'moon')}
      </button>
      <button
        class="plain desk"
        title="Keys (?)"
        aria-label="Keys"
        @click=${() => {
          this.dispatchEvent(new Event('keys'));
        }}
      >
        ${icon('keys')}
      </button>
      <input
        type="file"
        hidden
        accept=".safetensors"
        aria-label="Checkpoint file"
        @change=${this.#onFile}
      />
    `;
  }

  #button(
    name: IconName,
    label: string,
    title: string,
    off: boolean,
    act: () => void,
  ): TemplateResult {
    return html`<button
      class="plain"
      data-action=${name}
      title=${title}
      ?disabled=${off}
      @click=${act}
    >
      ${icon(name)} <span class="label">${label}</span>
    </button>`;
  }

  async #save(): Promise<void> {
    const saved = await this.session.save();
    if (!saved) return;
    const link = document.createElement('a');
    link.href = URL.createObjectURL(new Blob([saved.bytes]));
    link.download = saved.name;
    link.click();
    // The download has its own reference to the data once it has begun.
    setTimeout(() => {
      URL.revokeObjectURL(link.href);
    }, 10_000);
  }

  async #share(): Promise<void> {
    const link = new URL(this.session.link, location.href).href;
    try {
      await navigator.clipboard.writeText(link);
      this.session.notify('info', 'The link is copied. It opens this preset, seed and settings.');
    } catch {
      this.session.notify('info', `Copy this link: ${link}`);
    }
  }

  readonly #onFile = (): void => {
    const file = this.picker.files?.[0];
    // The same file may be chosen again later.
    this.picker.value = '';
    if (file) void this.session.load(file);
  };
}
