/** How one's own images look before they are learned. */
import { css } from 'lit';

export const styles = css`
  :host {
    display: grid;
    gap: 0.75rem;
  }
  .row {
    display: flex;
    flex-wrap: wrap;
    gap: 0.5rem 0.75rem;
    align-items: center;
  }
  .row label {
    display: inline-flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 0.375rem;
  }
  select,
  input[type='text'] {
    min-width: 0;
    max-width: 12rem;
    padding: 0 0.5rem;
  }
  .drop {
    display: grid;
    gap: 0.75rem;
    padding: 0.75rem;
    border: 1px dashed var(--line);
    border-radius: 0.5rem;
  }
  .over {
    border-color: var(--real);
  }
  canvas {
    display: block;
    width: 100%;
    border-radius: 0.25rem;
    background: var(--paper);
    image-rendering: pixelated;
  }
  .facts {
    display: grid;
    gap: 0.125rem;
  }
  .warning,
  .problem {
    color: var(--fake-text);
  }
  .primary {
    background: var(--ink);
    border-color: var(--ink);
    color: var(--paper);
  }
  progress {
    flex: 1 1 8rem;
    accent-color: var(--ink);
  }
  h3 {
    font-size: 0.9375rem;
  }
  [aria-pressed='true'] {
    border-color: var(--ink);
  }
`;
