/** Light or dark: what the surroundings say, unless the reader chose otherwise. */
import { DARK, LIGHT, type Palette } from './palette.ts';

export type ThemeName = 'light' | 'dark';
const KEY = 'ganlet-theme';
const system = matchMedia('(prefers-color-scheme: dark)');

/** The theme of what is below `root`. A page follows the system and remembers its reader's choice; an embedded
 * playground follows the page that it stands in. */
export class Theme extends EventTarget {
  #chosen: ThemeName | undefined;
  readonly #onSystem = (): void => {
    this.dispatchEvent(new Event('change'));
  };

  constructor(
    private readonly root: HTMLElement,
    private readonly page: boolean,
  ) {
    super();
    system.addEventListener('change', this.#onSystem);
    this.#chosen = page ? stored() : undefined;
    this.#paint();
  }

  close(): void {
    system.removeEventListener('change', this.#onSystem);
  }

  get current(): ThemeName {
    return this.#chosen ?? this.#surroundings;
  }

  get palette(): Palette {
    return this.current === 'dark' ? DARK : LIGHT;
  }

  /** Undefined: as the surroundings. */
  choose(theme: ThemeName | undefined): void {
    this.#chosen = theme;
    this.#paint();
    this.dispatchEvent(new Event('change'));
  }

  toggle(): void {
    const next: ThemeName = this.current === 'dark' ? 'light' : 'dark';
    this.choose(this.page && next === systemTheme() ? undefined : next);
    if (this.page) store(this.#chosen);
  }

  get #surroundings(): ThemeName {
    if (this.page) return systemTheme();
    const schemes = getComputedStyle(this.root).colorScheme;
    if (!schemes.includes('dark')) return 'light';
    return schemes.includes('light') ? systemTheme() : 'dark';
  }

  #paint(): void {
    this.root.style.colorScheme = this.#chosen ?? (this.page ? 'light dark' : '');
  }
}

const systemTheme = (): ThemeName => (system.matches ? 'dark' : 'light');

// Private windows may refuse storage; the choice then lasts as long as the page.
function store(theme: ThemeName | undefined): void {
  try {
    if (theme) localStorage.setItem(KEY, theme);
    else localStorage.removeItem(KEY);
  } catch {
    return;
  }
}

function stored(): ThemeName | undefined {
  try {
    const value = localStorage.getItem(KEY);
    return value === 'light' || value === 'dark' ? value : undefined;
  } catch {
    return undefined;
  }
}
