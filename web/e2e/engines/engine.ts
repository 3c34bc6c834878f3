/**
 * A browser as a person has it before them, whoever drives it: what the path of `path.spec.ts` and the timings need.
 * Selectors reach into open shadow roots, and each is matched within one of them.
 */

export const NAMES = ['chromium', 'firefox', 'webkit'] as const;
export type Name = (typeof NAMES)[number];

export interface Engine {
  readonly name: Name;
  open(url: string): Promise<void>;
  reload(): Promise<void>;
  /** The size of what shows the page, in CSS pixels. */
  resize(width: number, height: number): Promise<void>;
  /** Runs a function in the page; it sees nothing of what is around it here. A promise is waited for. */
  run<Args extends unknown[], Result>(
    job: (...args: Args) => Result | Promise<Result>,
    ...args: Args
  ): Promise<Result>;
  /** Clicks with the pointer on the first that is shown of what a selector finds, shadow roots included. */
  click(selector: string): Promise<void>;
  /** What the first of them says. */
  text(selector: string): Promise<string>;
  /** The heights of all that a selector finds, in CSS pixels. */
  heights(selector: string): Promise<number[]>;
  /** Chooses a file in an input. */
  choose(selector: string, file: string): Promise<void>;
  /** A picture of what is shown, as a PNG. */
  screenshot(file: string): Promise<void>;
  close(): Promise<void>;
}

/**
 * Every element that a selector finds, through open shadow roots; those that are shown first. Runs in the page, by
 * itself.
 */
export function find(selector: string): Element[] {
  const found: Element[] = [];
  const look = (root: Document | ShadowRoot): void => {
    found.push(...root.querySelectorAll(selector));
    for (const { shadowRoot } of root.querySelectorAll('*')) if (shadowRoot) look(shadowRoot);
  };
  look(document);
  const hidden = (element: Element): boolean => !element.checkVisibility();
  return [...found.filter((element) => !hidden(element)), ...found.filter(hidden)];
}

/**
 * Scrolls an element to where nothing lies over it, as a person does (drivers stop at the edge, below the bar), and waits
 * until it stands still there. Runs in the page, by itself.
 */
export async function toCentre(element: Element): Promise<void> {
  let last: DOMRect | undefined;
  for (let frames = 0; frames < 300; frames++) {
    element.scrollIntoView({ block: 'center' });
    await new Promise(requestAnimationFrame);
    const now = element.getBoundingClientRect();
    if (now.x === last?.x && now.y === last.y) return;
    last = now;
  }
}
