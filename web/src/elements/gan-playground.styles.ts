/** The layout and look of <gan-playground>. */
import { css } from 'lit';

export const styles = css`
  /* Nothing of the page around is inherited but its choice between light and dark. */
  :host {
    all: initial;
    display: block;
    position: relative;
    box-sizing: border-box;
    color-scheme: inherit;
    background: var(--paper);
    color: var(--ink);
    font:
      1rem/1.4 system-ui,
      -apple-system,
      'Segoe UI',
      Roboto,
      sans-serif;
    font-variant-numeric: tabular-nums;
    --least: 24rem;
    --air: 0.75rem;
  }
  :host([hidden]) {
    display: none;
  }
  :host([page]) {
    --least: 100dvh;
    --air: 1.25rem;
  }
  /* Its place is kept until it comes into view. */
  .later {
    min-height: var(--least);
  }
  .drop {
    position: absolute;
    inset: 0.75rem;
    z-index: 6;
    display: grid;
    place-content: center;
    border: 2px dashed var(--quiet);
    border-radius: 1rem;
    background: color-mix(in srgb, var(--paper) 88%, transparent);
    font-size: 1.25rem;
    pointer-events: none;
  }
  .refused {
    padding: 1rem 1.25rem;
    border: 1px solid var(--line);
    border-inline-start: 0.25rem solid var(--fake);
    border-radius: 0.5rem;
  }
  .refused ul {
    padding-block-start: 0.5rem;
    overflow-wrap: anywhere;
  }
`;
