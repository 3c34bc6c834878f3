/** A part of the page that draws with the palette, or shows which theme it is. */
import type { PropertyValues } from 'lit';
import { property } from 'lit/decorators.js';
import type { Theme } from '../style/theme.ts';
import { SessionElement } from './session-element.ts';

export abstract class ThemedElement extends SessionElement {
  @property({ attribute: false }) theme!: Theme;
  readonly #retheme = (): void => {
    this.rethemed();
  };

  override connectedCallback(): void {
    super.connectedCallback();
    this.#follow();
  }

  protected override update(changed: PropertyValues): void {
    this.#follow();
    super.update(changed);
  }

  override disconnectedCallback(): void {
    this.theme.removeEventListener('change', this.#retheme);
    super.disconnectedCallback();
  }

  /** As late as the session comes, the theme may come; who listens already is not listed twice. */
  #follow(): void {
    const theme = this.theme as Theme | undefined;
    if (this.isConnected) theme?.addEventListener('change', this.#retheme);
  }

  protected rethemed(): void {
    this.requestUpdate();
  }
}
