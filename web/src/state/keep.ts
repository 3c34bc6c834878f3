/** What the page shows of the runs that this browser keeps; what keeps them (`runs/`) comes when there is a model. */
import type { Topics } from './topics.ts';

/** A run that is kept, as the list has it; its checkpoint lies beside. */
export interface KeptRun {
  id: string;
  /** Its preset and what differs from it. */
  title: string;
  /** What a person calls it; such a run stays until it is deleted. */
  name?: string;
  step: number;
  /** The numbers that lead, as they were read. */
  figures: readonly { label: string; value: string }[];
  /** A small picture of its samples, as a `data:` address; empty where there was none to draw. */
  picture: string;
  /** When it was kept last, in milliseconds since 1970. */
  at: number;
  /** Of its checkpoint. */
  bytes: number;
}

/** Which kept run a run is, if any, and up to which step it is kept or was never trained here. */
export interface Identity {
  id: string | undefined;
  step: number;
}

export const calledOf = ({ name, title }: Pick<KeptRun, 'name' | 'title'>): string => name ?? title;

export class Keep {
  /** Whether runs are kept at all: on the page itself, not in somebody else's. */
  on = false;
  /** The newest run of earlier visits, as long as it is offered. */
  last: KeptRun | undefined;
  /** Takes up a kept run; comes with what keeps runs. */
  open: ((run: KeptRun) => Promise<boolean>) | undefined;
  /** Hears that one was deleted. */
  drop: (id: string) => void = () => undefined;

  constructor(private readonly topics: Topics) {}

  /** Something else is kept. */
  changed(): void {
    this.topics.tell('keep');
  }

  offer(run: KeptRun | undefined): void {
    if (run === this.last) return;
    this.last = run;
    this.topics.tell('keep');
  }
}
