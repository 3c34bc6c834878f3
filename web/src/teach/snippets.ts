/** What a teacher copies: a link, and the game for a page of their own as an element or as a frame. */
import { LINK_ATTRIBUTES } from '../state/attributes.ts';
import { type Spec, writeHash } from '../state/url.ts';

export interface Choice {
  spec: Spec;
  theme: 'auto' | 'light' | 'dark';
}

export type Snippets = Record<'link' | 'element' | 'frame', string>;

/** The attributes of <gan-playground> that ask for a choice; what is as it would be anyway is left out. */
export function attributesOf({ spec, theme }: Choice): Record<string, string> {
  const attributes: Record<string, string> = {};
  const rest = new URLSearchParams();
  for (const [key, value] of new URLSearchParams(writeHash(spec).slice(1))) {
    if ((LINK_ATTRIBUTES as readonly string[]).includes(key)) attributes[key] = value;
    else rest.append(key, value);
  }
  if (rest.size > 0) attributes.settings = rest.toString();
  if (theme !== 'auto') attributes.theme = theme;
  return attributes;
}

/** `site` is the address that the page and embed.js lie at. */
export function snippetsOf(choice: Choice, site: string, title: string): Snippets {
  const link = new URL(writeHash(choice.spec), site).href;
  const attributes = Object.entries(attributesOf(choice))
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
