/** Who is told when a part of the state changes, by topic. */
export type Topic =
  | 'catalog'
  | 'model'
  | 'spec'
  | 'running'
  | 'phase'
  | 'progress'
  | 'metrics'
  | 'evaluation'
  | 'frame'
  | 'show'
  | 'studio'
  | 'before'
  | 'keep'
  | 'notices';

export class Topics {
  readonly #listeners = new Set<(topic: Topic) => void>();

  /** Returns how to be told no more. */
  subscribe(listener: (topic: Topic) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  tell(topic: Topic): void {
    for (const listener of this.#listeners) listener(topic);
  }

  clear(): void {
    this.#listeners.clear();
  }
}
