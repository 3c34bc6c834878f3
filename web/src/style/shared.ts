/** What every element's shadow tree starts from: type, buttons, fields, focus. */
import { css } from 'lit';

export const shared = css`
  :host {
    box-sizing: border-box;
    color: var(--ink);
    font-variant-numeric: tabular-nums;
  }
  *,
  *::before,
  *::after {
    box-sizing: border-box;
  }
  h1,
  h2,
  h3,
  p,
  ul,
  dl,
  dd {
    margin: 0;
    padding: 0;
  }
  ul {
    list-style: none;
  }
  [hidden] {
    display: none !important;
  }
  /* Its pixels follow its box, so its box must not follow its pixels: WebKit takes their number for a height where a
     percentage has none to go by, and a canvas that is measured and sized by turns would grow without end. */
  canvas {
    contain: size;
  }
  button,
  input,
  select,
  textarea {
    font: inherit;
    color: inherit;
  }
  button,
  select,
  input[type='text'],
  input[type='number'],
  textarea {
    min-height: 2.25rem;
    border: 1px solid var(--line);
    border-radius: 0.5rem;
    background: var(--raised);
    padding: 0 0.75rem;
  }
  button {
    display: inline-flex;
    align-items: center;
    justify-content: center;
    gap: 0.4rem;
    cursor: pointer;
    white-space: nowrap;
  }
  @media (forced-colors: active) {
    /* Grounds and shadows are the reader's then: what is chosen has a frame. */
    [aria-pressed='true'],
    [aria-selected='true'] {
      outline: 2px solid Highlight;
      outline-offset: -2px;
    }
  }
  button:hover:not(:disabled),
  select:hover:not(:disabled) {
    border-color: var(--quiet);
  }
  button:active:not(:disabled) {
    transform: translateY(1px);
  }
  button.plain {
    border-color: transparent;
    background: none;
  }
  button:disabled,
  select:disabled,
  input:disabled {
    cursor: default;
    color: var(--quiet);
  }
  :focus-visible {
    outline: 2px solid var(--real);
    outline-offset: 2px;
  }
  button.primary:disabled {
    color: var(--paper);
    opacity: 0.45;
  }
  /* What a browser takes for it is too faint on dark paper. */
  ::placeholder {
    color: var(--quiet);
    opacity: 1;
  }
  svg.icon {
    width: 1.125rem;
    height: 1.125rem;
    flex: none;
    fill: none;
    stroke: currentColor;
    stroke-width: 1.75;
    stroke-linecap: round;
    stroke-linejoin: round;
  }
  .quiet {
    color: var(--quiet);
  }
  .small {
    font-size: 0.8125rem;
    line-height: 1.45;
  }
  .visually-hidden {
    position: absolute;
    width: 1px;
    height: 1px;
    overflow: hidden;
    clip-path: inset(50%);
    white-space: nowrap;
  }
  @media (prefers-reduced-motion: reduce) {
    * {
      transition: none !important;
      animation: none !important;
    }
  }
`;

/** A small button that says how something differs, and takes it back. */
export const mark = css`
  .mark {
    min-height: 1.5rem;
    padding: 0 0.375rem;
    font-size: 0.75rem;
    border-color: var(--line);
    color: var(--quiet);
  }
`;

/** A line of small controls, in the latent studio. */
export const row = css`
  .row {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 0.5rem;
    font-size: 0.875rem;
  }
  .row button,
  .row select {
    min-height: 2rem;
  }
`;

/** A dialog over the page, with its title and the way out in one line. How wide it is, each says itself. */
export const dialog = css`
  dialog {
    padding: 1.25rem;
    border: 1px solid var(--line);
    border-radius: 0.75rem;
    background: var(--raised);
    color: var(--ink);
  }
  dialog::backdrop {
    background: rgb(0 0 0 / 0.35);
  }
  .head {
    display: flex;
    justify-content: space-between;
    align-items: center;
    margin-block-end: 0.75rem;
  }
  h2 {
    font-size: 1.0625rem;
  }
`;
