/** Messages for a person. Errors that offer something stay until dismissed; the rest leave by themselves. */
export type Tone = 'error' | 'warning' | 'info';

/** What a message offers to do about what it says. */
export interface Offer {
  label: string;
  act: () => void;
}

export interface Notice {
  id: number;
  tone: Tone;
  text: string;
  offer?: Offer | undefined;
}

const LIFETIME_MS: Record<Tone, number> = { error: 60_000, warning: 15_000, info: 5_000 };

export class Notices {
  #nextId = 1;
  list: readonly Notice[] = [];

  constructor(private readonly changed: () => void) {}

  add(tone: Tone, text: string, offer?: Offer): void {
    // The same message again would only push the others away.
    this.list = this.list.filter((notice) => notice.text !== text);
    const notice: Notice = { id: this.#nextId++, tone, text, offer };
    this.list = [...this.list, notice].slice(-4);
    const lifetime = offer ? Infinity : LIFETIME_MS[tone];
    if (Number.isFinite(lifetime)) {
      setTimeout(() => {
        this.dismiss(notice.id);
      }, lifetime);
    }
    this.changed();
  }

  /** All of them, which are then said elsewhere. */
  take(): readonly Notice[] {
    const { list } = this;
    this.list = [];
    this.changed();
    return list;
  }

  dismiss(id: number): void {
    this.list = this.list.filter((notice) => notice.id !== id);
    this.changed();
  }
}
