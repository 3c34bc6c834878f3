/** The layout and look of <gan-game>. */
import { css } from 'lit';

export const styles = css`
  :host {
    display: block;
    container-type: inline-size;
  }
  /* What everything flows into is at the top. Beside the boxes is room for arrows that go around some. */
  .diagram {
    position: relative;
    display: grid;
    grid-template-columns: repeat(12, minmax(0, 1fr));
    gap: 1.75rem 0;
    padding-inline-end: 0.75rem;
  }
  .diagram[data-tall] {
    row-gap: 1.375rem;
  }
  button {
    grid-row: var(--row);
    grid-column: var(--column);
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    align-content: start;
    justify-content: stretch;
    justify-items: stretch;
    gap: 0.25rem;
    min-width: 0;
    margin-inline: 0.1875rem;
    padding: 0.3125rem 0.5rem;
    border: 1.5px solid var(--colour);
    border-radius: 0.625rem;
    font-size: 0.8125rem;
    line-height: 1.25;
    text-align: start;
    white-space: normal;
    transition: box-shadow 120ms;
  }
  button[data-narrow] {
    padding-inline: 0.125rem;
    font-size: 0.75rem;
    letter-spacing: -0.03em;
  }
  button strong {
    color: var(--word);
    font-weight: 600;
  }
  button small {
    min-height: 1.25em;
    font-size: 0.75rem;
    color: var(--quiet);
  }
  button.neutral {
    border-color: var(--line);
  }
  button.glow {
    box-shadow: 0 0 0 0.25rem color-mix(in srgb, var(--colour) 35%, transparent);
  }
  .picture {
    position: relative;
    min-width: 0;
    height: 2.25rem;
  }
  .square .picture {
    justify-self: center;
    width: min(100%, 5.5rem);
    height: auto;
    aspect-ratio: 1;
  }
  canvas {
    position: absolute;
    inset: 0;
    width: 100%;
    height: 100%;
  }
  .ends {
    display: flex;
    justify-content: space-between;
    font-size: 0.75rem;
    color: var(--quiet);
  }
  svg {
    position: absolute;
    inset: 0;
    width: 100%;
    height: 100%;
    overflow: visible;
    pointer-events: none;
    fill: none;
    stroke-width: 1.5;
    stroke-linecap: round;
    stroke-linejoin: round;
  }
  path {
    stroke: var(--colour);
  }
  .back {
    stroke-dasharray: 3 3;
  }
  .brief {
    display: none;
  }
  .note {
    padding-block-start: 0.625rem;
    font-size: 0.75rem;
    line-height: 1.4;
    color: var(--quiet);
  }
  /* Five rows fit into a low window. */
  @media (max-height: 52rem) {
    .diagram[data-tall] {
      row-gap: 0.875rem;
    }
    [data-tall] .strip .picture {
      height: 1.75rem;
    }
  }
  /* What happens now is said in its place. */
  .hushed {
    visibility: hidden;
  }
  /* Where there is width and no height, a line. */
  @container (min-width: 17rem) {
    .diagram {
      --line-up: 1;
      grid-template-columns: none;
      grid-auto-flow: column;
      grid-auto-columns: minmax(0, 1fr);
      gap: 0 1rem;
      padding: 0;
    }
    .diagram[data-tall] {
      row-gap: 0;
    }
    button {
      grid-row: auto;
      grid-column: auto;
      order: var(--order);
      margin: 0;
      padding: 0.25rem 0.125rem;
      border-radius: 0.5rem;
      text-align: center;
    }
    strong {
      overflow: hidden;
      text-overflow: ellipsis;
      font-size: 0.75rem;
    }
    .diagram:not([data-many]) strong {
      font-size: clamp(0.625rem, 3cqi, 0.75rem);
      letter-spacing: -0.03em;
    }
    .diagram[data-many] {
      column-gap: 0.625rem;
    }
    [data-many] button {
      padding-inline: 0;
    }
    [data-many] strong {
      font-size: 0.625rem;
      letter-spacing: -0.04em;
    }
    .picture,
    .square .picture {
      width: 100%;
      height: 3rem;
      aspect-ratio: auto;
    }
    .square .picture {
      width: min(100%, 3rem);
    }
    .brief {
      display: inline;
    }
    .long,
    .ends,
    .note,
    button small {
      display: none;
    }
  }
`;
