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
  @query('.menu') private readonly menu!: HTMLElement;

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
      .quietest .label {
        position: absolute;
        width: 1px;
        height: 1px;
        overflow: hidden;
        clip-path: inset(50%);
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
      .more {
        display: none;
      }
      .menu {
        display: flex;
        align-items: center;
      }
      @media (max-width: 40rem) {
        .more {
          display: inline-flex;
        }
        /* The quiet tools fold into a menu, in words. */
        .menu[popover] {
          position: fixed;
          inset: 3.25rem 0.75rem auto auto;
          margin: 0;
          padding: 0.375rem;
          border: 1px solid var(--line);
          border-radius: 0.75rem;
          background: var(--raised);
          color: var(--ink);
          box-shadow: 0 0.75rem 2.5rem rgb(0 0 0 / 0.18);
        }
        .menu:popover-open {
          display: grid;
        }
        .menu:not(:popover-open) {
          display: none;
        }
        .menu button {
          justify-content: start;
          min-height: 2.75rem;
          padding-inline: 0.75rem 1.5rem;
        }
        .menu .label {
          position: static;
          width: auto;
          height: auto;
          clip-path: none;
        }
      }
      @media (min-width: 40.01rem) {
        /* A popover is hidden until it is opened; where there is room it is a part of the bar. */
        .menu {
          position: static;
          display: flex;
          margin: 0;
          padding: 0;
          border: 0;
          background: none;
          color: inherit;
          overflow: visible;
        }
      }
    `,
  ];

  override render(): TemplateResult {
    const off = !this.session.model || this.session.busy !== '';
    const dark = theme.current === 'dark';
    return html`
      ${this.#button('settings', 'Settings', 'Change what is trained', off, () => {
        this.dispatchEvent(new CustomEvent('settings', { detail: '' }));
      })}
      <button class="plain more" popovertarget="menu" aria-label="More">${icon('more')}</button>
      <div id="menu" class="menu" popover role="group" aria-label="Tools" @click=${this.#fold}>
        ${this.#button('save', 'Save', 'Download a checkpoint', off, () => void this.#save())}
        ${this.#button('load', 'Load', 'Open a checkpoint', this.session.busy !== '', () => {
          this.picker.click();
        })}
        ${this.#button('share', 'Share', 'Copy a link to this set-up', off, () => void this.#share())}
        ${this.#button(
          dark ? 'sun' : 'moon',
          dark ? 'Light theme' : 'Dark theme',
          '',
          false,
          () => {
            theme.toggle();
          },
        )}
        ${this.#button('keys', 'Keys', 'The list of keys (?)', false, () => {
          this.dispatchEvent(new Event('keys'));
        })}
      </div>
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
      class=${name === 'sun' || name === 'moon' || name === 'keys' ? 'plain quietest' : 'plain'}
      data-action=${name}
      title=${title || label}
      ?disabled=${off}
      @click=${act}
    >
      ${icon(name)} <span class="label">${label}</span>
    </button>`;
  }

  /** Chosen from the folded menu, a tool closes it. */
  readonly #fold = (): void => {
    if (this.menu.matches(':popover-open')) this.menu.hidePopover();
  };

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
