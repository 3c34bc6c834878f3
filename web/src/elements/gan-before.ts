/** The run that an idea was tried on, kept beside the one that came of it: its picture, and its numbers next to the present ones. */
import { css, html, nothing, type TemplateResult } from 'lit';
import { customElement, query } from 'lit/decorators.js';
import { surfaceOf } from '../stage/canvas.ts';
import { drawSamples } from '../stage/thumbs.ts';
import { count } from '../state/format.ts';
import { readings } from '../state/readings.ts';
import type { Topic } from '../state/topics.ts';
import { icon } from '../style/icons.ts';
import { shared } from '../style/shared.ts';
import { msg, str } from '../words/locale.ts';
import { ThemedElement } from './themed-element.ts';

/** Numbers that are compared. */
const COMPARED = 2;

@customElement('gan-before')
export class GanBefore extends ThemedElement {
  protected readonly topics: readonly Topic[] = ['before', 'evaluation', 'model'];
  @query('canvas') private readonly canvas!: HTMLCanvasElement | null;

  static override styles = [
    shared,
    css`
      :host {
        display: block;
      }
      section {
        display: grid;
        grid-template-columns: 5.5rem 1fr auto;
        gap: 0.25rem 0.75rem;
        align-items: start;
        font-size: 0.875rem;
        line-height: 1.4;
      }
      canvas {
        width: 5.5rem;
        height: 5.5rem;
        border: 1px solid var(--line);
        border-radius: 0.5rem;
        background: var(--raised);
      }
      h2 {
        margin: 0;
        font-size: 0.8125rem;
        font-weight: 600;
      }
      td,
      th {
        padding: 0.125rem 0.75rem 0 0;
        text-align: start;
        font-weight: 400;
        vertical-align: baseline;
      }
      td {
        font-weight: 600;
        white-space: nowrap;
      }
      thead th {
        font-size: 0.75rem;
        color: var(--quiet);
      }
      button {
        min-height: 2rem;
        min-width: 2rem;
        padding: 0;
      }
    `,
  ];

  override updated(): void {
    const { before } = this.session.comparison;
    const surface = this.canvas && surfaceOf(this.canvas);
    if (surface && before) {
      drawSamples(surface, before.model, before.frame.fake, this.theme.palette.fake);
    }
  }

  override render(): TemplateResult | typeof nothing {
    const { session } = this;
    const { before } = session.comparison;
    if (!before) return nothing;
    const { title } = before;
    const step = count(before.step);
    const now = session.run.evaluation?.values ?? {};
    const rows = before.evaluation ? readings(before.evaluation.values).slice(0, COMPARED) : [];
    const read = readings(now);
    return html`<section aria-label=${msg('The run before')}>
      <canvas role="img" aria-label=${msg('Samples of the run before')}></canvas>
      <div>
        <h2>${msg(str`Before: ${title}, step ${step}`)}</h2>
        ${
          rows.length > 0
            ? html`<table>
                <thead>
                  <tr>
                    <td></td>
                    <th scope="col">${msg('before')}</th>
                    <th scope="col">${msg('now')}</th>
                  </tr>
                </thead>
                <tbody>
                  ${rows.map(
                    ({ name, label, value }) =>
                      html`<tr>
                        <th scope="row">${label}</th>
                        <td>${value}</td>
                        <td>${read.find((one) => one.name === name)?.value ?? '–'}</td>
                      </tr>`,
                  )}
                </tbody>
              </table>`
            : nothing
        }
      </div>
      <button
        class="plain"
        aria-label=${msg('Stop comparing')}
        @click=${() => {
          session.comparison.forget();
        }}
      >
        ${icon('close')}
      </button>
    </section>`;
  }
}
