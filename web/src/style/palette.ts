/**
 * The colours. Okabe-Ito, so that they survive colour-blindness: blue is real, vermillion is fake,
 * bluish green is G, reddish purple is D, yellow a further network, everywhere. Each has a lighter form for dark paper and,
 * where small text needs the contrast, a deeper form for light paper.
 */
import { css, unsafeCSS } from 'lit';
import type { Colour } from '../library.ts';

export interface Palette {
  paper: string;
  raised: string;
  ink: string;
  quiet: string;
  line: string;
  real: string;
  fake: string;
  g: string;
  d: string;
  realText: string;
  fakeText: string;
  gText: string;
  dText: string;
  /** A third network, such as an encoder. */
  third: string;
  thirdText: string;
  warn: string;
  /** What the terrain is tinted with: on dark paper purer, since a dark orange is a brown. */
  realTint: string;
  fakeTint: string;
  /** The strongest tint of the terrain, out of 255. */
  tint: number;
}

export const LIGHT: Palette = {
  paper: '#fbfbf9',
  raised: '#ffffff',
  ink: '#1a1c20',
  quiet: '#5b616b',
  line: '#e2e3e0',
  real: '#0072b2',
  fake: '#d55e00',
  g: '#009e73',
  d: '#cc79a7',
  realText: '#00619a',
  fakeText: '#a94a00',
  gText: '#00755a',
  dText: '#9c4273',
  third: '#a68c00',
  thirdText: '#6b5a00',
  warn: '#8a5a00',
  realTint: '#0072b2',
  fakeTint: '#d55e00',
  tint: 66,
};

export const DARK: Palette = {
  paper: '#131518',
  raised: '#1a1d21',
  ink: '#eceef0',
  quiet: '#a0a7b1',
  line: '#2c3036',
  real: '#56b4e9',
  fake: '#ff8c42',
  g: '#2cc79c',
  d: '#e596c2',
  realText: '#6cc0f0',
  fakeText: '#ff9c5c',
  gText: '#43d3aa',
  dText: '#eba6cd',
  third: '#f0e442',
  thirdText: '#f0e442',
  warn: '#f0c04a',
  realTint: '#2f8fe0',
  fakeTint: '#f2503a',
  tint: 64,
};

const kebab = (name: string): string => name.replace(/[A-Z]/g, (c) => `-${c.toLowerCase()}`);

/** Custom properties for every colour, following `color-scheme`. */
export const paletteTokens = css`
  :host {
    ${unsafeCSS(
      (Object.keys(LIGHT) as (keyof Palette)[])
        .filter((name) => name !== 'tint')
        .map((name) => `--${kebab(name)}: light-dark(${LIGHT[name]}, ${DARK[name]});`)
        .join('\n'),
    )}
  }
`;

/** The colour of what a model names by its meaning. */
export const ROLES = {
  generator: 'g',
  discriminator: 'd',
  real: 'real',
  fake: 'fake',
  third: 'third',
  neutral: 'quiet',
} as const satisfies Record<Colour, keyof Palette>;

/** A selector of whatever has a meaning's colour. */
export const roleClasses = Object.keys(ROLES)
  .map((role) => `.${role}`)
  .join(', ');

/** A class for each meaning: `--colour` for shapes, `--word` for text. */
export const roles = css`
  ${unsafeCSS(
    Object.entries(ROLES)
      .map(([role, key]) =>
        key === 'quiet'
          ? `.${role} { --colour: var(--quiet); --word: var(--ink); }`
          : `.${role} { --colour: var(--${key}); --word: var(--${key}-text); }`,
      )
      .join('\n'),
  )}
`;

export function rgb(hex: string): [number, number, number] {
  const n = parseInt(hex.slice(1), 16);
  return [(n >> 16) & 255, (n >> 8) & 255, n & 255];
}

export function withAlpha(hex: string, alpha: number): string {
  return `rgb(${rgb(hex).join(' ')} / ${alpha})`;
}
