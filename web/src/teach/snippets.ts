/** What a teacher copies: a link, and the game for a page of their own as an element or as a frame. */
import { LINK_ATTRIBUTES } from '../state/attributes.ts';
import { type Spec, writeHash } from '../state/url.ts';

export interface Choice {
  spec: Spec;
  /** The step to begin at. */
  at?: number | undefined;
  /** The address of a file to begin with; the link's is below the site. */
  open?: string | undefined;
  theme: 'auto' | 'light' | 'dark';
}

export type Snippets = Record<'link' | 'element' | 'frame', string>;

function hashOf({ spec, at, open }: Choice): string {
  const words = new URLSearchParams(writeHash(spec).slice(1));
  if (at !== undefined && at > 0) words.set('at', String(at));
  if (open !== undefined) words.set('open', open);
  return `#${words.toString()}`;
}

/**
 * The attributes of <gan-playground> that ask for a choice; what is as it would be anyway is left out. `site` is where the page lies:
 * an element may stand elsewhere.
 */
export function attributesOf(choice: Choice, site: string): Record<string, string> {
  const { open, theme } = choice;
  const attributes: Record<string, string> = {};
  const rest = new URLSearchParams();
  const isAddress = open !== undefined && URL.canParse(open, site);
  const whole = isAddress ? { ...choice, open: new URL(open, site).href } : choice;
  for (const [key, value] of new URLSearchParams(hashOf(whole).slice(1))) {
    // An element speaks the language of the page around it.
    if (key === 'lang') continue;
    if ((LINK_ATTRIBUTES as readonly string[]).includes(key)) attributes[key] = value;
    else rest.append(key, value);
  }
  if (rest.size > 0) attributes.settings = rest.toString();
  if (theme !== 'auto') attributes.theme = theme;
  return attributes;
}

/** `site` is the address that the page and embed.js lie at. */
export function snippetsOf(choice: Choice, site: string, title: string): Snippets {
  const link = new URL(hashOf(choice), site).href;
  const attributes = Object.entries(attributesOf(choice, site))
    .map(([name, value]) => ` ${name}="${escaped(value)}"`)
    .join('');
  return {
    link,
    element: `<script type="module" src="${escaped(new URL('embed.js', site).href)}"></script>\n<gan-playground${attributes}></gan-playground>`,
    frame: `<iframe title="${escaped(title)}" width="100%" height="560" style="border: 0" src="${escaped(link)}"></iframe>`,
  };
}

const escaped = (text: string): string =>
  text
    .replaceAll('&', '&amp;')
    .replaceAll('"', '&quot;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;');
