/** Light or dark: what the system says, unless the reader chose otherwise on this page. */
import { DARK, LIGHT, type Palette } from './palette.ts';

export type Theme = 'light' | 'dark';
const KEY = 'ganlet-theme';
const system = matchMedia('(prefers-color-scheme: dark)');

class ThemeState extends EventTarget {
  #chosen: Theme | undefined = stored();

  constructor() {
    super();
    system.addEventListener('change', () => {
      this.#changed();
    });
    this.#paint();
  }

  get current(): Theme {
    return this.#chosen ?? (system.matches ? 'dark' : 'light');
  }

  get palette(): Palette {
    return this.current === 'dark' ? DARK : LIGHT;
  }

  toggle(): void {
    const next: Theme = this.current === 'dark' ? 'light' : 'dark';
    const isSystem = next === (system.matches ? 'dark' : 'light');
    this.#chosen = isSystem ? undefined : next;
    try {
      if (isSystem) localStorage.removeItem(KEY);
      else localStorage.setItem(KEY, next);
    } catch {
      // Private windows may refuse storage; the choice then lasts as long as the page.
    }
    this.#changed();
  }

  #changed(): void {
    this.#paint();
    this.dispatchEvent(new Event('change'));
  }

  #paint(): void {
    document.documentElement.style.colorScheme = this.#chosen ?? 'light dark';
  }
}

function stored(): Theme | undefined {
  try {
    const value = localStorage.getItem(KEY);
    return value === 'light' || value === 'dark' ? value : undefined;
  } catch {
    return undefined;
  }
}

export const theme = new ThemeState();
