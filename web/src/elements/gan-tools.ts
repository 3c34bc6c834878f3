/** The quiet buttons at the top: save, load, share, settings, theme, keys. */
import { css, html, nothing, type TemplateResult } from 'lit';
import { customElement, query } from 'lit/decorators.js';
import { sharedText } from '../state/changes.ts';
import { type IconName, icon } from '../style/icons.ts';
import { shared } from '../style/shared.ts';
import type { Topic } from '../state/topics.ts';
import { msg, str } from '../words/locale.ts';
import { download } from './download.ts';
import { ThemedElement } from './themed-element.ts';

@customElement('gan-tools')
export class GanTools extends ThemedElement {
  protected readonly topics: readonly Topic[] = ['model', 'progress', 'spec'];
  @query('input') private readonly picker!: HTMLInputElement;
  @query('.menu') private readonly menu!: HTMLElement;

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
      @container (max-width: 64rem) {
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
      @container (max-width: 40rem) {
        .more {
          display: inline-flex;
        }
        /* The quiet tools fold into a menu, in words. */
        .menu[popover] {
          position: fixed;
          inset: auto;
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
      @container (min-width: 40.01rem) {
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
    const off = !this.session.current.model;
    return html`
      ${
        this.session.current.shows('settings')
          ? this.#button('settings', msg('Settings'), msg('Change what is trained'), off, () => {
              this.dispatchEvent(new CustomEvent('settings', { detail: '' }));
            })
          : nothing
      }
      ${this.session.current.shows('tools') ? this.#quiet(off) : nothing}
    `;
  }

  #quiet(off: boolean): TemplateResult {
    const dark = this.theme.current === 'dark';
    // What brings another game in.
    const brings = !this.session.current.locked;
    return html`
      <button class="plain more" popovertarget="menu" aria-label=${msg('More')}>
        ${icon('more')}
      </button>
      <div
        id="menu"
        class="menu"
        popover
        role="group"
        aria-label=${msg('Tools')}
        @click=${this.#fold}
        @beforetoggle=${this.#place}
      >
        ${
          brings
            ? this.#button(
                'own',
                msg('Your data'),
                msg('Points or images of your own to learn'),
                off,
                () => {
                  this.dispatchEvent(new Event('own'));
                },
              )
            : nothing
        }
        ${
          brings && this.session.keep.on
            ? this.#button(
                'kept',
                msg('Runs'),
                msg('The runs that this browser keeps'),
                false,
                () => {
                  this.dispatchEvent(new Event('kept'));
                },
              )
            : nothing
        }
        ${this.#button('save', msg('Save'), msg('Download a checkpoint'), off, () => void this.#save())}
        ${
          brings
            ? this.#button(
                'load',
                msg('Load'),
                msg('Open a checkpoint or a config'),
                !this.session.catalog.presets,
                () => {
                  this.picker.click();
                },
              )
            : nothing
        }
        ${this.#button(
          'take',
          msg('Take away'),
          msg('A picture, a film, the curves or what was done, as files'),
          off,
          () => {
            this.dispatchEvent(new Event('take'));
          },
        )}
        ${this.#button('share', msg('Share'), msg('Copy a link to this set-up'), off, () => void this.#share())}
        ${this.#button(
          dark ? 'sun' : 'moon',
          dark ? msg('Light theme') : msg('Dark theme'),
          '',
          false,
          () => {
            this.theme.toggle();
          },
        )}
        ${this.#button('keys', msg('Keys'), msg('The list of keys (?)'), false, () => {
          this.dispatchEvent(new Event('keys'));
        })}
      </div>
      <input
        type="file"
        hidden
        accept=".safetensors,.json"
        aria-label=${msg('Checkpoint or config file')}
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

  /** Under its button, at its right edge. */
  readonly #place = (): void => {
    const { right, bottom } = this.getBoundingClientRect();
    this.menu.style.right = `${document.documentElement.clientWidth - right}px`;
    this.menu.style.top = `${bottom + 4}px`;
  };

  /** Chosen from the folded menu, a tool closes it. */
  readonly #fold = (): void => {
    if (this.menu.matches(':popover-open')) this.menu.hidePopover();
  };

  async #save(): Promise<void> {
    const saved = await this.session.models.save();
    if (!saved) return;
    download(new Blob([saved.bytes]), saved.name);
  }

  async #share(): Promise<void> {
    const { link, title, spec } = this.session.current;
    try {
      await navigator.clipboard.writeText(link);
      this.session.notices.add('info', sharedText(title, spec.seed));
    } catch {
      this.session.notices.add('info', msg(str`Copy this link: ${link}`));
    }
  }

  async #openConfig(file: File): Promise<void> {
    const { openConfig } = await import('../open/open.ts');
    await openConfig(this.session, await file.text(), file.name);
  }

  readonly #onFile = (): void => {
    const file = this.picker.files?.[0];
    // The same file may be chosen again later.
    this.picker.value = '';
    if (file?.name.endsWith('.json')) void this.#openConfig(file);
    else if (file) void this.session.models.load(file);
  };
}
