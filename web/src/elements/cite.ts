/** A citation as it is read: each work that it names is a link, with the full reference behind it. */
import { css, html, type TemplateResult } from 'lit';
import { cited } from '../state/references.ts';
import { citation } from '../words/citation.ts';

export const cite = (text: string): TemplateResult =>
  html`<span class="cite small quiet"
    >${cited(text).map(({ text: piece, reference }) =>
      reference
        ? html`<a href=${reference.href} title=${reference.full} target="_blank" rel="noreferrer"
            >${citation(piece)}</a
          >`
        : citation(piece),
    )}.</span
  >`;

export const citeStyles = css`
  .cite a {
    color: inherit;
    text-decoration-color: var(--line);
    text-underline-offset: 0.2em;
  }
`;
