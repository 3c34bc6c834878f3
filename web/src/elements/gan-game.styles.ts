/** The layout and look of <gan-game>. */
import { css } from 'lit';

export const styles = css`
  :host {
    display: block;
    container-type: inline-size;
  }
  .diagram {
    display: grid;
    grid-template:
      'd d back' auto
      'up-real up-fake back' 1.75rem
      'real fake back' auto
      '. up-g back' 1.75rem
      'note g back' auto
      'note up-z .' 1.75rem
      'note z .' auto
      / 1fr 1fr 0.75rem;
    gap: 0 0.5rem;
  }
  button {
    display: grid;
    grid-template: auto 1fr auto / minmax(0, 1fr);
    justify-items: stretch;
    gap: 0.25rem;
    min-width: 0;
    padding: 0.375rem 0.5rem;
    border: 1.5px solid var(--colour);
    border-radius: 0.625rem;
    font-size: 0.8125rem;
    line-height: 1.25;
    text-align: start;
    white-space: normal;
    transition: box-shadow 120ms;
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
  button.glow {
    box-shadow: 0 0 0 0.25rem color-mix(in srgb, var(--colour) 35%, transparent);
  }
  canvas {
    width: 100%;
    min-width: 0;
    aspect-ratio: 1;
  }
  .g canvas,
  .z canvas {
    aspect-ratio: 2;
  }
  .d canvas {
    aspect-ratio: 4.5;
  }
  .ends {
    display: flex;
    justify-content: space-between;
    font-size: 0.75rem;
    color: var(--quiet);
  }
  .d {
    grid-area: d;
    --colour: var(--d);
    --word: var(--d-text);
  }
  .g {
    grid-area: g;
    --colour: var(--g);
    --word: var(--g-text);
  }
  .real {
    grid-area: real;
    --colour: var(--real);
    --word: var(--real-text);
  }
  .fake {
    grid-area: fake;
    --colour: var(--fake);
    --word: var(--fake-text);
  }
  .z {
    grid-area: z;
    --colour: var(--line);
    --word: var(--ink);
  }
  .arrow {
    place-self: center;
    width: 0.75rem;
    height: 1.375rem;
    fill: none;
    stroke: var(--quiet);
    stroke-width: 1.5;
    stroke-linecap: round;
  }
  .brief {
    display: none;
  }
  .up-real {
    grid-area: up-real;
  }
  .up-fake {
    grid-area: up-fake;
  }
  .up-g {
    grid-area: up-g;
  }
  .up-z {
    grid-area: up-z;
  }
  .back {
    grid-area: back;
    position: relative;
    margin-inline-start: -0.5rem;
    margin-block: 1.5rem;
    border: 1.5px dashed var(--d);
    border-inline-start: 0;
    border-radius: 0 0.625rem 0.625rem 0;
  }
  .back::after {
    content: '';
    position: absolute;
    inset: auto auto -0.3125rem 0;
    border: 0.25rem solid transparent;
    border-inline-end: 0.4375rem solid var(--d);
    border-inline-start: 0;
  }
  .note {
    grid-area: note;
    align-self: end;
    padding-inline-end: 0.25rem;
    font-size: 0.75rem;
    line-height: 1.4;
    color: var(--quiet);
  }
  @container (min-width: 17rem) {
    .diagram {
      grid-template: 'z up-z g up-g fake up-fake d up-real real' auto / 1fr 0.75rem 1fr 0.75rem 1fr 0.75rem 1.35fr 0.75rem 1fr;
      gap: 0 0.125rem;
    }
    .arrow {
      transform: rotate(90deg);
    }
    .up-real {
      transform: rotate(-90deg);
    }
    .arrow {
      width: 0.5rem;
      height: 0.75rem;
    }
    button {
      padding: 0.25rem 0.125rem;
      border-radius: 0.5rem;
      text-align: center;
    }
    .g canvas,
    .z canvas,
    .d canvas {
      aspect-ratio: auto;
      height: 100%;
      min-height: 2rem;
    }
    .brief {
      display: inline;
    }
    .long,
    .ends,
    .back,
    .note,
    button small {
      display: none;
    }
  }
`;
