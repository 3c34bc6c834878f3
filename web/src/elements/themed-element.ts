/** A part of the page that draws with the palette, or shows which theme it is. */
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
    this.theme.addEventListener('change', this.#retheme);
  }

  override disconnectedCallback(): void {
    this.theme.removeEventListener('change', this.#retheme);
    super.disconnectedCallback();
  }

  protected rethemed(): void {
    this.requestUpdate();
  }
}
