/** Light or dark: what the surroundings say, unless the reader chose otherwise. */
import { memory } from '../state/storage.ts';
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

function store(theme: ThemeName | undefined): void {
  if (theme) memory.setItem(KEY, theme);
  else memory.removeItem(KEY);
}

function stored(): ThemeName | undefined {
  const value = memory.getItem(KEY);
  return value === 'light' || value === 'dark' ? value : undefined;
}
