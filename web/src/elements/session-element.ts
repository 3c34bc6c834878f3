/** An element that shows a part of the session and is redrawn when that part changes. */
import { LitElement } from 'lit';
import { property } from 'lit/decorators.js';
import type { Session } from '../state/session.ts';
import type { Topic } from '../state/topics.ts';

export abstract class SessionElement extends LitElement {
  @property({ attribute: false }) session!: Session;

  /** What this element shows. */
  protected abstract readonly topics: readonly Topic[];
  #leave: (() => void) | undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    this.#leave = this.session.subscribe((topic) => {
      if (this.topics.includes(topic)) this.told(topic);
    });
  }

  override disconnectedCallback(): void {
    this.#leave?.();
    super.disconnectedCallback();
  }

  /** Canvases draw instead of rendering. */
  protected told(_topic: Topic): void {
    this.requestUpdate();
  }
}
