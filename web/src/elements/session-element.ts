/** An element that shows a part of the session and is redrawn when that part changes. */
import { LitElement, type PropertyValues } from 'lit';
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
    this.#listen();
  }

  protected override update(changed: PropertyValues): void {
    this.#listen();
    super.update(changed);
  }

  override disconnectedCallback(): void {
    this.#leave?.();
    this.#leave = undefined;
    super.disconnectedCallback();
  }

  /** An element that stood on the page before its module came gets its session with its first update, no earlier. */
  #listen(): void {
    const session = this.session as Session | undefined;
    if (!this.isConnected) return;
    this.#leave ??= session?.subscribe((topic) => {
      if (this.topics.includes(topic)) this.told(topic);
    });
  }

  /** Canvases draw instead of rendering. */
  protected told(_topic: Topic): void {
    this.requestUpdate();
  }
}
